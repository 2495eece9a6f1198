/* planner_solve: from an instance to a plan. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/components.h"
#include "services/planner/part.h"
#include "services/planner/plan.h"
#include "services/planner/planner.h"
#include "services/planner/warm.h"

static void take_leaders(const struct draft *draft, int32_t spot, struct plan_group *group)
{
    const struct problem *problem = draft->problem;
    int32_t *slots[POSITIONS] = {&group->leaders[0], &group->leaders[1], &group->parent_leaders[0],
        &group->parent_leaders[1]};

    for (int32_t n = 0; n < POSITIONS; n++) {
        int32_t shift = draft->held[spot * POSITIONS + n];

        *slots[n] =
            shift == NONE ? INSTANCE_NONE : problem->leaders[problem->shifts[shift].leader].source;
    }
}

static void take_children(
    const struct problem *problem, int32_t unit, int32_t *children, int32_t *count)
{
    for (int32_t k = 0; k < problem->units[unit].weight; k++)
        children[(*count)++] = problem->children[problem->units[unit].first + k];
}

static void write_group(const struct draft *draft, int32_t spot, struct plan_group *out)
{
    const struct problem *problem = draft->problem;
    const struct draft_group *group = &draft->groups[spot];
    const struct cell *cell = &problem->cells[group->cell];

    *out = (struct plan_group){.theme = cell->theme,
        .language = cell->language,
        .slot = problem->spots[spot].slot,
        .room = problem->spots[spot].room,
        .age_from = group->age_low,
        .age_to = group->age_high,
        .gender = group->gender,
        .parent_room =
            group->parent_spot == NONE ? INSTANCE_NONE : problem->spots[group->parent_spot].room};
    take_leaders(draft, spot, out);
    for (int32_t i = 0; i < group->unit_count; i++)
        take_children(problem, draft->members[(size_t)spot * (size_t)problem->most + (size_t)i],
            out->children, &out->child_count);
}

/* Appends the draft's groups and additions to the plan. */
static void write_draft(const struct draft *draft, struct plan *out)
{
    const struct problem *problem = draft->problem;

    out->groups = memory_grow(
        out->groups, (size_t)(out->group_count + draft->open + 1) * sizeof *out->groups);
    out->additions = memory_grow(out->additions,
        (size_t)(out->addition_count + problem->host_count + 1) * sizeof *out->additions);
    for (int32_t s = 0; s < problem->spot_count; s++)
        if (draft->groups[s].cell != NONE)
            write_group(draft, s, &out->groups[out->group_count++]);
    for (int32_t h = 0; h < problem->host_count; h++) {
        struct plan_addition *addition = &out->additions[out->addition_count];

        *addition = (struct plan_addition){.group = problem->hosts[h].source};
        for (int32_t u = 0; u < problem->unit_count; u++)
            if (draft->place_of[u] == draft_host_place(h))
                take_children(problem, u, addition->children, &addition->child_count);
        out->addition_count += addition->child_count > 0;
    }
}

/* How much of what is left a part gets, in percent: more than its share of the units, for large
 * parts are harder. */
static int part_percent(const struct components *parts, int32_t part)
{
    double all = 0, own = pow(parts->units[part], 1.3);

    for (int32_t p = part; p < parts->count; p++)
        all += pow(parts->units[p], 1.3);
    return all <= 0 ? 100 : (int)(own * 100 / all + 0.5);
}

/* Solves one part and adds it to the plan. */
static void solve_part(const struct instance *instance, const struct components *parts, int32_t id,
    const struct budget *whole, struct plan *out)
{
    const struct planner_options *options = whole->effort->options;
    struct part part = {parts->of_unit, parts->of_district, id};
    struct budget budget = budget_part(whole, part_percent(parts, id));
    struct problem *problem = problem_new(instance, parts->count > 1 ? &part : NULL);
    struct draft *best = draft_new(problem);
    int64_t bound;

    if (options->warm)
        warm_load(best, options->warm);
    part_solve(problem, &budget, options->seed, best, &bound);
    write_draft(best, out);
    out->score += best->score;
    if (bound == INT64_MAX)
        out->bound = PLAN_ABSENT;
    else if (out->bound != PLAN_ABSENT)
        out->bound += bound;
    whole->effort->base_score = out->score;
    whole->effort->base_bound = out->bound;
    whole->effort->base_placed += best->placed;
    draft_free(best);
    problem_free(problem);
}

int planner_solve(
    const struct instance *instance, const struct planner_options *options, struct plan *out)
{
    struct effort effort;
    struct budget budget;
    struct components parts;

    memset(out, 0, sizeof *out);
    effort_start(&effort, options);
    budget = budget_all(&effort);
    parts = components_find(instance);
    for (int32_t p = 0; p < parts.count; p++)
        if (parts.units[p])
            solve_part(instance, &parts, p, &budget, out);
    components_free(&parts);
    out->status = out->bound == out->score ? PLAN_OPTIMAL : PLAN_FEASIBLE;
    out->seed = options->seed;
    out->wall_s = options->iterations > 0 ? 0 : effort_seconds(&effort);
    plan_sort(instance, out);
    effort_tell(&effort, "done", 0, 0, 0, true);
    return 0;
}
