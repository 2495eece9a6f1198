/* School terms and breaks by rule, for the years whose dates are not published yet. Pure. */
#pragma once

#include <stdint.h>

struct school_days {
    const char *name; /* autumn, spring, hostlov, sportlov, pasklov */
    int32_t first, last;
};

struct school_year {
    int year; /* the autumn's */
    struct school_days terms[2];
    struct school_days breaks[3];
};

/*
 * As Stockholm's years 2024 to 2028 lie (shared/data, themselves estimates): autumn from the Monday
 * on or after 16 August to the Friday on or before 22 December; spring from the first of Monday to
 * Thursday on or after 8 January to the Thursday of 8 to 14 June. Breaks: ISO weeks 44 and 9, and
 * Tuesday to Friday after Easter.
 */
struct school_year school_year_by_rule(int year);
