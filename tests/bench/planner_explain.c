/* Microseconds that an explanation takes: planner_explain INSTANCE PLAN prints one line of JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "services/planner/check.h"
#include "services/planner/explain.h"

static FILE *open_or_die(const char *path)
{
    FILE *stream = fopen(path, "re");

    if (!stream) {
        perror(path);
        exit(1);
    }
    return stream;
}

int main(int argc, char **argv)
{
    static struct complaints complaints;
    struct error error = {ERROR_NONE, ""};
    struct instance *instance;
    struct plan plan;

    if (argc != 3 || instance_read_stream(open_or_die(argv[1]), &instance, &error) ||
        !plan_read_stream(instance, open_or_die(argv[2]), &plan, &complaints, &error)) {
        fprintf(stderr, "usage: planner_explain INSTANCE PLAN %s\n", error.text);
        return 1;
    }
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
