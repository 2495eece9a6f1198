/* The table of commands, and where the state folder lies. */
#pragma once

#include <stddef.h>

#include "services/gruppstod/shell.h"

const struct command *command_at(size_t place); /* in the order of --help; NULL past the last */

/* It works on files and needs no house: no state folder is made or looked at. */
bool command_is_alone(const struct command *command);

/* Makes the state folder if it is not there; fills var, run and conninfo. */
bool shell_place(struct shell *shell, const char *var, struct error *error);
