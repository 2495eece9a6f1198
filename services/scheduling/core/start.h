/* Whether a group will start. Pure. */
#pragma once

#include <stdint.h>

enum start_decision {
    START_WAIT = 1, /* children may still say yes */
    START_CONFIRM,
    START_CANCEL, /* too few when it must be decided: rooms, leaders and children are freed */
};

/* A group that is not confirmed: `taken` of at least `least`; decided `decide_days` before the
 * first day (DECISIONS: 14). A confirmed group is never asked about again. */
enum start_decision start_decide(
    int32_t today, int32_t first_day, int64_t decide_days, int64_t taken, int64_t least);
