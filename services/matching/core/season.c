#include "services/matching/core/season.h"

#include "common/domain/date.h"

static bool may_begin(const struct season_programme *programme, int32_t day)
{
    const struct civil civil = date_to_civil(day);
    const int64_t of_year = civil.month * 100 + civil.day;

    for (size_t i = 0; i < programme->window_count; i++)
        if (of_year >= programme->opens[i] && of_year <= programme->closes[i])
            return true;
    return programme->window_count == 0;
}

/* The last of so many weekly meetings from days[first] on; DAY_ABSENT when the summer comes. */
static int32_t last_meeting(
    const struct season_day *days, size_t count, size_t first, int64_t meetings)
{
    for (size_t i = first; i < count && days[i].school_year == days[first].school_year; i++)
        if ((days[i].day - days[first].day) % SEASON_WEEKDAYS == 0 && --meetings == 0)
            return days[i].day;
    return DAY_ABSENT;
}

/* The last meeting of a series that begins on days[first]; DAY_ABSENT when none can. */
static int32_t end_from(const struct season_programme *programme, const struct season_day *days,
    size_t count, size_t first)
{
    return may_begin(programme, days[first].day)
               ? last_meeting(days, count, first, programme->meetings)
               : DAY_ABSENT;
}

/* The weekdays on which a series of the programme can begin with the season. */
static unsigned weekdays_of(const struct season_programme *programme, const struct season_day *days,
    size_t count, size_t first, int32_t *end)
{
    unsigned weekdays = 0;

    for (size_t i = first; i < count && days[i].day < days[first].day + SEASON_BEGINS_WITHIN; i++) {
        const unsigned weekday = 1u << date_weekday(days[i].day);
        const int32_t last = weekdays & weekday ? DAY_ABSENT : end_from(programme, days, count, i);
        if (last == DAY_ABSENT)
            continue;
        weekdays |= weekday;
        *end = last > *end ? last : *end;
    }
    return weekdays;
}

/* Whether some programme begins on that very day; which others fit with it. */
static bool try_start(const struct season_day *days, size_t count, size_t first,
    struct season_programme *programmes, size_t programme_count, struct season *season)
{
    bool any = false;

    *season = (struct season){.start = days[first].day, .end = days[first].day, .weekdays = ~0u};
    for (size_t i = 0; i < programme_count; i++) {
        int32_t end = season->end;
        const unsigned weekdays = weekdays_of(&programmes[i], days, count, first, &end);
        programmes[i].fits = __builtin_popcount(weekdays) >= SEASON_WEEKDAYS_LEAST;
        if (!programmes[i].fits)
            continue;
        any |= end_from(&programmes[i], days, count, first) != DAY_ABSENT;
        season->end = end;
        season->weekdays &= weekdays;
    }
    return any;
}

bool season_find(const struct season_day *days, size_t count, int32_t earliest,
    struct season_programme *programmes, size_t programme_count, struct season *season)
{
    for (size_t i = 0; i < count; i++)
        if (days[i].day >= earliest &&
            try_start(days, count, i, programmes, programme_count, season))
            return true;
    for (size_t i = 0; i < programme_count; i++)
        programmes[i].fits = false;
    *season = (struct season){.start = earliest, .end = earliest};
    return false;
}
