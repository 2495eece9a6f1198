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

struct invited_series {                                     /* what a leader's letter invites to */
    size_t letter;                                          /* of those that are claimed */
    struct uuid letter_id, leader_id, group_id, meeting_id; /* absent meeting: the whole series */
    bool known;                                             /* there is such a group */
    struct text name;
    int64_t starts_ms, ends_ms; /* the first meeting that was ever planned */
    int64_t told_before;        /* letters to this leader about this group */
};

struct invited_row { /* a meeting of the leader */
    size_t series;   /* of those asked for */
    struct uuid meeting_id;
    int64_t starts_ms, ends_ms, sequence;
    bool cancelled;
    struct text location;
};

/* Fills `series` and finds their meetings, in the order of the series and of their start. */
bool notice_load_invited(struct context *context, struct invited_series *series, size_t count,
    const struct invited_row **rows, size_t *row_count, struct error *error);
