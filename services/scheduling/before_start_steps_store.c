/* The statements behind before_start_steps_store.h. */
#include "services/scheduling/before_start_steps_store.h"

bool before_start_load_groups(struct context *context, int32_t today, int64_t most,
    const struct steps_group **groups, size_t *count, struct error *error)
{
    static const struct statement load = {"before_start_load_groups",
        "select g.group_id, (g.booked_at at time zone 'Europe/Stockholm')::date, g.first_day,"
        " m.first_day, v.meets_before, g.least, f.taken, greatest(f.offered, 0),"
        " coalesce(c.families, 0), coalesce(c.booked, 0), coalesce(c.ended, 0),"
        " (select count(*) from scheduling.before_start_time t where t.group_id = g.group_id"
        "  and t.taken_back_at is null and t.day > $1 and not exists (select"
        "   from scheduling.before_start b where b.time_id = t.time_id)),"
        " g.state = 'confirmed'"
        " from scheduling.groups g"
        " join scheduling.group_fill f using (group_id)"
        " join scheduling.programme_version v on v.programme_id = g.programme_id"
        "  and v.version = g.programme_version"
        " left join scheduling.before_start_count_v c using (group_id)"
        " left join lateral (select m.first_day from scheduling.milestone m"
        "  where m.group_id = g.group_id limit 1) m on true"
        " where g.state in ('booked', 'offered', 'confirmed') and g.format = 'group'"
        "  and g.first_day >= $1"
        " order by g.first_day, g.group_id limit $2"};
    struct params *params = params_new(context->arena);
    struct steps_group *found;
    struct rows *rows;

    param_day(params, today);
    param_int(params, most);
    if (!tx_query(context->tx, &load, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *groups = found = ARENA_ARRAY(context->arena, struct steps_group, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct steps_group){
            .group_id = row_uuid(rows, i, 0),
            .booked_day = row_day(rows, i, 1),
            .first_day = row_day(rows, i, 2),
            .reckoned_from = row_day(rows, i, 3),
            .meets = row_bool(rows, i, 4),
            .facts =
                {
                    .least = row_int(rows, i, 5),
                    .taken = row_int(rows, i, 6),
                    .offered = row_int(rows, i, 7),
                    .families = row_int(rows, i, 8),
                    .booked = row_int(rows, i, 9),
                    .ended = row_int(rows, i, 10),
                    .free_times = row_int(rows, i, 11),
                    .confirmed = row_bool(rows, i, 12),
                },
        };
    return true;
}

bool before_start_put_steps(
    struct context *context, const struct step_row *rows, size_t count, struct error *error)
{
    static const struct statement clear = {
        "before_start_clear_steps", "delete from scheduling.milestone where group_id = any($1)"};
    static const struct statement put = {"before_start_put_steps",
        "insert into scheduling.milestone (group_id, step, owner, due_day, first_day, compressed)"
        " select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::date[],"
        "  $6::boolean[])"};
    struct params *groups = params_new(context->arena), *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(groups, COLUMN(rows, group_id), count);
    param_uuids(params, COLUMN(rows, group_id), count);
    param_texts(params, COLUMN(rows, step), count);
    param_texts(params, COLUMN(rows, owner), count);
    param_days(params, COLUMN(rows, due_day), count);
    param_days(params, COLUMN(rows, first_day), count);
    param_bools(params, COLUMN(rows, compressed), count);
    return tx_run(context->tx, &clear, groups, error) && tx_run(context->tx, &put, params, error);
}

bool before_start_note_done(
    struct context *context, const struct step_row *rows, size_t count, struct error *error)
{
    static const struct statement note = {"before_start_note_done",
        "update scheduling.milestone m set done_at = case when s.done then $4::timestamptz end"
        " from unnest($1::uuid[], $2::text[], $3::boolean[]) s (group_id, step, done)"
        " where m.group_id = s.group_id and m.step = s.step and (m.done_at is not null) <> s.done"
        "  and (s.done or m.step in ('times', 'meetings'))"};
    struct params *params = params_new(context->arena);

    if (count == 0)
        return true;
    param_uuids(params, COLUMN(rows, group_id), count);
    param_texts(params, COLUMN(rows, step), count);
    param_bools(params, COLUMN(rows, done), count);
    param_time(params, context->now_ms);
    return tx_run(context->tx, &note, params, error);
}

bool before_start_breach(struct context *context, int32_t today, const struct step_row **steps,
    size_t *count, struct error *error)
{
    static const struct statement breach = {"before_start_breach",
        "update scheduling.milestone m set breached_at = $2 from scheduling.groups g"
        " where g.group_id = m.group_id and g.state in ('booked', 'offered', 'confirmed')"
        "  and m.done_at is null and m.breached_at is null and m.due_day < $1"
        " returning m.group_id, m.step, m.owner, m.due_day, m.first_day"};
    struct params *params = params_new(context->arena);
    struct step_row *found;
    struct rows *rows;

    param_day(params, today);
    param_time(params, context->now_ms);
    if (!tx_query(context->tx, &breach, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *steps = found = ARENA_ARRAY(context->arena, struct step_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct step_row){
            .group_id = row_uuid(rows, i, 0),
            .step = row_text(rows, i, 1),
            .owner = row_text(rows, i, 2),
            .due_day = row_day(rows, i, 3),
            .first_day = row_day(rows, i, 4),
        };
    return true;
}
