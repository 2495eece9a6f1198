/* What every command of `gruppstod` finds: the state folder, the release, the settings, output. */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/store.h"

enum output { OUTPUT_TABLE, OUTPUT_WIDE, OUTPUT_JSON, OUTPUT_CSV };

struct shell {
    char var[PATH_MAX];     /* state folder, absolute */
    char release[PATH_MAX]; /* folder that holds build/bin, schemas, deploy */
    char bin[PATH_MAX];     /* folder of the daemons' programs */
    char run[PATH_MAX];     /* sockets: of PostgreSQL, of the bus; short */
    char conninfo[PATH_MAX + 64];
    enum output output;
    bool yes;   /* --yes: don't ask */
    bool quiet; /* stderr is not a terminal: no bars */
    struct arena *arena;
};

typedef int command_fn(struct shell *shell, int argc, char **argv);

struct command {
    const char *name, *arguments, *summary;
    command_fn *run;
};

/* Prints "gruppstod: sentence" and what to do next (may be NULL); returns the sysexits code. */
int shell_fail(int code, const struct error *error, const char *next);

/* A connection with that login role ("gruppstod_operator"). NULL with an error. */
struct store *shell_store(const struct shell *shell, const char *role, struct error *error);

/* Each command in its file. */
command_fn command_up, command_down, command_status, command_migrate, command_supervise;
command_fn command_queues, command_shape, command_forecast, command_get, command_describe,
    command_explain;
command_fn command_trace, command_retry, command_pause, command_resume, command_drain;
command_fn command_staff, command_import, command_config, command_bench, command_stage,
    command_demo, command_report, command_doctor, command_plan, command_check_plan, command_whatif,
    command_states;
