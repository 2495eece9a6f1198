/* Which way a referral may go from each state, and who may ask for it (PRODUCT, "The life of a
 * referral"). Matching keeps the state; everybody else asks it by message. Pure. */
#pragma once

#include <stdbool.h>

#include "vocabulary.h"

enum asker { /* bits, so that a rule can name several */
    ASKER_INTAKE = 1,
    ASKER_MATCHING = 2,
    ASKER_SCHEDULING = 4,
    ASKER_EVALUATION = 8,
    ASKER_DESK = 16, /* a coordinator */
};

/* Whether `asker` may move a referral from `from` (NONE: it is new) to `to`. Staying is no move. */
bool referral_may_move(enum referral_state from, enum referral_state to, enum asker asker);

/* Nothing comes after: the child may come again, as a new referral. */
bool referral_ended(enum referral_state state);

/* From `accepted` on a red answer leaves place and meetings as they are. */
bool referral_has_place(enum referral_state state);

/* Before `accepted`: a red answer moves it to protection_first. */
bool referral_red_moves(enum referral_state state);
