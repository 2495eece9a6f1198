/*
 * Pricing: the best group that could be in a cell when each unit, leader and room has a price.
 *
 * With the duals of the master problem as prices it finds new columns; with units that have a
 * place already at PRICE_NEVER and all else free it finds what to open next. For each band of ages
 * the best single children are merged by worth, and siblings are packed around them by a knapsack:
 * exact, but for pairs that must be apart, which are parted by branching afterwards.
 */
#pragma once

#include "services/planner/problem.h"

#define PRICE_NEVER (INT64_MAX / 4)

enum { KIND_LEAD, KIND_SECOND, KIND_PARENT, KINDS };

/* What things cost, in thousandths of a point. Borrowed; `free_spot` may be NULL: all are. */
struct market {
    const int64_t *unit;      /* by unit; PRICE_NEVER: not to be had */
    const int64_t *staff;     /* by staff * KINDS + kind */
    const int64_t *spot;      /* by spot */
    const int32_t *spot_user; /* by spot: NONE where it is free; NULL: all are */
    int64_t share;            /* of the row of the parents' share, see pricing_share_cost */
    bool parents_wanted;      /* parent groups are priced even where they cannot pay */
};

/* A group that could be opened: a column. */
struct pick {
    int32_t cell, spot, parent_spot; /* parent_spot NONE: no parent group */
    enum instance_gender gender;
    int32_t unit_count, weight, joiners, age_low, age_high;
    int64_t value; /* thousandths: the score less all prices */
    int64_t score; /* points */
    int32_t units[GROUP_MOST];
};

struct pricing;

struct pricing *pricing_new(const struct problem *problem);
void pricing_free(struct pricing *pricing); /* takes NULL */

/* What is asked of a cell at a time: one hall (or several alike), one gender, with parents or not.
 */
struct ask {
    const struct cell *cell;
    const struct hall *hall;
    enum instance_gender gender;
    bool with_parents;
    int32_t joiners_most; /* parents who fit into the parent room; rooms at least that large */
    bool again;           /* the same with a larger parent room was asked before */
    uint64_t needs;       /* of those who are to be had: halls differ for them only */
    bool barred;          /* somebody who is to be had must not be at some site */
};

/* Called for each ask of a cell once its values are known (pricing_value). */
typedef void pricing_visit_fn(
    struct pricing *pricing, const struct ask *ask, const struct market *market, void *data);

/* Visits all asks of the cell that could bring a group. */
void pricing_scan(struct pricing *pricing, const struct cell *cell, const struct market *market,
    pricing_visit_fn *visit, void *data);

/*
 * Inside a visit: the most that a group of at most `capacity` children is worth before the cost of
 * its staff and rooms, in thousandths; -PRICE_NEVER where there is none. Pairs that must be apart
 * and the size of the parent room are not looked at: an upper bound.
 */
int64_t pricing_value(const struct pricing *pricing, const struct ask *ask, int32_t capacity);

/* What a group at the spot pays for staff, the group and the room, in thousandths. */
int64_t pricing_fixed_cost(const struct problem *problem, const struct ask *ask,
    const struct market *market, int32_t spot);

/*
 * What a group pays for the policy's parent_share p at the price of its row: the sum over all new
 * groups of (p - 100 if it has a parent group) is at most 0.
 */
static inline int64_t pricing_share_cost(
    const struct problem *problem, int64_t price, bool with_parents)
{
    return price * (problem->instance->policy.parent_share - (with_parents ? 100 : 0));
}

/* True where the spots of `hall` are also for the asked hall: the same units may enter. */
bool pricing_same_hall(const struct ask *ask, const struct hall *hall);

/* Inside a visit: the group for a spot, all rules kept. False where none is left. */
bool pricing_build(struct pricing *pricing, const struct ask *ask, const struct market *market,
    int32_t spot, struct pick *out);

/* The same; *exact: it is the best that keeps all rules, and where there is none there is none. */
bool pricing_build_exact(struct pricing *pricing, const struct ask *ask,
    const struct market *market, int32_t spot, struct pick *out, bool *exact);

const struct problem *pricing_problem(const struct pricing *pricing);

/* The best group of a cell over its free spots. False where there is none. */
bool pricing_best(struct pricing *pricing, const struct cell *cell, const struct market *market,
    struct pick *out);

/* As pricing_best, without the units in `banned`. */
bool pricing_best_without(struct pricing *pricing, const struct cell *cell,
    const struct market *market, const int32_t *banned, int32_t banned_count, struct pick *out);

/* The score of a pick, from its units, spot and band (PLANNER.md, Score). */
int64_t pick_score(const struct problem *problem, const struct pick *pick);

/* Sets weight, joiners and the band from the units. */
void pick_measure(const struct problem *problem, struct pick *pick);
