#include "services/scheduling/core/pair.h"

enum pair_fit pair_judge(struct pair_leader one, struct pair_leader other, bool shared)
{
    if (!one.experienced && !other.experienced)
        return PAIR_OF_BEGINNERS;
    if (shared && text_equal(one.employer, other.employer))
        return PAIR_OF_ONE_EMPLOYER;
    return PAIR_FITS;
}

struct pair_need pair_need_beside(struct pair_leader stays, struct pair_leader gone, bool shared)
{
    const struct pair_need need = {.experienced = !stays.experienced};

    /* The one who is gone stood for the other employer: so must whoever comes. */
    return shared ? (struct pair_need){need.experienced, gone.employer} : need;
}

bool pair_meets(struct pair_leader candidate, const struct pair_need *need)
{
    return (candidate.experienced || !need->experienced) &&
           (!need->employer.data || text_equal(candidate.employer, need->employer));
}

bool pair_is_experienced(enum experience said, long led, long enough)
{
    switch (said) {
    case EXPERIENCE_YES:
        return true;
    case EXPERIENCE_NO:
        return false;
    case EXPERIENCE_NONE:
    case EXPERIENCE_BY_MEETINGS:
        break;
    }
    return led >= enough;
}
