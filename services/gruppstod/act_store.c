/* The operator's writes, each noted with who did it. */
#include "services/gruppstod/act_store.h"

bool act_control(struct store *store, struct arena *arena, const char *daemon, const char *wanted,
    const char *by, const char *why, struct error *error)
{
    static const struct statement statement = {"act_control",
        "insert into ledger.control (daemon, wanted, by, why, since)"
        " values ($1, $2, $3, $4, common.machine_now())"
        " on conflict (daemon) do update set wanted = excluded.wanted, by = excluded.by,"
        " why = excluded.why, since = excluded.since"};
    struct params *params = params_new(arena);
    struct tx *tx = tx_begin(store, arena, error);

    param_string(params, daemon);
    param_string(params, wanted);
    param_string(params, by);
    param_string(params, why);
    if (tx && tx_run(tx, &statement, params, error) && tx_commit(tx, DURABILITY_FULL, error))
        return true;
    tx_rollback(tx);
    return false;
}

bool act_retry(struct store *store, struct arena *arena, struct uuid id, const char *by,
    int64_t *count, struct error *error)
{
    static const struct statement statement = {
        "act_retry", "select ledger.retry_dead($1::uuid, null, $2::text)::bigint"};
    struct params *params = params_new(arena);
    struct rows *rows;
    struct tx *tx = tx_begin(store, arena, error);

    param_uuid(params, id);
    param_string(params, by);
    if (tx && tx_query(tx, &statement, params, &rows, error)) {
        *count = row_int(rows, 0, 0);
        if (tx_commit(tx, DURABILITY_FULL, error))
            return true;
    }
    tx_rollback(tx);
    return false;
}
