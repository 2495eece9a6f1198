/*
 * A plan: the groups that open, and who is offered which (`gruppstod-plan/1`).
 *
 * Indices are those of the instance that the plan was made for. Groups and additions hold their
 * children inline, so copying a plan_group copies all of it.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "services/planner/instance.h"

#define PLAN_ABSENT INT64_MIN /* a score or bound that a file does not say */

enum { PLAN_ID_SIZE = 64 };

struct plan_group {
    char id[PLAN_ID_SIZE]; /* "" until plan_sort names it; a solver leaves it empty */
    int32_t theme, language, slot, room;
    int32_t age_from, age_to; /* the declared band, H7 */
    enum instance_gender gender;
    int32_t leaders[2];        /* INSTANCE_NONE: missing */
    int32_t parent_room;       /* INSTANCE_NONE: no parent group */
    int32_t parent_leaders[2]; /* the second is INSTANCE_NONE where the theme wants one */
    int32_t child_count;
    int32_t children[INSTANCE_GROUP_CHILDREN]; /* ascending after plan_sort */
};

/* Children who come to a group that exists (H19). One addition a group. */
struct plan_addition {
    int32_t group;
    int32_t child_count;
    int32_t children[INSTANCE_GROUP_CHILDREN];
};

/* What stands between a child and a place; explain.h fills it. */
enum plan_reason {
    PLAN_REASON_NONE,     /* nothing: a longer search may find a place */
    PLAN_REASON_CHILDREN, /* more children of this situation, language, age, slot and place */
    PLAN_REASON_LEADERS,  /* free trained leaders, one experienced */
    PLAN_REASON_ROOM,     /* a free room within reach with what the child needs */
    PLAN_REASON_TIME,     /* no suitable time; also who must not be met, which is never told */
    PLAN_REASON_TRAVEL,   /* nothing within the travel time */
    PLAN_REASON_SIBLINGS, /* the siblings find no group together */
    PLAN_REASON_COST,     /* a group would cost more points than it brings */
    PLAN_REASON_COUNT,
};

/*
 * The option with the least missing. Whoever adds exactly what is missing - children of the
 * situation and language who live in the district, can the slot and are within the band; leaders
 * who are trained, speak the language, work in the district and are free in the slot; a room in
 * the district, open in the slot, with the tags that the child needs - raises the best score.
 */
struct plan_unplaced {
    int32_t child;
    enum plan_reason reason;
    int32_t theme, language, slot, district; /* INSTANCE_NONE where no option is told */
    int32_t age_from, age_to;
    enum instance_gender gender;
    int32_t missing_children;
    int32_t missing_leaders;        /* 0 to 2 */
    bool missing_experienced;       /* one of missing_leaders has to be */
    int32_t missing_parent_leaders; /* for the parallel parent group */
    int32_t missing_rooms;          /* 2: one for the parents too, at the same site */
    bool parent_group;              /* the option has one */
    char sentence[240];             /* English, for an operator; no other child is named */
};

/* A group that could be, and what is missing for it. */
struct plan_missing {
    struct plan_unplaced option; /* child is INSTANCE_NONE */
    int32_t helped;              /* children who would get a place */
    int32_t households;          /* told only from 3 */
};

enum plan_status { PLAN_FEASIBLE, PLAN_OPTIMAL, PLAN_UNKNOWN };

struct plan {
    struct plan_group *groups;
    int32_t group_count;
    struct plan_addition *additions;
    int32_t addition_count;

    int64_t score;           /* the basic score, without any fairness term */
    int64_t bound;           /* no plan of this instance scores more; PLAN_ABSENT: not known */
    enum plan_status status; /* optimal if and only if score == bound */
    double wall_s;
    uint64_t seed;

    struct plan_unplaced *unplaced; /* by child; NULL until explained */
    int32_t unplaced_count;
    struct plan_missing *missing; /* most helped first; NULL until explained */
    int32_t missing_count;
};

/* (bound - score) / bound; 0 when they are equal, 1 when the bound is absent or not above 0. */
double plan_gap(const struct plan *plan);

/* Frees the arrays (they are malloc'ed), not the struct. Takes an all-zero plan. */
void plan_clear(struct plan *plan);

/* `out` gets its own copy. */
void plan_copy(struct plan *out, const struct plan *plan);

/*
 * The canonical order: children ascending, groups by (slot, room), additions by group, leaders
 * ascending; groups without an id are named n0001, n0002 ... in that order, passing over the ids
 * of existing groups.
 */
void plan_sort(const struct instance *instance, struct plan *plan);

/* Children placed, in new groups and by additions. */
int32_t plan_placed(const struct plan *plan);

/* For each child 1 where it is placed, else 0; `placed` has child_count bytes. */
void plan_mark_placed(const struct instance *instance, const struct plan *plan, uint8_t *placed);

/*
 * Writes `gruppstod-plan/1`. False when the stream fails. Beside what the format asks for it says
 * "shares": of each situation (primary) and district (home) [placed, waiting]; of each child in
 * "unplaced" its "kind", the "reason" as a sentence and the option that it is about, with
 * "missing_children" and the like where they are above 0; in "missing" the groups that could be,
 * with the children "helped".
 */
bool plan_write(
    const struct instance *instance, const struct plan *plan, FILE *stream, struct error *error);

struct complaints;

/*
 * Reads a plan of `instance`. False: malformed (a field is missing or of the wrong type), with the
 * path in `error`. Ids that the instance does not have become INSTANCE_NONE, and what does not fit
 * into the structs (a third leader, a 65th child) is left out; both are told in `complaints`,
 * which may be NULL: then they too make it false. `out` is the caller's, to be ended by plan_clear.
 */
bool plan_read(const struct instance *instance, const char *json, size_t length, struct plan *out,
    struct complaints *complaints, struct error *error);

/* The same from a stream, which is read to its end. */
bool plan_read_stream(const struct instance *instance, FILE *stream, struct plan *out,
    struct complaints *complaints, struct error *error);
