/* SQL of who is at a meeting that goes on, and who is missing. */
#pragma once

#include "common/context.h"
#include "messages.h"
#include "services/scheduling/core/missing.h"

/* What leaders note, the later note of a child over the earlier. */
bool missing_note_presence(struct context *context, const struct attendance_noted *messages,
    size_t count, struct error *error);

/* What families have said of meetings to come; an older word than what is known changes nothing. */
bool missing_note_absences(struct context *context, const struct child_away_said *messages,
    size_t count, struct error *error);

struct missing_child {
    struct uuid meeting_id, group_id, referral_id;
    int64_t place_no;
    struct text group;
    const struct uuid *leaders; /* booked for the meeting */
    size_t leader_count;
    struct missing_facts facts; /* after_ms is the caller's */
};

/* Children that may be missing and have not been told of: of these meetings, or (count 0) of all
 * that go on. */
bool missing_look(struct context *context, const struct uuid *meetings, size_t stride, size_t count,
    const struct missing_child **children, size_t *child_count, struct error *error);

/* Told of now; `made[i]` is false for a child that somebody else told of first. */
bool missing_told(struct context *context, const struct missing_child *children,
    const struct missing_verdict *verdicts, size_t count, bool *made, struct error *error);

/* Children who are away from these meetings and were from the one before, announced at least once,
 * and for whom nobody has been asked yet: who was missing both times is told of by missing_told.
 * Only the ids, the place and the group's name are filled. */
bool missing_away_twice(struct context *context, const struct uuid *meetings, size_t stride,
    size_t count, const struct missing_child **children, size_t *child_count, struct error *error);
