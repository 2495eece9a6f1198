/* When to call again. A family that works by day answers in the evening, and the other way round:
 * so each try is at another hour. */
#include "services/desk/core/tries.h"

#include <stddef.h>

#include "common/check.h"
#include "common/domain/holiday.h"

static const int32_t starts[] = {9 * 60, 13 * 60, 16 * 60 + 30};
enum { MORNING = 9 * 60 };

static size_t part_of(int32_t minute)
{
    size_t part = 0;

    while (part + 1 < COUNT(starts) && minute >= starts[part + 1])
        part++;
    return part;
}

static int32_t next_working_day(int32_t day)
{
    return working_days_after(day, 1, NULL);
}

static void ask(struct tries *tries, int32_t day, int32_t minute)
{
    tries->next = NEXT_STEP_ASK_REFERRER;
    tries->day = day;
    tries->minute = minute;
}

/* The second call may be later the same day; the third is on another, at an hour not tried yet. */
static void call_again(struct tries *tries, int32_t day, int32_t minute)
{
    const size_t next = part_of(minute) + 1;

    tries->next = NEXT_STEP_CALL;
    if (tries->count == 1 && next < COUNT(starts) && working_day(day)) {
        tries->day = day;
        tries->minute = starts[next];
        return;
    }
    tries->day = next_working_day(day);
    tries->minute = starts[next % COUNT(starts)];
}

static void in_vain(struct tries *tries, int32_t day, int32_t minute)
{
    tries->count += tries->count < TRIES_MOST;
    if (tries->asked) {
        tries->next = NEXT_STEP_DECIDE;
        tries->day = day;
        tries->minute = minute;
    } else if (tries->count == TRIES_MOST) {
        ask(tries, next_working_day(day), MORNING);
    } else {
        call_again(tries, day, minute);
    }
}

struct tries tries_after(
    const struct tries *before, enum contact_outcome outcome, int32_t day, int32_t minute)
{
    struct tries tries = *before;

    switch (outcome) {
    case CONTACT_OUTCOME_NO_ANSWER:
    case CONTACT_OUTCOME_LEFT_MESSAGE:
        in_vain(&tries, day, minute);
        return tries;
    case CONTACT_OUTCOME_WRONG_NUMBER:
        in_vain(&tries, day, minute);
        if (tries.next == NEXT_STEP_CALL || tries.next == NEXT_STEP_ASK_REFERRER)
            ask(&tries, day, minute);
        return tries;
    case CONTACT_OUTCOME_REFERRER_ASKED:
        tries = (struct tries){0, true, NEXT_STEP_CALL, next_working_day(day), MORNING};
        return tries;
    case CONTACT_OUTCOME_REACHED:
    case CONTACT_OUTCOME_NONE:
        break;
    }
    return (struct tries){.next = NEXT_STEP_NONE, .day = day, .minute = minute};
}
