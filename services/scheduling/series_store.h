/* What a change of a series needs to know, and its writing: all of it or nothing. */
#pragma once

#include "common/context.h"
#include "common/domain/chain.h"
#include "messages.h"

struct series_group {
    bool found;
    enum group_state state;
    struct uuid room_id, parent_room_id;
    int weekday, starts_min, minutes; /* as usual */
    int64_t entry_meeting, version;
    int32_t first_day, last_day, entry_until;
    struct chain chain;
    struct uuid rooms[SERIES_MEETINGS_MOST], parent_rooms[SERIES_MEETINGS_MOST]; /* as loaded */
};

/* Takes the group, its rooms and its leaders for this transaction, then reads it. */
bool series_load(
    struct context *context, struct uuid group_id, struct series_group *group, struct error *error);

/* Rooms for the meeting that is moved or made. */
struct series_place {
    struct uuid room_id, parent_room_id;
    bool on_free_day;
};

/* Writes the chain as it is after the change: what changed of it, what is gone, rooms and leaders
 * of the meeting `moved_id` (moved, added, or made at the end), the group's first and last day,
 * which it puts into *group. */
bool series_write(struct context *context, struct uuid group_id, struct series_group *group,
    struct uuid moved_id, const struct series_place *place, struct error *error);

/* Who is told of a change in a group: its leaders and whoever leads one of its meetings to come,
 * the families on its roster. */
struct series_people {
    const struct uuid *leaders, *referrals;
    size_t leader_count, referral_count;
};
bool series_load_people(struct context *context, struct uuid group_id, struct series_people *people,
    struct error *error);

/* The days of its series as they are now, for matching. */
bool series_load_span(struct context *context, struct uuid group_id, struct series_changed *changed,
    struct error *error);

struct week_off_meeting {
    struct uuid group_id, meeting_id;
};
/* The meetings on those days that nobody has put there in spite of a free day, group by group. */
bool series_load_days(struct context *context, const struct week_off_wanted *wanted,
    const struct week_off_meeting **meetings, size_t *count, struct error *error);
bool series_write_week_off(
    struct context *context, const struct week_off_wanted *wanted, struct error *error);
