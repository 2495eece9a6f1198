/* The neighbourhoods and the acceptance behind search.h. */
#include "services/planner/search_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

/* Shares of w_place: what a step may lose at the start and at the end. */
#define HOT 1.0
#define COLD 0.03

struct search *search_new(const struct problem *problem, uint64_t seed)
{
    struct search *search = memory_grow(NULL, sizeof *search);

    memset(search, 0, sizeof *search);
    search->problem = problem;
    search->random = seed;
    search->greedy = greedy_new(problem);
    search->now = draft_new(problem);
    search->old = draft_new(problem);
    search_index(search);
    search->unit_guide = memory_grow(NULL, ((size_t)problem->unit_count + 1) * sizeof(int64_t));
    search->staff_guide =
        memory_grow(NULL, ((size_t)problem->staff_count + 1) * KINDS * sizeof(int64_t));
    search->all_cells = memory_grow(NULL, ((size_t)problem->cell_count + 1) * sizeof(int32_t));
    for (int32_t c = 0; c < problem->cell_count; c++)
        search->all_cells[c] = c;
    search->hope = memory_grow(NULL, ((size_t)problem->cell_count + 1) * sizeof(int64_t));
    search->block_stamp = memory_grow(NULL, ((size_t)problem->block_count + 1) * sizeof(uint32_t));
    memset(search->block_stamp, 0, ((size_t)problem->block_count + 1) * sizeof(uint32_t));
    return search;
}

void search_free(struct search *search)
{
    if (!search)
        return;
    greedy_free(search->greedy);
    draft_free(search->now);
    draft_free(search->old);
    free(search->near);
    free(search->place_of_district);
    free(search->district_of);
    free(search->block_at);
    free(search->unit_guide);
    free(search->staff_guide);
    free(search->all_cells);
    free(search->hope);
    free(search->block_stamp);
    free(search->leader_blocks);
    free(search->leader_cells);
    free(search);
}

int64_t search_worth(const struct draft *draft)
{
    const struct instance_policy *policy = &draft->problem->instance->policy;

    return draft->score - greedy_parents_missing(draft) * (policy->w_place * 8 + 1);
}

/* Closes the groups that bring least until the policy's share of parent groups is met. */
static void meet_share(struct draft *draft)
{
    while (greedy_parents_missing(draft)) {
        int32_t worst = NONE;

        for (int32_t s = 0; s < draft->problem->spot_count; s++)
            if (draft->groups[s].cell != NONE && draft->groups[s].parent_spot == NONE &&
                (worst == NONE || draft->groups[s].score < draft->groups[worst].score))
                worst = s;
        draft_close(draft, worst);
    }
}

void search_greedy(struct search *search, struct draft *best, const struct guide *guide)
{
    draft_clear(search->now);
    greedy_open(search->greedy, search->now, guide, search->all_cells, search->problem->cell_count);
    greedy_fill(search->greedy, search->now);
    meet_share(search->now);
    if (search->now->score > best->score)
        draft_copy(best, search->now);
}

/* What the best group of each cell makes at the guide's prices, when all are free. */
static void measure_hope(struct search *search, const struct guide *guide)
{
    const struct problem *problem = search->problem;
    struct market market = {
        .unit = guide->unit, .staff = guide->staff, .spot = guide->spot, .share = guide->share};
    struct pricing *pricing;
    struct pick pick;

    search->hoped = guide->unit && guide->staff && guide->spot;
    if (!search->hoped)
        return;
    pricing = pricing_new(problem);
    for (int32_t c = 0; c < problem->cell_count; c++)
        search->hope[c] =
            pricing_best(pricing, &problem->cells[c], &market, &pick) ? pick.value : -PRICE_NEVER;
    pricing_free(pricing);
}

/* The cells of the touched blocks, mostly without those that the prices give little hope. */
static void collect_cells(struct search *search)
{
    static const int despairs[] = {100, 300, 1000, 100000};
    int64_t least = -(search->problem->instance->policy.w_place + 1) * MILLI *
                    despairs[below(search, 4)] / 1000;

    search->cell_count = 0;
    for (int32_t i = 0; i < search->block_count; i++) {
        const struct block *block = &search->problem->blocks[search->blocks[i]];

        for (int32_t c = 0; c < block->cell_count && search->cell_count < CELLS_MOST; c++)
            if (!search->hoped || search->hope[block->first_cell + c] > least)
                search->cells[search->cell_count++] = block->first_cell + c;
    }
}

/* Where the policy wants parent groups: sometimes they are worth more than the prices say. */
static int64_t vary_share(struct search *search, const struct guide *guide)
{
    const struct instance_policy *policy = &search->problem->instance->policy;

    if (!policy->parent_share || below(search, 3) == 0)
        return guide->share;
    return guide->share + policy->w_place * MILLI * below(search, 60) / 1000;
}

/* The guide of a step: the duals at some strength, and noise, so that greed goes other ways. */
static struct guide vary_guide(struct search *search, const struct guide *guide)
{
    static const int strengths[] = {0, 40, 70, 90, 100, 100};
    static const int noises[] = {0, 50, 150, 400};
    const struct problem *problem = search->problem;
    const int64_t place = problem->instance->policy.w_place * MILLI;
    int64_t strength = guide->unit ? strengths[below(search, 6)] : 0;
    int64_t noise = place * noises[below(search, 4)] / 1000;

    for (int32_t u = 0; u < problem->unit_count; u++)
        search->unit_guide[u] = (strength ? guide->unit[u] * strength / 100 : 0) +
                                (noise ? (int64_t)(search_random(search) % (uint64_t)noise) : 0);
    noise *= 4;
    for (int32_t t = 0; t < problem->staff_count * KINDS; t++)
        search->staff_guide[t] = (strength ? guide->staff[t] : 0) +
                                 (noise ? (int64_t)(search_random(search) % (uint64_t)noise) : 0);
    return (struct guide){search->unit_guide, search->staff_guide, strength ? guide->spot : NULL,
        vary_share(search, guide)};
}

static void step(struct search *search, const struct guide *guide)
{
    const struct problem *problem = search->problem;
    struct guide varied;

    search_ruin(search);
    collect_cells(search);
    varied = vary_guide(search, guide);
    greedy_open(search->greedy, search->now, &varied, search->cells, search->cell_count);
    for (int32_t i = 0; i < search->block_count; i++)
        for (int32_t s = 0; s < problem->blocks[search->blocks[i]].spot_count; s++) {
            int32_t spot = problem->blocks[search->blocks[i]].first_spot + s;

            greedy_fill_groups(search->now, &spot, 1);
        }
    greedy_fill_hosts(search->now);
}

/* How much worse a step may be: it cools from the worth of a child to nearly nothing. */
static double allowance(struct search *search, double heat)
{
    double chance = ((double)(search_random(search) >> 11) + 1) * 0x1p-53;

    return -log(chance) * heat;
}

static double heat_at(const struct search *search, double progress)
{
    double place = (double)search->problem->instance->policy.w_place;

    return place * HOT * pow(COLD / HOT, progress);
}

void search_run(struct search *search, struct draft *best, const struct guide *guide,
    const struct budget *budget, int64_t bound)
{
    struct effort *effort = budget->effort;
    struct budget mark = budget_now(budget);
    double heat = heat_at(search, 0);
    int64_t steps = 0;

    measure_hope(search, guide);
    draft_copy(search->now, best);
    while (search->problem->cell_count && best->score < bound && !budget_over(budget)) {
        draft_copy(search->old, search->now);
        step(search, guide);
        budget_pay(budget, 1);
        if (steps++ % HEAT_EVERY == 0)
            heat = heat_at(search, budget_progress(&mark, budget));
        if (search->now->score > best->score && !greedy_parents_missing(search->now)) {
            draft_copy(best, search->now);
            effort_tell(effort, "search", best->score, PLAN_ABSENT, best->placed, true);
        }
        if ((double)search_worth(search->now) <
            (double)search_worth(search->old) - allowance(search, heat))
            draft_copy(search->now, search->old);
        effort_tell(effort, "search", best->score, PLAN_ABSENT, best->placed, false);
    }
}
