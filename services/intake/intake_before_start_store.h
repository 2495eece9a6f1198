/* The SQL of the page behind a link to a meeting before the start. */
#pragma once

#include "common/context.h"
#include "common/text.h"

struct meet_row {       /* what a link opens */
    bool found, leader; /* a leader's link shows the group's times, and no family */
    struct uuid offer_id, referral_id, group_id, person_id, time_id;
    struct text group, state, site, district, room, choice_end;
    int64_t starts_ms, ends_ms, changed_ms;
    int32_t day, first_day;
    bool lives;   /* the group will be, and the place is the family's */
    bool pending; /* it has chosen, and scheduling has not answered yet */
    bool violence;
    bool sign; /* said in the referral */
};
bool intake_look_meet(
    struct context *context, struct text hash, struct meet_row *row, struct error *error);

struct meet_time {
    struct uuid time_id;
    int64_t starts_ms, ends_ms;
    int32_t day;
    struct text site, room;
    bool free, own;
};
/* The times of the group from tomorrow on: all of them, or those free or the family's own. */
bool intake_look_times(struct context *context, const struct meet_row *meet,
    const struct meet_time **times, size_t *count, struct error *error);

struct meet_choice {
    struct uuid choice_id, offer_id, referral_id, person_id, time_id; /* no time: none fits */
};
bool intake_add_choice(
    struct context *context, const struct meet_choice *choice, struct error *error);
