/* Each rule finds a weekday near a date. */
#include "services/gruppstod/core/terms.h"

#include "common/domain/date.h"
#include "common/domain/holiday.h"

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY };

static int32_t weekday_from(int32_t day, enum weekday weekday)
{
    return day + ((int)weekday - date_weekday(day) + 7) % 7;
}

/* Schools do not begin on a Friday. */
static int32_t begin_of_spring(int year)
{
    const int32_t day = date_from_civil(year, 1, 8);

    return date_weekday(day) <= THURSDAY ? day : weekday_from(day, MONDAY);
}

static struct school_days week(const char *name, int year, int number)
{
    return (struct school_days){
        name, date_from_iso_week(year, number, MONDAY), date_from_iso_week(year, number, FRIDAY)};
}

struct school_year school_year_by_rule(int year)
{
    const int32_t easter = holiday_easter(year + 1);

    return (struct school_year){
        .year = year,
        .terms = {{"autumn", weekday_from(date_from_civil(year, 8, 16), MONDAY),
                      weekday_from(date_from_civil(year, 12, 16), FRIDAY)},
            {"spring", begin_of_spring(year + 1),
                weekday_from(date_from_civil(year + 1, 6, 8), THURSDAY)}},
        .breaks = {week("hostlov", year, 44), week("sportlov", year + 1, 9),
            {"pasklov", easter + 2, easter + 5}},
    };
}
