/* Supervision groups, ties between leaders, and what a leader is booked for beside the groups, read
 * as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "messages.h"

struct supervision_row {
    struct uuid supervision_id, supervisor_id;
    struct text name, supervisor;
    int64_t capacity, members;
    int64_t next_at_ms; /* INT_ABSENT: none is planned */
    int32_t last_held;  /* DAY_ABSENT: none was */
    bool ended;
};
/* One, or (absent) all that go on. */
bool desk_look_supervisions(struct context *context, struct uuid supervision_id,
    const struct supervision_row **rows, size_t *count, struct error *error);
/* The one that a leader is in. */
bool desk_look_own_supervision(struct context *context, struct uuid leader_id,
    const struct supervision_row **rows, size_t *count, struct error *error);

struct supervised_row { /* a member, or one who is in none */
    struct uuid leader_id;
    struct text name, home;
    int64_t came;
    bool leads; /* groups now */
};
bool desk_look_supervised(struct context *context, struct uuid supervision_id,
    const struct supervised_row **rows, size_t *count, struct error *error);
/* Active leaders who are in no supervision group; those who lead now first. */
bool desk_look_supervision_gaps(struct context *context, const struct supervised_row **rows,
    size_t *count, struct error *error);
/* Active leaders of the register, for a form. */
bool desk_look_supervisors(struct context *context, const struct supervised_row **rows,
    size_t *count, struct error *error);

struct supervision_meeting_row {
    struct uuid meeting_id;
    int32_t day;
    int64_t starts_at_ms, ends_at_ms;
    struct text location;
    bool planned, held;
};
/* The next first, then those that were, 40 in all. */
bool desk_look_supervision_meetings(struct context *context, struct uuid supervision_id,
    const struct supervision_meeting_row **rows, size_t *count, struct error *error);

struct supervision_person_row {
    struct uuid meeting_id, leader_id;
    struct text name;
    bool came, noted;
};
/* Whoever was booked for one of its meetings. */
bool desk_look_supervision_people(struct context *context, struct uuid supervision_id,
    const struct supervision_person_row **rows, size_t *count, struct error *error);

struct tie_row {
    struct uuid leader_id, other_id;
    struct text name, other;
    enum leader_tie tie;
};
bool desk_look_ties(struct context *context, struct uuid leader_id, const struct tie_row **rows,
    size_t *count, struct error *error);

struct leader_event_row { /* supervision or a visit to come */
    struct uuid whose;
    struct text name, location;
    int64_t starts_at_ms;
    bool visit;
};
bool desk_look_leader_events(struct context *context, struct uuid leader_id,
    const struct leader_event_row **rows, size_t *count, struct error *error);
