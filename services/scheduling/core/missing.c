/* Silence counts only while the list is being used: a leader who has noted nobody has not looked
 * yet, and then nobody is missing. */
#include "services/scheduling/core/missing.h"

static bool is_missing(const struct missing_facts *facts)
{
    switch (facts->noted) {
    case PRESENCE_PRESENT:
    case PRESENCE_ABSENT_TOLD:
        return false;
    case PRESENCE_ABSENT_UNTOLD:
        return facts->now_ms >= facts->starts_ms;
    case PRESENCE_NONE:
        break;
    }
    return facts->others_noted && facts->now_ms >= facts->starts_ms + facts->after_ms &&
           facts->now_ms < facts->ends_ms;
}

/* What was noted in the end counts more than what it looked like then. */
static bool was_missing(const struct missing_facts *facts)
{
    return facts->noted_before == PRESENCE_ABSENT_UNTOLD ||
           (facts->noted_before == PRESENCE_NONE && facts->told_before);
}

struct missing_verdict missing_decide(const struct missing_facts *facts)
{
    const bool missing = is_missing(facts), again = missing && was_missing(facts);

    return (struct missing_verdict){
        .missing = missing,
        .call = missing && facts->now_ms < facts->ends_ms + MISSING_CALL_AFTER_END_MS,
        .again = again,
        .twice = again && !facts->asked_before,
    };
}
