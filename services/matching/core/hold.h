/*
 * What of a plan holds: the planner answered seconds after it was asked, so each of its groups is
 * held against the market as it is now, by the same rules (PLANNER, H1-H20), and with what an
 * instance cannot say: rooms and leaders need time between two groups of a day. Pure.
 *
 * A child that does not fit any more is taken out, with its brothers and sisters; a group that has
 * too few left, or whose room or leader is not free, is dropped. Its children wait for the next
 * plan.
 *
 * The same rules tell a coordinator at the board all that is wrong with a group (hold_look).
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

/* --- the board --- */

enum { HOLD_BREAKS_MOST = 2 * PLACES_MOST };

enum hold_about { /* what a break is about; `subject` is its number in the view */
    HOLD_ABOUT_GROUP,
    HOLD_ABOUT_ROOM,
    HOLD_ABOUT_PARENT_ROOM,
    HOLD_ABOUT_LEADER,
    HOLD_ABOUT_CHILD,
};

struct hold_break {
    enum act_reason reason;
    enum hold_about about;
    size_t subject; /* room, leader or need; HOLD_NONE: the group itself */
    size_t other;   /* the planned group that has it; HOLD_NONE: somebody else, or nobody */
};

struct hold_look {                   /* of one planned group beside the others, as they all are */
    const struct hold_break *breaks; /* none: it holds */
    size_t break_count;
    /* With which leader on post 1 or 2, room, time less would be wrong and nothing new, and who of
     * those who wait or are in the others would fit: by their numbers in the view. */
    bool *leaders[2], *rooms, *children;
    int64_t slots;
};

const struct hold_look *hold_look(struct arena *arena, const struct market_view *view,
    const struct themes *themes, const struct planned_group *planned, size_t count);
