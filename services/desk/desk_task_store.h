/* SQL over the desk's tasks and tries to reach a family, as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "messages.h"
#include "services/desk/core/tries.h"

struct task_row {
    struct uuid task_id, referral_id, owner_id;
    struct text code, note, owner, result, done_by;
    enum task_kind kind;
    int64_t due_at_ms, done_at_ms;
    enum task_about about; /* what referral_id is of */
    struct text leader;    /* the name at work, of a task about a leader */
    /* of a call */
    int64_t tries, next_at_ms; /* INT_ABSENT: nobody has tried */
    enum next_step next;
    struct text hours; /* in the family's words; never shown beside a situation */
    bool may_call, may_leave_message;
};

enum task_whose { TASK_OF_ANYBODY, TASK_MINE, TASK_FREE };
enum task_order { TASK_BY_DUE, TASK_BY_AGE, TASK_BY_OWNER };
struct task_filter {
    enum task_kind kind; /* NONE: all but `without` */
    enum task_kind without[2];
    bool calls;   /* both kinds of call */
    bool overdue; /* only what is late */
    enum task_whose whose;
    enum task_order order; /* protection always first */
    struct uuid me;
    size_t skip, most;
};
/* Open ones; `*more`: there are others after them. */
bool desk_load_open_tasks(struct context *context, const struct task_filter *filter,
    const struct task_row **tasks, size_t *count, bool *more, struct error *error);
/* All of a referral, the open ones first. */
bool desk_load_tasks_of(struct context *context, struct uuid referral_id,
    const struct task_row **tasks, size_t *count, struct error *error);

struct task_count { /* of one kind */
    enum task_kind kind;
    int64_t open, late, today, mine, oldest_due_ms;
};
bool desk_count_tasks(struct context *context, struct uuid me, int64_t day_end_ms,
    const struct task_count **counts, size_t *count, struct error *error);

/* Takes it over, gives one's own back, or ends it. `*referral_id` is absent when no such task is
 * open (or one's own). */
bool desk_take_task(struct context *context, struct uuid task_id, struct uuid staff_id,
    struct uuid *referral_id, struct error *error);
bool desk_give_task_back(struct context *context, struct uuid task_id, struct uuid staff_id,
    struct uuid *referral_id, struct error *error);
bool desk_end_task(struct context *context, struct uuid task_id, struct uuid staff_id,
    struct text result, struct uuid *referral_id, struct error *error);
/* The family has been reached: what asked for a call is done. */
bool desk_end_calls(
    struct context *context, struct uuid referral_id, struct uuid staff_id, struct error *error);

/* --- the three tries --- */

/* What has been tried; all zero when nobody has tried, or the family was reached. Locked. */
bool desk_lock_tries(
    struct context *context, struct uuid referral_id, struct tries *tries, struct error *error);
bool desk_set_tries(struct context *context, struct uuid referral_id, const struct tries *tries,
    int64_t next_at_ms, struct error *error);
