/*
 * What people do without a planner: the measure that the planner is held against.
 *
 * A coordinator goes through the waiting list, who waited longest first, gives each child the first
 * free place that suits, and else opens the first group for which enough others of the list suit.
 * All rules are kept (the planner's checker agrees); nothing is weighed against anything. Nobody
 * makes parent groups by hand: a parent who must join gets a place only where one runs, and the
 * policy's share of parent groups is not asked for.
 */
#pragma once

#include "services/planner/plan.h"

enum hand {
    HAND_DISTRICTS, /* each district with its own children, rooms and leaders */
    HAND_CENTRAL,   /* one list for all */
};

/* Fills `out` (the caller's, to be ended by plan_clear), with its score and without a bound. */
void hand_plan(const struct instance *instance, enum hand who, struct plan *out);
