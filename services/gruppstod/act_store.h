/* What the operator changes: daemons paused and resumed, dead letters tried again. */
#pragma once

#include "common/store.h"

/* Nothing is switched off unseen: who and why stand beside it. */
bool act_control(struct store *store, struct arena *arena, const char *daemon, const char *wanted,
    const char *by, const char *why, struct error *error);

/* One dead letter of that id, or all of them (absent id); tells how many come again. */
bool act_retry(struct store *store, struct arena *arena, struct uuid id, const char *by,
    int64_t *count, struct error *error);
