/* The SQL of notices: clearances that they do not name, leaders and their groups. */
#pragma once

#include "common/context.h"
#include "notification_port.h"
#include "services/notification/letter.h"
#include "services/notification/notification_store.h"

/* Fills clearance and version of each cause with the newest clearance that is current; absent
 * where there is none. */
bool notice_load_cleared(
    struct context *context, struct cause *causes, size_t count, struct error *error);

struct leader_row { /* who is told, of what */
    bool known, active;
    struct letter_contact contact;
    struct letter_group group; /* its name absent: about no group that there is */
};

/* One row for each message, in their order. */
bool notice_load_leaders(struct context *context, const struct leader_told *messages, size_t count,
    struct leader_row *rows, struct error *error);
