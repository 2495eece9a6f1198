/* The statements behind desk_queue_store.h. */
#include "services/desk/desk_queue_store.h"

#include <string.h>

static const struct statement look_queues = {
    "desk_look_queues",
    "select q.receiver, c.wanted, c.by, c.why, c.since, q.depth, q.later, q.dead, q.oldest_s,"
    "       round(q.said_minute * 10)::bigint, round(q.handled_minute * 10)::bigint, q.rejected,"
    "       (q.p50_ms * 1000)::bigint, (q.p95_ms * 1000)::bigint, (q.p99_ms * 1000)::bigint"
    "  from ledger.queue_v q left join ledger.control c on c.daemon = q.receiver"
    " order by q.place",
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
            .receiver = row_text(rows, i, 0),
            .wanted = row_text(rows, i, 1),
            .wanted_by = row_text(rows, i, 2),
            .wanted_why = row_text(rows, i, 3),
            .wanted_since_ms = row_time(rows, i, 4),
            .depth = row_int(rows, i, 5),
            .later = row_int(rows, i, 6),
            .dead = row_int(rows, i, 7),
            .oldest_s = row_int(rows, i, 8),
            .said_tenths = row_int(rows, i, 9),
            .handled_tenths = row_int(rows, i, 10),
            .rejected = row_int(rows, i, 11),
            .p50_us = row_int(rows, i, 12),
            .p95_us = row_int(rows, i, 13),
            .p99_us = row_int(rows, i, 14),
        };
    *queues = found;
    return true;
}

static const struct statement look_pace = {
    "desk_look_pace",
    "select receiver, minutes_ago::bigint, handled from ledger.pace_v"
    " where minutes_ago between 0 and 29 order by receiver, minutes_ago",
};

bool desk_look_pace(
    struct context *context, const struct pace_row **paces, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_pace, NULL, &rows, error))
        return false;
    struct pace_row *found = ARENA_ARRAY(context->arena, struct pace_row, rows_count(rows) + 1);
    *count = 0;
    for (size_t i = 0; i < rows_count(rows); i++) {
        const struct text receiver = row_text(rows, i, 0);
        if (!*count || !text_equal(found[*count - 1].receiver, receiver))
            found[(*count)++] = (struct pace_row){.receiver = receiver};
        found[*count - 1].handled[PACE_MINUTES - 1 - row_int(rows, i, 1)] = row_int(rows, i, 2);
    }
    *paces = found;
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

static const struct statement look_shape = {
    "desk_look_shape",
    "select situation, to_7, to_14, to_28, to_56, to_112, over_112, waiting,"
    "       oldest_days::bigint from matching.shape_v order by situation = 'all', situation",
};

bool desk_look_shape(
    struct context *context, const struct shape_row **shape, size_t *count, struct error *error)
{
    struct rows *rows;

    if (!tx_query(context->tx, &look_shape, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    struct shape_row *found = ARENA_ARRAY(context->arena, struct shape_row, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        found[i] = (struct shape_row){.situation = row_text(rows, i, 0),
            .all = row_int(rows, i, 7),
            .oldest_days = row_int(rows, i, 8)};
        for (int age = 0; age < 6; age++)
            found[i].waiting[age] = row_int(rows, i, 1 + age);
    }
    *shape = found;
    return true;
}

static const struct statement look_oldest = {
    "desk_look_oldest",
    "select r.referral_id, s.code, r.state, r.received_at"
    "  from matching.referral_v r join intake.safety_v s using (referral_id)"
    " where r.state in ('received', 'safety_check', 'protection_first', 'contacting',"
    "     'awaiting_consent', 'waiting', 'parked', 'proposed', 'offered', 'call_back')"
    " order by r.received_at limit 1",
};

bool desk_look_oldest(struct context *context, struct oldest_row *oldest, struct error *error)
{
    struct rows *rows;

    *oldest = (struct oldest_row){.found = false};
    if (!tx_query(context->tx, &look_oldest, NULL, &rows, error))
        return false;
    if (rows_count(rows))
        *oldest = (struct oldest_row){true, row_uuid(rows, 0, 0), row_text(rows, 0, 1),
            row_text(rows, 0, 2), row_time(rows, 0, 3)};
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
