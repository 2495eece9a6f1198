/* The three tries of a first call, and what comes after them (PRODUCT, "contacting"). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vocabulary.h"

enum { TRIES_MOST = 3 /* calls in vain; then the one who told us is asked */ };

enum next_step {
    NEXT_STEP_NONE, /* reached: nothing is to be tried */
    NEXT_STEP_CALL,
    NEXT_STEP_ASK_REFERRER,
    NEXT_STEP_DECIDE /* a person decides: another way, a partner, or the end */
};

struct tries { /* what has been tried since the family was last reached */
    int count;
    bool asked;
    enum next_step next;
    int32_t day, minute; /* when, local; day and minute of now when it is at once */
};

/*
 * After a try that ended with `outcome` on `day` at `minute`: the next call is in a part of the day
 * (from 9.00, 13.00, 16.30) that comes after this one's, the same day for the second, else the next
 * working day. A wrong number asks the referrer at once; so do three calls in vain, the next
 * working day.
 */
struct tries tries_after(
    const struct tries *before, enum contact_outcome outcome, int32_t day, int32_t minute);
