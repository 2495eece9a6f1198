/* The superuser's side of a bench: counting, preparing, holding a snapshot. */
#include <libpq-fe.h>
#include <stdlib.h>

#include "common/number.h"
#include "services/gruppstod/bench.h"
#include "services/gruppstod/cluster.h"

static PGconn *connect_admin(struct bench *bench)
{
    return PQconnectdb(
        arena_format(bench->shell.arena, "%s user=%s", bench->shell.conninfo, CLUSTER_ADMIN));
}

bool bench_ask(struct bench *bench, const char *sql, int64_t *number, struct error *error)
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
