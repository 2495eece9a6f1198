/* Opening and closing groups, joining and leaving them; the leaders are staffing.c's. */
#include "services/planner/draft.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/check.h"

/* Cuts the next array from the block; with a NULL block it only counts. */
static void *cut(uint8_t *block, size_t *at, size_t count, size_t size)
{
    void *array = block ? block + *at : NULL;

    *at += (count * size + 15) & ~(size_t)15;
    return array;
}

static size_t lay_out(struct draft *draft, uint8_t *block)
{
    const struct problem *problem = draft->problem;
    size_t spots = (size_t)problem->spot_count, hosts = (size_t)problem->host_count, at = 0;

    draft->groups = cut(block, &at, spots, sizeof(struct draft_group));
    draft->members = cut(block, &at, spots * (size_t)problem->most, sizeof(int32_t));
    draft->spot_user = cut(block, &at, spots, sizeof(int32_t));
    draft->place_of = cut(block, &at, (size_t)problem->unit_count, sizeof(int32_t));
    draft->host_weight = cut(block, &at, hosts, sizeof(int32_t));
    draft->host_joiners = cut(block, &at, hosts, sizeof(int32_t));
    draft->holder = cut(block, &at, (size_t)problem->shift_count, sizeof(int32_t));
    draft->held = cut(block, &at, spots * POSITIONS, sizeof(int32_t));
    draft->led = cut(block, &at, (size_t)problem->leader_count, sizeof(int32_t));
    draft->shift_stamp = cut(block, &at, (size_t)problem->shift_count, sizeof(uint32_t));
    draft->leader_stamp = cut(block, &at, (size_t)problem->leader_count, sizeof(uint32_t));
    return at;
}

void draft_clear(struct draft *draft)
{
    const struct problem *problem = draft->problem;

    memset(draft + 1, 0, draft->size);
    for (int32_t s = 0; s < problem->spot_count; s++) {
        draft->groups[s].cell = NONE;
        draft->spot_user[s] = NONE;
    }
    for (int32_t u = 0; u < problem->unit_count; u++)
        draft->place_of[u] = NONE;
    for (int32_t i = 0; i < problem->shift_count; i++)
        draft->holder[i] = NONE;
    for (int32_t p = 0; p < problem->spot_count * POSITIONS; p++)
        draft->held[p] = NONE;
    draft->score = 0;
    draft->open = draft->with_parents = draft->placed = 0;
    draft->stamp = 0;
}

struct draft *draft_new(const struct problem *problem)
{
    struct draft counting = {.problem = problem}, *draft;
    size_t size = lay_out(&counting, NULL);

    draft = memory_grow(NULL, sizeof *draft + size);
    memset(draft, 0, sizeof *draft);
    draft->problem = problem;
    draft->size = size;
    lay_out(draft, (uint8_t *)(draft + 1));
    draft_clear(draft);
    return draft;
}

void draft_free(struct draft *draft)
{
    free(draft);
}

void draft_copy(struct draft *to, const struct draft *from)
{
    to->score = from->score;
    to->open = from->open;
    to->with_parents = from->with_parents;
    to->placed = from->placed;
    to->stamp = from->stamp;
    memcpy(to + 1, from + 1, from->size);
}

static int32_t *members_of(const struct draft *draft, int32_t spot)
{
    return draft->members + (size_t)spot * (size_t)draft->problem->most;
}

bool draft_meets(const struct draft *draft, int32_t unit, int32_t site, int32_t slot)
{
    const struct problem *problem = draft->problem;
    const struct span *meets = &problem->units[unit].meets;

    for (int32_t i = 0; i < meets->count; i++) {
        int32_t place = draft->place_of[problem->list[meets->first + i]];

        if (place >= 0 && problem->spots[place].site == site && problem->spots[place].slot == slot)
            return true;
        if (place < NONE && problem->hosts[-2 - place].site == site &&
            problem->hosts[-2 - place].slot == slot)
            return true;
    }
    return false;
}

/* True where the unit must not be in a group with one of the units (H16, H17). */
static bool conflicts_with(
    const struct problem *problem, int32_t unit, const int32_t *units, int32_t count)
{
    const struct span *conflicts = &problem->units[unit].conflicts;

    for (int32_t i = 0; i < conflicts->count; i++)
        for (int32_t k = 0; k < count; k++)
            if (units[k] == problem->list[conflicts->first + i])
                return true;
    return false;
}

static bool all_free(const struct draft *draft, const struct pick *pick)
{
    const struct spot *spot = &draft->problem->spots[pick->spot];

    if (draft->spot_user[pick->spot] != NONE ||
        (pick->parent_spot != NONE && draft->spot_user[pick->parent_spot] != NONE))
        return false;
    for (int32_t i = 0; i < pick->unit_count; i++)
        if (draft->place_of[pick->units[i]] != NONE ||
            draft_meets(draft, pick->units[i], spot->site, spot->slot))
            return false;
    return true;
}

static void release(struct draft *draft, int32_t spot)
{
    struct draft_group *group = &draft->groups[spot];

    for (int32_t i = 0; i < group->unit_count; i++)
        draft->place_of[members_of(draft, spot)[i]] = NONE;
    draft->spot_user[spot] = NONE;
    if (group->parent_spot != NONE)
        draft->spot_user[group->parent_spot] = NONE;
    group->cell = NONE;
}

bool draft_open(struct draft *draft, const struct pick *pick)
{
    struct draft_group *group = &draft->groups[pick->spot];

    if (!all_free(draft, pick))
        return false;
    *group = (struct draft_group){.cell = pick->cell,
        .parent_spot = pick->parent_spot,
        .unit_count = pick->unit_count,
        .weight = pick->weight,
        .joiners = pick->joiners,
        .age_low = pick->age_low,
        .age_high = pick->age_high,
        .gender = pick->gender,
        .score = pick->score};
    draft->spot_user[pick->spot] = pick->spot;
    if (pick->parent_spot != NONE)
        draft->spot_user[pick->parent_spot] = pick->spot;
    for (int32_t i = 0; i < pick->unit_count; i++) {
        members_of(draft, pick->spot)[i] = pick->units[i];
        draft->place_of[pick->units[i]] = pick->spot;
    }
    if (!staffing_lead_group(draft, pick->spot)) {
        release(draft, pick->spot);
        return false;
    }
    draft->score += pick->score;
    draft->placed += pick->weight;
    draft->open++;
    draft->with_parents += pick->parent_spot != NONE;
    return true;
}

void draft_close(struct draft *draft, int32_t spot)
{
    struct draft_group *group = &draft->groups[spot];

    staffing_free_group(draft, spot);
    draft->score -= group->score;
    draft->placed -= group->weight;
    draft->open--;
    draft->with_parents -= group->parent_spot != NONE;
    release(draft, spot);
}

void draft_pick(const struct draft *draft, int32_t spot, struct pick *out)
{
    const struct draft_group *group = &draft->groups[spot];

    out->cell = group->cell;
    out->spot = spot;
    out->parent_spot = group->parent_spot;
    out->gender = group->gender;
    out->unit_count = group->unit_count;
    out->weight = group->weight;
    out->joiners = group->joiners;
    out->age_low = group->age_low;
    out->age_high = group->age_high;
    out->score = group->score;
    out->value = 0;
    memcpy(out->units, members_of(draft, spot), (size_t)group->unit_count * sizeof(int32_t));
}

/* H3, H4, H5, H8, H9, H10, H17, H20 for a unit and an open group. */
static bool belongs(const struct draft *draft, int32_t spot, int32_t unit_index)
{
    const struct problem *problem = draft->problem;
    const struct draft_group *group = &draft->groups[spot];
    const struct cell *cell = &problem->cells[group->cell];
    const struct unit *unit = &problem->units[unit_index];
    const struct spot *where = &problem->spots[spot];
    int bad = group->gender == INSTANCE_MIXED   ? MARK_NOT_MIXED
              : group->gender == INSTANCE_GIRLS ? MARK_NOT_GIRLS
                                                : MARK_NOT_BOYS;

    if (group->parent_spot == NONE)
        bad |= MARK_MUST;
    return !(unit->marks & bad) && unit->only_host == NONE &&
           (unit->themes & instance_bit(cell->theme)) &&
           (unit->languages & instance_bit(cell->language)) &&
           (unit->slots & instance_bit(where->slot)) &&
           !(unit->needs & ~problem->halls[where->hall].tags) &&
           !problem_barred(problem, unit, where->site, where->slot);
}

bool draft_may_join(const struct draft *draft, int32_t spot, int32_t unit_index, int64_t *gain)
{
    const struct problem *problem = draft->problem;
    const struct instance_policy *policy = &problem->instance->policy;
    const struct draft_group *group = &draft->groups[spot];
    const struct cell *cell = &problem->cells[group->cell];
    const struct unit *unit = &problem->units[unit_index];
    const struct spot *where = &problem->spots[spot];
    int32_t most = cell->most < where->capacity ? cell->most : where->capacity;
    int32_t low = unit->age_low < group->age_low ? unit->age_low : group->age_low;
    int32_t high = unit->age_high > group->age_high ? unit->age_high : group->age_high;
    int32_t district = problem->blocks[where->block].district;

    if (group->weight + unit->weight > most || high - low >= cell->width ||
        !belongs(draft, spot, unit_index) || !problem_reaches(problem, unit, district) ||
        (group->parent_spot != NONE &&
            group->joiners + unit->joiners > problem->spots[group->parent_spot].capacity) ||
        conflicts_with(problem, unit_index, members_of(draft, spot), group->unit_count) ||
        draft_meets(draft, unit_index, where->site, where->slot) ||
        !staffing_may_meet(draft, spot, unit_index))
        return false;
    *gain = problem_unit_value(problem->instance, problem, unit, cell->theme, district) -
            policy->w_band * (high - low - (group->age_high - group->age_low));
    if (group->parent_spot != NONE)
        *gain += policy->w_parent * unit->joiners;
    return true;
}

/* Sums the group up again after somebody came or left. */
static void recount(struct draft *draft, int32_t spot)
{
    struct draft_group *group = &draft->groups[spot];
    struct pick pick;

    draft_pick(draft, spot, &pick);
    pick_measure(draft->problem, &pick);
    draft->score -= group->score;
    draft->placed -= group->weight;
    group->weight = pick.weight;
    group->joiners = pick.joiners;
    group->age_low = pick.age_low;
    group->age_high = pick.age_high;
    group->score = pick_score(draft->problem, &pick);
    draft->score += group->score;
    draft->placed += group->weight;
}

bool draft_join(struct draft *draft, int32_t spot, int32_t unit)
{
    struct draft_group *group = &draft->groups[spot];
    int64_t gain;

    if (draft->place_of[unit] != NONE || !draft_may_join(draft, spot, unit, &gain))
        return false;
    members_of(draft, spot)[group->unit_count++] = unit;
    draft->place_of[unit] = spot;
    recount(draft, spot);
    return true;
}

/* The offer of a host to a unit; NULL: none. */
static const struct offer *find_offer(
    const struct problem *problem, int32_t host_index, int32_t unit)
{
    const struct host *host = &problem->hosts[host_index];

    for (int32_t i = 0; i < host->offer_count; i++)
        if (problem->offers[host->first_offer + i].unit == unit)
            return &problem->offers[host->first_offer + i];
    return NULL;
}

static void leave_host(struct draft *draft, int32_t host, int32_t unit)
{
    const struct offer *offer = find_offer(draft->problem, host, unit);

    CHECK(offer);
    draft->host_weight[host] -= draft->problem->units[unit].weight;
    draft->host_joiners[host] -= draft->problem->units[unit].joiners;
    draft->score -= offer->value / MILLI;
    draft->placed -= draft->problem->units[unit].weight;
    draft->place_of[unit] = NONE;
}

bool draft_leave(struct draft *draft, int32_t unit)
{
    int32_t place = draft->place_of[unit], at = 0;
    struct draft_group *group;

    if (place == NONE)
        return true;
    if (place < NONE) {
        leave_host(draft, -2 - place, unit);
        return true;
    }
    group = &draft->groups[place];
    if (group->weight - draft->problem->units[unit].weight <
        draft->problem->cells[group->cell].least)
        return false;
    while (members_of(draft, place)[at] != unit)
        at++;
    members_of(draft, place)[at] = members_of(draft, place)[--group->unit_count];
    draft->place_of[unit] = NONE;
    recount(draft, place);
    return true;
}

bool draft_may_add(const struct draft *draft, int32_t host_index, int32_t unit_index)
{
    const struct problem *problem = draft->problem;
    const struct host *host = &problem->hosts[host_index];
    const struct unit *unit = &problem->units[unit_index];

    if (draft->host_weight[host_index] + unit->weight > host->places ||
        (host->with_parents &&
            draft->host_joiners[host_index] + unit->joiners > host->parent_places) ||
        draft_meets(draft, unit_index, host->site, host->slot))
        return false;
    for (int32_t i = 0; i < unit->conflicts.count; i++)
        if (draft->place_of[problem->list[unit->conflicts.first + i]] ==
            draft_host_place(host_index))
            return false;
    return true;
}

bool draft_add(struct draft *draft, int32_t host, const struct offer *offer)
{
    const struct unit *unit = &draft->problem->units[offer->unit];

    if (draft->place_of[offer->unit] != NONE || !draft_may_add(draft, host, offer->unit))
        return false;
    draft->host_weight[host] += unit->weight;
    draft->host_joiners[host] += unit->joiners;
    draft->score += offer->value / MILLI;
    draft->placed += unit->weight;
    draft->place_of[offer->unit] = draft_host_place(host);
    return true;
}
