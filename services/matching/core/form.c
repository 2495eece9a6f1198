/*
 * The greedy: every group that could be stands in a heap by the points it had when last looked at.
 * The first is looked at again; if it still is the first, it is formed. Points only fall while
 * children, rooms and leaders are used up, so this is the same as looking at all of them each time.
 */
#include "services/matching/core/form.h"

#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/matching/core/form_inside.h"

enum { PARENTS_FIRST = 1 << 24 /* more points than any group can have */ };

static void index_pairs(struct former *former)
{
    const struct form_view *view = former->view;
    uint32_t *next = ARENA_ARRAY(former->arena, uint32_t, view->need_count + 1);

    former->pair_first = ARENA_ARRAY(former->arena, uint32_t, view->need_count + 2);
    former->pair_index = ARENA_ARRAY(former->arena, uint32_t, 2 * view->pair_count + 1);
    for (size_t i = 0; i < view->pair_count; i++) {
        former->pair_first[view->pairs[i].a + 1]++;
        if (view->pairs[i].b != PAIR_OUTSIDE)
            former->pair_first[view->pairs[i].b + 1]++;
    }
    for (size_t i = 0; i < view->need_count; i++)
        former->pair_first[i + 1] += former->pair_first[i];
    memcpy(next, former->pair_first, (view->need_count + 1) * sizeof *next);
    for (size_t i = 0; i < view->pair_count; i++) {
        former->pair_index[next[view->pairs[i].a]++] = (uint32_t)i;
        if (view->pairs[i].b != PAIR_OUTSIDE)
            former->pair_index[next[view->pairs[i].b]++] = (uint32_t)i;
    }
}

struct turn {
    const struct child_need *need;
    uint32_t index;
};

static int compare_turns(const void *a, const void *b)
{
    return need_before(((const struct turn *)a)->need, ((const struct turn *)b)->need);
}

static int compare_children(const void *a, const void *b)
{
    const struct turn *one = a, *other = b;
    int order = uuid_compare(&one->need->child_id, &other->need->child_id);

    return order ? order : need_before(one->need, other->need);
}

/* H1: of several referrals of one child only the first in turn is looked at. */
static void leave_out_same_children(struct former *former, struct turn *turns, bool *left_out)
{
    size_t count = former->view->need_count;

    qsort(turns, count, sizeof *turns, compare_children);
    for (size_t i = 1; i < count; i++)
        if (uuid_equal(turns[i].need->child_id, turns[i - 1].need->child_id))
            left_out[turns[i].index] = true;
}

/* All that must be with `first`: a unit. The members are written at `members`. */
static size_t collect(struct former *former, uint32_t first, uint32_t unit, uint32_t *members)
{
    size_t count = 1;

    members[0] = first;
    former->unit_of[first] = unit;
    for (size_t done = 0; done < count; done++) {
        uint32_t member = members[done];

        for (uint32_t i = former->pair_first[member]; i < former->pair_first[member + 1]; i++) {
            const struct pair *pair = &former->view->pairs[former->pair_index[i]];
            size_t other = pair->a == member ? pair->b : pair->a;

            if (pair->kind != PAIR_TOGETHER || other == PAIR_OUTSIDE ||
                former->unit_of[other] != UINT32_MAX)
                continue;
            former->unit_of[other] = unit;
            members[count++] = (uint32_t)other;
        }
    }
    return count;
}

/* A unit with two who must not meet, or too many for a group, stays. */
static bool unit_possible(
    const struct former *former, const struct unit *unit, const bool *left_out)
{
    if (unit->count > PLACES_MOST)
        return false;
    for (size_t i = 0; i < unit->count; i++) {
        uint32_t need = unit->members[i];

        if (left_out[need])
            return false;
        for (uint32_t j = former->pair_first[need]; j < former->pair_first[need + 1]; j++) {
            const struct pair *pair = &former->view->pairs[former->pair_index[j]];

            if (pair->kind != PAIR_TOGETHER && pair->b != PAIR_OUTSIDE &&
                former->unit_of[pair->a] == former->unit_of[pair->b])
                return false;
        }
    }
    return true;
}

/* Units in the order of service, so that their numbers break ties the same way each time. */
static void make_units(struct former *former)
{
    size_t count = former->view->need_count;
    struct turn *turns = ARENA_ARRAY(former->arena, struct turn, count);
    bool *left_out = ARENA_ARRAY(former->arena, bool, count);
    uint32_t *members = ARENA_ARRAY(former->arena, uint32_t, count);

    for (size_t i = 0; i < count; i++) {
        turns[i] = (struct turn){&former->view->needs[i], (uint32_t)i};
        former->unit_of[i] = UINT32_MAX;
    }
    leave_out_same_children(former, turns, left_out);
    qsort(turns, count, sizeof *turns, compare_turns);
    for (size_t i = 0; i < count; i++) {
        struct unit *unit = &former->units[former->unit_count];

        if (former->unit_of[turns[i].index] != UINT32_MAX)
            continue;
        unit->members = members;
        unit->count = collect(former, turns[i].index, (uint32_t)former->unit_count, members);
        members += unit->count;
        former->unit_count++;
    }
    for (size_t i = 0; i < former->unit_count; i++)
        former->units[i].possible = unit_possible(former, &former->units[i], left_out);
}

static void common_ground(const struct former *former, const struct unit *unit,
    uint32_t *situations, uint64_t *languages, int64_t *slots)
{
    *situations = UINT32_MAX;
    *languages = UINT64_MAX;
    *slots = INT64_MAX;
    for (size_t i = 0; i < unit->count; i++) {
        const struct child_need *child = &former->view->needs[unit->members[i]];

        *situations &= child->situations;
        *languages &= child->languages;
        *slots &= child->slots;
    }
}

/* Calls for each (situation, language, slot) of a unit: counts it, or writes it where it belongs.
 */
static void in_buckets(struct former *former, uint32_t index, uint32_t *counts, uint32_t *next)
{
    uint32_t situations;
    uint64_t languages;
    int64_t slots;

    common_ground(former, &former->units[index], &situations, &languages, &slots);
    for (int situation = 1; situation < SITUATION_COUNT; situation++) {
        if ((situations & bit_of(situation)) == 0)
            continue;
        for (int language = 0; language < former->view->languages; language++) {
            if ((languages >> language & 1) == 0)
                continue;
            for (int slot = slot_next(slots, -1); slot >= 0; slot = slot_next(slots, slot)) {
                size_t bucket = form_bucket(former, situation, language, slot);

                if (counts)
                    counts[bucket + 1]++;
                else
                    former->buckets[next[bucket]++] = index;
            }
        }
    }
}

static void fill_buckets(struct former *former)
{
    size_t count = (size_t)SITUATION_COUNT * (size_t)former->view->languages * SLOTS_MOST;
    uint32_t *next = ARENA_ARRAY(former->arena, uint32_t, count + 1);

    former->bucket_first = ARENA_ARRAY(former->arena, uint32_t, count + 1);
    for (size_t i = 0; i < former->unit_count; i++)
        if (former->units[i].possible)
            in_buckets(former, (uint32_t)i, former->bucket_first, NULL);
    for (size_t i = 0; i < count; i++)
        former->bucket_first[i + 1] += former->bucket_first[i];
    memcpy(next, former->bucket_first, (count + 1) * sizeof *next);
    former->buckets = ARENA_ARRAY(former->arena, uint32_t, former->bucket_first[count]);
    for (size_t i = 0; i < former->unit_count; i++)
        if (former->units[i].possible)
            in_buckets(former, (uint32_t)i, NULL, next);
}

/* Of two options with the same points the one that comes first in the arrays. */
static bool goes_before(const struct option *a, const struct option *b)
{
    if (a->order != b->order)
        return a->order > b->order;
    if (a->programme != b->programme)
        return a->programme < b->programme;
    if (a->slot != b->slot)
        return a->slot < b->slot;
    if (a->room != b->room)
        return a->room < b->room;
    if (a->language != b->language)
        return a->language < b->language;
    return a->sex != b->sex ? a->sex < b->sex : a->with_parents < b->with_parents;
}

static void push(struct former *former, struct option option)
{
    size_t at = former->heap_count++;

    while (at > 0 && goes_before(&option, &former->heap[(at - 1) / 2])) {
        former->heap[at] = former->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    former->heap[at] = option;
}

static struct option pop(struct former *former)
{
    struct option first = former->heap[0], last = former->heap[--former->heap_count];
    size_t at = 0;

    while (2 * at + 1 < former->heap_count) {
        size_t child = 2 * at + 1;

        if (child + 1 < former->heap_count &&
            goes_before(&former->heap[child + 1], &former->heap[child]))
            child++;
        if (!goes_before(&former->heap[child], &last))
            break;
        former->heap[at] = former->heap[child];
        at = child;
    }
    former->heap[at] = last;
    return first;
}

static bool refused(const struct former *former, const struct option *option)
{
    const struct form_view *view = former->view;

    for (size_t i = 0; i < view->refusal_count; i++) {
        const struct refusal *no = &view->refusals[i];

        if ((uuid_absent(no->programme_id) ||
                uuid_equal(no->programme_id, view->programmes[option->programme].programme_id)) &&
            (uuid_absent(no->room_id) ||
                uuid_equal(no->room_id, view->rooms[option->room].room_id)) &&
            (no->slot < 0 || no->slot == option->slot))
            return true;
    }
    return false;
}

/* The points by which an option stands in the heap; false when no group can be of it any more. */
static bool look(struct former *former, struct option *option, struct formed_group *group)
{
    const struct programme *programme = &former->view->programmes[option->programme];

    if (former->group_count == (size_t)former->view->groups_most ||
        !form_has_leaders(former, programme, option->language, option->slot,
            former->rooms[option->room].district, option->with_parents) ||
        !form_choose_children(former, option, group) || !form_choose_leaders(former, group))
        return false;
    option->order =
        group->score + (option->with_parents && former->view->wants_parents ? PARENTS_FIRST : 0);
    return true;
}

static void offer_option(struct former *former, struct option option)
{
    struct formed_group group;

    if (refused(former, &option) || !look(former, &option, &group))
        return;
    if (former->heap_count == former->heap_most) {
        struct option *more =
            ARENA_ARRAY(former->arena, struct option, former->heap_most * 2 + 256);

        if (former->heap_count)
            memcpy(more, former->heap, former->heap_count * sizeof *more);
        former->heap = more;
        former->heap_most = former->heap_most * 2 + 256;
    }
    push(former, option);
}

/* Mixed, girls and boys, with and without parents, in one room at one time. */
static void offer_kinds(struct former *former, struct option option)
{
    static const enum sex sexes[] = {SEX_NONE, SEX_GIRL, SEX_BOY};
    enum parents parents = former->view->programmes[option.programme].parents;

    for (size_t i = 0; i < COUNT(sexes); i++) {
        option.sex = (int8_t)sexes[i];
        option.with_parents = false;
        if (parents != PARENTS_ALWAYS)
            offer_option(former, option);
        option.with_parents = true;
        if (parents != PARENTS_NO)
            offer_option(former, option);
    }
}

static void offer_all(struct former *former)
{
    const struct form_view *view = former->view;

    for (size_t p = 0; p < view->programme_count; p++)
        for (int language = 0; language < view->languages; language++)
            for (int slot = 0; slot < SLOTS_MOST; slot++) {
                size_t bucket =
                    form_bucket(former, (int)view->programmes[p].situation, language, slot);

                /* Bundles make this a lower count of children, never a higher one. */
                if (former->bucket_first[bucket] == former->bucket_first[bucket + 1])
                    continue;
                for (size_t room = 0; room < view->room_count; room++)
                    if (slot_in(former->rooms[room].slots, slot))
                        offer_kinds(former, (struct option){.programme = (uint16_t)p,
                                                .room = (uint16_t)room,
                                                .language = (int8_t)language,
                                                .slot = (int8_t)slot});
            }
}

static void take_leader(struct former *former, size_t leader, int slot)
{
    former->leaders[leader].groups_left--;
    former->leaders[leader].slots &= ~former->view->leader_clash[slot];
}

static void commit(struct former *former, const struct formed_group *group)
{
    size_t index = former->group_count++;
    int64_t clash = former->view->room_clash[group->slot];

    former->groups[index] = *group;
    former->rooms[group->room].slots &= ~clash;
    if (group->parent_room != FORM_NONE)
        former->rooms[group->parent_room].slots &= ~clash;
    for (size_t i = 0; i < 2; i++)
        take_leader(former, group->leaders[i], group->slot);
    for (size_t i = 0; i < group->parent_leader_count; i++)
        take_leader(former, group->parent_leaders[i], group->slot);
    for (size_t i = 0; i < group->child_count; i++)
        former->group_of[group->children[i]] = index;
}

static struct former *new_former(struct arena *arena, const struct form_view *view)
{
    struct former *former = ARENA_NEW(arena, struct former);

    CHECK(view->languages >= 0 && view->languages <= 64);
    CHECK(view->room_count <= UINT16_MAX && view->programme_count <= UINT16_MAX);
    former->arena = arena;
    former->view = view;
    former->rooms = ARENA_ARRAY(arena, struct room, view->room_count);
    former->leaders = ARENA_ARRAY(arena, struct leader, view->leader_count);
    former->units = ARENA_ARRAY(arena, struct unit, view->need_count);
    former->candidates = ARENA_ARRAY(arena, struct candidate, view->need_count + 1);
    former->unit_of = ARENA_ARRAY(arena, uint32_t, view->need_count);
    former->group_of = ARENA_ARRAY(arena, size_t, view->need_count);
    former->groups = ARENA_ARRAY(arena, struct formed_group, (size_t)view->groups_most);
    former->ages = ARENA_ARRAY(arena, int, view->need_count);
    former->worth = ARENA_ARRAY(arena, int, view->need_count);
    if (view->room_count)
        memcpy(former->rooms, view->rooms, view->room_count * sizeof *view->rooms);
    if (view->leader_count)
        memcpy(former->leaders, view->leaders, view->leader_count * sizeof *view->leaders);
    for (size_t i = 0; i < view->need_count; i++) {
        former->group_of[i] = FORM_NONE;
        former->ages[i] = date_age(view->needs[i].birth, view->plan_date);
        former->worth[i] = need_worth(&view->needs[i], view->today, &view->points);
    }
    return former;
}

const struct form_plan *form_groups(struct arena *arena, const struct form_view *view)
{
    struct former *former = new_former(arena, view);
    struct form_plan *plan = ARENA_NEW(arena, struct form_plan);

    index_pairs(former);
    make_units(former);
    fill_buckets(former);
    offer_all(former);
    while (former->heap_count) {
        struct option option = pop(former);
        struct formed_group group;

        if (!look(former, &option, &group))
            continue;
        if (former->heap_count && goes_before(&former->heap[0], &option))
            push(former, option);
        else
            commit(former, &group);
    }
    *plan = (struct form_plan){
        former->groups, former->group_count, former->group_of, former->rooms, former->leaders};
    return plan;
}
