/* A depth-first search over the children of each cell and band, behind enumerate.h. */
#include "services/planner/enumerate.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

struct candidate {
    int64_t value;
    int32_t unit, weight, joiners, age_low, age_high;
};

struct enumeration {
    const struct problem *problem;
    const struct prices *prices;
    const int64_t *spot_best;
    const struct budget *budget;
    struct columns *out;
    int64_t slack; /* how much worse than the best of its spot a column may be */
    int32_t most;
    int64_t nodes, nodes_most;
    bool gave_up;

    struct market market;
    struct ask ask;
    struct candidate *candidates; /* of the ask and band at hand, most worth a child first */
    int32_t count;
    int64_t need[GROUP_MOST + 2]; /* by weight: the least value that is enough for some spot */
    int32_t low, high;
    int32_t chosen[GROUP_MOST], chosen_count;
};

/* How much a column at the spot must make after all prices to be kept. */
static int64_t least_at(const struct enumeration *work, int32_t spot)
{
    int64_t best = work->spot_best[spot] > 0 ? work->spot_best[spot] : 0;

    return best - work->slack;
}

/* Fixed cost of the ask at the spot with this parent room (NONE: none). */
static int64_t fixed_cost(const struct enumeration *work, int32_t spot, int32_t mate)
{
    const struct instance_policy *policy = &work->problem->instance->policy;
    int32_t staff = work->ask.cell->staff;
    const int64_t *price = work->prices->staff + staff * KINDS;
    int64_t cost = (policy->w_group + work->problem->spots[spot].cost) * MILLI +
                   work->prices->spot[spot] + price[KIND_LEAD] + price[KIND_SECOND] +
                   pricing_share_cost(work->problem, work->prices->share, mate != NONE);

    if (mate != NONE)
        cost += (policy->w_parent_group + work->problem->spots[mate].cost) * MILLI +
                work->prices->spot[mate] +
                price[KIND_PARENT] * work->problem->staff[staff].parent_leaders;
    return cost;
}

static void need_at(struct enumeration *work, int32_t spot, int32_t mate)
{
    int64_t need = fixed_cost(work, spot, mate) + least_at(work, spot);

    for (int32_t k = 0; k <= work->ask.cell->most && k <= work->problem->spots[spot].capacity; k++)
        if (need < work->need[k])
            work->need[k] = need;
}

/* Calls `each` for all spots and parent rooms that the ask could have. */
static void for_spots(
    struct enumeration *work, void (*each)(struct enumeration *, int32_t spot, int32_t mate))
{
    const struct problem *problem = work->problem;
    const struct block *block = &problem->blocks[work->ask.cell->block];

    for (int32_t s = block->first_spot; s < block->first_spot + block->spot_count; s++) {
        const struct span *mates = &problem->spots[s].mates;

        if (!pricing_same_hall(&work->ask, &problem->halls[problem->spots[s].hall]))
            continue;
        if (!work->ask.with_parents)
            each(work, s, NONE);
        for (int32_t i = 0; i < mates->count && work->ask.with_parents; i++)
            each(work, s, problem->list[mates->first + i]);
    }
}

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    int64_t x = a->value * b->weight, y = b->value * a->weight;

    if (x != y)
        return x > y ? -1 : 1;
    return (a->unit > b->unit) - (a->unit < b->unit);
}

static bool may_come(const struct enumeration *work, const struct entry *entry)
{
    static const uint8_t by_gender[] = {
        [INSTANCE_MIXED] = MARK_NOT_MIXED,
        [INSTANCE_GIRLS] = MARK_NOT_GIRLS,
        [INSTANCE_BOYS] = MARK_NOT_BOYS,
    };
    const struct unit *unit = &work->problem->units[entry->unit];
    const struct hall *hall = work->ask.hall;

    if ((entry->marks & by_gender[work->ask.gender]) ||
        ((entry->marks & MARK_MUST) && !work->ask.with_parents) || (unit->needs & ~hall->tags))
        return false;
    return hall->site == NONE || !problem_barred(work->problem, unit, hall->site,
                                     work->problem->blocks[work->ask.cell->block].slot);
}

static void collect(struct enumeration *work)
{
    const struct problem *problem = work->problem;
    const struct cell *cell = work->ask.cell;
    int64_t bonus = work->ask.with_parents ? problem->instance->policy.w_parent * MILLI : 0;

    work->count = 0;
    for (int32_t i = 0; i < cell->entry_count; i++) {
        const struct entry *entry = &problem->entries[cell->first_entry + i];
        int32_t joiners = problem->units[entry->unit].joiners;

        if (entry->age_low < work->low || entry->age_high > work->high || !may_come(work, entry))
            continue;
        work->candidates[work->count++] = (struct candidate){
            .value = entry->value - work->prices->unit[entry->unit] + bonus * joiners,
            .unit = entry->unit,
            .weight = entry->weight,
            .joiners = joiners,
            .age_low = entry->age_low,
            .age_high = entry->age_high};
    }
    if (work->count)
        qsort(work->candidates, (size_t)work->count, sizeof *work->candidates, compare_candidates);
}

static bool conflicts(const struct enumeration *work, int32_t candidate)
{
    const struct problem *problem = work->problem;
    const struct span *span = &problem->units[work->candidates[candidate].unit].conflicts;

    for (int32_t c = 0; c < span->count; c++)
        for (int32_t i = 0; i < work->chosen_count; i++)
            if (work->candidates[work->chosen[i]].unit == problem->list[span->first + c])
                return true;
    return false;
}

static void keep_at(struct enumeration *work, int32_t spot, int32_t mate)
{
    const struct problem *problem = work->problem;
    struct pick pick = {.cell = (int32_t)(work->ask.cell - problem->cells),
        .spot = spot,
        .parent_spot = mate,
        .gender = work->ask.gender,
        .unit_count = work->chosen_count};
    int64_t value = -problem->instance->policy.w_band * MILLI * (work->high - work->low);
    bool fresh;

    for (int32_t i = 0; i < work->chosen_count; i++) {
        pick.units[i] = work->candidates[work->chosen[i]].unit;
        value += work->candidates[work->chosen[i]].value;
    }
    pick_measure(problem, &pick);
    pick.value = value - fixed_cost(work, spot, mate);
    if (pick.weight > problem->spots[spot].capacity || pick.value < least_at(work, spot) ||
        (mate != NONE && pick.joiners > problem->spots[mate].capacity))
        return;
    pick.score = pick_score(problem, &pick);
    columns_add(work->out, &pick, &fresh);
    if (work->out->count > work->most)
        work->gave_up = true;
}

/* A band is told once: by sets whose youngest and oldest are its ends. F and M groups only where
 * somebody asked for them: else the mixed group is the same. */
static bool is_own(const struct enumeration *work)
{
    int32_t low = INSTANCE_AGE_MAX, high = 0;
    bool asked = false;

    for (int32_t i = 0; i < work->chosen_count; i++) {
        const struct candidate *candidate = &work->candidates[work->chosen[i]];

        low = candidate->age_low < low ? candidate->age_low : low;
        high = candidate->age_high > high ? candidate->age_high : high;
        asked |= (work->problem->units[candidate->unit].marks & MARK_NOT_MIXED) != 0;
    }
    return low == work->low && high == work->high && (work->ask.gender == INSTANCE_MIXED || asked);
}

/* The most that candidates from `at` on can add to `weight` children worth `value`, less what is
 * needed for that size; negative: nothing can come of it. */
static int64_t hope(const struct enumeration *work, int32_t at, int32_t weight, int64_t value)
{
    int32_t most = work->ask.cell->most, least = work->ask.cell->least;
    int64_t best = weight >= least ? value - work->need[weight] : -PRICE_NEVER;

    for (; at < work->count && weight < most; at++) {
        const struct candidate *candidate = &work->candidates[at];
        int32_t room = candidate->value > 0 ? most - weight : least - weight;

        if (room <= 0)
            break;
        if (candidate->value > 0 || candidate->weight <= room)
            value += candidate->value;
        else
            value += candidate->value * room / candidate->weight;
        weight += candidate->weight <= room ? candidate->weight : room;
        if (weight >= least && value - work->need[least] > best)
            best = value - work->need[least];
    }
    return best;
}

static void descend(struct enumeration *work, int32_t at, int32_t weight, int64_t value)
{
    if ((++work->nodes & 0xfff) == 0 &&
        (work->nodes > work->nodes_most || budget_over(work->budget)))
        work->gave_up = true;
    if (work->gave_up || hope(work, at, weight, value) < 0)
        return;
    if (weight >= work->ask.cell->least && value >= work->need[weight] && is_own(work))
        for_spots(work, keep_at);
    for (; at < work->count && !work->gave_up; at++) {
        const struct candidate *candidate = &work->candidates[at];

        if (hope(work, at, weight, value) < 0)
            return;
        if (weight + candidate->weight > work->ask.cell->most || conflicts(work, at))
            continue;
        work->chosen[work->chosen_count++] = at;
        descend(work, at + 1, weight + candidate->weight, value + candidate->value);
        work->chosen_count--;
    }
}

static void enumerate_ask(
    struct pricing *pricing, const struct ask *ask, const struct market *market, void *data)
{
    struct enumeration *work = data;
    int64_t fee = work->problem->instance->policy.w_band * MILLI;

    (void)pricing;
    (void)market;
    if (ask->with_parents && ask->again)
        return; /* the first saw all parent rooms */
    work->ask = *ask;
    for (int32_t k = 0; k <= GROUP_MOST + 1; k++)
        work->need[k] = PRICE_NEVER;
    for_spots(work, need_at);
    if (work->need[ask->cell->least] >= PRICE_NEVER)
        return;
    for (int32_t low = 0; low <= INSTANCE_AGE_MAX && !work->gave_up; low++)
        for (int32_t high = low; high < low + ask->cell->width && high <= INSTANCE_AGE_MAX;
             high++) {
            work->low = low;
            work->high = high;
            work->chosen_count = 0;
            collect(work);
            if (work->count)
                descend(work, 0, 0, -fee * (high - low));
        }
}

bool enumerate_columns(const struct bounder *bounder, const struct prices *prices, int64_t bound,
    int64_t score, int32_t most, const struct budget *budget, struct columns *out)
{
    const struct problem *problem = prices->problem;
    struct enumeration work = {.problem = problem,
        .prices = prices,
        .spot_best = bounder_spot_best(bounder),
        .budget = budget,
        .out = out,
        .slack = bound - (score + 1) * MILLI,
        .most = most,
        .nodes_most = (int64_t)most * 400};
    struct pricing *pricing = pricing_new(problem);
    struct market market = {
        .unit = prices->unit, .staff = prices->staff, .spot = prices->spot, .parents_wanted = true};

    work.candidates =
        memory_grow(NULL, ((size_t)problem->unit_count + 1) * sizeof *work.candidates);
    for (int32_t c = 0; c < problem->cell_count && !work.gave_up; c++)
        pricing_scan(pricing, &problem->cells[c], &market, enumerate_ask, &work);
    free(work.candidates);
    pricing_free(pricing);
    return !work.gave_up;
}
