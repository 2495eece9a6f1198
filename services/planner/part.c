/* The phases behind part.h: greedy, a short search, prices, search with their guidance, and where
 * the gap is small enough enumeration and the integer program. */
#include "services/planner/part.h"

#include "services/planner/enumerate.h"
#include "services/planner/exact.h"
#include "services/planner/generate.h"

enum {
    SMALL_UNITS = 400,         /* below it exactness is within reach */
    FIRST_STEPS = 300,         /* of the search before there are prices */
    GUIDED_STEPS_A_UNIT = 100, /* of the search before the first enumeration */
    LARGE_UNITS = 7000,        /* above it the linear program does not come to its end in time */
    ASCENT_STEPS = 300,
    ASCENT_PERCENT = 35, /* of the time that is left */
    ASCENT_LARGE_PERCENT = 60,
    COLUMNS_PERCENT = 40, /* of the time then */
    ROUNDS_MOST = 1000,
    ENUMERATED_MOST = 60000,
    NODES_MOST = 100000,
    ENUMERATED_UNTIMED = 60000, /* with an iteration limit no clock stops the integer program */
    NODES_UNTIMED = 2000,
    PROVE_PERCENT = 85,       /* of the time that is left; CBC looks at the clock too seldom */
    ENUMERATED_LARGE = 15000, /* where there are many units, programs are slow */
};

struct work {
    const struct problem *problem;
    const struct budget *budget;
    struct draft *best;
    struct search *search;
    struct generation *generation;
    int64_t bound; /* points */
};

static void tell(struct work *work, const char *phase)
{
    effort_tell(work->budget->effort, phase, work->best->score,
        work->bound == INT64_MAX ? PLAN_ABSENT : work->bound, work->best->placed, true);
}

static struct guide guide_of(const struct generation *generation)
{
    return (struct guide){generation->best.unit, generation->best.staff, generation->best.spot,
        generation->best.share};
}

static void find_prices(struct work *work)
{
    bool small = work->problem->unit_count <= SMALL_UNITS;
    bool large = work->problem->unit_count > LARGE_UNITS;
    struct budget part = budget_part(work->budget, large ? ASCENT_LARGE_PERCENT : ASCENT_PERCENT);

    generation_learn(work->generation, work->best);
    generation_ascend(work->generation, &part, work->best, small ? ASCENT_STEPS / 6 : ASCENT_STEPS);
    part = budget_part(work->budget, COLUMNS_PERCENT);
    generation_run(work->generation, &part, work->best, large ? 0 : ROUNDS_MOST);
    work->bound = generation_bound(work->generation);
    tell(work, "columns");
}

/* Everything that could be in a better plan, and the best of it. True where that is proven. */
static bool prove(struct work *work, int32_t most)
{
    struct generation *generation = work->generation;
    struct columns columns = {0};
    struct budget part = budget_part(work->budget, PROVE_PERCENT);
    int64_t bound = bounder_price(generation->bounder, &generation->best, 0, NULL);
    enum exact_outcome outcome = EXACT_NOTHING;
    int64_t nodes = NODES_MOST;

    if (!budget_timed(work->budget)) {
        most = most < ENUMERATED_UNTIMED ? most : ENUMERATED_UNTIMED;
        nodes = NODES_UNTIMED;
    }
    if (enumerate_columns(generation->bounder, &generation->best, bound, work->best->score, most,
            &part, &columns)) {
        tell(work, "enumeration");
        outcome = exact_solve(&columns, work->best, &part, budget_seconds_left(&part) * 0.8, nodes);
        if (outcome == EXACT_PROVEN)
            work->bound = work->best->score;
        tell(work, "exact");
    }
    columns_free(&columns);
    return outcome == EXACT_PROVEN;
}

static bool is_done(const struct work *work)
{
    return work->best->score >= work->bound || budget_over(work->budget);
}

static void run_phases(struct work *work)
{
    bool small = work->problem->unit_count <= SMALL_UNITS;
    struct guide guide = {0};
    struct budget part;

    search_greedy(work->search, work->best, NULL);
    tell(work, "greedy");
    part = budget_steps(work->budget, FIRST_STEPS);
    search_run(work->search, work->best, &guide, &part, INT64_MAX);
    find_prices(work);
    guide = guide_of(work->generation);
    search_greedy(work->search, work->best, &guide);
    if (small && !is_done(work)) {
        part = budget_part(work->budget, 10);
        part = budget_steps(&part, work->problem->unit_count * GUIDED_STEPS_A_UNIT);
        search_run(work->search, work->best, &guide, &part, work->bound);
        if (!is_done(work) && prove(work, ENUMERATED_MOST))
            return;
    }
    for (int round = 0; round < 3 && !is_done(work); round++) {
        part = budget_part(work->budget, round == 2 ? 100 : small ? 40 : 90);
        search_run(work->search, work->best, &guide, &part, work->bound);
        if (!is_done(work) && prove(work, small ? ENUMERATED_MOST * 4 : ENUMERATED_LARGE))
            return;
    }
}

void part_solve(const struct problem *problem, const struct budget *budget, uint64_t seed,
    struct draft *best, int64_t *bound)
{
    struct work work = {.problem = problem, .budget = budget, .best = best, .bound = INT64_MAX};

    if (!problem->cell_count && !problem->host_count) {
        *bound = 0;
        return;
    }
    work.search = search_new(problem, seed);
    work.generation = generation_new(problem);
    run_phases(&work);
    *bound = work.bound > best->score ? work.bound : best->score;
    generation_free(work.generation);
    search_free(work.search);
}
