/* Making a plan right again by dropping what breaks a rule: a start for a new search. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/check.h"

/* Marks the groups and additions that a complaint is about; returns how many are marked now. */
static int32_t mark_blamed(const struct complaints *complaints, int32_t parts, uint8_t *blamed)
{
    const int32_t kept = complaints->count < COMPLAINTS_KEPT ? complaints->count : COMPLAINTS_KEPT;
    int32_t marked = 0;

    memset(blamed, 0, (size_t)parts);
    for (int32_t i = 0; i < kept; i++) {
        const int32_t about = complaints->about[i];

        if (about >= 0 && about < parts && !blamed[about]) {
            blamed[about] = 1;
            marked++;
        }
    }
    return marked;
}

static void drop_blamed(struct plan *plan, const uint8_t *blamed)
{
    const int32_t groups = plan->group_count;
    int32_t kept = 0;

    for (int32_t i = 0; i < groups; i++)
        if (!blamed[i])
            plan->groups[kept++] = plan->groups[i];
    plan->group_count = kept;
    kept = 0;
    for (int32_t i = 0; i < plan->addition_count; i++)
        if (!blamed[groups + i])
            plan->additions[kept++] = plan->additions[i];
    plan->addition_count = kept;
}

/* The children of the instance that a list still has. */
static int32_t known_children(int32_t *children, int32_t count)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < count; i++)
        if (children[i] != INSTANCE_NONE)
            children[kept++] = children[i];
    return kept;
}

/* Who does not wait any more is no reason to drop the others of the group. */
static void forget_unknown(struct plan *plan)
{
    for (int32_t i = 0; i < plan->group_count; i++)
        plan->groups[i].child_count =
            known_children(plan->groups[i].children, plan->groups[i].child_count);
    for (int32_t i = 0; i < plan->addition_count; i++)
        plan->additions[i].child_count =
            known_children(plan->additions[i].children, plan->additions[i].child_count);
}

int check_repair(const struct instance *instance, struct plan *plan)
{
    const int32_t parts = plan->group_count + plan->addition_count;
    struct complaints *complaints = memory_grow(NULL, sizeof *complaints);
    uint8_t *blamed = memory_grow(NULL, (size_t)parts + 1);

    forget_unknown(plan);
    plan->bound = PLAN_ABSENT;
    plan->status = PLAN_FEASIBLE;
    for (;;) {
        const int32_t left = plan->group_count + plan->addition_count;

        memset(complaints, 0, sizeof *complaints);
        plan->score = check_score(instance, plan);
        if (check_plan(instance, plan, complaints) == 0 || left == 0)
            break;
        /* A leader's load or parent_share is nobody's: the last group goes, until it holds. */
        if (mark_blamed(complaints, left, blamed) == 0)
            blamed[plan->group_count > 0 ? plan->group_count - 1 : 0] = 1;
        drop_blamed(plan, blamed);
    }
    const int dropped = parts - plan->group_count - plan->addition_count;
    free(blamed);
    free(complaints);
    return dropped;
}
