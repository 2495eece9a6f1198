/* Finding cells, spots and units of a plan's groups, behind warm.h. */
#include "services/planner/warm.h"

#include <stdlib.h>

#include "common/arena.h"

static int32_t find_spot(const struct problem *problem, int32_t room, int32_t slot)
{
    for (int32_t s = 0; s < problem->spot_count; s++)
        if (problem->spots[s].room == room && problem->spots[s].slot == slot)
            return s;
    return NONE;
}

static int32_t find_cell(
    const struct problem *problem, int32_t spot, int32_t theme, int32_t language)
{
    const struct block *block = &problem->blocks[problem->spots[spot].block];

    for (int32_t c = block->first_cell; c < block->first_cell + block->cell_count; c++)
        if (problem->cells[c].theme == theme && problem->cells[c].language == language)
            return c;
    return NONE;
}

static void load_group(struct draft *draft, const struct plan_group *group, const int32_t *unit_of)
{
    const struct problem *problem = draft->problem;
    struct pick pick = {.spot = find_spot(problem, group->room, group->slot),
        .parent_spot = NONE,
        .gender = group->gender};

    if (pick.spot == NONE)
        return;
    pick.cell = find_cell(problem, pick.spot, group->theme, group->language);
    if (group->parent_room != INSTANCE_NONE)
        pick.parent_spot = find_spot(problem, group->parent_room, group->slot);
    if (pick.cell == NONE || (group->parent_room != INSTANCE_NONE && pick.parent_spot == NONE))
        return;
    for (int32_t i = 0; i < group->child_count; i++) {
        int32_t unit = unit_of[group->children[i]], k = 0;

        if (unit == NONE)
            return;
        while (k < pick.unit_count && pick.units[k] != unit)
            k++;
        if (k == pick.unit_count)
            pick.units[pick.unit_count++] = unit;
    }
    pick_measure(problem, &pick);
    pick.score = pick_score(problem, &pick);
    draft_open(draft, &pick);
}

static void load_addition(
    struct draft *draft, const struct plan_addition *addition, const int32_t *unit_of)
{
    const struct problem *problem = draft->problem;

    for (int32_t h = 0; h < problem->host_count; h++) {
        const struct host *host = &problem->hosts[h];

        if (host->source != addition->group)
            continue;
        for (int32_t i = 0; i < addition->child_count; i++)
            for (int32_t o = host->first_offer; o < host->first_offer + host->offer_count; o++)
                if (problem->offers[o].unit == unit_of[addition->children[i]])
                    draft_add(draft, h, &problem->offers[o]);
    }
}

void warm_load(struct draft *draft, const struct plan *plan)
{
    const struct problem *problem = draft->problem;
    int32_t count = problem->instance->child_count;
    int32_t *unit_of = memory_grow(NULL, ((size_t)count + 1) * sizeof *unit_of);

    for (int32_t i = 0; i < count; i++)
        unit_of[i] = NONE;
    for (int32_t u = 0; u < problem->unit_count; u++)
        for (int32_t k = 0; k < problem->units[u].weight; k++)
            unit_of[problem->children[problem->units[u].first + k]] = u;
    for (int32_t g = 0; g < plan->group_count; g++)
        load_group(draft, &plan->groups[g], unit_of);
    for (int32_t a = 0; a < plan->addition_count; a++)
        load_addition(draft, &plan->additions[a], unit_of);
    free(unit_of);
}
