/* Weeks are counted in local days: the hour stays when the clocks change. */
#include "services/notification/core/invitation.h"

#include <stdbool.h>
#include <string.h>

#include "common/domain/date.h"
#include "common/domain/local_time.h"

struct beat { /* when in the week, and how long */
    int32_t weekday, minute;
    int64_t length_ms;
};

struct planning {
    const struct invited *meetings;
    size_t count;
    struct beat beat;
    int32_t first_day;
    size_t week_count;
    bool taken[INVITATION_WEEKS_MOST];
};

static struct beat beat_of(const struct invited *meeting)
{
    return (struct beat){date_weekday(local_day(meeting->starts_ms)),
        local_minute(meeting->starts_ms), meeting->ends_ms - meeting->starts_ms};
}

static bool same_beat(const struct beat *a, const struct beat *b)
{
    return a->weekday == b->weekday && a->minute == b->minute && a->length_ms == b->length_ms;
}

static struct beat commonest(const struct invited *meetings, size_t count)
{
    struct beat best = beat_of(&meetings[0]);
    size_t most = 0;

    for (size_t i = 0; i < count; i++) {
        const struct beat one = beat_of(&meetings[i]);
        size_t times = 0;

        for (size_t j = 0; j < count; j++) {
            const struct beat other = beat_of(&meetings[j]);
            times += same_beat(&one, &other);
        }
        if (times > most) {
            most = times;
            best = one;
        }
    }
    return best;
}

static int64_t week_ms(const struct planning *plan, size_t week)
{
    return local_to_utc_ms(plan->first_day + 7 * (int32_t)week, plan->beat.minute);
}

static bool on_beat(const struct planning *plan, size_t meeting)
{
    const struct beat beat = beat_of(&plan->meetings[meeting]);

    return same_beat(&beat, &plan->beat);
}

/* The weeks from the first meeting on the beat to the last. */
static void find_weeks(struct planning *plan)
{
    int32_t last = 0;
    bool any = false;

    for (size_t i = 0; i < plan->count; i++) {
        const int32_t day = local_day(plan->meetings[i].starts_ms);
        if (!on_beat(plan, i))
            continue;
        if (!any || day < plan->first_day)
            plan->first_day = day;
        if (!any || day > last)
            last = day;
        any = true;
    }
    plan->week_count = (size_t)(last - plan->first_day) / 7 + 1;
    if (plan->week_count > INVITATION_WEEKS_MOST - INVITATION_MEETINGS_MOST)
        plan->week_count = INVITATION_WEEKS_MOST - INVITATION_MEETINGS_MOST;
    for (size_t i = 0; i < plan->count; i++) {
        const size_t week = (size_t)(local_day(plan->meetings[i].starts_ms) - plan->first_day) / 7;
        if (on_beat(plan, i) && week < plan->week_count)
            plan->taken[week] = true;
    }
}

/* The free week nearest to the meeting; one more at the end when all are taken. */
static size_t free_week(struct planning *plan, int64_t starts_ms)
{
    size_t best = plan->week_count;
    int64_t nearest = INT64_MAX;

    for (size_t week = 0; week < plan->week_count; week++) {
        const int64_t apart = week_ms(plan, week) - starts_ms;
        const int64_t distance = apart < 0 ? -apart : apart;
        if (!plan->taken[week] && distance < nearest) {
            nearest = distance;
            best = week;
        }
    }
    if (best == plan->week_count)
        plan->week_count++;
    plan->taken[best] = true;
    return best;
}

/* A meeting on the beat has a week of its own, if the weeks reach so far. */
static bool has_week(const struct planning *plan, size_t meeting)
{
    const int32_t day = local_day(plan->meetings[meeting].starts_ms);

    return on_beat(plan, meeting) && (size_t)(day - plan->first_day) / 7 < plan->week_count;
}

void invitation_plan(const struct invited *meetings, size_t count, struct invitation_weeks *weeks)
{
    struct planning plan = {.meetings = meetings, .count = count};
    bool moved[INVITATION_MEETINGS_MOST];

    memset(weeks, 0, sizeof *weeks);
    plan.beat = commonest(meetings, count);
    find_weeks(&plan);
    for (size_t i = 0; i < count; i++)
        moved[i] = !has_week(&plan, i);
    for (size_t i = 0; i < count; i++)
        if (moved[i])
            weeks->moves[weeks->move_count++] = (struct invitation_move){
                week_ms(&plan, free_week(&plan, meetings[i].starts_ms)), i};
    for (size_t week = 0; week < plan.week_count; week++)
        if (!plan.taken[week])
            weeks->left_out[weeks->left_out_count++] = week_ms(&plan, week);
    weeks->starts_ms = week_ms(&plan, 0);
    weeks->ends_ms = weeks->starts_ms + plan.beat.length_ms;
    weeks->until_ms = week_ms(&plan, plan.week_count - 1);
}
