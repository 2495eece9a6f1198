/*
 * The online answer: for children who come now, the best place in the groups that are open, without
 * planning anew. A table over the groups of a plan and the existing ones is made once; a question
 * goes through it with bit masks, some microseconds at hundreds of groups.
 */
#pragma once

#include "services/planner/instance.h"
#include "services/planner/plan.h"

enum insert_into {
    INSERT_NOWHERE,
    INSERT_EXISTING, /* `group` is an index of instance.groups: an addition */
    INSERT_NEW,      /* `group` is an index of plan.groups */
};

struct insert_place {
    enum insert_into into;
    int32_t group;
    int32_t age_from, age_to; /* the band it needs; of a new group it may be wider than before */
    int64_t gain;             /* points it adds to the score */
};

struct insert_table;

/* Borrows the instance; what it needs of the plan it copies. Ended by insert_free. */
struct insert_table *insert_new(const struct instance *instance, const struct plan *plan);
void insert_free(struct insert_table *table); /* takes NULL */

/*
 * The best place for children who go together (mostly one), by the gain in points, then the lower
 * index, existing groups first. They are told as instance_child structs: those of the instance, or
 * of somebody new whose spans (declined, avoided_by, apart, must_not_meet, closed) use its indices.
 * `only_group` is that of struct instance_unit. All rules H1 to H20 hold for what it answers.
 */
struct insert_place insert_best(const struct insert_table *table,
    const struct instance_child *const *children, int32_t count, int32_t only_group);
