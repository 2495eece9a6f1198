/*
 * The city that the rolling simulation lives in: who arrived, who has a place, which groups run.
 *
 * Some children wait at the start, the others arrive evenly over the rounds. A group made in a
 * round runs for four of them (16 weeks); until the round after, children may still be added.
 * Leaders, rooms and districts stay as they are.
 */
#pragma once

#include <jansson.h>

#include "services/planner/plan.h"

struct city_rounds {
    json_t *base;       /* what gen.py made; owned */
    json_t *running;    /* array of groups of the instance's format, each with "ends" (a round) */
    int32_t *placed_on; /* [child] day, or DAY_ABSENT; malloc'ed */
    int32_t *since;     /* [child] day */
    int32_t rounds, child_count;
    int32_t waiting;   /* children who wait at the start, since the day that gen.py says */
    int32_t first_day; /* of planning */
};

/* Reads what gen.py made. `city` is zero but for `rounds` and `waiting`. */
bool rounds_open(struct city_rounds *city, const char *path, struct error *error);
void rounds_close(struct city_rounds *city);

int32_t rounds_day(const struct city_rounds *city, int32_t round);

/* Ends the groups whose time is over, and reads the instance of that round. NULL with an error. */
struct instance *rounds_instance(struct city_rounds *city, int32_t round, struct error *error);

/* What the plan decides happens. */
void rounds_apply(struct city_rounds *city, int32_t round, const struct instance *instance,
    const struct plan *plan);

/* Urgency of a child, 0 to 3. */
int32_t rounds_urgency(const struct city_rounds *city, int32_t child);
