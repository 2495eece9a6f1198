/*
 * Forms new groups from the waiting list: children x leaders x rooms x slots, under every rule of
 * PLANNER (H1-H20). A correct greedy, not the optimum: the group with the most points first, then
 * the next with what is left. Pure; the same input in any order of its ids gives the same groups.
 */
#pragma once

#include "common/arena.h"
#include "common/domain/slot.h"
#include "services/matching/core/place.h"

enum { AGES_MOST = 26, SLOTS_MOST = SLOT_MOST + 1, PARENT_LEADERS_MOST = 2 };

enum parents { PARENTS_NO, PARENTS_OPTIONAL, PARENTS_ALWAYS };

struct band {
    int from, to;
};

struct programme {
    struct uuid programme_id;
    enum situation situation;
    int least, margin, most; /* children; the margin is asked for above the least */
    int band_years;          /* ages in a group: 3 = 7, 8, 9 */
    enum parents parents;
    int parent_leaders;
    const struct band *bands; /* ages it is made for; a group stays inside one */
    size_t band_count;
};

struct room {
    struct uuid room_id;
    int district, site, capacity, cost;
    uint32_t needs;
    int64_t slots; /* open and not booked */
};

struct leader {
    struct uuid leader_id;
    uint32_t situations;
    uint64_t languages, districts;
    int64_t slots; /* can, and is not booked */
    int groups_left;
    bool experienced, parents;
    int32_t contract_until;
};

struct avoidance { /* a leader and a child that must not be in one group */
    size_t leader, need;
};

struct refusal { /* what a person or scheduling said no to lately; absent or -1: any */
    struct uuid programme_id, room_id;
    int slot;
};

struct form_view {
    const struct child_need *needs;
    size_t need_count;
    const struct pair *pairs;
    size_t pair_count;
    const struct closed_door *closed;
    size_t closed_count;
    const struct programme *programmes;
    size_t programme_count;
    const struct room *rooms;
    size_t room_count;
    const struct leader *leaders;
    size_t leader_count;
    const struct avoidance *avoid;
    size_t avoid_count;
    const struct refusal *refusals;
    size_t refusal_count;
    /* Slots that cannot be used beside this one by the same room or leader; with itself. */
    int64_t room_clash[SLOTS_MOST], leader_clash[SLOTS_MOST];
    int languages; /* how many there are */
    struct travel travel;
    struct points points;
    int32_t today;
    int32_t plan_date;  /* the start: ages count on it (H7) */
    int32_t term_end;   /* no leader's contract ends before (H11) */
    int patience_days;  /* who has waited so long is not kept for the margin; 0: no margin at all */
    int groups_most;    /* in one round: bounds its time */
    bool wants_parents; /* too few groups have a parent group: those with one go first */
    bool whole_band;    /* declare all the ages that the programme allows, for who comes later */
};

enum { FORM_NONE = SIZE_MAX };

struct formed_group {
    size_t programme, room, parent_room; /* FORM_NONE: no parent group */
    int language, slot;
    enum sex sex;
    struct band ages;
    size_t leaders[2], parent_leaders[PARENT_LEADERS_MOST];
    size_t parent_leader_count;
    size_t children[PLACES_MOST];
    size_t child_count;
    int score;
};

struct form_plan {
    const struct formed_group *groups;
    size_t group_count;
    const size_t *group_of; /* by need; FORM_NONE: stays on the waiting list */
    /* What is left for the next: as in the view, less what the groups took. */
    const struct room *rooms;
    const struct leader *leaders;
};

const struct form_plan *form_groups(struct arena *arena, const struct form_view *view);
