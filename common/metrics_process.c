/* Read from /proc at each scrape: some 100 us, once in 15 s. */
#include "common/metrics_process.h"

#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/clock.h"

static void write_gauge(FILE *out, const char *name, const char *help, int64_t value)
{
    fprintf(
        out, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help, name, name, (long long)value);
}

/* The number that follows the first of the lines that starts with `name`; -1 when there is none. */
static int64_t number_after(const char *path, const char *name)
{
    char line[256];
    int64_t number = -1;
    FILE *file = fopen(path, "re");

    if (!file)
        return -1;
    while (number < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            number = strtoll(line + strlen(name), NULL, 10);
    fclose(file);
    return number;
}

static int64_t kilobytes(const char *path, const char *name)
{
    const int64_t number = number_after(path, name);

    return number < 0 ? -1 : number * 1024;
}

/* Without ".", ".." and the descriptor that looks. */
static int64_t open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -3;

    if (!folder)
        return -1;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

void metrics_process(FILE *out)
{
    /* PSS is the share of this process where pages are common to several: summed over the daemons
     * it is what the house takes. Others cannot read it of a process that forbids dumps. */
    const int64_t proportional = kilobytes("/proc/self/smaps_rollup", "Pss:");
    const int64_t resident = kilobytes("/proc/self/status", "VmRSS:");
    const int64_t descriptors = open_descriptors();
    const unsigned long long cpu_us = clock_cpu_us();
    struct rlimit most;

    fprintf(out,
        "# HELP process_cpu_seconds_total Processor time used, all threads.\n"
        "# TYPE process_cpu_seconds_total counter\n"
        "process_cpu_seconds_total %llu.%06llu\n",
        cpu_us / 1000000, cpu_us % 1000000);
    write_gauge(out, "process_start_time_seconds", "When the process started, since 1970.",
        clock_started_ms() / 1000);
    if (resident >= 0)
        write_gauge(out, "process_resident_memory_bytes", "Memory in RAM.", resident);
    if (proportional >= 0)
        write_gauge(out, "gruppstod_process_pss_bytes",
            "Memory in RAM, what is shared counted by its share.", proportional);
    if (descriptors >= 0)
        write_gauge(out, "process_open_fds", "Open file descriptors.", descriptors);
    if (getrlimit(RLIMIT_NOFILE, &most) == 0)
        write_gauge(out, "process_max_fds", "Most file descriptors.", (int64_t)most.rlim_cur);
}
