/* The superuser's side of a bench: counting, preparing, holding a snapshot. */
#include "services/gruppstod/bench_store.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/number.h"
#include "services/gruppstod/bench_city.h"
#include "services/gruppstod/cluster.h"

static PGconn *connect_admin(struct bench *bench)
{
    return PQconnectdb(
        arena_format(bench->shell.arena, "%s user=%s", bench->shell.conninfo, CLUSTER_ADMIN));
}

static bool ask(struct bench *bench, const char *sql, int64_t *number, struct error *error)
{
    PGconn *connection = connect_admin(bench);
    PGresult *result = PQexec(connection, sql);
    const bool good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;

    if (good)
        *number = number_or(PQgetvalue(result, 0, 0), INT64_MIN, INT64_MAX, 0);
    else
        error_set(error, ERROR_INPUT, "%.200s", PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
    return good;
}

bool bench_do(struct bench *bench, const char *sql, struct error *error)
{
    PGconn *connection = connect_admin(bench);
    PGresult *result = PQexec(connection, sql);
    const ExecStatusType status = PQresultStatus(result);
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

    if (!good)
        error_set(error, ERROR_INPUT, "%.200s", PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
    return good;
}

bool bench_hold_snapshot(struct bench *bench, struct error *error)
{
    PGconn *connection = connect_admin(bench);
    PGresult *result = PQexec(
        connection, "begin isolation level repeatable read; select count(*) from common.migration");

    bench->holder = connection;
    const bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    return good || error_set(error, ERROR_BUSY, "%.200s", PQerrorMessage(connection));
}

void bench_drop_snapshot(struct bench *bench)
{
    PQfinish(bench->holder); /* takes NULL */
    bench->holder = NULL;
}

bool bench_count(struct bench *bench, enum bench_count which, int64_t *count, struct error *error)
{
    static const char *const questions[] = {
        [BENCH_ACQUAINTED] = "select count(*) from ledger.lease where until - interval '3 s'"
                             " > (select max(since) + interval '100 ms' from ledger.lease)",
        [BENCH_OTHERS_RUN] = "select count(*) from ledger.lease where state = 'running'"
                             " and daemon <> 'intake'",
        [BENCH_OPEN_GROUPS] = "select count(*) from matching.open_group",
        [BENCH_GROUPS_SAID] = "select (select count(*) from ledger.scheduling)"
                              " + (select count(*) from ledger.matching)",
        [BENCH_PLACED] = "select count(*) from matching.referral where state = 'placed'",
        [BENCH_LAST_STAGE] = "select count(*) from public.bench_row where stage = 4",
    };

    return ask(bench, questions[which], count, error);
}

bool bench_await_daemons(struct bench *bench, int64_t daemons, struct error *error)
{
    int64_t acquainted = 0;

    for (int i = 0; i < 200 && acquainted < daemons; i++) {
        poll(NULL, 0, 50);
        if (!bench_count(bench, BENCH_ACQUAINTED, &acquainted, error))
            return false;
    }
    return acquainted >= daemons || error_set(error, ERROR_BUSY, "the daemons do not start");
}

bool bench_count_state(struct bench *bench, const char *state, int64_t *count, struct error *error)
{
    const char *sql = arena_format(
        bench->shell.arena, "select count(*) from matching.referral where state = '%s'", state);

    return ask(bench, sql, count, error);
}

bool bench_port(struct bench *bench, const char *daemon, int64_t *port, struct error *error)
{
    const char *sql = arena_format(bench->shell.arena,
        "select http_port from ledger.lease where daemon = '%s' and until > common.machine_now()"
        " limit 1",
        daemon);

    return ask(bench, sql, port, error);
}

bool bench_life_us(struct bench *bench, const char *share, int64_t *us, struct error *error)
{
    static const char sql[] =
        "with life as (select subject,"
        " min(handled_at) filter (where kind = 'place_offered' and receiver = 'notification')"
        " - min(said_at) filter (where kind = 'referral_received') as to_letter,"
        " max(handled_at) filter (where kind = 'referral_placed')"
        " - min(said_at) filter (where kind = 'offer_answered') as to_place"
        " from ledger.hop group by subject)"
        " select (extract(epoch from percentile_cont(%s) within group"
        " (order by to_letter + to_place)) * 1e6)::bigint from life where to_place is not null";

    return ask(bench, arena_format(bench->shell.arena, sql, share), us, error);
}

bool bench_hops_us(struct bench *bench, const char *share, int64_t *us, struct error *error)
{
    static const char sql[] =
        "with life as (select extract(epoch from max(handled_at) - min(said_at)) * 1e6 as us"
        " from ledger.hop group by subject)"
        " select percentile_cont(%s) within group (order by us)::bigint from life";

    return ask(bench, arena_format(bench->shell.arena, sql, share), us, error);
}

bool bench_make_queue(struct bench *bench, struct error *error)
{
    return bench_do(bench,
        "create table public.bench_row (stage smallint not null, referral_id uuid not null,"
        " payload text not null);"
        "grant insert, select on public.bench_row to gruppstod_intake, gruppstod_matching,"
        " gruppstod_scheduling, gruppstod_notification, gruppstod_evaluation;"
        "grant usage on schema public to public;"
        "grant insert on ledger.matching to gruppstod_intake;"
        "grant insert on ledger.scheduling to gruppstod_matching;"
        "grant insert on ledger.notification to gruppstod_scheduling;"
        "grant insert on ledger.evaluation to gruppstod_notification;"
        "grant insert on ledger.intake to gruppstod_operator;",
        error);
}

bool bench_make_yardstick(struct bench *bench, struct error *error)
{
    return bench_do(bench, "create table if not exists public.yardstick (n int, word text)", error);
}

const char *bench_yardstick(void)
{
    return "insert into public.yardstick values (1, 'one small row');\n";
}

static const char copies[] =
    "set session_replication_role = replica;"
    "create temp table one as select g.* from scheduling.groups g"
    " join matching.open_group o using (group_id)"
    " where g.situation <> 'violence' and g.sex is null and o.needs = o.needs;"
    "create temp table many as select one.*, gen_random_uuid() as new_id, k"
    " from one cross join generate_series(1, (%lld * 5 / 4) /"
    " (select sum(places) from one) + 1) k;"
    "create table public.bench_group as select group_id as old_id, new_id, k from many;"
    "create index on public.bench_group (k);"
    "update many set group_id = new_id, name = left(name, 28) || ' ' || k, state = 'confirmed';"
    "alter table many drop column new_id, drop column k;"
    "insert into scheduling.groups select * from many;"
    "insert into scheduling.group_fill (group_id) select group_id from many;"
    "insert into matching.open_group (group_id, used, first_day, last_day, entry_until, places,"
    " age_from, age_to, slot, parents_most, parents_taken, confirmed, closed, freed, situation,"
    " language, sex, district, site, needs)"
    " select n.new_id, 0, first_day, last_day, entry_until, places, age_from, age_to, slot,"
    " parents_most, 0, true, n.k > 40, false, situation, language, sex, district, site, needs"
    " from public.bench_group n join matching.open_group o on o.group_id = n.old_id;"
    "analyze scheduling.groups; analyze matching.open_group";

bool bench_copy_groups(struct bench *bench, int64_t places, struct error *error)
{
    return bench_do(bench, arena_format(bench->shell.arena, copies, (long long)places), error);
}

static int integer(const PGresult *result, int row, int column)
{
    return (int)number_or(PQgetvalue(result, row, column), INT_MIN, INT_MAX, 0);
}

static void read_groups(struct bench_city *city, PGresult *result, struct arena *arena)
{
    city->count = (size_t)PQntuples(result);
    city->groups = ARENA_ARRAY(arena, struct bench_group, city->count);
    for (int i = 0; i < PQntuples(result); i++)
        city->groups[i] = (struct bench_group){
            .situation = arena_format(arena, "%s", PQgetvalue(result, i, 0)),
            .district = arena_format(arena, "%s", PQgetvalue(result, i, 1)),
            .language = arena_format(arena, "%s", PQgetvalue(result, i, 2)),
            .age_from = integer(result, i, 3),
            .age_to = integer(result, i, 4),
            .slot = integer(result, i, 5),
            .first_day = integer(result, i, 6),
        };
}

bool bench_city_load(struct bench *bench, struct bench_city *city, struct error *error)
{
    PGconn *connection = connect_admin(bench);
    PGresult *result =
        PQexec(connection, "select distinct situation, district, language, age_from, age_to, slot,"
                           " first_day - date '1970-01-01' from matching.open_group"
                           " where confirmed and not closed and not freed and has_free");

    read_groups(city, result, bench->shell.arena);
    PQclear(result);
    PQfinish(connection);
    city->opened = BENCH_OPEN_COPIES;
    return city->count > 0 || error_set(error, ERROR_ABSENT, "the bench city has no groups");
}

bool bench_free_groups(struct tx *tx, int64_t *count, struct error *error)
{
    static const struct statement statement = {"bench_free_groups",
        "select count(*) from matching.open_group where has_free and not closed and not freed"};
    struct rows *rows;

    if (!tx_query(tx, &statement, NULL, &rows, error))
        return false;
    *count = row_int(rows, 0, 0);
    return true;
}

bool bench_open_groups(
    struct tx *tx, struct arena *arena, int64_t from, int64_t to, struct error *error)
{
    static const struct statement statement = {"bench_open_groups",
        "update matching.open_group o set closed = false from public.bench_group b"
        " where b.k > $1 and b.k <= $2 and o.group_id = b.new_id"};
    struct params *params = params_new(arena);

    param_int(params, from);
    param_int(params, to);
    return tx_run(tx, &statement, params, error);
}

bool bench_read_letters(
    struct tx *tx, struct arena *arena, struct uuid after, struct rows **rows, struct error *error)
{
    static const struct statement statement = {"bench_letters",
        "select letter_id, purpose = 'offer' from notification.letter where letter_id > $1"
        " order by letter_id limit 20000"};
    struct params *params = params_new(arena);

    param_uuid(params, after);
    return tx_query(tx, &statement, params, rows, error);
}

bool bench_read_by_index(struct tx *tx, struct error *error)
{
    static const struct statement seqscan = {"bench_no_seqscan", "set enable_seqscan = off"};
    static const struct statement bitmap = {"bench_no_bitmap", "set enable_bitmapscan = off"};

    return tx_run(tx, &seqscan, NULL, error) && tx_run(tx, &bitmap, NULL, error);
}

bool bench_hops(struct tx *tx, int64_t *hops, struct error *error)
{
    static const struct statement statement = {
        "bench_hops", "select n_tup_ins from pg_stat_user_tables where relname = 'hop'"};
    struct rows *rows;

    if (!tx_query(tx, &statement, NULL, &rows, error))
        return false;
    *hops = row_int(rows, 0, 0);
    return true;
}

bool bench_keep_steps(struct tx *tx, struct arena *arena, int64_t stage, const struct step *steps,
    size_t count, struct error *error)
{
    static const struct statement statement = {"bench_keep",
        "insert into public.bench_row (stage, referral_id, payload)"
        " select $1, * from unnest($2::uuid[], $3::text[])"};
    struct params *params = params_new(arena);

    param_int(params, stage);
    param_uuids(params, COLUMN(steps, referral_id), count);
    param_texts(params, COLUMN(steps, payload), count);
    return tx_run(tx, &statement, params, error);
}
