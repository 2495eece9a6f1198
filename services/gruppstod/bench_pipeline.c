/*
 * bench accept, pipeline and latency: referrals posted to intake as the API takes them.
 *
 * pipeline and latency are the whole life: accepted, cleared by the settings, a place held, an
 * offer's letter rendered and decided (outlet `hold`), a yes posted to the offer's page, placed,
 * roster, facts. The families' links are made from letters.key, which stands for a mailbox.
 */
#include "services/gruppstod/bench_pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/secrets.h"
#include "common/token.h"
#include "services/gruppstod/act_store.h"
#include "services/gruppstod/bench_city.h"
#include "services/gruppstod/bench_load.h"
#include "services/gruppstod/bench_store.h"
#include "services/gruppstod/up.h"

enum {
    ACCEPT_CLIENTS = 64, /* what the figure for accepts is asked for */
    LIFE_CLIENTS = 200,  /* families and referrers at once: slices may grow */
    STEADY_CLIENTS = 16, /* enough for 200 a second, few enough that none idles into its deadline */
    ANSWERS_MOST = 1 << 20,
    AHEAD_MOST = 3000, /* referrals accepted and not yet answered: a closed loop */
    LOOK_MS = 40,      /* how often the mailbox is looked into */
    OPEN_MS = 100,     /* between two looks whether groups fill; counting them costs */
    GIVE_UP_S = 240,
    ANSWER_BIT = 1,
};

struct run {
    struct bench *bench;
    struct bench_city city;
    struct store *store;
    struct arena *arena;
    struct secrets *secrets;
    double *times_ms;
    int64_t posted, accepted, refused, answered, answers_refused;
    double per_second; /* an open loop, or 0 */
    int64_t start_us;
    struct uuid *letters; /* found and not yet answered: a queue */
    size_t letter_first, letter_count, letters_found;
    struct uuid last_letter;
    int64_t client_us;
    char path[64];
};

static bool next_answer(struct run *run, struct load_request *request)
{
    char token[TOKEN_TEXT + 1];

    if (run->letter_first == run->letter_count)
        return false;
    token_make(secrets_key(run->secrets, SECRET_LETTERS), "offer",
        run->letters[run->letter_first++], token);
    snprintf(run->path, sizeof run->path, "/sv/svar/%s", token);
    request->path = run->path;
    request->length = (size_t)snprintf(request->body, sizeof request->body, "answer=yes");
    request->tag = ANSWER_BIT;
    return true;
}

static bool may_post(const struct run *run)
{
    if (run->posted >= run->bench->referrals)
        return false;
    if (run->per_second > 0)
        return (double)(clock_monotonic_us() - run->start_us) * run->per_second / 1e6 >=
               (double)run->posted;
    return run->posted - run->answered < AHEAD_MOST || !run->letters;
}

static bool next(void *data, struct load_request *request)
{
    struct run *run = data;

    if (run->letters && next_answer(run, request))
        return true;
    if (!may_post(run))
        return false;
    request->path = "/api/v1/referrals";
    request->length = bench_city_body(&run->city, run->posted, request->body, sizeof request->body);
    request->tag = (uint64_t)run->posted++ << 1;
    return true;
}

static void answered(void *data, uint64_t tag, int status, int64_t us)
{
    struct run *run = data;

    if (tag & ANSWER_BIT) {
        run->answered++;
        run->answers_refused += status != 303 && status != 200;
        return;
    }
    run->times_ms[run->accepted + run->refused] = (double)us / 1000;
    if (status == 201)
        run->accepted++;
    else
        run->refused++;
}

/* Letters that came since; a little overlap for commits that came late, told apart by id. */
static bool look_into_mailbox(struct run *run, struct error *error)
{
    struct rows *rows;

    arena_reset(run->arena);
    struct tx *tx = tx_begin(run->store, run->arena, error);
    if (!tx || !bench_read_letters(tx, run->arena, run->last_letter, &rows, error)) {
        tx_rollback(tx);
        return false;
    }
    for (size_t i = 0; i < rows_count(rows); i++) {
        CHECK(run->letter_count < ANSWERS_MOST);
        if (row_bool(rows, i, 1))
            run->letters[run->letter_count++] = row_uuid(rows, i, 0);
        run->last_letter = row_uuid(rows, i, 0);
    }
    tx_rollback(tx);
    return true;
}

static bool by_index(struct run *run, struct error *error)
{
    struct tx *tx = tx_begin(run->store, run->arena, error);

    if (tx && bench_read_by_index(tx, error) && tx_commit(tx, DURABILITY_FULL, error))
        return true;
    tx_rollback(tx);
    return false;
}

static bool open_run(struct run *run, struct bench *bench, struct error *error)
{
    *run = (struct run){.bench = bench, .arena = arena_new(64 * 1024 * 1024)};
    run->times_ms = calloc((size_t)bench->referrals + 1, sizeof *run->times_ms);
    CHECK(run->times_ms);
    run->secrets = secrets_open(arena_format(bench->shell.arena, "%s/keys", bench->shell.var),
        SECRET_BIT(SECRET_LETTERS), error);
    if (!run->secrets || !bench_city_open(bench, &run->city, error))
        return false;
    run->store = shell_store(&bench->shell, "gruppstod_admin", error);
    return run->store && by_index(run, error);
}

static void close_run(struct run *run)
{
    store_close(run->store);
    secrets_close(run->secrets);
    arena_free(run->arena);
    free(run->times_ms);
    free(run->letters);
}

static struct load *open_load(struct run *run, size_t clients, struct error *error)
{
    const struct load_hooks hooks = {next, answered, run};
    int64_t port = 0;

    if (!bench_port(run->bench, "intake", &port, error))
        return NULL;
    return load_open((uint16_t)port, clients, &hooks, error);
}

static bool all_out(const struct run *run)
{
    return run->posted >= run->bench->referrals && run->accepted + run->refused >= run->posted;
}

static int64_t seconds_since(int64_t start_us)
{
    return (clock_monotonic_us() - start_us) / 1000000;
}

static void note_times(struct run *run, struct figures *figures)
{
    const size_t count = (size_t)(run->accepted + run->refused);

    qsort(run->times_ms, count, sizeof *run->times_ms, compare_doubles);
    figures->p50_ms = percentile(run->times_ms, count, 0.5);
    figures->p99_ms = percentile(run->times_ms, count, 0.99);
}

/* The others rest: what is measured is intake, PostgreSQL and the clients. */
static bool pause_others(struct run *run, struct error *error)
{
    static const char *const others[] = {
        "matching", "scheduling", "notification", "evaluation", "desk"};
    struct store *store = shell_store(&run->bench->shell, "gruppstod_operator", error);
    bool good = store != NULL;
    int64_t running = 1;

    for (size_t i = 0; good && i < COUNT(others); i++)
        good = act_control(store, run->arena, others[i], "pause", "bench", "bench accept", error);
    store_close(store);
    for (int i = 0; good && running && i < 1000; i++)
        good = bench_count(run->bench, BENCH_OTHERS_RUN, &running, error);
    return good;
}

bool bench_accept(struct bench *bench, struct figures *figures, struct error *error)
{
    struct run run;
    bool good = open_run(&run, bench, error) && pause_others(&run, error);
    struct load *load = good ? open_load(&run, ACCEPT_CLIENTS, error) : NULL;
    const double cpu_ms = bench_cpu_ms(bench);
    const uint64_t own_us = clock_cpu_us();

    run.start_us = clock_monotonic_us();
    good = load != NULL;
    while (good && !all_out(&run) && seconds_since(run.start_us) < GIVE_UP_S)
        good = load_turn(load, 100, error);
    figures->seconds = (double)(clock_monotonic_us() - run.start_us) / 1e6;
    figures->cpu_ms = bench_cpu_ms(bench) - cpu_ms;
    figures->client_cpu_ms = (double)(clock_cpu_us() - own_us) / 1000;
    figures->pss_mb = bench_pss_mb(bench);
    figures->done = run.accepted;
    if (good)
        note_times(&run, figures);
    figures->more = arena_format(bench->shell.arena, ", \"clients\": %d, \"refused\": %lld",
        ACCEPT_CLIENTS, (long long)run.refused);
    load_close(load);
    close_run(&run);
    return good;
}

/* Posts, looks into the mailbox, answers, until nothing moves any more. */
static bool live(struct run *run, struct load *load, struct error *error)
{
    int64_t looked_us = 0, opened_us = 0, counted_us = 0, placed = 0, before = -1,
            still_us = run->start_us;

    while (placed < run->bench->referrals && seconds_since(run->start_us) < GIVE_UP_S) {
        const int64_t now_us = clock_monotonic_us();
        if (!load_turn(load, 5, error))
            return false;
        if (now_us - looked_us > LOOK_MS * 1000) {
            looked_us = now_us;
            if (!look_into_mailbox(run, error))
                return false;
        }
        if (now_us - opened_us > OPEN_MS * 1000) {
            opened_us = now_us;
            if (!bench_city_open_more(&run->city, run->store, run->arena, error))
                return false;
        }
        if (all_out(run) && now_us - counted_us > 100000) {
            counted_us = now_us;
            if (!bench_count(run->bench, BENCH_PLACED, &placed, error))
                return false;
            if (placed != before)
                still_us = now_us;
            before = placed;
            if (now_us - still_us > 5000000)
                break; /* the rest waits: for a group, for a person */
        }
    }
    run->start_us += clock_monotonic_us() - still_us; /* the end is when the last one was placed */
    return true;
}

static const char *states_of(struct bench *bench, struct error *error)
{
    static const char *const names[] = {"waiting", "offered", "accepted", "placed", "received",
        "safety_check", "contacting", "protection_first"};
    const char *more = "";

    for (size_t i = 0; i < COUNT(names); i++) {
        int64_t count = 0;
        bench_count_state(bench, names[i], &count, error);
        more = arena_format(bench->shell.arena, "%s%s\"%s\": %lld", more, i ? ", " : "", names[i],
            (long long)count);
    }
    return arena_format(bench->shell.arena, ", \"states\": {%s}", more);
}

/* What the family waits for: from the receipt to the letter, and from the yes to the place. */
static bool life_times(struct bench *bench, struct figures *figures, struct error *error)
{
    int64_t p50 = 0, p99 = 0;

    if (!bench_life_us(bench, "0.5", &p50, error) || !bench_life_us(bench, "0.99", &p99, error))
        return false;
    figures->p50_ms = (double)p50 / 1000;
    figures->p99_ms = (double)p99 / 1000;
    return true;
}

static bool finish(struct run *run, struct figures *figures, struct error *error)
{
    struct bench *bench = run->bench;

    if (!bench_count(bench, BENCH_PLACED, &figures->done, error) ||
        !life_times(bench, figures, error))
        return false;
    figures->more = arena_format(bench->shell.arena,
        "%s, \"accepted\": %lld, \"refused\": %lld, \"answers_refused\": %lld",
        states_of(bench, error), (long long)run->accepted, (long long)run->refused,
        (long long)run->answers_refused);
    if (figures->done * 10 < bench->referrals * 9)
        fprintf(stderr, "gruppstod: fewer than 90 %% were placed\n");
    return true;
}

static bool whole_life(
    struct bench *bench, struct figures *figures, double per_second, struct error *error)
{
    struct run run;
    bool good = open_run(&run, bench, error);
    const size_t clients = per_second > 0 ? STEADY_CLIENTS : LIFE_CLIENTS;
    struct load *load = good ? open_load(&run, clients, error) : NULL;
    const double cpu_ms = bench_cpu_ms(bench);
    const uint64_t own_us = clock_cpu_us();
    const int64_t start_us = clock_monotonic_us();

    run.letters = calloc(ANSWERS_MOST, sizeof *run.letters);
    CHECK(run.letters);
    run.last_letter = uuid_at(1);
    run.per_second = per_second;
    run.start_us = start_us;
    good = load && live(&run, load, error);
    figures->seconds = (double)(clock_monotonic_us() - run.start_us) / 1e6;
    figures->cpu_ms = bench_cpu_ms(bench) - cpu_ms;
    figures->client_cpu_ms = (double)(clock_cpu_us() - own_us) / 1000;
    figures->pss_mb = bench_pss_mb(bench);
    good = good && finish(&run, figures, error);
    load_close(load);
    close_run(&run);
    return good;
}

bool bench_pipeline(struct bench *bench, struct figures *figures, struct error *error)
{
    return whole_life(bench, figures, 0, error);
}

bool bench_latency(struct bench *bench, struct figures *figures, struct error *error)
{
    return whole_life(bench, figures, 200, error);
}
