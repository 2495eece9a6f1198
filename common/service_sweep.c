/*
 * The sweep: what the express lost, what came while this daemon was down, what is due again.
 *
 * It must not become the scan it replaces: it looks only when few hints wait, only at what is
 * older than a second, from a low-water mark on. A try is committed before a message is handed
 * out, so a message that kills its handler is found: handed out in company once, then alone
 * twice, then it lies with the dead letters.
 */
#include <stdlib.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/service_parts.h"

enum {
    NEAR_MS = 5000,   /* how far back a usual sweep looks */
    WHOLE_MS = 30000, /* how often a sweep looks at everything since the low-water mark */
    LATE_MS = 60000,  /* a commit is at most this much later than the ids it made */
    FEW_HINTS = 64,   /* with more work than this at hand there is no hurry to look for more */
};

struct found {
    struct handed *handed;
    size_t count;
};

struct range {
    struct uuid from, to;
};

/* In a transaction of its own: the counted try is committed before anything is handled. */
static bool look(struct daemon *daemon, struct arena *arena, enum shelf shelf, struct range range,
    struct found *found, struct error *error)
{
    struct tx *tx = tx_begin(daemon->store, arena, error);
    const size_t most = (size_t)daemon->core.slice_most;

    if (!tx)
        return false;
    const bool good =
        shelf == SHELF_LATER
            ? ledger_due(tx, arena, daemon->receiver, daemon->house.instance, most,
                  daemon->starting, &found->handed, &found->count, error)
            : ledger_sweep(tx, arena, daemon->receiver, daemon->house.instance, range.from,
                  range.to, most, daemon->starting, &found->handed, &found->count, error);
    if (!good) {
        tx_rollback(tx);
        return false;
    }
    return tx_commit(tx, DURABILITY_FULL, error);
}

static int by_tries(const void *a, const void *b)
{
    const struct handed *one = a, *other = b;

    if (one->tries != other->tries)
        return one->tries < other->tries ? -1 : 1;
    return uuid_compare(&one->id, &other->id);
}

/* It killed whoever handled it: a person must look. */
static void bury_killer(struct daemon *daemon, enum shelf shelf, struct uuid id)
{
    struct context context;
    struct outbox outbox;
    struct claimed *claimed;
    size_t count;
    struct error error = {ERROR_NONE, ""};
    char text[UUID_TEXT + 1];

    uuid_format(id, text);
    log_event(LOG_LEVEL_ERROR, "message_kills", "message=%s", text);
    if (!daemon_begin(daemon, &context, &outbox, &error))
        return;
    if (ledger_claim(
            context.tx, daemon->arena, daemon->receiver, shelf, &id, 1, &claimed, &count, &error)) {
        const char *why = "the daemon died each time it handled this message";
        const struct died died = {claimed, why};
        const struct hop hop = {claimed, "reject", NULL, NULL, why};
        context.now_ms = tx_now_ms(context.tx);
        if (count &&
            ledger_bury(
                context.tx, daemon->arena, daemon->receiver, &died, 1, context.now_ms, &error) &&
            ledger_write_hops(
                context.tx, daemon->arena, daemon->receiver, context.now_ms, &hop, 1, &error) &&
            outbox_commit(&outbox, &context, DURABILITY_FULL, &error))
            return;
    }
    tx_rollback(context.tx);
}

/* Those never handed out before go in company; the others alone, the least suspicious first. */
static void handle_found(struct daemon *daemon, enum shelf shelf, struct found found)
{
    struct uuid company[1024];
    size_t count = 0;

    qsort(found.handed, found.count, sizeof *found.handed, by_tries);
    for (size_t i = 0; i < found.count && found.handed[i].tries <= 1; i++)
        company[count++] = found.handed[i].id;
    if (count)
        slice_handle(daemon, shelf, company, count);
    for (size_t i = count; i < found.count; i++) {
        if (found.handed[i].tries > DEATHS_MOST)
            bury_killer(daemon, shelf, found.handed[i].id);
        else
            slice_handle(daemon, shelf, &found.handed[i].id, 1);
    }
}

/* Looks once; tells how many it found, or -1 when the database is away. */
static int sweep_once(struct daemon *daemon, enum shelf shelf, struct range range)
{
    /* Of its own: the daemon's arena is given back with each slice. */
    struct arena *arena = arena_new(4 * 1024 * 1024);
    struct found found = {NULL, 0};
    struct error error = {ERROR_NONE, ""};
    int count = -1;

    if (look(daemon, arena, shelf, range, &found, &error)) {
        count = (int)found.count;
        handle_found(daemon, shelf, found);
    } else {
        daemon_lost_store(daemon, &error);
    }
    arena_free(arena);
    return count;
}

static bool may_sweep(const struct daemon *daemon)
{
    return daemon->receiver != RECEIVER_NONE && daemon->state != PAUSED && !daemon->away &&
           !daemon->stopping;
}

/* Until nothing more is found, a bounded number of slices so that others get their turn. */
static bool sweep_range(struct daemon *daemon, struct range range)
{
    for (int i = 0; i < 64 && may_sweep(daemon); i++) {
        const int found = sweep_once(daemon, SHELF_FRESH, range);
        if (found < daemon->core.slice_most)
            return found >= 0;
    }
    return false;
}

static void sweep_due(struct daemon *daemon)
{
    const struct range none = {{{0}}, {{0}}};

    for (int i = 0; i < 16 && may_sweep(daemon); i++)
        if (sweep_once(daemon, SHELF_LATER, none) < daemon->core.slice_most)
            return;
}

static void sweep_whole(struct daemon *daemon, int64_t until_ms)
{
    const struct range range = {daemon->low_water, uuid_at(until_ms)};
    const int64_t now_ms = clock_now_ms();

    if (sweep_range(daemon, range)) {
        daemon->low_water = uuid_at(now_ms - LATE_MS);
        daemon->swept_whole_ms = now_ms;
    }
}

void sweep_tick(void *data)
{
    struct daemon *daemon = data;
    const int64_t now_ms = clock_now_ms(), until_ms = now_ms - daemon->core.sweep_age_ms;

    if (!may_sweep(daemon))
        return;
    if (daemon->starting) {
        sweep_all(daemon);
        return;
    }
    sweep_due(daemon);
    if (daemon->queue_count > FEW_HINTS)
        return;
    if (now_ms - daemon->swept_whole_ms >= WHOLE_MS)
        sweep_whole(daemon, until_ms);
    else
        sweep_range(daemon, (struct range){uuid_at(now_ms - NEAR_MS), uuid_at(until_ms)});
}

void sweep_all(struct daemon *daemon)
{
    daemon->low_water = uuid_at(1); /* the nil id would be NULL in SQL, and find nothing */
    daemon->starting = true;
    sweep_due(daemon);
    /* Everything, however young: ids of the next minute too, should clocks differ. */
    sweep_whole(daemon, clock_now_ms() + LATE_MS);
    daemon->starting = daemon->swept_whole_ms == 0 || daemon->away;
}
