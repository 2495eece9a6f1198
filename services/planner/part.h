/* Solving one problem: the phases in order, as long as the budget lasts. */
#pragma once

#include "services/planner/budget.h"
#include "services/planner/draft.h"

/*
 * Improves `best` (empty, or the plan to start from) as far as it can; *bound: points that no plan
 * of this problem exceeds. Where they are equal to the score the plan is proven to be the best.
 */
void part_solve(const struct problem *problem, const struct budget *budget, uint64_t seed,
    struct draft *best, int64_t *bound);
