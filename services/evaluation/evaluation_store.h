/* All SQL of evaluation: facts appended as they are told. */
#pragma once

#include "common/context.h"
#include "messages.h"

bool evaluation_add_referrals(struct context *context, const struct referral_received *messages,
    size_t count, struct error *error);

/* A fact about a place, of whichever message told it. */
struct place_fact {
    struct uuid referral_id, group_id;
    struct text kind; /* "taken", "released", "placed" */
    int64_t at_ms;
    struct text reason; /* or absent */
};
bool evaluation_add_facts(
    struct context *context, const struct place_fact *facts, size_t count, struct error *error);

struct group_fact {
    struct uuid group_id;
    struct text kind; /* "confirmed", "cancelled" */
    int64_t taken;
    struct text reason;
};
/* The first telling counts: a group is confirmed once. */
bool evaluation_add_group_facts(
    struct context *context, const struct group_fact *facts, size_t count, struct error *error);

bool evaluation_add_merged(struct context *context, const struct group_merged *messages,
    size_t count, struct error *error);
/* A group may be postponed more than once: each of them, by its notice. */
bool evaluation_add_postponed(struct context *context, const struct series_postponed *messages,
    size_t count, struct error *error);
bool evaluation_add_meetings(struct context *context, const struct meeting_held *messages,
    size_t count, struct error *error);

/* The last note of a child and a meeting counts. */
bool evaluation_note_attendance(struct context *context, const struct attendance_noted *messages,
    size_t count, struct error *error);
