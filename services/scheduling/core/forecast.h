/*
 * Where leaders will be missing within twelve months. Pure.
 *
 * Month by month: children come as they came last year, groups start in the months that programmes
 * start in, each with two leaders who are trained for the situation, work in the district and have
 * contract and training to the end of the series, one of them experienced. The longest waiting list
 * is served first. Children enough for a group and no such pair: that is the shortage. Rooms, ages
 * and languages are left out, so what is told is the least that is missing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FORECAST_MONTHS = 12,
    FORECAST_SITUATIONS = 4,
    FORECAST_DISTRICTS_MOST = 64,
    FORECAST_NEVER = -1
};

struct forecast_leader {
    uint64_t districts;                   /* bit n: works in the n-th */
    int trained_for[FORECAST_SITUATIONS]; /* months from now that training and contract hold */
    bool experienced;
    int groups_most;
    int busy_for[8]; /* months from now that each of the groups led now goes on */
    size_t busy_count;
};

struct forecast_need {
    int64_t waiting;   /* children, now */
    int64_t in_a_year; /* that are told of in a year */
};

struct forecast_facts {
    const struct forecast_leader *leaders;
    size_t leader_count;
    size_t district_count;
    /* [situation * district_count + district] */
    const struct forecast_need *needs;
    int64_t group_size, group_least; /* children that a group takes; fewer do not make one */
    int series_months;
    bool starts[FORECAST_MONTHS]; /* whether groups start in that month from now */
};

struct forecast_cell {
    int64_t expected;                  /* children told of in the year */
    int64_t leaders_now, leaders_then; /* trained there now, and after the year */
    int64_t groups_needed, groups_led;
    int short_from; /* the first month from now without a pair; FORECAST_NEVER */
};

/* `cells` has a cell for each need; `scratch` leader_count * 16 ints. */
void forecast_look_ahead(
    const struct forecast_facts *facts, struct forecast_cell *cells, int *scratch);
