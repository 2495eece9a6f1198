/* What the operator's commands read. */
#pragma once

#include "common/store.h"

/* How many daemons hold a living lease. */
bool look_living(struct store *store, struct arena *arena, int64_t *living, struct error *error);
