#include "services/scheduling/core/hours.h"

#include "common/check.h"

struct hours_balance hours_reckon(struct hours_term term)
{
    const int64_t spent = term.planned_min + term.used_min;
    struct hours_balance balance = {.limited = term.hours_week != HOURS_UNLIMITED};

    if (!balance.limited)
        return balance;
    balance.released_min = term.hours_week * 60 * term.weeks;
    balance.over = spent > balance.released_min;
    balance.left_min = balance.over ? 0 : balance.released_min - spent;
    return balance;
}

bool hours_fit(int64_t released_week_min, int64_t taken_min, int64_t more_min)
{
    return released_week_min == HOURS_UNLIMITED || taken_min + more_min <= released_week_min;
}

int64_t hours_meetings(int64_t hours_week, int64_t meeting_hours)
{
    CHECK(meeting_hours > 0);
    return hours_week == HOURS_UNLIMITED ? HOURS_UNLIMITED : hours_week / meeting_hours;
}
