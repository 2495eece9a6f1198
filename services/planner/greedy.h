/*
 * Greedy: opens the best group that there is, again and again, over a list of cells.
 *
 * The best group of each cell waits in a heap. Whatever was taken only makes the others worse, so
 * a group that is priced anew and is still the best is the best of all (lazy greedy).
 */
#pragma once

#include "services/planner/draft.h"

struct greedy;

/*
 * What the greedy thinks things cost besides being taken: duals as a guide, in thousandths. `unit`
 * may be noisy or scaled; NULL: nothing costs.
 */
struct guide {
    const int64_t *unit;  /* by unit */
    const int64_t *staff; /* by staff * KINDS */
    const int64_t *spot;  /* by spot */
    int64_t share;        /* of the row of the parents' share */
};

struct greedy *greedy_new(const struct problem *problem);
void greedy_free(struct greedy *greedy); /* takes NULL */

/* Opens groups of these cells in the draft until none brings points. */
void greedy_open(struct greedy *greedy, struct draft *draft, const struct guide *guide,
    const int32_t *cells, int32_t cell_count);

/* Adds unplaced units to hosts and to open groups with free places, most points first. */
void greedy_fill(struct greedy *greedy, struct draft *draft);

/* Fills the hosts alone. */
void greedy_fill_hosts(struct draft *draft);

/* The same for some groups only (spots; closed ones are passed over). */
void greedy_fill_groups(struct draft *draft, const int32_t *spots, int32_t spot_count);

/* How many parent groups are missing to the policy's share. */
int32_t greedy_parents_missing(const struct draft *draft);
