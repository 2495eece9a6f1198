/* The only way to learn the time. What the law calls "today" is common.civil_now() of the database,
 * which a demo may turn; handlers find it in their context, not here. */
#pragma once

#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC; may jump when the host's clock is set. */
int64_t clock_now_ms(void);

/* Microseconds that never go back: for periods, deadlines and measurements. */
int64_t clock_monotonic_us(void);

/* Microseconds of processor time that this process has used, all its threads. */
uint64_t clock_cpu_us(void);

/* When this process started, in milliseconds since 1970-01-01 UTC. */
int64_t clock_started_ms(void);
