#include "common/domain/holiday.h"

#include <stddef.h>

#include "common/check.h"
#include "common/domain/date.h"

enum rule_kind {
    RULE_FIXED,             /* month and day */
    RULE_EASTER,            /* days from Easter Sunday */
    RULE_WEEKDAY_FROM_DATE, /* the first such weekday from that date on */
};

struct rule {
    struct holiday holiday;
    enum rule_kind rule;
    int month, day;  /* FIXED, WEEKDAY_FROM_DATE */
    int number;      /* EASTER: days after; WEEKDAY_FROM_DATE: 0 = Monday */
    int from, until; /* first and last year; 0 = always */
};

/* In order of weight. Source: lag (1989:253) om allmänna helgdagar, and custom. */
static const struct rule rules[] = {
    {{"nyarsdagen", "Nyårsdagen", "New Year's Day", HOLIDAY_PUBLIC}, RULE_FIXED, 1, 1, 0, 0, 0},
    {{"trettondedag-jul", "Trettondedag jul", "Epiphany", HOLIDAY_PUBLIC}, RULE_FIXED, 1, 6, 0, 0,
        0},
    {{"langfredagen", "Långfredagen", "Good Friday", HOLIDAY_PUBLIC}, RULE_EASTER, 0, 0, -2, 0, 0},
    {{"paskdagen", "Påskdagen", "Easter Sunday", HOLIDAY_PUBLIC}, RULE_EASTER, 0, 0, 0, 0, 0},
    {{"annandag-pask", "Annandag påsk", "Easter Monday", HOLIDAY_PUBLIC}, RULE_EASTER, 0, 0, 1, 0,
        0},
    {{"forsta-maj", "Första maj", "May Day", HOLIDAY_PUBLIC}, RULE_FIXED, 5, 1, 0, 0, 0},
    {{"kristi-himmelsfards-dag", "Kristi himmelsfärds dag", "Ascension Day", HOLIDAY_PUBLIC},
        RULE_EASTER, 0, 0, 39, 0, 0},
    {{"pingstdagen", "Pingstdagen", "Whit Sunday", HOLIDAY_PUBLIC}, RULE_EASTER, 0, 0, 49, 0, 0},
    {{"annandag-pingst", "Annandag pingst", "Whit Monday", HOLIDAY_PUBLIC}, RULE_EASTER, 0, 0, 50,
        0, 2004},
    {{"nationaldagen", "Sveriges nationaldag", "National Day", HOLIDAY_PUBLIC}, RULE_FIXED, 6, 6, 0,
        2005, 0},
    {{"midsommardagen", "Midsommardagen", "Midsummer Day", HOLIDAY_PUBLIC}, RULE_WEEKDAY_FROM_DATE,
        6, 20, 5, 0, 0},
    {{"alla-helgons-dag", "Alla helgons dag", "All Saints' Day", HOLIDAY_PUBLIC},
        RULE_WEEKDAY_FROM_DATE, 10, 31, 5, 0, 0},
    {{"juldagen", "Juldagen", "Christmas Day", HOLIDAY_PUBLIC}, RULE_FIXED, 12, 25, 0, 0, 0},
    {{"annandag-jul", "Annandag jul", "Boxing Day", HOLIDAY_PUBLIC}, RULE_FIXED, 12, 26, 0, 0, 0},
    {{"midsommarafton", "Midsommarafton", "Midsummer Eve", HOLIDAY_CUSTOM}, RULE_WEEKDAY_FROM_DATE,
        6, 19, 4, 0, 0},
    {{"julafton", "Julafton", "Christmas Eve", HOLIDAY_CUSTOM}, RULE_FIXED, 12, 24, 0, 0, 0},
    {{"nyarsafton", "Nyårsafton", "New Year's Eve", HOLIDAY_CUSTOM}, RULE_FIXED, 12, 31, 0, 0, 0},
    {{"paskafton", "Påskafton", "Easter Saturday", HOLIDAY_CUSTOM}, RULE_EASTER, 0, 0, -1, 0, 0},
    {{"skartorsdagen", "Skärtorsdagen", "Maundy Thursday", HOLIDAY_HALF}, RULE_EASTER, 0, 0, -3, 0,
        0},
    {{"trettondagsafton", "Trettondagsafton", "Twelfth Night", HOLIDAY_HALF}, RULE_FIXED, 1, 5, 0,
        0, 0},
    {{"valborgsmassoafton", "Valborgsmässoafton", "Walpurgis Eve", HOLIDAY_HALF}, RULE_FIXED, 4, 30,
        0, 0, 0},
    {{"allhelgonaafton", "Allhelgonaafton", "Eve of All Saints", HOLIDAY_HALF},
        RULE_WEEKDAY_FROM_DATE, 10, 30, 4, 0, 0},
    {{"klamdag-kristi-himmelsfard", "Klämdag efter Kristi himmelsfärd",
         "Bridge day after Ascension", HOLIDAY_BRIDGE},
        RULE_EASTER, 0, 0, 40, 0, 0},
};

/* The anonymous Gregorian algorithm (Nature, 20 April 1876). */
int32_t holiday_easter(int year)
{
    int golden = year % 19;
    int century = year / 100;
    int epact =
        (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    int to_sunday = (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - epact - year % 4) % 7;
    int late = (golden + 11 * epact + 22 * to_sunday) / 451;
    int number = epact + to_sunday - 7 * late + 114;

    return date_from_civil(year, number / 31, number % 31 + 1);
}

static int32_t rule_day(const struct rule *rule, int year)
{
    int32_t from;

    switch (rule->rule) {
    case RULE_FIXED:
        return date_from_civil(year, rule->month, rule->day);
    case RULE_EASTER:
        return holiday_easter(year) + rule->number;
    case RULE_WEEKDAY_FROM_DATE:
        from = date_from_civil(year, rule->month, rule->day);
        return from + (rule->number - date_weekday(from) + 7) % 7;
    }
    check_failed("a holiday's rule is in the enum", __FILE__, __LINE__);
}

struct holiday holiday_on(int32_t day)
{
    int year = date_to_civil(day).year;

    for (size_t i = 0; i < COUNT(rules); i++) {
        if (rules[i].from && year < rules[i].from)
            continue;
        if (rules[i].until && year > rules[i].until)
            continue;
        if (rule_day(&rules[i], year) == day)
            return rules[i].holiday;
    }
    return (struct holiday){.kind = HOLIDAY_NONE};
}

bool working_day(int32_t day)
{
    enum holiday_kind kind;

    if (date_weekday(day) >= 5)
        return false;
    kind = holiday_on(day).kind;
    return kind != HOLIDAY_PUBLIC && kind != HOLIDAY_CUSTOM;
}

struct quiet_periods quiet_periods_usual(void)
{
    return (struct quiet_periods){
        .week_from = 26,
        .week_to = 32,
        .winter_from_month = 12,
        .winter_from_day = 20,
        .winter_to_month = 1,
        .winter_to_day = 7,
    };
}

bool quiet_day(int32_t day, const struct quiet_periods *quiet)
{
    struct civil civil = date_to_civil(day);
    int of_year = civil.month * 100 + civil.day;
    int week = date_iso_week(day).week;

    if (quiet->week_from && week >= quiet->week_from && week <= quiet->week_to)
        return true;
    return quiet->winter_from_month &&
           (of_year >= quiet->winter_from_month * 100 + quiet->winter_from_day ||
               of_year <= quiet->winter_to_month * 100 + quiet->winter_to_day);
}

int32_t working_days_after(int32_t day, int count, const struct quiet_periods *quiet)
{
    /* A year with no working day outside the quiet periods is a setting gone wrong. */
    int32_t last = day + 366 * (count + 1);

    while (count > 0) {
        day++;
        CHECK(day <= last);
        if (working_day(day) && !(quiet && quiet_day(day, quiet)))
            count--;
    }
    return day;
}
