#include "common/domain/date.h"

#include <stdio.h>

enum { DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Counted from 1 March of year 0, so that the leap day is the last of its year (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms"). */
int32_t date_from_civil(int year, int month, int day)
{
    int era, of_era, of_year;

    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month))
        return DAY_ABSENT;
    if (month <= 2)
        year--;
    era = year / 400;
    of_era = year - era * 400;
    of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * DAYS_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

struct civil date_to_civil(int32_t day)
{
    int64_t days = (int64_t)day + DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - DAYS_400_YEARS + 1) / DAYS_400_YEARS;
    int of_era = (int)(days - era * DAYS_400_YEARS);
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int shifted = (5 * of_year + 2) / 153;
    int month = shifted < 10 ? shifted + 3 : shifted - 9;

    return (struct civil){
        .year = (int)(era * 400) + year + (month <= 2),
        .month = month,
        .day = of_year - (153 * shifted + 2) / 5 + 1,
    };
}

int date_weekday(int32_t day)
{
    /* 1970-01-01 was a Thursday. */
    int weekday = (int)(((int64_t)day + 3) % 7);

    return weekday < 0 ? weekday + 7 : weekday;
}

/* Week 1 is the one that has 4 January in it (ISO 8601). */
static int32_t first_monday(int year)
{
    int32_t fourth = date_from_civil(year, 1, 4);

    return fourth - date_weekday(fourth);
}

struct iso_week date_iso_week(int32_t day)
{
    /* The Thursday decides which year the week belongs to. */
    int year = date_to_civil(day - date_weekday(day) + 3).year;

    return (struct iso_week){.year = year, .week = (day - first_monday(year)) / 7 + 1};
}

int32_t date_from_iso_week(int year, int week, int weekday)
{
    return first_monday(year) + (week - 1) * 7 + weekday;
}

static bool digits(const char *data, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (data[i] < '0' || data[i] > '9')
            return false;
        *value = *value * 10 + (data[i] - '0');
    }
    return true;
}

bool date_parse(struct text text, int32_t *day)
{
    int year, month, of_month;
    int32_t parsed;

    if (text.length != DATE_TEXT || text.data[4] != '-' || text.data[7] != '-')
        return false;
    if (!digits(text.data, 4, &year) || !digits(text.data + 5, 2, &month) ||
        !digits(text.data + 8, 2, &of_month))
        return false;
    parsed = date_from_civil(year, month, of_month);
    if (parsed == DAY_ABSENT)
        return false;
    *day = parsed;
    return true;
}

void date_format(int32_t day, char text[static DATE_TEXT + 1])
{
    struct civil civil = date_to_civil(day);

    /* Reduced so that the compiler sees that it fits; the parser makes no wider ones. */
    snprintf(text, DATE_TEXT + 1, "%04u-%02u-%02u", (unsigned)civil.year % 10000U,
        (unsigned)civil.month % 100U, (unsigned)civil.day % 100U);
}

int32_t date_add_months(int32_t day, int months)
{
    struct civil civil = date_to_civil(day);
    int month = civil.year * 12 + civil.month - 1 + months;
    int year = month / 12;
    int most = month_days(year, month % 12 + 1);

    return date_from_civil(year, month % 12 + 1, civil.day < most ? civil.day : most);
}

int date_age(int32_t birth, int32_t on)
{
    struct civil born = date_to_civil(birth);
    struct civil today = date_to_civil(on);
    bool before_birthday =
        today.month < born.month || (today.month == born.month && today.day < born.day);

    if (birth == DAY_ABSENT)
        return -1;
    return today.year - born.year - before_birthday;
}
