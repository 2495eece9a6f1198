/* What the reading commands share: the operator's connection, and lists one after the other. */
#pragma once

#include "services/gruppstod/shell.h"
#include "services/gruppstod/table.h"

/* The operator's connection, or NULL with the exit code, after having said why not. */
struct store *look_open(const struct shell *shell, int *code);

/* Shows each list, all with the same parameters (NULL: they have none). Several lists are one JSON
 * object, each by its name; for people a blank line parts them. */
int look_show(struct shell *shell, struct store *store, const struct listing *const *listings,
    size_t count, struct params *params);

/* `get groups|leaders|rooms|meetings` and `describe group|leader|room|meeting`; -1: not one of
 * these. */
int look_register_get(struct shell *shell, int argc, char **argv);
int look_register_describe(struct shell *shell, int argc, char **argv);
