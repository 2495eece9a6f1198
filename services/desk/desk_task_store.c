/* The statements behind desk_task_store.h. */
#include "services/desk/desk_task_store.h"

#include "common/check.h"
#include "vocabulary.h"

static const char *const step_names[] = {NULL, "call", "ask_referrer", "decide"};

static enum next_step step_of(struct text name)
{
    for (size_t i = 1; i < COUNT(step_names); i++)
        if (text_is(name, step_names[i]))
            return (enum next_step)i;
    return NEXT_STEP_NONE;
}

/* --- open tasks --- */

#define TASK_COLUMNS                                                                               \
    "select t.task_id, t.referral_id, s.code, t.note, o.display_name, t.result, d.display_name,"   \
    " t.kind, t.due_at, t.done_at, t.about, l.work_name, t.owner, a.tries, a.next, a.next_at,"     \
    " r.hours, r.may_call, r.may_leave_message"                                                    \
    " from desk.task t"                                                                            \
    " left join intake.safety_v s using (referral_id)"                                             \
    " left join desk.leader_name_v l on t.about = 'leader' and l.leader_id = t.referral_id"        \
    " left join desk.attempt a on t.work = 'call' and a.referral_id = t.referral_id"               \
    " left join lateral (select * from desk.reach_v v where v.referral_id = t.referral_id) r"      \
    "   on t.work = 'call'"                                                                        \
    " left join desk.staff o on o.staff_id = t.owner"                                              \
    " left join desk.staff d on d.staff_id = t.done_by"

static const struct task_row *task_rows(struct arena *arena, const struct rows *rows, size_t count)
{
    struct task_row *tasks = ARENA_ARRAY(arena, struct task_row, count + 1);

    for (size_t i = 0; i < count; i++)
        tasks[i] = (struct task_row){
            .task_id = row_uuid(rows, i, 0),
            .referral_id = row_uuid(rows, i, 1),
            .code = row_text(rows, i, 2),
            .note = row_text(rows, i, 3),
            .owner = row_text(rows, i, 4),
            .result = row_text(rows, i, 5),
            .done_by = row_text(rows, i, 6),
            .kind = (enum task_kind)row_name(rows, i, 7, task_kind_names, TASK_KIND_COUNT),
            .due_at_ms = row_time(rows, i, 8),
            .done_at_ms = row_time(rows, i, 9),
            .about = (enum task_about)row_name(rows, i, 10, task_about_names, TASK_ABOUT_COUNT),
            .leader = row_text(rows, i, 11),
            .owner_id = row_uuid(rows, i, 12),
            .tries = row_int(rows, i, 13),
            .next = step_of(row_text(rows, i, 14)),
            .next_at_ms = row_time(rows, i, 15),
            .hours = row_text(rows, i, 16),
            .may_call = row_bool(rows, i, 17),
            .may_leave_message = row_bool(rows, i, 18),
        };
    return tasks;
}

/* What is to be done later today stands after what is to be done now. */
static const struct statement load_open_tasks = {
    "desk_load_open_tasks",
    TASK_COLUMNS
    " where t.done_at is null and ($1::text is null or t.kind = $1) and t.kind <> all ($2::text[])"
    "   and (not $3 or t.work = 'call') and (not $4 or t.due_at < $10)"
    "   and case $5 when 1 then t.owner = $6 when 2 then t.owner is null else true end"
    " order by t.kind <> 'protection',"
    "    case $7 when 1 then t.wanted_at when 2 then null"
    "            else greatest(t.due_at, case when a.next_at > $10 then a.next_at end) end,"
    "    case when $7 = 2 then o.display_name end nulls first, t.due_at, t.task_id"
    " limit $8 offset $9",
};

static struct params *filter_params(struct context *context, const struct task_filter *filter)
{
    struct params *params = params_new(context->arena);
    struct text without[COUNT(filter->without)];
    size_t count = 0;

    for (size_t i = 0; i < COUNT(filter->without); i++)
        if (filter->without[i])
            without[count++] = text_of(task_kind_names[filter->without[i]]);
    param_string(params, task_kind_names[filter->kind]);
    param_texts(params, without, sizeof *without, count);
    param_bool(params, filter->calls);
    param_bool(params, filter->overdue);
    param_int(params, filter->whose);
    param_uuid(params, filter->me);
    param_int(params, filter->order);
    param_int(params, (int64_t)filter->most + 1);
    param_int(params, (int64_t)filter->skip);
    param_time(params, context->now_ms);
    return params;
}

bool desk_load_open_tasks(struct context *context, const struct task_filter *filter,
    const struct task_row **tasks, size_t *count, bool *more, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &load_open_tasks, filter_params(context, filter), &rows, error))
        return false;
    *more = rows_count(rows) > filter->most;
    *count = *more ? filter->most : rows_count(rows);
    *tasks = task_rows(context->arena, rows, *count);
    return true;
}

static const struct statement load_tasks_of = {
    "desk_load_tasks_of",
    TASK_COLUMNS
    " where t.referral_id = $1 order by t.done_at is not null, t.due_at, t.task_id limit 100",
};

bool desk_load_tasks_of(struct context *context, struct uuid referral_id,
    const struct task_row **tasks, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &load_tasks_of, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *tasks = task_rows(context->arena, rows, *count);
    return true;
}

static const struct statement count_tasks = {
    "desk_count_tasks",
    "select kind, count(*), count(*) filter (where due_at < $1),"
    "       count(*) filter (where due_at >= $1 and due_at < $2),"
    "       count(*) filter (where owner = $3), min(due_at)"
    "  from desk.task where done_at is null"
    " group by kind order by kind <> 'protection', count(*) filter (where due_at < $1) desc,"
    "    min(due_at)",
};

bool desk_count_tasks(struct context *context, struct uuid me, int64_t day_end_ms,
    const struct task_count **counts, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_time(params, context->now_ms);
    param_time(params, day_end_ms);
    param_uuid(params, me);
    if (!tx_query(context->tx, &count_tasks, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct task_count *found = ARENA_ARRAY(context->arena, struct task_count, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct task_count){
            (enum task_kind)row_name(rows, i, 0, task_kind_names, TASK_KIND_COUNT),
            row_int(rows, i, 1), row_int(rows, i, 2), row_int(rows, i, 3), row_int(rows, i, 4),
            row_time(rows, i, 5)};
    *counts = found;
    return true;
}

/* --- what a person does with one --- */

/* Runs what returns the referral of the one row it changed. */
static bool change_one(struct context *context, const struct statement *statement,
    struct params *params, struct uuid *referral_id, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return false;
    *referral_id = rows_count(rows) ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    return true;
}

static const struct statement take_task = {
    "desk_take_task",
    "update desk.task set owner = $2 where task_id = $1 and done_at is null returning referral_id",
};

bool desk_take_task(struct context *context, struct uuid task_id, struct uuid staff_id,
    struct uuid *referral_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, task_id);
    param_uuid(params, staff_id);
    return change_one(context, &take_task, params, referral_id, error);
}

static const struct statement give_task_back = {
    "desk_give_task_back",
    "update desk.task set owner = null"
    " where task_id = $1 and owner = $2 and done_at is null returning referral_id",
};

bool desk_give_task_back(struct context *context, struct uuid task_id, struct uuid staff_id,
    struct uuid *referral_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, task_id);
    param_uuid(params, staff_id);
    return change_one(context, &give_task_back, params, referral_id, error);
}

static const struct statement end_task = {
    "desk_end_task",
    "update desk.task set done_at = $4, done_by = $2, result = $3,"
    " owner = coalesce(owner, $2) where task_id = $1 and done_at is null returning referral_id",
};

bool desk_end_task(struct context *context, struct uuid task_id, struct uuid staff_id,
    struct text result, struct uuid *referral_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, task_id);
    param_uuid(params, staff_id);
    param_text(params, result);
    param_time(params, context->now_ms);
    return change_one(context, &end_task, params, referral_id, error);
}

static const struct statement end_calls = {
    "desk_end_calls",
    "update desk.task set done_at = $3, done_by = $2, owner = coalesce(owner, $2)"
    " where referral_id = $1 and done_at is null and kind in ('call_family', 'call_back')",
};

bool desk_end_calls(
    struct context *context, struct uuid referral_id, struct uuid staff_id, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, referral_id);
    param_uuid(params, staff_id);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &end_calls, params, error);
}

/* --- the three tries --- */

static const struct statement lock_tries = {
    "desk_lock_tries",
    "select tries, asked, next from desk.attempt where referral_id = $1 for update",
};

bool desk_lock_tries(
    struct context *context, struct uuid referral_id, struct tries *tries, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *tries = (struct tries){.next = NEXT_STEP_NONE};
    param_uuid(params, referral_id);
    if (!tx_query(context->tx, &lock_tries, params, &rows, error))
        return false;
    if (rows_count(rows))
        *tries = (struct tries){.count = (int)row_int(rows, 0, 0),
            .asked = row_bool(rows, 0, 1),
            .next = step_of(row_text(rows, 0, 2))};
    return true;
}

static const struct statement set_tries = {
    "desk_set_tries",
    "insert into desk.attempt (referral_id, tries, asked, next, next_at) values ($1, $2, $3, $4, "
    "$5)"
    " on conflict (referral_id) do update set tries = excluded.tries, asked = excluded.asked,"
    "    next = excluded.next, next_at = excluded.next_at",
};
static const struct statement end_tries = {
    "desk_end_tries", "delete from desk.attempt where referral_id = $1"};

bool desk_set_tries(struct context *context, struct uuid referral_id, const struct tries *tries,
    int64_t next_at_ms, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, referral_id);
    if (tries->next == NEXT_STEP_NONE)
        return tx_run(context->tx, &end_tries, params, error);
    param_int(params, tries->count);
    param_bool(params, tries->asked);
    param_string(params, step_names[tries->next]);
    param_time(params, next_at_ms);
    return tx_run(context->tx, &set_tries, params, error);
}
