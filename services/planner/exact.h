/*
 * The integer program over a set of columns (CBC): the best plan made of them, or the proof that
 * none is better than the one known.
 */
#pragma once

#include "services/planner/budget.h"
#include "services/planner/columns.h"
#include "services/planner/draft.h"

enum exact_outcome {
    EXACT_PROVEN,  /* `best` is the best of all that the columns could make */
    EXACT_BETTER,  /* `best` is better than before, but there may be more */
    EXACT_NOTHING, /* nothing better was found in time */
};

/* Looks for a plan better than `best` (which it becomes) in at most `seconds` and `nodes`. */
enum exact_outcome exact_solve(const struct columns *columns, struct draft *best,
    const struct budget *budget, double seconds, int64_t nodes);
