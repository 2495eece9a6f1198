/* The durable queue in SQL: said, claimed once, swept by ranges, put off, due, buried, traced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/ledger_store.h"
#include "tests/unit/cluster.h"

static struct cluster cluster;
static struct arena *arena;
static struct store *intake, *matching, *other; /* other: a second copy of matching */
static struct error error;

static struct store *open_as(const char *role)
{
    const struct store_options options = {cluster.conninfo, role};
    struct store *store = store_open(&options, &error);

    if (!store)
        fail_msg("%s: %s", role, error.text);
    return store;
}

static struct tx *begin(struct store *store)
{
    struct tx *tx = tx_begin(store, arena, &error);

    assert_non_null(tx);
    return tx;
}

static void commit(struct tx *tx)
{
    if (!tx_commit(tx, DURABILITY_FULL, &error))
        fail_msg("%s", error.text);
}

static int set_up(void **state)
{
    (void)state;
    arena_reset(arena);
    return !cluster_sql(&cluster,
        "delete from ledger.matching; delete from ledger.later; delete from ledger.dead;"
        " delete from ledger.lease; delete from ledger.control;"
        " set session_replication_role = replica; delete from ledger.hop");
}

/* Messages said `age_ms` ago, as intake says them. */
static struct said *said_some(size_t count, int64_t age_ms)
{
    struct said *said = ARENA_ARRAY(arena, struct said, count);
    const int64_t ms = clock_now_ms() - age_ms;

    for (size_t i = 0; i < count; i++) {
        struct uuid id = uuid_at(ms), subject = uuid_at(ms);
        id.bytes[6] = 0x70, id.bytes[8] = 0x80;
        id.bytes[14] = (uint8_t)(i >> 8), id.bytes[15] = (uint8_t)i;
        subject.bytes[9] = 1, subject.bytes[15] = (uint8_t)i;
        said[i].envelope = (struct envelope){.id = id,
            .subject = subject,
            .kind = TEXT("referral_received"),
            .from = TEXT("intake"),
            .said_at_ms = ms,
            .version = 1};
        said[i].body = text_of(arena_format(arena, "body %zu", i));
    }
    return said;
}

static struct uuid *ids_of(const struct said *said, size_t count)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, count);

    for (size_t i = 0; i < count; i++)
        ids[i] = said[i].envelope.id;
    return ids;
}

static struct said *say(size_t count, int64_t age_ms)
{
    struct said *said = said_some(count, age_ms);
    struct tx *tx = begin(intake);

    assert_true(ledger_say(tx, arena, RECEIVER_MATCHING, said, count, &error));
    commit(tx);
    return said;
}

static size_t claim(
    struct tx *tx, enum shelf shelf, const struct uuid *ids, size_t count, struct claimed **claimed)
{
    size_t found = 99;

    if (!ledger_claim(tx, arena, RECEIVER_MATCHING, shelf, ids, count, claimed, &found, &error))
        fail_msg("%s", error.text);
    return found;
}

static size_t sweep(struct store *store, const char *instance, int64_t from_ms, int64_t to_ms,
    size_t most, enum suspicion suspicion, struct handed **handed)
{
    struct tx *tx = begin(store);
    size_t count = 99;

    if (!ledger_sweep(tx, arena, RECEIVER_MATCHING, instance, uuid_at(from_ms), uuid_at(to_ms),
            suspicion, most, handed, &count, &error))
        fail_msg("%s", error.text);
    commit(tx);
    return count;
}

static void take_back(struct store *store, const char *instance)
{
    struct tx *tx = begin(store);

    assert_true(ledger_take_back(tx, arena, RECEIVER_MATCHING, instance, &error));
    commit(tx);
}

static int64_t count_of(const char *table)
{
    static const struct statement statements[] = {
        {"count_fresh", "select count(*) from ledger.matching"},
        {"count_later", "select count(*) from ledger.later"},
        {"count_dead", "select count(*) from ledger.dead"},
        {"count_hop", "select count(*) from ledger.hop"},
    };
    static const char *const tables[] = {"fresh", "later", "dead", "hop"};
    struct tx *tx = begin(matching);
    struct rows *rows = NULL;

    for (size_t i = 0; i < COUNT(tables); i++)
        if (strcmp(tables[i], table) == 0)
            assert_true(tx_query(tx, &statements[i], NULL, &rows, &error));
    assert_non_null(rows);
    const int64_t count = row_int(rows, 0, 0);
    commit(tx);
    return count;
}

static void what_is_said_is_claimed_whole_and_once(void **state)
{
    const struct said *said = say(5, 0);
    struct claimed *claimed;
    struct tx *tx = begin(matching);

    (void)state;
    assert_int_equal(claim(tx, SHELF_FRESH, ids_of(said, 5), 5, &claimed), 5);
    for (size_t i = 0; i < 5; i++) {
        const struct envelope *is = &claimed[i].said.envelope, *was = &said[i].envelope;
        assert_true(uuid_equal(is->id, was->id) && uuid_equal(is->subject, was->subject));
        assert_true(uuid_absent(is->cause));
        assert_true(text_equal(is->kind, was->kind) && text_equal(is->from, was->from));
        assert_int_equal(is->said_at_ms, was->said_at_ms);
        assert_int_equal(is->version, 1);
        assert_true(text_equal(claimed[i].said.body, said[i].body));
        assert_int_equal(claimed[i].tries, 0);
        assert_int_equal(claimed[i].failures, 0);
    }
    commit(tx);
    tx = begin(matching);
    assert_int_equal(claim(tx, SHELF_FRESH, ids_of(said, 5), 5, &claimed), 0);
    commit(tx);
}

static void forged_and_doubled_hints_claim_nothing_more(void **state)
{
    const struct said *said = say(2, 0);
    const struct uuid hints[] = {uuid_new(clock_now_ms()), said[1].envelope.id, uuid_at(7),
        said[1].envelope.id, {{0}}, said[0].envelope.id};
    struct claimed *claimed;
    struct tx *tx = begin(matching);

    (void)state;
    assert_int_equal(claim(tx, SHELF_FRESH, hints, COUNT(hints), &claimed), 2);
    /* In the order of their ids, whatever the order of the hints. */
    assert_true(uuid_equal(claimed[0].said.envelope.id, said[0].envelope.id));
    commit(tx);
}

static void a_rolled_back_claim_gives_the_rows_back(void **state)
{
    const struct said *said = say(3, 0);
    struct claimed *claimed;
    struct tx *tx = begin(matching);

    (void)state;
    assert_int_equal(claim(tx, SHELF_FRESH, ids_of(said, 3), 3, &claimed), 3);
    tx_rollback(tx);
    assert_int_equal(count_of("fresh"), 3);
}

static void a_message_is_said_to_one_queue_once(void **state)
{
    const struct said *said = say(1, 0);
    struct rows *rows;
    static const struct statement one = {"one", "select 1"};
    struct tx *tx = begin(intake);

    (void)state;
    assert_true(ledger_say(tx, arena, RECEIVER_MATCHING, said, 1, &error));
    assert_false(tx_query(tx, &one, NULL, &rows, &error));
    assert_int_equal(error.kind, ERROR_CONFLICT);
    tx_rollback(tx);
}

static void who_may_not_say_it_cannot(void **state)
{
    struct rows *rows;
    static const struct statement one = {"one_more", "select 1"};
    struct tx *tx = begin(intake);

    (void)state;
    /* Only matching speaks to notification: it alone decides whom an offer reaches. */
    ledger_say(tx, arena, RECEIVER_NOTIFICATION, said_some(1, 0), 1, &error);
    assert_false(tx_query(tx, &one, NULL, &rows, &error));
    assert_non_null(strstr(error.text, "permission denied"));
    tx_rollback(tx);
}

static void a_sweep_takes_its_range_of_time_oldest_first(void **state)
{
    const int64_t now_ms = clock_now_ms();
    const struct said *old = say(3, 20000), *young = say(2, 2000);
    struct handed *handed;

    (void)state;
    say(4, 0);
    assert_int_equal(
        sweep(matching, "1", now_ms - 5000, now_ms - 1000, 10, UNSUSPECTED, &handed), 2);
    assert_true(uuid_equal(handed[0].id, young[0].envelope.id) ||
                uuid_equal(handed[0].id, young[1].envelope.id));
    assert_int_equal(handed[0].tries, 1);
    assert_int_equal(sweep(matching, "1", 1, now_ms + 1000, 2, UNSUSPECTED, &handed), 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(uuid_compare(&handed[i].id, &old[2].envelope.id) < 0);
    /* What is handed out is not handed out again while its time runs. */
    assert_int_equal(sweep(matching, "1", 1, now_ms + 1000, 10, UNSUSPECTED, &handed), 5);
    assert_int_equal(sweep(matching, "1", 1, now_ms + 1000, 10, UNSUSPECTED, &handed), 0);
}

static void two_copies_share_and_take_nothing_twice(void **state)
{
    const int64_t to_ms = clock_now_ms() + 1000;
    struct handed *handed;

    (void)state;
    say(10, 2000);
    struct tx *tx = begin(matching);
    size_t first;
    assert_true(ledger_sweep(tx, arena, RECEIVER_MATCHING, "1", uuid_at(1), uuid_at(to_ms),
        UNSUSPECTED, 6, &handed, &first, &error));
    assert_int_equal(first, 6);
    /* Before the first copy commits: its rows are locked, and skipped. */
    assert_int_equal(sweep(other, "2", 1, to_ms, 10, UNSUSPECTED, &handed), 4);
    commit(tx);
    assert_int_equal(sweep(other, "2", 1, to_ms, 10, UNSUSPECTED, &handed), 0);
}

/* As scheduling has it, whose tables are empty when its statements are planned: a subquery with a
 * limit that is run for each row has none. */
static void a_sweep_hands_out_no_more_than_it_may(void **state)
{
    static const struct statement narrow = {"narrow",
        "select set_config(name, 'off', true) from unnest(array['enable_hashjoin',"
        " 'enable_mergejoin', 'enable_material', 'enable_seqscan', 'enable_bitmapscan']) name"};
    const int64_t to_ms = clock_now_ms() + 1000;
    struct handed *handed;
    struct tx *tx;
    size_t count;

    (void)state;
    assert_true(cluster_sql(&cluster, "analyze ledger.matching"));
    say(60, 2000);
    tx = begin(matching);
    assert_true(tx_run(tx, &narrow, NULL, &error));
    assert_true(ledger_sweep(tx, arena, RECEIVER_MATCHING, "1", uuid_at(1), uuid_at(to_ms),
        UNSUSPECTED, 6, &handed, &count, &error));
    commit(tx);
    assert_int_equal(count, 6);
}

static void at_a_start_a_copy_takes_back_its_own(void **state)
{
    const int64_t to_ms = clock_now_ms() + 1000;
    struct handed *handed;

    (void)state;
    say(3, 2000);
    assert_int_equal(sweep(matching, "1", 1, to_ms, 10, UNSUSPECTED, &handed), 3);
    take_back(other, "2");
    assert_int_equal(sweep(other, "2", 1, to_ms, 10, SUSPECTED, &handed), 0);
    take_back(matching, "1");
    assert_int_equal(sweep(matching, "1", 1, to_ms, 10, UNSUSPECTED, &handed), 0);
    assert_int_equal(sweep(matching, "1", 1, to_ms, 10, SUSPECTED, &handed), 3);
    assert_int_equal(handed[0].tries, 2);
}

static void what_a_dead_copy_was_handed_comes_free(void **state)
{
    const int64_t to_ms = clock_now_ms() + 1000;
    struct handed *handed;

    (void)state;
    say(2, 2000);
    assert_int_equal(sweep(matching, "1", 1, to_ms, 10, UNSUSPECTED, &handed), 2);
    assert_true(cluster_sql(
        &cluster, "update ledger.matching set handed_until = handed_until - interval '11 s'"));
    assert_int_equal(sweep(other, "2", 1, to_ms, 10, SUSPECTED, &handed), 2);
    assert_int_equal(handed[0].tries, 2);
}

/* A batch died: whoever had the fewest chances since comes first, so none dies of another. */
static void suspects_come_the_least_suspicious_first(void **state)
{
    const int64_t to_ms = clock_now_ms() + 1000;
    const struct said *said = say(3, 2000);
    struct handed *handed;

    (void)state;
    assert_int_equal(sweep(matching, "1", 1, to_ms, 10, UNSUSPECTED, &handed), 3);
    take_back(matching, "1");
    assert_int_equal(sweep(matching, "1", 1, to_ms, 1, SUSPECTED, &handed), 1);
    assert_true(uuid_equal(handed[0].id, said[0].envelope.id));
    take_back(matching, "1"); /* it died of that one */
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(sweep(matching, "1", 1, to_ms, 1, SUSPECTED, &handed), 1);
        assert_true(uuid_equal(handed[0].id, said[i].envelope.id));
        assert_int_equal(handed[0].tries, 2);
    }
    assert_int_equal(sweep(matching, "1", 1, to_ms, 1, SUSPECTED, &handed), 1);
    assert_true(uuid_equal(handed[0].id, said[0].envelope.id));
    assert_int_equal(handed[0].tries, 3);
}

static bool suspected(enum shelf shelf, int64_t from_ms, int64_t to_ms)
{
    bool any = false;
    struct tx *tx = begin(matching);

    assert_true(ledger_suspects(
        tx, arena, RECEIVER_MATCHING, shelf, uuid_at(from_ms), uuid_at(to_ms), &any, &error));
    commit(tx);
    return any;
}

static void suspects_are_seen_when_nobody_has_them_in_hand(void **state)
{
    const int64_t now_ms = clock_now_ms(), to_ms = now_ms + 1000;
    struct handed *handed;

    (void)state;
    say(2, 2000);
    assert_false(suspected(SHELF_FRESH, 1, to_ms)); /* they wait, and that is all */
    assert_int_equal(sweep(matching, "1", 1, to_ms, 10, UNSUSPECTED, &handed), 2);
    assert_false(suspected(SHELF_FRESH, 1, to_ms));
    take_back(matching, "1");
    assert_true(suspected(SHELF_FRESH, 1, to_ms));
    assert_false(suspected(SHELF_FRESH, 1, now_ms - 5000));
    assert_false(suspected(SHELF_FRESH, now_ms, to_ms));
    assert_false(suspected(SHELF_LATER, 1, to_ms));
}

static void a_hint_takes_only_what_no_sweep_handed_out(void **state)
{
    const int64_t to_ms = clock_now_ms() + 1000;
    const struct said *said = say(3, 2000);
    struct claimed *claimed;
    struct handed *handed;

    (void)state;
    assert_int_equal(sweep(matching, "1", 1, to_ms, 2, UNSUSPECTED, &handed), 2);
    struct tx *tx = begin(matching);
    assert_int_equal(claim(tx, SHELF_HINTED, ids_of(said, 3), 3, &claimed), 1);
    assert_true(uuid_equal(claimed->said.envelope.id, said[2].envelope.id));
    assert_int_equal(claim(tx, SHELF_FRESH, ids_of(said, 3), 3, &claimed), 2);
    commit(tx);
}

static struct uuid oldest_from(int64_t from_ms)
{
    struct uuid oldest = uuid_at(77);
    struct tx *tx = begin(matching);

    assert_true(ledger_oldest(tx, arena, RECEIVER_MATCHING, uuid_at(from_ms), &oldest, &error));
    commit(tx);
    return oldest;
}

static void the_oldest_that_waits_is_known_handed_out_or_not(void **state)
{
    const int64_t now_ms = clock_now_ms();
    const struct said *old = say(2, 90000), *young = say(1, 2000);
    struct handed *handed;

    (void)state;
    assert_int_equal(sweep(other, "2", 1, now_ms + 1000, 1, UNSUSPECTED, &handed), 1);
    assert_true(uuid_equal(oldest_from(1), old[0].envelope.id));
    assert_true(uuid_equal(oldest_from(now_ms - 60000), young[0].envelope.id));
    assert_true(uuid_equal(oldest_from(now_ms + 60000), uuid_at(77)));
}

static struct claimed *claim_one(struct tx *tx, const struct said *said)
{
    struct claimed *claimed;

    assert_int_equal(claim(tx, SHELF_FRESH, &said->envelope.id, 1, &claimed), 1);
    return claimed;
}

static void put_off(const struct said *said, int64_t after_ms)
{
    struct tx *tx = begin(matching);
    const struct postponed postponed = {claim_one(tx, said), after_ms, "not yet"};

    assert_true(ledger_postpone(tx, arena, RECEIVER_MATCHING, &postponed, 1, &error));
    commit(tx);
}

static size_t due(const char *instance, enum suspicion suspicion, struct handed **handed)
{
    struct tx *tx = begin(matching);
    size_t count = 99;

    assert_true(
        ledger_due(tx, arena, RECEIVER_MATCHING, instance, suspicion, 10, handed, &count, &error));
    commit(tx);
    return count;
}

static void what_is_put_off_comes_when_it_is_due(void **state)
{
    const struct said *said = say(2, 0);
    struct handed *handed;
    struct claimed *claimed;

    (void)state;
    put_off(&said[0], 0);
    put_off(&said[1], 3600000);
    assert_int_equal(count_of("fresh"), 0);
    assert_int_equal(due("1", UNSUSPECTED, &handed), 1);
    assert_true(uuid_equal(handed[0].id, said[0].envelope.id));
    assert_int_equal(handed[0].tries, 1); /* what killed nobody counts anew */
    assert_int_equal(due("1", UNSUSPECTED, &handed), 0);
    take_back(matching, "1");
    assert_int_equal(due("1", UNSUSPECTED, &handed), 0);
    assert_true(suspected(SHELF_LATER, 1, 1));
    assert_int_equal(due("1", SUSPECTED, &handed), 1);
    assert_false(suspected(SHELF_LATER, 1, 1));
    assert_int_equal(handed[0].tries, 2);
    struct tx *tx = begin(matching);
    assert_int_equal(claim(tx, SHELF_LATER, &said[0].envelope.id, 1, &claimed), 1);
    assert_int_equal(claimed->failures, 1);
    assert_true(text_equal(claimed->said.body, said[0].body));
    assert_true(text_is(claimed->said.envelope.kind, "referral_received"));
    commit(tx);
    assert_int_equal(count_of("later"), 1);
}

static void another_receivers_later_is_not_ours(void **state)
{
    const struct said *said = say(1, 0);
    struct handed *handed;
    struct claimed *claimed;

    (void)state;
    put_off(said, 0);
    assert_true(cluster_sql(&cluster, "update ledger.later set receiver = 'evaluation'"));
    assert_int_equal(due("1", UNSUSPECTED, &handed), 0);
    struct tx *tx = begin(matching);
    assert_int_equal(claim(tx, SHELF_LATER, &said->envelope.id, 1, &claimed), 0);
    commit(tx);
}

static void bury(struct tx *tx, struct claimed *claimed, const char *reason)
{
    const struct died died = {claimed, reason};

    assert_true(
        ledger_bury(tx, arena, RECEIVER_MATCHING, &died, 1, INT64_C(1790000000000), &error));
}

static void the_dead_keep_all_of_the_message_and_why(void **state)
{
    static const struct statement read = {"read_dead",
        "select id, kind, body, reason, receiver, owner, died_at, failures, ended is null"
        " from ledger.dead"};
    const struct said *said = say(1, 0);
    struct rows *rows;
    struct tx *tx = begin(matching);

    (void)state;
    bury(tx, claim_one(tx, said), "no such child");
    assert_true(tx_query(tx, &read, NULL, &rows, &error));
    assert_int_equal(rows_count(rows), 1);
    assert_true(uuid_equal(row_uuid(rows, 0, 0), said->envelope.id));
    assert_true(text_is(row_text(rows, 0, 1), "referral_received"));
    assert_true(text_equal(row_text(rows, 0, 2), said->body));
    assert_true(text_is(row_text(rows, 0, 3), "no such child"));
    assert_true(text_is(row_text(rows, 0, 4), "matching"));
    assert_true(text_is(row_text(rows, 0, 5), "operator"));
    assert_int_equal(row_time(rows, 0, 6), INT64_C(1790000000000));
    commit(tx);
}

/* A person tried it again (gruppstod retry) and it died again: one row, open again. */
static void who_dies_twice_has_one_grave(void **state)
{
    const struct said *said = say(1, 0);
    struct claimed *claimed;

    (void)state;
    struct tx *tx = begin(matching);
    claimed = claim_one(tx, said);
    bury(tx, claimed, "first");
    bury(tx, claimed, "second");
    commit(tx);
    assert_int_equal(count_of("dead"), 1);
}

static void hops_tell_what_was_handled(void **state)
{
    static const struct statement read = {"read_hop",
        "select id, cause, subject, kind, sender, receiver, said_at, handled_at, outcome,"
        " state_before, state_after, reason from ledger.hop"};
    const struct said *said = say(1, 5000);
    struct rows *rows;
    struct tx *tx = begin(matching);

    (void)state;
    const struct hop hop = {claim_one(tx, said), "done", "waiting", "offered", NULL};
    assert_true(
        ledger_write_hops(tx, arena, RECEIVER_MATCHING, INT64_C(1790000000000), &hop, 1, &error));
    assert_true(tx_query(tx, &read, NULL, &rows, &error));
    assert_int_equal(rows_count(rows), 1);
    assert_true(uuid_equal(row_uuid(rows, 0, 0), said->envelope.id));
    assert_true(uuid_absent(row_uuid(rows, 0, 1)));
    assert_true(uuid_equal(row_uuid(rows, 0, 2), said->envelope.subject));
    assert_true(text_is(row_text(rows, 0, 5), "matching"));
    assert_int_equal(row_time(rows, 0, 6), said->envelope.said_at_ms);
    assert_int_equal(row_time(rows, 0, 7), INT64_C(1790000000000));
    assert_true(text_is(row_text(rows, 0, 9), "waiting"));
    assert_true(text_is(row_text(rows, 0, 10), "offered"));
    assert_true(row_null(rows, 0, 11));
    commit(tx);
    assert_false(cluster_sql(&cluster, "update ledger.hop set outcome = 'reject'"));
    assert_false(cluster_sql(&cluster, "delete from ledger.hop"));
}

static size_t renew(
    struct store *store, const char *daemon, const char *instance, struct text *wanted)
{
    struct tx *tx = begin(store);
    struct lease *leases;
    size_t count;

    if (!ledger_renew(tx, arena, daemon, instance, "ipc:///tmp/x", 0, "running", 0, &leases, &count,
            wanted, &error))
        fail_msg("%s", error.text);
    wanted->data = arena_copy(arena, wanted->data, wanted->length);
    commit(tx);
    return count;
}

static void leases_tell_who_lives_and_what_is_wanted(void **state)
{
    struct text wanted;

    (void)state;
    assert_int_equal(renew(matching, "matching", "1", &wanted), 1);
    assert_true(text_is(wanted, "run"));
    assert_int_equal(renew(other, "matching", "2", &wanted), 2);
    assert_int_equal(renew(matching, "matching", "1", &wanted), 2);
    assert_true(cluster_sql(&cluster,
        "update ledger.lease set until = until - interval '4 s' where instance = '2';"
        " insert into ledger.control (daemon, wanted, by, since)"
        " values ('matching', 'pause', 'test', '2026-01-01')"));
    assert_int_equal(renew(matching, "matching", "1", &wanted), 1);
    assert_true(text_is(wanted, "pause"));
    struct tx *tx = begin(matching);
    assert_true(ledger_leave(tx, arena, "matching", "1", &error));
    commit(tx);
    assert_int_equal(renew(intake, "intake", "1", &wanted), 1);
}

static void receivers_are_known_by_name(void **state)
{
    (void)state;
    for (int i = 0; i < RECEIVER_COUNT; i++)
        assert_int_equal(receiver_of(text_of(receiver_name((enum receiver)i))), i);
    assert_int_equal(receiver_of(TEXT("nobody")), RECEIVER_NONE);
    assert_int_equal(receiver_of((struct text){NULL, 0}), RECEIVER_NONE);
}

static int start(void **state)
{
    (void)state;
    cluster_make(&cluster);
    arena = arena_new(64 * 1024 * 1024);
    intake = open_as("gruppstod_intake");
    matching = open_as("gruppstod_matching");
    other = open_as("gruppstod_matching");
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(intake);
    store_close(matching);
    store_close(other);
    arena_free(arena);
    cluster_end(&cluster);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_said_is_claimed_whole_and_once),
        TEST(forged_and_doubled_hints_claim_nothing_more),
        TEST(a_rolled_back_claim_gives_the_rows_back),
        TEST(a_message_is_said_to_one_queue_once),
        TEST(who_may_not_say_it_cannot),
        TEST(a_sweep_takes_its_range_of_time_oldest_first),
        TEST(two_copies_share_and_take_nothing_twice),
        TEST(a_sweep_hands_out_no_more_than_it_may),
        TEST(at_a_start_a_copy_takes_back_its_own),
        TEST(what_a_dead_copy_was_handed_comes_free),
        TEST(suspects_come_the_least_suspicious_first),
        TEST(suspects_are_seen_when_nobody_has_them_in_hand),
        TEST(a_hint_takes_only_what_no_sweep_handed_out),
        TEST(the_oldest_that_waits_is_known_handed_out_or_not),
        TEST(what_is_put_off_comes_when_it_is_due),
        TEST(another_receivers_later_is_not_ours),
        TEST(the_dead_keep_all_of_the_message_and_why),
        TEST(who_dies_twice_has_one_grave),
        TEST(hops_tell_what_was_handled),
        TEST(leases_tell_who_lives_and_what_is_wanted),
        TEST(receivers_are_known_by_name),
    };

    return cmocka_run_group_tests(tests, start, end);
}
