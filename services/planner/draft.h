/*
 * A draft: the plan in the making that greedy and search work on.
 *
 * Which group is open at which spot with whom, who leads it, which spots are taken, who was added
 * to which host. It always keeps all the rules; an operation that would break one says false and
 * changes nothing. All of it is one block of memory, so copying a draft is one memcpy.
 */
#pragma once

#include "services/planner/pricing.h"

struct draft_group {
    int32_t cell; /* NONE: not open */
    int32_t parent_spot;
    int32_t unit_count, weight, joiners, age_low, age_high;
    enum instance_gender gender;
    bool promised; /* parts of a plan that search must not touch */
    int64_t score;
};

struct draft {
    const struct problem *problem;
    size_t size;   /* bytes of the block behind the struct */
    int64_t score; /* points of all groups and additions */
    int32_t open, with_parents, placed;
    uint32_t stamp;                      /* of the augmenting path at hand */
    struct draft_group *groups;          /* by spot */
    int32_t *members;                    /* by spot * problem->most */
    int32_t *spot_user;                  /* by spot: NONE, or the spot whose group is in it */
    int32_t *place_of;                   /* by unit: NONE, a spot, or draft_host_place(host) */
    int32_t *host_weight, *host_joiners; /* by host: added */
    int32_t *holder;                     /* by shift: a position (spot * POSITIONS + n) or NONE */
    int32_t *held;                       /* by position: a shift or NONE */
    int32_t *led;                        /* by leader: groups */
    uint32_t *shift_stamp, *leader_stamp;
};

struct draft *draft_new(const struct problem *problem); /* empty; ended by draft_free */
void draft_free(struct draft *draft);                   /* takes NULL */
void draft_copy(struct draft *to, const struct draft *from);
void draft_clear(struct draft *draft);

/* How place_of says that a unit was added to a host, and back. */
static inline int32_t draft_host_place(int32_t host)
{
    return -2 - host;
}

/* Opens the group if its units, spots and leaders are all to be had. */
bool draft_open(struct draft *draft, const struct pick *pick);
void draft_close(struct draft *draft, int32_t spot);

/* The open group as a pick: what draft_open would open again. */
void draft_pick(const struct draft *draft, int32_t spot, struct pick *out);

/* True where the unit could join the open group; *gain: points it would bring. */
bool draft_may_join(const struct draft *draft, int32_t spot, int32_t unit, int64_t *gain);
bool draft_join(struct draft *draft, int32_t spot, int32_t unit);

/* Takes a unit out of its group or host. False where too few would stay. */
bool draft_leave(struct draft *draft, int32_t unit);

/* True where the offer of a host still holds. */
bool draft_may_add(const struct draft *draft, int32_t host, int32_t unit);
bool draft_add(struct draft *draft, int32_t host, const struct offer *offer);

/* True where somebody whom the unit must not meet is at this site in this slot (H17). */
bool draft_meets(const struct draft *draft, int32_t unit, int32_t site, int32_t slot);

/* Finds leaders for all positions of an open group by augmenting paths; false where there are
 * none, and then the group holds no shift. */
bool staffing_lead_group(struct draft *draft, int32_t spot);
void staffing_free_group(struct draft *draft, int32_t spot);

/* True where nobody who leads the group must not meet the unit (H11). */
bool staffing_may_meet(const struct draft *draft, int32_t spot, int32_t unit);
