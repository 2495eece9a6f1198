/* The two files of a planner's bench: argv is PROGRAM INSTANCE PLAN. Ends the program when they
 * cannot be read. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "services/planner/check.h"

static inline FILE *bench_file(const char *path)
{
    FILE *stream = fopen(path, "re");

    if (!stream) {
        perror(path);
        exit(1);
    }
    return stream;
}

static inline void bench_files(int argc, char **argv, struct instance **instance, struct plan *plan)
{
    static struct complaints complaints;
    struct error error = {ERROR_NONE, ""};

    if (argc == 3 && !instance_read_stream(bench_file(argv[1]), instance, &error) &&
        plan_read_stream(*instance, bench_file(argv[2]), plan, &complaints, &error))
        return;
    fprintf(stderr, "usage: %s INSTANCE PLAN %s\n", argv[0], error.text);
    exit(1);
}
