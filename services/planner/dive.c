/* Diving on the master problem, behind generate.h. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/generate.h"

enum { DIVE_ROUNDS = 3, DIVE_PAYS = 30, FIX_AT_ONCE = 4, DIVE_COLUMNS = 300 };

#define TAKEN_WHOLE 0.9
#define TAKEN_AT_ALL 1e-6

/* Opens a column in the draft and fixes it in the master. False where it no longer can be. */
static bool fix(struct generation *generation, struct draft *draft, int32_t column)
{
    struct pick pick;

    master_pick(generation->master, column, &pick);
    if (!draft_open(draft, &pick))
        return false;
    master_fix(generation->master, column);
    return true;
}

/* The column that is taken most, among those not fixed and not refused; NONE: none. */
static int32_t most_taken(
    const struct generation *generation, const uint8_t *refused, double *out_taken)
{
    int32_t best = NONE, count = master_solved_count(generation->master);

    *out_taken = TAKEN_AT_ALL;
    for (int32_t i = 0; i < count; i++) {
        double taken = master_taken(generation->master, i);

        if (taken > *out_taken && !refused[i] && !master_fixed(generation->master, i)) {
            best = i;
            *out_taken = taken;
        }
    }
    return best;
}

/* Fixes what is nearly whole, and at least one. False where nothing is left. */
static bool fix_some(struct generation *generation, struct draft *draft)
{
    size_t count = (size_t)master_solved_count(generation->master) + 1;
    uint8_t *refused = memory_grow(NULL, count);
    int32_t fixed = 0, column;
    double taken;

    memset(refused, 0, count);
    while ((column = most_taken(generation, refused, &taken)) != NONE) {
        if (fixed && (taken < TAKEN_WHOLE - 0.1 * fixed || fixed >= FIX_AT_ONCE) &&
            taken < TAKEN_WHOLE)
            break;
        if (fix(generation, draft, column))
            fixed++;
        else
            refused[column] = 1;
    }
    free(refused);
    return fixed > 0;
}

/* New columns for what is still free, at the prices of the last solve. */
static int32_t price_rest(struct generation *generation, const struct draft *draft)
{
    const struct problem *problem = generation->problem;
    struct columns found = {0};
    int32_t taken;

    master_prices(generation->master, &generation->mix);
    for (int32_t u = 0; u < problem->unit_count; u++)
        if (draft->place_of[u] != NONE)
            generation->mix.unit[u] = PRICE_NEVER;
    bounder_find(generation->bounder, &generation->mix, draft->spot_user, MILLI / 100, &found);
    taken = generation_take(generation, &found, DIVE_COLUMNS);
    columns_free(&found);
    return taken;
}

void generation_dive(
    struct generation *generation, const struct budget *budget, struct draft *draft)
{
    draft_clear(draft);
    master_solve(generation->master, budget);
    while (!budget_over(budget) && fix_some(generation, draft)) {
        for (int round = 0; round < DIVE_ROUNDS; round++) {
            if (!master_solve(generation->master, budget) || budget_over(budget) ||
                !price_rest(generation, draft))
                break;
        }
        budget_pay(budget, DIVE_PAYS);
        if (!master_solve(generation->master, budget))
            break;
    }
    master_release(generation->master);
}
