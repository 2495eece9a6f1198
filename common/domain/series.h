/* The days of a series: weekly meetings within one school year. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vocabulary.h"

enum {
    SERIES_MEETINGS_MOST = 30, /* a programme has 15 to 20; more do not fit in a school year */
    SERIES_SEARCH_DAYS = 760,  /* past every window of the next two school years: it never fits */
};

struct series_term {
    int school_year;     /* the year its autumn is in */
    int32_t first, last; /* both in it */
};

struct series_break {
    int32_t first, last; /* both free; a public holiday is a break of one day */
    enum act_reason why; /* PUBLIC_HOLIDAY, SCHOOL_BREAK or WEEK_OFF */
};

/* When a series may start, each year: month * 100 + day, both in it. */
struct series_window {
    int64_t opens, closes;
};

struct series_calendar {
    const struct series_term *terms;
    size_t term_count;
    const struct series_break *breaks;
    size_t break_count;
};

struct series_ask {
    int weekday;      /* 0 = Monday */
    int32_t earliest; /* the first meeting is then or later */
    size_t meetings;
    const struct series_window *windows; /* none: any day */
    size_t window_count;
    int starts_min; /* local, minutes since midnight */
    int minutes;    /* of a meeting */
};

struct series_meeting {
    int32_t day;
    int64_t starts_ms, ends_ms;
};

/*
 * Fills `meetings` (ask->meetings of them) with the earliest series: on its weekday, weekly, but
 * passing over breaks and the days between terms; begun inside a window; over Christmas if need
 * be, never over a summer. The local time stays when the clock changes. False when no series
 * begins within SERIES_SEARCH_DAYS.
 */
bool series_find(const struct series_calendar *calendar, const struct series_ask *ask,
    struct series_meeting *meetings);

/* Why no group meets on that day; NONE: it may. When somebody has said that they meet `anyway`,
 * only the days outside the terms are refused. */
enum act_reason series_refuse_day(const struct series_calendar *calendar, int32_t day, bool anyway);

/* The first day after `day` on which a series goes on: that weekday, in the same school year.
 * DAY_ABSENT when the summer comes first. */
int32_t series_next_day(const struct series_calendar *calendar, int32_t day, int weekday);
