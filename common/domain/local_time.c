#include "common/domain/local_time.h"

#include "common/domain/date.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* 01:00 UTC on the last Sunday of a month of 31 days (directive 2000/84/EC). */
static int64_t change_ms(int year, int month)
{
    int32_t last = date_from_civil(year, month, 31);
    int32_t sunday = last - (date_weekday(last) + 1) % 7;

    return (int64_t)sunday * DAY_MS + HOUR_MS;
}

int32_t local_offset_min(int64_t utc_ms)
{
    int year = date_to_civil((int32_t)floor_divide(utc_ms, DAY_MS)).year;

    return utc_ms >= change_ms(year, 3) && utc_ms < change_ms(year, 10) ? 120 : 60;
}

static int64_t local_ms(int64_t utc_ms)
{
    return utc_ms + (int64_t)local_offset_min(utc_ms) * MINUTE_MS;
}

int32_t local_day(int64_t utc_ms)
{
    return (int32_t)floor_divide(local_ms(utc_ms), DAY_MS);
}

int32_t local_minute(int64_t utc_ms)
{
    int64_t local = local_ms(utc_ms);

    return (int32_t)((local - floor_divide(local, DAY_MS) * DAY_MS) / MINUTE_MS);
}

int64_t local_to_utc_ms(int32_t day, int32_t minute)
{
    int64_t local = (int64_t)day * DAY_MS + (int64_t)minute * MINUTE_MS;
    int64_t summer = local - 120 * (int64_t)MINUTE_MS;

    /* Summer time first: of two moments it is the earlier. */
    if (local_offset_min(summer) == 120)
        return summer;
    return local - 60 * (int64_t)MINUTE_MS;
}

int64_t local_end_of_day_ms(int32_t day)
{
    return local_to_utc_ms(day + 1, 0);
}
