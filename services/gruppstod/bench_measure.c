/* What a run costs: CPU from /proc, memory from the daemons' own /metrics, pgbench as yardstick. */
#include <curl/curl.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/number.h"
#include "services/gruppstod/bench.h"
#include "services/gruppstod/bench_store.h"
#include "services/gruppstod/cluster.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/process.h"
#include "services/gruppstod/up.h"

int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double percentile(double *sorted, size_t count, double share)
{
    return count ? sorted[(size_t)((double)(count - 1) * share)] : 0;
}

struct usage { /* of one process, in clock ticks */
    int parent;
    long long own, ended_children;
};

/* Of /proc/PID/stat, from the parent to the CPU of children that ended. */
enum { USAGE_FIELDS = 14 };

static bool read_usage(int pid, struct usage *usage)
{
    char path[64], line[1024];
    long long fields[USAGE_FIELDS] = {0};

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    const bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    const char *after_name = read ? strrchr(line, ')') : NULL;
    if (!after_name || strlen(after_name) < 4)
        return false;
    char *at = line + (after_name - line) + 3; /* past the state's letter */
    for (int i = 0; i < USAGE_FIELDS; i++)
        fields[i] = strtoll(at, &at, 10);
    usage->parent = (int)fields[0];
    usage->own = fields[10] + fields[11];
    usage->ended_children = fields[12] + fields[13];
    return true;
}

/* A process, its children that live, and those that ended. */
static long long family_ticks(int parent)
{
    struct usage usage;
    long long ticks = 0;
    DIR *folder = opendir("/proc");
    struct dirent *entry;

    if (read_usage(parent, &usage))
        ticks += usage.own + usage.ended_children;
    while (folder && (entry = readdir(folder))) {
        const int pid = (int)number_or(entry->d_name, 1, INT_MAX, 0);
        if (pid > 0 && read_usage(pid, &usage) && usage.parent == parent)
            ticks += usage.own;
    }
    if (folder)
        closedir(folder);
    return ticks;
}

static int postmaster_pid(const struct bench *bench)
{
    char line[32];
    int pid = 0;
    FILE *file =
        fopen(arena_format(bench->shell.arena, "%s/pg/postmaster.pid", bench->shell.var), "r");

    if (file && fgets(line, sizeof line, file))
        pid = (int)number_or(line, 1, INT_MAX, 0);
    if (file)
        fclose(file);
    return pid;
}

double bench_cpu_ms(const struct bench *bench)
{
    const long long ticks =
        family_ticks(supervisor_pid(&bench->shell)) + family_ticks(postmaster_pid(bench));

    return (double)ticks * 1000.0 / (double)sysconf(_SC_CLK_TCK);
}

double bench_family_ms(const struct bench *bench, const int *pids, size_t count)
{
    long long ticks = family_ticks(postmaster_pid(bench));
    struct usage usage;

    for (size_t i = 0; i < count; i++)
        if (read_usage(pids[i], &usage))
            ticks += usage.own;
    return (double)ticks * 1000.0 / (double)sysconf(_SC_CLK_TCK);
}

struct page {
    char text[65536];
    size_t length;
};

static size_t take(char *data, size_t size, size_t count, void *into)
{
    struct page *page = into;
    const size_t length = size * count;

    if (page->length + length >= sizeof page->text)
        return 0;
    memcpy(page->text + page->length, data, length);
    page->length += length;
    page->text[page->length] = '\0';
    return length;
}

static double pss_of(struct bench *bench, int64_t port)
{
    static const char name[] = "\ngruppstod_process_pss_bytes ";
    struct page *page = arena_take(bench->shell.arena, sizeof *page);
    CURL *curl = curl_easy_init();

    curl_easy_setopt(curl, CURLOPT_URL,
        arena_format(bench->shell.arena, "http://127.0.0.1:%lld/metrics", (long long)port));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, page);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    const char *at = strstr(page->text, name);
    return at ? strtod(at + sizeof name - 1, NULL) / 1e6 : 0;
}

double bench_pss_mb(struct bench *bench)
{
    double sum = 0;

    for (size_t i = 0; i < DAEMONS; i++) {
        int64_t port = 0;
        if (bench_port(bench, daemon_name(i), &port, NULL) && port > 0)
            sum += pss_of(bench, port);
    }
    return sum;
}

/* pgbench's last words, which hold the rate. */
static double rate_of(const char *log)
{
    char line[512];
    double tps = 0;
    FILE *file = fopen(log, "r");

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "tps = ", 6) == 0)
            tps = strtod(line + 6, NULL);
    if (file)
        fclose(file);
    return tps;
}

double bench_insert_tps(struct bench *bench)
{
    struct arena *arena = bench->shell.arena;
    const char *script = arena_format(arena, "%s/insert.sql", bench->shell.var);
    const char *log = arena_format(arena, "%s/log/pgbench.log", bench->shell.var);
    const char *const argv[] = {cluster_tool(&bench->shell, "pgbench"), "-h", bench->shell.run,
        "-U", CLUSTER_ADMIN, "-n", "-f", script, "-c", "8", "-j", "2", "-T", "5", "gruppstod",
        NULL};
    FILE *file = fopen(script, "w");

    if (!file)
        return 0;
    fputs(bench_yardstick(), file);
    fclose(file);
    if (!bench_make_yardstick(bench, NULL) || !process_run(argv, log, NULL))
        return 0;
    return rate_of(log);
}
