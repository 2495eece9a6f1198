/* Ids are a kind and a number, so that the bench knows them without asking. */
#include "services/gruppstod/bench_groups_store.h"

#include "services/gruppstod/bench_store.h"

bool bench_make_rooms(struct bench *bench, int64_t rooms, struct error *error)
{
    static const char script[] =
        "create function pg_temp.id(kind int, n bigint) returns uuid language sql immutable as"
        " $$select (lpad(to_hex(kind), 8, '0') || '-0000-0000-0000-' ||"
        " lpad(to_hex(n), 12, '0'))::uuid$$;"
        "insert into scheduling.district (code, name, region, valid_from)"
        " values ('stad', 'Stad', 'Stad', '2007-01-01');"
        "insert into scheduling.travel values ('stad', 'stad', 10);"
        "insert into scheduling.slot (slot, weekday, starts) select n, n / 4,"
        " time '09:00' + make_interval(hours => 2 * (n %% 4)) from generate_series(0, 19) n;"
        "insert into scheduling.term (school_year, season, first_day, last_day)"
        " select y || '/' || right((y + 1)::text, 2), s, make_date(y + n, f, 8),"
        " make_date(y + n, l, 20) from generate_series(2025, 2040) y,"
        " (values ('autumn', 0, 8, 12), ('spring', 1, 1, 6)) t (s, n, f, l);"
        "insert into scheduling.programme (programme_id, name, situation, made_up)"
        " values (pg_temp.id(1, 0), 'Prov', 'mental', true);"
        "insert into scheduling.programme_version (programme_id, version, valid_from, minutes,"
        " themes, least, most, parents, parent_leaders, entry, entry_meeting) select"
        " pg_temp.id(1, 0), 1, '2007-01-01', 90, array_agg('Tema ' || n order by n), 4, 8, 'no', 0,"
        " 'closed', 2 from generate_series(1, 20) n;"
        "insert into scheduling.programme_band (programme_id, version, age_from, age_to)"
        " values (pg_temp.id(1, 0), 1, 6, 12);"
        "insert into scheduling.site (site_id, name, district, withheld, discretion)"
        " values (pg_temp.id(2, 0), 'Huset', 'stad', false, 'ordinary');"
        "insert into scheduling.room (room_id, site_id, name, capacity) select pg_temp.id(3, n),"
        " pg_temp.id(2, 0), n::text, 8 from generate_series(0, %lld - 1) n;"
        "insert into scheduling.room_hours (room_id, weekday, opens, closes, valid_from)"
        " select room_id, d, '08:00', '21:00', '2007-01-01' from scheduling.room,"
        " generate_series(0, 4) d;"
        "insert into scheduling.leader (leader_id, work_name, employment, home, home_unit,"
        " experienced, parents, max_groups, contract_from, contract_until) select"
        " pg_temp.id(4, n), 'L' || n, 'fixed', 'stad', 'Enheten', true, false, 10, '2007-01-01',"
        " '2099-01-01' from generate_series(0, 8 * %lld - 1) n;"
        "insert into scheduling.leader_training (leader_id, situation, level, valid_from)"
        " select leader_id, 'mental', 'specialist', '2007-01-01' from scheduling.leader;"
        "insert into scheduling.leader_language (leader_id, language)"
        " select leader_id, 'sv' from scheduling.leader;"
        "insert into scheduling.leader_district (leader_id, district)"
        " select leader_id, 'stad' from scheduling.leader;"
        "insert into scheduling.leader_slot (leader_id, slot) select leader_id, slot"
        " from scheduling.leader, scheduling.slot;"
        "insert into scheduling.group_name (name, ord) select 'Grupp ' || n, n"
        " from generate_series(1, 50) n; analyze;";

    return bench_do(
        bench, arena_format(bench->shell.arena, script, (long long)rooms, (long long)rooms), error);
}

bool bench_look_booked(
    struct tx *tx, struct arena *arena, struct bench_booked *booked, struct error *error)
{
    static const struct statement look = {"bench_look_booked",
        "select case when n = 0 then (select count(*) from scheduling.groups) else 0 end,"
        " case when n = 0 then (select count(*) from scheduling.meeting) else 0 end, n"
        " from (select (select count(*) from ledger.scheduling) + (select count(*)"
        "  from ledger.later where receiver = 'scheduling') as n) waits"};
    struct rows *rows;

    (void)arena;
    if (!tx_query(tx, &look, NULL, &rows, error))
        return false;
    *booked = (struct bench_booked){.groups = row_int(rows, 0, 0),
        .meetings = row_int(rows, 0, 1),
        .waiting = row_int(rows, 0, 2)};
    return true;
}

bool bench_find_meeting(struct tx *tx, struct arena *arena, struct uuid group_id, int64_t number,
    struct uuid *meeting_id, struct error *error)
{
    static const struct statement find = {"bench_find_meeting",
        "select meeting_id from scheduling.meeting where group_id = $1 and meeting_no = $2"
        " and state <> 'cancelled'"};
    struct params *params = params_new(arena);
    struct rows *rows;

    param_uuid(params, group_id);
    param_int(params, number);
    if (!tx_query(tx, &find, params, &rows, error))
        return false;
    if (rows_count(rows) != 1)
        return error_set(error, ERROR_ABSENT, "a group of the bench has no such meeting");
    *meeting_id = row_uuid(rows, 0, 0);
    return true;
}

bool bench_look_act(struct tx *tx, struct arena *arena, struct uuid act_id, bool *answered,
    bool *done, struct error *error)
{
    static const struct statement look = {
        "bench_look_act", "select outcome = 'done' from scheduling.act where act_id = $1"};
    struct params *params = params_new(arena);
    struct rows *rows;

    param_uuid(params, act_id);
    if (!tx_query(tx, &look, params, &rows, error))
        return false;
    *answered = rows_count(rows) > 0;
    *done = *answered && row_bool(rows, 0, 0);
    return true;
}
