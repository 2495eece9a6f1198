/* All SQL of the roster, of the groups' way through their states, and of meetings that are over. */
#pragma once

#include "common/context.h"
#include "messages.h"

/* Counts places on offer; a booked group that has one is `offered`. */
bool scheduling_count_offers(struct context *context, const struct place_offered *messages,
    size_t count, struct error *error);

enum roster_end {
    ROSTER_PUT = 1,
    ROSTER_SAME,    /* was there already */
    ROSTER_OLD,     /* its release came before it: nothing to do */
    ROSTER_HELD,    /* another child has the place still: its release is on the way */
    ROSTER_OVER,    /* there is no such place in the group */
    ROSTER_UNKNOWN, /* there is no such group */
};

/* Puts children on their places; `ends[i]` tells what became of messages[i]. */
bool scheduling_take_places(struct context *context, const struct place_taken *messages,
    size_t count, enum roster_end *ends, struct error *error);

/* Frees places, or takes back what was offered; remembers who left. */
bool scheduling_release_places(struct context *context, const struct place_released *messages,
    size_t count, struct error *error);

/* Of these groups, those that now have children enough: they are confirmed, once. */
bool scheduling_confirm_groups(struct context *context, const struct uuid *group_ids, size_t count,
    const struct group_confirmed **confirmed, size_t *confirmed_count, struct error *error);

struct group_start {
    struct uuid group_id;
    int32_t first_day;
    int64_t taken, least;
};
/* Groups that begin on `until` or before and are not confirmed. */
bool scheduling_load_starts(struct context *context, int32_t until,
    const struct group_start **starts, size_t *count, struct error *error);

/* Cancels groups that have not begun: meetings are cancelled, rooms and leaders are free again.
 * `cancelled` are those that this call cancelled. */
bool scheduling_cancel_groups(struct context *context, const struct uuid *group_ids, size_t count,
    const char *reason, const struct uuid **cancelled, size_t *cancelled_count,
    struct error *error);

/* Confirmed groups whose first meeting has begun are running. Gives those that changed. */
bool scheduling_begin_groups(struct context *context, int32_t today, const struct uuid **group_ids,
    size_t *count, struct error *error);

/* At most `most` meetings that are over by now, oldest first: they have been held. */
bool scheduling_hold_meetings(struct context *context, int64_t most,
    const struct meeting_held **held, size_t *count, struct error *error);

/* Running groups without a meeting to come are finished. Gives those that changed. */
bool scheduling_finish_groups(struct context *context, int32_t today, const struct uuid **group_ids,
    size_t *count, struct error *error);
