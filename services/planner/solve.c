/* planner_solve: from an instance to a plan. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/plan.h"
#include "services/planner/planner.h"
#include "services/planner/search.h"

static void take_leaders(const struct draft *draft, int32_t spot, struct plan_group *group)
{
    const struct problem *problem = draft->problem;
    int32_t *slots[POSITIONS] = {&group->leaders[0], &group->leaders[1], &group->parent_leaders[0],
        &group->parent_leaders[1]};

    for (int32_t n = 0; n < POSITIONS; n++) {
        int32_t seat = draft->held[spot * POSITIONS + n];

        *slots[n] =
            seat == NONE ? INSTANCE_NONE : problem->leaders[problem->seats[seat].leader].source;
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

int planner_solve(
    const struct instance *instance, const struct planner_options *options, struct plan *out)
{
    struct effort effort;
    struct budget budget;
    struct problem *problem;
    struct draft *best;
    struct search *search;

    memset(out, 0, sizeof *out);
    effort_start(&effort, options);
    budget = budget_all(&effort);
    problem = problem_new(instance, NULL);
    best = draft_new(problem);
    search = search_new(problem, options->seed);
    search_greedy(search, best, NULL);
    effort_tell(&effort, "greedy", best->score, PLAN_ABSENT, best->placed, true);
    search_run(search, best, &(struct guide){0}, &budget, INT64_MAX);
    write_draft(best, out);
    out->score = best->score;
    out->bound = PLAN_ABSENT;
    out->seed = options->seed;
    out->wall_s = options->iterations > 0 ? 0 : effort_seconds(&effort);
    plan_sort(instance, out);
    search_free(search);
    draft_free(best);
    problem_free(problem);
    return 0;
}
