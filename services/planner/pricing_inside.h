/* What pricing.c and pricing_pick.c share. */
#pragma once

#include "services/planner/pricing.h"

enum { BANNED_MOST = 24 };

struct ranked {
    int64_t value;
    int32_t unit;
};

/* Single children, the most worth first. */
struct ranking {
    int32_t count;
    struct ranked items[GROUP_MOST];
};

/* A unit of several children. */
struct several {
    int64_t value;
    int32_t unit, weight, age_low, age_high;
    uint64_t taken; /* bit w - 1: it is in the best packing of w children of those up to it */
};

/* A unit of the cell at hand that is to be had. */
struct live {
    const struct entry *entry;
    int64_t value; /* less its price */
};

struct packing {
    bool any;
    int64_t worth[GROUP_MOST + 1];
};

struct pricing {
    const struct problem *problem;
    int32_t slot, age_first, age_last;
    struct live *live;
    int32_t live_count;
    int32_t weight_at[INSTANCE_AGE_MAX + 1]; /* children by the age of their unit's youngest */
    struct ranking by_age[INSTANCE_AGE_MAX + 1];
    struct ranking joiners_by_age[INSTANCE_AGE_MAX + 1]; /* only where their number is limited */
    struct ranking merged, merged_others, merged_joiners;
    struct several *several; /* room for all such units of the problem */
    int32_t several_count;
    struct packing packing;
    int32_t banned[BANNED_MOST];
    int32_t banned_count;
    bool inexact;                 /* the last build gave up a branch */
    bool stale;                   /* the values are those of a run with fewer units */
    int64_t best[GROUP_MOST + 1]; /* by exact number of children */
    uint8_t low[GROUP_MOST + 1], high[GROUP_MOST + 1];
};

/* Finds who of the cell is to be had, and what the asks are to look at. False: too few. */
bool pricing_gather(struct pricing *pricing, const struct cell *cell, const struct market *market,
    struct ask *ask, uint8_t *marks);

/* Fills best, low and high for the ask. */
void pricing_run(struct pricing *pricing, const struct ask *ask);

/* The units of the best group of exactly `weight` children, as the last run found it. */
void pricing_take(struct pricing *pricing, const struct ask *ask, int32_t weight, struct pick *out);
