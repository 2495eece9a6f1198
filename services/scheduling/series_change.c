/*
 * A meeting is moved, cancelled or added. The days are judged by the calendar (core/series.c), the
 * themes move on (core/chain.c), the rooms and the leaders are the database's to refuse.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/booking_store.h"
#include "services/scheduling/series_store.h"

static bool goes_on(enum group_state state)
{
    return state == GROUP_STATE_BOOKED || state == GROUP_STATE_OFFERED ||
           state == GROUP_STATE_CONFIRMED || state == GROUP_STATE_RUNNING;
}

static const struct chain_meeting *find(const struct chain *chain, struct uuid meeting_id)
{
    for (size_t i = 0; i < chain->count; i++)
        if (uuid_equal(chain->meetings[i].meeting_id, meeting_id))
            return &chain->meetings[i];
    return NULL;
}

/* The day that was said, or the next on which the series goes on; the hour that was said, or that
 * of the meeting, or the usual. */
static enum act_reason find_time(const struct series_calendar *calendar,
    const struct series_group *group, const struct series_change_wanted *wanted,
    struct series_meeting *when)
{
    const struct chain *chain = &group->chain;
    const struct chain_meeting *old = find(chain, wanted->meeting_id);
    const bool moves = wanted->change == SERIES_CHANGE_MOVE;
    int64_t minute = wanted->starts_min;

    when->day = wanted->day;
    if (when->day == DAY_ABSENT && moves && old)
        when->day = old->when.day;
    if (when->day == DAY_ABSENT)
        when->day =
            series_next_day(calendar, chain->meetings[chain->count - 1].when.day, group->weekday);
    if (when->day == DAY_ABSENT)
        return ACT_REASON_PAST_TERM;
    if (minute == INT_ABSENT)
        minute = moves && old ? local_minute(old->when.starts_ms) : group->starts_min;
    when->starts_ms = local_to_utc_ms(when->day, (int32_t)minute);
    when->ends_ms = local_to_utc_ms(when->day, (int32_t)minute + group->minutes);
    return ACT_REASON_NONE;
}

static bool change(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct series_change_wanted *wanted = message;
    const struct series_place place = {
        wanted->room_id, wanted->parent_room_id, wanted->on_free_day};
    struct chain_change change = {.what = wanted->change,
        .meeting_id = wanted->meeting_id,
        .instead_id = uuid_new(context->now_ms),
        .theme = wanted->theme};
    struct series_calendar calendar;
    struct series_group group;

    if (!series_load(context, wanted->group_id, &group, error) ||
        !booking_load_calendar(context, local_day(context->now_ms), &calendar, error))
        return false;
    answer->reason = !group.found            ? ACT_REASON_UNKNOWN
                     : !goes_on(group.state) ? ACT_REASON_NOT_NOW
                                             : find_time(&calendar, &group, wanted, &change.when);
    if (!answer->reason)
        answer->reason = series_refuse_day(&calendar, change.when.day, wanted->on_free_day);
    if (!answer->reason && change.when.starts_ms <= context->now_ms)
        answer->reason = ACT_REASON_IN_THE_PAST;
    if (wanted->change == SERIES_CHANGE_ADD)
        change.meeting_id = change.instead_id;
    if (!answer->reason)
        answer->reason = chain_apply(&group.chain, &change);
    if (answer->reason)
        return true;
    return series_write(context, wanted->group_id, &group,
        wanted->change == SERIES_CHANGE_CANCEL ? change.instead_id : change.meeting_id, &place,
        error);
}

bool scheduling_on_series_change_wanted(struct context *context,
    const struct series_change_wanted *messages, struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct act act = {
            messages[i].act_id, messages[i].by, messages[i].group_id, "series_change_wanted"};
        if (!act_try(context, &act, change, &messages[i], NULL, error))
            return false;
    }
    return true;
}
