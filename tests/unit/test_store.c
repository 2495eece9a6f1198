/* PostgreSQL through the store: every type both ways, each kind of trouble, pipelines after a
 * failure, savepoints, and a server that goes away. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/store.h"
#include "tests/unit/cluster.h"

static struct cluster cluster;

struct scene {
    struct arena *arena;
    struct store *store;
    struct tx *tx;
    struct error error;
};

static struct store *open_one(void)
{
    const struct store_options options = {cluster.conninfo, "admin"};
    struct error error;
    struct store *store = store_open(&options, &error);

    assert_non_null(store);
    return store;
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);

    scene->arena = arena_new(16 * 1024 * 1024);
    scene->store = open_one();
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    store_close(scene->store);
    arena_free(scene->arena);
    free(scene);
    return 0;
}

static void begin(struct scene *scene)
{
    scene->error = (struct error){ERROR_NONE, ""};
    scene->tx = tx_begin(scene->store, scene->arena, &scene->error);
    assert_non_null(scene->tx);
}

static struct rows *query(
    struct scene *scene, const struct statement *statement, struct params *params)
{
    struct rows *rows;

    if (!tx_query(scene->tx, statement, params, &rows, &scene->error))
        fail_msg("%s: %s", statement->name, scene->error.text);
    return rows;
}

static int64_t number(struct scene *scene, const struct statement *statement)
{
    return row_int(query(scene, statement, NULL), 0, 0);
}

static void commit(struct scene *scene)
{
    if (!tx_commit(scene->tx, DURABILITY_FULL, &scene->error))
        fail_msg("%s", scene->error.text);
}

static struct uuid some_uuid(uint8_t last)
{
    return (struct uuid){{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, last}};
}

/* --- values --- */

static void values_go_both_ways(void **state)
{
    static const struct statement statement = {"values",
        "select $1::uuid, $2::text, $3::bigint, $4::boolean, $5::date, $6::timestamptz, $7::bytea,"
        " $1::text, $5::text, $6::text, $3::text"};
    struct scene *scene = *state;
    struct params *params = params_new(scene->arena);

    begin(scene);
    param_uuid(params, some_uuid(16));
    param_text(params, TEXT("sm\xc3\xb6rg\xc3\xa5s \xf0\x9f\x8d\x9e"));
    param_int(params, INT64_C(-9007199254740993));
    param_bool(params, true);
    param_day(params, -1);
    param_time(params, -1);
    param_bytes(params, (struct text){"\0\xff\0", 3});
    const struct rows *rows = query(scene, &statement, params);
    assert_true(uuid_equal(row_uuid(rows, 0, 0), some_uuid(16)));
    assert_true(text_is(row_text(rows, 0, 1), "sm\xc3\xb6rg\xc3\xa5s \xf0\x9f\x8d\x9e"));
    assert_int_equal(row_int(rows, 0, 2), INT64_C(-9007199254740993));
    assert_true(row_bool(rows, 0, 3));
    assert_int_equal(row_day(rows, 0, 4), -1);
    assert_int_equal(row_time(rows, 0, 5), -1);
    assert_int_equal(row_text(rows, 0, 6).length, 3);
    assert_memory_equal(row_text(rows, 0, 6).data, "\0\xff\0", 3);
    assert_true(text_is(row_text(rows, 0, 7), "01020304-0506-7008-800a-0b0c0d0e0f10"));
    assert_true(text_is(row_text(rows, 0, 8), "1969-12-31"));
    assert_true(text_is(row_text(rows, 0, 9), "1969-12-31 23:59:59.999+00"));
    assert_true(text_is(row_text(rows, 0, 10), "-9007199254740993"));
    commit(scene);
}

static void absent_values_are_null_both_ways(void **state)
{
    static const struct statement statement = {"absent",
        "select $1::uuid, $2::text, $3::bigint, $4::date, $5::timestamptz, $6::bytea,"
        " null::boolean, null::float8, $7::text,"
        " num_nulls($1::uuid, $2::text, $3::bigint, $4::date, $5::timestamptz, $6::bytea)"};
    struct scene *scene = *state;
    struct params *params = params_new(scene->arena);

    begin(scene);
    param_uuid(params, (struct uuid){{0}});
    param_text(params, (struct text){NULL, 0});
    param_int(params, INT_ABSENT);
    param_day(params, DAY_ABSENT);
    param_time(params, INT_ABSENT);
    param_bytes(params, (struct text){NULL, 0});
    param_string(params, NULL);
    const struct rows *rows = query(scene, &statement, params);
    for (int column = 0; column < 9; column++)
        assert_true(row_null(rows, 0, column));
    assert_true(uuid_absent(row_uuid(rows, 0, 0)));
    assert_null(row_text(rows, 0, 1).data);
    assert_int_equal(row_int(rows, 0, 2), INT_ABSENT);
    assert_int_equal(row_day(rows, 0, 3), DAY_ABSENT);
    assert_int_equal(row_time(rows, 0, 4), INT_ABSENT);
    assert_null(row_text(rows, 0, 5).data);
    assert_false(row_bool(rows, 0, 6));
    assert_true(row_double(rows, 0, 7) == 0.0);
    assert_int_equal(row_int(rows, 0, 9), 6);
    commit(scene);
}

static void an_empty_text_is_not_an_absent_one(void **state)
{
    static const struct statement statement = {"empty", "select $1::text, $2::bytea, $1 = ''"};
    struct scene *scene = *state;
    struct params *params = params_new(scene->arena);

    begin(scene);
    param_text(params, TEXT(""));
    param_bytes(params, TEXT(""));
    const struct rows *rows = query(scene, &statement, params);
    assert_false(row_null(rows, 0, 0));
    assert_non_null(row_text(rows, 0, 0).data);
    assert_false(row_null(rows, 0, 1));
    assert_true(row_bool(rows, 0, 2));
    commit(scene);
}

static void the_edges_of_numbers_and_times_hold(void **state)
{
    static const struct statement statement = {"edges",
        "select $1::bigint, $2::bigint, (-32768)::smallint, 2147483647::int, (-1)::smallint,"
        " $3::date::text, $4::timestamptz::text, 1.5::float8,"
        " timestamptz '1999-12-31 23:59:59.9999+00', 'name'::name, $5::timestamptz::text"};
    struct scene *scene = *state;
    struct params *params = params_new(scene->arena);

    begin(scene);
    param_int(params, INT64_MAX);
    param_int(params, INT64_MIN + 1);
    param_day(params, 10957);
    param_time(params, INT64_C(7258118399999));
    param_time(params, 0);
    const struct rows *rows = query(scene, &statement, params);
    assert_int_equal(row_int(rows, 0, 0), INT64_MAX);
    assert_int_equal(row_int(rows, 0, 1), INT64_MIN + 1);
    assert_int_equal(row_int(rows, 0, 2), -32768);
    assert_int_equal(row_int(rows, 0, 3), 2147483647);
    assert_int_equal(row_int(rows, 0, 4), -1);
    assert_true(text_is(row_text(rows, 0, 5), "2000-01-01"));
    assert_true(text_is(row_text(rows, 0, 6), "2199-12-31 23:59:59.999+00"));
    assert_true(row_double(rows, 0, 7) == 1.5);
    /* Microseconds are cut towards the past, before 2000 too. */
    assert_int_equal(row_time(rows, 0, 8), INT64_C(946684799999));
    assert_true(text_is(row_text(rows, 0, 9), "name"));
    assert_true(text_is(row_text(rows, 0, 10), "1970-01-01 00:00:00+00"));
    commit(scene);
}

/* --- columns --- */

struct thing {
    int64_t number;
    struct uuid id;
    struct text name, raw;
    int32_t day;
    int64_t at_ms;
    bool true_one;
    int colour;
};

static const char *const colours[] = {NULL, "red", "blue"};

static const struct statement unnest_things = {"things",
    "select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::date[], $5::timestamptz[],"
    " $6::boolean[], $7::text[], $8::bytea[])"};

static struct params *thing_params(struct arena *arena, const struct thing *things, size_t count)
{
    struct params *params = params_new(arena);

    param_uuids(params, COLUMN(things, id), count);
    param_texts(params, COLUMN(things, name), count);
    param_ints(params, COLUMN(things, number), count);
    param_days(params, COLUMN(things, day), count);
    param_times(params, COLUMN(things, at_ms), count);
    param_bools(params, COLUMN(things, true_one), count);
    param_names(params, COLUMN(things, colour), count, colours);
    param_bytes_column(params, COLUMN(things, raw), count);
    return params;
}

static void columns_take_every_second_as_they_lie(void **state)
{
    const struct thing things[] = {
        {7, some_uuid(1), TEXT("one"), TEXT("a"), 20000, 5, true, 2},
        {INT_ABSENT, {{0}}, {NULL, 0}, {NULL, 0}, DAY_ABSENT, INT_ABSENT, false, 0},
        {-7, some_uuid(3), TEXT(""), {"\0", 1}, 0, INT64_C(1790000000123), true, 1},
    };
    struct scene *scene = *state;

    begin(scene);
    const struct rows *rows = query(scene, &unnest_things, thing_params(scene->arena, things, 3));
    assert_int_equal(rows_count(rows), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(uuid_equal(row_uuid(rows, i, 0), things[i].id));
        assert_true(text_equal(row_text(rows, i, 1), things[i].name));
        assert_int_equal(row_null(rows, i, 1), i == 1);
        assert_int_equal(row_int(rows, i, 2), things[i].number);
        assert_int_equal(row_day(rows, i, 3), things[i].day);
        assert_int_equal(row_time(rows, i, 4), things[i].at_ms);
        assert_int_equal(row_bool(rows, i, 5), things[i].true_one);
        assert_int_equal(row_name(rows, i, 6, colours, 3), things[i].colour);
        assert_true(text_equal(row_text(rows, i, 7), things[i].raw));
        assert_int_equal(row_null(rows, i, 7), i == 1);
    }
    commit(scene);
}

static void no_elements_make_no_rows(void **state)
{
    const struct thing none[1] = {{.number = 0}};
    struct scene *scene = *state;

    begin(scene);
    assert_int_equal(
        rows_count(query(scene, &unnest_things, thing_params(scene->arena, none, 0))), 0);
    commit(scene);
}

static void arrays_come_back_whole(void **state)
{
    static const struct statement statement = {"arrays",
        "select array['01020304-0506-7008-800a-0b0c0d0e0f02', null]::uuid[],"
        " array['a', null, '', 'b,\"c'], array[1, null, -3]::bigint[], array[4]::int[],"
        " '{}'::text[], null::uuid[], array[5, 6]::smallint[]"};
    struct scene *scene = *state;
    const struct uuid *uuids;
    const struct text *texts;
    const int64_t *ints;

    begin(scene);
    const struct rows *rows = query(scene, &statement, NULL);
    assert_int_equal(row_uuids(rows, 0, 0, scene->arena, &uuids), 2);
    assert_true(uuid_equal(uuids[0], some_uuid(2)) && uuid_absent(uuids[1]));
    assert_int_equal(row_texts(rows, 0, 1, scene->arena, &texts), 4);
    assert_true(text_is(texts[0], "a") && !texts[1].data && text_is(texts[2], ""));
    assert_true(text_is(texts[3], "b,\"c"));
    assert_int_equal(row_ints(rows, 0, 2, scene->arena, &ints), 3);
    assert_true(ints[0] == 1 && ints[1] == INT_ABSENT && ints[2] == -3);
    assert_int_equal(row_ints(rows, 0, 3, scene->arena, &ints), 1);
    assert_int_equal(ints[0], 4);
    assert_int_equal(row_texts(rows, 0, 4, scene->arena, &texts), 0);
    assert_int_equal(row_uuids(rows, 0, 5, scene->arena, &uuids), 0);
    assert_int_equal(row_ints(rows, 0, 6, scene->arena, &ints), 2);
    commit(scene);
}

/* --- trouble --- */

static const struct statement insert_one = {
    "insert_one", "insert into public.thing (id, size) values (1, 5)"};
static const struct statement insert_two = {
    "insert_two", "insert into public.thing (id, size) values (2, 5)"};
static const struct statement insert_huge = {
    "insert_huge", "insert into public.thing (id, size) values (3, 5000)"};
static const struct statement count_things = {"count_things", "select count(*) from public.thing"};
static const struct statement wrong = {"wrong", "select nothing from nowhere"};
static const struct statement divide = {"divide", "select 1 / (select count(*) from public.none)"};

static void fresh_table(void)
{
    assert_true(cluster_sql(&cluster,
        "drop table if exists public.thing, public.none; create table public.none (id int);"
        " create table public.thing (id int constraint thing_once primary key,"
        " size int constraint thing_small check (size < 100),"
        " parent int constraint thing_has_parent references public.thing"
        " deferrable initially deferred)"));
}

static void expect_trouble(
    struct scene *scene, const struct statement *statement, enum error_kind kind, const char *words)
{
    struct rows *rows;

    assert_false(tx_query(scene->tx, statement, NULL, &rows, &scene->error));
    assert_null(rows);
    assert_int_equal(scene->error.kind, kind);
    if (!strstr(scene->error.text, words))
        fail_msg("no '%s' in: %s", words, scene->error.text);
}

static void a_constraint_that_says_no_is_named(void **state)
{
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    commit(scene);
    begin(scene);
    expect_trouble(scene, &insert_one, ERROR_CONFLICT, "thing_once");
    tx_rollback(scene->tx);
    begin(scene);
    expect_trouble(scene, &insert_huge, ERROR_CONFLICT, "thing_small");
    tx_rollback(scene->tx);
    begin(scene);
    assert_int_equal(number(scene, &count_things), 1);
    commit(scene);
}

static void a_constraint_at_the_commit_is_named_too(void **state)
{
    static const struct statement orphan = {
        "orphan", "insert into public.thing (id, size, parent) values (9, 1, 77)"};
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &orphan, NULL, &scene->error));
    assert_int_equal(number(scene, &count_things), 1);
    assert_false(tx_commit(scene->tx, DURABILITY_FULL, &scene->error));
    assert_int_equal(scene->error.kind, ERROR_CONFLICT);
    assert_non_null(strstr(scene->error.text, "thing_has_parent"));
    begin(scene);
    assert_int_equal(number(scene, &count_things), 0);
    commit(scene);
}

static void wrong_statements_are_not_worth_trying_again(void **state)
{
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    expect_trouble(scene, &wrong, ERROR_INPUT, "nowhere");
    tx_rollback(scene->tx);
    begin(scene);
    expect_trouble(scene, &divide, ERROR_INPUT, "division by zero");
    tx_rollback(scene->tx);
    begin(scene);
    expect_trouble(scene, &wrong, ERROR_INPUT, "nowhere"); /* prepared again, refused again */
    tx_rollback(scene->tx);
}

static void a_lock_that_is_not_given_in_time_is_worth_it(void **state)
{
    static const struct statement lock = {"lock_thing", "lock table public.thing"};
    static const struct statement hurry = {"hurry", "set local lock_timeout = '50ms'"};
    struct scene *scene = *state;
    struct store *other = open_one();
    struct arena *arena = arena_new(1024 * 1024);
    struct error error;

    fresh_table();
    struct tx *holds = tx_begin(other, arena, &error);
    assert_non_null(holds);
    assert_true(tx_run(holds, &lock, NULL, &error));
    assert_true(tx_now_ms(holds) > 0); /* a question: so the lock is held now */
    begin(scene);
    assert_true(tx_run(scene->tx, &hurry, NULL, &scene->error));
    expect_trouble(scene, &count_things, ERROR_BUSY, "lock");
    tx_rollback(scene->tx);
    tx_rollback(holds);
    begin(scene);
    assert_int_equal(number(scene, &count_things), 0);
    commit(scene);
    store_close(other);
    arena_free(arena);
}

static void a_statement_that_takes_too_long_is_worth_it(void **state)
{
    static const struct statement hurry = {"hurry_2", "set local statement_timeout = '50ms'"};
    static const struct statement sleep = {"sleep", "select pg_sleep(10)"};
    struct scene *scene = *state;

    begin(scene);
    assert_true(tx_run(scene->tx, &hurry, NULL, &scene->error));
    expect_trouble(scene, &sleep, ERROR_BUSY, "timeout");
    tx_rollback(scene->tx);
}

/* --- pipelines --- */

static void the_first_failure_is_the_one_that_is_told(void **state)
{
    struct scene *scene = *state;
    struct rows *rows;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    assert_true(tx_run(scene->tx, &insert_huge, NULL, &scene->error)); /* fails unseen */
    assert_true(tx_run(scene->tx, &wrong, NULL, &scene->error));
    assert_true(tx_run(scene->tx, &insert_two, NULL, &scene->error));
    assert_false(tx_query(scene->tx, &count_things, NULL, &rows, &scene->error));
    assert_int_equal(scene->error.kind, ERROR_CONFLICT);
    assert_non_null(strstr(scene->error.text, "insert_huge"));
    /* What comes after is told the same, and so is the commit. */
    assert_false(tx_run(scene->tx, &insert_two, NULL, &scene->error));
    scene->error = (struct error){ERROR_NONE, ""};
    assert_false(tx_commit(scene->tx, DURABILITY_FULL, &scene->error));
    assert_non_null(strstr(scene->error.text, "thing_small"));
    /* The statements that the server skipped are prepared anew. */
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_two, NULL, &scene->error));
    assert_int_equal(number(scene, &count_things), 1);
    commit(scene);
}

static void the_commit_tells_a_failure_nobody_asked_for(void **state)
{
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_huge, NULL, &scene->error));
    assert_false(tx_commit(scene->tx, DURABILITY_RELAXED, &scene->error));
    assert_int_equal(scene->error.kind, ERROR_CONFLICT);
    begin(scene);
    assert_int_equal(number(scene, &count_things), 0);
    assert_true(tx_commit(scene->tx, DURABILITY_RELAXED, &scene->error));
}

static void many_statements_wait_for_no_answer(void **state)
{
    static const struct statement add = {
        "add", "insert into public.thing (id, size) values ($1, 1)"};
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    for (int i = 0; i < 1000; i++) {
        struct params *params = params_new(scene->arena);
        param_int(params, i);
        assert_true(tx_run(scene->tx, &add, params, &scene->error));
    }
    assert_int_equal(number(scene, &count_things), 1000);
    commit(scene);
}

static void a_rollback_leaves_nothing(void **state)
{
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    tx_rollback(scene->tx);
    tx_rollback(NULL);
    begin(scene);
    assert_int_equal(number(scene, &count_things), 0);
    commit(scene);
}

static void rows_of_one_transaction_live_side_by_side(void **state)
{
    static const struct statement echo = {"echo", "select $1::text"};
    struct scene *scene = *state;
    struct rows *rows[50];

    begin(scene);
    for (int i = 0; i < 50; i++) {
        struct params *params = params_new(scene->arena);
        param_string(params, arena_format(scene->arena, "row %d", i));
        rows[i] = query(scene, &echo, params);
    }
    for (int i = 0; i < 50; i++)
        assert_true(text_is(row_text(rows[i], 0, 0), arena_format(scene->arena, "row %d", i)));
    commit(scene);
}

/* --- savepoints --- */

static void a_savepoint_undoes_one_step(void **state)
{
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    assert_true(tx_savepoint(scene->tx, &scene->error));
    expect_trouble(scene, &insert_huge, ERROR_CONFLICT, "thing_small");
    assert_true(tx_rollback_to_savepoint(scene->tx, &scene->error));
    assert_true(tx_run(scene->tx, &insert_two, NULL, &scene->error));
    assert_int_equal(number(scene, &count_things), 2);
    commit(scene);
}

static void a_savepoint_undoes_a_step_that_succeeded_too(void **state)
{
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_savepoint(scene->tx, &scene->error));
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    assert_true(tx_rollback_to_savepoint(scene->tx, &scene->error));
    for (int i = 0; i < 10; i++) {
        assert_true(tx_savepoint(scene->tx, &scene->error));
        expect_trouble(
            scene, i % 2 ? &insert_huge : &wrong, i % 2 ? ERROR_CONFLICT : ERROR_INPUT, "");
        assert_true(tx_rollback_to_savepoint(scene->tx, &scene->error));
    }
    assert_int_equal(number(scene, &count_things), 0);
    commit(scene);
}

/* A failure before the savepoint took hold was not of that step: all of it is lost. */
static void a_failure_before_the_savepoint_is_not_undone_by_it(void **state)
{
    struct scene *scene = *state;
    struct rows *rows;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_huge, NULL, &scene->error));
    assert_true(tx_savepoint(scene->tx, &scene->error));
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    tx_rollback_to_savepoint(scene->tx, &scene->error);
    assert_false(tx_query(scene->tx, &count_things, NULL, &rows, &scene->error));
    assert_false(tx_commit(scene->tx, DURABILITY_FULL, &scene->error));
    begin(scene);
    assert_int_equal(number(scene, &count_things), 0);
    commit(scene);
}

/* --- time --- */

static void the_civil_clock_is_the_databases(void **state)
{
    struct scene *scene = *state;

    begin(scene);
    const int64_t machine_ms = tx_now_ms(scene->tx);
    tx_rollback(scene->tx);
    assert_true(cluster_sql(&cluster, "update common.civil_clock set ahead = '10 days'"));
    begin(scene);
    const int64_t ahead_ms = tx_now_ms(scene->tx) - machine_ms;
    assert_in_range(ahead_ms, INT64_C(864000000), INT64_C(864000000) + 60000);
    assert_int_equal(tx_now_ms(scene->tx), machine_ms + ahead_ms); /* the same all through */
    commit(scene);
    assert_true(cluster_sql(&cluster, "update common.civil_clock set ahead = '0'"));
}

/* --- a server that goes away --- */

static void a_lost_connection_is_told_and_mended(void **state)
{
    static const struct statement suicide = {
        "suicide", "select pg_terminate_backend(pg_backend_pid())"};
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    expect_trouble(scene, &suicide, ERROR_BUSY, "");
    tx_rollback(scene->tx);
    assert_false(store_alive(scene->store));
    assert_null(tx_begin(scene->store, scene->arena, &scene->error));
    assert_int_equal(scene->error.kind, ERROR_BUSY);
    assert_true(store_reconnect(scene->store, &scene->error));
    assert_true(store_alive(scene->store) && store_fd(scene->store) >= 0);
    begin(scene); /* what was prepared before is prepared again */
    assert_int_equal(number(scene, &count_things), 0);
    assert_true(tx_run(scene->tx, &insert_one, NULL, &scene->error));
    commit(scene);
}

static void a_connection_that_broke_unseen_fails_the_commit(void **state)
{
    struct scene *scene = *state;

    fresh_table();
    begin(scene);
    assert_true(tx_now_ms(scene->tx) > 0);
    assert_true(cluster_sql(&cluster,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and backend_type = 'client backend'"));
    tx_run(scene->tx, &insert_one, NULL, &scene->error);
    assert_false(tx_commit(scene->tx, DURABILITY_FULL, &scene->error));
    assert_int_equal(scene->error.kind, ERROR_BUSY);
    assert_false(store_alive(scene->store));
    assert_true(store_reconnect(scene->store, &scene->error));
    begin(scene);
    assert_int_equal(number(scene, &count_things), 0);
    commit(scene);
}

static void a_server_that_is_down_refuses_until_it_is_up(void **state)
{
    const struct store_options options = {cluster.conninfo, "admin"};
    struct scene *scene = *state;

    begin(scene);
    assert_true(tx_now_ms(scene->tx) > 0);
    assert_true(cluster_stop(&cluster));
    assert_false(tx_commit(scene->tx, DURABILITY_FULL, &scene->error));
    assert_int_equal(scene->error.kind, ERROR_BUSY);
    for (int i = 0; i < 3; i++) {
        assert_false(store_reconnect(scene->store, &scene->error));
        assert_int_equal(scene->error.kind, ERROR_BUSY);
        assert_null(tx_begin(scene->store, scene->arena, &scene->error));
    }
    assert_null(store_open(&options, &scene->error));
    assert_int_equal(scene->error.kind, ERROR_BUSY);
    assert_true(cluster_start(&cluster));
    assert_true(store_reconnect(scene->store, &scene->error));
    begin(scene);
    commit(scene);
}

static int start(void **state)
{
    (void)state;
    cluster_make(&cluster);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cluster_end(&cluster);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_go_both_ways),
        TEST(absent_values_are_null_both_ways),
        TEST(an_empty_text_is_not_an_absent_one),
        TEST(the_edges_of_numbers_and_times_hold),
        TEST(columns_take_every_second_as_they_lie),
        TEST(no_elements_make_no_rows),
        TEST(arrays_come_back_whole),
        TEST(a_constraint_that_says_no_is_named),
        TEST(a_constraint_at_the_commit_is_named_too),
        TEST(wrong_statements_are_not_worth_trying_again),
        TEST(a_lock_that_is_not_given_in_time_is_worth_it),
        TEST(a_statement_that_takes_too_long_is_worth_it),
        TEST(the_first_failure_is_the_one_that_is_told),
        TEST(the_commit_tells_a_failure_nobody_asked_for),
        TEST(many_statements_wait_for_no_answer),
        TEST(a_rollback_leaves_nothing),
        TEST(rows_of_one_transaction_live_side_by_side),
        TEST(a_savepoint_undoes_one_step),
        TEST(a_savepoint_undoes_a_step_that_succeeded_too),
        TEST(a_failure_before_the_savepoint_is_not_undone_by_it),
        TEST(the_civil_clock_is_the_databases),
        TEST(a_lost_connection_is_told_and_mended),
        TEST(a_connection_that_broke_unseen_fails_the_commit),
        TEST(a_server_that_is_down_refuses_until_it_is_up),
    };

    return cmocka_run_group_tests(tests, start, end);
}
