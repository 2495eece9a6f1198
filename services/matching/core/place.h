/*
 * The best place in an open group for each of some children (PLANNER, "Online"): every rule that
 * applies to additions (H1-H10, H14-H20), points as the planner counts them, places given away
 * during the slice counted. Pure.
 *
 * The children are served by urgency and waiting time, or by what a place is worth to them;
 * children who must be together are served as one, at the turn of the first of them, all or none.
 */
#pragma once

#include "common/arena.h"
#include "services/matching/core/need.h"

enum { PLACES_MOST = 40 /* in a group; a mask holds them */ };

struct open_group {
    struct uuid group_id;
    enum situation situation;
    int language;
    int age_from, age_to;
    enum sex sex; /* NONE: mixed */
    int slot, district, site;
    uint32_t needs;    /* what the room meets */
    int32_t first_day; /* ages count on this day (H7) */
    int places;
    int64_t used;     /* bit n - 1: place n is held or taken */
    int parents_left; /* room for more parents beside the group; -1: no parent group */
};

struct closed_door { /* H20, and H11 for a leader the child must not meet */
    size_t need;
    struct uuid group_id; /* absent: any group at this site and slot */
    int site, slot;
};

enum place_order {
    PLACE_BY_TURN,  /* who comes: urgency, then waiting time */
    PLACE_BY_WORTH, /* a place that fell free: the planner's points, in which urgency, waiting time
                       and how well the group fits are weighed against each other */
};

struct place_view {
    enum place_order order;
    const struct child_need *needs;
    size_t need_count;
    const struct open_group *groups;
    size_t group_count;
    const struct pair *pairs;
    size_t pair_count;
    const struct closed_door *closed;
    size_t closed_count;
    struct travel travel;
    struct points points;
    int32_t today;
};

enum { PLACE_NOWHERE = SIZE_MAX };

struct place_decision { /* one a need, in their order */
    size_t group;       /* PLACE_NOWHERE, or which of the open groups */
    int place_no;       /* from 1 */
    int score;
    int travel_min;
};

const struct place_decision *place_decide(struct arena *arena, const struct place_view *view);
