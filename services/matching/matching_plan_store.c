/* SQL of plans and of the planner's absence. */
#include "services/matching/matching_plan_store.h"

bool matching_lead_planner(struct context *context, bool *active, struct error *error)
{
    /* Taken once a connection: each further time would count, and be wanted back. */
    static const struct statement lead = {"matching_lead_planner",
        "select coalesce((select l.granted from pg_locks l\n"
        "    where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.objsubid = 1\n"
        "        and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('planner', "
        "31)),\n"
        "    pg_try_advisory_lock(hashtextextended('planner', 31)))"};
    struct rows *rows;

    if (!tx_query(context->tx, &lead, NULL, &rows, error))
        return error_while(error, "looking who asks the planner");
    *active = row_bool(rows, 0, 0);
    return true;
}

bool matching_note_plan(struct context *context, const struct plan_row *row, struct error *error)
{
    static const struct statement note = {"matching_note_plan",
        "with gone as (\n"
        "    delete from matching.plan p where plan_id in (select plan_id from matching.plan\n"
        "        order by planned_at desc, plan_id desc offset 99)\n"
        "    and not exists (select from matching.proposal o where o.plan_id = p.plan_id))\n"
        "insert into matching.plan (plan_id, planned_at, children, groups, additions, dropped,\n"
        "    score, bound, optimal)\n"
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
    struct params *params = params_new(context->arena);

    param_uuid(params, row->plan_id);
    param_time(params, context->now_ms);
    param_int(params, row->children);
    param_int(params, row->groups);
    param_int(params, row->additions);
    param_int(params, row->dropped);
    param_int(params, row->score);
    param_int(params, row->bound);
    param_bool(params, row->optimal);
    return tx_run(context->tx, &note, params, error);
}

bool matching_note_trouble(struct context *context, struct text why, struct error *error)
{
    static const struct statement note = {"matching_note_trouble",
        "insert into matching.planner (one, since, trouble) values (true, $1, $2)\n"
        "on conflict (one) do update set since = excluded.since, trouble = excluded.trouble"};
    struct params *params = params_new(context->arena);

    param_time(params, context->now_ms);
    param_text(params, why);
    return tx_run(context->tx, &note, params, error);
}
