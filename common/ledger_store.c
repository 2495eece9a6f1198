/* The ledger's SQL. A statement for each receiver's table is made by a macro: same words, one name.
 */
#include "common/ledger_store.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/check.h"

/* tidy(layer): the ledger keeps a table for each receiver, and tables have names. */
static const char *const receiver_names[RECEIVER_COUNT] = {
    "intake", "matching", "scheduling", "notification", "evaluation", "desk"};

/* tidy(layer): as above. */
#define FOR_EACH_RECEIVER(SQL)                                                                     \
    {                                                                                              \
        SQL("intake"), SQL("matching"), SQL("scheduling"), SQL("notification"), SQL("evaluation"), \
            SQL("desk")                                                                            \
    }

#define MESSAGE_COLUMNS "id, kind, subject, cause, sender, said_at, version, body"

const char *receiver_name(enum receiver receiver)
{
    CHECK(receiver < RECEIVER_COUNT);
    return receiver_names[receiver];
}

enum receiver receiver_of(struct text name)
{
    for (int i = 0; i < RECEIVER_COUNT; i++)
        if (text_is(name, receiver_names[i]))
            return (enum receiver)i;
    return RECEIVER_NONE;
}

static void param_messages(
    struct params *params, const struct said *said, size_t stride, size_t count)
{
    param_uuids(params, &said->envelope.id, stride, count);
    param_texts(params, &said->envelope.kind, stride, count);
    param_uuids(params, &said->envelope.subject, stride, count);
    param_uuids(params, &said->envelope.cause, stride, count);
    param_texts(params, &said->envelope.from, stride, count);
    param_times(params, &said->envelope.said_at_ms, stride, count);
    param_ints(params, &said->envelope.version, stride, count);
    param_bytes_column(params, &said->body, stride, count);
}

bool ledger_say(struct tx *tx, struct arena *arena, enum receiver receiver, const struct said *said,
    size_t count, struct error *error)
{
#define SAY(name)                                                                                  \
    {                                                                                              \
        "ledger_say_" name,                                                                        \
            "insert into ledger." name " (" MESSAGE_COLUMNS ")"                                    \
            " select * from unnest($1::uuid[], $2::text[], $3::uuid[],"                            \
            " $4::uuid[], $5::text[], $6::timestamptz[], $7::bigint[], $8::bytea[])"               \
    }
    static const struct statement statements[] = FOR_EACH_RECEIVER(SAY);
    struct params *params = params_new(arena);

    CHECK(receiver < RECEIVER_COUNT);
    param_messages(params, said, sizeof *said, count);
    return tx_run(tx, &statements[receiver], params, error);
}

static int compare_claimed(const void *a, const void *b)
{
    const struct claimed *one = a, *other = b;

    return uuid_compare(&one->said.envelope.id, &other->said.envelope.id);
}

static struct claimed claimed_of(const struct rows *rows, size_t i)
{
    return (struct claimed){
        .said = {.envelope = {.id = row_uuid(rows, i, 0),
                     .kind = row_text(rows, i, 1),
                     .subject = row_uuid(rows, i, 2),
                     .cause = row_uuid(rows, i, 3),
                     .from = row_text(rows, i, 4),
                     .said_at_ms = row_time(rows, i, 5),
                     .version = row_int(rows, i, 6)},
            .body = row_text(rows, i, 7)},
        .tries = row_int(rows, i, 8),
        .failures = row_int(rows, i, 9),
    };
}

static bool claim(struct tx *tx, struct arena *arena, const struct statement *statement,
    struct params *params, struct claimed **claimed, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(tx, statement, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *claimed = ARENA_ARRAY(arena, struct claimed, *count);
    for (size_t i = 0; i < *count; i++)
        (*claimed)[i] = claimed_of(rows, i);
    qsort(*claimed, *count, sizeof **claimed, compare_claimed);
    return true;
}

bool ledger_claim(struct tx *tx, struct arena *arena, enum receiver receiver, enum shelf shelf,
    const struct uuid *ids, size_t count, struct claimed **claimed, size_t *claimed_count,
    struct error *error)
{
#define CLAIM(name)                                                                                \
    {                                                                                              \
        "ledger_claim_" name, "delete from ledger." name " where id = any($1::uuid[])"             \
                              " returning " MESSAGE_COLUMNS ", tries, failures"                    \
    }
#define CLAIM_HINTED(name)                                                                         \
    {                                                                                              \
        "ledger_claim_hinted_" name,                                                               \
            "delete from ledger." name " where id = any($1::uuid[]) and tries = 0"                 \
            " returning " MESSAGE_COLUMNS ", tries, failures"                                      \
    }
    static const struct statement fresh[] = FOR_EACH_RECEIVER(CLAIM);
    static const struct statement hinted[] = FOR_EACH_RECEIVER(CLAIM_HINTED);
    static const struct statement later = {"ledger_claim_later",
        "delete from ledger.later where id = any($1::uuid[]) and receiver = $2"
        " returning " MESSAGE_COLUMNS ", tries, failures"};
    struct params *params = params_new(arena);

    CHECK(receiver < RECEIVER_COUNT);
    const struct statement *const of_shelf[] = {[SHELF_HINTED] = &hinted[receiver],
        [SHELF_FRESH] = &fresh[receiver],
        [SHELF_LATER] = &later};
    param_uuids(params, ids, sizeof *ids, count);
    if (shelf == SHELF_LATER)
        param_string(params, receiver_names[receiver]);
    return claim(tx, arena, of_shelf[shelf], params, claimed, claimed_count, error);
}

bool ledger_write_hops(struct tx *tx, struct arena *arena, enum receiver receiver, int64_t now_ms,
    const struct hop *hops, size_t count, struct error *error)
{
    static const struct statement statement = {"ledger_write_hops",
        "insert into ledger.hop (id, kind, subject, cause, sender, said_at, outcome, state_before,"
        " state_after, reason, receiver, handled_at)"
        " select *, $11, $12 from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[],"
        " $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[])"};
    struct row {
        struct envelope envelope;
        struct text outcome, before, after, reason;
    } *rows = ARENA_ARRAY(arena, struct row, count);
    struct params *params = params_new(arena);

    for (size_t i = 0; i < count; i++)
        rows[i] = (struct row){hops[i].message->said.envelope, text_of(hops[i].outcome),
            text_of(hops[i].state_before), text_of(hops[i].state_after), text_of(hops[i].reason)};
    param_uuids(params, COLUMN(rows, envelope.id), count);
    param_texts(params, COLUMN(rows, envelope.kind), count);
    param_uuids(params, COLUMN(rows, envelope.subject), count);
    param_uuids(params, COLUMN(rows, envelope.cause), count);
    param_texts(params, COLUMN(rows, envelope.from), count);
    param_times(params, COLUMN(rows, envelope.said_at_ms), count);
    param_texts(params, COLUMN(rows, outcome), count);
    param_texts(params, COLUMN(rows, before), count);
    param_texts(params, COLUMN(rows, after), count);
    param_texts(params, COLUMN(rows, reason), count);
    param_string(params, receiver_names[receiver]);
    param_time(params, now_ms);
    return tx_run(tx, &statement, params, error);
}

/* The columns that both later and dead keep of a message, as parameters 1 to 10. */
struct kept_row {
    struct said said;
    int64_t tries, failures;
    int64_t after_ms;
    struct text reason;
};

static void param_kept(struct params *params, const struct kept_row *rows, size_t count)
{
    param_messages(params, &rows->said, sizeof *rows, count);
    param_ints(params, COLUMN(rows, tries), count);
    param_ints(params, COLUMN(rows, failures), count);
    param_texts(params, COLUMN(rows, reason), count);
}

bool ledger_postpone(struct tx *tx, struct arena *arena, enum receiver receiver,
    const struct postponed *postponed, size_t count, struct error *error)
{
    static const struct statement statement = {"ledger_postpone",
        "insert into ledger.later (" MESSAGE_COLUMNS ", tries, failures, reason, receiver, due_at)"
        " select m.id, m.kind, m.subject, m.cause, m.sender, m.said_at, m.version, m.body, m.tries,"
        " m.failures, m.reason, $13, common.machine_now() + m.after_ms * interval '1 ms'"
        " from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[],"
        " $6::timestamptz[], $7::bigint[], $8::bytea[], $9::bigint[], $10::bigint[], $11::text[],"
        " $12::bigint[]) as m(id, kind, subject, cause, sender, said_at, version, body, tries,"
        " failures, reason, after_ms)"};
    struct kept_row *rows = ARENA_ARRAY(arena, struct kept_row, count);
    struct params *params = params_new(arena);

    for (size_t i = 0; i < count; i++)
        rows[i] =
            (struct kept_row){postponed[i].message->said, 0, postponed[i].message->failures + 1,
                postponed[i].after_ms, text_of(postponed[i].reason)};
    param_kept(params, rows, count);
    param_ints(params, COLUMN(rows, after_ms), count);
    param_string(params, receiver_names[receiver]);
    return tx_run(tx, &statement, params, error);
}

bool ledger_bury(struct tx *tx, struct arena *arena, enum receiver receiver,
    const struct died *died, size_t count, int64_t now_ms, struct error *error)
{
    static const struct statement statement = {"ledger_bury",
        "insert into ledger.dead (" MESSAGE_COLUMNS ", tries, failures, reason, receiver, died_at)"
        " select m.*, $12, $13 from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[],"
        " $5::text[], $6::timestamptz[], $7::bigint[], $8::bytea[], $9::bigint[], $10::bigint[],"
        " $11::text[]) as m"
        " on conflict (id, receiver) do update set died_at = excluded.died_at,"
        " reason = excluded.reason, ended = null, ended_at = null, ended_by = null"};
    struct kept_row *rows = ARENA_ARRAY(arena, struct kept_row, count);
    struct params *params = params_new(arena);

    for (size_t i = 0; i < count; i++)
        rows[i] = (struct kept_row){died[i].message->said, died[i].message->tries,
            died[i].message->failures, 0, text_of(died[i].reason)};
    param_kept(params, rows, count);
    param_string(params, receiver_names[receiver]);
    param_time(params, now_ms);
    return tx_run(tx, &statement, params, error);
}

static bool hand_out(struct tx *tx, struct arena *arena, const struct statement *statement,
    struct params *params, struct handed **handed, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(tx, statement, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *handed = ARENA_ARRAY(arena, struct handed, *count);
    for (size_t i = 0; i < *count; i++)
        (*handed)[i] = (struct handed){row_uuid(rows, i, 0), row_int(rows, i, 1)};
    return true;
}

bool ledger_sweep(struct tx *tx, struct arena *arena, enum receiver receiver, const char *instance,
    struct uuid from, struct uuid to, enum suspicion suspicion, size_t most, struct handed **handed,
    size_t *count, struct error *error)
{
    /* The inner order by id walks the primary key from the low-water mark: no sort, no scan. It is
     * looked up once and kept: as a subquery it may be run for each row, and then there is no
     * limit. The suspects are few, and looked for when nothing else waits. */
#define SWEEP(name, which, order)                                                                  \
    "with waiting as materialized (select id from ledger." name                                    \
    " where id >= $1 and id < $2 and tries " which                                                 \
    " and (handed_until is null or handed_until < common.machine_now())"                           \
    " order by " order " limit $4 for update skip locked)"                                         \
    " update ledger." name " m set tries = m.tries + 1, handed_to = $3,"                           \
    " handed_until = common.machine_now() + interval '10 s'"                                       \
    " from waiting where m.id = waiting.id returning m.id, m.tries"
#define SWEEP_COMPANY(name)                                                                        \
    {                                                                                              \
        "ledger_sweep_" name, SWEEP(name, "= 0", "id")                                             \
    }
#define SWEEP_SUSPECT(name)                                                                        \
    {                                                                                              \
        "ledger_suspect_" name, SWEEP(name, "> 0", "tries, id")                                    \
    }
    static const struct statement company[] = FOR_EACH_RECEIVER(SWEEP_COMPANY);
    static const struct statement suspect[] = FOR_EACH_RECEIVER(SWEEP_SUSPECT);
    struct params *params = params_new(arena);

    CHECK(receiver < RECEIVER_COUNT);
    param_uuid(params, from);
    param_uuid(params, to);
    param_string(params, instance);
    param_int(params, (int64_t)most);
    return hand_out(tx, arena, &(suspicion == SUSPECTED ? suspect : company)[receiver], params,
        handed, count, error);
}

bool ledger_due(struct tx *tx, struct arena *arena, enum receiver receiver, const char *instance,
    enum suspicion suspicion, size_t most, struct handed **handed, size_t *count,
    struct error *error)
{
    static const struct statement statement = {"ledger_due",
        "with due as materialized (select id from ledger.later where receiver = $1"
        " and due_at <= common.machine_now() and (tries > 0) = $4"
        " and (handed_until is null or handed_until < common.machine_now())"
        " order by tries, due_at limit $3 for update skip locked)"
        " update ledger.later m set tries = m.tries + 1, handed_to = $2,"
        " handed_until = common.machine_now() + interval '10 s' from due"
        " where m.id = due.id and m.receiver = $1 returning m.id, m.tries"};
    struct params *params = params_new(arena);

    param_string(params, receiver_names[receiver]);
    param_string(params, instance);
    param_int(params, (int64_t)most);
    param_bool(params, suspicion == SUSPECTED);
    return hand_out(tx, arena, &statement, params, handed, count, error);
}

bool ledger_suspects(struct tx *tx, struct arena *arena, enum receiver receiver, enum shelf shelf,
    struct uuid from, struct uuid to, bool *any, struct error *error)
{
#define SUSPECTS(name)                                                                             \
    {                                                                                              \
        "ledger_suspects_" name,                                                                   \
            "select exists (select from ledger." name " where id >= $1 and id < $2 and tries > 0"  \
            " and (handed_until is null or handed_until < common.machine_now()))"                  \
    }
    static const struct statement fresh[] = FOR_EACH_RECEIVER(SUSPECTS);
    static const struct statement later = {"ledger_suspects_later",
        "select exists (select from ledger.later where receiver = $1"
        " and due_at <= common.machine_now() and tries > 0"
        " and (handed_until is null or handed_until < common.machine_now()))"};
    struct params *params = params_new(arena);
    struct rows *rows;

    CHECK(receiver < RECEIVER_COUNT);
    if (shelf == SHELF_LATER) {
        param_string(params, receiver_names[receiver]);
    } else {
        param_uuid(params, from);
        param_uuid(params, to);
    }
    if (!tx_query(tx, shelf == SHELF_LATER ? &later : &fresh[receiver], params, &rows, error))
        return false;
    *any = row_bool(rows, 0, 0);
    return true;
}

bool ledger_take_back(struct tx *tx, struct arena *arena, enum receiver receiver,
    const char *instance, struct error *error)
{
#define TAKE_BACK(name)                                                                            \
    {                                                                                              \
        "ledger_take_back_" name, "update ledger." name " set handed_until = null"                 \
                                  " where handed_to = $1 and handed_until is not null"             \
    }
    static const struct statement fresh[] = FOR_EACH_RECEIVER(TAKE_BACK);
    static const struct statement later = {"ledger_take_back_later",
        "update ledger.later set handed_until = null"
        " where receiver = $1 and handed_to = $2 and handed_until is not null"};
    struct params *params = params_new(arena), *of_later = params_new(arena);

    CHECK(receiver < RECEIVER_COUNT);
    param_string(params, instance);
    param_string(of_later, receiver_names[receiver]);
    param_string(of_later, instance);
    return tx_run(tx, &fresh[receiver], params, error) && tx_run(tx, &later, of_later, error);
}

bool ledger_oldest(struct tx *tx, struct arena *arena, enum receiver receiver, struct uuid from,
    struct uuid *oldest, struct error *error)
{
#define OLDEST(name)                                                                               \
    {                                                                                              \
        "ledger_oldest_" name, "select id from ledger." name " where id >= $1 order by id limit 1" \
    }
    static const struct statement statements[] = FOR_EACH_RECEIVER(OLDEST);
    struct params *params = params_new(arena);
    struct rows *rows;

    CHECK(receiver < RECEIVER_COUNT);
    param_uuid(params, from);
    if (!tx_query(tx, &statements[receiver], params, &rows, error))
        return false;
    if (rows_count(rows))
        *oldest = row_uuid(rows, 0, 0);
    return true;
}

static bool renew_own(struct tx *tx, struct arena *arena, const char *daemon, const char *instance,
    const char *endpoint, size_t queued, const char *state, int http_port, struct error *error)
{
    static const struct statement statement = {"ledger_renew",
        "insert into ledger.lease (daemon, instance, endpoint, pid, since, until, queued, state,"
        " http_port) values ($1, $2, $3, $4, common.machine_now(),"
        " common.machine_now() + interval '3 s', $5, $6, $7)"
        " on conflict (daemon, instance) do update set endpoint = excluded.endpoint,"
        " since = case when lease.pid = excluded.pid then lease.since else excluded.since end,"
        " pid = excluded.pid, until = excluded.until, queued = excluded.queued,"
        " state = excluded.state, http_port = excluded.http_port"};
    struct params *params = params_new(arena);

    param_string(params, daemon);
    param_string(params, instance);
    param_string(params, endpoint);
    param_int(params, (int64_t)getpid());
    param_int(params, (int64_t)queued);
    param_string(params, state);
    param_int(params, http_port);
    return tx_run(tx, &statement, params, error);
}

bool ledger_renew(struct tx *tx, struct arena *arena, const char *daemon, const char *instance,
    const char *endpoint, size_t queued, const char *state, int http_port, struct lease **leases,
    size_t *count, struct text *wanted, struct error *error)
{
    static const struct statement everybody = {"ledger_leases",
        "select daemon, instance, endpoint from ledger.lease where until > common.machine_now()"};
    static const struct statement control = {
        "ledger_control", "select wanted from ledger.control where daemon = $1"};
    struct params *params = params_new(arena);
    struct rows *rows, *wishes;

    param_string(params, daemon);
    if (!renew_own(tx, arena, daemon, instance, endpoint, queued, state, http_port, error) ||
        !tx_query(tx, &everybody, NULL, &rows, error) ||
        !tx_query(tx, &control, params, &wishes, error))
        return false;
    *count = rows_count(rows);
    *leases = ARENA_ARRAY(arena, struct lease, *count);
    for (size_t i = 0; i < *count; i++)
        (*leases)[i] =
            (struct lease){row_text(rows, i, 0), row_text(rows, i, 1), row_text(rows, i, 2)};
    *wanted = rows_count(wishes) ? row_text(wishes, 0, 0) : TEXT("run");
    return true;
}

bool ledger_plan_anew(struct tx *tx, struct error *error)
{
    static const struct statement statement = {"ledger_plan_anew", "discard plans"};

    return tx_run(tx, &statement, NULL, error);
}

bool ledger_leave(struct tx *tx, struct arena *arena, const char *daemon, const char *instance,
    struct error *error)
{
    static const struct statement statement = {
        "ledger_leave", "delete from ledger.lease where daemon = $1 and instance = $2"};
    struct params *params = params_new(arena);

    param_string(params, daemon);
    param_string(params, instance);
    return tx_run(tx, &statement, params, error);
}

bool ledger_audit(struct tx *tx, struct arena *arena, struct uuid writer, int64_t now_ms,
    const struct audited *entries, size_t count, struct error *error)
{
    static const struct statement statement = {"ledger_audit",
        "insert into audit.entry (writer, at, seq, actor, action, subject, detail, mac)"
        " select $1, $2, * from unnest($3::bigint[], $4::text[], $5::text[], $6::uuid[],"
        " $7::text[], $8::bytea[])"};
    struct params *params = params_new(arena);

    param_uuid(params, writer);
    param_time(params, now_ms);
    param_ints(params, COLUMN(entries, seq), count);
    param_texts(params, COLUMN(entries, actor), count);
    param_texts(params, COLUMN(entries, action), count);
    param_uuids(params, COLUMN(entries, subject), count);
    param_texts(params, COLUMN(entries, detail), count);
    param_bytes_column(params, COLUMN(entries, mac), count);
    return tx_run(tx, &statement, params, error);
}

bool ledger_lock_rhythm(struct tx *tx, struct arena *arena, const char *daemon, const char *rhythm,
    bool *held, struct error *error)
{
    static const struct statement statement = {
        "ledger_lock_rhythm", "select pg_try_advisory_xact_lock(hashtext($1), hashtext($2))"};
    struct params *params = params_new(arena);
    struct rows *rows;

    param_string(params, daemon);
    param_string(params, rhythm);
    if (!tx_query(tx, &statement, params, &rows, error))
        return false;
    *held = row_bool(rows, 0, 0);
    return true;
}

bool ledger_schema(struct tx *tx, struct arena *arena, int64_t *number, struct error *error)
{
    static const struct statement statement = {
        "ledger_schema", "select coalesce(max(number), 0)::bigint from common.migration"};
    struct rows *rows;

    (void)arena;
    if (!tx_query(tx, &statement, NULL, &rows, error))
        return false;
    *number = row_int(rows, 0, 0);
    return true;
}
