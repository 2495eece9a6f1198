/* Who is to be told by letter why it waits: schemas/sql/097_plan_whole.sql. */
#pragma once

#include "services/matching/matching.h"

struct wait_due {
    struct uuid referral_id;
    enum wait_reason reason;
    struct text detail; /* key=value words, common/wait_words.h; or absent */
};

/* Families that have been spoken with and cleared, whose reason is known and may be written, who
 * began to wait before `first_ms` and were not told since `again_ms`. Noted as told now. */
bool matching_take_waits_to_tell(struct context *context, int64_t first_ms, int64_t again_ms,
    size_t most, const struct wait_due **due, size_t *count, struct error *error);
