/*
 * The planner's own checker: every rule H1 to H20 and the score, anew from the instance.
 *
 * It shares no code with the solver. A plan that it complains about is never printed.
 */
#pragma once

#include <stdint.h>

#include "services/planner/instance.h"
#include "services/planner/plan.h"

enum { COMPLAINTS_KEPT = 100, COMPLAINT_SIZE = 200 };

struct complaints {
    int32_t count; /* all of them; the first COMPLAINTS_KEPT have a text */
    char text[COMPLAINTS_KEPT][COMPLAINT_SIZE]; /* "H11 n0003: leader l1 is not trained in ..." */
    int32_t about[COMPLAINTS_KEPT]; /* index of groups[], or of additions[] after them, or NONE */
};

/* Adds one complaint about a group (see `about`) or about the whole plan (INSTANCE_NONE). */
__attribute__((format(printf, 3, 4))) void complain(
    struct complaints *complaints, int32_t about, const char *format, ...);

/*
 * Adds to `out` what is wrong with the plan, and returns how many complaints `out` has now: 0 = a
 * right plan. Checks the claimed score, bound and status as well.
 */
int check_plan(const struct instance *instance, const struct plan *plan, struct complaints *out);

/*
 * Drops groups and additions until nothing is to complain about, and sets the score that is left:
 * a plan made for yesterday's instance becomes one to start today's from. Returns how many it
 * dropped. The bound is forgotten.
 */
int check_repair(const struct instance *instance, struct plan *plan);

/* The score of the plan by the policy, whether its rules are kept or not. Unknown ids count 0. */
int64_t check_score(const struct instance *instance, const struct plan *plan);
