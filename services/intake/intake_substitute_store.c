/* The statements behind intake_substitute_store.h. */
#include "services/intake/intake_substitute_store.h"

static const struct statement look_question = {
    "intake_look_substitute",
    "select k.ask_id, k.substitution_id, k.group_name, k.site, k.state, a.answer,"
    "       k.substitution_state not in ('searching', 'unfilled') or k.last_at is null"
    "         or k.last_at <= $2"
    "  from notification.link_v l"
    "  join scheduling.substitute_ask_v k on k.ask_id = l.about and k.leader_id = l.person_id"
    "  left join intake.substitute_answer a on a.ask_id = k.ask_id"
    " where l.token_hash = $1 and l.kind = 'substitute' and l.reader = 'leader'",
};

static const struct statement look_times = {
    "intake_look_substitute_times",
    "select day, starts_at, ends_at from scheduling.substitution_meeting_v"
    " where substitution_id = $1 and state <> 'cancelled' order by starts_at limit 40",
};

static bool look_when(struct context *context, struct uuid substitution, struct substitute_row *row,
    struct error *error)
{
    struct params *params = params_new(context->arena);
    struct substitute_time *times;
    struct rows *rows;

    param_uuid(params, substitution);
    if (!tx_query(context->tx, &look_times, params, &rows, error))
        return false;
    row->time_count = rows_count(rows);
    row->times = times = ARENA_ARRAY(context->arena, struct substitute_time, row->time_count + 1);
    for (size_t i = 0; i < row->time_count; i++)
        times[i] = (struct substitute_time){
            row_day(rows, i, 0), row_time(rows, i, 1), row_time(rows, i, 2)};
    return true;
}

bool intake_look_substitute(
    struct context *context, struct text hash, struct substitute_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_bytes(params, hash);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &look_question, params, &rows, error))
        return false;
    *row = (struct substitute_row){.found = rows_count(rows) > 0};
    if (!row->found)
        return true;
    row->ask_id = row_uuid(rows, 0, 0);
    row->group = row_text(rows, 0, 2);
    row->site = row_text(rows, 0, 3);
    row->state = row_text(rows, 0, 4);
    row->answered = (enum yes_no)row_name(rows, 0, 5, yes_no_names, YES_NO_COUNT);
    row->over = row_bool(rows, 0, 6);
    return look_when(context, row_uuid(rows, 0, 1), row, error);
}

static const struct statement add_answer = {
    "intake_add_substitute_answer",
    "insert into intake.substitute_answer (ask_id, answer, answered_at) values ($1, $2, $3)"
    " on conflict do nothing returning ask_id",
};

bool intake_add_substitute_answer(struct context *context, struct uuid ask_id, enum yes_no answer,
    bool *added, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, ask_id);
    param_string(params, yes_no_names[answer]);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &add_answer, params, &rows, error))
        return false;
    *added = rows_count(rows) > 0;
    return true;
}
