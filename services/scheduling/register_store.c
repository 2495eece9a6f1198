/* What of a room is booked is read with what is wanted of it, in one sentence. */
#include "services/scheduling/register_store.h"

static const struct statement look = {"scheduling_room_look",
    "with held as materialized (select m.group_id, m.day, g.places,"
    "   timezone('Europe/Stockholm', lower(b.during)) as starts,"
    "   timezone('Europe/Stockholm', upper(b.during)) as ends"
    "  from scheduling.room_booking b join scheduling.meeting m using (meeting_id)"
    "  join scheduling.groups g using (group_id)"
    "  where b.room_id = $1 and upper(b.during) > $7)"
    " select exists (select from scheduling.room where room_id = $1),"
    "  exists (select from scheduling.site where site_id = $2),"
    "  exists (select from scheduling.district where code = $4),"
    "  exists (select from scheduling.room where site_id = $2 and room_id <> $1"
    "   and lower(name) = lower($5)),"
    "  exists (select from scheduling.site where site_id <> $2 and lower(name) = lower($3)),"
    "  cardinality($8::text[]) > 0 and array(select unnest($8::text[]) order by 1)"
    "   is distinct from array(select h.weekday || ' ' || to_char(h.opens, 'HH24:MI') || ' '"
    "    || to_char(h.closes, 'HH24:MI') from scheduling.room_hours h where h.room_id = $1"
    "     and coalesce(h.valid_to, common.today()) >= common.today() order by 1),"
    "  coalesce((select g.group_id from scheduling.groups g where g.room_id = $1"
    "    and g.places > $6 order by g.places desc limit 1),"
    "   (select h.group_id from held h where h.places > $6 order by h.day limit 1)),"
    "  o.group_id, o.day"
    " from (values (true)) one left join lateral (select h.group_id, h.day from held h"
    "  where cardinality($8::text[]) > 0 and not exists (select from unnest($8::text[]) w"
    "   where split_part(w, ' ', 1)::int = extract(isodow from h.day) - 1"
    "    and split_part(w, ' ', 2)::interval <= h.starts - h.day"
    "    and split_part(w, ' ', 3)::interval >= h.ends - h.day) order by h.day limit 1) o on true"};

bool register_look_room(struct context *context, const struct room_kept *wanted,
    struct room_facts *facts, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, wanted->room_id);
    param_uuid(params, wanted->site_id);
    param_text(params, wanted->house);
    param_text(params, wanted->district);
    param_text(params, wanted->room);
    param_int(params, wanted->capacity);
    param_time(params, context->now_ms);
    param_texts(params, wanted->hours, sizeof *wanted->hours, wanted->hours_count);
    if (!tx_query(context->tx, &look, params, &rows, error))
        return false;
    *facts = (struct room_facts){.room_known = row_bool(rows, 0, 0),
        .house_known = row_bool(rows, 0, 1),
        .district_known = row_bool(rows, 0, 2),
        .name_taken = row_bool(rows, 0, 3),
        .house_named = row_bool(rows, 0, 4),
        .hours_differ = row_bool(rows, 0, 5),
        .too_many = {row_uuid(rows, 0, 6), DAY_ABSENT},
        .outside = {row_uuid(rows, 0, 7), row_day(rows, 0, 8)}};
    return true;
}

bool register_add_house(
    struct context *context, const struct room_kept *wanted, struct error *error)
{
    static const struct statement add = {"scheduling_house_add",
        "insert into scheduling.site (site_id, name, district, withheld, discretion)"
        " values ($1, $2, $3, $4, $5)"};
    struct params *params = params_new(context->arena);

    param_uuid(params, wanted->site_id);
    param_text(params, wanted->house);
    param_text(params, wanted->district);
    param_bool(params, wanted->withheld);
    param_string(params, discretion_names[wanted->discretion]);
    return tx_run(context->tx, &add, params, error);
}

/* A room stays in its house: series are booked there. */
bool register_keep_room(
    struct context *context, const struct room_kept *wanted, struct error *error)
{
    static const struct statement keep = {"scheduling_room_keep",
        "with t as (insert into scheduling.room_tag (room_id, need)"
        "  select $1, unnest($5::text[]) on conflict do nothing),"
        " u as (delete from scheduling.room_tag where room_id = $1 and need <> all ($5::text[]))"
        " insert into scheduling.room (room_id, site_id, name, capacity, equipment)"
        " values ($1, $2, $3, $4, $6::text[])"
        " on conflict (room_id) do update set name = excluded.name, capacity = excluded.capacity,"
        "  equipment = excluded.equipment"};
    struct params *params = params_new(context->arena);

    param_uuid(params, wanted->room_id);
    param_uuid(params, wanted->site_id);
    param_text(params, wanted->room);
    param_int(params, wanted->capacity);
    param_names(params, wanted->needs, sizeof *wanted->needs, wanted->needs_count, need_names);
    param_texts(params, wanted->equipment, sizeof *wanted->equipment, wanted->equipment_count);
    return tx_run(context->tx, &keep, params, error);
}

bool register_keep_hours(
    struct context *context, const struct room_kept *wanted, struct error *error)
{
    static const struct statement end = {"scheduling_hours_end",
        "update scheduling.room_hours set valid_to = common.today() - 1 where room_id = $1"
        " and valid_from < common.today() and coalesce(valid_to, common.today()) >= "
        "common.today()"};
    static const struct statement drop = {"scheduling_hours_drop",
        "delete from scheduling.room_hours where room_id = $1 and valid_from >= common.today()"};
    static const struct statement put = {"scheduling_hours_put",
        "insert into scheduling.room_hours (room_id, weekday, opens, closes, valid_from)"
        " select $1, split_part(h, ' ', 1)::smallint, split_part(h, ' ', 2)::time,"
        "  split_part(h, ' ', 3)::time, common.today() from unnest($2::text[]) h"};
    struct params *which = params_new(context->arena), *params = params_new(context->arena);

    param_uuid(which, wanted->room_id);
    param_uuid(params, wanted->room_id);
    param_texts(params, wanted->hours, sizeof *wanted->hours, wanted->hours_count);
    return tx_run(context->tx, &end, which, error) && tx_run(context->tx, &drop, which, error) &&
           tx_run(context->tx, &put, params, error);
}

bool register_approve(struct context *context, const struct programme_approved *said, bool *draft,
    struct error *error)
{
    static const struct statement approve = {"scheduling_programme_approve",
        "update scheduling.programme_version set draft = false, approved_by = $3, approved_on = $4"
        " where programme_id = $1 and version = $2 and draft returning true"};
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_uuid(params, said->programme_id);
    param_int(params, said->number);
    param_text(params, said->approved_by);
    param_day(params, said->approved_on);
    if (!tx_query(context->tx, &approve, params, &rows, error))
        return false;
    *draft = rows_count(rows) == 1;
    return true;
}
