/* The statements behind desk_dead_store.h. */
#include "services/desk/desk_dead_store.h"

static const struct statement look_kinds = {
    "desk_look_dead_kinds",
    "select mark, receiver, kind, fingerprint, count(*), min(died_at), max(died_at)"
    "  from ledger.dead_v group by mark, receiver, kind, fingerprint"
    " order by count(*) desc, min(died_at) limit 50",
};

bool desk_look_dead_kinds(
    struct context *context, const struct dead_kind_row **kinds, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_kinds, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    struct dead_kind_row *found = ARENA_ARRAY(context->arena, struct dead_kind_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct dead_kind_row){row_text(rows, i, 0), row_text(rows, i, 1),
            row_text(rows, i, 2), row_text(rows, i, 3), row_int(rows, i, 4), row_time(rows, i, 5),
            row_time(rows, i, 6)};
    *kinds = found;
    return true;
}

static const struct statement look_dead = {
    "desk_look_dead",
    "select d.id, d.subject, d.receiver, d.kind, d.sender, d.reason, s.code, d.body, d.died_at,"
    "       d.tries::bigint, d.failures::bigint"
    "  from ledger.dead_v d left join intake.safety_v s on s.referral_id = d.subject"
    " where d.mark = $1 and ($2::uuid is null or d.id = $2) order by d.died_at, d.id limit 50",
};

bool desk_look_dead(struct context *context, struct text mark, struct uuid id,
    const struct dead_row **dead, size_t *count, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_text(params, mark);
    param_uuid(params, id);
    if (!tx_query(context->tx, &look_dead, params, &rows, error))
        return false;
    *count = rows_count(rows);
    struct dead_row *found = ARENA_ARRAY(context->arena, struct dead_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct dead_row){.id = row_uuid(rows, i, 0),
            .subject = row_uuid(rows, i, 1),
            .receiver = row_text(rows, i, 2),
            .kind = row_text(rows, i, 3),
            .sender = row_text(rows, i, 4),
            .reason = row_text(rows, i, 5),
            .code = row_text(rows, i, 6),
            .body = row_text(rows, i, 7),
            .died_ms = row_time(rows, i, 8),
            .tries = row_int(rows, i, 9),
            .failures = row_int(rows, i, 10)};
    *dead = found;
    return true;
}

static bool moved_by(struct context *context, const struct statement *statement,
    struct params *params, int64_t *moved, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, statement, params, &rows, error))
        return false;
    *moved = row_int(rows, 0, 0);
    return true;
}

static const struct statement retry_dead = {
    "desk_retry_dead", "select ledger.retry_dead($1, $2, $3)::bigint"};

bool desk_retry_dead(struct context *context, struct uuid id, struct text mark, struct text who,
    int64_t *moved, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, id);
    param_text(params, mark);
    param_text(params, who);
    return moved_by(context, &retry_dead, params, moved, error);
}

static const struct statement edit_dead = {
    "desk_edit_dead", "select ledger.edit_dead($1, $2, $3, $4)::bigint"};

bool desk_edit_dead(struct context *context, struct uuid id, struct text mark, struct text body,
    struct text who, int64_t *moved, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, id);
    param_text(params, mark);
    param_bytes(params, body);
    param_text(params, who);
    return moved_by(context, &edit_dead, params, moved, error);
}

static const struct statement hand_over_dead = {"desk_hand_over_dead",
    "select (ledger.hand_over_dead($1, $2, $3, $4) is not null)::int::bigint"};

bool desk_hand_over_dead(struct context *context, struct uuid id, struct text mark,
    struct text owner, struct text who, int64_t *moved, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_uuid(params, id);
    param_text(params, mark);
    param_text(params, owner);
    param_text(params, who);
    return moved_by(context, &hand_over_dead, params, moved, error);
}
