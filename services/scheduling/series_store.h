/* What a change of a series needs to know, and its writing: all of it or nothing. */
#pragma once

#include "common/context.h"
#include "common/domain/chain.h"

struct series_group {
    bool found;
    enum group_state state;
    struct uuid room_id, parent_room_id;
    int weekday, starts_min, minutes; /* as usual */
    int64_t entry_meeting;
    struct chain chain;
};

/* Takes the group, its rooms and its leaders for this transaction, then reads it. */
bool series_load(
    struct context *context, struct uuid group_id, struct series_group *group, struct error *error);

/* Rooms for the meeting that is moved or made; absent: the group's. */
struct series_place {
    struct uuid room_id, parent_room_id;
    bool on_free_day;
};

/* Writes the chain as it is after the change: what changed of it, what is gone, rooms and leaders
 * of the meeting `moved_id` (moved, added, or made at the end), the group's first and last day. */
bool series_write(struct context *context, struct uuid group_id, const struct series_group *group,
    struct uuid moved_id, const struct series_place *place, struct error *error);
