/*
 * Why a child that is left waits, in the words that families and staff read: the planner's
 * explanation (PLANNER, "Explanation"), but for two things that it does not tell apart: a booked
 * group that would do is full, and nobody leads groups in the child's language. Pure.
 */
#pragma once

#include "services/matching/core/market.h"

struct explanation {  /* the planner's, of one child */
    struct text kind; /* none, children, leaders, room, time, travel, siblings, cost; or absent */
    int slot;         /* -1: none is told */
    int district;     /* -1: none is told */
    int missing;      /* children that are needed still */
    struct band ages;
    int leaders, parent_leaders, rooms; /* needed still */
};

struct wait {
    enum wait_reason reason;
    int slot, district, language; /* -1: not told */
    int missing;                  /* children that are needed still; 0: not told */
    struct band ages;
    int leaders, parent_leaders, rooms; /* sought still; 0: none, or not told */
};

struct wait wait_of(const struct market_view *view, size_t need, const struct explanation *told);
