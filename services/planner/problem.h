/*
 * What the engine works on: a part of an instance, in the shape that pricing and search want.
 *
 * A problem is an instance, or one of its parts that share no child, leader or room (components.h).
 * Whatever never changes during a solve is laid out once, flat: which units could be in which
 * group, which rooms are free when, which leaders could lead what.
 *
 * The words:
 *   unit   children who go together or not at all (H15); mostly one child
 *   spot   a room in a slot that is open and not taken (H13)
 *   block  a district in a slot: its spots and its cells
 *   hall   the spots of a block that the same units may enter (tags, closed doors)
 *   cell   a block, a situation and a language: the units that could be in such a group
 *   staff  a situation, a language, a slot and a class of districts: who could lead there
 *   shift   a leader in a slot
 *   host   an existing group with free places (H19)
 *
 * Points are int64_t; prices (duals) and all that is compared with them are thousandths of a point
 * (MILLI), integers too, so that a bound is exact and equal seeds give equal plans.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "services/planner/instance.h"

enum {
    MILLI = 1000,
    GROUP_MOST = INSTANCE_GROUP_CHILDREN,
    POSITIONS = 4, /* of a group: experienced leader, second leader, two parent leaders */
    NONE = INSTANCE_NONE,
};

/* Why a unit may be kept out of a group; bits of entry.marks. */
enum entry_mark {
    MARK_NOT_MIXED = 1, /* H8: somebody asked for the same sex */
    MARK_NOT_GIRLS = 2, /* a boy is among them */
    MARK_NOT_BOYS = 4,
    MARK_MUST = 8,    /* H10 */
    MARK_NEEDS = 16,  /* H9: look at unit.needs */
    MARK_BARRED = 32, /* H17, H20: look at unit.barred */
    MARK_AVOIDED = 64 /* H11: some leader must not meet them */
};

struct span {
    int32_t first, count; /* of problem.list */
};

struct unit {
    int32_t first, weight; /* children: problem.children[first ..] */
    int64_t worth;         /* of all its children, before primary, travel and parent */
    uint64_t slots, themes, languages, needs;
    int32_t age_low, age_high;
    int32_t joiners; /* parents who would join a parent group */
    uint8_t marks;
    int32_t only_host;     /* NONE: any group; else only this host */
    struct span conflicts; /* units never in the same group (H16, H17) */
    struct span meets;     /* units never at the same site and slot (H17) */
    struct span barred;    /* site * INSTANCE_BITS + slot (H17 with members, H20) */
};

struct spot {
    int32_t room, slot, site, block, hall;
    int32_t capacity;
    int64_t cost;      /* points */
    struct span mates; /* spots at the same site and slot: rooms for a parent group (H14) */
};

struct hall {
    uint64_t tags;
    int32_t site;                             /* where it matters who may come; else NONE */
    int32_t first_spot, spot_count, capacity; /* the largest of its rooms */
};

struct block {
    int32_t district, slot;
    int32_t first_spot, spot_count, first_hall, hall_count, first_cell, cell_count;
};

struct entry {
    int32_t unit;
    uint8_t age_low, age_high, marks, weight;
    int64_t value; /* thousandths: worth, primary, travel; without the parent's bonus */
};

struct cell {
    int32_t block, theme, language, staff;
    int32_t first_entry, entry_count; /* by age_low */
    int32_t least, most, width;       /* children, children, years between youngest and oldest */
    uint8_t marks;                    /* all marks of its entries */
    bool girls, boys;                 /* an F (M) group could be better than a mixed one */
    uint64_t needs;                   /* all needs of its entries */
};

struct staff {
    int32_t theme, language, slot, class;
    struct span shifts; /* who could lead there; those without experience first */
    bool able;          /* two leaders, one of them experienced */
    bool parents;       /* and enough for a parent group */
    int32_t parent_leaders;
};

struct shift {
    int32_t leader, slot;
};

struct leader {
    int32_t source; /* index of instance.leaders */
    int32_t most;   /* groups left */
    int32_t first_shift, shift_count;
    bool experienced, parents;
    struct span avoid; /* units */
};

struct offer {
    int32_t unit;
    int64_t value; /* thousandths, with the parent's bonus where there is a parent group */
};

struct host {
    int32_t source; /* index of instance.groups */
    int32_t places, parent_places;
    bool with_parents;
    int32_t site, slot;
    int32_t first_offer, offer_count;
};

struct problem {
    const struct instance *instance;
    int32_t unit_count, spot_count, hall_count, block_count, cell_count, staff_count, shift_count;
    int32_t leader_count, host_count, place_count, door_count;
    struct unit *units;
    struct spot *spots;
    struct hall *halls;
    struct block *blocks;
    struct cell *cells;
    struct entry *entries;
    struct staff *staff;
    struct shift *shifts;
    struct leader *leaders;
    struct host *hosts;
    struct offer *offers;
    int32_t *children;     /* of the units: indices of instance.children */
    int32_t *list;         /* what spans point into */
    struct span *cells_of; /* by unit: the cells it is in */
    int32_t list_count, list_room;
    int32_t most; /* children of the largest group that could be */
};

/* Which children, rooms, leaders and groups belong: component id by index, or all where NULL. */
struct part {
    const int32_t *of_unit, *of_district;
    int32_t id;
};

/* Builds the problem of one part (of all where `part` is NULL). Ended by problem_free. */
struct problem *problem_new(const struct instance *instance, const struct part *part);
void problem_free(struct problem *problem); /* takes NULL */

/* Points of a unit in a group of this theme in this district, without the parent's bonus. */
int64_t problem_unit_value(const struct instance *instance, const struct problem *problem,
    const struct unit *unit, int32_t theme, int32_t district);

/* True where every child of the unit may travel to the district (H6). */
bool problem_reaches(const struct problem *problem, const struct unit *unit, int32_t district);

/* True where the unit may not be at this site in this slot, whatever the group (H17, H20). */
bool problem_barred(
    const struct problem *problem, const struct unit *unit, int32_t site, int32_t slot);

static inline const struct instance_rule *problem_rule(const struct problem *problem, int32_t theme)
{
    return &problem->instance->policy.by_theme[theme];
}

/* What a unit needs to be taken by: the parts that build a problem, in this order. */
void problem_add_units(struct problem *problem, const struct part *part);
void problem_add_pairs(struct problem *problem);
void problem_add_spots(struct problem *problem, const struct part *part);
void problem_add_leaders(struct problem *problem, const struct part *part);
void problem_add_cells(struct problem *problem);
void problem_add_hosts(struct problem *problem, const struct part *part);

/* Appends to problem->list; spans are made by remembering list_count before. */
void problem_push(struct problem *problem, int32_t value);
