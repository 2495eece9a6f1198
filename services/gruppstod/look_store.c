/* Reading for the operator, with the role that may only read. */
#include "services/gruppstod/look_store.h"

bool look_living(struct store *store, struct arena *arena, int64_t *living, struct error *error)
{
    static const struct statement statement = {"look_living",
        "select count(distinct daemon) from ledger.lease where until > common.machine_now()"};
    struct rows *rows;
    struct tx *tx = tx_begin(store, arena, error);
    const bool good = tx && tx_query(tx, &statement, NULL, &rows, error);

    if (good)
        *living = row_int(rows, 0, 0);
    tx_rollback(tx);
    return good;
}
