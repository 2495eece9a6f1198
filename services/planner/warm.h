/* From a plan to a draft: the start of a re-plan. */
#pragma once

#include "services/planner/draft.h"
#include "services/planner/plan.h"

/* Opens what the plan has in this problem: groups and additions. What no longer can be is left. */
void warm_load(struct draft *draft, const struct plan *plan);
