/*
 * Each table goes in as whole columns of text; casts and constraints tell what is wrong with them.
 * Ids are made of the tables' own keys, so that a second loading finds the rows of the first.
 * Lists inside a cell have spaces between their items.
 */
#include "services/gruppstod/city_store.h"

#include <string.h>

#include "common/check.h"

/* A weekly time as people write it, e.g. mon16:30. A time that is no slot of the city gives NULL,
 * which the table refuses. */
#define SLOT_OF(word)                                                                              \
    "(select s.slot from scheduling.slot s where s.starts = substr(" word ", 4)::time and"         \
    " s.weekday = array_position(array['mon','tue','wed','thu','fri','sat','sun'], left(" word     \
    ", 3)) - 1)"

static const struct city_part parts[] = {
    {"districts.csv", {"code", "name", "region", "valid_from", "valid_to"},
        {"city_districts",
            "insert into scheduling.district (code, name, region, valid_from, valid_to)"
            " select c, n, r, f::date, t::date"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
            "  x (c, n, r, f, t) where $6::date is not null"
            " on conflict (code) do update set name = excluded.name, region = excluded.region,"
            "  valid_from = excluded.valid_from, valid_to = excluded.valid_to"}},
    {"slots.csv", {"slot", "weekday", "starts"},
        {"city_slots", "insert into scheduling.slot (slot, weekday, starts)"
                       " select s::smallint, w::smallint, t::time"
                       " from unnest($1::text[], $2::text[], $3::text[]) x (s, w, t)"
                       " where $4::date is not null"
                       " on conflict (slot) do update set weekday = excluded.weekday,"
                       "  starts = excluded.starts"}},
    {"terms.csv", {"school_year", "term", "term_start", "term_end"},
        {"city_terms",
            "insert into scheduling.term (school_year, season, first_day, last_day)"
            " select distinct y, s, f::date, l::date"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[]) x (y, s, f, l)"
            " where $5::date is not null"
            " on conflict (municipality_id, school_year, season) do update"
            "  set first_day = excluded.first_day, last_day = excluded.last_day, by_rule = false"}},
    {"terms.csv", {"school_year", "break_name", "break_start", "break_end"},
        {"city_breaks",
            "insert into scheduling.school_break (school_year, name, first_day, last_day)"
            " select y, n, f::date, l::date"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[]) x (y, n, f, l)"
            " where $5::date is not null"
            " on conflict (municipality_id, school_year, name) do update"
            "  set first_day = excluded.first_day, last_day = excluded.last_day, by_rule = false"}},
    {"group_names.csv", {"name"},
        {"city_names", "insert into scheduling.group_name (name, ord)"
                       " select n, o from unnest($1::text[]) with ordinality x (n, o)"
                       " where $2::date is not null"
                       " on conflict (municipality_id, name) do update set ord = excluded.ord"}},
    {"programmes.csv", {"key", "name", "situation", "made_up", "format", "board_needed"},
        {"city_programmes",
            "insert into scheduling.programme (programme_id, name, situation, made_up, format,"
            "  board_needed)"
            " select md5('programme/' || k)::uuid, n, s, m::boolean, f, b::boolean"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])"
            "  x (k, n, s, m, f, b) where $7::date is not null"
            " on conflict (programme_id) do update set name = excluded.name,"
            "  made_up = excluded.made_up, board_needed = excluded.board_needed"}},
    {"programmes.csv", {"key", "board"},
        {"city_boards",
            "insert into scheduling.programme_board (programme_id, decided_on, number)"
            " select md5('programme/' || k)::uuid, $3::date + split_part(b, ' ', 1)::int,"
            "  split_part(b, ' ', 2) from unnest($1::text[], $2::text[]) x (k, b)"
            " where b is not null on conflict do nothing"}},
    {"programmes.csv",
        {"key", "minutes", "least", "margin", "most", "parents", "parent_leaders", "entry",
            "entry_meeting", "themes", "level", "joint", "documentation", "intake", "quota",
            "shared_employers", "approved_by", "meets_before"},
        {"city_versions",
            "insert into scheduling.programme_version (programme_id, version, valid_from, minutes,"
            "  least, margin, most, parents, parent_leaders, entry, entry_meeting, themes, level,"
            "  joint, documentation, intake, quota, shared_employers, approved_by, approved_on,"
            "  meets_before)"
            " select md5('programme/' || k)::uuid, 1, $19::date - 365, i::smallint, l::smallint,"
            "  g::smallint, m::smallint, p, q::smallint, e, f::smallint, string_to_array(t, ' / '),"
            "  v, coalesce(string_to_array(j, ' '), '{}')::smallint[], d, n, o::smallint,"
            "  h::boolean, r, case when r is not null then $19::date - 400 end,"
            "  b::boolean"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
            "  $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],"
            "  $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[])"
            "  x (k, i, l, g, m, p, q, e, f, t, v, j, d, n, o, h, r, b)"
            " on conflict (programme_id, version) do nothing"}},
    {"programmes.csv", {"key", "material"},
        {"city_material",
            "insert into scheduling.programme_material (programme_id, version, meeting_no, things)"
            " select md5('programme/' || k)::uuid, 1, n, trim(t)"
            " from unnest($1::text[], $2::text[]) x (k, m),"
            "  unnest(string_to_array(m, ' / ')) with ordinality u (t, n)"
            " where $3::date is not null and trim(t) <> '' on conflict do nothing"}},
    {"programmes.csv", {"key", "bands"},
        {"city_bands",
            "insert into scheduling.programme_band (programme_id, version, age_from, age_to)"
            " select md5('programme/' || k)::uuid, 1, split_part(b, '-', 1)::smallint,"
            "  split_part(b, '-', 2)::smallint"
            " from unnest($1::text[], $2::text[]) x (k, bs), string_to_table(bs, ' ') b"
            " where $3::date is not null on conflict do nothing"}},
    {"programmes.csv", {"key", "windows"},
        {"city_windows",
            "insert into scheduling.programme_window (programme_id, version, opens, closes)"
            " select md5('programme/' || k)::uuid, 1, split_part(w, '-', 1)::smallint,"
            "  split_part(w, '-', 2)::smallint"
            " from unnest($1::text[], $2::text[]) x (k, ws), string_to_table(ws, ' ') w"
            " where $3::date is not null on conflict do nothing"}},
    {"leaders.csv",
        {"key", "work_name", "employment", "home", "home_unit", "led", "parents", "max_groups",
            "contract_from", "contract_until", "employer"},
        {"city_leaders",
            "insert into scheduling.leader (leader_id, work_name, employment, home, home_unit,"
            "  led_before, experienced, parents, max_groups, contract_from, contract_until,"
            "  employer, email)"
            " select md5('leader/' || k)::uuid, n, e, h, u, x::smallint,"
            "  x::int >= r.experienced_after, p::boolean, g::smallint, $12::date + f::int,"
            "  $12::date + t::int, b, replace(lower(k), '_', '.') || '@arbete.example.org'"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
            "  $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])"
            "  y (k, n, e, h, u, x, p, g, f, t, b), scheduling.leader_rule r"
            " on conflict (leader_id) do update set max_groups = excluded.max_groups,"
            "  contract_until = excluded.contract_until, email = excluded.email"}},
    {"leaders.csv", {"key", "trainings", "contract_from"},
        {"city_trainings",
            "insert into scheduling.leader_training (leader_id, situation, level, valid_from,"
            "  valid_until)"
            " select l.id, split_part(t, ':', 1), split_part(t, ':', 2), $4::date + f::int,"
            "  $4::date + nullif(split_part(t, ':', 3), '')::int"
            " from unnest($1::text[], $2::text[], $3::text[]) x (k, ts, f),"
            "  lateral (select md5('leader/' || k)::uuid as id) l, string_to_table(ts, ' ') t"
            " where not exists (select from scheduling.leader_training old"
            "  where old.leader_id = l.id and old.situation = split_part(t, ':', 1))"}},
    {"leaders.csv", {"key", "release"},
        {"city_releases",
            "insert into scheduling.leader_release (leader_id, school_year, season, hours_week)"
            " select md5('leader/' || k)::uuid, t.school_year, t.season, h::smallint"
            " from unnest($1::text[], $2::text[]) x (k, h), scheduling.term t"
            " where t.last_day >= $3::date on conflict do nothing"}},
    {"leaders.csv", {"key", "languages"},
        {"city_leader_languages",
            "insert into scheduling.leader_language (leader_id, language)"
            " select md5('leader/' || k)::uuid, l"
            " from unnest($1::text[], $2::text[]) x (k, ls), string_to_table(ls, ' ') l"
            " where $3::date is not null on conflict do nothing"}},
    {"leaders.csv", {"key", "districts"},
        {"city_leader_districts",
            "insert into scheduling.leader_district (leader_id, district)"
            " select md5('leader/' || k)::uuid, d"
            " from unnest($1::text[], $2::text[]) x (k, ds), unnest(case when ds = 'all'"
            "  then array(select code from scheduling.district) else string_to_array(ds, ' ') end) "
            "d"
            " where $3::date is not null on conflict do nothing"}},
    {"leaders.csv", {"key", "slots"},
        {"city_leader_slots",
            "insert into scheduling.leader_slot (leader_id, slot)"
            " select md5('leader/' || k)::uuid, " SLOT_OF(
                "w") " from unnest($1::text[], $2::text[]) x (k, ws), string_to_table(ws, ' ') w"
                     " where $3::date is not null on conflict do nothing"}},
    {"sites.csv", {"key", "name", "district", "withheld", "discretion"},
        {"city_sites", "insert into scheduling.site (site_id, name, district, withheld, discretion)"
                       " select md5('site/' || k)::uuid, n, d, w::boolean, c"
                       " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
                       "  x (k, n, d, w, c) where $6::date is not null"
                       " on conflict (site_id) do update set name = excluded.name,"
                       "  withheld = excluded.withheld, discretion = excluded.discretion"}},
    {"rooms.csv", {"key", "site", "name", "capacity", "cost"},
        {"city_rooms",
            "insert into scheduling.room (room_id, site_id, name, capacity, cost)"
            " select md5('room/' || k)::uuid, md5('site/' || s)::uuid, n, c::smallint, o::smallint"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
            "  x (k, s, n, c, o) where $6::date is not null"
            " on conflict (room_id) do update set name = excluded.name, cost = excluded.cost"}},
    {"rooms.csv", {"key", "tags"},
        {"city_room_tags",
            "insert into scheduling.room_tag (room_id, need)"
            " select md5('room/' || k)::uuid, t"
            " from unnest($1::text[], $2::text[]) x (k, ts), string_to_table(ts, ' ') t"
            " where $3::date is not null on conflict do nothing"}},
    {"rooms.csv", {"key", "slots"},
        {"city_room_slots",
            "insert into scheduling.room_slot (room_id, slot)"
            " select md5('room/' || k)::uuid, " SLOT_OF(
                "w") " from unnest($1::text[], $2::text[]) x (k, ws), string_to_table(ws, ' ') w"
                     " where $3::date is not null on conflict do nothing"}},
};

const struct city_part *city_parts(size_t *count)
{
    *count = COUNT(parts);
    return parts;
}

bool city_load_part(struct tx *tx, struct arena *arena, const struct city_part *part,
    const struct csv *csv, int32_t today, struct error *error)
{
    struct params *params = params_new(arena);
    size_t column;

    for (size_t i = 0; i < CITY_COLUMNS_MOST && part->columns[i]; i++) {
        if (!csv_column(csv, part->columns[i], &column, error))
            return false;
        param_texts(params, CSV_COLUMN(csv, column), csv->rows);
    }
    param_day(params, today);
    return tx_run(tx, &part->statement, params, error);
}

bool city_load_travel(struct tx *tx, struct arena *arena, const struct text *codes, size_t count,
    const int64_t *minutes, struct error *error)
{
    static const struct statement load = {"city_travel",
        "insert into scheduling.travel (from_district, to_district, minutes)"
        " select ($1::text[])[(n - 1) / cardinality($1) + 1],"
        "  ($1::text[])[(n - 1) % cardinality($1) + 1], m"
        " from unnest($2::bigint[]) with ordinality x (m, n)"
        " on conflict (from_district, to_district) do update set minutes = excluded.minutes"};
    struct params *params = params_new(arena);

    param_texts(params, codes, sizeof *codes, count);
    param_ints(params, minutes, sizeof *minutes, count * count);
    return tx_run(tx, &load, params, error);
}

static bool load_days(struct tx *tx, struct arena *arena, const struct statement *load,
    const struct city_days *days, size_t count, struct error *error)
{
    struct params *params = params_new(arena);

    param_texts(params, COLUMN(days, school_year), count);
    param_texts(params, COLUMN(days, name), count);
    param_days(params, COLUMN(days, first), count);
    param_days(params, COLUMN(days, last), count);
    return tx_run(tx, load, params, error);
}

bool city_load_terms(struct tx *tx, struct arena *arena, const struct city_days *terms,
    size_t count, struct error *error)
{
    static const struct statement load = {"city_reckoned_terms",
        "insert into scheduling.term (school_year, season, first_day, last_day, by_rule)"
        " select y, n, f, l, true"
        " from unnest($1::text[], $2::text[], $3::date[], $4::date[]) x (y, n, f, l)"
        " on conflict do nothing"};

    return load_days(tx, arena, &load, terms, count, error);
}

bool city_load_breaks(struct tx *tx, struct arena *arena, const struct city_days *breaks,
    size_t count, struct error *error)
{
    static const struct statement load = {"city_reckoned_breaks",
        "insert into scheduling.school_break (school_year, name, first_day, last_day, by_rule)"
        " select y, n, f, l, true"
        " from unnest($1::text[], $2::text[], $3::date[], $4::date[]) x (y, n, f, l)"
        " on conflict do nothing"};

    return load_days(tx, arena, &load, breaks, count, error);
}

bool city_load_holidays(struct tx *tx, struct arena *arena, const struct city_holiday *holidays,
    size_t count, struct error *error)
{
    static const struct statement load = {"city_holidays",
        "insert into scheduling.free_day (day, name)"
        " select * from unnest($1::date[], $2::text[]) on conflict do nothing"};
    struct params *params = params_new(arena);

    param_days(params, COLUMN(holidays, day), count);
    param_texts(params, COLUMN(holidays, name), count);
    return tx_run(tx, &load, params, error);
}

static void read_wanted(
    const struct rows *rows, size_t row, struct arena *arena, struct group_wanted *wanted)
{
    *wanted = (struct group_wanted){
        .group_id = row_uuid(rows, row, 0),
        .programme_id = row_uuid(rows, row, 1),
        .situation = (enum situation)row_name(rows, row, 2, situation_names, SITUATION_COUNT),
        .language = row_text(rows, row, 3),
        .age_from = row_int(rows, row, 4),
        .age_to = row_int(rows, row, 5),
        .sex = (enum sex)row_name(rows, row, 6, sex_names, SEX_COUNT),
        .slot = row_int(rows, row, 7),
        .room_id = row_uuid(rows, row, 8),
        .parent_room_id = row_uuid(rows, row, 9),
        .latest_day = DAY_ABSENT,
        .earliest_day = DAY_ABSENT, /* the caller's */
        .least = row_int(rows, row, 12),
        .most = row_int(rows, row, 13),
    };
    wanted->leader_ids_count = row_uuids(rows, row, 10, arena, &wanted->leader_ids);
    wanted->parent_leader_ids_count = row_uuids(rows, row, 11, arena, &wanted->parent_leader_ids);
}

/* A group's id is made of its key and the half-year. */
bool city_find_standing(struct tx *tx, struct arena *arena, const struct csv *csv, int32_t today,
    struct group_wanted **wanted, size_t *count, struct error *error)
{
    static const char *const columns[] = {"key", "programme", "language", "age_from", "age_to",
        "sex", "slot", "room", "leaders", "parent_room", "parent_leaders", "least", "most"};
    static const struct statement find = {"city_standing",
        "select g.id, p.programme_id, p.situation, l, a::bigint, b::bigint, x, " SLOT_OF(
            "s") ", md5('room/' || r)::uuid, md5('room/' || pr)::uuid,"
                 " array(select md5('leader/' || w)::uuid from string_to_table(ls, ' ') w),"
                 " array(select md5('leader/' || w)::uuid from string_to_table(pls, ' ') w),"
                 " f::bigint, m::bigint"
                 " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], "
                 "$6::text[],"
                 "  $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], "
                 "$13::text[])"
                 "  y (k, p, l, a, b, x, s, r, ls, pr, pls, f, m)"
                 " cross join lateral (select md5('group/' || k || '/' || extract(year from "
                 "$14::date)"
                 "  || case when extract(month from $14::date) < 7 then 'a' else 'b' end)::uuid as "
                 "id) g"
                 " join scheduling.programme p on p.programme_id = md5('programme/' || y.p)::uuid"
                 " where not exists (select from scheduling.group_v v where v.group_id = g.id)"
                 "  and not exists (select from ledger.scheduling q where q.subject = g.id)"};
    struct params *params = params_new(arena);
    struct rows *rows;
    size_t column;

    for (size_t i = 0; i < COUNT(columns); i++) {
        if (!csv_column(csv, columns[i], &column, error))
            return false;
        param_texts(params, CSV_COLUMN(csv, column), csv->rows);
    }
    param_day(params, today);
    if (!tx_query(tx, &find, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *wanted = ARENA_ARRAY(arena, struct group_wanted, *count);
    for (size_t i = 0; i < *count; i++)
        read_wanted(rows, i, arena, &(*wanted)[i]);
    return true;
}
