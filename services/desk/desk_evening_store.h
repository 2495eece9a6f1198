/* What an evening asks of people, read and written as gruppstod_desk_list: children who are
 * missing, what to bring, parents who take part. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

struct missing_row { /* an open task about a child that is missing from a meeting, or from two */
    struct uuid task_id, referral_id, group_id;
    enum task_kind kind;
    struct text code, group;
    int64_t place_no, due_at_ms;
};
/* `group_id` absent: of all groups of that leader (absent: of nobody). */
bool desk_look_missing(struct context *context, struct uuid group_id, struct uuid leader,
    const struct missing_row **rows, size_t *count, struct error *error);

/* Ends the task and its reminder to the coordinators; `*referral_id` absent: no such one is open in
 * that group. */
bool desk_end_missing(struct context *context, struct uuid task_id, struct uuid group_id,
    struct uuid staff_id, struct text result, struct uuid *referral_id, struct error *error);
/* The children have come, or somebody has told of them: nobody needs to call. */
bool desk_end_missing_of(struct context *context, struct uuid meeting_id,
    const struct uuid *referrals, size_t count, struct uuid staff_id, struct error *error);

/* Calls that nobody has made in time become a task of the coordinators', once. */
bool desk_escalate_missing(struct context *context, struct error *error);

struct evening_row { /* of one meeting */
    struct uuid meeting_id;
    bool joint;
    struct text things;
};
bool desk_look_evenings(struct context *context, struct uuid group_id,
    const struct evening_row **rows, size_t *count, struct error *error);

struct parent_row { /* a guardian of a child in the group */
    struct uuid referral_id, person_id;
    struct text code;
    int64_t nth;
    enum parent_wish wish;
    bool takes_part, never_both;
};
struct parent_group { /* of a group */
    bool found;
    struct text room, leaders;
};
bool desk_look_parents(struct context *context, struct uuid group_id, struct parent_group *group,
    const struct parent_row **rows, size_t *count, struct error *error);
