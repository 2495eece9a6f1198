/* Swedish public holidays by rule, working days, and the quiet periods that stop families' clocks.
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum holiday_kind {
    HOLIDAY_NONE,
    HOLIDAY_PUBLIC, /* a day off by law (1989:253) */
    HOLIDAY_CUSTOM, /* kept as one in most agreements: Christmas Eve, Midsummer Eve */
    HOLIDAY_HALF,   /* a half day: a hint to planners only */
    HOLIDAY_BRIDGE, /* the Friday after Ascension: a hint too */
};

struct holiday {
    const char *key; /* "annandag-pask"; NULL on an ordinary day */
    const char *name_sv, *name_en;
    enum holiday_kind kind;
};

/* Easter Sunday of a Gregorian year. */
int32_t holiday_easter(int year);

/* What the day is; of two on one day the one that counts more (by law before by custom). Sundays
 * are holidays by law too, but are not told here. */
struct holiday holiday_on(int32_t day);

/* Monday to Friday, and neither a holiday by law nor by custom. Half days are worked. */
bool working_day(int32_t day);

struct quiet_periods {
    int week_from, week_to;                 /* ISO weeks of the summer, both included; 0 = none */
    int winter_from_month, winter_from_day; /* over the new year, both included; 0 = none */
    int winter_to_month, winter_to_day;
};

/* Weeks 26-32 and 20 December - 7 January (PRODUCT, "The life of a referral"). */
struct quiet_periods quiet_periods_usual(void);
bool quiet_day(int32_t day, const struct quiet_periods *quiet);

/* The `count`-th working day after `day`, passing over quiet periods. `quiet` NULL: none, as for
 * the clocks of safety, which never stop. With count 0 the day itself, whatever it is. */
int32_t working_days_after(int32_t day, int count, const struct quiet_periods *quiet);
