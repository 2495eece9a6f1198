/*
 * The optional fairness term: each situation and district has a bonus that is concave in the share
 * of its children who get a place, so that the first of a district is worth more than the last.
 *
 * The term never is in the score, nor in the bound: a plan that is chosen for it may score less
 * than another, and says so by its gap.
 */
#pragma once

#include "services/planner/planner.h"

/* planner_solve, guided by policy.w_fairness; with w_fairness 0 exactly planner_solve. */
int planner_solve_fairly(
    const struct instance *instance, const struct planner_options *options, struct plan *out);
