/*
 * Parts of an instance that share nothing: no child can go to rooms of two, no leader works in
 * two. Each is solved by itself, and scores and bounds add up.
 */
#pragma once

#include "services/planner/problem.h"

struct components {
    int32_t *of_unit;     /* by unit; NONE: can go nowhere */
    int32_t *of_district; /* by district; NONE: no room and nobody there */
    int32_t *units;       /* by part: how many */
    int32_t count;
};

/* Parts in the order of their first district. Where the policy wants a share of parent groups of
 * all groups, there is one part (unless it is too large to be solved at once). */
struct components components_find(const struct instance *instance);
void components_free(struct components *components);
