/* The decisions stand alone so that their lines in tests/cases can be read beside them. */
#include "services/scheduling/core/before_start.h"

#include "common/check.h"
#include "common/domain/date.h"

const char *before_start_step_name(enum before_start_step step)
{
    static const char *const names[STEP_COUNT] = {
        NULL, "plan", "calls", "times", "meetings", "decision"};

    CHECK(step > 0 && step < STEP_COUNT);
    return names[step];
}

enum before_start_end before_start_choose(const struct before_start_choice *choice, int32_t today)
{
    if (!choice->open || choice->same)
        return BEFORE_START_OVER;
    if (choice->has)
        return BEFORE_START_KEPT;
    if (choice->own_day != DAY_ABSENT && choice->own_day <= today)
        return BEFORE_START_TOO_LATE;
    if (choice->none)
        return BEFORE_START_NONE_FITS;
    if (!choice->known || choice->taken)
        return BEFORE_START_TAKEN;
    return choice->wanted_day <= today ? BEFORE_START_TOO_LATE : BEFORE_START_BOOKED;
}

enum act_reason before_start_refuse(
    enum before_start_outcome outcome, bool open, int32_t day, int32_t today)
{
    const bool at_a_meeting =
        outcome == BEFORE_START_OUTCOME_CHILD_YES || outcome == BEFORE_START_OUTCOME_NOT_COME;

    if (!open)
        return ACT_REASON_CHANGED_MEANWHILE;
    return at_a_meeting && (day == DAY_ABSENT || day > today) ? ACT_REASON_NOT_NOW
                                                              : ACT_REASON_NONE;
}

static bool usable(int32_t day, const struct quiet_periods *quiet)
{
    return working_day(day) && !quiet_day(day, quiet);
}

/* That day, or the last one before it on which people work and families are reached. */
static int32_t back_to_work(int32_t day, const struct quiet_periods *quiet)
{
    while (!usable(day, quiet))
        day--;
    return day;
}

static int usable_between(int32_t from, int32_t to, const struct quiet_periods *quiet)
{
    int count = 0;

    for (int32_t day = from + 1; day < to; day++)
        count += usable(day, quiet);
    return count;
}

size_t before_start_calendar(int32_t booked, int32_t first, const struct before_start_weeks *weeks,
    bool meets, const struct quiet_periods *quiet, struct milestone milestones[static STEP_COUNT])
{
    const int64_t before[STEP_COUNT] = {
        0, weeks->plan, weeks->calls, weeks->times, weeks->meetings, weeks->decision};
    const bool near = back_to_work(first - 7 * (int32_t)weeks->plan, quiet) < booked;
    const int days = near ? usable_between(booked, first, quiet) : 0;
    size_t count = 0;

    for (enum before_start_step step = STEP_PLAN; step < STEP_COUNT; step++) {
        if (!meets && (step == STEP_TIMES || step == STEP_MEETINGS))
            continue;
        const int share =
            weeks->plan > 0 ? (int)(days * (weeks->plan - before[step]) / weeks->plan) : 0;
        milestones[count++] = (struct milestone){
            .step = step,
            .leaders = step == STEP_TIMES || step == STEP_MEETINGS,
            .compressed = near,
            .due_day = near ? working_days_after(booked, share, quiet)
                            : back_to_work(first - 7 * (int32_t)before[step], quiet),
        };
    }
    return count;
}

bool before_start_done(enum before_start_step step, const struct before_start_facts *facts)
{
    const int64_t wanted = facts->families > facts->least ? facts->families : facts->least;

    switch (step) {
    case STEP_PLAN:
        return true;
    case STEP_CALLS: /* those who said yes and wait for a meeting have been spoken with */
        return facts->offered <= facts->families - facts->ended &&
               facts->families + facts->taken > 0;
    case STEP_TIMES:
        return facts->booked + facts->free_times >= wanted;
    case STEP_MEETINGS:
        return facts->families > 0 && facts->ended == facts->families;
    case STEP_DECISION:
        return facts->confirmed;
    case STEP_COUNT:
        break;
    }
    check_failed("a step is one of the five", __FILE__, __LINE__);
}
