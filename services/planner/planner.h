/*
 * The planner's one door: an instance goes in, the best plan found comes out, with a bound.
 *
 * Pure computation on one thread: no files, no sockets, no database.
 */
#pragma once

#include <signal.h>
#include <stdint.h>

#include "services/planner/instance.h"
#include "services/planner/plan.h"

/* What is known so far; told when something got better, and at least once a second. */
struct planner_progress {
    const char *phase; /* greedy, search, columns, enumeration, exact, done */
    int64_t score;
    int64_t bound; /* PLAN_ABSENT while there is none */
    int32_t placed;
    int64_t iterations; /* used up so far */
    double wall_s;
};

typedef void planner_progress_fn(const struct planner_progress *progress, void *data);

struct planner_options {
    double time_s;      /* wall-clock limit, kept within 10 %; 0 = PLANNER_TIME_S */
    int64_t iterations; /* > 0: deterministic, the clock decides nothing; 0 = only the clock */
    uint64_t seed;
    const struct plan *warm; /* valid for the instance, or NULL: the result is never worse (P7) */
    planner_progress_fn *progress; /* may be NULL */
    void *progress_data;
    const volatile sig_atomic_t *stop; /* non-zero: end soon with the best so far; may be NULL */
};

#define PLANNER_TIME_S 60.0

/*
 * Solves. Returns 0 and fills `out` (the caller's, to be ended by plan_clear): groups, additions,
 * score, bound, status, seed, wall_s (0 when `iterations` is given, so that equal runs print equal
 * bytes); it is sorted by plan_sort. An empty plan is a plan. Returns -1, with `out` empty, only
 * where memory ends. What it returns still goes through check_plan before anybody sees it.
 */
int planner_solve(
    const struct instance *instance, const struct planner_options *options, struct plan *out);
