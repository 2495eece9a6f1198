#include "services/matching/core/need.h"

struct points points_usual(void)
{
    return (struct points){
        .place = 1000,
        .wait = 10,
        .wait_cap_weeks = 52,
        .urgency = 200,
        .primary = 50,
        .travel = 1,
        .parent = 60,
        .group = 100,
        .band = 20,
        .parent_group = 150,
    };
}

int need_worth(const struct child_need *need, int32_t today, const struct points *points)
{
    int weeks = need->since < today ? (today - need->since) / 7 : 0;

    if (weeks > points->wait_cap_weeks)
        weeks = points->wait_cap_weeks;
    return points->place + points->wait * weeks + points->urgency * need->urgency;
}

int travel_minutes(const struct travel *travel, int from, int to)
{
    if (from < 0 || to < 0 || (size_t)from >= travel->districts || (size_t)to >= travel->districts)
        return TRAVEL_UNKNOWN;
    return travel->minutes[(size_t)from * travel->districts + (size_t)to];
}

bool need_declined(const struct child_need *need, struct uuid group_id)
{
    for (size_t i = 0; i < need->declined_count; i++)
        if (uuid_equal(need->declined[i], group_id))
            return true;
    return false;
}

bool need_sex_fits(const struct child_need *need, enum sex group)
{
    return group == SEX_NONE ? !need->same_sex_only : need->sex == group;
}

int need_before(const struct child_need *a, const struct child_need *b)
{
    if (a->urgency != b->urgency)
        return a->urgency > b->urgency ? -1 : 1;
    if (a->since != b->since)
        return a->since < b->since ? -1 : 1;
    return uuid_compare(&a->referral_id, &b->referral_id);
}
