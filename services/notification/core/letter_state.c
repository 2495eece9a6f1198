/* The table of a letter's life. */
#include "services/notification/core/letter_state.h"

#include <stddef.h>

static const char *const state_names[LETTER_STATE_COUNT] = {
    [LETTER_DECIDED] = "decided",
    [LETTER_RENDERED] = "rendered",
    [LETTER_CLAIMED] = "claimed",
    [LETTER_OFFERED] = "offered",
    [LETTER_SENT] = "sent",
    [LETTER_DEFERRED] = "deferred",
    [LETTER_FAILED] = "failed",
    [LETTER_UNKNOWN] = "unknown",
    [LETTER_TASK] = "task",
    [LETTER_DROPPED] = "dropped",
};

static const char *const event_names[LETTER_EVENT_COUNT] = {
    [LETTER_RENDER] = "render",
    [LETTER_CLAIM] = "claim",
    [LETTER_AT_DOT] = "at_dot",
    [LETTER_ACCEPTED] = "accepted",
    [LETTER_NOT_NOW] = "not_now",
    [LETTER_REFUSED] = "refused",
    [LETTER_LOST] = "lost",
    [LETTER_LEASE_OVER] = "lease_over",
    [LETTER_NOT_ALLOWED] = "not_allowed",
    [LETTER_POINTLESS] = "pointless",
};

enum { MINUTE_MS = 60 * 1000, LOST_WAIT_MS = 15 * MINUTE_MS };

#define BIT(state) (1u << (state))

/* Waits for its hour, for its next try, or for the 15 minutes after a loss. */
#define WAITS (BIT(LETTER_RENDERED) | BIT(LETTER_DEFERRED) | BIT(LETTER_UNKNOWN))
#define IN_HAND (BIT(LETTER_CLAIMED) | BIT(LETTER_OFFERED))

/* In which states an event means something. A letter that was never claimed cannot be accepted. */
static const unsigned allowed[LETTER_EVENT_COUNT] = {
    [LETTER_RENDER] = BIT(LETTER_DECIDED),
    [LETTER_CLAIM] = WAITS,
    [LETTER_AT_DOT] = BIT(LETTER_CLAIMED),
    [LETTER_ACCEPTED] = IN_HAND,
    [LETTER_NOT_NOW] = IN_HAND,
    [LETTER_REFUSED] = IN_HAND,
    [LETTER_LOST] = BIT(LETTER_OFFERED),
    [LETTER_LEASE_OVER] = IN_HAND,
    [LETTER_NOT_ALLOWED] = BIT(LETTER_DECIDED) | WAITS,
    [LETTER_POINTLESS] = BIT(LETTER_DECIDED) | WAITS,
};

static int64_t retry_wait_ms(int64_t tries)
{
    static const int minutes[] = {1, 5, 15};
    const int64_t known = sizeof minutes / sizeof minutes[0];

    return (tries <= known ? minutes[tries > 0 ? tries - 1 : 0] : 60) * (int64_t)MINUTE_MS;
}

static void become(struct letter_step *step, enum letter_state state, int64_t wait_ms)
{
    step->state = state;
    step->wait_ms = wait_ms;
}

static void defer(struct letter_step *step)
{
    if (step->tries >= LETTER_TRIES_MOST)
        become(step, LETTER_FAILED, LETTER_ENDED);
    else
        become(step, LETTER_DEFERRED, retry_wait_ms(step->tries));
}

/* Once more with the same bytes: a doubled letter is better than none, three are not. */
static void lose(struct letter_step *step)
{
    step->losses++;
    become(step, LETTER_UNKNOWN, step->losses > 1 ? LETTER_ENDED : LOST_WAIT_MS);
}

bool letter_next(
    const struct letter_facts *letter, enum letter_event event, struct letter_step *step)
{
    if (!(allowed[event] & BIT(letter->state)))
        return false;
    *step = (struct letter_step){.tries = letter->tries, .losses = letter->losses};
    switch (event) {
    case LETTER_RENDER:
        become(step, LETTER_RENDERED, 0);
        break;
    case LETTER_CLAIM:
        step->tries++;
        become(step, LETTER_CLAIMED, LETTER_LEASE);
        break;
    case LETTER_AT_DOT:
        become(step, LETTER_OFFERED, LETTER_LEASE);
        break;
    case LETTER_ACCEPTED:
        become(step, LETTER_SENT, LETTER_ENDED);
        break;
    case LETTER_NOT_NOW:
        defer(step);
        break;
    case LETTER_REFUSED:
        become(step, LETTER_FAILED, LETTER_ENDED);
        break;
    case LETTER_LOST:
        lose(step);
        break;
    case LETTER_LEASE_OVER:
        /* Before the dot nothing can have arrived: it is due at once. */
        if (letter->state == LETTER_OFFERED)
            lose(step);
        else
            become(step, LETTER_DEFERRED, 0);
        break;
    case LETTER_NOT_ALLOWED:
        become(step, LETTER_TASK, LETTER_ENDED);
        break;
    case LETTER_POINTLESS:
        become(step, LETTER_DROPPED, LETTER_ENDED);
        break;
    }
    return true;
}

enum letter_event letter_judge(const struct letter_sight *sight)
{
    if (IN_HAND & BIT(sight->state))
        return LETTER_LEASE_OVER;
    if (!sight->offer_holds)
        return LETTER_POINTLESS;
    if (!sight->cleared || !sight->contact_safe)
        return LETTER_NOT_ALLOWED;
    return LETTER_CLAIM;
}

enum letter_event delivery_event(const struct delivery *delivery)
{
    const bool answered = delivery->code >= 400 && delivery->code < 600;

    if (delivery->done && delivery->dot_sent)
        return LETTER_ACCEPTED;
    if (delivery->dot_sent && !answered)
        return LETTER_LOST;
    /* A relay that refuses us at the door says nothing of the recipient: later, not never. */
    if (delivery->code >= 500 && delivery->code < 600 && delivery->stage == DELIVERY_LETTER)
        return LETTER_REFUSED;
    return LETTER_NOT_NOW;
}

const char *const *letter_state_names(void)
{
    return state_names;
}

const char *const *letter_event_names(void)
{
    return event_names;
}
