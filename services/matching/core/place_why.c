#include "services/matching/core/place_why.h"

#include "common/domain/date.h"
#include "common/domain/slot.h"

static enum place_refusal by_pair(
    const struct pair *pair, size_t need, const struct open_group *group)
{
    /* One that is asked about at the same time is looked at by whoever asks for all of them. */
    if (pair->a != need || pair->b != PAIR_OUTSIDE)
        return PLACE_REFUSAL_NONE;
    if (pair->kind == PAIR_TOGETHER)
        return uuid_absent(pair->group_id) || uuid_equal(pair->group_id, group->group_id)
                   ? PLACE_REFUSAL_NONE
                   : PLACE_REFUSAL_SIBLING;
    if (uuid_absent(pair->group_id))
        return PLACE_REFUSAL_NONE;
    if (uuid_equal(pair->group_id, group->group_id) ||
        (pair->kind == PAIR_MUST_NOT_MEET && pair->site == group->site &&
            pair->slot == group->slot))
        return PLACE_REFUSAL_MUST_NOT_MEET;
    return PLACE_REFUSAL_NONE;
}

static enum place_refusal by_others(
    const struct place_view *view, size_t need, const struct open_group *group)
{
    for (size_t i = 0; i < view->pair_count; i++) {
        const enum place_refusal refusal = by_pair(&view->pairs[i], need, group);

        if (refusal != PLACE_REFUSAL_NONE)
            return refusal;
    }
    for (size_t i = 0; i < view->closed_count; i++) {
        const struct closed_door *door = &view->closed[i];
        const bool here = uuid_absent(door->group_id)
                              ? door->site == group->site && door->slot == group->slot
                              : uuid_equal(door->group_id, group->group_id);

        if (door->need == need && here)
            return PLACE_REFUSAL_MUST_NOT_MEET;
    }
    return PLACE_REFUSAL_NONE;
}

static enum place_refusal by_parents(const struct child_need *need, const struct open_group *group)
{
    if (need->parent_wish == PARENT_WISH_MUST && group->parents_left < 0)
        return PLACE_REFUSAL_PARENTS_MISSING;
    if (need->parent_wish != PARENT_WISH_NO && group->parents_left == 0)
        return PLACE_REFUSAL_PARENTS_FULL;
    return PLACE_REFUSAL_NONE;
}

enum place_refusal place_why(const struct place_view *view, size_t index, size_t group_index)
{
    const struct child_need *need = &view->needs[index];
    const struct open_group *group = &view->groups[group_index];
    const int age = date_age(need->birth, group->first_day);
    enum place_refusal refusal;

    if ((need->situations & bit_of((int)group->situation)) == 0)
        return PLACE_REFUSAL_OTHER_SITUATION;
    if ((need->languages >> group->language & 1) == 0)
        return PLACE_REFUSAL_OTHER_LANGUAGE;
    if (age < group->age_from || age > group->age_to)
        return PLACE_REFUSAL_AGE;
    if (!need_sex_fits(need, group->sex))
        return PLACE_REFUSAL_SEX;
    if ((need->needs & ~group->needs) != 0)
        return PLACE_REFUSAL_NEEDS;
    refusal = by_others(view, index, group);
    if (refusal == PLACE_REFUSAL_NONE)
        refusal = by_parents(need, group);
    if (refusal != PLACE_REFUSAL_NONE)
        return refusal;
    if (!slot_in(need->slots, group->slot))
        return PLACE_REFUSAL_TIME;
    if (travel_minutes(&view->travel, need->district, group->district) > need->max_travel_min)
        return PLACE_REFUSAL_WAY;
    return (~group->used & ((INT64_C(1) << group->places) - 1)) == 0 ? PLACE_REFUSAL_FULL
                                                                     : PLACE_REFUSAL_NONE;
}
