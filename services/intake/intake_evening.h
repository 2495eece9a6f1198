/* The page behind a leader's letter that a child is missing, and the worry it may lead to. */
#pragma once

#include "common/context.h"

struct evening_row { /* what the link opens */
    bool found;
    struct uuid referral_id, group_id, leader_id;
    struct text group, code;
    int64_t starts_ms, ends_ms;
};
bool intake_look_evening(
    struct context *context, struct text hash, struct evening_row *row, struct error *error);

struct evening_part {   /* of a meeting */
    struct text things; /* to bring; or absent */
    bool joint;         /* the parents are there */
};
bool intake_look_parts(struct context *context, const struct uuid *meetings, size_t stride,
    size_t count, struct evening_part *parts, struct error *error);

/* Opens the protection track, as the desk's button does. */
bool intake_raise_worry(struct context *context, struct uuid referral_id, struct uuid group_id,
    struct uuid by, struct error *error);
