/*
 * What of a plan holds: the planner answered seconds after it was asked, so each of its groups is
 * held against the market as it is now, by the same rules (PLANNER, H1-H20), and with what an
 * instance cannot say: rooms and leaders need time between two groups of a day. Pure.
 *
 * A child that does not fit any more is taken out, with its brothers and sisters; a group that has
 * too few left, or whose room or leader is not free, is dropped. Its children wait for the next
 * plan.
 */
#pragma once

#include "services/matching/core/theme.h"

#define HOLD_NONE SIZE_MAX

struct planned_group {
    size_t theme, programme, room, parent_room; /* HOLD_NONE: no parent group */
    int language, slot;
    enum sex sex;
    struct band ages;
    size_t leaders[2], parent_leaders[PARENT_LEADERS_MOST];
    size_t parent_leader_count;
    size_t children[PLACES_MOST]; /* needs */
    size_t child_count;
    int score; /* set by hold_groups */
};

enum hold_end { /* what becomes of a planned group; the first thing that is in the way */
    HOLD_HOLDS,
    HOLD_LATER, /* more groups than may hold at once */
    HOLD_ROOM,
    HOLD_LEADERS,
    HOLD_CHILDREN, /* too few, or more than there is room for */
};

struct held_plan {
    const struct planned_group *groups;
    size_t group_count, dropped;
    const size_t *group_of;    /* by need; HOLD_NONE: stays on the waiting list */
    const enum hold_end *ends; /* by planned group */
    const size_t *planned_of;  /* by group that holds: which of the planned ones it is */
};

/* The largest groups come first to rooms and leaders; at most `most` hold. */
struct held_plan hold_groups(struct arena *arena, const struct market_view *view,
    const struct themes *themes, const struct planned_group *planned, size_t count, size_t most);
