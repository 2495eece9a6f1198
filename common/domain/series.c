/*
 * A series is found by trying each possible first day in turn: there are some hundred, and a series
 * that does not end before the summer ends no later when it begins later, so the first one that
 * fits is the earliest.
 */
#include "common/domain/series.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"

enum { WEEK = 7, SUNDAY = 6, NO_TERM = -1 };

/* The school year that has a term on that day. */
static int school_year(const struct series_calendar *calendar, int32_t day)
{
    for (size_t i = 0; i < calendar->term_count; i++)
        if (day >= calendar->terms[i].first && day <= calendar->terms[i].last)
            return calendar->terms[i].school_year;
    return NO_TERM;
}

/* A holiday counts before the break it lies in. */
static enum act_reason at_rest(const struct series_calendar *calendar, int32_t day)
{
    enum act_reason why = ACT_REASON_NONE;

    for (size_t i = 0; i < calendar->break_count; i++)
        if (day >= calendar->breaks[i].first && day <= calendar->breaks[i].last &&
            why != ACT_REASON_PUBLIC_HOLIDAY)
            why = calendar->breaks[i].why;
    return why;
}

/* The last day of the last term of that year: the summer follows. */
static int32_t end_of_year(const struct series_calendar *calendar, int year)
{
    int32_t last = DAY_ABSENT;

    for (size_t i = 0; i < calendar->term_count; i++)
        if (calendar->terms[i].school_year == year && calendar->terms[i].last > last)
            last = calendar->terms[i].last;
    return last;
}

static bool may_start(const struct series_ask *ask, int32_t day)
{
    const struct civil civil = date_to_civil(day);
    const int64_t of_year = civil.month * 100 + civil.day;

    for (size_t i = 0; i < ask->window_count; i++)
        if (of_year >= ask->windows[i].opens && of_year <= ask->windows[i].closes)
            return true;
    return ask->window_count == 0;
}

/* The series that begins on `first`; false when the summer comes before its end. */
static bool fill(const struct series_calendar *calendar, const struct series_ask *ask,
    int32_t first, int year, struct series_meeting *meetings)
{
    const int32_t end = end_of_year(calendar, year);
    size_t found = 0;

    for (int32_t day = first; day <= end && found < ask->meetings; day += WEEK)
        if (school_year(calendar, day) == year && !at_rest(calendar, day))
            meetings[found++].day = day;
    return found == ask->meetings;
}

bool series_find(const struct series_calendar *calendar, const struct series_ask *ask,
    struct series_meeting *meetings)
{
    CHECK(ask->meetings >= 1 && ask->meetings <= SERIES_MEETINGS_MOST);
    CHECK(ask->weekday >= 0 && ask->weekday < WEEK && ask->minutes > 0);

    const int32_t last = ask->earliest + SERIES_SEARCH_DAYS;
    int32_t day = ask->earliest + (ask->weekday - date_weekday(ask->earliest) + WEEK) % WEEK;
    for (; day <= last; day += WEEK) {
        const int year = school_year(calendar, day);
        if (year != NO_TERM && !at_rest(calendar, day) && may_start(ask, day) &&
            fill(calendar, ask, day, year, meetings))
            break;
    }
    if (day > last)
        return false;
    for (size_t i = 0; i < ask->meetings; i++) {
        meetings[i].starts_ms = local_to_utc_ms(meetings[i].day, ask->starts_min);
        meetings[i].ends_ms = local_to_utc_ms(meetings[i].day, ask->starts_min + ask->minutes);
    }
    return true;
}

enum act_reason series_refuse_day(const struct series_calendar *calendar, int32_t day, bool anyway)
{
    if (school_year(calendar, day) == NO_TERM)
        return ACT_REASON_OUTSIDE_TERMS;
    if (anyway)
        return ACT_REASON_NONE;
    if (date_weekday(day) == SUNDAY)
        return ACT_REASON_PUBLIC_HOLIDAY;
    return at_rest(calendar, day);
}

int32_t series_next_day(const struct series_calendar *calendar, int32_t day, int weekday)
{
    const int year = school_year(calendar, day);
    const int32_t end = year == NO_TERM ? DAY_ABSENT : end_of_year(calendar, year);

    for (day += 1 + (weekday - date_weekday(day + 1) + WEEK) % WEEK; day <= end; day += WEEK)
        if (school_year(calendar, day) == year && !at_rest(calendar, day))
            return day;
    return DAY_ABSENT;
}
