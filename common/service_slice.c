/*
 * A slice: claim first, check shapes, let the handlers decide, say, leave a hop, commit, then send.
 *
 * The order is DECISIONS' "exactly once": only rows that the claim returns are handled, from the
 * returned bytes. Whatever fails rolls all of it back; the slice is halved until the message to
 * blame is alone, and that one comes again later, or lies with the dead letters.
 */
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/message.h"
#include "common/service_parts.h"

/* --- what a handler says of its messages --- */

void slice_retry(struct slice *slice, size_t index, int64_t after_ms, const char *reason)
{
    CHECK(index < slice->count);
    slice->verdicts[index].outcome = RETRY;
    slice->verdicts[index].retry_after_ms = after_ms;
    slice->verdicts[index].reason = reason;
}

void slice_reject(struct slice *slice, size_t index, const char *reason)
{
    CHECK(index < slice->count);
    slice->verdicts[index].outcome = REJECT;
    slice->verdicts[index].reason = reason;
}

void slice_moved(struct slice *slice, size_t index, const char *before, const char *after)
{
    CHECK(index < slice->count);
    slice->verdicts[index].state_before = before;
    slice->verdicts[index].state_after = after;
}

/* --- one slice --- */

struct ears { /* the claimed messages of one route */
    const struct claimed **messages;
    struct envelope *envelopes;
    struct verdict *verdicts;
    char *structs; /* type->size apart */
    size_t count;
};

struct work { /* one slice on its way */
    struct daemon *daemon;
    struct context context;
    struct outbox outbox;
    struct claimed *claimed;
    size_t count;
    struct hop *hops;
    struct postponed *postponed;
    struct died *died;
    size_t hop_count, postponed_count, died_count;
};

static const struct route *route_of(const struct service *service, struct text kind)
{
    for (size_t i = 0; i < service->route_count; i++)
        if (text_is(kind, service->routes[i].kind))
            return &service->routes[i];
    return NULL;
}

static void bury(struct work *work, const struct claimed *message, const char *reason)
{
    work->died[work->died_count++] = (struct died){message, reason};
    work->hops[work->hop_count++] = (struct hop){message, "reject", NULL, NULL, reason};
}

/* The usual waits, by how often a handler gave the message back. */
static int64_t back_off_ms(int64_t failures)
{
    static const int64_t waits[] = {1000, 10000, 60000, 600000, 3600000};
    const size_t step = failures < (int64_t)COUNT(waits) ? (size_t)failures : COUNT(waits) - 1;
    const int64_t jitter = (int64_t)(uuid_new(clock_now_ms()).bytes[15]) * waits[step] / 1024;

    return waits[step] + jitter;
}

static void give_back(
    struct work *work, const struct claimed *message, const struct verdict *verdict)
{
    const bool own_wait = verdict->retry_after_ms > 0;
    const int64_t most = own_wait ? GAP_WAITS_MOST : FAILURES_MOST;
    int64_t after_ms = own_wait ? verdict->retry_after_ms : back_off_ms(message->failures);

    if (message->failures + 1 >= most) {
        bury(work, message, verdict->reason ? verdict->reason : "given back too often");
        return;
    }
    for (int64_t i = 0; own_wait && i < message->failures && after_ms < 10000; i++)
        after_ms *= 2;
    work->postponed[work->postponed_count++] =
        (struct postponed){message, after_ms, verdict->reason};
}

static void settle_verdicts(struct work *work, const struct ears *ears)
{
    for (size_t i = 0; i < ears->count; i++) {
        const struct verdict *verdict = &ears->verdicts[i];
        const struct claimed *message = ears->messages[i];
        switch (verdict->outcome) {
        case DONE:
            work->hops[work->hop_count++] = (struct hop){
                message, "done", verdict->state_before, verdict->state_after, verdict->reason};
            break;
        case RETRY:
            give_back(work, message, verdict);
            break;
        case REJECT:
            bury(work, message, verdict->reason ? verdict->reason : "rejected");
            break;
        }
        metrics_add(service_metric(METRIC_MESSAGES), verdict->outcome, 1);
    }
}

/* Unpacks the messages of a route; a wrong one goes to the dead letters and no further. */
static void gather(struct work *work, const struct route *route, struct ears *ears)
{
    struct arena *arena = work->context.arena;

    *ears = (struct ears){
        .messages = ARENA_ARRAY(arena, const struct claimed *, work->count),
        .envelopes = ARENA_ARRAY(arena, struct envelope, work->count),
        .verdicts = ARENA_ARRAY(arena, struct verdict, work->count),
        .structs = arena_array(arena, work->count, route->type->size),
    };
    for (size_t i = 0; i < work->count; i++) {
        const struct claimed *message = &work->claimed[i];
        struct error error = {ERROR_NONE, ""};
        if (!text_is(message->said.envelope.kind, route->kind))
            continue;
        if (!message_unpack(route->type, message->said.body, arena,
                ears->structs + ears->count * route->type->size, &error)) {
            bury(work, message, arena_format(arena, "%s", error.text));
            metrics_add(service_metric(METRIC_MESSAGES), REJECT, 1);
            continue;
        }
        ears->messages[ears->count] = message;
        ears->envelopes[ears->count++] = message->said.envelope;
    }
}

static bool hear(struct work *work, const struct route *route, struct error *error)
{
    struct ears ears;

    gather(work, route, &ears);
    if (!ears.count)
        return true;
    struct slice slice = {ears.count, ears.envelopes, ears.verdicts};
    if (!route->hear(&work->context, ears.structs, &slice, error))
        return error_while(error, "%s", route->kind);
    settle_verdicts(work, &ears);
    return true;
}

/* Routes in the order of their table, so that in one slice a referral is received before it is
 * cleared. */
static bool hear_all(struct work *work, struct error *error)
{
    const struct service *service = work->daemon->service;

    for (size_t i = 0; i < work->count; i++)
        if (!route_of(service, work->claimed[i].said.envelope.kind))
            bury(work, &work->claimed[i], "this daemon does not know such a message");
    for (size_t i = 0; i < service->route_count; i++)
        if (!hear(work, &service->routes[i], error))
            return false;
    return true;
}

static bool write_outcomes(struct work *work, struct error *error)
{
    struct tx *tx = work->context.tx;
    struct arena *arena = work->context.arena;
    const enum receiver receiver = work->daemon->receiver;

    return (!work->postponed_count || ledger_postpone(tx, arena, receiver, work->postponed,
                                          work->postponed_count, error)) &&
           (!work->died_count || ledger_bury(tx, arena, receiver, work->died, work->died_count,
                                     work->context.now_ms, error)) &&
           (!work->hop_count || ledger_write_hops(tx, arena, receiver, work->context.now_ms,
                                    work->hops, work->hop_count, error));
}

/* One line of the chain vouches for all the hops of the slice. */
static void seal_hops(struct work *work)
{
    struct text *parts = ARENA_ARRAY(work->context.arena, struct text, 3 * work->hop_count + 1);
    uint8_t mac[TOKEN_MAC];
    char digest[2 * TOKEN_MAC + 1];
    size_t count = 0;

    if (!work->hop_count)
        return;
    parts[count++] = TEXT("hops");
    for (size_t i = 0; i < work->hop_count; i++) {
        const struct hop *hop = &work->hops[i];
        parts[count++] = (struct text){(const char *)hop->message->said.envelope.id.bytes, 16};
        parts[count++] = text_of(hop->outcome);
        parts[count++] = text_of(hop->state_after);
    }
    mac_make(secrets_key(work->daemon->secrets, SECRET_AUDIT), parts, count, mac);
    hex_encode(mac, sizeof mac, digest);
    context_audit(&work->context, work->daemon->service->name, "slice", (struct uuid){{0}},
        arena_format(work->context.arena, "hops=%zu mac=%s", work->hop_count, digest));
}

static void prepare_work(struct work *work)
{
    struct arena *arena = work->context.arena;

    work->hops = ARENA_ARRAY(arena, struct hop, work->count);
    work->postponed = ARENA_ARRAY(arena, struct postponed, work->count);
    work->died = ARENA_ARRAY(arena, struct died, work->count);
    work->outbox.causes = work->claimed;
    work->outbox.cause_count = work->count;
}

static enum durability durability_of(const struct daemon *daemon)
{
    return daemon->service->durability == SERVICE_RELAXED ? DURABILITY_RELAXED : DURABILITY_FULL;
}

static bool run_slice(struct daemon *daemon, enum shelf shelf, const struct uuid *ids, size_t count,
    struct error *error)
{
    struct work work = {.daemon = daemon};
    const int64_t start_us = clock_monotonic_us();

    if (!daemon_begin(daemon, &work.context, &work.outbox, error))
        return false;
    struct tx *tx = work.context.tx;
    if (!ledger_claim(tx, daemon->arena, daemon->receiver, shelf, ids, count, &work.claimed,
            &work.count, error)) {
        tx_rollback(tx);
        return false;
    }
    if (!work.count) {
        tx_rollback(tx); /* all of it was handled already */
        return true;
    }
    work.context.now_ms = tx_now_ms(tx);
    prepare_work(&work);
    if (!hear_all(&work, error) || !write_outcomes(&work, error)) {
        tx_rollback(tx);
        return false;
    }
    seal_hops(&work);
    if (!outbox_commit(&work.outbox, &work.context, durability_of(daemon), error))
        return false;
    metrics_observe(service_metric(METRIC_SLICE_SECONDS), 0, clock_monotonic_us() - start_us);
    metrics_observe(service_metric(METRIC_SLICE_SIZE), 0, (int64_t)work.count);
    return true;
}

/* The one message that a slice failed over: it comes again later, or not at all. */
static void blame(struct daemon *daemon, enum shelf shelf, struct uuid id, const struct error *why)
{
    struct work work = {.daemon = daemon};
    const struct verdict verdict = {.outcome = RETRY, .reason = why->text};
    struct error error = {ERROR_NONE, ""};
    char text[UUID_TEXT + 1];

    uuid_format(id, text);
    log_event(LOG_LEVEL_WARNING, "message_failed", "message=%s reason=%s", text, why->text);
    if (daemon_begin(daemon, &work.context, &work.outbox, &error) &&
        ledger_claim(work.context.tx, daemon->arena, daemon->receiver, shelf, &id, 1, &work.claimed,
            &work.count, &error)) {
        work.context.now_ms = tx_now_ms(work.context.tx);
        prepare_work(&work);
        if (work.count)
            give_back(&work, &work.claimed[0], &verdict);
        if (write_outcomes(&work, &error) &&
            outbox_commit(&work.outbox, &work.context, DURABILITY_FULL, &error))
            return;
    }
    tx_rollback(work.context.tx);
    daemon_lost_store(daemon, &error);
}

/*
 * Halving finds one bad message among n in 2 log n slices, while all the others pass. When the
 * database is away nothing is to blame: the rows stay, a sweep finds them.
 */
void slice_handle(struct daemon *daemon, enum shelf shelf, const struct uuid *ids, size_t count)
{
    struct error error = {ERROR_NONE, ""};

    if (daemon->away || run_slice(daemon, shelf, ids, count, &error))
        return;
    if (!store_alive(daemon->store)) {
        daemon_lost_store(daemon, &error);
        return;
    }
    if (count == 1) {
        blame(daemon, shelf, ids[0], &error);
        return;
    }
    slice_handle(daemon, shelf, ids, count / 2);
    slice_handle(daemon, shelf, ids + count / 2, count - count / 2);
}

/* --- hints wait in a ring --- */

static void want_work(struct daemon *daemon)
{
    if (daemon->work_soon || !daemon->queue_count)
        return;
    daemon->work_soon = true;
    reactor_soon(daemon->reactor, slice_work, daemon);
}

void slice_hear(struct uuid id, void *data)
{
    struct daemon *daemon = data;

    if (daemon->state == PAUSED || daemon->queue_count == QUEUE_MOST)
        return; /* the sweep finds it */
    daemon->queue[(daemon->queue_first + daemon->queue_count++) % QUEUE_MOST] = id;
    want_work(daemon);
}

void slice_work(void *data)
{
    struct daemon *daemon = data;
    struct uuid ids[1024];
    size_t count = 0;

    daemon->work_soon = false;
    if (daemon->state == PAUSED || daemon->away)
        return;
    while (count < (size_t)daemon->core.slice_most && count < COUNT(ids) && daemon->queue_count) {
        ids[count++] = daemon->queue[daemon->queue_first];
        daemon->queue_first = (daemon->queue_first + 1) % QUEUE_MOST;
        daemon->queue_count--;
    }
    if (count)
        slice_handle(daemon, SHELF_HINTED, ids, count);
    want_work(daemon);
}
