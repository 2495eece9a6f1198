/* The statements behind staff_store.h, each in a transaction of its own. */
#include "services/gruppstod/staff_store.h"

#include "common/clock.h"
#include "common/password.h"

enum { ARENA_MOST = 1024 * 1024 };

static const struct statement make = {
    "staff_make", "select desk.make_staff($1, $2, $3, $4, $5, $6)"};

bool staff_make(struct store *store, struct operator_pen *pen, const struct staff_wish *wish,
    struct error *error)
{
    char hash[PASSWORD_HASH + 1];
    struct rows *rows;

    if (!password_hash(text_of(wish->password), hash, error))
        return false;
    struct arena *arena = arena_new(ARENA_MOST);
    struct tx *tx = tx_begin(store, arena, error);
    struct params *params = params_new(arena);
    param_uuid(params, uuid_new(clock_now_ms()));
    param_string(params, wish->user);
    param_string(params, wish->display_name);
    param_string(params, wish->role);
    param_string(params, hash);
    param_uuid(params, wish->leader_id);
    bool good =
        tx && tx_query(tx, &make, params, &rows, error) &&
        operator_pen_write(pen, tx, arena, "staff_made", row_uuid(rows, 0, 0), wish->role, error);
    if (good)
        good = tx_commit(tx, DURABILITY_FULL, error);
    else
        tx_rollback(tx);
    arena_free(arena);
    return good;
}

/* One row, looked at and left as it was. */
static bool look(struct store *store, const struct statement *statement, struct uuid *id,
    bool *truth, struct error *error)
{
    struct arena *arena = arena_new(ARENA_MOST);
    struct tx *tx = tx_begin(store, arena, error);
    struct rows *rows;
    const bool good = tx && tx_query(tx, statement, NULL, &rows, error);

    if (good && id)
        *id = rows_count(rows) ? row_uuid(rows, 0, 0) : (struct uuid){{0}};
    if (good && truth)
        *truth = rows_count(rows) > 0;
    tx_rollback(tx);
    arena_free(arena);
    return good;
}

static const struct statement some_leader = {
    "staff_some_leader",
    "select leader_id from scheduling.leader_v order by active_groups desc, experienced desc,"
    " leader_id limit 1",
};

bool staff_some_leader(struct store *store, struct uuid *leader_id, struct error *error)
{
    return look(store, &some_leader, leader_id, NULL, error);
}

static const struct statement exist = {"staff_exist", "select true from desk.staff_v limit 1"};

bool staff_exist(struct store *store, bool *exists, struct error *error)
{
    return look(store, &exist, NULL, exists, error);
}

/* An account that has ended already is ended again: a session may have been left. */
static const struct statement end = {
    "staff_end",
    "select staff_id from desk.staff_v where user_name = $1 and desk.end_staff($1) > 0",
};

bool staff_end(struct store *store, struct operator_pen *pen, const char *user, bool *ended,
    struct error *error)
{
    struct arena *arena = arena_new(ARENA_MOST);
    struct tx *tx = tx_begin(store, arena, error);
    struct params *params = params_new(arena);
    struct rows *rows;

    param_string(params, user);
    bool good = tx && tx_query(tx, &end, params, &rows, error);
    *ended = good && rows_count(rows) > 0;
    if (*ended)
        good = operator_pen_write(pen, tx, arena, "staff_ended", row_uuid(rows, 0, 0), NULL, error);
    if (good)
        good = tx_commit(tx, DURABILITY_FULL, error);
    else
        tx_rollback(tx);
    arena_free(arena);
    return good;
}
