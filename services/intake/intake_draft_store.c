/* The statements behind intake_draft_store.h. */
#include "services/intake/intake_draft_store.h"

static struct draft_row read_row(const struct rows *rows, size_t i)
{
    return (struct draft_row){
        .found = true,
        .session_hash = row_text(rows, i, 0),
        .number = row_int(rows, i, 1),
        .door = (enum door)row_name(rows, i, 2, door_names, DOOR_COUNT),
        .changed_ms = row_time(rows, i, 3),
        .sealed = row_text(rows, i, 4),
        .receipt = row_text(rows, i, 5),
        .code_box = row_text(rows, i, 6),
    };
}

#define COLUMNS "select session_hash, number, door, changed_at, sealed, receipt, code_box"

static const struct statement find_draft = {
    "intake_find_draft",
    COLUMNS " from intake.draft where session_hash = $1 and number = $2 and changed_at > $3",
};

static const struct statement lock_draft = {
    "intake_lock_draft",
    COLUMNS " from intake.draft where session_hash = $1 and number = $2 and changed_at > $3"
            " for update",
};

bool draft_store_find(struct context *context, struct text session_hash, int64_t number,
    int64_t since_ms, bool lock, struct draft_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *row = (struct draft_row){.found = false};
    param_bytes(params, session_hash);
    param_int(params, number);
    param_time(params, since_ms);
    if (!tx_query(context->tx, lock ? &lock_draft : &find_draft, params, &rows, error))
        return false;
    if (rows_count(rows) > 0)
        *row = read_row(rows, 0);
    return true;
}

static const struct statement find_by_code = {
    "intake_find_draft_by_code",
    COLUMNS " from intake.draft where code_hash = $1 and changed_at > $2",
};

bool draft_store_by_code(struct context *context, struct text code_hash, int64_t since_ms,
    struct draft_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    *row = (struct draft_row){.found = false};
    param_bytes(params, code_hash);
    param_time(params, since_ms);
    if (!tx_query(context->tx, &find_by_code, params, &rows, error))
        return false;
    if (rows_count(rows) > 0)
        *row = read_row(rows, 0);
    return true;
}

static const struct statement list_drafts = {
    "intake_list_drafts",
    COLUMNS " from intake.draft where session_hash = $1 and changed_at > $2 and sealed is not null"
            " order by changed_at desc limit $3",
};

bool draft_store_list(struct context *context, struct text session_hash, int64_t since_ms,
    struct draft_row *found, size_t most, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_bytes(params, session_hash);
    param_time(params, since_ms);
    param_int(params, (int64_t)most);
    if (!tx_query(context->tx, &list_drafts, params, &rows, error))
        return false;
    *count = rows_count(rows);
    for (size_t i = 0; i < *count; i++)
        found[i] = read_row(rows, i);
    return true;
}

static const struct statement next_number = {
    "intake_next_draft",
    "select coalesce(max(number), 0) + 1 from intake.draft where session_hash = $1"
    " having coalesce(max(number), 0) < 99",
};

bool draft_store_next(
    struct context *context, struct text session_hash, int64_t *number, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_bytes(params, session_hash);
    if (!tx_query(context->tx, &next_number, params, &rows, error))
        return false;
    *number = rows_count(rows) > 0 ? row_int(rows, 0, 0) : 0;
    return true;
}

static const struct statement add_draft = {
    "intake_add_draft",
    "insert into intake.draft (session_hash, number, door, changed_at, sealed)"
    " values ($1, $2, $3, $4, $5)",
};

bool draft_store_add(struct context *context, const struct draft_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_bytes(params, row->session_hash);
    param_int(params, row->number);
    param_string(params, door_names[row->door]);
    param_time(params, context->now_ms);
    param_bytes(params, row->sealed);
    return tx_run(context->tx, &add_draft, params, error);
}

static const struct statement save_draft = {
    "intake_save_draft",
    "update intake.draft set sealed = $3, changed_at = $4"
    " where session_hash = $1 and number = $2 and sealed is not null",
};

bool draft_store_save(struct context *context, const struct draft_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_bytes(params, row->session_hash);
    param_int(params, row->number);
    param_bytes(params, row->sealed);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &save_draft, params, error);
}

static const struct statement set_code = {
    "intake_set_draft_code",
    "update intake.draft set code_hash = $3, code_box = $4, changed_at = $5"
    " where session_hash = $1 and number = $2 and sealed is not null",
};

bool draft_store_code(struct context *context, const struct draft_row *row, struct text code_hash,
    struct error *error)
{
    struct params *params = params_new(context->arena);

    param_bytes(params, row->session_hash);
    param_int(params, row->number);
    param_bytes(params, code_hash);
    param_bytes(params, row->code_box);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &set_code, params, error);
}

static const struct statement set_sent = {
    "intake_set_draft_sent",
    "update intake.draft set sealed = null, code_hash = null, code_box = null, receipt = $3"
    " where session_hash = $1 and number = $2",
};

bool draft_store_sent(struct context *context, const struct draft_row *row, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_bytes(params, row->session_hash);
    param_int(params, row->number);
    param_text(params, row->receipt);
    return tx_run(context->tx, &set_sent, params, error);
}

static const struct statement forget_drafts = {
    "intake_forget_drafts",
    "delete from intake.draft where session_hash = $1",
};

bool draft_store_forget(struct context *context, struct text session_hash, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_bytes(params, session_hash);
    return tx_run(context->tx, &forget_drafts, params, error);
}

static const struct statement sweep_drafts = {
    "intake_sweep_drafts",
    "delete from intake.draft where changed_at <= $1",
};

static const struct statement count_drafts = {
    "intake_count_drafts",
    "select count(*) from intake.draft where changed_at > $1",
};

bool draft_store_sweep(
    struct context *context, int64_t before_ms, int64_t *left, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_time(params, before_ms);
    if (!tx_run(context->tx, &sweep_drafts, params, error))
        return false;
    params = params_new(context->arena);
    param_time(params, before_ms);
    if (!tx_query(context->tx, &count_drafts, params, &rows, error))
        return false;
    *left = row_int(rows, 0, 0);
    return true;
}
