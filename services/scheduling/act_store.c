/* All SQL of acts. */
#include "services/scheduling/act.h"

bool act_known(struct context *context, struct uuid act_id, bool *known, struct error *error)
{
    static const struct statement find = {
        "scheduling_act_known", "select true from scheduling.act where act_id = $1"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, act_id);
    if (!tx_query(context->tx, &find, params, &rows, error))
        return false;
    *known = rows_count(rows) > 0;
    return true;
}

/* Asks for the row back, so that whatever the step's writes did wrong is told here. */
static bool write(struct context *context, const struct act *act, enum act_reason reason,
    const char *way_out, struct error *error)
{
    static const struct statement write = {"scheduling_act_write",
        "insert into scheduling.act (act_id, kind, about, asked_by, at, outcome, reason, way_out)"
        " values ($1, $2, $3, $4, $5, case when $6::text is null then 'done' else 'refused' end,"
        " $6, $7) returning act_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, act->act_id);
    param_string(params, act->kind);
    param_uuid(params, act->about);
    param_uuid(params, act->by);
    param_time(params, context->now_ms);
    param_string(params, reason ? act_reason_names[reason] : NULL);
    param_string(params, way_out);
    return tx_query(context->tx, &write, params, &rows, error);
}

bool act_done(struct context *context, const struct act *act, struct error *error)
{
    return write(context, act, ACT_REASON_NONE, NULL, error);
}

bool act_refused(struct context *context, const struct act *act, enum act_reason reason,
    const char *way_out, struct error *error)
{
    return write(context, act, reason, way_out, error);
}
