/* What the operator's commands read: every listing is one sentence of SQL and its columns. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/table.h"

/* How many daemons hold a living lease. */
bool look_living(struct store *store, struct arena *arena, int64_t *living, struct error *error);

/* What `gruppstod get NAME` shows; without parameters. */
extern const struct listing look_lists[];
extern const size_t look_list_count;

/* Each takes the referral or group ($1 uuid); the first line of each is about the thing itself. */
extern const struct listing look_referral, look_referral_offers, look_referral_letters, look_trace,
    look_group, look_group_meetings, look_group_roster, look_explain;

extern const struct listing look_daemons, look_queues, look_states, look_shape;

/* The referral of a code ("K7QFX2AB"), or of an id; ABSENT when there is none. */
bool look_find(struct store *store, struct arena *arena, struct text named, struct uuid *referral,
    struct error *error);
