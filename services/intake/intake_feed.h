/* What the two halves of calendars share: the address and its token. */
#pragma once

#include "services/intake/intake_feed_store.h"
#include "services/intake/intake_parts.h"

/* The token of a calendar that its reader made, always the same. */
void feed_token(struct uuid feed_id, char token[static TOKEN_TEXT + 1]);

/* "https://.../kalender/TOKEN.ics" */
const char *feed_address(struct arena *arena, const char *token);
