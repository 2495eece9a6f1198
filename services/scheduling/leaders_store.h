/* All SQL of the leaders' register, conflicts, warnings and the forecast. */
#pragma once

#include "common/context.h"
#include "messages.h"

/* --- the register --- */

struct leader_booked {           /* a leader's meetings to come */
    bool known;                  /* there is such a leader */
    int32_t first_day, last_day; /* DAY_ABSENT: none */
};
bool leaders_find_booked(struct context *context, struct uuid leader_id,
    struct leader_booked *booked, struct error *error);

bool leaders_keep(struct context *context, const struct leader_kept *message, struct error *error);
bool leaders_keep_training(
    struct context *context, const struct training_kept *message, struct error *error);
/* The last day that a meeting needs this training; DAY_ABSENT: none does. */
bool leaders_find_trained_until(struct context *context, const struct training_kept *message,
    int32_t *last_day, struct error *error);

struct release_need {
    bool term_known;
    int64_t hours; /* of the fullest week that is planned */
};
bool leaders_find_release_need(struct context *context, const struct release_kept *message,
    struct release_need *need, struct error *error);
bool leaders_keep_release(
    struct context *context, const struct release_kept *message, struct error *error);

/* Whoever has led enough by now is experienced, unless a coordinator has said otherwise. */
bool leaders_note_experience(struct context *context, struct error *error);

/* --- conflicts of interest --- */

struct conflict_place { /* the group that a conflict is told for */
    bool leads, held;   /* this leader leads it; its booking is not told yet */
    bool begun_or_offered;
};
bool leaders_find_conflict_place(struct context *context, const struct conflict_told *message,
    struct conflict_place *place, struct error *error);
bool leaders_clear(
    struct context *context, const struct conflict_told *message, struct error *error);
bool leaders_add_conflict(
    struct context *context, const struct conflict_told *message, struct error *error);
/* The groups that go on which the leader leads and the child is in. */
bool leaders_conflicting_groups(struct context *context, const struct conflict_told *message,
    const struct uuid **groups, size_t *count, struct error *error);

bool leaders_hold_booking(struct context *context, struct uuid group_id, struct error *error);
/* When all leaders of a held group are clear it is held no longer: `*told` and what to say of it.
 */
bool leaders_release_booking(struct context *context, struct uuid group_id,
    struct group_booked *booked, bool *told, struct error *error);
bool leaders_drop_booking(struct context *context, struct uuid group_id, struct error *error);

/* --- warnings --- */

struct leader_ending {
    struct uuid leader_id;
    bool training; /* else the contract */
    struct text situation;
    int32_t ends_on;
};
/* What ends from today to `until` and has not been said; it is then noted as said. */
bool leaders_take_endings(struct context *context, int32_t today, int32_t until,
    const struct leader_ending **endings, size_t *count, struct error *error);
