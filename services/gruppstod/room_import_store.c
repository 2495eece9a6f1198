/* A room's row of a table, with its house. What is not said stays as it is. */
#include "common/check.h"
#include "common/clock.h"
#include "services/gruppstod/register_store.h"

static void param_list(struct params *params, const struct sheet_list *list)
{
    param_texts(params, list->items, sizeof *list->items, list->count);
    param_bool(params, list->said);
}

/* The hours that hold today or later, as the table's reader writes them. */
#define HOURS                                                                                      \
    "array(select h.weekday || ' ' || to_char(h.opens, 'HH24:MI') || ' '"                          \
    "  || to_char(h.closes, 'HH24:MI') from scheduling.room_hours h where h.room_id = r.room_id"   \
    "   and coalesce(h.valid_to, common.today()) >= common.today() order by 1)"

static struct params *told_params(struct arena *arena, const struct room_told *told)
{
    struct params *params = params_new(arena);

    param_text(params, told->site);
    param_text(params, told->name);
    param_text(params, told->district);
    param_string(params, told->withheld);
    param_string(params, told->discretion);
    param_int(params, told->capacity);
    param_int(params, told->cost);
    param_list(params, &told->access);
    param_list(params, &told->equipment);
    param_list(params, &told->hours);
    return params;
}

bool room_import_look(struct tx *tx, struct arena *arena, const struct room_told *told,
    struct register_found *found, struct error *error)
{
    static const struct statement look = {"room_import_look",
        "select r.room_id, s.site_id, nullif(array_to_string(array["
        "  case when s.district <> $3 then 'district' end,"
        "  case when s.withheld <> $4::boolean then 'withheld' end,"
        "  case when s.discretion <> $5 then 'discretion' end,"
        "  case when r.capacity <> $6 then 'capacity' end, case when r.cost <> $7 then 'cost' end,"
        "  case when $9 and array(select unnest($8::text[]) order by 1) is distinct from"
        "   array(select t.need from scheduling.room_tag t where t.room_id = r.room_id order by 1)"
        "   then 'access' end,"
        "  case when $11 and r.equipment is distinct from $10::text[] then 'equipment' end,"
        "  case when $13 and " HOURS " is distinct from $12::text[] then 'hours' end], ', '), '')"
        " from scheduling.site s left join scheduling.room r"
        "  on r.site_id = s.site_id and lower(r.name) = lower($2)"
        " where lower(s.name) = lower($1)"};
    struct rows *rows;

    if (!tx_query(tx, &look, told_params(arena, told), &rows, error))
        return false;
    *found = (struct register_found){.matches = rows_count(rows)};
    if (rows_count(rows) == 1) {
        const struct text changed = row_text(rows, 0, 2);
        found->id = row_uuid(rows, 0, 0);
        found->house = row_uuid(rows, 0, 1);
        found->changed =
            changed.data
                ? (struct text){arena_copy(arena, changed.data, changed.length), changed.length}
                : changed;
    }
    return true;
}

bool room_import_guard(struct tx *tx, const struct room_told *told,
    const struct register_found *found, struct sheet *sheet, struct error *error)
{
    static const struct statement guard = {"room_import_guard",
        "with held as materialized (select b.group_name as name,"
        "   timezone('Europe/Stockholm', b.starts_at) as starts,"
        "   timezone('Europe/Stockholm', b.ends_at) as ends, g.places"
        "  from scheduling.room_booking_v b join scheduling.groups g using (group_id)"
        "  where b.room_id = $1 and b.ends_at > common.civil_now())"
        " select $3::bigint, name || ' has ' || places || ' places in this room'"
        "  from scheduling.groups where room_id = $1 and places > $4"
        " union all select $3::bigint, name || ' has ' || max(places) || ' places in this room on '"
        "   || min(starts)::date from held where places > $4 and name not in"
        "   (select g.name from scheduling.groups g where g.room_id = $1) group by name"
        " union all select $5::bigint, name || ' meets here on '"
        "   || to_char(min(starts), 'YYYY-MM-DD HH24:MI') || ': move the meeting first' from held"
        "  where $7 and not exists (select from unnest($6::text[]) h"
        "   where split_part(h, ' ', 1)::int = extract(isodow from starts) - 1"
        "    and split_part(h, ' ', 2)::time <= starts::time"
        "    and split_part(h, ' ', 3)::interval >= ends - starts::date) group by name"
        " union all select $8::bigint, min(g.name) || ' meets in the house: leaders come there "
        "from'"
        "   || ' where it lies now' from scheduling.groups g join scheduling.site s using (site_id)"
        "  where g.site_id = $2 and s.district <> $9 and g.state in"
        "   ('collecting', 'booked', 'offered', 'confirmed', 'running') having count(*) > 0"
        " union all select $10::bigint, 'a house whose address is secret is withheld'"
        "  from scheduling.site s where s.site_id = $2"
        "   and coalesce($12, s.discretion) = 'secret'"
        "   and not coalesce($11::boolean, s.withheld)"};
    struct params *params = params_new(sheet->arena);
    struct rows *rows;

    param_uuid(params, found->id);
    param_uuid(params, found->house);
    param_int(params, ROOM_CAPACITY);
    param_int(params, told->capacity);
    param_int(params, ROOM_HOURS);
    param_list(params, &told->hours);
    param_int(params, ROOM_DISTRICT);
    param_text(params, told->district);
    param_int(params, ROOM_WITHHELD);
    param_string(params, told->withheld);
    param_string(params, told->discretion);
    if (!tx_query(tx, &guard, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        sheet_wrong(sheet, told->row, (size_t)row_int(rows, i, 0), "%s", row_text(rows, i, 1).data);
    return true;
}

static bool write_house(struct tx *tx, struct arena *arena, const struct room_told *told,
    struct uuid *house, struct error *error)
{
    static const struct statement make = {"room_import_house",
        "insert into scheduling.site as s (site_id, name, district, withheld, discretion)"
        " values ($1, $2, $3, coalesce($4::boolean, $5 is not distinct from 'secret'),"
        "  coalesce($5, 'ordinary')) on conflict (site_id) do update set district = $3,"
        "  withheld = coalesce($4::boolean, s.withheld), discretion = coalesce($5, s.discretion)"
        "  where (s.district, s.withheld, s.discretion) is distinct from ($3,"
        "   coalesce($4::boolean, s.withheld), coalesce($5, s.discretion))"};
    struct params *params = params_new(arena);

    if (uuid_absent(*house))
        *house = uuid_new(clock_now_ms());
    param_uuid(params, *house);
    param_text(params, told->site);
    param_text(params, told->district);
    param_string(params, told->withheld);
    param_string(params, told->discretion);
    return tx_run(tx, &make, params, error);
}

static bool write_room(struct tx *tx, struct arena *arena, const struct room_told *told,
    const struct register_found *found, struct error *error)
{
    static const struct statement make = {"room_import_room",
        "with t as (insert into scheduling.room_tag (room_id, need)"
        "  select $1, unnest($6::text[]) where $7 on conflict do nothing),"
        " u as (delete from scheduling.room_tag where room_id = $1 and $7"
        "  and need <> all ($6::text[]))"
        " insert into scheduling.room as r (room_id, site_id, name, capacity, cost, equipment)"
        " values ($1, $2, $3, $4, coalesce($5, 0), case when $9 then $8::text[] else '{}' end)"
        " on conflict (room_id) do update set capacity = $4, cost = coalesce($5, r.cost),"
        "  equipment = case when $9 then $8::text[] else r.equipment end"};
    struct params *params = params_new(arena);

    param_uuid(params, found->id);
    param_uuid(params, found->house);
    param_text(params, told->name);
    param_int(params, told->capacity);
    param_int(params, told->cost);
    param_list(params, &told->access);
    param_list(params, &told->equipment);
    return tx_run(tx, &make, params, error);
}

/* Other hours hold from today on; those that did until now are history. */
static bool write_hours(struct tx *tx, struct arena *arena, const struct room_told *told,
    const struct register_found *found, struct error *error)
{
    static const struct statement end = {"room_import_hours_end",
        "update scheduling.room_hours set valid_to = common.today() - 1 where room_id = $1"
        " and valid_from < common.today() and coalesce(valid_to, common.today()) >= "
        "common.today()"};
    static const struct statement drop = {"room_import_hours_drop",
        "delete from scheduling.room_hours where room_id = $1 and valid_from >= common.today()"};
    static const struct statement put = {"room_import_hours",
        "insert into scheduling.room_hours (room_id, weekday, opens, closes, valid_from)"
        " select $1, split_part(h, ' ', 1)::smallint, split_part(h, ' ', 2)::time,"
        "  split_part(h, ' ', 3)::time, common.today() from unnest($2::text[]) h"};
    struct params *params = params_new(arena), *which = params_new(arena);

    if (!told->hours.said)
        return true;
    param_uuid(which, found->id);
    param_uuid(params, found->id);
    param_texts(params, told->hours.items, sizeof *told->hours.items, told->hours.count);
    return tx_run(tx, &end, which, error) && tx_run(tx, &drop, which, error) &&
           tx_run(tx, &put, params, error);
}

bool room_import_write(struct tx *tx, struct arena *arena, const struct room_told *told,
    struct register_found *found, struct error *error)
{
    const bool hours = uuid_absent(found->id) ||
                       (found->changed.data && strstr(found->changed.data, "hours") != NULL);

    if (uuid_absent(found->id))
        found->id = uuid_new(clock_now_ms());
    return write_house(tx, arena, told, &found->house, error) &&
           write_room(tx, arena, told, found, error) &&
           (!hours || write_hours(tx, arena, told, found, error));
}
