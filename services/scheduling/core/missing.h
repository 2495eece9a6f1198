/* Whether a child is missing from a meeting, and what a person must do about it. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vocabulary.h"

/* A call that comes so long after the end finds nobody who wonders any more. */
enum { MISSING_CALL_AFTER_END_MS = 3 * 60 * 60 * 1000, MISSING_CALL_WITHIN_MS = 30 * 60 * 1000 };

struct missing_facts {                 /* of one child on the roster and one meeting */
    enum presence noted, noted_before; /* at this meeting, at the one before; NONE: not noted */
    bool told_before;                  /* it was missing at the one before: somebody was told */
    bool asked_before; /* for that row of absences a coordinator has been asked already */
    bool others_noted; /* somebody in the group is noted as present */
    int64_t starts_ms, ends_ms, now_ms;
    int64_t after_ms; /* so long after the start, who is not noted while others are, is missing */
};

struct missing_verdict {
    bool missing;
    bool call;  /* the leaders call home, within half an hour */
    bool again; /* it missed the meeting before as well */
    bool twice; /* that, and nobody has been asked yet: a coordinator gets in touch */
};

struct missing_verdict missing_decide(const struct missing_facts *facts);
