/* The board of a plan: schemas/sql/102_board.sql. */
#pragma once

#include "services/matching/matching_approve.h"

enum { BOARD_WAITING_MOST = 200 }; /* of those who wait that are looked at for a plan's groups */

struct board_note { /* a row of matching.board_act */
    struct uuid act_id, plan_id, by;
    enum board_act act;
    struct uuid group_id, subject_id, before_id, after_id; /* absent ids: none */
    int64_t before_slot, after_slot;                       /* INT_ABSENT: none */
    int64_t version, groups;
    enum act_reason reason; /* NONE: it was done */
};

/* Makes the board when there is none, and locks it. `known`: the act has been answered. */
bool matching_open_board(struct context *context, struct uuid plan_id, struct uuid act_id,
    int64_t *version, bool *known, struct error *error);

bool matching_set_board_version(
    struct context *context, struct uuid plan_id, int64_t version, struct error *error);

bool matching_note_board(
    struct context *context, const struct board_note *note, struct error *error);

/* The last change that has been done and not undone; an absent act_id: there is none. */
bool matching_last_change(
    struct context *context, struct uuid plan_id, struct board_note *note, struct error *error);
bool matching_mark_undone(struct context *context, struct uuid act_id, struct error *error);

/* Plans of which something stands and that nobody has looked at since then. */
bool matching_boards_to_look_at(struct context *context, int64_t looked_before_ms, size_t most,
    struct ids *plans, struct error *error);

/* Who waits for what the plan's groups are for, first in turn first. */
bool matching_waiting_for_board(
    struct context *context, struct uuid plan_id, struct ids *waiting, struct error *error);

/* Changes of a proposal; `found`: room, programme and proposal are there. */
bool matching_draft_room(struct context *context, struct uuid group_id, struct uuid room_id,
    bool for_parents, bool *found, struct error *error);
bool matching_draft_slot(
    struct context *context, struct uuid group_id, int64_t slot, struct error *error);
bool matching_draft_leader(struct context *context, struct uuid group_id, struct uuid before,
    struct uuid after, bool *found, struct error *error);
/* A pencil mark is made, or released; both groups' children are counted anew. */
bool matching_draft_child(struct context *context, struct uuid referral_id, struct uuid from,
    struct uuid to, struct error *error);
bool matching_draft_count(struct context *context, struct uuid group_id, struct error *error);
bool matching_draft_group(struct context *context, const struct board_wanted *wanted,
    struct uuid group_id, bool *found, struct error *error);

/* What a look at the board found. */
struct board_break {
    struct uuid group_id, subject_id, other_id;
    int64_t nth;
    enum act_reason reason;
    enum hold_about about;
};
struct board_fit {
    struct uuid group_id;
    struct ids leaders[2], rooms, children;
    int64_t slots;
};
bool matching_keep_look(struct context *context, struct uuid plan_id,
    const struct board_break *breaks, size_t break_count, const struct board_fit *fits,
    size_t fit_count, struct error *error);
