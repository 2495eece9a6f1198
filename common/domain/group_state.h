/* Which way a group may go from each state, who may ask for it and when (PRODUCT, "Group").
 * Scheduling keeps the state. This table is the only one: scheduling.group_step in the database is
 * compared with it, and `gruppstod states` draws schemas/GROUPS.md from it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vocabulary.h"

enum group_asker { /* bits, so that a way can name several */
    GROUP_ASKER_COORDINATOR = 1,
    GROUP_ASKER_MATCHING = 2,   /* offers are out */
    GROUP_ASKER_SCHEDULING = 4, /* time, and numbers that are enough or too few */
    GROUP_ASKER_EVALUATION = 8,
};

struct group_way {
    enum group_state from, to; /* from NONE: it was not there before */
    unsigned askers;
    const char *when;
};

/* All there are, in the order of the states. */
const struct group_way *group_ways(size_t *count);

/* Staying is no move. */
bool group_may_move(enum group_state from, enum group_state to, enum group_asker asker);

/* It has a booked series and has not begun: it may be merged, postponed or cancelled. */
bool group_before_start(enum group_state state);

/* Nothing comes after. */
bool group_ended(enum group_state state);
