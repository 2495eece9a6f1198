/*
 * The start of column generation: subgradient steps on the Lagrangian bound.
 *
 * They need no linear program: in a few hundred pricings they bring the prices near the best, and
 * leave a pool of columns that are good there, with which the first master problem is good at once.
 */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/generate.h"

enum {
    PATIENCE = 8,
    POOL_MOST = 60000,
    FIRST_COLUMNS = 4000,
    ASCENT_PAYS = 20,
    MANY_UNITS = 1500, /* from here on a good start counts, and small steps */
    STAFF_FIRST = 100, /* percent, see price_at */
    STAFF_LAST = 225,
    STAFF_STEP = 25,
    USE_MOST = 4, /* rooms of a block choose the same children: more than so often says no more */
};

#define STEP_FIRST 1.0
#define STEP_FIRST_MANY 0.3
#define STEP_LEAST 0.02
#define STEP_SHRINK 0.75
#define INERTIA 0.6 /* share of the last direction in the next */

struct ascent {
    struct generation *generation;
    struct prices at;
    int32_t *units, *staff;       /* usage */
    double *unit_way, *staff_way; /* the direction, with inertia */
    double step;
    bool many;
};

static void ascent_open(struct ascent *ascent, struct generation *generation)
{
    const struct problem *problem = generation->problem;
    size_t units = (size_t)problem->unit_count + 1;
    size_t staff = ((size_t)problem->staff_count + 1) * KINDS;

    *ascent = (struct ascent){.generation = generation, .at = prices_new(problem)};
    ascent->units = memory_grow(NULL, units * sizeof(int32_t));
    ascent->staff = memory_grow(NULL, staff * sizeof(int32_t));
    ascent->unit_way = memory_grow(NULL, units * sizeof(double));
    ascent->staff_way = memory_grow(NULL, staff * sizeof(double));
    memset(ascent->unit_way, 0, units * sizeof(double));
    memset(ascent->staff_way, 0, staff * sizeof(double));
    ascent->many = problem->unit_count >= MANY_UNITS;
    ascent->step = ascent->many ? STEP_FIRST_MANY : STEP_FIRST;
}

static void ascent_close(struct ascent *ascent)
{
    prices_free(&ascent->at);
    free(ascent->units);
    free(ascent->staff);
    free(ascent->unit_way);
    free(ascent->staff_way);
}

/* Prices where the leaders of a group cost `staff` percent of two thirds of what a group is worth,
 * and units a little or nothing. */
static void price_at(struct ascent *ascent, const struct draft *draft, int32_t staff, bool units)
{
    const struct problem *problem = ascent->generation->problem;
    int64_t worth = draft->open ? draft->score * MILLI / draft->open : 0;

    for (int32_t t = 0; t < problem->staff_count; t++) {
        ascent->at.staff[t * KINDS + KIND_LEAD] = worth * 35 / 100 * staff / 100;
        ascent->at.staff[t * KINDS + KIND_SECOND] = worth * 30 / 100 * staff / 100;
        ascent->at.staff[t * KINDS + KIND_PARENT] = worth * 30 / 100 * staff / 100;
    }
    for (int32_t u = 0; u < problem->unit_count; u++)
        ascent->at.unit[u] = units ? problem->units[u].worth * MILLI / 8 : 0;
}

/* The first prices: plain ones, where there are many units the best of a few. */
static void guess(struct ascent *ascent, const struct budget *budget, const struct draft *draft)
{
    struct generation *generation = ascent->generation;

    price_at(ascent, draft, STAFF_FIRST, true);
    if (!ascent->many)
        return;
    for (int32_t staff = STAFF_FIRST; staff <= STAFF_LAST && !budget_over(budget);
         staff += STAFF_STEP)
        for (int units = 0; units < 2; units++) {
            int64_t bound;

            price_at(ascent, draft, staff, units);
            bound = bounder_price(generation->bounder, &ascent->at, 0, NULL);
            budget_pay(budget, ASCENT_PAYS);
            if (bound < generation->bound) {
                generation->bound = bound;
                prices_copy(&generation->best, &ascent->at);
            }
        }
    if (generation->bound != INT64_MAX)
        prices_copy(&ascent->at, &generation->best);
}

/* A price that is 0 and would fall does not count in the direction. */
static double turn(
    double *way, const int64_t *price, const int32_t *use, int32_t count, int32_t all, int32_t most)
{
    double square = 0;

    for (int32_t i = 0; i < count; i++) {
        int32_t used = use[i] < most ? use[i] : most;

        way[i] = INERTIA * way[i] + (1 - INERTIA) * (used - all);
        if (price[i] > 0 || way[i] > 0)
            square += way[i] * way[i];
    }
    return square;
}

static void walk(int64_t *price, const double *way, int32_t count, double length)
{
    for (int32_t i = 0; i < count; i++) {
        double next = (double)price[i] + length * way[i];

        price[i] = next > 0 ? (int64_t)next : 0;
    }
}

static void take_step(struct ascent *ascent, int64_t bound, int64_t target)
{
    const struct problem *problem = ascent->generation->problem;
    int32_t staff = problem->staff_count * KINDS;
    int32_t most = ascent->many ? USE_MOST : INT32_MAX;
    double square, length;

    bounder_usage(ascent->generation->bounder, &ascent->at, ascent->units, ascent->staff);
    square = turn(ascent->unit_way, ascent->at.unit, ascent->units, problem->unit_count, 1, most) +
             turn(ascent->staff_way, ascent->at.staff, ascent->staff, staff, 0, most);
    if (square < 1e-9)
        return;
    length = ascent->step * (double)(bound - target) / square;
    walk(ascent->at.unit, ascent->unit_way, problem->unit_count, length);
    walk(ascent->at.staff, ascent->staff_way, staff, length);
}

/* Puts those of the pool that are best at the best prices into the master. */
static void hand_over(struct generation *generation, struct columns *pool)
{
    for (int32_t i = 0; i < pool->count; i++) {
        struct column *column = &pool->items[i];
        const int64_t *staff =
            generation->best.staff + generation->problem->cells[column->cell].staff * KINDS;

        column->value = column->score * MILLI - staff[KIND_LEAD] - staff[KIND_SECOND] -
                        (column->parent_spot != NONE ? staff[KIND_PARENT] : 0);
        for (int32_t k = 0; k < column->unit_count; k++)
            column->value -= generation->best.unit[pool->units[column->first_unit + k]];
    }
    generation_take(generation, pool, FIRST_COLUMNS);
}

void generation_ascend(struct generation *generation, const struct budget *budget,
    const struct draft *draft, int32_t steps)
{
    struct ascent ascent;
    struct columns pool = {0};
    int32_t fails = 0;
    int64_t before;

    ascent_open(&ascent, generation);
    guess(&ascent, budget, draft);
    before = generation->bound;
    for (int32_t i = 0; i < steps && ascent.step > STEP_LEAST &&
                        (generation->bound == INT64_MAX || !budget_over(budget));
         i++) {
        int64_t bound = bounder_price(generation->bounder, &ascent.at, -MILLI * 200, &pool);

        budget_pay(budget, ASCENT_PAYS);
        if (bound < generation->bound) {
            generation->bound = bound;
            prices_copy(&generation->best, &ascent.at);
        }
        if (bound < before - before / 2000) {
            before = bound;
            fails = 0;
        } else if (++fails > PATIENCE) {
            ascent.step *= STEP_SHRINK;
            fails = 0;
            prices_copy(&ascent.at, &generation->best);
        }
        if (pool.count > POOL_MOST)
            columns_clear(&pool);
        take_step(&ascent, bound, draft->score * MILLI);
    }
    hand_over(generation, &pool);
    columns_free(&pool);
    ascent_close(&ascent);
}
