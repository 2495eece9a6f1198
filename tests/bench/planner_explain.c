/* Microseconds that an explanation takes: planner_explain INSTANCE PLAN prints one line of JSON. */
#include <stdio.h>

#include "common/clock.h"
#include "services/planner/explain.h"
#include "tests/bench/planner_files.h"

int main(int argc, char **argv)
{
    struct instance *instance;
    struct plan plan;

    bench_files(argc, argv, &instance, &plan);
    const int64_t started = clock_monotonic_us();
    explain_plan(instance, &plan);
    const int64_t us = clock_monotonic_us() - started;
    printf("{\"bench\": \"planner explain\", \"unplaced\": %d, \"us_per_child\": %.1f}\n",
        (int)plan.unplaced_count,
        (double)us / (double)(plan.unplaced_count ? plan.unplaced_count : 1));
    plan_clear(&plan);
    instance_free(instance);
    return 0;
}
