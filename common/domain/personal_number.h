/* Swedish personal numbers and coordination numbers as people write them. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

enum { PERSONAL_NUMBER_DIGITS = 12 };

enum personal_number_verdict {
    PERSONAL_NUMBER_RIGHT,
    PERSONAL_NUMBER_FORM,        /* not 10 or 12 digits with at most one - or + */
    PERSONAL_NUMBER_DATE,        /* no such day, or a day to come */
    PERSONAL_NUMBER_CHECK_DIGIT, /* one digit or two are wrong */
};

struct personal_number {
    char digits[PERSONAL_NUMBER_DIGITS + 1]; /* YYYYMMDDNNNN */
    bool coordination;                       /* the day counts from 60 */
    int32_t birth; /* DAY_ABSENT: a coordination number with month 00, day 60 or
                      a day that its month lacks tells none; a
                      person looks at it */
};

/*
 * Reads 12 digits, or 10 with the century found from `today`: without a sign or with "-" the person
 * is under 100 years old this year, with "+" 100 or more (folkbokföringslagen 1991:481, 18 §).
 * Spaces are passed over; full-width digits and the typographic hyphens are put right. `number` is
 * written only when the verdict is RIGHT.
 */
enum personal_number_verdict personal_number_parse(
    struct text typed, int32_t today, struct personal_number *number);
