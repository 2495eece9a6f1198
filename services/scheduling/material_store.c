#include "services/scheduling/material_store.h"

#include "common/domain/local_time.h"

enum { MEETINGS_MOST = 125 /* a rhythm tells of: more wait for the next */ };

bool material_take_due(struct context *context, int64_t days, const struct material_due **due,
    size_t *count, struct error *error)
{
    static const struct statement tell = {"scheduling_tell_material",
        "with due as materialized (select p.meeting_id, p.group_id, p.day"
        "  from scheduling.meeting_part_v p"
        "  where p.things is not null and p.state = 'planned' and p.day between $1 and $2"
        "   and p.starts_at > $3 and exists (select from scheduling.groups g"
        "    where g.group_id = p.group_id and g.state in ('confirmed', 'running'))"
        "   and not exists (select from scheduling.material_told t"
        "    where t.meeting_id = p.meeting_id and t.day = p.day)"
        "  order by p.day, p.meeting_id limit $4),"
        " told as (insert into scheduling.material_told (meeting_id, day, told_at)"
        "  select meeting_id, day, $3 from due on conflict do nothing returning meeting_id, day)"
        " select md5('material/' || told.meeting_id || '/' || told.day)::uuid, told.meeting_id,"
        "  due.group_id, b.leader_id"
        " from told join due using (meeting_id)"
        " join scheduling.leader_booking b on b.meeting_id = told.meeting_id"
        " order by told.day, told.meeting_id, b.leader_id"};
    const int32_t today = local_day(context->now_ms);
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_day(params, today);
    param_day(params, today + (int32_t)days);
    param_time(params, context->now_ms);
    param_int(params, MEETINGS_MOST);
    if (!tx_query(context->tx, &tell, params, &rows, error))
        return false;
    struct material_due *found = ARENA_ARRAY(context->arena, struct material_due, rows_count(rows));
    for (size_t i = 0; i < rows_count(rows); i++)
        found[i] = (struct material_due){
            row_uuid(rows, i, 0), row_uuid(rows, i, 1), row_uuid(rows, i, 2), row_uuid(rows, i, 3)};
    *due = found;
    *count = rows_count(rows);
    return true;
}
