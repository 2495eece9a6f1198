#include "common/domain/referral_state.h"

#include <stddef.h>
#include <stdint.h>

#include "common/check.h"

#define IN(state) (UINT32_C(1) << REFERRAL_STATE_##state)

static const uint32_t at_gate = IN(RECEIVED) | IN(SAFETY_CHECK) | IN(PROTECTION_FIRST);
static const uint32_t talking = IN(CONTACTING) | IN(AWAITING_CONSENT);
static const uint32_t queued = IN(WAITING) | IN(PARKED) | IN(HANDED_OVER) | IN(PROPOSED);
static const uint32_t asked = IN(OFFERED) | IN(CALL_BACK) | IN(MEETING);
static const uint32_t promised = IN(ACCEPTED) | IN(PLACED);
static const uint32_t in_group = IN(ATTENDING) | IN(COMPLETED);
static const uint32_t ended = IN(FOLLOWED_UP) | IN(WITHDRAWN) | IN(REDIRECTED) | IN(NOT_REACHED) |
                              IN(AGED_OUT) | IN(ENDED_EARLY) | IN(ENTERED_IN_ERROR);

bool referral_ended(enum referral_state state)
{
    return (ended & UINT32_C(1) << state) != 0;
}

bool referral_has_place(enum referral_state state)
{
    return ((promised | in_group) & UINT32_C(1) << state) != 0;
}

bool referral_red_moves(enum referral_state state)
{
    return ((IN(RECEIVED) | IN(SAFETY_CHECK) | talking | queued | asked) & UINT32_C(1) << state) !=
           0;
}

struct transition {
    enum referral_state to;
    uint32_t from; /* NONE's bit: a new referral */
    unsigned askers;
};

/* One row a way; a pair of states may stand in two rows with different askers. */
static bool stands(struct transition row, enum referral_state from, enum asker asker)
{
    return (row.from & UINT32_C(1) << from) != 0 && (row.askers & (unsigned)asker) != 0;
}

bool referral_may_move(enum referral_state from, enum referral_state to, enum asker asker)
{
    const struct transition rows[] = {
        {REFERRAL_STATE_SAFETY_CHECK, IN(NONE) | IN(RECEIVED), ASKER_INTAKE},
        /* A family that does not feel safe, or a new answer, is looked at again. */
        {REFERRAL_STATE_SAFETY_CHECK, talking | queued | asked, ASKER_INTAKE | ASKER_MATCHING},
        {REFERRAL_STATE_SAFETY_CHECK, IN(PROTECTION_FIRST), ASKER_INTAKE | ASKER_DESK},

        {REFERRAL_STATE_PROTECTION_FIRST, IN(NONE) | IN(RECEIVED) | IN(SAFETY_CHECK), ASKER_INTAKE},
        {REFERRAL_STATE_PROTECTION_FIRST, talking | queued | asked, ASKER_INTAKE},

        {REFERRAL_STATE_CONTACTING, at_gate, ASKER_INTAKE},
        {REFERRAL_STATE_CONTACTING, IN(AWAITING_CONSENT) | IN(NOT_REACHED), ASKER_DESK},
        /* "We want to talk to somebody first." */
        {REFERRAL_STATE_CONTACTING, asked, ASKER_MATCHING},
        {REFERRAL_STATE_AWAITING_CONSENT, at_gate | IN(CONTACTING) | IN(WAITING),
            ASKER_INTAKE | ASKER_DESK},

        {REFERRAL_STATE_WAITING, at_gate, ASKER_INTAKE},
        {REFERRAL_STATE_WAITING, talking | IN(PARKED) | IN(HANDED_OVER) | IN(NOT_REACHED),
            ASKER_DESK},
        {REFERRAL_STATE_WAITING, IN(PARKED) | IN(HANDED_OVER) | IN(PROPOSED) | asked | promised,
            ASKER_MATCHING},
        {REFERRAL_STATE_PARKED, at_gate | talking | IN(WAITING) | IN(PROPOSED), ASKER_DESK},
        {REFERRAL_STATE_PARKED, asked, ASKER_MATCHING | ASKER_DESK},
        {REFERRAL_STATE_HANDED_OVER, IN(WAITING) | IN(CONTACTING), ASKER_DESK},

        {REFERRAL_STATE_PROPOSED, IN(WAITING), ASKER_MATCHING},
        {REFERRAL_STATE_OFFERED, IN(WAITING) | IN(PROPOSED), ASKER_MATCHING},
        {REFERRAL_STATE_CALL_BACK, IN(OFFERED), ASKER_MATCHING},
        {REFERRAL_STATE_MEETING, IN(OFFERED) | IN(CALL_BACK), ASKER_MATCHING | ASKER_SCHEDULING},
        {REFERRAL_STATE_ACCEPTED, asked, ASKER_MATCHING},
        /* Moved to another group: asked anew, or promised by one that may still not start. */
        {REFERRAL_STATE_OFFERED, IN(MEETING), ASKER_MATCHING},
        {REFERRAL_STATE_ACCEPTED, IN(PLACED), ASKER_MATCHING},
        /* The child's own yes at the meeting before the start, and its other answers there. */
        {REFERRAL_STATE_ACCEPTED, IN(MEETING), ASKER_SCHEDULING},
        {REFERRAL_STATE_PARKED, IN(MEETING), ASKER_SCHEDULING},
        {REFERRAL_STATE_WITHDRAWN, IN(MEETING), ASKER_SCHEDULING},
        {REFERRAL_STATE_CONTACTING, IN(MEETING), ASKER_SCHEDULING},
        {REFERRAL_STATE_PLACED, asked | IN(ACCEPTED), ASKER_MATCHING},
        {REFERRAL_STATE_ATTENDING, IN(PLACED), ASKER_SCHEDULING | ASKER_EVALUATION},
        {REFERRAL_STATE_COMPLETED, IN(ATTENDING), ASKER_SCHEDULING | ASKER_EVALUATION},
        {REFERRAL_STATE_FOLLOWED_UP, IN(COMPLETED), ASKER_EVALUATION | ASKER_DESK},

        {REFERRAL_STATE_WITHDRAWN, at_gate | talking | queued | asked | promised,
            ASKER_INTAKE | ASKER_DESK},
        {REFERRAL_STATE_WITHDRAWN, asked, ASKER_MATCHING},
        {REFERRAL_STATE_REDIRECTED, at_gate | talking | queued | asked, ASKER_DESK},
        {REFERRAL_STATE_NOT_REACHED, talking | queued | asked, ASKER_DESK},
        {REFERRAL_STATE_AGED_OUT, talking | queued, ASKER_MATCHING | ASKER_DESK},
        {REFERRAL_STATE_ENDED_EARLY, IN(PLACED) | IN(ATTENDING), ASKER_EVALUATION | ASKER_DESK},
        {REFERRAL_STATE_ENTERED_IN_ERROR, at_gate | talking | queued | asked | promised,
            ASKER_DESK},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].to == to && stands(rows[i], from, asker))
            return true;
    return false;
}
