/* SQL of what to bring. */
#pragma once

#include "common/context.h"

struct material_due { /* one leader to be told of one meeting; the notice is one for the day */
    struct uuid notice_id, meeting_id, group_id, leader_id;
};

/* Meetings at most so many days away whose things nobody has told of for the day they have now.
 * They count as told from here on. */
bool material_take_due(struct context *context, int64_t days, const struct material_due **due,
    size_t *count, struct error *error);
