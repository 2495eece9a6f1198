/*
 * Messages go into the ledger as matching and the desk say them, and scheduling handles them as
 * always; the other daemons rest. One in a hundred wants a room that is taken: the constraint finds
 * it.
 */
#include "services/gruppstod/bench_groups.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/domain/local_time.h"
#include "common/ledger_store.h"
#include "common/number.h"
#include "messages.h"
#include "services/gruppstod/act_store.h"
#include "services/gruppstod/bench_groups_store.h"
#include "services/gruppstod/bench_store.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/up.h"

enum {
    PROGRAMME = 1,
    ROOM = 3,
    LEADER = 4,
    GROUP = 5,
    SLOTS = 20,
    A_DAY = 4,
    CLASH_EVERY = 100,
    CHUNK = 500,
    MOVES_MOST = 1000,
    EVENING_MIN = 1050, /* half past five, after the room's last weekly time */
    WAIT_S = 600,
};

struct groups_run {
    struct bench bench;
    struct store *store;
    struct arena *arena;
    int64_t groups;
};

static struct uuid id_of(int kind, int64_t number)
{
    struct uuid id = {{[3] = (uint8_t)kind}};

    for (int i = 0; i < 4; i++)
        id.bytes[15 - i] = (uint8_t)(number >> (8 * i));
    return id;
}

static bool say(struct tx *tx, struct arena *arena, const struct message_type *type,
    const void *messages, size_t stride, size_t count, struct error *error)
{
    struct said *said = ARENA_ARRAY(arena, struct said, count);

    for (size_t i = 0; i < count; i++) {
        const void *message = (const char *)messages + i * stride;
        said[i].envelope = (struct envelope){.id = uuid_new(clock_now_ms()),
            .subject = message_subject(type, message),
            .kind = text_of(type->name),
            .from = TEXT("demo"),
            .said_at_ms = tx_now_ms(tx),
            .version = type->version};
        if (!message_pack(type, message, arena, &said[i].body, error))
            return error_while(error, "%s", type->name);
    }
    return ledger_say(tx, arena, RECEIVER_SCHEDULING, said, count, error);
}

static bool look(struct groups_run *run, struct bench_booked *booked, struct error *error)
{
    arena_reset(run->arena);
    struct tx *tx = tx_begin(run->store, run->arena, error);
    const bool good = tx && bench_look_booked(tx, run->arena, booked, error);

    tx_rollback(tx);
    return good;
}

/* The groups from..to; a clash has a number past them all and the room and the pair of another. */
static bool want(struct groups_run *run, int64_t from, int64_t to, struct error *error)
{
    arena_reset(run->arena);
    struct tx *tx = tx_begin(run->store, run->arena, error);
    struct group_wanted *wanted = ARENA_ARRAY(run->arena, struct group_wanted, (size_t)(to - from));
    struct uuid *leaders = ARENA_ARRAY(run->arena, struct uuid, 2 * (size_t)(to - from));

    for (int64_t i = from; tx && i < to; i++) {
        const int64_t like = i < run->groups ? i : (i - run->groups) * CLASH_EVERY;
        const int64_t pair = like / SLOTS * A_DAY + like % A_DAY;
        struct uuid *two = &leaders[2 * (i - from)];
        two[0] = id_of(LEADER, 2 * pair);
        two[1] = id_of(LEADER, 2 * pair + 1);
        wanted[i - from] = (struct group_wanted){.group_id = id_of(GROUP, i),
            .programme_id = id_of(PROGRAMME, 0),
            .situation = SITUATION_MENTAL,
            .language = TEXT("sv"),
            .age_from = 7,
            .age_to = 9,
            .slot = like % SLOTS,
            .room_id = id_of(ROOM, like / SLOTS),
            .leader_ids = two,
            .leader_ids_count = 2,
            .earliest_day = local_day(tx_now_ms(tx)),
            .latest_day = DAY_ABSENT,
            .least = 4,
            .most = 8};
    }
    if (tx &&
        say(tx, run->arena, &group_wanted_type, wanted, sizeof *wanted, (size_t)(to - from), error))
        return tx_commit(tx, DURABILITY_FULL, error);
    tx_rollback(tx);
    return false;
}

/* Until nothing waits. */
static bool book(struct groups_run *run, int64_t clashes, double *seconds,
    struct bench_booked *booked, struct error *error)
{
    const int64_t start_us = clock_monotonic_us(), all = run->groups + clashes;

    for (int64_t from = 0; from < all; from += CHUNK)
        if (!want(run, from, from + CHUNK < all ? from + CHUNK : all, error))
            return false;
    do {
        poll(NULL, 0, 50);
        if (!look(run, booked, error))
            return false;
        *seconds = (double)(clock_monotonic_us() - start_us) / 1e6;
    } while (booked->waiting > 0 && *seconds < WAIT_S);
    return booked->groups == run->groups ||
           error_set(error, ERROR_BUSY, "%lld of %lld groups were booked",
               (long long)booked->groups, (long long)run->groups);
}

static bool open_run(struct groups_run *run, struct error *error)
{
    static const char *const others[] = {
        "intake", "matching", "notification", "evaluation", "desk"};

    run->arena = arena_new(64 * 1024 * 1024);
    if (!up(&run->bench.shell, false, error) ||
        !bench_make_rooms(&run->bench, (run->groups + SLOTS - 1) / SLOTS, error) ||
        !bench_await_daemons(&run->bench, DAEMONS, error))
        return false;
    run->store = shell_store(&run->bench.shell, "gruppstod_operator", error);
    for (size_t i = 0; run->store && i < COUNT(others); i++)
        if (!act_control(run->store, run->arena, others[i], "pause", "bench", "bench", error))
            return false;
    store_close(run->store);
    run->store = shell_store(&run->bench.shell, "gruppstod_admin", error);
    return run->store != NULL;
}

static bool booking(struct groups_run *run, struct error *error)
{
    const int64_t clashes = run->groups / CLASH_EVERY;
    struct bench_booked booked;
    double seconds;

    if (!book(run, clashes, &seconds, &booked, error))
        return false;
    printf("{\"bench\": \"booking\", \"groups\": %lld, \"meetings\": %lld, \"seconds\": %.1f,"
           " \"groups_per_s\": %.0f, \"clashes_refused\": %lld}\n",
        (long long)booked.groups, (long long)booked.meetings, seconds,
        (double)booked.groups / seconds, (long long)clashes);
    return true;
}

/* --- moves --- */

static bool ask(
    struct groups_run *run, int64_t group, int64_t number, struct uuid act_id, struct error *error)
{
    arena_reset(run->arena);
    struct tx *tx = tx_begin(run->store, run->arena, error);
    struct series_change_wanted wanted = {.act_id = act_id,
        .by = id_of(GROUP, 0),
        .group_id = id_of(GROUP, group),
        .change = SERIES_CHANGE_MOVE,
        .day = DAY_ABSENT,
        .starts_min = EVENING_MIN,
        .leaders_agreed = true};

    if (tx &&
        bench_find_meeting(tx, run->arena, wanted.group_id, number, &wanted.meeting_id, error) &&
        say(tx, run->arena, &series_change_wanted_type, &wanted, sizeof wanted, 1, error))
        return tx_commit(tx, DURABILITY_FULL, error);
    tx_rollback(tx);
    return false;
}

static bool await_answer(struct groups_run *run, struct uuid act_id, struct error *error)
{
    const int64_t start_us = clock_monotonic_us();
    bool answered = false, done = false;

    while (!answered && clock_monotonic_us() - start_us < INT64_C(10000000)) {
        arena_reset(run->arena);
        struct tx *tx = tx_begin(run->store, run->arena, error);
        const bool good = tx && bench_look_act(tx, run->arena, act_id, &answered, &done, error);
        tx_rollback(tx);
        if (!good)
            return false;
        if (!answered)
            poll(NULL, 0, 1);
    }
    return done || error_set(error, ERROR_INPUT,
                       answered ? "a move of the bench was refused" : "a move was not answered");
}

/* Only groups with the day's last time: their room is free in the evening. */
static bool move(struct groups_run *run, struct error *error)
{
    const int64_t movers = run->groups / A_DAY;
    const int64_t moves = movers * 10 < MOVES_MOST ? movers * 10 : MOVES_MOST;
    double *times_ms = ARENA_ARRAY(run->bench.shell.arena, double, (size_t)moves + 1);
    struct bench_booked booked;
    double seconds;

    if (!book(run, 0, &seconds, &booked, error))
        return false;
    for (int64_t i = 0; i < moves; i++) {
        const struct uuid act_id = uuid_new(clock_now_ms());
        if (!ask(run, i % movers * A_DAY + A_DAY - 1, 3 + i / movers, act_id, error))
            return false;
        const int64_t start_us = clock_monotonic_us();
        if (!await_answer(run, act_id, error))
            return false;
        times_ms[i] = (double)(clock_monotonic_us() - start_us) / 1000;
    }
    qsort(times_ms, (size_t)moves, sizeof *times_ms, compare_doubles);
    printf("{\"bench\": \"move\", \"groups\": %lld, \"moves\": %lld, \"p50_ms\": %.1f,"
           " \"p99_ms\": %.1f, \"most_ms\": %.1f}\n",
        (long long)booked.groups, (long long)moves, percentile(times_ms, (size_t)moves, 0.5),
        percentile(times_ms, (size_t)moves, 0.99), moves ? times_ms[moves - 1] : 0);
    return true;
}

int bench_groups(struct shell *shell, int argc, char **argv)
{
    static const char settings[] = "[bus]\nsweep_every = 10ms\nsweep_age = 0s\n"
                                   "[scheduling]\nconflicts_first = false\n";
    const bool moves = strcmp(argv[1], "move") == 0;
    struct groups_run run = {.groups = moves ? 400 : 10000};
    struct error error = {ERROR_NONE, ""};

    if (argc == 4 && strcmp(argv[2], "--groups") == 0)
        run.groups = number_or(argv[3], SLOTS, 100000, 0);
    else if (argc != 2)
        run.groups = 0;
    if (run.groups == 0) {
        fputs("usage: gruppstod bench booking|move [--groups N]\n", stderr);
        return EX_USAGE;
    }
    bool good = bench_open(&run.bench, shell, settings, &error);
    good = good && open_run(&run, &error) && (moves ? move : booking)(&run, &error);
    store_close(run.store);
    arena_free(run.arena);
    if (getenv("GRUPPSTOD_TEST_KEEP"))
        down(&run.bench.shell, NULL);
    else
        bench_close(&run.bench);
    return good ? EX_OK : shell_fail(EX_SOFTWARE, &error, NULL);
}
