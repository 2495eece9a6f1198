/*
 * The sweep: what the express lost, what came while this daemon was down, what is due again.
 *
 * It must not become the scan it replaces: it looks only when few hints wait, only at what is
 * older than a second, from a low-water mark on. A try is committed before a message is handed
 * out, so a message that kills its handler is found: handed out in company once, then alone
 * twice, then it lies with the dead letters. Alone, that is in the daemon's quarantine: a process
 * that runs the same sweep, with the suspects.
 */
#include <stdlib.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/service_parts.h"

enum {
    AGAIN_MS = 1500,  /* how much of the last sweep's range is looked at again: late commits */
    LATE_MS = 60000,  /* a commit is at most this much later than the ids it made */
    SLICES_MOST = 64, /* of one sweep; the rest waits for the next one */
    WARY_MOST = 32,   /* messages of a quarantine's slice: among them may be more that kill */
    FEW_HINTS = 64,   /* with more work than this at hand there is no hurry to look for more */
};

struct found {
    struct handed *handed;
    size_t count;
};

struct range {
    struct uuid from, to;
};

static size_t most_of(const struct daemon *daemon, enum suspicion suspicion)
{
    if (suspicion == SUSPECTED)
        return 1;
    return daemon->parent ? WARY_MOST : (size_t)daemon->core.slice_most;
}

/* In a transaction of its own: the counted try is committed before anything is handled. */
static bool look(struct daemon *daemon, struct arena *arena, enum shelf shelf, struct range range,
    enum suspicion suspicion, struct found *found, struct error *error)
{
    const size_t most = most_of(daemon, suspicion);
    const char *instance = daemon->house.instance;
    struct tx *tx = tx_begin(daemon->store, arena, error);

    if (!tx)
        return false;
    const bool good = shelf == SHELF_LATER
                          ? ledger_due(tx, arena, daemon->receiver, instance, suspicion, most,
                                &found->handed, &found->count, error)
                          : ledger_sweep(tx, arena, daemon->receiver, instance, range.from,
                                range.to, suspicion, most, &found->handed, &found->count, error);
    if (!good) {
        tx_rollback(tx);
        return false;
    }
    return tx_commit(tx, DURABILITY_FULL, error);
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

static void handle_found(struct daemon *daemon, enum shelf shelf, struct found found)
{
    struct uuid ids[1024];

    CHECK(found.count <= COUNT(ids));
    if (found.count == 1 && found.handed[0].tries > DEATHS_MOST) {
        bury_killer(daemon, shelf, found.handed[0].id);
        return;
    }
    for (size_t i = 0; i < found.count; i++)
        ids[i] = found.handed[i].id;
    if (found.count)
        slice_handle(daemon, shelf, ids, found.count);
}

/* Looks once; tells how many it found, or -1 when the database is away. */
static int sweep_once(
    struct daemon *daemon, enum shelf shelf, struct range range, enum suspicion suspicion)
{
    /* Of its own: the daemon's arena is given back with each slice. */
    struct arena *arena = arena_new(4 * 1024 * 1024);
    struct found found = {NULL, 0};
    struct error error = {ERROR_NONE, ""};
    int count = -1;

    if (look(daemon, arena, shelf, range, suspicion, &found, &error)) {
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
           !daemon->stopping && !quarantine_runs(daemon);
}

/* Until nothing more is found, a bounded number of slices so that others get their turn. */
static bool sweep_some(
    struct daemon *daemon, enum shelf shelf, struct range range, enum suspicion suspicion)
{
    const int full = (int)most_of(daemon, suspicion);

    for (int i = 0; i < SLICES_MOST && may_sweep(daemon); i++) {
        const int found = sweep_once(daemon, shelf, range, suspicion);
        if (found < full)
            return found >= 0;
    }
    return false;
}

/* A suspect is left to the quarantine, and the rest of the sweep with it. */
static bool leave_suspects(struct daemon *daemon, enum shelf shelf, struct range range)
{
    struct arena *arena = arena_new(64 * 1024);
    struct error error = {ERROR_NONE, ""};
    struct tx *tx = tx_begin(daemon->store, arena, &error);
    bool any = false;
    const bool good = tx && ledger_suspects(tx, arena, daemon->receiver, shelf, range.from,
                                range.to, &any, &error);

    tx_rollback(tx);
    arena_free(arena);
    if (!good)
        daemon_lost_store(daemon, &error);
    if (any)
        quarantine_start(daemon);
    return good && !any;
}

/* Who may have killed comes last, so that nobody waits for it, and alone, so that it takes nobody
 * along. */
static bool sweep_shelf(struct daemon *daemon, enum shelf shelf, struct range range)
{
    return sweep_some(daemon, shelf, range, UNSUSPECTED) &&
           (daemon->parent ? sweep_some(daemon, shelf, range, SUSPECTED)
                           : leave_suspects(daemon, shelf, range));
}

static const struct range no_range = {{{0}}, {{0}}}; /* what is due comes by its time */

static bool sweep_due(struct daemon *daemon)
{
    return sweep_shelf(daemon, SHELF_LATER, no_range);
}

/* How far the low-water mark may rise: to the oldest that still waits, because another copy was
 * handed it and may be dead; and not past what a late commit may still bring. */
static bool raise_low_water(struct daemon *daemon, int64_t now_ms)
{
    struct uuid mark = uuid_at(now_ms - LATE_MS), oldest = mark;
    struct arena *arena = arena_new(1024 * 1024);
    struct error error = {ERROR_NONE, ""};
    struct tx *tx = tx_begin(daemon->store, arena, &error);
    const bool good =
        tx && ledger_oldest(tx, arena, daemon->receiver, daemon->low_water, &oldest, &error);

    tx_rollback(tx);
    arena_free(arena);
    if (!good)
        daemon_lost_store(daemon, &error);
    else
        daemon->low_water = uuid_compare(&oldest, &mark) < 0 ? oldest : mark;
    return good;
}

static void sweep_whole(struct daemon *daemon, int64_t until_ms)
{
    const struct range range = {daemon->low_water, uuid_at(until_ms)};
    const int64_t now_ms = clock_now_ms();

    if (sweep_shelf(daemon, SHELF_FRESH, range) && raise_low_water(daemon, now_ms)) {
        daemon->swept_whole_ms = now_ms;
        daemon->swept_ms = until_ms < now_ms ? until_ms : now_ms;
    }
}

/* From shortly before the last sweep's end: nothing lies between two sweeps, however long a busy
 * daemon did not look. */
static void sweep_near(struct daemon *daemon, int64_t until_ms)
{
    const struct range range = {uuid_at(daemon->swept_ms - AGAIN_MS), uuid_at(until_ms)};

    if (sweep_shelf(daemon, SHELF_FRESH, range))
        daemon->swept_ms = until_ms;
}

/* What an earlier life was handed and did not handle need not wait until that hand-out ends; nor
 * what its quarantine was handed, which never outlives it. */
static bool take_back(struct daemon *daemon)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct error error = {ERROR_NONE, ""};
    struct tx *tx = tx_begin(daemon->store, arena, &error);
    bool good = false;

    if (tx && ledger_take_back(tx, arena, daemon->receiver, daemon->house.instance, &error) &&
        ledger_take_back(tx, arena, daemon->receiver, daemon->quarantine.name, &error))
        good = tx_commit(tx, DURABILITY_FULL, &error);
    else
        tx_rollback(tx);
    arena_free(arena);
    if (!good)
        daemon_lost_store(daemon, &error);
    return good;
}

/* Everything, however young: ids of the next minute too, should clocks differ. The nil id would be
 * NULL in SQL, and find nothing. */
static struct range whole(void)
{
    return (struct range){uuid_at(1), uuid_at(clock_now_ms() + LATE_MS)};
}

/* An earlier life that left suspects died of a message, and there may be more of them: then none of
 * what waited is for the daemon itself. */
static bool take_over(struct daemon *daemon)
{
    daemon->low_water = whole().from;
    daemon->swept_whole_ms = 0;
    daemon->taken_back = take_back(daemon);
    return daemon->taken_back && leave_suspects(daemon, SHELF_FRESH, whole()) &&
           leave_suspects(daemon, SHELF_LATER, no_range);
}

/* Again with each tick until all of it was looked at. */
static void sweep_first(struct daemon *daemon)
{
    if (daemon->taken_back || take_over(daemon)) {
        sweep_due(daemon);
        sweep_whole(daemon, clock_now_ms() + LATE_MS);
    }
    daemon->starting = !quarantine_runs(daemon) && (daemon->swept_whole_ms == 0 || daemon->away);
}

bool sweep_out(struct daemon *daemon)
{
    if (!daemon->taken_back)
        daemon->taken_back = take_back(daemon);
    return daemon->taken_back && sweep_due(daemon) && sweep_shelf(daemon, SHELF_FRESH, whole());
}

void sweep_tick(void *data)
{
    struct daemon *daemon = data;
    const int64_t now_ms = clock_now_ms(), until_ms = now_ms - daemon->core.sweep_age_ms;

    if (!may_sweep(daemon))
        return;
    if (daemon->starting) {
        sweep_first(daemon);
        return;
    }
    sweep_due(daemon);
    if (daemon->queue_count > FEW_HINTS)
        return;
    if (now_ms - daemon->swept_whole_ms >= daemon->core.sweep_whole_every_ms)
        sweep_whole(daemon, until_ms);
    else
        sweep_near(daemon, until_ms);
}

void sweep_all(struct daemon *daemon)
{
    daemon->taken_back = false;
    daemon->starting = true;
    if (may_sweep(daemon))
        sweep_first(daemon);
}
