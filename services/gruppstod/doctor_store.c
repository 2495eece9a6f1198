#include "services/gruppstod/doctor_store.h"

#define OLDEST(name) "select '" name "' as queue, min(said_at) as at from ledger." name

#define QUEUES                                                                                     \
    OLDEST("intake")                                                                               \
    " union all " OLDEST("matching") " union all " OLDEST("scheduling") " union all " OLDEST(      \
        "notification") " union all " OLDEST("evaluation") " union all " OLDEST("desk")

static const struct statement facts_statement = {"doctor_facts",
    "with queues as (" QUEUES "),"
    " oldest as (select queue, extract(epoch from common.civil_now() - at)::bigint as s"
    " from queues where at is not null order by at limit 1),"
    " snapshot as (select usename || ' ' || application_name as who,"
    " extract(epoch from common.machine_now() - xact_start)::bigint as s from pg_stat_activity"
    " where xact_start is not null and backend_type = 'client backend' and pid <> pg_backend_pid()"
    " order by xact_start limit 1),"
    " living as (select daemon, state from ledger.lease where until > common.machine_now())"
    " select current_setting('fsync'), current_setting('full_page_writes'),"
    " current_setting('synchronous_commit'), current_setting('data_checksums'),"
    " coalesce((select string_agg(d, ', ') from unnest(array['intake', 'matching', 'scheduling',"
    " 'notification', 'evaluation', 'desk']) d where d not in (select daemon from living)), ''),"
    " coalesce((select string_agg(daemon || ' ' || state, ', ') from living"
    " where state <> 'running'), ''),"
    " coalesce((select queue from oldest), ''), coalesce((select s from oldest), 0),"
    " (select count(*) from ledger.dead where ended is null),"
    " (select count(*) from ledger.later where due_at < common.machine_now() - interval '1 min'),"
    " coalesce((select sum(tasks) from desk.task_due_v), 0)::bigint,"
    " coalesce((select extract(epoch from common.civil_now() - min(oldest_due)) / 86400"
    " from desk.task_due_v), 0)::bigint,"
    " coalesce((select who from snapshot), ''), coalesce((select s from snapshot), 0),"
    " (select (extract(epoch from ahead) * 1000)::bigint from common.civil_clock)"};

static struct text kept(struct arena *arena, const struct rows *rows, int column)
{
    const struct text text = row_text(rows, 0, column);

    return (struct text){arena_copy(arena, text.data, text.length), text.length};
}

bool doctor_read_facts(
    struct store *store, struct arena *arena, struct doctor_facts *facts, struct error *error)
{
    struct rows *rows;
    struct tx *tx = tx_begin(store, arena, error);
    const bool good = tx && tx_query(tx, &facts_statement, NULL, &rows, error);

    if (good)
        *facts = (struct doctor_facts){
            .fsync = kept(arena, rows, 0),
            .full_page_writes = kept(arena, rows, 1),
            .synchronous_commit = kept(arena, rows, 2),
            .checksums = kept(arena, rows, 3),
            .missing = kept(arena, rows, 4),
            .paused = kept(arena, rows, 5),
            .oldest_queue = kept(arena, rows, 6),
            .oldest_s = row_int(rows, 0, 7),
            .dead = row_int(rows, 0, 8),
            .later = row_int(rows, 0, 9),
            .overdue_tasks = row_int(rows, 0, 10),
            .overdue_days = row_int(rows, 0, 11),
            .snapshot = kept(arena, rows, 12),
            .snapshot_s = row_int(rows, 0, 13),
            .ahead_ms = row_int(rows, 0, 14),
        };
    tx_rollback(tx);
    return good;
}

bool doctor_read_migrations(struct store *store, struct arena *arena, const struct text **names,
    const struct text **digests, size_t *count, struct error *error)
{
    static const struct statement statement = {"doctor_migrations",
        "select array_agg(name order by number), array_agg(digest order by number)"
        " from common.migration"};
    struct rows *rows;
    struct tx *tx = tx_begin(store, arena, error);
    const bool good = tx && tx_query(tx, &statement, NULL, &rows, error);

    if (good) {
        *count = row_texts(rows, 0, 0, arena, names);
        row_texts(rows, 0, 1, arena, digests);
    }
    tx_rollback(tx);
    return good;
}
