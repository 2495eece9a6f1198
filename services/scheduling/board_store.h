/* SQL of the board's decisions and of who of the parents takes part. */
#pragma once

#include "common/context.h"
#include "messages.h"

/* `*known` is false when there is no such programme. */
bool board_note(
    struct context *context, const struct board_noted *noted, bool *known, struct error *error);

/* Those who are named are in the parent group, the child's other guardians are not. Who may not is
 * the database's to refuse: constraints parent_roster_... */
bool parents_note(struct context *context, const struct parents_noted *noted, struct error *error);
