/* What the commands that work on planning files share. */
#pragma once

#include <signal.h>

#include "services/planner/instance.h"
#include "services/planner/plan.h"
#include "services/planner/planner.h"

/* Reads an instance from a path, or stdin where it is "-"; says what is wrong on stderr. Returns
 * the exit code: 0, 2 malformed, 3 contradiction, 66 no such file. */
int plan_file_instance(const char *path, struct instance **out);

/* From now on SIGTERM and SIGINT set the flag that it returns, once; the next one ends. */
const volatile sig_atomic_t *plan_file_catch(void);

/* Seconds on a clock that nobody turns. */
double plan_file_seconds(void);

/* A line, or on a terminal a bar, of how far the solver is. */
struct plan_meter {
    double started_s, limit_s;
    int64_t iterations; /* limit, 0 = none */
    bool bar, silent;
    int64_t score, bound; /* as last shown */
    double shown_s;
};

void plan_meter_show(const struct planner_progress *progress, void *meter);
void plan_meter_end(struct plan_meter *meter, const struct plan *plan);
