/* The rounds behind generate.h. */
#include "services/planner/generate.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

enum {
    ROUND_COLUMNS = 600, /* new columns a round: more make the program slow */
    SMOOTH = 60,         /* percent of the smoothed prices that is the best bound's */
    PURGE_AT = 6000,
    ROUND_PAYS = 50,
    COLUMN_PAYS = MILLI / 100, /* thousandths a new column must make */
};

struct generation *generation_new(const struct problem *problem)
{
    struct generation *generation = memory_grow(NULL, sizeof *generation);

    *generation = (struct generation){.problem = problem, .bound = INT64_MAX};
    generation->master = master_new(problem);
    generation->bounder = bounder_new(problem);
    generation->best = prices_new(problem);
    generation->lp = prices_new(problem);
    generation->mix = prices_new(problem);
    return generation;
}

void generation_free(struct generation *generation)
{
    if (!generation)
        return;
    master_free(generation->master);
    bounder_free(generation->bounder);
    prices_free(&generation->best);
    prices_free(&generation->lp);
    prices_free(&generation->mix);
    free(generation);
}

int64_t generation_bound(const struct generation *generation)
{
    return generation->bound == INT64_MAX ? INT64_MAX : generation->bound / MILLI;
}

void generation_learn(struct generation *generation, const struct draft *draft)
{
    for (int32_t s = 0; s < generation->problem->spot_count; s++)
        if (draft->groups[s].cell != NONE) {
            struct pick pick;

            draft_pick(draft, s, &pick);
            master_add(generation->master, &pick);
        }
}

static int compare_values(const void *left, const void *right)
{
    const struct column *a = left, *b = right;

    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return (a->first_unit > b->first_unit) - (a->first_unit < b->first_unit);
}

int32_t generation_take(struct generation *generation, struct columns *found, int32_t most)
{
    int32_t taken = 0;

    if (found->count)
        qsort(found->items, (size_t)found->count, sizeof *found->items, compare_values);
    for (int32_t i = 0; i < found->count && taken < most; i++) {
        struct pick pick;

        columns_pick(generation->problem, found, i, &pick);
        taken += master_add(generation->master, &pick);
    }
    return taken;
}

/* Prices at `at`; keeps the prices if their bound is the best. Says how many columns are new. */
static int32_t price(struct generation *generation, const struct prices *at)
{
    struct columns found = {0};
    int64_t bound = bounder_price(generation->bounder, at, COLUMN_PAYS, &found);
    int32_t taken;

    if (bound < generation->bound) {
        generation->bound = bound;
        prices_copy(&generation->best, at);
    }
    taken = generation_take(generation, &found, ROUND_COLUMNS);
    columns_free(&found);
    return taken;
}

static bool play_round(struct generation *generation, const struct budget *budget)
{
    int32_t taken = 0;

    if (!master_solve(generation->master, budget))
        return false;
    master_prices(generation->master, &generation->lp);
    if (generation->bound != INT64_MAX) {
        prices_copy(&generation->mix, &generation->lp);
        prices_blend(&generation->mix, &generation->best, SMOOTH);
        taken = price(generation, &generation->mix);
    }
    if (!taken)
        taken = price(generation, &generation->lp);
    generation->rounds++;
    if (!taken)
        generation->converged = true;
    if (taken)
        master_purge(generation->master, PURGE_AT);
    return taken > 0;
}

void generation_run(struct generation *generation, const struct budget *budget,
    const struct draft *best, int32_t rounds)
{
    while (rounds-- > 0 && !generation->converged && !budget_over(budget) &&
           generation_bound(generation) > best->score) {
        budget_pay(budget, ROUND_PAYS);
        if (!play_round(generation, budget))
            return;
        effort_tell(budget->effort, "columns", best->score, generation_bound(generation),
            best->placed, false);
    }
}
