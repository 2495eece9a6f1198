/* The board of a plan, read as gruppstod_desk_list: codes and ages, never a name of a child. */
#pragma once

#include "services/desk/desk_plan_store.h"

enum { BOARD_GROUPS_MOST = 60, BOARD_ACTS_MOST = 12, BOARD_FITS_MOST = 60 };

struct board_row {
    int64_t version, looked_at_ms, planned_at_ms;
    bool found;
};
bool desk_look_plan_board(
    struct context *context, struct uuid plan_id, struct board_row *board, struct error *error);

struct board_group_row {
    struct uuid group_id, room_id, parent_room_id, leader_ids[4];
    struct text leaders[4]; /* names; two of children, then of parents */
    struct text programme, language, room, parent_room, district;
    enum situation situation;
    struct weekly when;
    int64_t number, slot, age_from, age_to, children, least, most, decide_by_ms;
    size_t leader_count;
    bool drafted;
};
bool desk_look_board_groups(struct context *context, struct uuid plan_id,
    const struct board_group_row **groups, size_t *count, struct error *error);

struct board_child_row {
    struct uuid referral_id, group_id; /* where it is; of those who wait, where it would fit */
    struct text code, district;
    int64_t age;
};
bool desk_look_board_children(struct context *context, struct uuid plan_id,
    const struct board_child_row **children, size_t *count, struct error *error);
bool desk_look_board_waiting(struct context *context, struct uuid plan_id,
    const struct board_child_row **children, size_t *count, struct error *error);

struct board_break_row {
    struct uuid group_id, other_id;
    enum act_reason reason;
    struct text name, code; /* of the leader or room; of the child */
    struct text holder;     /* the booked group, or another plan's, that has it; or absent */
    struct uuid holder_id;  /* absent: it has no page */
    bool absent, elsewhere; /* the leader is away; it is in another plan */
};
bool desk_look_board_breaks(struct context *context, struct uuid plan_id,
    const struct board_break_row **breaks, size_t *count, struct error *error);

struct board_act_row {
    struct uuid act_id, group_id, subject_id, before_id, after_id;
    enum board_act act;
    struct text code, before, after, by;
    int64_t before_slot, after_slot, version, groups, at_ms;
    int64_t number, from_number, to_number; /* of groups; INT_ABSENT: none */
    struct weekly before_when, after_when;
    enum act_reason reason; /* NONE: done */
    bool refused, undone;
};
/* The last ones, the newest first. */
bool desk_look_board_acts(struct context *context, struct uuid plan_id,
    const struct board_act_row **acts, size_t *count, struct error *error);

struct board_choice_row {
    struct text kind, key, name;
    struct weekly when;
    bool fits;
};
/* Leaders (first, second), rooms, times for one group: what would be right comes first. */
bool desk_look_board_choices(struct context *context, struct uuid group_id,
    const struct board_choice_row **choices, size_t *count, struct error *error);
