/*
 * The best children for a group that could be: those who may come (H3-H10, H15-H18, H20) in order
 * of their points, the most that there is room for, for each span of ages.
 */
#include <stdlib.h>

#include "common/check.h"
#include "services/matching/core/form_inside.h"

static bool outside_allows(const struct pair *pair, int site, int slot)
{
    if (pair->kind == PAIR_TOGETHER)
        return uuid_absent(pair->group_id) && !pair->waits;
    return pair->kind != PAIR_MUST_NOT_MEET || uuid_absent(pair->group_id) || pair->site != site ||
           pair->slot != slot;
}

/* H15-H17 and H20 against what is decided already: groups that are, and groups of this plan. */
static bool may_be_there(const struct former *former, size_t need, int site, int slot)
{
    const struct form_view *view = former->view;

    for (uint32_t i = former->pair_first[need]; i < former->pair_first[need + 1]; i++) {
        const struct pair *pair = &view->pairs[former->pair_index[i]];
        size_t other = pair->a == need ? pair->b : pair->a;
        const struct formed_group *there;

        if (other == PAIR_OUTSIDE) {
            if (!outside_allows(pair, site, slot))
                return false;
            continue;
        }
        if (pair->kind != PAIR_MUST_NOT_MEET || former->group_of[other] == FORM_NONE)
            continue;
        there = &former->groups[former->group_of[other]];
        if (former->rooms[there->room].site == site && there->slot == slot)
            return false;
    }
    for (size_t i = 0; i < view->closed_count; i++)
        if (view->closed[i].need == need && uuid_absent(view->closed[i].group_id) &&
            view->closed[i].site == site && view->closed[i].slot == slot)
            return false;
    return true;
}

static bool member_fits(const struct former *former, const struct option *option, size_t need)
{
    const struct child_need *child = &former->view->needs[need];
    const struct programme *programme = &former->view->programmes[option->programme];
    const struct room *room = &former->rooms[option->room];

    return former->group_of[need] == FORM_NONE &&
           (child->situations & bit_of((int)programme->situation)) != 0 &&
           (child->languages >> option->language & 1) != 0 && slot_in(child->slots, option->slot) &&
           need_sex_fits(child, (enum sex)option->sex) && (child->needs & ~room->needs) == 0 &&
           (child->parent_wish != PARENT_WISH_MUST || option->with_parents) &&
           travel_minutes(&former->view->travel, child->district, room->district) <=
               child->max_travel_min &&
           former->ages[need] >= 0 && former->ages[need] < AGES_MOST &&
           may_be_there(former, need, room->site, option->slot);
}

static int member_value(const struct former *former, const struct option *option, size_t need)
{
    const struct child_need *child = &former->view->needs[need];
    const struct points *points = &former->view->points;
    int value = former->worth[need] - points->travel * travel_minutes(&former->view->travel,
                                                           child->district,
                                                           former->rooms[option->room].district);

    if (child->primary == former->view->programmes[option->programme].situation)
        value += points->primary;
    if (option->with_parents && child->parent_wish != PARENT_WISH_NO)
        value += points->parent;
    return value;
}

static bool make_candidate(const struct former *former, const struct option *option, uint32_t index,
    struct candidate *candidate)
{
    const struct unit *unit = &former->units[index];

    *candidate = (struct candidate){.unit = index, .youngest = AGES_MOST};
    for (size_t i = 0; i < unit->count; i++) {
        size_t need = unit->members[i];
        int age = former->ages[need];

        if (!member_fits(former, option, need))
            return false;
        candidate->value += member_value(former, option, need);
        candidate->parents += former->view->needs[need].parent_wish != PARENT_WISH_NO;
        candidate->youngest = age < candidate->youngest ? age : candidate->youngest;
        candidate->oldest = age > candidate->oldest ? age : candidate->oldest;
    }
    /* The mean of the members, so that a bundle stands where its places are worth it. */
    candidate->value /= (int)unit->count;
    return true;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;

    if (one->value != other->value)
        return one->value > other->value ? -1 : 1;
    return one->unit < other->unit ? -1 : one->unit > other->unit;
}

/* H16, H17 between a unit and those already in the group. */
static bool at_odds(
    const struct former *former, const struct unit *unit, const struct formed_group *group)
{
    for (size_t i = 0; i < unit->count; i++) {
        size_t need = unit->members[i];

        for (uint32_t j = former->pair_first[need]; j < former->pair_first[need + 1]; j++) {
            const struct pair *pair = &former->view->pairs[former->pair_index[j]];
            size_t other = pair->a == need ? pair->b : pair->a;

            if (pair->kind == PAIR_TOGETHER)
                continue;
            for (size_t k = 0; k < group->child_count; k++)
                if (group->children[k] == other)
                    return true;
        }
    }
    return false;
}

static int longest_wait(const struct former *former, const struct formed_group *group)
{
    int longest = 0;

    for (size_t i = 0; i < group->child_count; i++) {
        int days = former->view->today - former->view->needs[group->children[i]].since;

        longest = days > longest ? days : longest;
    }
    return longest;
}

/* H2, and the margin above the least, unless somebody has waited long enough. */
static bool enough(const struct former *former, const struct formed_group *group, int most)
{
    const struct programme *programme = &former->view->programmes[group->programme];
    int wanted = programme->least + programme->margin;
    int patience = former->view->patience_days;

    if ((int)group->child_count < programme->least || most < programme->least)
        return false;
    if (wanted > most)
        wanted = most;
    return (int)group->child_count >= wanted || longest_wait(former, group) >= patience;
}

static void add_unit(
    struct former *former, const struct option *option, uint32_t index, struct formed_group *group)
{
    const struct unit *unit = &former->units[index];

    for (size_t i = 0; i < unit->count; i++) {
        int age = former->ages[unit->members[i]];

        group->children[group->child_count++] = unit->members[i];
        group->score += member_value(former, option, unit->members[i]);
        group->ages.from = age < group->ages.from ? age : group->ages.from;
        group->ages.to = age > group->ages.to ? age : group->ages.to;
    }
}

/* The children of one span of ages; `group` comes with everything but them. */
static bool fill(struct former *former, const struct option *option,
    const struct candidate *candidates, size_t count, struct band span, struct formed_group *group)
{
    const struct programme *programme = &former->view->programmes[option->programme];
    const struct points *points = &former->view->points;
    int most = programme->most < former->rooms[option->room].capacity
                   ? programme->most
                   : former->rooms[option->room].capacity;
    int parents_left =
        group->parent_room == FORM_NONE ? 0 : former->rooms[group->parent_room].capacity;

    group->child_count = 0;
    group->score = -points->group - former->rooms[option->room].cost;
    group->ages = (struct band){AGES_MOST, 0};
    for (size_t i = 0; i < count && (int)group->child_count < most; i++) {
        const struct candidate *next = &candidates[i];
        const struct unit *unit = &former->units[next->unit];

        if (next->youngest < span.from || next->oldest > span.to ||
            group->child_count + unit->count > (size_t)most ||
            (option->with_parents && next->parents > parents_left) || at_odds(former, unit, group))
            continue;
        add_unit(former, option, next->unit, group);
        parents_left -= next->parents;
    }
    if (!enough(former, group, most))
        return false;
    if (former->view->whole_band)
        group->ages = span;
    group->score -= points->band * (group->ages.to - group->ages.from);
    if (option->with_parents)
        group->score -= points->parent_group + former->rooms[group->parent_room].cost;
    return group->score > 0;
}

static size_t gather(
    struct former *former, const struct option *option, struct candidate *candidates)
{
    const struct programme *programme = &former->view->programmes[option->programme];
    size_t bucket = form_bucket(former, (int)programme->situation, option->language, option->slot);
    size_t count = 0;

    for (uint32_t i = former->bucket_first[bucket]; i < former->bucket_first[bucket + 1]; i++)
        if (make_candidate(former, option, former->buckets[i], &candidates[count]))
            count++;
    qsort(candidates, count, sizeof *candidates, compare_candidates);
    return count;
}

/* Of two spans with the same points a whole band takes the later one: children grow until the group
 * starts. */
bool form_choose_children(
    struct former *former, const struct option *option, struct formed_group *group)
{
    const struct programme *programme = &former->view->programmes[option->programme];
    struct formed_group tried = {
        .programme = option->programme,
        .room = option->room,
        .parent_room = FORM_NONE,
        .language = option->language,
        .slot = option->slot,
        .sex = (enum sex)option->sex,
    };
    size_t count;
    bool found = false;

    if (!slot_in(former->rooms[option->room].slots, option->slot))
        return false;
    if (option->with_parents) {
        tried.parent_room = form_parent_room(former, option->room, option->slot);
        if (tried.parent_room == FORM_NONE)
            return false;
    }
    count = gather(former, option, former->candidates);
    for (size_t i = 0; i < programme->band_count; i++) {
        struct band band = programme->bands[i], span = {band.from, band.from};

        for (; span.to < band.to || span.from == band.from; span.from++) {
            span.to = span.from + programme->band_years - 1;
            if (span.to > band.to)
                span.to = band.to;
            if (fill(former, option, former->candidates, count, span, &tried) &&
                (!found || tried.score > group->score ||
                    (former->view->whole_band && tried.score == group->score))) {
                *group = tried;
                found = true;
            }
        }
    }
    return found;
}
