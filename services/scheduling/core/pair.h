/* Whether two leaders fit together. Pure. The database holds the same rule for each meeting. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/text.h"
#include "vocabulary.h"

struct pair_leader {
    bool experienced;
    struct text employer;
};

enum pair_fit {
    PAIR_FITS,
    PAIR_OF_BEGINNERS,    /* neither is experienced */
    PAIR_OF_ONE_EMPLOYER, /* of a programme that two employers share: one each */
};

/* PRODUCT R12: a beginner leads with somebody experienced. `shared`: the programme's. */
enum pair_fit pair_judge(struct pair_leader one, struct pair_leader other, bool shared);

/* What whoever comes instead of `gone` must be, so that the pair still fits. */
struct pair_need {
    bool experienced;
    struct text employer; /* absent: any */
};
struct pair_need pair_need_beside(struct pair_leader stays, struct pair_leader gone, bool shared);
bool pair_meets(struct pair_leader candidate, const struct pair_need *need);

/* Experienced by a coordinator's word, which goes first, or by meetings led. */
bool pair_is_experienced(enum experience said, long led, long enough);
