/* The statements behind visits_store.h. */
#include "services/scheduling/visits_store.h"

bool unit_keep(
    struct context *context, const struct unit_kept *message, bool *known, struct error *error)
{
    static const struct statement keep = {"scheduling_unit_keep",
        "insert into scheduling.unit (unit_id, name, kind, district, active)"
        " select $1, $2, $3, $4, $5 where ($4::text is null or exists"
        "   (select from scheduling.district d where d.code = $4))"
        "  and not exists (select from scheduling.unit u"
        "   where u.name = $2 and u.kind = $3 and u.unit_id <> $1)"
        " on conflict (unit_id) do update set name = excluded.name, kind = excluded.kind,"
        "  district = excluded.district, active = excluded.active returning unit_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->unit_id);
    param_text(params, message->name);
    param_string(params, source_names[message->kind]);
    param_text(params, message->district);
    param_bool(params, message->active);
    if (!tx_query(context->tx, &keep, params, &rows, error))
        return false;
    *known = rows_count(rows) == 1;
    return true;
}

bool visit_load(struct context *context, struct uuid visit_id, struct uuid unit_id,
    struct visit_row *visit, struct error *error)
{
    static const struct statement load = {"scheduling_visit_load",
        "select v.visit_id is not null, v.state = 'planned',"
        " exists (select from scheduling.unit u where u.unit_id = $2 and u.active), v.day"
        " from (select) always left join lateral (select * from scheduling.visit v"
        "  where v.visit_id = $1 and v.unit_id = $2 for no key update) v on true"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, visit_id);
    param_uuid(params, unit_id);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return error_while(error, "reading a visit");
    *visit = (struct visit_row){
        row_bool(rows, 0, 0), row_bool(rows, 0, 1), row_bool(rows, 0, 2), row_day(rows, 0, 3)};
    return true;
}

bool visit_put(struct context *context, const struct visit_wanted *message,
    const struct work_time *time, struct error *error)
{
    static const struct statement put = {"scheduling_visit_put",
        "with stays as (delete from scheduling.visit_leader"
        "  where visit_id = $1 and leader_id <> all ($6::uuid[]))"
        " insert into scheduling.visit as v (visit_id, unit_id, day, starts_at, ends_at,"
        "  changed_at) values ($1, $2, $3, $4, $5, $7)"
        " on conflict (visit_id) do update set day = excluded.day,"
        "  starts_at = excluded.starts_at, ends_at = excluded.ends_at,"
        "  changed_at = excluded.changed_at, sequence = v.sequence + 1 returning visit_id"};
    static const struct statement go = {"scheduling_visit_go",
        "insert into scheduling.visit_leader (visit_id, leader_id)"
        " select distinct $1::uuid, l from unnest($2::uuid[]) l on conflict do nothing"};
    struct params *params = params_new(context->arena), *goers = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, message->visit_id);
    param_uuid(params, message->unit_id);
    param_day(params, time->day);
    param_time(params, time->starts_ms);
    param_time(params, time->ends_ms);
    param_uuids(
        params, message->leader_ids, sizeof *message->leader_ids, message->leader_ids_count);
    param_time(params, context->now_ms);
    param_uuid(goers, message->visit_id);
    param_uuids(goers, message->leader_ids, sizeof *message->leader_ids, message->leader_ids_count);
    return tx_query(context->tx, &put, params, &rows, error) &&
           tx_run(context->tx, &go, goers, error);
}

bool visit_end(struct context *context, struct uuid visit_id, int64_t people, struct error *error)
{
    static const struct statement end = {"scheduling_visit_end",
        "update scheduling.visit set people = $2, changed_at = $3,"
        " state = case when $2::int is null then 'cancelled' else 'done' end,"
        " sequence = sequence + ($2::int is null)::int where visit_id = $1 returning visit_id"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, visit_id);
    param_int(params, people);
    param_time(params, context->now_ms);
    return tx_query(context->tx, &end, params, &rows, error);
}
