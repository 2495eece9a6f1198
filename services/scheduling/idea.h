/* Ideas of groups, for scheduling.c's rhythms and for what gives one up. */
#pragma once

#include "common/context.h"

/* *was_idea: it collected, and is given up now. */
bool idea_give_up(struct context *context, struct uuid group_id, const char *reason, bool *was_idea,
    struct error *error);

/* A rhythm: matching is asked how many children fit. */
bool idea_ask_for_counts(struct context *context, struct error *error);
