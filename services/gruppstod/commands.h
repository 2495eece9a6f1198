/* The table of commands, and where the state folder lies. */
#pragma once

#include <stddef.h>

#include "services/gruppstod/shell.h"

extern const struct command commands[];
extern const size_t command_count;

/* Makes the state folder if it is not there; fills var, run and conninfo. */
bool shell_place(struct shell *shell, const char *var, struct error *error);
