/*
 * gruppstod bench: figures that anyone can have again.
 *
 * `bench queue|accept|pipeline|latency [--referrals N] [--no-express] [--snapshot]` prints one line
 * of JSON; `bench planner` is in bench_planner.c, `bench booking|move` in
 * bench_groups.c. Each run has a cluster of its own with fsync on,
 * in a folder beside the state folder, and takes pgbench's single-row insert rate in the same run
 * as the yardstick.
 */
#include "services/gruppstod/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/number.h"
#include "services/gruppstod/bench_groups.h"
#include "services/gruppstod/bench_pipeline.h"
#include "services/gruppstod/bench_planner.h"
#include "services/gruppstod/cluster.h"
#include "services/gruppstod/commands.h"
#include "services/gruppstod/process.h"
#include "services/gruppstod/up.h"

struct kind {
    const char *name;
    bool (*run)(struct bench *bench, struct figures *figures, struct error *error);
    int64_t referrals;    /* unless --referrals says otherwise */
    const char *settings; /* after the bus's */
};

/* No leader is there to be asked whom they know. */
#define BOOKED "\n[scheduling]\nconflicts_first = false\n"

/* What is green clears itself, and letters are decided and rendered but not handed to an outlet. */
#define LIFE                                                                                       \
    "\n[intake]\nclear_green_automatically = true\nspoken_automatically = true\n" BOOKED           \
    "\n[notification]\noutlet = hold\n"

static const struct kind kinds[] = {
    {"queue", bench_queue, 100000, ""},
    {"accept", bench_accept, 100000, BOOKED},
    {"pipeline", bench_pipeline, 30000, LIFE},
    {"latency", bench_latency, 4000, LIFE},
};

bool bench_open(
    struct bench *bench, const struct shell *outer, const char *ini, struct error *error)
{
    bench->shell = *outer;
    if (!shell_place(&bench->shell,
            arena_format(outer->arena, "%s/bench-%d", outer->var, (int)getpid()), error))
        return false;
    return up_init(&bench->shell, ini, error) && cluster_start(&bench->shell, error) &&
           cluster_migrate(&bench->shell, false, error);
}

void bench_close(struct bench *bench)
{
    const char *const argv[] = {"rm", "-rf", bench->shell.var, NULL};

    down(&bench->shell, NULL);
    process_run(argv, NULL, NULL);
}

void bench_print(const struct bench *bench, const struct figures *figures)
{
    const double done = (double)(figures->done ? figures->done : 1);

    printf(
        "{\"bench\": \"%s\", \"referrals\": %lld, \"referrals_per_s\": %.0f, \"p50_ms\": %.1f,"
        " \"p99_ms\": %.1f, \"cpu_ms_per_referral\": %.3f, \"client_cpu_ms_per_referral\": %.3f,"
        " \"pss_mb\": %.1f, \"pgbench_insert_tps\": %.0f, \"express\": %s, \"snapshot\": %s%s}\n",
        bench->name, (long long)figures->done, figures->seconds > 0 ? done / figures->seconds : 0,
        figures->p50_ms, figures->p99_ms, figures->cpu_ms / done, figures->client_cpu_ms / done,
        figures->pss_mb, figures->insert_tps, bench->express ? "true" : "false",
        bench->snapshot ? "true" : "false", figures->more ? figures->more : "");
}

static bool read_wish(struct bench *bench, int argc, char **argv)
{
    bench->express = true;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--no-express") == 0)
            bench->express = false;
        else if (strcmp(argv[i], "--snapshot") == 0)
            bench->snapshot = true;
        else if (strcmp(argv[i], "--referrals") == 0 && i + 1 < argc)
            bench->referrals = number_or(argv[++i], 1, 100000000, 0);
        else
            return false;
    }
    return bench->referrals > 0;
}

static int run(struct bench *bench, const struct shell *shell, const struct kind *kind)
{
    struct error error = {ERROR_NONE, ""};
    struct figures figures = {.more = ""};
    const char *ini = arena_format(
        shell->arena, "[bus]\nexpress = %s\n%s", bench->express ? "true" : "false", kind->settings);
    bool good = bench_open(bench, shell, ini, &error);

    if (good) {
        figures.insert_tps = bench_insert_tps(bench);
        good = (!bench->snapshot || bench_hold_snapshot(bench, &error)) &&
               kind->run(bench, &figures, &error);
    }
    bench_drop_snapshot(bench);
    if (good)
        bench_print(bench, &figures);
    if (getenv("GRUPPSTOD_TEST_KEEP"))
        down(&bench->shell, NULL);
    else
        bench_close(bench);
    return good ? EX_OK : shell_fail(EX_SOFTWARE, &error, NULL);
}

int command_bench(struct shell *shell, int argc, char **argv)
{
    struct bench bench = {.express = true};

    if (argc > 1 && strcmp(argv[1], "planner") == 0)
        return bench_planner(shell, argc, argv);
    if (argc > 1 && (strcmp(argv[1], "booking") == 0 || strcmp(argv[1], "move") == 0))
        return bench_groups(shell, argc, argv);
    for (size_t i = 0; argc > 1 && i < COUNT(kinds); i++) {
        bench.name = kinds[i].name;
        bench.referrals = kinds[i].referrals;
        if (strcmp(argv[1], kinds[i].name) == 0 && read_wish(&bench, argc, argv))
            return run(&bench, shell, &kinds[i]);
    }
    fputs("usage: gruppstod bench queue|accept|pipeline|latency [--referrals N] [--no-express]"
          " [--snapshot]\n       gruppstod bench planner [--only NAME,NAME] [--seconds S]\n"
          "       gruppstod bench booking|move [--groups N]\n",
        stderr);
    return EX_USAGE;
}
