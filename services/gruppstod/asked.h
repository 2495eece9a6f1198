/* The settings that hold for a daemon, asked of its program: only it knows its keys. */
#pragma once

#include "common/text.h"
#include "services/gruppstod/shell.h"

/* All that `gruppstod-DAEMON --show` says. False when the settings are wrong. */
bool asked_settings(
    const struct shell *shell, const char *daemon, struct text *all, struct error *error);

/* "matching.form_every" -> "60s"; "" when there is no such key. */
const char *asked_value(struct arena *arena, struct text all, const char *key);
bool asked_true(struct arena *arena, struct text all, const char *key);
/* A duration, in ms. */
int64_t asked_ms(struct arena *arena, struct text all, const char *key);
