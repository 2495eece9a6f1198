/* From the values of a cell to groups: which hall, which room, which parent room, and pairs that
 * must be apart. */
#include <string.h>

#include "services/planner/pricing_inside.h"

enum { BRANCH_DEPTH = 6, THIN_DEPTH = 2 };

static bool spot_is_free(const struct market *market, int32_t spot)
{
    return !market->spot_user || market->spot_user[spot] == NONE;
}

bool pricing_same_hall(const struct ask *ask, const struct hall *hall)
{
    if ((ask->hall->tags ^ hall->tags) & ask->needs)
        return false;
    return ask->hall->site == hall->site || !ask->barred;
}

/* The best free room for the parents: the cheapest, then the largest. NONE: there is none. */
static int32_t parent_spot_of(
    const struct problem *problem, const struct market *market, const struct ask *ask, int32_t spot)
{
    const struct span *mates = &problem->spots[spot].mates;
    int32_t best = NONE;
    int64_t best_cost = 0;

    for (int32_t i = 0; i < mates->count; i++) {
        int32_t mate = problem->list[mates->first + i];
        int64_t cost = problem->spots[mate].cost * MILLI + market->spot[mate];

        if (spot_is_free(market, mate) && problem->spots[mate].capacity >= ask->joiners_most &&
            (best == NONE || cost < best_cost ||
                (cost == best_cost &&
                    problem->spots[mate].capacity > problem->spots[best].capacity))) {
            best = mate;
            best_cost = cost;
        }
    }
    return best;
}

int64_t pricing_fixed_cost(
    const struct problem *problem, const struct ask *ask, const struct market *market, int32_t spot)
{
    const struct instance_policy *policy = &problem->instance->policy;
    const struct staff *staff = &problem->staff[ask->cell->staff];
    const int64_t *prices = market->staff + ask->cell->staff * KINDS;
    int64_t cost = (policy->w_group + problem->spots[spot].cost) * MILLI + market->spot[spot] +
                   prices[KIND_LEAD] + prices[KIND_SECOND] +
                   pricing_share_cost(problem, market->share, ask->with_parents);

    if (ask->with_parents) {
        int32_t mate = parent_spot_of(problem, market, ask, spot);

        if (mate == NONE)
            return PRICE_NEVER;
        cost += (policy->w_parent_group + problem->spots[mate].cost) * MILLI + market->spot[mate] +
                prices[KIND_PARENT] * staff->parent_leaders;
    }
    return cost;
}

int64_t pricing_value(const struct pricing *pricing, const struct ask *ask, int32_t capacity)
{
    int64_t best = -PRICE_NEVER;

    for (int32_t k = ask->cell->least; k <= capacity && k <= ask->cell->most; k++)
        if (pricing->best[k] > best)
            best = pricing->best[k];
    return best;
}

static int32_t best_weight(const struct pricing *pricing, const struct ask *ask, int32_t capacity)
{
    int32_t best = ask->cell->least;

    for (int32_t k = best; k <= capacity && k <= ask->cell->most; k++)
        if (pricing->best[k] > pricing->best[best])
            best = k;
    return best;
}

void pick_measure(const struct problem *problem, struct pick *pick)
{
    pick->weight = pick->joiners = 0;
    pick->age_low = INSTANCE_AGE_MAX;
    pick->age_high = 0;
    for (int32_t i = 0; i < pick->unit_count; i++) {
        const struct unit *unit = &problem->units[pick->units[i]];

        pick->weight += unit->weight;
        pick->joiners += unit->joiners;
        pick->age_low = unit->age_low < pick->age_low ? unit->age_low : pick->age_low;
        pick->age_high = unit->age_high > pick->age_high ? unit->age_high : pick->age_high;
    }
}

int64_t pick_score(const struct problem *problem, const struct pick *pick)
{
    const struct instance_policy *policy = &problem->instance->policy;
    const struct cell *cell = &problem->cells[pick->cell];
    int32_t district = problem->blocks[cell->block].district;
    int64_t score = -policy->w_group - problem->spots[pick->spot].cost -
                    policy->w_band * (pick->age_high - pick->age_low);

    for (int32_t i = 0; i < pick->unit_count; i++)
        score += problem_unit_value(
            problem->instance, problem, &problem->units[pick->units[i]], cell->theme, district);
    if (pick->parent_spot != NONE)
        score += policy->w_parent * pick->joiners - policy->w_parent_group -
                 problem->spots[pick->parent_spot].cost;
    return score;
}

/* Value from scratch: the score less the prices of all it takes. */
static int64_t net_value(
    const struct problem *problem, const struct pick *pick, const struct market *market)
{
    const struct cell *cell = &problem->cells[pick->cell];
    const int64_t *staff = market->staff + cell->staff * KINDS;
    int64_t value = pick->score * MILLI - market->spot[pick->spot] - staff[KIND_LEAD] -
                    staff[KIND_SECOND] -
                    pricing_share_cost(problem, market->share, pick->parent_spot != NONE);

    for (int32_t i = 0; i < pick->unit_count; i++)
        value -= market->unit[pick->units[i]];
    if (pick->parent_spot != NONE)
        value -= market->spot[pick->parent_spot] +
                 staff[KIND_PARENT] * problem->staff[cell->staff].parent_leaders;
    return value;
}

/* The first two units of the pick that must not be in one group. */
static bool find_conflict(const struct problem *problem, const struct pick *pick, int32_t pair[2])
{
    for (int32_t i = 0; i < pick->unit_count; i++) {
        const struct span *conflicts = &problem->units[pick->units[i]].conflicts;

        for (int32_t c = 0; c < conflicts->count; c++)
            for (int32_t k = 0; k < pick->unit_count; k++)
                if (pick->units[k] == problem->list[conflicts->first + c]) {
                    pair[0] = pick->units[i];
                    pair[1] = pick->units[k];
                    return true;
                }
    }
    return false;
}

static bool parents_too_many(const struct problem *problem, const struct pick *pick)
{
    return pick->parent_spot != NONE && pick->joiners > problem->spots[pick->parent_spot].capacity;
}

static bool build(struct pricing *pricing, const struct ask *ask, const struct market *market,
    struct pick *pick, int32_t depth);

static bool build_without(struct pricing *pricing, const struct ask *ask,
    const struct market *market, struct pick *pick, int32_t depth, int32_t unit)
{
    bool found;

    if (pricing->banned_count == BANNED_MOST) {
        pricing->inexact = true;
        return false;
    }
    pricing->stale = true;
    pricing->banned[pricing->banned_count++] = unit;
    pricing_run(pricing, ask);
    found = build(pricing, ask, market, pick, depth + 1);
    pricing->banned_count--;
    return found;
}

/* The better of the groups without the one and without the other. */
static bool part(struct pricing *pricing, const struct ask *ask, const struct market *market,
    struct pick *pick, int32_t depth, const int32_t pair[2])
{
    struct pick other = *pick;
    bool one = build_without(pricing, ask, market, pick, depth, pair[1]), two;

    if (depth >= BRANCH_DEPTH) {
        pricing->inexact = true;
        return one;
    }
    two = build_without(pricing, ask, market, &other, depth, pair[0]);
    if (two && (!one || other.value > pick->value))
        *pick = other;
    return one || two;
}

/* The parent room is too small: one of those whose parents join has to stay out; the best of all
 * ways. */
static bool thin_out(struct pricing *pricing, const struct ask *ask, const struct market *market,
    struct pick *pick, int32_t depth)
{
    struct pick crowded = *pick, other;
    bool found = false;

    if (depth >= THIN_DEPTH) {
        pricing->inexact = true;
        return false;
    }
    for (int32_t i = 0; i < crowded.unit_count; i++) {
        if (!pricing->problem->units[crowded.units[i]].joiners)
            continue;
        other = crowded;
        if (build_without(pricing, ask, market, &other, depth, crowded.units[i]) &&
            (!found || other.value > pick->value)) {
            *pick = other;
            found = true;
        }
    }
    return found;
}

static bool build(struct pricing *pricing, const struct ask *ask, const struct market *market,
    struct pick *pick, int32_t depth)
{
    const struct problem *problem = pricing->problem;
    int32_t capacity = problem->spots[pick->spot].capacity, pair[2];
    int32_t weight = best_weight(pricing, ask, capacity);

    if (weight > capacity || pricing->best[weight] <= -PRICE_NEVER)
        return false;
    pricing_take(pricing, ask, weight, pick);
    pick_measure(problem, pick);
    if (find_conflict(problem, pick, pair))
        return part(pricing, ask, market, pick, depth, pair);
    if (parents_too_many(problem, pick))
        return thin_out(pricing, ask, market, pick, depth);
    pick->score = pick_score(problem, pick);
    pick->value = net_value(problem, pick, market);
    return true;
}

bool pricing_build(struct pricing *pricing, const struct ask *ask, const struct market *market,
    int32_t spot, struct pick *out)
{
    int32_t mate = ask->with_parents ? parent_spot_of(pricing->problem, market, ask, spot) : NONE;
    bool found;

    if (ask->with_parents && mate == NONE)
        return false;
    out->cell = (int32_t)(ask->cell - pricing->problem->cells);
    out->spot = spot;
    out->parent_spot = mate;
    out->gender = ask->gender;
    pricing->stale = pricing->inexact = false;
    found = build(pricing, ask, market, out, 0);
    if (pricing->stale)
        pricing_run(pricing, ask);
    return found;
}

bool pricing_build_exact(struct pricing *pricing, const struct ask *ask,
    const struct market *market, int32_t spot, struct pick *out, bool *exact)
{
    bool found = pricing_build(pricing, ask, market, spot, out);

    *exact = !pricing->inexact;
    return found;
}

const struct problem *pricing_problem(const struct pricing *pricing)
{
    return pricing->problem;
}

/* True where a parent group could pay: somebody must have it, or the parents' bonus is enough. */
static bool parents_could_pay(const struct problem *problem, const struct cell *cell,
    const struct market *market, uint8_t marks)
{
    const struct instance_policy *policy = &problem->instance->policy;
    const struct staff *staff = &problem->staff[cell->staff];
    int64_t price = market->staff[cell->staff * KINDS + KIND_PARENT] * staff->parent_leaders;

    if (!staff->parents)
        return false;
    return market->parents_wanted || market->share || (marks & MARK_MUST) ||
           (policy->w_parent * cell->most - policy->w_parent_group) * MILLI > price;
}

static bool hall_has_free_spot(const struct market *market, const struct hall *hall)
{
    if (!market->spot_user)
        return true;
    for (int32_t s = hall->first_spot; s < hall->first_spot + hall->spot_count; s++)
        if (market->spot_user[s] == NONE)
            return true;
    return false;
}

/* True where a hall before this one, with a free spot, was asked for the same units. */
static bool asked_before(const struct problem *problem, const struct ask *ask,
    const struct market *market, const struct block *block)
{
    for (const struct hall *hall = problem->halls + block->first_hall; hall < ask->hall; hall++)
        if (pricing_same_hall(ask, hall) && hall_has_free_spot(market, hall))
            return true;
    return false;
}

/* The largest capacity below `under` that a room for parents has, at most a full group; 0: none. */
static int32_t next_capacity(const struct problem *problem, const struct ask *ask, int32_t under)
{
    const struct block *block = &problem->blocks[ask->cell->block];
    int32_t best = 0;

    for (int32_t s = block->first_spot; s < block->first_spot + block->spot_count; s++) {
        const struct span *mates = &problem->spots[s].mates;

        for (int32_t i = 0; i < mates->count; i++) {
            int32_t capacity = problem->spots[problem->list[mates->first + i]].capacity;

            if (capacity > ask->cell->most)
                capacity = ask->cell->most;
            if (capacity < under && capacity > best)
                best = capacity;
        }
    }
    return best;
}

/* An ask with parents for each size of parent room: a larger one may cost more. */
static void scan_parents(struct pricing *pricing, struct ask *ask, const struct market *market,
    pricing_visit_fn *visit, void *data)
{
    int32_t capacity = next_capacity(pricing->problem, ask, GROUP_MOST + 1);

    ask->with_parents = true;
    ask->again = false;
    for (; capacity; capacity = next_capacity(pricing->problem, ask, capacity)) {
        ask->joiners_most = capacity;
        pricing_run(pricing, ask);
        visit(pricing, ask, market, data);
        ask->again = true;
    }
}

/* All asks of one hall. */
static void scan_hall(struct pricing *pricing, struct ask *ask, const struct market *market,
    uint8_t marks, pricing_visit_fn *visit, void *data)
{
    bool parents = parents_could_pay(pricing->problem, ask->cell, market, marks);

    for (int gender = INSTANCE_MIXED; gender <= INSTANCE_BOYS; gender++) {
        if (gender != INSTANCE_MIXED &&
            (!(marks & MARK_NOT_MIXED) ||
                !(gender == INSTANCE_GIRLS ? ask->cell->girls : ask->cell->boys)))
            continue;
        ask->gender = (enum instance_gender)gender;
        ask->with_parents = false;
        pricing_run(pricing, ask);
        visit(pricing, ask, market, data);
        if (parents)
            scan_parents(pricing, ask, market, visit, data);
    }
}

void pricing_scan(struct pricing *pricing, const struct cell *cell, const struct market *market,
    pricing_visit_fn *visit, void *data)
{
    const struct problem *problem = pricing->problem;
    const struct block *block = &problem->blocks[cell->block];
    struct ask ask = {.cell = cell};
    uint8_t marks = 0;

    if (!pricing_gather(pricing, cell, market, &ask, &marks))
        return;
    for (int32_t h = block->first_hall; h < block->first_hall + block->hall_count; h++) {
        ask.hall = &problem->halls[h];
        if (hall_has_free_spot(market, ask.hall) && !asked_before(problem, &ask, market, block))
            scan_hall(pricing, &ask, market, marks, visit, data);
    }
}

struct choice {
    int64_t value;
    struct ask ask;
    int32_t spot;
};

static void choose(
    struct pricing *pricing, const struct ask *ask, const struct market *market, void *data)
{
    const struct problem *problem = pricing->problem;
    const struct block *block = &problem->blocks[ask->cell->block];
    struct choice *choice = data;

    for (int32_t s = block->first_spot; s < block->first_spot + block->spot_count; s++) {
        int64_t value, cost;

        if (!spot_is_free(market, s) ||
            !pricing_same_hall(ask, &problem->halls[problem->spots[s].hall]))
            continue;
        value = pricing_value(pricing, ask, problem->spots[s].capacity);
        if (value <= -PRICE_NEVER)
            continue;
        cost = pricing_fixed_cost(problem, ask, market, s);
        if (cost < PRICE_NEVER && value - cost > choice->value)
            *choice = (struct choice){value - cost, *ask, s};
    }
}

bool pricing_best(
    struct pricing *pricing, const struct cell *cell, const struct market *market, struct pick *out)
{
    return pricing_best_without(pricing, cell, market, NULL, 0, out);
}

bool pricing_best_without(struct pricing *pricing, const struct cell *cell,
    const struct market *market, const int32_t *banned, int32_t banned_count, struct pick *out)
{
    struct choice choice = {.value = -PRICE_NEVER / 2, .spot = NONE};
    bool found = false;

    if (banned_count > BANNED_MOST - 2 * BRANCH_DEPTH)
        return false;
    pricing->banned_count = banned_count;
    if (banned_count)
        memcpy(pricing->banned, banned, (size_t)banned_count * sizeof *banned);
    pricing_scan(pricing, cell, market, choose, &choice);
    if (choice.spot != NONE) {
        pricing_run(pricing, &choice.ask);
        found = pricing_build(pricing, &choice.ask, market, choice.spot, out);
    }
    pricing->banned_count = 0;
    return found;
}
