/* What every reader and maker of plans needs: order, copies, counts. */
#include "services/planner/plan.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/check.h"

double plan_gap(const struct plan *plan)
{
    if (plan->bound == plan->score)
        return 0;
    if (plan->bound == PLAN_ABSENT || plan->bound <= 0)
        return 1;
    return (double)(plan->bound - plan->score) / (double)plan->bound;
}

void plan_clear(struct plan *plan)
{
    free(plan->groups);
    free(plan->additions);
    free(plan->unplaced);
    free(plan->missing);
    memset(plan, 0, sizeof *plan);
}

static void *copy_array(const void *array, int32_t count, size_t size)
{
    if (count == 0 || !array)
        return NULL;
    const size_t bytes = (size_t)count * size;
    return memcpy(memory_grow(NULL, bytes), array, bytes);
}

void plan_copy(struct plan *out, const struct plan *plan)
{
    *out = *plan;
    out->groups = copy_array(plan->groups, plan->group_count, sizeof *plan->groups);
    out->additions = copy_array(plan->additions, plan->addition_count, sizeof *plan->additions);
    out->unplaced = copy_array(plan->unplaced, plan->unplaced_count, sizeof *plan->unplaced);
    out->missing = copy_array(plan->missing, plan->missing_count, sizeof *plan->missing);
}

static int by_index(const void *left, const void *right)
{
    const int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

static int by_slot_and_room(const void *left, const void *right)
{
    const struct plan_group *a = left, *b = right;

    if (a->slot != b->slot)
        return a->slot < b->slot ? -1 : 1;
    return (a->room > b->room) - (a->room < b->room);
}

static int by_group(const void *left, const void *right)
{
    const struct plan_addition *a = left, *b = right;

    return (a->group > b->group) - (a->group < b->group);
}

/* Ascending, with nobody (INSTANCE_NONE) last. */
static void sort_leaders(int32_t leaders[2])
{
    if (leaders[1] != INSTANCE_NONE && (leaders[0] == INSTANCE_NONE || leaders[0] > leaders[1])) {
        const int32_t first = leaders[0];
        leaders[0] = leaders[1];
        leaders[1] = first;
    }
}

/* n0001, n0002 ... but never the name of a group that exists. */
static void name_groups(const struct instance *instance, struct plan *plan)
{
    int32_t number = 0;

    for (int32_t i = 0; i < plan->group_count; i++) {
        char *id = plan->groups[i].id;

        while (!*id || instance_find_group(instance, id) != INSTANCE_NONE)
            snprintf(id, PLAN_ID_SIZE, "n%04d", (int)++number);
    }
}

static void sort_array(
    void *array, int32_t count, size_t size, int (*order)(const void *, const void *))
{
    if (count > 1)
        qsort(array, (size_t)count, size, order);
}

void plan_sort(const struct instance *instance, struct plan *plan)
{
    for (int32_t i = 0; i < plan->group_count; i++) {
        struct plan_group *group = &plan->groups[i];

        sort_array(group->children, group->child_count, sizeof *group->children, by_index);
        sort_leaders(group->leaders);
        sort_leaders(group->parent_leaders);
    }
    for (int32_t i = 0; i < plan->addition_count; i++) {
        struct plan_addition *addition = &plan->additions[i];

        sort_array(addition->children, addition->child_count, sizeof(int32_t), by_index);
    }
    sort_array(plan->groups, plan->group_count, sizeof *plan->groups, by_slot_and_room);
    sort_array(plan->additions, plan->addition_count, sizeof *plan->additions, by_group);
    name_groups(instance, plan);
}

int32_t plan_placed(const struct plan *plan)
{
    int32_t placed = 0;

    for (int32_t i = 0; i < plan->group_count; i++)
        placed += plan->groups[i].child_count;
    for (int32_t i = 0; i < plan->addition_count; i++)
        placed += plan->additions[i].child_count;
    return placed;
}

static void mark(const int32_t *children, int32_t count, uint8_t *placed)
{
    for (int32_t i = 0; i < count; i++)
        if (children[i] != INSTANCE_NONE)
            placed[children[i]] = 1;
}

void plan_mark_placed(const struct instance *instance, const struct plan *plan, uint8_t *placed)
{
    memset(placed, 0, (size_t)instance->child_count);
    for (int32_t i = 0; i < plan->group_count; i++)
        mark(plan->groups[i].children, plan->groups[i].child_count, placed);
    for (int32_t i = 0; i < plan->addition_count; i++)
        mark(plan->additions[i].children, plan->additions[i].child_count, placed);
}
