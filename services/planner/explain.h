/*
 * Why children have no place, and what is missing for each group that could be.
 *
 * An explanation is true if adding what it says is missing would raise the best score: it is made
 * from the plan, what the plan leaves free, and other unplaced children of whom nothing is asked
 * but situation, language, slot, way and age. No other child is named, and a count is told only
 * when three or more households are behind it.
 */
#pragma once

#include "services/planner/plan.h"

/* Fills plan->unplaced (by child) and plan->missing (most helped first). Some 20 us a child. */
void explain_plan(const struct instance *instance, struct plan *plan);

/* "Mondays 16:30" for "mon1630"; other names as they are. Returns `text`. */
const char *explain_slot(const char *slot, char text[static 40]);
