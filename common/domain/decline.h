/* What follows from a no, as it was told to the family (SVENSKA, "No, and what follows"). Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vocabulary.h"

enum { DECLINE_ASK_AGAIN_DAYS = 90 /* when the family named no day */ };

struct consequence {
    enum referral_state state; /* the queue time is kept in all that are not ends */
    bool another_slot;         /* the slot of the declined group is no longer free */
    bool nearer;               /* the travel of the declined group was too long */
    enum task_kind task;       /* NONE: nobody need do anything */
};

/* NONE as reason means the family did not say whether it stays: it stays. */
struct consequence decline_consequence(enum decline_reason reason);

/* What follows when the child has met the leaders and does not say yes; of a yes, and when nobody
 * came, nothing: those are no ends. */
struct consequence before_start_consequence(enum before_start_outcome outcome);
