/*
 * Groups are put in buckets by situation and language; each keeps what the inner loop reads side by
 * side. A child's scores differ between groups only by the primary situation, the way and the
 * parents, so the rest is added once.
 */
#include "services/matching/core/place.h"

#include <limits.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/slot.h"

enum { LANGUAGES = 64, BUCKETS = SITUATION_COUNT * LANGUAGES };

struct state {
    struct arena *arena;
    const struct place_view *view;
    struct place_decision *decisions;
    uint32_t *order;             /* needs by turn */
    uint32_t *groups;            /* groups by bucket */
    uint32_t first[BUCKETS + 1]; /* of the bucket in `groups` */
    int64_t *free;               /* a bit for each place left, by group */
    int *parents_left;
    int *group_days; /* month * 32 + day of the first day, and its year */
    int *group_years;
    int *need_days;
    int *need_years;
    bool *done;           /* placed, found nothing, or the child has a place by another referral */
    uint32_t *pair_first; /* pairs of a need: pair_index[pair_first[i] .. pair_first[i + 1]) */
    uint32_t *pair_index;
    uint32_t *unit; /* members of the unit that is being placed */
    size_t unit_count;
};

static int day_of_year(struct civil civil)
{
    return civil.month * 32 + civil.day;
}

static size_t bucket_of(const struct open_group *group)
{
    CHECK(group->language >= 0 && group->language < LANGUAGES);
    return (size_t)group->situation * LANGUAGES + (size_t)group->language;
}

static void index_groups(struct state *state)
{
    const struct place_view *view = state->view;
    uint32_t *next = ARENA_ARRAY(state->arena, uint32_t, BUCKETS + 1);

    for (size_t i = 0; i < view->group_count; i++) {
        const struct open_group *group = &view->groups[i];
        struct civil first = date_to_civil(group->first_day);

        CHECK(group->places >= 0 && group->places <= PLACES_MOST);
        state->first[bucket_of(group) + 1]++;
        state->free[i] = ~group->used & ((INT64_C(1) << group->places) - 1);
        state->parents_left[i] = group->parents_left;
        state->group_years[i] = first.year;
        state->group_days[i] = day_of_year(first);
    }
    for (size_t i = 0; i < BUCKETS; i++)
        state->first[i + 1] += state->first[i];
    memcpy(next, state->first, sizeof state->first);
    for (size_t i = 0; i < view->group_count; i++)
        state->groups[next[bucket_of(&view->groups[i])]++] = (uint32_t)i;
}

struct turn {
    const struct child_need *need;
    uint32_t index;
};

static int compare_turns(const void *a, const void *b)
{
    return need_before(((const struct turn *)a)->need, ((const struct turn *)b)->need);
}

static void order_needs(struct state *state)
{
    const struct place_view *view = state->view;
    struct turn *turns = ARENA_ARRAY(state->arena, struct turn, view->need_count);

    for (size_t i = 0; i < view->need_count; i++) {
        struct civil born = date_to_civil(view->needs[i].birth);

        state->need_years[i] = born.year;
        state->need_days[i] = day_of_year(born);
        turns[i] = (struct turn){&view->needs[i], (uint32_t)i};
    }
    qsort(turns, view->need_count, sizeof turns[0], compare_turns);
    for (size_t i = 0; i < view->need_count; i++)
        state->order[i] = turns[i].index;
}

static void index_pairs(struct state *state)
{
    const struct place_view *view = state->view;
    uint32_t *next = ARENA_ARRAY(state->arena, uint32_t, view->need_count + 1);

    for (size_t i = 0; i < view->pair_count; i++) {
        state->pair_first[view->pairs[i].a + 1]++;
        if (view->pairs[i].b != PAIR_OUTSIDE)
            state->pair_first[view->pairs[i].b + 1]++;
    }
    for (size_t i = 0; i < view->need_count; i++)
        state->pair_first[i + 1] += state->pair_first[i];
    memcpy(next, state->pair_first, (view->need_count + 1) * sizeof *next);
    for (size_t i = 0; i < view->pair_count; i++) {
        state->pair_index[next[view->pairs[i].a]++] = (uint32_t)i;
        if (view->pairs[i].b != PAIR_OUTSIDE)
            state->pair_index[next[view->pairs[i].b]++] = (uint32_t)i;
    }
}

/* Rules between one child and one group that need nothing but the two. */
static bool fits(const struct state *state, size_t need_index, size_t index)
{
    const struct child_need *need = &state->view->needs[need_index];
    const struct open_group *group = &state->view->groups[index];
    int age = state->group_years[index] - state->need_years[need_index] -
              (state->group_days[index] < state->need_days[need_index]);

    return state->free[index] != 0 && slot_in(need->slots, group->slot) && age >= group->age_from &&
           age <= group->age_to && need_sex_fits(need, group->sex) &&
           (need->needs & ~group->needs) == 0 &&
           (need->parent_wish != PARENT_WISH_MUST || group->parents_left >= 0) &&
           travel_minutes(&state->view->travel, need->district, group->district) <=
               need->max_travel_min &&
           !need_declined(need, group->group_id);
}

/* H15-H17 for one pair, seen from `need`. */
static bool pair_allows(
    const struct state *state, const struct pair *pair, size_t need, const struct open_group *group)
{
    size_t other = pair->a == need ? pair->b : pair->a;
    const struct open_group *there = NULL;
    struct uuid group_id = pair->group_id;
    int site = pair->site, slot = pair->slot;

    if (other != PAIR_OUTSIDE) {
        if (state->decisions[other].group == PLACE_NOWHERE)
            return true; /* of a unit: tried together; else: it comes later and looks back */
        there = &state->view->groups[state->decisions[other].group];
        group_id = there->group_id;
        site = there->site;
        slot = there->slot;
    }
    if (uuid_absent(group_id))
        return pair->kind != PAIR_TOGETHER || !pair->waits;
    if (pair->kind == PAIR_TOGETHER)
        return uuid_equal(group_id, group->group_id);
    if (uuid_equal(group_id, group->group_id))
        return false;
    return pair->kind != PAIR_MUST_NOT_MEET || site != group->site || slot != group->slot;
}

static bool pairs_allow(const struct state *state, size_t need, const struct open_group *group)
{
    for (uint32_t i = state->pair_first[need]; i < state->pair_first[need + 1]; i++)
        if (!pair_allows(state, &state->view->pairs[state->pair_index[i]], need, group))
            return false;
    for (size_t i = 0; i < state->view->closed_count; i++) {
        const struct closed_door *door = &state->view->closed[i];

        if (door->need != need)
            continue;
        if (uuid_absent(door->group_id) ? door->site == group->site && door->slot == group->slot
                                        : uuid_equal(door->group_id, group->group_id))
            return false;
    }
    return true;
}

static int score_of(const struct state *state, const struct child_need *need, size_t index)
{
    const struct open_group *group = &state->view->groups[index];
    const struct points *points = &state->view->points;
    int score =
        -points->travel * travel_minutes(&state->view->travel, need->district, group->district);

    if (need->primary == group->situation)
        score += points->primary;
    if (group->parents_left >= 0 && need->parent_wish != PARENT_WISH_NO)
        score += points->parent;
    return score;
}

/* Two children of the unit who must not meet each other can be in no group together. */
static bool unit_at_odds(const struct state *state, size_t need)
{
    for (uint32_t i = state->pair_first[need]; i < state->pair_first[need + 1]; i++) {
        const struct pair *pair = &state->view->pairs[state->pair_index[i]];
        size_t other = pair->a == need ? pair->b : pair->a;

        if (pair->kind == PAIR_TOGETHER || other == PAIR_OUTSIDE)
            continue;
        for (size_t j = 0; j < state->unit_count; j++)
            if (state->unit[j] == other)
                return true;
    }
    return false;
}

/* Whether the whole unit fits the group, and what that is worth beside need_worth. */
static bool unit_fits(const struct state *state, size_t index, int *score)
{
    const struct open_group *group = &state->view->groups[index];
    int parents = 0;

    *score = 0;
    if (__builtin_popcountll((uint64_t)state->free[index]) < (int)state->unit_count)
        return false;
    for (size_t i = 0; i < state->unit_count; i++) {
        size_t member = state->unit[i];
        const struct child_need *need = &state->view->needs[member];

        if ((need->situations & bit_of((int)group->situation)) == 0 ||
            (need->languages >> group->language & 1) == 0 || !fits(state, member, index) ||
            !pairs_allow(state, member, group))
            return false;
        parents += need->parent_wish != PARENT_WISH_NO;
        *score += score_of(state, need, index);
    }
    return group->parents_left < 0 || parents <= state->parents_left[index];
}

/* Of two groups with the same points: the one that starts first, then the fuller, then by id. */
static bool better(const struct state *state, size_t a, size_t b)
{
    const struct open_group *one = &state->view->groups[a], *other = &state->view->groups[b];
    int left = __builtin_popcountll((uint64_t)state->free[a]);
    int other_left = __builtin_popcountll((uint64_t)state->free[b]);

    if (one->first_day != other->first_day)
        return one->first_day < other->first_day;
    if (left != other_left)
        return left < other_left;
    return uuid_compare(&one->group_id, &other->group_id) < 0;
}

static size_t best_group(const struct state *state, int *best_value)
{
    const struct child_need *need = &state->view->needs[state->unit[0]];
    size_t best = PLACE_NOWHERE;
    int best_score = 0;

    for (int situation = 1; situation < SITUATION_COUNT; situation++) {
        if ((need->situations & bit_of(situation)) == 0)
            continue;
        for (uint64_t languages = need->languages; languages; languages &= languages - 1) {
            size_t bucket = (size_t)situation * LANGUAGES + (size_t)__builtin_ctzll(languages);

            for (uint32_t i = state->first[bucket]; i < state->first[bucket + 1]; i++) {
                size_t group = state->groups[i];
                int score;

                if (!fits(state, state->unit[0], group) || !unit_fits(state, group, &score))
                    continue;
                if (best == PLACE_NOWHERE || score > best_score ||
                    (score == best_score && better(state, group, best))) {
                    best = group;
                    best_score = score;
                }
            }
        }
    }
    *best_value = best_score;
    return best;
}

/* Everybody that must be with `need`, and must be with those, and so on. False when one of them
 * cannot be placed now: then none is. */
static bool gather_unit(struct state *state, size_t need)
{
    state->unit_count = 1;
    state->unit[0] = (uint32_t)need;
    for (size_t done = 0; done < state->unit_count; done++) {
        size_t member = state->unit[done];

        for (uint32_t i = state->pair_first[member]; i < state->pair_first[member + 1]; i++) {
            const struct pair *pair = &state->view->pairs[state->pair_index[i]];
            size_t other = pair->a == member ? pair->b : pair->a;
            bool known = false;

            if (pair->kind != PAIR_TOGETHER || other == PAIR_OUTSIDE)
                continue;
            for (size_t j = 0; j < state->unit_count; j++)
                known = known || state->unit[j] == other;
            if (!known)
                state->unit[state->unit_count++] = (uint32_t)other;
        }
    }
    for (size_t i = 0; i < state->unit_count; i++)
        if (state->done[state->unit[i]] || unit_at_odds(state, state->unit[i]))
            return false;
    return true;
}

static void give_place(struct state *state, size_t need, size_t index)
{
    const struct open_group *group = &state->view->groups[index];
    const struct child_need *child = &state->view->needs[need];
    int place = __builtin_ctzll((uint64_t)state->free[index]);

    state->free[index] &= state->free[index] - 1;
    if (group->parents_left >= 0 && child->parent_wish != PARENT_WISH_NO)
        state->parents_left[index]--;
    state->decisions[need] = (struct place_decision){
        .group = index,
        .place_no = place + 1,
        .score = need_worth(child, state->view->today, &state->view->points) +
                 score_of(state, child, index),
        .travel_min = travel_minutes(&state->view->travel, child->district, group->district),
    };
}

/* H1: one child may have several referrals; the first in turn gets the place. */
static void mark_same_children(struct state *state)
{
    struct turn *turns = ARENA_ARRAY(state->arena, struct turn, state->view->need_count);
    size_t count = 0;

    for (size_t i = 0; i < state->view->need_count; i++) {
        size_t need = state->order[i];
        const struct uuid *child = &state->view->needs[need].child_id;
        size_t low = 0, high = count;

        while (low < high) {
            size_t middle = (low + high) / 2;

            if (uuid_compare(&turns[middle].need->child_id, child) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < count && uuid_equal(turns[low].need->child_id, *child)) {
            state->done[need] = true;
            continue;
        }
        memmove(&turns[low + 1], &turns[low], (count - low) * sizeof *turns);
        turns[low] = (struct turn){&state->view->needs[need], (uint32_t)need};
        count++;
    }
}

static struct state *new_state(struct arena *arena, const struct place_view *view)
{
    struct state *state = ARENA_NEW(arena, struct state);
    size_t needs = view->need_count, groups = view->group_count;

    state->arena = arena;
    state->view = view;
    state->decisions = ARENA_ARRAY(arena, struct place_decision, needs);
    state->order = ARENA_ARRAY(arena, uint32_t, needs);
    state->groups = ARENA_ARRAY(arena, uint32_t, groups);
    state->free = ARENA_ARRAY(arena, int64_t, groups);
    state->parents_left = ARENA_ARRAY(arena, int, groups);
    state->group_days = ARENA_ARRAY(arena, int, groups);
    state->group_years = ARENA_ARRAY(arena, int, groups);
    state->need_days = ARENA_ARRAY(arena, int, needs);
    state->need_years = ARENA_ARRAY(arena, int, needs);
    state->done = ARENA_ARRAY(arena, bool, needs);
    state->pair_first = ARENA_ARRAY(arena, uint32_t, needs + 2);
    state->pair_index = ARENA_ARRAY(arena, uint32_t, 2 * view->pair_count + 1);
    state->unit = ARENA_ARRAY(arena, uint32_t, needs + 1);
    for (size_t i = 0; i < needs; i++)
        state->decisions[i].group = PLACE_NOWHERE;
    return state;
}

/* The whole unit goes, or nobody of it; either way none of them is asked again. */
static void serve_unit(struct state *state, size_t best)
{
    for (size_t i = 0; i < state->unit_count; i++) {
        if (best != PLACE_NOWHERE)
            give_place(state, state->unit[i], best);
        state->done[state->unit[i]] = true;
    }
}

static void serve_by_turn(struct state *state)
{
    int value;

    for (size_t i = 0; i < state->view->need_count; i++) {
        const size_t need = state->order[i];

        if (!state->done[need])
            serve_unit(state, gather_unit(state, need) ? best_group(state, &value) : PLACE_NOWHERE);
    }
}

/* What the best place there is now is worth to each of the need's unit. */
static size_t worth_of(struct state *state, size_t need, int *value)
{
    const struct place_view *view = state->view;
    const size_t best = gather_unit(state, need) ? best_group(state, value) : PLACE_NOWHERE;

    if (best == PLACE_NOWHERE)
        return best;
    for (size_t i = 0; i < state->unit_count; i++)
        *value += need_worth(&view->needs[state->unit[i]], view->today, &view->points);
    *value /= (int)state->unit_count;
    return best;
}

/* The most worth first, of equals the first in turn. What a place is worth only falls when places
 * are given away, so a value that has not fallen since it was reckoned is still the highest. */
static void serve_by_worth(struct state *state)
{
    const size_t count = state->view->need_count;
    int *values = ARENA_ARRAY(state->arena, int, count);

    for (size_t i = 0; i < count; i++)
        values[i] = INT_MAX;
    for (;;) {
        size_t first = PLACE_NOWHERE, best;
        int value = 0;

        for (size_t i = 0; i < count; i++) {
            const size_t need = state->order[i];

            if (!state->done[need] && (first == PLACE_NOWHERE || values[need] > values[first]))
                first = need;
        }
        if (first == PLACE_NOWHERE)
            return;
        best = worth_of(state, first, &value);
        if (best == PLACE_NOWHERE || value >= values[first])
            serve_unit(state, best);
        else
            values[first] = value;
    }
}

const struct place_decision *place_decide(struct arena *arena, const struct place_view *view)
{
    struct state *state = new_state(arena, view);

    index_groups(state);
    order_needs(state);
    index_pairs(state);
    mark_same_children(state);
    switch (view->order) {
    case PLACE_BY_TURN:
        serve_by_turn(state);
        break;
    case PLACE_BY_WORTH:
        serve_by_worth(state);
        break;
    }
    return state->decisions;
}
