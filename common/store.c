/*
 * One connection in libpq's pipeline mode.
 *
 * A statement that asks for no rows is sent and not waited for; its answer is read with the next
 * question or the commit, so a slice costs a few round trips however many statements it has.
 * In a pipeline the server skips everything after a failure up to the next sync; the first
 * failure is kept in the transaction and told by whatever asks next.
 */
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/store_parts.h"

enum {
    STATEMENTS_MOST = 512, /* prepared statements a connection; a program has some hundred */
    PENDING_MOST = 256,    /* statements sent and not yet answered; at it we wait for answers */
    CONNECT_SECONDS = 5,
};

struct prepared {
    const struct statement *statement;
    bool ready;
};

enum pending_kind { PENDING_PREPARE, PENDING_RUN, PENDING_SYNC };

struct pending {
    enum pending_kind kind;
    size_t prepared;    /* index of the statement */
    struct rows **rows; /* where an answer is wanted */
};

struct tx {
    struct store *store;
    struct arena *arena;
    bool open;
    bool failed;
    struct error failure; /* the first one */
    int64_t now_ms;
    struct rows *clock;
    struct rows *rows;
};

struct store {
    PGconn *connection;
    char *conninfo, *role;
    struct prepared prepared[STATEMENTS_MOST];
    size_t prepared_count;
    struct pending pending[PENDING_MOST];
    size_t pending_count;
    struct tx tx;
};

static bool connection_error(struct store *store, struct error *error)
{
    const char *text = store->connection ? PQerrorMessage(store->connection) : "no connection";

    return error_set(error, ERROR_BUSY, "PostgreSQL: %.*s", (int)strcspn(text, "\n"), text);
}

/* What a session of ours always is; the role's own limits are part of the migration. */
static bool set_up(struct store *store, struct error *error)
{
    PGresult *result = PQexec(store->connection,
        "set statement_timeout = '30s'; set lock_timeout = '5s';"
        "set idle_in_transaction_session_timeout = '60s'; set jit = off;"
        "set plan_cache_mode = force_generic_plan; set client_min_messages = warning;"
        "set timezone = 'UTC'");
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;

    PQclear(result);
    if (!good || !PQenterPipelineMode(store->connection))
        return connection_error(store, error);
    return true;
}

static bool connect_now(struct store *store, struct error *error)
{
    const char *const names[] = {"dbname", "user", "application_name", "connect_timeout",
        "tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "client_encoding", NULL};
    const char *const values[] = {
        store->conninfo, store->role, store->role, "5", "5000", "5", "2", "3", "UTF8", NULL};

    store->connection = PQconnectdbParams(names, values, 1);
    if (PQstatus(store->connection) != CONNECTION_OK)
        return connection_error(store, error);
    return set_up(store, error);
}

struct store *store_open(const struct store_options *options, struct error *error)
{
    struct store *store = calloc(1, sizeof *store);

    CHECK(store);
    store->conninfo = strdup(options->conninfo);
    store->role = strdup(options->role);
    CHECK(store->conninfo && store->role);
    if (connect_now(store, error))
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    tx_rollback(&store->tx);
    PQfinish(store->connection);
    free(store->conninfo);
    free(store->role);
    free(store);
}

bool store_alive(const struct store *store)
{
    return store->connection && PQstatus(store->connection) == CONNECTION_OK;
}

bool store_reconnect(struct store *store, struct error *error)
{
    CHECK(!store->tx.open);
    PQfinish(store->connection);
    store->connection = NULL;
    store->prepared_count = 0;
    store->pending_count = 0;
    return connect_now(store, error);
}

int store_fd(const struct store *store)
{
    return PQsocket(store->connection);
}

static enum error_kind kind_of(const char *state)
{
    static const char *const busy[] = {"08", "40", "53", "55", "57", "58"};

    if (!state)
        return ERROR_BUSY; /* the connection broke */
    if (strncmp(state, "23", 2) == 0)
        return ERROR_CONFLICT;
    for (size_t i = 0; i < COUNT(busy); i++)
        if (strncmp(state, busy[i], 2) == 0)
            return ERROR_BUSY;
    return ERROR_INPUT;
}

static void fail(struct tx *tx, const PGresult *result, const char *statement)
{
    if (tx->failed)
        return;
    tx->failed = true;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *constraint = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!text)
        text = PQerrorMessage(tx->store->connection);
    error_set(&tx->failure, kind_of(state), "%s: %.*s%s%s", statement, (int)strcspn(text, "\n"),
        text, constraint ? " " : "", constraint ? constraint : "");
}

static struct rows *keep(struct tx *tx, PGresult *result)
{
    struct rows *rows = ARENA_NEW(tx->arena, struct rows);

    rows->result = result;
    rows->older = tx->rows;
    tx->rows = rows;
    return rows;
}

/* Takes the one result of a pending statement; false if the connection broke. */
static bool take_result(struct tx *tx, struct pending *pending)
{
    struct store *store = tx->store;
    PGresult *result = PQgetResult(store->connection);
    const char *name =
        pending->kind == PENDING_SYNC ? "sync" : store->prepared[pending->prepared].statement->name;

    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        return true; /* a sync has no NULL after it */
    case PGRES_COMMAND_OK:
        if (pending->kind == PENDING_PREPARE)
            store->prepared[pending->prepared].ready = true;
        break;
    case PGRES_TUPLES_OK:
        if (pending->rows) {
            *pending->rows = keep(tx, result);
            result = NULL;
        }
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        fail(tx, result, name);
        break;
    }
    PQclear(result);
    if (!store_alive(store)) {
        fail(tx, NULL, name);
        return false;
    }
    while ((result = PQgetResult(store->connection)))
        PQclear(result);
    return true;
}

/* Reads the answers to all that was sent. */
static bool settle(struct tx *tx)
{
    struct store *store = tx->store;

    for (size_t i = 0; i < store->pending_count; i++)
        if (!take_result(tx, &store->pending[i]))
            break;
    store->pending_count = 0;
    /* What the server skipped was not prepared: forget it, it is sent again. */
    size_t kept = 0;
    while (kept < store->prepared_count && store->prepared[kept].ready)
        kept++;
    store->prepared_count = kept;
    return !tx->failed;
}

static void expect(struct store *store, enum pending_kind kind, size_t prepared, struct rows **rows)
{
    CHECK(store->pending_count < PENDING_MOST);
    store->pending[store->pending_count++] = (struct pending){kind, prepared, rows};
}

/* The place of a statement among the prepared; sent for preparation when it is new. */
static bool prepare(
    struct tx *tx, const struct statement *statement, const struct params *params, size_t *place)
{
    struct store *store = tx->store;

    for (size_t i = 0; i < store->prepared_count; i++)
        if (store->prepared[i].statement == statement) {
            *place = i;
            return true;
        }
    CHECK(store->prepared_count < STATEMENTS_MOST);
    *place = store->prepared_count++;
    store->prepared[*place] = (struct prepared){statement, false};
    if (!PQsendPrepare(store->connection, statement->name, statement->sql,
            params ? params->count : 0, params ? params->types : NULL)) {
        store->prepared_count--;
        fail(tx, NULL, statement->name);
        return false;
    }
    expect(store, PENDING_PREPARE, *place, NULL);
    return true;
}

static bool flush_and_settle(struct tx *tx)
{
    if (!PQsendFlushRequest(tx->store->connection) || PQflush(tx->store->connection) < 0)
        fail(tx, NULL, "flush");
    return settle(tx);
}

static bool send(
    struct tx *tx, const struct statement *statement, struct params *params, struct rows **rows)
{
    struct store *store = tx->store;
    size_t place;

    CHECK(tx->open);
    if (tx->failed)
        return false;
    if (store->pending_count + 4 > PENDING_MOST && !flush_and_settle(tx))
        return false;
    if (!prepare(tx, statement, params, &place))
        return false;
    if (!PQsendQueryPrepared(store->connection, statement->name, params ? params->count : 0,
            params ? params->values : NULL, params ? params->lengths : NULL,
            params ? params->formats : NULL, 1)) {
        fail(tx, NULL, statement->name);
        return false;
    }
    expect(store, PENDING_RUN, place, rows);
    return true;
}

static bool tell(const struct tx *tx, struct error *error)
{
    if (tx->failed && error)
        *error = tx->failure;
    return !tx->failed;
}

bool tx_run(
    struct tx *tx, const struct statement *statement, struct params *params, struct error *error)
{
    send(tx, statement, params, NULL);
    return tell(tx, error);
}

bool tx_query(struct tx *tx, const struct statement *statement, struct params *params,
    struct rows **rows, struct error *error)
{
    *rows = NULL;
    if (send(tx, statement, params, rows) && flush_and_settle(tx))
        CHECK(*rows);
    return tell(tx, error);
}

struct tx *tx_begin(struct store *store, struct arena *arena, struct error *error)
{
    static const struct statement begin = {"begin", "begin"};
    /* The body of common.civil_now(), which as a function would be planned at each call. */
    static const struct statement clock = {
        "civil_now", "select clock_timestamp() + ahead from common.civil_clock"};
    struct tx *tx = &store->tx;

    CHECK(!tx->open);
    if (!store_alive(store)) {
        connection_error(store, error);
        return NULL;
    }
    *tx = (struct tx){.store = store, .arena = arena, .open = true, .now_ms = INT_ABSENT};
    if (send(tx, &begin, NULL, NULL) && send(tx, &clock, NULL, &tx->clock))
        return tx;
    tell(tx, error);
    tx_rollback(tx);
    return NULL;
}

int64_t tx_now_ms(const struct tx *constant)
{
    struct tx *tx = &constant->store->tx;

    /* The clock was asked with the begin; its answer came with the first question, or comes now. */
    if (tx->now_ms == INT_ABSENT && !tx->clock)
        flush_and_settle(tx);
    if (tx->now_ms == INT_ABSENT && tx->clock)
        tx->now_ms = row_time(tx->clock, 0, 0);
    return tx->now_ms;
}

static void close_tx(struct tx *tx)
{
    while (tx->rows) {
        struct rows *rows = tx->rows;
        tx->rows = rows->older;
        PQclear(rows->result);
    }
    tx->open = false;
}

/* A sync ends what a failure made the server skip. */
static void synchronise(struct tx *tx)
{
    if (PQpipelineSync(tx->store->connection)) {
        expect(tx->store, PENDING_SYNC, 0, NULL);
        settle(tx);
    } else {
        fail(tx, NULL, "sync");
    }
}

bool tx_commit(struct tx *tx, enum durability durability, struct error *error)
{
    static const struct statement relax = {"relax", "set local synchronous_commit = off"};
    static const struct statement commit = {"commit", "commit"};

    if (durability == DURABILITY_RELAXED)
        send(tx, &relax, NULL, NULL);
    send(tx, &commit, NULL, NULL);
    if (!tx->failed)
        synchronise(tx);
    if (tx->failed) {
        tell(tx, error);
        tx_rollback(tx);
        return false;
    }
    close_tx(tx);
    return true;
}

void tx_rollback(struct tx *tx)
{
    static const struct statement rollback = {"rollback", "rollback"};

    if (!tx || !tx->open)
        return;
    if (store_alive(tx->store)) {
        synchronise(tx);
        tx->failed = false;
        send(tx, &rollback, NULL, NULL);
        synchronise(tx);
    }
    tx->store->pending_count = 0;
    close_tx(tx);
}

bool tx_savepoint(struct tx *tx, struct error *error)
{
    static const struct statement savepoint = {"savepoint", "savepoint step"};

    send(tx, &savepoint, NULL, NULL);
    return tell(tx, error);
}

bool tx_release_savepoint(struct tx *tx, struct error *error)
{
    static const struct statement release = {"release", "release savepoint step"};

    send(tx, &release, NULL, NULL);
    return tell(tx, error);
}

bool tx_rollback_to_savepoint(struct tx *tx, struct error *error)
{
    static const struct statement rollback = {"rollback_to", "rollback to savepoint step"};

    synchronise(tx);
    if (!store_alive(tx->store))
        return tell(tx, error);
    tx->failed = false;
    send(tx, &rollback, NULL, NULL);
    return tell(tx, error);
}
