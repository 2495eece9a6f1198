/* SQL of supervision groups and of ties between leaders. */
#pragma once

#include "services/scheduling/work_store.h"

struct supervision {         /* a supervision group, locked */
    bool found, ended, tied; /* tied: the leader asked about may not be in it */
    struct uuid supervisor_id;
    int64_t capacity, members;
    struct uuid other_id; /* the one the leader asked about is in already; absent */
    bool leader_known;
    struct uuid next_meeting; /* planned, from today; absent */
};
/* `leader_id` may be absent. */
bool supervision_load(struct context *context, struct uuid supervision_id, struct uuid leader_id,
    struct supervision *supervision, struct error *error);

/* Of those with a place left and no tie, the smallest; absent: none. */
bool supervision_find_other(
    struct context *context, struct uuid leader_id, struct uuid *other, struct error *error);

bool supervision_keep(
    struct context *context, const struct supervision_kept *message, struct error *error);
/* How many of its members a wanted supervisor is tied to, or is. */
bool supervision_count_tied(struct context *context, const struct supervision_kept *message,
    int64_t *count, struct error *error);
bool supervision_join(struct context *context, struct uuid supervision_id, struct uuid leader_id,
    struct error *error);
bool supervision_leave(struct context *context, struct uuid supervision_id, struct uuid leader_id,
    struct error *error);
/* Its members and, last, its supervisor. */
bool supervision_find_people(struct context *context, struct uuid supervision_id,
    const struct uuid **people, size_t *count, struct error *error);
/* The supervisor, and the members who have not said to be away that day. */
bool supervision_find_there(struct context *context, struct uuid supervision_id, int32_t day,
    const struct uuid **people, size_t *count, struct error *error);

/* Its meetings from today on that are planned. */
bool supervision_find_planned(struct context *context, struct uuid supervision_id,
    const struct uuid **meetings, size_t *count, struct error *error);
/* They are cancelled. */
bool supervision_cancel_planned(
    struct context *context, struct uuid supervision_id, struct error *error);

struct supervision_date { /* a meeting that is there */
    bool found, planned, held, begun;
    struct work_time time;
};
bool supervision_load_date(struct context *context, struct uuid supervision_id,
    struct uuid meeting_id, struct supervision_date *date, struct error *error);
bool supervision_put_date(struct context *context, const struct supervision_met *message,
    const struct work_time *time, struct error *error);
bool supervision_cancel_date(struct context *context, struct uuid meeting_id, struct error *error);
/* Who came has the hours of it; the others have not. */
bool supervision_note(
    struct context *context, const struct supervision_noted *message, struct error *error);

struct tie_place {                      /* what a declared tie parts */
    bool known;                         /* both are leaders */
    struct uuid supervision_id, leaves; /* where they are together, and who leaves; absent */
};
bool tie_find_place(struct context *context, const struct leader_tie_told *message,
    struct tie_place *place, struct error *error);
bool tie_keep(struct context *context, const struct leader_tie_told *message, struct error *error);
