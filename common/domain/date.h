/* Civil days as whole numbers since 1970-01-01, in the Gregorian calendar. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

#define DAY_ABSENT INT32_MIN

enum { DATE_TEXT = 10 }; /* characters of YYYY-MM-DD, without the NUL */

struct civil {
    int year, month, day; /* month 1..12, day 1..31 */
};

struct iso_week {
    int year, week; /* the year that the week belongs to: 2027-01-01 is in 2026, week 53 */
};

/* DAY_ABSENT when there is no such day, or the year is not 1..9999. */
int32_t date_from_civil(int year, int month, int day);
struct civil date_to_civil(int32_t day);

/* 0 = Monday .. 6 = Sunday. */
int date_weekday(int32_t day);

struct iso_week date_iso_week(int32_t day);
/* The day of that ISO week; week 1..53, weekday 0..6. */
int32_t date_from_iso_week(int year, int week, int weekday);

/* Exactly YYYY-MM-DD in ASCII digits, and a day that exists. */
bool date_parse(struct text text, int32_t *day);
void date_format(int32_t day, char text[static DATE_TEXT + 1]);

/* The same day some months later or earlier; the last of the month when it has no such day. */
int32_t date_add_months(int32_t day, int months);

/* Full years of age; who is born on 29 February is a year older on 1 March in common years. The
 * absent birth date gives -1: age unknown. Negative too when not born yet. */
int date_age(int32_t birth, int32_t on);
