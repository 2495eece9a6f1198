#include "services/matching/core/wait_reason.h"

#include "common/check.h"
#include "common/domain/date.h"

/* Whether a booked group would do, were it not full. */
static bool full_group(const struct market_view *view, const struct child_need *child)
{
    for (size_t i = 0; i < view->group_count; i++) {
        const struct open_group *group = &view->groups[i];
        const int age = date_age(child->birth, group->first_day);

        if ((child->situations & bit_of((int)group->situation)) != 0 &&
            (child->languages >> group->language & 1) != 0 && slot_in(child->slots, group->slot) &&
            age >= group->age_from && age <= group->age_to && need_sex_fits(child, group->sex) &&
            (child->needs & ~group->needs) == 0 &&
            travel_minutes(&view->travel, child->district, group->district) <=
                child->max_travel_min &&
            !need_declined(child, group->group_id) &&
            __builtin_popcountll((uint64_t)group->used) >= group->places)
            return true;
    }
    return false;
}

/* Two are needed (H11). */
static bool led_in(const struct market_view *view, uint32_t situations, uint64_t languages)
{
    int can = 0;

    for (size_t i = 0; i < view->leader_count; i++)
        can += (view->leaders[i].situations & situations) != 0 &&
               (view->leaders[i].languages & languages) != 0;
    return can >= 2;
}

/* The one of the mask; -1 when there are several: then none is the one that is missing. */
static int only_one(uint64_t mask)
{
    return __builtin_popcountll(mask) == 1 ? __builtin_ctzll(mask) : -1;
}

static enum wait_reason reason_of(struct text kind)
{
    static const struct {
        const char *kind;
        enum wait_reason reason;
    } reasons[] = {
        {"children", WAIT_REASON_FEW_CHILDREN},
        {"leaders", WAIT_REASON_LEADERS_MISSING},
        {"room", WAIT_REASON_ROOM_MISSING},
        {"travel", WAIT_REASON_TOO_FAR},
    };

    for (size_t i = 0; i < COUNT(reasons); i++)
        if (text_is(kind, reasons[i].kind))
            return reasons[i].reason;
    /* Time, brothers and sisters, and what stands between children and is never told. */
    return WAIT_REASON_NO_COMMON_TIME;
}

struct wait wait_of(const struct market_view *view, size_t need, const struct explanation *told)
{
    const struct child_need *child = &view->needs[need];
    struct wait wait = {
        .reason = reason_of(told->kind), .slot = -1, .district = -1, .language = -1};

    if (full_group(view, child)) {
        wait.reason = WAIT_REASON_GROUP_FULL;
        return wait;
    }
    if (!led_in(view, child->situations, child->languages)) {
        wait.reason = WAIT_REASON_LEADERS_MISSING;
        if (led_in(view, child->situations, UINT64_MAX)) {
            wait.reason = WAIT_REASON_LANGUAGE_MISSING;
            wait.language = only_one(child->languages);
        }
        return wait;
    }
    if (wait.reason == WAIT_REASON_NO_COMMON_TIME || wait.reason == WAIT_REASON_TOO_FAR)
        return wait;
    wait.slot = told->slot;
    wait.district = told->district;
    wait.leaders = told->leaders;
    wait.parent_leaders = told->parent_leaders;
    wait.rooms = told->rooms;
    if (wait.reason == WAIT_REASON_FEW_CHILDREN) {
        wait.missing = told->missing;
        wait.ages = told->ages;
    }
    return wait;
}
