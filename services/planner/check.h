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
};

/* Adds one complaint. */
__attribute__((format(printf, 2, 3))) void complain(
    struct complaints *complaints, const char *format, ...);

/*
 * Adds to `out` what is wrong with the plan, and returns how many complaints `out` has now: 0 = a
 * right plan. Checks the claimed score, bound and status as well.
 */
int check_plan(const struct instance *instance, const struct plan *plan, struct complaints *out);

/* The score of the plan by the policy, whether its rules are kept or not. Unknown ids count 0. */
int64_t check_score(const struct instance *instance, const struct plan *plan);
