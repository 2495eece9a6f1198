/*
 * Enumeration by reduced cost: every column that could be in a plan better than the one known.
 *
 * At prices with a Lagrangian bound B, a column that makes less than the best of its spot by more
 * than B - S cannot be in a plan that scores more than S. What is left is often few enough for an
 * integer program, and then its optimum is the optimum.
 */
#pragma once

#include "services/planner/bound.h"
#include "services/planner/budget.h"

/*
 * Puts them all into `out` (which keeps what it has). `bounder` must have priced `prices` last and
 * found `bound` (thousandths). False where there are more than `most`, or the budget ran out.
 */
bool enumerate_columns(const struct bounder *bounder, const struct prices *prices, int64_t bound,
    int64_t score, int32_t most, const struct budget *budget, struct columns *out);
