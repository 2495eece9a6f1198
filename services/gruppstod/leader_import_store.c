/* A leader's row of a table. The address at work tells who it is; a leader without one is known by
 * name and unit. */
#include "common/check.h"
#include "common/clock.h"
#include "services/gruppstod/register_store.h"

static void param_list(struct params *params, const struct sheet_list *list)
{
    param_texts(params, list->items, sizeof *list->items, list->count);
    param_bool(params, list->said);
}

static const struct statement look = {"leader_import_look",
    "with who as (select l.* from scheduling.leader l where lower(l.email) = lower($2)"
    "  union all select l.* from scheduling.leader l"
    "  where l.work_name = $1 and l.home_unit = $3 and ($2::text is null or l.email is null)"
    "   and not exists (select from scheduling.leader m where lower(m.email) = lower($2))),"
    " today as (select common.today() as day)"
    " select w.leader_id, nullif(array_to_string(array["
    "  case when w.work_name <> $1 then 'name' end,"
    "  case when lower(w.email) is distinct from lower(coalesce($2, w.email)) then 'email' end,"
    "  case when w.home_unit <> $3 then 'unit' end,"
    "  case when w.employment <> $4 then 'kind' end,"
    "  case when w.employer <> $5 then 'employer' end,"
    "  case when w.home <> $6 then 'district' end,"
    "  case when w.parents <> $7::boolean then 'parents' end,"
    "  case when w.active <> $8::boolean then 'active' end,"
    "  case when w.max_groups <> $9 then 'max_groups' end,"
    "  case when w.led_before <> $10 then 'led' end,"
    "  case when w.contract_from <> $11 then 'contract_from' end,"
    "  case when w.contract_until <> $12 then 'contract_to' end,"
    "  case when $13::bigint <> coalesce((select bit_or(1::bigint << s.slot)"
    "   from scheduling.leader_slot s where s.leader_id = w.leader_id), 0) then 'slots' end,"
    "  case when $14::bigint is not null and exists (select from scheduling.term t"
    "   where t.last_day >= today.day and t.first_day <= $12 and $14 is distinct from"
    "    (select r.hours_week from scheduling.leader_release r"
    "     where r.leader_id = w.leader_id and (r.municipality_id, r.school_year, r.season)"
    "      = (t.municipality_id, t.school_year, t.season))) then 'release' end,"
    "  case when $16 and array(select unnest($15::text[]) order by 1) is distinct from"
    "   array(select d.district from scheduling.leader_district d"
    "    where d.leader_id = w.leader_id order by 1) then 'districts' end,"
    "  case when $18 and array(select unnest($17::text[]) order by 1) is distinct from"
    "   array(select a.language from scheduling.leader_language a"
    "    where a.leader_id = w.leader_id order by 1) then 'languages' end,"
    "  case when $20 and exists (select from (select concat_ws(':', t.situation, t.level,"
    "     t.valid_from, coalesce(t.valid_until::text, '')) as told, t.valid_until"
    "    from scheduling.leader_training t where t.leader_id = w.leader_id) there"
    "    full join unnest($19::text[]) said (told) using (told)"
    "    where said.told is null and coalesce(there.valid_until, today.day) >= today.day"
    "     or there.told is null) then 'trainings' end], ', '), '')"
    " from who w, today"};

bool leader_import_look(struct tx *tx, struct arena *arena, const struct leader_told *told,
    struct register_found *found, struct error *error)
{
    struct params *params = params_new(arena);
    struct rows *rows;

    param_text(params, told->name);
    param_text(params, told->email);
    param_text(params, told->unit);
    param_string(params, told->kind);
    param_text(params, told->employer);
    param_text(params, told->home);
    param_string(params, told->parents);
    param_string(params, told->active);
    param_int(params, told->max_groups);
    param_int(params, told->led);
    param_day(params, told->contract_from);
    param_day(params, told->contract_to);
    param_int(params, told->slots);
    param_int(params, told->release);
    param_list(params, &told->districts);
    param_list(params, &told->languages);
    param_list(params, &told->trainings);
    if (!tx_query(tx, &look, params, &rows, error))
        return false;
    *found = (struct register_found){.matches = rows_count(rows)};
    if (rows_count(rows) == 1) {
        const struct text changed = row_text(rows, 0, 1);
        found->id = row_uuid(rows, 0, 0);
        found->changed =
            changed.data
                ? (struct text){arena_copy(arena, changed.data, changed.length), changed.length}
                : changed;
    }
    return true;
}

static const struct statement guard = {"leader_import_guard",
    "with led as materialized (select d.group_id, d.name, d.day, g.situation, v.level"
    "  from scheduling.leader_day_v d join scheduling.groups g using (group_id)"
    "  join scheduling.programme_version v"
    "   on v.programme_id = g.programme_id and v.version = g.programme_version"
    "  where d.leader_id = $1 and d.state = 'planned')"
    " select $2::bigint, max(name) || ' meets on ' || max(day) || ': the contract lasts until"
    " then, or somebody else is found first' from led where day > $3 group by name"
    " union all select $4::bigint, max(name) || ' meets on ' || min(day) || ': the contract"
    " has begun by then, or somebody else is found first' from led where day < $5"
    "  group by name"
    " union all select $6::bigint, name || ' meets until ' || max(day) || ': somebody else is"
    " found first' from led where $7 = 'false' group by name"
    " union all select $8::bigint, name || ' meets on ' || min(day) || ' and wants '"
    "   || min(situation) || ', ' || min(level) || ', on that day' from led"
    "  where $10 and not exists (select from unnest($9::text[]) t"
    "   where split_part(t, ':', 1) = led.situation"
    "    and scheduling.level_rank(split_part(t, ':', 2)) >= scheduling.level_rank(led.level)"
    "    and split_part(t, ':', 3)::date <= led.day"
    "    and (split_part(t, ':', 4) = '' or split_part(t, ':', 4)::date >= led.day))"
    "  group by name"
    " union all select $11::bigint, 'the week of ' || min(w.monday) || ' has '"
    "   || max(w.minutes) / 60 || ' hours booked' from ("
    "   select date_trunc('week', h.day::timestamp)::date as monday, sum(h.minutes) as minutes"
    "   from scheduling.leader_hours_v h where h.leader_id = $1 and not h.used group by 1) w"
    "  where w.minutes > $12 * 60 having count(*) > 0"
    " union all select $13::bigint, 'is the experienced one of '"
    "   || string_agg(g.name, ', ' order by g.name) || ', which so few meetings do not tell'"
    "  from scheduling.group_leader p join scheduling.groups g using (group_id)"
    "  join scheduling.leader l using (leader_id), scheduling.leader_rule r"
    "  where p.leader_id = $1 and p.part = 'child' and p.post = 1 and l.experience_said is null"
    "   and $14 + (select count(*) from scheduling.leader_day_v d"
    "    where d.leader_id = $1 and d.state = 'held') < r.experienced_after"
    "  having count(*) > 0"
    " union all select $15::bigint, 'leads the parents of '"
    "   || string_agg(g.name, ', ' order by g.name)"
    "  from scheduling.group_leader p join scheduling.groups g using (group_id)"
    "  where p.leader_id = $1 and p.part = 'parent' and p.post = 1 and $16 = 'false'"
    "  having count(*) > 0"};

/* The reasons of the triggers of 091_leaders.sql, all at once and in words. */
bool leader_import_guard(struct tx *tx, const struct leader_told *told, struct uuid leader_id,
    struct sheet *sheet, struct error *error)
{
    struct params *params = params_new(sheet->arena);
    struct rows *rows;

    param_uuid(params, leader_id);
    param_int(params, LEADER_CONTRACT_TO);
    param_day(params, told->contract_to);
    param_int(params, LEADER_CONTRACT_FROM);
    param_day(params, told->contract_from);
    param_int(params, LEADER_ACTIVE);
    param_string(params, told->active);
    param_int(params, LEADER_TRAININGS);
    param_list(params, &told->trainings);
    param_int(params, LEADER_RELEASE);
    param_int(params, told->release);
    param_int(params, LEADER_LED);
    param_int(params, told->led);
    param_int(params, LEADER_PARENTS);
    param_string(params, told->parents);
    if (!tx_query(tx, &guard, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++)
        sheet_wrong(sheet, told->row, (size_t)row_int(rows, i, 0), "%s", row_text(rows, i, 1).data);
    return true;
}

static bool write_leader(struct tx *tx, struct params *params, struct error *error)
{
    static const struct statement write = {"leader_import_write",
        "insert into scheduling.leader as l (leader_id, work_name, email, home_unit, employment,"
        "  employer, home, parents, active, max_groups, led_before, contract_from, contract_until,"
        "  experienced)"
        " select $1, $2, $3, $4, $5, coalesce($6, 'Kommunen'), $7, coalesce($8::boolean, false),"
        "  coalesce($9::boolean, true), coalesce($10, 2), coalesce($11, 0), $12, $13,"
        "  coalesce($11, 0) >= r.experienced_after from scheduling.leader_rule r"
        " on conflict (leader_id) do update set work_name = $2, email = coalesce($3, l.email),"
        "  home_unit = $4, employment = $5, employer = coalesce($6, l.employer), home = $7,"
        "  parents = coalesce($8::boolean, l.parents), active = coalesce($9::boolean, l.active),"
        "  max_groups = coalesce($10, l.max_groups), led_before = coalesce($11, l.led_before),"
        "  contract_from = $12, contract_until = $13, experienced = coalesce(l.experience_said,"
        "   coalesce($11, l.led_before) + (select count(*) from scheduling.leader_day_v d"
        "    where d.leader_id = l.leader_id and d.state = 'held') >= (select r.experienced_after"
        "     from scheduling.leader_rule r where r.municipality_id = l.municipality_id))"};

    return tx_run(tx, &write, params, error);
}

static bool write_lists(struct tx *tx, struct arena *arena, const struct leader_told *told,
    struct uuid id, struct error *error)
{
    static const struct statement put = {"leader_import_lists",
        "with d as (insert into scheduling.leader_district (leader_id, district)"
        "  select $1, unnest($2::text[]) where $3 on conflict do nothing),"
        " d0 as (insert into scheduling.leader_district (leader_id, district)"
        "  select $1, $8 where not $3 and not exists (select from scheduling.leader_district o"
        "   where o.leader_id = $1) on conflict do nothing),"
        " a as (insert into scheduling.leader_language (leader_id, language)"
        "  select $1, unnest($4::text[]) where $5 on conflict do nothing),"
        " a0 as (insert into scheduling.leader_language (leader_id, language)"
        "  select $1, 'sv' where not $5 and not exists (select from scheduling.leader_language o"
        "   where o.leader_id = $1) on conflict do nothing),"
        " s as (insert into scheduling.leader_slot (leader_id, slot)"
        "  select $1, slot from scheduling.slot_v where $6::bigint >> slot & 1 = 1"
        "  on conflict do nothing),"
        " e as (delete from scheduling.leader_district where leader_id = $1 and $3"
        "  and district <> all ($2::text[])),"
        " b as (delete from scheduling.leader_language where leader_id = $1 and $5"
        "  and language <> all ($4::text[])),"
        " z as (insert into scheduling.leader_release as r (leader_id, school_year, season,"
        "   hours_week, municipality_id) select $1, school_year, season, $7, municipality_id"
        "  from scheduling.term where $7::bigint is not null and last_day >= common.today()"
        "   and first_day <= $9::date on conflict (leader_id, school_year, season)"
        "   do update set hours_week = excluded.hours_week"
        "   where r.hours_week <> excluded.hours_week)"
        " delete from scheduling.leader_slot where leader_id = $1"
        "  and $6::bigint >> slot & 1 = 0"};
    struct params *params = params_new(arena);

    param_uuid(params, id);
    param_list(params, &told->districts);
    param_list(params, &told->languages);
    param_int(params, told->slots);
    param_int(params, told->release);
    param_text(params, told->home);
    param_day(params, told->contract_to);
    return tx_run(tx, &put, params, error);
}

/* First what is new, then what is no more: in between a leader has both. What ended before today is
 * history and stays. */
static bool write_trainings(struct tx *tx, struct arena *arena, const struct leader_told *told,
    struct uuid id, struct error *error)
{
    static const struct statement put = {"leader_import_trainings",
        "insert into scheduling.leader_training as o (leader_id, situation, level, valid_from,"
        "  valid_until) select $1, split_part(t, ':', 1), split_part(t, ':', 2),"
        "  split_part(t, ':', 3)::date, nullif(split_part(t, ':', 4), '')::date"
        " from unnest($2::text[]) t on conflict (leader_id, situation, valid_from) do update"
        "  set level = excluded.level, valid_until = excluded.valid_until"
        "  where (o.level, o.valid_until) is distinct from (excluded.level, excluded.valid_until)"};
    static const struct statement take = {"leader_import_trainings_gone",
        "delete from scheduling.leader_training o where leader_id = $1 and $3"
        " and coalesce(valid_until, common.today()) >= common.today()"
        " and not exists (select from unnest($2::text[]) t"
        "  where split_part(t, ':', 1) = o.situation and split_part(t, ':', 3)::date = "
        "o.valid_from)"};
    struct params *params = params_new(arena);

    param_uuid(params, id);
    param_list(params, &told->trainings);
    return tx_run(tx, &put, params, error) && tx_run(tx, &take, params, error);
}

bool leader_import_write(struct tx *tx, struct arena *arena, const struct leader_told *told,
    struct register_found *found, struct error *error)
{
    struct params *params = params_new(arena);

    if (uuid_absent(found->id))
        found->id = uuid_new(clock_now_ms());
    param_uuid(params, found->id);
    param_text(params, told->name);
    param_text(params, told->email);
    param_text(params, told->unit);
    param_string(params, told->kind);
    param_text(params, told->employer);
    param_text(params, told->home);
    param_string(params, told->parents);
    param_string(params, told->active);
    param_int(params, told->max_groups);
    param_int(params, told->led);
    param_day(params, told->contract_from);
    param_day(params, told->contract_to);
    return write_leader(tx, params, error) && write_lists(tx, arena, told, found->id, error) &&
           write_trainings(tx, arena, told, found->id, error);
}
