/* Running another program and waiting for it. */
#pragma once

#include <stdbool.h>

#include "common/error.h"

/* Runs argv[0] (found in PATH or absolute) with output to `log` (appended; NULL: /dev/null).
 * False with the program's name and exit code when it does not end with 0. */
bool process_run(const char *const *argv, const char *log, struct error *error);
