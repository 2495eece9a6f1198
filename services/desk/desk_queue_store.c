/* The statements behind desk_queue_store.h. */
#include "services/desk/desk_queue_store.h"

#define DEPTH(daemon)                                                                              \
    "select '" daemon "' as daemon, count(*) as depth,"                                            \
    " extract(epoch from common.machine_now() - min(said_at))::bigint as oldest_s"                 \
    " from ledger." daemon

static const struct statement look_queues = {
    "desk_look_queues",
    "with depth as (" DEPTH("intake") " union all " DEPTH("matching") " union all " DEPTH(
        "sche"
        "duli"
        "ng") " union all " DEPTH("notification") " union all " DEPTH("evaluation") " union "
                                                                                    "all " DEPTH(
                                                                                        "d"
                                                                                        "e"
                                                                                        "s"
                                                                                        "k") ") "
                                                                                             "selec"
                                                                                             "t "
                                                                                             "d."
                                                                                             "daemo"
                                                                                             "n, "
                                                                                             "c."
                                                                                             "wante"
                                                                                             "d, "
                                                                                             "c.by,"
                                                                                             " "
                                                                                             "c."
                                                                                             "why, "
                                                                                             "d."
                                                                                             "depth"
                                                                                             ","
                                                                                             "  "
                                                                                             "(sele"
                                                                                             "ct "
                                                                                             "count"
                                                                                             "(*)"
                                                                                             " from"
                                                                                             " "
                                                                                             "ledge"
                                                                                             "r."
                                                                                             "later"
                                                                                             " l "
                                                                                             "where"
                                                                                             " "
                                                                                             "l."
                                                                                             "recei"
                                                                                             "ver"
                                                                                             " = "
                                                                                             "d."
                                                                                             "daemo"
                                                                                             "n),"
                                                                                             "  "
                                                                                             "(sele"
                                                                                             "ct "
                                                                                             "count"
                                                                                             "(*)"
                                                                                             " from"
                                                                                             " "
                                                                                             "ledge"
                                                                                             "r."
                                                                                             "dead "
                                                                                             "x "
                                                                                             "where"
                                                                                             " "
                                                                                             "x."
                                                                                             "recei"
                                                                                             "ver"
                                                                                             " = "
                                                                                             "d."
                                                                                             "daemo"
                                                                                             "n "
                                                                                             "and "
                                                                                             "x."
                                                                                             "ended"
                                                                                             " "
                                                                                             "is "
                                                                                             "null)"
                                                                                             ","
                                                                                             "  "
                                                                                             "d."
                                                                                             "oldes"
                                                                                             "t_"
                                                                                             "s, "
                                                                                             "c."
                                                                                             "since"
                                                                                             " from"
                                                                                             " "
                                                                                             "depth"
                                                                                             " d "
                                                                                             "left "
                                                                                             "join "
                                                                                             "ledge"
                                                                                             "r."
                                                                                             "contr"
                                                                                             "ol "
                                                                                             "c "
                                                                                             "using"
                                                                                             " "
                                                                                             "(daem"
                                                                                             "on"
                                                                                             ")",
};

bool desk_look_queues(
    struct context *context, const struct queue_row **queues, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_queues, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    struct queue_row *found = ARENA_ARRAY(context->arena, struct queue_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct queue_row){
            .daemon = row_text(rows, i, 0),
            .wanted = row_text(rows, i, 1),
            .wanted_by = row_text(rows, i, 2),
            .wanted_why = row_text(rows, i, 3),
            .depth = row_int(rows, i, 4),
            .later = row_int(rows, i, 5),
            .dead = row_int(rows, i, 6),
            .oldest_s = row_int(rows, i, 7),
            .wanted_since_ms = row_time(rows, i, 8),
        };
    *queues = found;
    return true;
}

static const struct statement look_leases = {
    "desk_look_leases",
    "select daemon, instance, state, queued, since from ledger.lease"
    " where until > common.machine_now() order by daemon, instance",
};

bool desk_look_leases(
    struct context *context, const struct lease_row **leases, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_leases, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    struct lease_row *found = ARENA_ARRAY(context->arena, struct lease_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct lease_row){row_text(rows, i, 0), row_text(rows, i, 1),
            row_text(rows, i, 2), row_int(rows, i, 3), row_time(rows, i, 4)};
    *leases = found;
    return true;
}

static const struct statement look_dead = {
    "desk_look_dead",
    "select receiver, kind, reason, min(owner), count(*), min(died_at),"
    "       (array_agg(subject order by died_at))[1]"
    "  from ledger.dead where ended is null"
    " group by receiver, kind, reason order by count(*) desc, receiver, kind, reason limit 50",
};

bool desk_look_dead(
    struct context *context, const struct dead_row **dead, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_dead, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    struct dead_row *found = ARENA_ARRAY(context->arena, struct dead_row, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = (struct dead_row){row_text(rows, i, 0), row_text(rows, i, 1),
            row_text(rows, i, 2), row_text(rows, i, 3), row_int(rows, i, 4), row_time(rows, i, 5),
            row_uuid(rows, i, 6)};
    *dead = found;
    return true;
}

static const struct statement retry_dead = {
    "desk_retry_dead", "select ledger.retry_dead_alike(null, $1, $2, $3, $4)"};

bool desk_retry_dead(struct context *context, struct text receiver, struct text kind,
    struct text reason, struct text who, int64_t *moved, struct error *error)
{
    struct params *params = params_new(context->arena);
    struct rows *rows;

    param_text(params, receiver);
    param_text(params, kind);
    param_text(params, reason);
    param_text(params, who);
    if (!tx_query(context->tx, &retry_dead, params, &rows, error))
        return false;
    *moved = row_int(rows, 0, 0);
    return true;
}

static const struct statement want = {
    "desk_want",
    "insert into ledger.control (daemon, wanted, by, why, since)"
    " values ($1, $2, $3, $4, common.machine_now())"
    " on conflict (daemon) do update set wanted = excluded.wanted, by = excluded.by,"
    " why = excluded.why, since = excluded.since",
};

bool desk_want(struct context *context, struct text daemon, struct text wanted, struct text who,
    struct text why, struct error *error)
{
    struct params *params = params_new(context->arena);

    param_text(params, daemon);
    param_text(params, wanted);
    param_text(params, who);
    param_text(params, why);
    return tx_run(context->tx, &want, params, error);
}
