/* What people did to a referral and why, as gruppstod_desk_list: for the card's timeline. */
#pragma once

#include "common/context.h"
#include "messages.h"

/* Why a coordinator did something: a closed list, the own words kept beside it. */
enum why {
    WHY_NONE,
    WHY_WISH,
    WHY_LATER,
    WHY_OTHER_HELP,
    WHY_MOVED,
    WHY_MORE_TO_KNOW,
    WHY_CONSENT,
    WHY_SAFETY,
    WHY_NO_CONTACT,
    WHY_SETTLED,
    WHY_MISTAKE,
    WHY_OTHER,
    WHY_COUNT
};
enum why why_of(struct text name);
const char *why_name(enum why why); /* NONE: NULL */

struct case_act {
    struct uuid referral_id, staff_id;
    const char *kind; /* a decision or a state, as the tables name it */
    enum why why;
    struct text words; /* absent: none */
    int32_t until_day; /* DAY_ABSENT */
};
bool desk_add_case_act(struct context *context, const struct case_act *act, struct error *error);

struct case_act_seen {
    struct text kind, words, by;
    enum why why;
    int32_t until_day;
    int64_t at_ms;
};
bool desk_load_case_acts(struct context *context, struct uuid referral_id,
    const struct case_act_seen **acts, size_t *count, struct error *error);

struct reach { /* how a family may be called; nothing of who */
    bool may_call, may_leave_message;
};
bool desk_look_reach(
    struct context *context, struct uuid referral_id, struct reach *reach, struct error *error);

/* Who took the call that it came by; data NULL: it came another way. */
bool desk_look_taken(
    struct context *context, struct uuid referral_id, struct text *by, struct error *error);
