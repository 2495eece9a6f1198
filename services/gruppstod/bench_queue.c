/*
 * bench queue: N referrals through five durable stages with one small row each.
 *
 * The producer says slices of a hundred to the first stage, in transactions of its own with the
 * disk awaited, as intake's group commit does; the five stage daemons hand them on over the
 * express. The last stage's rows are counted in SQL.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bus.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/ledger_store.h"
#include "common/message.h"
#include "services/gruppstod/bench.h"
#include "services/gruppstod/bench_step.h"
#include "services/gruppstod/bench_store.h"

enum { STAGES = 5, SLICE = 100, AHEAD_MOST = 15000 };

struct producer {
    struct bench *bench;
    struct store *store;
    struct arena *arena;
    int64_t sent;
};

/* What has come out at the end. */
static bool count_done(struct producer *producer, int64_t *done, struct error *error)
{
    int64_t hops = 0;
    struct tx *tx = tx_begin(producer->store, producer->arena, error);
    const bool good = tx && bench_hops(tx, &hops, error);

    if (good)
        *done = hops / STAGES;
    tx_rollback(tx);
    return good;
}

static struct said step_said(struct producer *producer)
{
    struct step step = {uuid_new(clock_now_ms()), TEXT("one small row of a referral's life")};
    struct said said = {.envelope = {.id = uuid_new(clock_now_ms()),
                            .subject = step.referral_id,
                            .kind = TEXT("bench_step"),
                            .from = TEXT("operator"),
                            .said_at_ms = clock_now_ms(),
                            .version = 1}};

    CHECK(message_pack(bench_step_type(), &step, producer->arena, &said.body, NULL));
    return said;
}

/* One slice to the first stage, on disk; the express tells it at once. */
static bool produce(struct producer *producer, struct bus *bus, struct error *error)
{
    struct said said[SLICE];

    arena_reset(producer->arena);
    struct tx *tx = tx_begin(producer->store, producer->arena, error);
    for (size_t i = 0; tx && i < SLICE; i++)
        said[i] = step_said(producer);
    if (tx && ledger_say(tx, producer->arena, RECEIVER_INTAKE, said, SLICE, error) &&
        tx_commit(tx, DURABILITY_FULL, error)) {
        bus_say(bus, RECEIVER_INTAKE, said, SLICE, producer->arena);
        producer->sent += SLICE;
        return true;
    }
    tx_rollback(tx);
    return false;
}

static pid_t start_stage(const struct bench *bench, int stage)
{
    const char *program = arena_format(bench->shell.arena, "%s/gruppstod", bench->shell.bin);
    const char *number = arena_format(bench->shell.arena, "%d", stage);
    const char *log =
        arena_format(bench->shell.arena, "%s/log/stage%d.log", bench->shell.var, stage);
    const pid_t pid = fork();

    if (pid == 0) {
        if (!freopen(log, "w", stderr))
            _exit(127);
        execl(program, program, "--var", bench->shell.var, "bench-stage", number, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void pause_ms(int ms)
{
    poll(NULL, 0, ms);
}

static bool produce_all(struct producer *producer, struct bus *bus, struct error *error)
{
    int64_t done = 0;

    while (producer->sent < producer->bench->referrals) {
        if (!produce(producer, bus, error))
            return false;
        /* A closed loop: never so far ahead that the hints would overflow. */
        while (producer->sent % 1000 == 0 && producer->sent - done > AHEAD_MOST) {
            if (!count_done(producer, &done, error))
                return false;
            if (producer->sent - done > AHEAD_MOST)
                pause_ms(20);
        }
    }
    return true;
}

/* The leases are followed by hand: this process runs no skeleton. */
static struct bus *open_bus(struct producer *producer, struct reactor *reactor, struct error *error)
{
    const struct bus_options options = {.folder = producer->bench->shell.run,
        .daemon = "bench",
        .instance = "1",
        .express = producer->bench->express};
    struct lease lease = {TEXT("intake"), TEXT("1"),
        text_of(arena_format(
            producer->bench->shell.arena, "ipc://%s/intake.1", producer->bench->shell.run))};
    struct bus *bus = bus_open(reactor, &options, error);

    if (bus)
        bus_follow(bus, &lease, 1);
    return bus;
}

static bool await_end(struct bench *bench, int64_t *done, struct error *error)
{
    for (int i = 0; i < 6000; i++) {
        if (!bench_count(bench, BENCH_LAST_STAGE, done, error))
            return false;
        if (*done >= bench->referrals)
            return true;
        pause_ms(10);
    }
    return error_set(error, ERROR_BUSY, "only %lld came through", (long long)*done);
}

static bool measure(
    struct bench *bench, struct figures *figures, const pid_t *stages, struct error *error)
{
    struct producer producer = {.bench = bench, .arena = arena_new(8 * 1024 * 1024)};
    struct reactor *reactor = reactor_new(error);

    producer.store = shell_store(&bench->shell, "gruppstod_operator", error);
    struct bus *bus = producer.store && reactor ? open_bus(&producer, reactor, error) : NULL;
    bool good = bus != NULL;
    const double cpu_ms = bench_family_ms(bench, stages, STAGES);
    const int64_t start_us = clock_monotonic_us();
    good = good && produce_all(&producer, bus, error);
    figures->pss_mb = bench_pss_mb(bench);
    good = good && await_end(bench, &figures->done, error);
    figures->seconds = (double)(clock_monotonic_us() - start_us) / 1e6;
    figures->cpu_ms = bench_family_ms(bench, stages, STAGES) - cpu_ms;
    bus_close(bus);
    reactor_free(reactor);
    store_close(producer.store);
    arena_free(producer.arena);
    return good;
}

/* From the hop that begins to the hop that ends, of each referral. */
static bool times(struct bench *bench, struct figures *figures, struct error *error)
{
    int64_t p50 = 0, p99 = 0;

    if (!bench_hops_us(bench, "0.5", &p50, error) || !bench_hops_us(bench, "0.99", &p99, error))
        return false;
    figures->p50_ms = (double)p50 / 1000;
    figures->p99_ms = (double)p99 / 1000;
    return true;
}

bool bench_queue(struct bench *bench, struct figures *figures, struct error *error)
{
    pid_t stages[STAGES];
    bool good = bench_make_queue(bench, error);

    for (int i = 0; i < STAGES; i++)
        stages[i] = start_stage(bench, i);
    good = good && bench_await_daemons(bench, STAGES, error) &&
           measure(bench, figures, stages, error) && times(bench, figures, error);
    for (int i = 0; i < STAGES; i++)
        kill(stages[i], SIGTERM);
    for (int i = 0; i < STAGES; i++)
        waitpid(stages[i], NULL, 0);
    return good;
}
