/* What a booking needs to know, and the booking itself: groups, their leaders, their series. */
#pragma once

#include "common/context.h"
#include "common/domain/series.h"
#include "messages.h"
#include "services/scheduling/core/booking.h"

/* Terms, breaks, public holidays and weeks off from `today` on, in the slice's arena; the weeks off
 * of that group too, when one is named. */
bool booking_load_calendar(struct context *context, struct uuid group_id, int32_t today,
    struct series_calendar *calendar, struct error *error);

/* Waits until nobody else books these rooms and leaders, to the end of the transaction. */
bool booking_lock(
    struct context *context, const struct uuid *ids, size_t count, struct error *error);

/* The programme in the version that holds, and the slot. */
struct booking_plan {
    bool booked_before; /* the group is there already */
    bool slot_known;
    struct booking_programme programme;
    int64_t version;
    int64_t entry_meeting;
    struct series_ask ask; /* weekday, meetings, windows, times; earliest is the caller's */
    const struct text *themes;
};
bool booking_load_plans(struct context *context, const struct group_wanted *wanted, size_t count,
    int32_t today, struct booking_plan *plans, struct error *error);

/* Rooms and leaders; first_day and last_day of the facts are set, since training, contract and the
 * count of groups are asked for these days. */
bool booking_load_facts(struct context *context, const struct group_wanted *wanted,
    struct booking_facts *facts, size_t count, struct error *error);

struct booking {
    const struct group_wanted *wanted;
    const struct booking_plan *plan;
    const struct booking_facts *facts;
    const struct booking_verdict *verdict;
    const struct series_meeting *meetings; /* plan->ask.meetings of them */
};

/* Writes all of them, or fails: ERROR_CONFLICT when a room or a leader is taken; *refusal then says
 * which of the two. Fills `booked`, one for each, for the answers. */
bool booking_write(struct context *context, const struct booking *bookings, size_t count,
    struct group_booked *booked, enum booking_refusal *refusal, struct error *error);

/* The dated meetings of a group that is written, its rooms and leaders booked for each of them, the
 * parents' too. */
bool booking_write_series(struct context *context, struct uuid group_id, const struct text *themes,
    const struct series_meeting *meetings, size_t count, struct error *error);
