/* The problem's leaders, their shifts, and the kinds of staff that groups ask for (H11, H12). */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/problem.h"

static bool works_in_part(const struct instance_leader *leader, const struct part *part)
{
    for (int32_t i = 0; i < leader->districts.count; i++)
        if (!part || part->of_district[leader->districts.items[i]] == part->id)
            return true;
    return false;
}

static void add_shifts(struct problem *problem, struct leader *leader, uint64_t slots)
{
    leader->first_shift = problem->shift_count;
    for (; slots; slots &= slots - 1)
        problem->shifts[problem->shift_count++] =
            (struct shift){problem->leader_count, __builtin_ctzll(slots)};
    leader->shift_count = problem->shift_count - leader->first_shift;
}

/* The units a leader must not meet; `unit_of` maps children of this problem. */
static struct span avoided_units(
    struct problem *problem, const struct instance_leader *source, const int32_t *unit_of)
{
    struct span span = {problem->list_count, 0};

    for (int32_t i = 0; i < source->avoid.count; i++)
        if (unit_of[source->avoid.items[i]] != NONE)
            problem_push(problem, unit_of[source->avoid.items[i]]);
    span.count = problem->list_count - span.first;
    return span;
}

static int32_t *map_children(const struct problem *problem)
{
    int32_t count = problem->instance->child_count;
    int32_t *map = memory_grow(NULL, ((size_t)count + 1) * sizeof *map);

    for (int32_t i = 0; i < count; i++)
        map[i] = NONE;
    for (int32_t u = 0; u < problem->unit_count; u++)
        for (int32_t k = 0; k < problem->units[u].weight; k++)
            map[problem->children[problem->units[u].first + k]] = u;
    return map;
}

void problem_add_leaders(struct problem *problem, const struct part *part)
{
    const struct instance *instance = problem->instance;
    int32_t *unit_of = map_children(problem);
    size_t most = (size_t)instance->leader_count + 1, shifts = 0;

    for (int32_t i = 0; i < instance->leader_count; i++)
        shifts += (size_t)__builtin_popcountll(instance->leaders[i].slots);
    problem->leaders = memory_grow(NULL, most * sizeof(struct leader));
    problem->shifts = memory_grow(NULL, (shifts + 1) * sizeof(struct shift));
    for (int32_t i = 0; i < instance->leader_count; i++) {
        const struct instance_leader *source = &instance->leaders[i];
        uint64_t slots = source->slots & ~source->taken;
        struct leader *leader = &problem->leaders[problem->leader_count];

        if (!source->contract_holds || source->groups_left < 1 || !slots ||
            !works_in_part(source, part))
            continue;
        *leader = (struct leader){.source = i,
            .most = source->groups_left,
            .experienced = source->experienced,
            .parents = source->parents,
            .avoid = avoided_units(problem, source, unit_of)};
        add_shifts(problem, leader, slots);
        problem->leader_count++;
    }
    free(unit_of);
}
