/* The clocks of Linux. */
#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/check.h"

static struct timespec now(clockid_t clock)
{
    struct timespec time;

    CHECK(clock_gettime(clock, &time) == 0);
    return time;
}

int64_t clock_now_ms(void)
{
    const struct timespec time = now(CLOCK_REALTIME);

    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t clock_monotonic_us(void)
{
    const struct timespec time = now(CLOCK_MONOTONIC);

    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

uint64_t clock_cpu_us(void)
{
    const struct timespec time = now(CLOCK_PROCESS_CPUTIME_ID);

    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* Field 22 of /proc/self/stat: clock ticks from the boot to the start; 0 when it cannot be read.
 * The second field is the program's name in brackets, which may hold anything. */
static int64_t started_ticks(void)
{
    char stat[1024];
    FILE *file = fopen("/proc/self/stat", "re");

    if (!file)
        return 0;
    stat[fread(stat, 1, sizeof stat - 1, file)] = '\0';
    fclose(file);
    const char *at = strrchr(stat, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoll(at, NULL, 10) : 0;
}

int64_t clock_started_ms(void)
{
    const struct timespec since_boot = now(CLOCK_BOOTTIME);
    const int64_t up_ms = (int64_t)since_boot.tv_sec * 1000 + since_boot.tv_nsec / 1000000;

    return clock_now_ms() - up_ms + started_ticks() * 1000 / sysconf(_SC_CLK_TCK);
}
