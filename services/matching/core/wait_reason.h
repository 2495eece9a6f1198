/*
 * Why a child that is left waits, from what is left when the groups are formed: the option with the
 * least missing (PLANNER, "Explanation"). Pure. It never tells of another child: a number is of
 * children that are needed still, and where only a must-not-meet stands in the way it says that no
 * time fits.
 */
#pragma once

#include "common/arena.h"
#include "services/matching/core/form.h"

struct wait {
    enum wait_reason reason;
    int slot, district; /* -1: not told */
    int missing;        /* children that are needed still; 0: not told */
    struct band ages;
};

struct wait_view {
    const struct form_view *form;
    const struct form_plan *plan;
    const struct open_group *groups; /* that are booked, with their places as they are now */
    size_t group_count;
};

/* One a need, in their order; those that were placed in a formed group get reason NONE. */
const struct wait *wait_reasons(struct arena *arena, const struct wait_view *view);
