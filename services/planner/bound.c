/* The parts of the Lagrangian bound behind bound.h. */
#include "services/planner/bound.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

struct bounder {
    const struct problem *problem;
    struct pricing *pricing;
    int64_t *spot_best;     /* by spot: what a group there makes at most */
    struct pick *spot_pick; /* by spot: that group; unit_count 0: not known */
    int64_t *shift_best;    /* by shift: what the leader earns there */
    int32_t *shift_need;    /* by shift: for which staff * KINDS + kind */
    int64_t least;
    struct columns *found;
    struct pick cell_pick; /* the best of the cell at hand */
};

struct prices prices_new(const struct problem *problem)
{
    size_t units = (size_t)problem->unit_count + 1;
    size_t staff = ((size_t)problem->staff_count + 1) * KINDS;
    size_t spots = (size_t)problem->spot_count + 1;
    struct prices prices = {.problem = problem};

    prices.unit = memory_grow(NULL, units * sizeof(int64_t));
    prices.staff = memory_grow(NULL, staff * sizeof(int64_t));
    prices.spot = memory_grow(NULL, spots * sizeof(int64_t));
    memset(prices.unit, 0, units * sizeof(int64_t));
    memset(prices.staff, 0, staff * sizeof(int64_t));
    memset(prices.spot, 0, spots * sizeof(int64_t));
    return prices;
}

void prices_free(struct prices *prices)
{
    free(prices->unit);
    free(prices->staff);
    free(prices->spot);
    *prices = (struct prices){0};
}

void prices_copy(struct prices *to, const struct prices *from)
{
    prices_blend(to, from, 100);
}

static void blend(int64_t *to, const int64_t *from, int32_t count, int percent)
{
    for (int32_t i = 0; i < count; i++)
        to[i] = (from[i] * percent + to[i] * (100 - percent)) / 100;
}

void prices_blend(struct prices *to, const struct prices *from, int percent)
{
    blend(to->unit, from->unit, to->problem->unit_count, percent);
    blend(to->staff, from->staff, to->problem->staff_count * KINDS, percent);
    blend(to->spot, from->spot, to->problem->spot_count, percent);
    blend(&to->share, &from->share, 1, percent);
}

struct bounder *bounder_new(const struct problem *problem)
{
    struct bounder *bounder = memory_grow(NULL, sizeof *bounder);

    *bounder = (struct bounder){.problem = problem, .pricing = pricing_new(problem)};
    bounder->spot_best = memory_grow(NULL, ((size_t)problem->spot_count + 1) * sizeof(int64_t));
    bounder->spot_pick = memory_grow(NULL, ((size_t)problem->spot_count + 1) * sizeof(struct pick));
    bounder->shift_best = memory_grow(NULL, ((size_t)problem->shift_count + 1) * sizeof(int64_t));
    bounder->shift_need = memory_grow(NULL, ((size_t)problem->shift_count + 1) * sizeof(int32_t));
    return bounder;
}

void bounder_free(struct bounder *bounder)
{
    if (!bounder)
        return;
    pricing_free(bounder->pricing);
    free(bounder->spot_best);
    free(bounder->spot_pick);
    free(bounder->shift_best);
    free(bounder->shift_need);
    free(bounder);
}

const int64_t *bounder_spot_best(const struct bounder *bounder)
{
    return bounder->spot_best;
}

/* What each shift earns with the staff that pays most. */
static void price_shifts(struct bounder *bounder, const struct prices *prices)
{
    const struct problem *problem = bounder->problem;

    memset(bounder->shift_best, 0, (size_t)problem->shift_count * sizeof(int64_t));
    for (int32_t t = 0; t < problem->staff_count; t++) {
        const struct span *shifts = &problem->staff[t].shifts;
        const int64_t *price = prices->staff + t * KINDS;

        for (int32_t i = 0; i < shifts->count; i++) {
            int32_t shift = problem->list[shifts->first + i];
            const struct leader *leader = &problem->leaders[problem->shifts[shift].leader];
            int kind = KIND_SECOND;

            if (leader->experienced && price[KIND_LEAD] > price[kind])
                kind = KIND_LEAD;
            if (leader->parents && price[KIND_PARENT] > price[kind])
                kind = KIND_PARENT;
            if (price[kind] > bounder->shift_best[shift]) {
                bounder->shift_best[shift] = price[kind];
                bounder->shift_need[shift] = t * KINDS + kind;
            }
        }
    }
}

int64_t bounder_leaders(struct bounder *bounder, const struct prices *prices)
{
    const struct problem *problem = bounder->problem;
    int64_t total = 0;

    price_shifts(bounder, prices);
    for (int32_t l = 0; l < problem->leader_count; l++) {
        const struct leader *leader = &problem->leaders[l];
        int64_t *earned = bounder->shift_best + leader->first_shift;
        int32_t *needs = bounder->shift_need + leader->first_shift;

        for (int32_t n = 0; n < leader->most && n < leader->shift_count; n++) {
            int32_t best = n;
            int64_t earns;
            int32_t need;

            for (int32_t i = n + 1; i < leader->shift_count; i++)
                if (earned[i] > earned[best])
                    best = i;
            earns = earned[best];
            need = needs[best];
            earned[best] = earned[n];
            needs[best] = needs[n];
            earned[n] = earns;
            needs[n] = need;
            total += earns;
        }
    }
    return total;
}

/* The knapsack of a host's free places over its offers, after the units' prices. */
static int64_t host_best(
    const struct problem *problem, const struct host *host, const struct prices *prices)
{
    int64_t worth[GROUP_MOST + 1] = {0};

    for (int32_t i = 0; i < host->offer_count; i++) {
        const struct offer *offer = &problem->offers[host->first_offer + i];
        int32_t weight = problem->units[offer->unit].weight;
        int64_t value = offer->value - prices->unit[offer->unit];

        if (value > 0)
            for (int32_t w = host->places; w >= weight; w--)
                if (worth[w - weight] + value > worth[w])
                    worth[w] = worth[w - weight] + value;
    }
    return worth[host->places];
}

/* What the best group of the ask makes at the spot. Where it pays it is built, so that pairs to be
 * kept apart and a small parent room count; where that gives up, the upper bound stays. */
static int64_t spot_value(struct pricing *pricing, const struct ask *ask,
    const struct market *market, int32_t spot, struct pick *pick)
{
    const struct problem *problem = pricing_problem(pricing);
    int64_t value, cost;
    bool exact, found;

    pick->unit_count = 0;
    if ((market->spot_user && market->spot_user[spot] != NONE) ||
        !pricing_same_hall(ask, &problem->halls[problem->spots[spot].hall]))
        return -PRICE_NEVER;
    value = pricing_value(pricing, ask, problem->spots[spot].capacity);
    if (value <= -PRICE_NEVER)
        return -PRICE_NEVER;
    cost = pricing_fixed_cost(problem, ask, market, spot);
    if (cost >= PRICE_NEVER || value <= cost)
        return -PRICE_NEVER;
    found = pricing_build_exact(pricing, ask, market, spot, pick, &exact);
    if (!found)
        pick->unit_count = 0;
    if (!exact)
        return value - cost;
    return found ? pick->value : -PRICE_NEVER;
}

static void copy_pick(struct pick *to, const struct pick *from)
{
    memcpy(to, from, offsetof(struct pick, units) + (size_t)from->unit_count * sizeof(int32_t));
}

static void note_spots(
    struct pricing *pricing, const struct ask *ask, const struct market *market, void *data)
{
    struct bounder *bounder = data;
    const struct block *block = &bounder->problem->blocks[ask->cell->block];
    struct pick pick;

    for (int32_t s = block->first_spot; s < block->first_spot + block->spot_count; s++) {
        int64_t value = spot_value(pricing, ask, market, s, &pick);

        if (value > bounder->spot_best[s]) {
            bounder->spot_best[s] = value;
            copy_pick(&bounder->spot_pick[s], &pick);
        }
        if (pick.unit_count && pick.value > bounder->cell_pick.value)
            copy_pick(&bounder->cell_pick, &pick);
    }
}

static void price_cell(
    struct bounder *bounder, const struct cell *cell, const struct market *market)
{
    bool fresh;

    bounder->cell_pick.value = bounder->least;
    bounder->cell_pick.unit_count = 0;
    pricing_scan(bounder->pricing, cell, market, note_spots, bounder);
    if (bounder->found && bounder->cell_pick.unit_count)
        columns_add(bounder->found, &bounder->cell_pick, &fresh);
}

static void use_pick(
    const struct problem *problem, const struct pick *pick, int32_t *units, int32_t *staff)
{
    int32_t *needs = staff + problem->cells[pick->cell].staff * KINDS;

    for (int32_t i = 0; i < pick->unit_count; i++)
        units[pick->units[i]]++;
    needs[KIND_LEAD]++;
    needs[KIND_SECOND]++;
    if (pick->parent_spot != NONE)
        needs[KIND_PARENT] += problem->staff[problem->cells[pick->cell].staff].parent_leaders;
}

/* Roughly the knapsack: whoever is worth most, until it is full. */
static void use_host(const struct problem *problem, const struct host *host,
    const struct prices *prices, int32_t *units)
{
    int64_t limit = INT64_MAX;

    for (int32_t left = host->places; left > 0;) {
        const struct offer *best = NULL;
        int64_t best_value = 0;

        for (int32_t i = 0; i < host->offer_count; i++) {
            const struct offer *offer = &problem->offers[host->first_offer + i];
            int64_t value = offer->value - prices->unit[offer->unit];

            if (value > best_value && value < limit) {
                best = offer;
                best_value = value;
            }
        }
        if (!best)
            return;
        limit = best_value;
        left -= problem->units[best->unit].weight;
        if (left >= 0)
            units[best->unit]++;
    }
}

/* What the last pricing would use of everything: units by the best groups of the spots and by the
 * hosts; staff by those groups less what the leaders would rather do. */
void bounder_usage(
    const struct bounder *bounder, const struct prices *prices, int32_t *units, int32_t *staff)
{
    const struct problem *problem = bounder->problem;

    memset(units, 0, (size_t)problem->unit_count * sizeof *units);
    memset(staff, 0, (size_t)problem->staff_count * KINDS * sizeof *staff);
    for (int32_t s = 0; s < problem->spot_count; s++) {
        const struct pick *pick = &bounder->spot_pick[s];

        if (bounder->spot_best[s] > 0 && pick->unit_count)
            use_pick(problem, pick, units, staff);
    }
    for (int32_t h = 0; h < problem->host_count; h++)
        use_host(problem, &problem->hosts[h], prices, units);
    for (int32_t l = 0; l < problem->leader_count; l++) {
        const struct leader *leader = &problem->leaders[l];

        for (int32_t n = 0; n < leader->most && n < leader->shift_count; n++)
            if (bounder->shift_best[leader->first_shift + n] > 0)
                staff[bounder->shift_need[leader->first_shift + n]]--;
    }
}

int64_t bounder_price(
    struct bounder *bounder, const struct prices *prices, int64_t least, struct columns *found)
{
    const struct problem *problem = bounder->problem;
    struct market market = {
        .unit = prices->unit, .staff = prices->staff, .spot = prices->spot, .share = prices->share};
    int64_t total = bounder_leaders(bounder, prices);

    bounder->least = least;
    bounder->found = found;
    memset(bounder->spot_best, 0, (size_t)problem->spot_count * sizeof(int64_t));
    for (int32_t c = 0; c < problem->cell_count; c++)
        price_cell(bounder, &problem->cells[c], &market);
    for (int32_t u = 0; u < problem->unit_count; u++)
        total += prices->unit[u];
    for (int32_t s = 0; s < problem->spot_count; s++)
        total += prices->spot[s] + bounder->spot_best[s];
    for (int32_t h = 0; h < problem->host_count; h++)
        total += host_best(problem, &problem->hosts[h], prices);
    return total;
}
