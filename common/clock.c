/* Three clocks of Linux. */
#include "common/clock.h"

#include <time.h>

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
