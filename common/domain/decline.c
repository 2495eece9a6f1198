#include "common/domain/decline.h"

#include "common/check.h"

struct consequence decline_consequence(enum decline_reason reason)
{
    switch (reason) {
    case DECLINE_REASON_NONE:
    case DECLINE_REASON_UNSAID_STAY:
        return (struct consequence){.state = REFERRAL_STATE_WAITING};
    case DECLINE_REASON_TIME:
        return (struct consequence){.state = REFERRAL_STATE_WAITING, .another_slot = true};
    case DECLINE_REASON_DISTANCE:
        return (struct consequence){.state = REFERRAL_STATE_WAITING, .nearer = true};
    case DECLINE_REASON_CHILD_NOT_NOW:
    case DECLINE_REASON_LATER:
        return (struct consequence){.state = REFERRAL_STATE_PARKED};
    case DECLINE_REASON_TALK_FIRST:
        return (struct consequence){
            .state = REFERRAL_STATE_CONTACTING, .task = TASK_KIND_CALL_FAMILY};
    case DECLINE_REASON_UNSAFE:
        /* A person answers, on the safe way; nothing is offered before a new clearance. */
        return (struct consequence){
            .state = REFERRAL_STATE_SAFETY_CHECK, .task = TASK_KIND_UNSAFE_DECLINE};
    case DECLINE_REASON_OTHER_SUPPORT:
    case DECLINE_REASON_UNSAID_LEAVE:
        return (struct consequence){.state = REFERRAL_STATE_WITHDRAWN};
    }
    check_failed("a decline reason is in the vocabulary", __FILE__, __LINE__);
}

struct consequence before_start_consequence(enum before_start_outcome outcome)
{
    switch (outcome) {
    case BEFORE_START_OUTCOME_CHILD_NO:
        return (struct consequence){.state = REFERRAL_STATE_WITHDRAWN};
    case BEFORE_START_OUTCOME_CHILD_WAITS:
        return (struct consequence){.state = REFERRAL_STATE_PARKED};
    case BEFORE_START_OUTCOME_OTHER_HELP:
        return (struct consequence){
            .state = REFERRAL_STATE_CONTACTING, .task = TASK_KIND_CALL_FAMILY};
    case BEFORE_START_OUTCOME_NONE:
    case BEFORE_START_OUTCOME_CHILD_YES:
    case BEFORE_START_OUTCOME_NOT_COME:
        return (struct consequence){.state = REFERRAL_STATE_NONE};
    }
    check_failed("an outcome is in the vocabulary", __FILE__, __LINE__);
}
