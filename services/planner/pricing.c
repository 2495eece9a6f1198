/* The merge of ages and the knapsack of siblings behind pricing.h. */
#include "services/planner/pricing.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/pricing_inside.h"

static bool is_banned(const struct pricing *pricing, int32_t unit)
{
    for (int32_t i = 0; i < pricing->banned_count; i++)
        if (pricing->banned[i] == unit)
            return true;
    return false;
}

/* H9, H17, H20 for the few units that need more than their marks. */
static bool may_enter(
    const struct pricing *pricing, const struct entry *entry, const struct hall *hall)
{
    const struct unit *unit = &pricing->problem->units[entry->unit];

    if (unit->needs & ~hall->tags)
        return false;
    return hall->site == NONE || !problem_barred(pricing->problem, unit, hall->site, pricing->slot);
}

static void insert_single(struct ranking *ranking, int32_t most, int64_t value, int32_t unit)
{
    int32_t at = ranking->count;

    if (at == most) {
        if (ranking->items[most - 1].value >= value)
            return;
        at--;
    } else {
        ranking->count++;
    }
    while (at > 0 && ranking->items[at - 1].value < value) {
        ranking->items[at] = ranking->items[at - 1];
        at--;
    }
    ranking->items[at] = (struct ranked){value, unit};
}

static void insert_several(struct pricing *pricing, const struct entry *entry, int64_t value)
{
    pricing->several[pricing->several_count++] =
        (struct several){value, entry->unit, entry->weight, entry->age_low, entry->age_high, 0};
}

static void reset_ages(struct pricing *pricing)
{
    for (int32_t age = pricing->age_first; age <= pricing->age_last; age++)
        pricing->by_age[age].count = pricing->joiners_by_age[age].count = pricing->weight_at[age] =
            0;
    pricing->age_first = INSTANCE_AGE_MAX;
    pricing->age_last = 0;
    pricing->several_count = 0;
}

static uint8_t forbidden_marks(const struct ask *ask)
{
    static const uint8_t by_gender[] = {
        [INSTANCE_MIXED] = MARK_NOT_MIXED,
        [INSTANCE_GIRLS] = MARK_NOT_GIRLS,
        [INSTANCE_BOYS] = MARK_NOT_BOYS,
    };

    return (uint8_t)(by_gender[ask->gender] | (ask->with_parents ? 0 : MARK_MUST));
}

bool pricing_gather(struct pricing *pricing, const struct cell *cell, const struct market *market,
    struct ask *ask, uint8_t *marks)
{
    const struct problem *problem = pricing->problem;
    const struct entry *entry = problem->entries + cell->first_entry;
    const struct entry *end = entry + cell->entry_count;
    int32_t weight = 0;

    pricing->live_count = 0;
    pricing->slot = problem->blocks[cell->block].slot;
    for (; entry < end; entry++) {
        int64_t price = market->unit[entry->unit];

        if (price >= PRICE_NEVER)
            continue;
        pricing->live[pricing->live_count++] = (struct live){entry, entry->value - price};
        weight += entry->weight;
        *marks |= entry->marks;
        if (entry->marks & MARK_NEEDS)
            ask->needs |= problem->units[entry->unit].needs;
    }
    ask->cell = cell;
    ask->barred = (*marks & MARK_BARRED) != 0;
    return weight >= cell->least;
}

/* True where the parent room is too small for the parents of a full group. */
static bool is_limited(const struct ask *ask)
{
    return ask->with_parents && ask->joiners_most < ask->cell->most;
}

static void collect(struct pricing *pricing, const struct ask *ask)
{
    const struct problem *problem = pricing->problem;
    uint8_t forbidden = forbidden_marks(ask);
    bool limited = is_limited(ask);
    int64_t bonus = ask->with_parents ? problem->instance->policy.w_parent * MILLI : 0;

    reset_ages(pricing);
    for (int32_t i = 0; i < pricing->live_count; i++) {
        const struct entry *entry = pricing->live[i].entry;
        int64_t value = pricing->live[i].value;

        if ((entry->marks & forbidden) ||
            ((entry->marks & (MARK_NEEDS | MARK_BARRED)) &&
                !may_enter(pricing, entry, ask->hall)) ||
            (pricing->banned_count && is_banned(pricing, entry->unit)))
            continue;
        if (bonus)
            value += bonus * problem->units[entry->unit].joiners;
        if (entry->age_low < pricing->age_first)
            pricing->age_first = entry->age_low;
        if (entry->age_high > pricing->age_last)
            pricing->age_last = entry->age_high;
        pricing->weight_at[entry->age_low] += entry->weight;
        if (entry->weight == 1)
            insert_single(limited && problem->units[entry->unit].joiners
                              ? &pricing->joiners_by_age[entry->age_low]
                              : &pricing->by_age[entry->age_low],
                ask->cell->most, value, entry->unit);
        else
            insert_several(pricing, entry, value);
    }
}

/* Merges two rankings into the best `most` of both. */
static void merge(struct ranking *into, const struct ranking *more, int32_t most)
{
    struct ranking old;
    int32_t a = 0, b = 0, count = 0;

    if (!more->count)
        return;
    old.count = into->count;
    memcpy(old.items, into->items, (size_t)into->count * sizeof old.items[0]);
    while (count < most && (a < old.count || b < more->count)) {
        if (b == more->count || (a < old.count && old.items[a].value >= more->items[b].value))
            into->items[count++] = old.items[a++];
        else
            into->items[count++] = more->items[b++];
    }
    into->count = count;
}

/* The knapsack over siblings in the band: `worth[w]` is the best of exactly w children. */
static void pack_several(struct pricing *pricing, int32_t low, int32_t high, int32_t most)
{
    struct packing *packing = &pricing->packing;

    packing->worth[0] = 0;
    packing->any = false;
    for (int32_t w = 1; w <= most; w++)
        packing->worth[w] = -PRICE_NEVER;
    for (int32_t i = 0; i < pricing->several_count; i++) {
        struct several *several = &pricing->several[i];

        several->taken = 0;
        if (several->age_low < low || several->age_high > high)
            continue;
        packing->any = true;
        for (int32_t w = most; w >= several->weight; w--) {
            int64_t worth = packing->worth[w - several->weight] + several->value;

            if (packing->worth[w - several->weight] > -PRICE_NEVER && worth > packing->worth[w]) {
                packing->worth[w] = worth;
                several->taken |= UINT64_C(1) << (w - 1);
            }
        }
    }
}

static void note(struct pricing *pricing, int32_t weight, int64_t value, int32_t low, int32_t high)
{
    if (value > pricing->best[weight]) {
        pricing->best[weight] = value;
        pricing->low[weight] = (uint8_t)low;
        pricing->high[weight] = (uint8_t)high;
    }
}

/* Values of all sizes for one band, singles in `ranking`. */
static void value_band(struct pricing *pricing, const struct cell *cell,
    const struct ranking *ranking, int32_t low, int32_t high)
{
    int64_t sums[GROUP_MOST + 1];
    int64_t fee = pricing->problem->instance->policy.w_band * MILLI * (high - low);

    sums[0] = -fee;
    for (int32_t i = 0; i < ranking->count; i++)
        sums[i + 1] = sums[i] + ranking->items[i].value;
    for (int32_t k = cell->least; k <= ranking->count && k <= cell->most; k++)
        note(pricing, k, sums[k], low, high);
    if (!pricing->several_count)
        return;
    pack_several(pricing, low, high, cell->most);
    if (!pricing->packing.any)
        return;
    for (int32_t w = 2; w <= cell->most; w++) {
        if (pricing->packing.worth[w] <= -PRICE_NEVER)
            continue;
        for (int32_t k = cell->least > w ? cell->least : w;
             k <= cell->most && k - w <= ranking->count; k++)
            note(pricing, k, pricing->packing.worth[w] + sums[k - w], low, high);
    }
}

static bool starts_at(const struct pricing *pricing, int32_t age)
{
    if (pricing->by_age[age].count || pricing->joiners_by_age[age].count)
        return true;
    for (int32_t i = 0; i < pricing->several_count; i++)
        if (pricing->several[i].age_low == age)
            return true;
    return false;
}

static bool ends_at(const struct pricing *pricing, int32_t age)
{
    if (pricing->by_age[age].count || pricing->joiners_by_age[age].count)
        return true;
    for (int32_t i = 0; i < pricing->several_count; i++)
        if (pricing->several[i].age_high == age)
            return true;
    return false;
}

/*
 * Adds those of one age to the band at hand. Where the joiners are limited they are ranked apart:
 * the best k of a band with at most p joiners are the first k of the others merged with the p best
 * joiners.
 */
static void widen_band(struct pricing *pricing, const struct ask *ask, int32_t age)
{
    int32_t most = ask->cell->most;

    if (!is_limited(ask)) {
        merge(&pricing->merged, &pricing->by_age[age], most);
        return;
    }
    merge(&pricing->merged_others, &pricing->by_age[age], most);
    merge(&pricing->merged_joiners, &pricing->joiners_by_age[age], ask->joiners_most);
    pricing->merged.count = pricing->merged_others.count;
    memcpy(pricing->merged.items, pricing->merged_others.items,
        (size_t)pricing->merged.count * sizeof pricing->merged.items[0]);
    merge(&pricing->merged, &pricing->merged_joiners, most);
}

static void open_band(struct pricing *pricing)
{
    pricing->merged.count = pricing->merged_others.count = pricing->merged_joiners.count = 0;
}

/* The bands that begin at `low`; bands with too few children are passed over. */
static void value_bands(struct pricing *pricing, const struct ask *ask, int32_t low)
{
    const struct cell *cell = ask->cell;
    int32_t last = low + cell->width - 1, weight = 0;

    if (last > pricing->age_last)
        last = pricing->age_last;
    for (int32_t age = low; age <= last; age++)
        weight += pricing->weight_at[age];
    if (weight < cell->least || !starts_at(pricing, low))
        return;
    weight = 0;
    open_band(pricing);
    for (int32_t high = low; high <= last; high++) {
        weight += pricing->weight_at[high];
        widen_band(pricing, ask, high);
        if (weight >= cell->least && ends_at(pricing, high))
            value_band(pricing, cell, &pricing->merged, low, high);
    }
}

void pricing_run(struct pricing *pricing, const struct ask *ask)
{
    const struct cell *cell = ask->cell;

    collect(pricing, ask);
    for (int32_t k = 0; k <= cell->most; k++)
        pricing->best[k] = -PRICE_NEVER;
    for (int32_t low = pricing->age_first; low <= pricing->age_last; low++)
        value_bands(pricing, ask, low);
}

/* The units of the best group of exactly `weight` children, as pricing_run found it. */
void pricing_take(struct pricing *pricing, const struct ask *ask, int32_t weight, struct pick *out)
{
    int32_t low = pricing->low[weight], high = pricing->high[weight], best_w = 0;
    struct ranking *ranking = &pricing->merged;
    int64_t best = -PRICE_NEVER, sum = 0;

    open_band(pricing);
    for (int32_t age = low; age <= high; age++)
        widen_band(pricing, ask, age);
    pack_several(pricing, low, high, ask->cell->most);
    for (int32_t k = 0; k <= weight && k <= ranking->count; k++) {
        int64_t rest = pricing->packing.worth[weight - k];

        if (rest > -PRICE_NEVER && rest + sum > best) {
            best = rest + sum;
            best_w = weight - k;
        }
        if (k < ranking->count)
            sum += ranking->items[k].value;
    }
    out->unit_count = 0;
    for (int32_t k = 0; k < weight - best_w; k++)
        out->units[out->unit_count++] = ranking->items[k].unit;
    for (int32_t i = pricing->several_count - 1; i >= 0 && best_w; i--)
        if (pricing->several[i].taken & (UINT64_C(1) << (best_w - 1))) {
            out->units[out->unit_count++] = pricing->several[i].unit;
            best_w -= pricing->several[i].weight;
        }
}

struct pricing *pricing_new(const struct problem *problem)
{
    struct pricing *pricing = memory_grow(NULL, sizeof *pricing);
    size_t several = 1;

    memset(pricing, 0, sizeof *pricing);
    for (int32_t u = 0; u < problem->unit_count; u++)
        several += problem->units[u].weight > 1;
    pricing->live = memory_grow(NULL, ((size_t)problem->unit_count + 1) * sizeof(struct live));
    pricing->several = memory_grow(NULL, several * sizeof(struct several));
    pricing->problem = problem;
    pricing->age_last = INSTANCE_AGE_MAX;
    return pricing;
}

void pricing_free(struct pricing *pricing)
{
    if (!pricing)
        return;
    free(pricing->live);
    free(pricing->several);
    free(pricing);
}
