/* SQL of talks with one child. */
#pragma once

#include "common/context.h"
#include "common/domain/series.h"
#include "messages.h"

struct talks_plan { /* what the programme demands, in the version that holds */
    bool programme_known, slot_known, fits_age, board_missing, has_talks;
    int64_t version;
    enum situation situation;
    struct series_ask ask; /* earliest is the caller's */
    const struct text *themes;
};
bool talks_load_plan(struct context *context, const struct talks_wanted *wanted, int32_t today,
    struct talks_plan *plan, struct error *error);

struct talks_pair { /* who leads them, and where */
    struct uuid leader_id, room_id, site_id;
    int64_t capacity;
    bool any_trained, any_leader, any_room; /* of those who were looked for */
    bool found;
};
/* The leader and the room that are free for all of them: in the child's district before others, in
 * a house where the leader is that day already, and who has least to do. */
bool talks_find_pair(struct context *context, const struct talks_wanted *wanted,
    const struct talks_plan *plan, const struct series_meeting *meetings, struct talks_pair *pair,
    struct error *error);

/* Whose talks the group is; absent: it is none. */
bool talks_whose(
    struct context *context, struct uuid group_id, struct uuid *referral_id, struct error *error);

/* All of it, confirmed at once; the constraints refuse. */
bool talks_write(struct context *context, const struct talks_wanted *wanted,
    const struct talks_plan *plan, const struct series_meeting *meetings,
    const struct talks_pair *pair, struct uuid group_id, struct error *error);
