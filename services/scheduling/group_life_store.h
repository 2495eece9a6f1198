/* SQL of what becomes of groups before their start. */
#pragma once

#include "services/scheduling/booking_store.h"
#include "services/scheduling/series_store.h"

struct life_group {
    bool found;
    enum group_state state;
    struct uuid programme_id;
    enum situation situation;
    struct text language;
    int32_t first_day, last_day, entry_until;
    int64_t places, taken, offered, version;
    bool merging; /* matching has been asked to move its children, and has not answered */
};
/* Locks the group's row. */
bool group_life_load(
    struct context *context, struct uuid group_id, struct life_group *group, struct error *error);

/* Notes that the group is to go into another; absent: no more. */
bool group_life_merging(
    struct context *context, struct uuid group_id, struct uuid into_id, struct error *error);

/* Gives up a group that has not begun: meetings are cancelled, rooms and leaders free again. False
 * in *ended: it has begun, or has ended already. */
bool group_life_end(struct context *context, struct uuid group_id, enum group_state state,
    const char *reason, bool *ended, struct error *error);

bool group_life_leaders(struct context *context, struct uuid group_id, const struct uuid **leaders,
    size_t *count, struct error *error);

/* The group as a wish for a booking, and the start windows of its programme's version. */
bool group_life_as_wanted(struct context *context, struct uuid group_id,
    struct group_wanted *wanted, struct series_ask *ask, struct error *error);

/* Whether room and leaders have these times free, but for the group's own. */
struct life_clash {
    bool room, leader;
};
bool group_life_clash(struct context *context, struct uuid group_id,
    const struct series_meeting *meetings, size_t count, struct life_clash *clash,
    struct error *error);

/* All meetings of the chain go to the new times, in its order, with room and leaders; the group is
 * postponed and then what it was. */
bool group_life_rebook(struct context *context, struct uuid group_id, const char *reason,
    const struct series_group *group, const struct series_meeting *meetings, struct error *error);

/* Running groups with at most `most` children that nobody has been asked about; marks them. */
bool group_life_few(struct context *context, int64_t most, const struct uuid **groups,
    size_t *count, struct error *error);
