/* When new groups would begin, and which programmes still fit before the summer. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SEASON_WEEKDAYS = 7,
    SEASON_BEGINS_WITHIN = 28, /* days: later than that is another season's start */
    SEASON_WEEKDAYS_LEAST = 4, /* of five: one weekday may have too many holidays */
};

struct season_day { /* a day on which groups may meet; in order */
    int32_t day;
    int school_year; /* over Christmas, never over a summer */
};

struct season_programme {
    int64_t meetings;
    /* When a series may begin each year, month * 100 + day, both in it; none: on any day. */
    const int64_t *opens, *closes;
    size_t window_count;
    bool fits; /* out: a series that begins in the season ends before the summer */
};

struct season {
    int32_t start, end; /* the last meeting of the longest series is on `end` at the latest */
    unsigned weekdays;  /* bit 0 is Monday: on these all programmes that fit can meet */
};

/*
 * The first day from `earliest` on on which a programme can begin; it and what else begins within
 * 28 days fits when all its meetings come before the summer, on at least four weekdays. False:
 * there is none, and `season` begins on `earliest` without weekdays.
 */
bool season_find(const struct season_day *days, size_t count, int32_t earliest,
    struct season_programme *programmes, size_t programme_count, struct season *season);
