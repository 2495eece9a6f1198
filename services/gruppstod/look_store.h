/* What the operator's commands read: every listing is one sentence of SQL and its columns. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/table.h"

/* How many daemons hold a living lease. */
bool look_living(struct store *store, struct arena *arena, int64_t *living, struct error *error);

enum look {
    LOOK_DAEMONS,
    LOOK_QUEUES,
    LOOK_PLANNER,
    LOOK_STATES,
    LOOK_SHAPE,
    LOOK_FORECAST,
    LOOK_REFERRAL, /* from here on each takes the referral ($1 uuid) */
    LOOK_REFERRAL_OFFERS,
    LOOK_REFERRAL_LETTERS,
    LOOK_TRACE,
    LOOK_EXPLAIN,
};
const struct listing *look_at(enum look look);

/* What `gruppstod get NAME` shows, without parameters; NULL for a name that is none. */
const struct listing *look_list(const char *name);

/* The referral of a code ("K7QFX2AB"), or of an id; ABSENT when there is none. */
bool look_find(struct store *store, struct arena *arena, struct text named, struct uuid *referral,
    struct error *error);
