/* What the desk reads and keeps of meetings before the start; as gruppstod_desk_list but for the
 * words of a checklist. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

struct before_row { /* a family of a group, by its code */
    struct uuid offer_id, referral_id, time_id;
    struct text code, state, room, site, checked_by;
    enum before_start_outcome outcome;
    int64_t age, starts_ms, ends_ms, rounds, checked_ms; /* checked_ms absent: no checklist yet */
    int32_t day;
    bool knows_reason, may_talk, has_words;
};
bool desk_look_before(struct context *context, struct uuid group_id, const struct before_row **rows,
    size_t *count, struct error *error);

struct before_time {
    struct uuid time_id, offer_id; /* no offer: free */
    struct text room, site, code;
    int64_t starts_ms, ends_ms;
    int32_t day;
};
bool desk_look_before_times(struct context *context, struct uuid group_id,
    const struct before_time **rows, size_t *count, struct error *error);

struct before_interpreter {
    struct uuid offer_id;
    enum interpreter_part part;
    enum interpreter_state state;
    struct text language, code;
};
bool desk_look_interpreters(struct context *context, struct uuid group_id,
    const struct before_interpreter **rows, size_t *count, struct error *error);

struct milestone_row {
    struct uuid group_id;
    struct text group, step;
    int32_t due_day, first_day;
    bool leaders, compressed, done, breached;
    int64_t families, booked, ended, none_fits; /* of the group */
};
/* Of one group all steps in order; with `group_id` absent those of all groups that are not done and
 * due within a week or breached, the most urgent first. */
bool desk_look_milestones(struct context *context, struct uuid group_id,
    const struct milestone_row **rows, size_t *count, struct error *error);

/* Where the words are sealed: part of what they are bound to. */
#define DESK_CHECKLIST_COLUMN "desk.checklist_words.sealed"

struct checklist_row {
    struct uuid checklist_id, referral_id, group_id, by;
    bool knows_reason, may_talk;
    struct text sealed, wrapped_key; /* absent: no words */
};
bool desk_add_checklist(
    struct context *context, const struct checklist_row *row, struct error *error);

struct checklist_read {
    struct uuid checklist_id; /* absent: there are no words */
    struct text sealed, wrapped_key;
};
/* On `store`, as gruppstod_desk_case, in a transaction of its own: that it was read is committed
 * before anything is unsealed. */
bool desk_read_checklist(struct store *store, struct arena *arena, struct uuid referral_id,
    struct uuid group_id, struct uuid staff_id, struct checklist_read *read, struct error *error);
