/* Acts on the meetings of a group: one is moved, cancelled or added; or days are off, and the
 * meetings that were there go on after. */
#include "common/check.h"
#include "scheduling_port.h"
#include "services/scheduling/series.h"

enum { DAYS_MOST = 60 /* off at once, after the first */ };

static bool change(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct series_change_wanted *wanted = message;
    const struct series_act act = {
        .what = wanted->change,
        .group_id = wanted->group_id,
        .meeting_id = wanted->change != SERIES_CHANGE_ADD ? wanted->meeting_id : (struct uuid){{0}},
        .spot = {wanted->day, wanted->starts_min == INT_ABSENT ? -1 : (int32_t)wanted->starts_min,
            wanted->room_id, wanted->parent_room_id},
        .theme = wanted->theme,
        .on_free_day = wanted->on_free_day,
        .leaders_agreed = wanted->leaders_agreed,
    };
    struct series_calendar calendar;

    if (act.what == SERIES_CHANGE_ADD && text_empty(act.theme)) {
        answer->reason = ACT_REASON_WRONG_INPUT;
        return true;
    }
    return series_load_calendar(context, act.group_id, &calendar, error) &&
           series_do(context, &calendar, &act, answer, error) &&
           (answer->reason || series_tell(context, act.group_id, error));
}

bool scheduling_on_series_change_wanted(struct context *context,
    const struct series_change_wanted *messages, struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "series_change_wanted", change, ACTS(messages, group_id), slice->count, error);
}

/* --- days off --- */

/* The calendar of a group as it will be: the new days off among its breaks. */
static bool load_calendar(struct context *context, const struct week_off_wanted *wanted,
    struct uuid group_id, struct series_calendar *calendar, struct error *error)
{
    if (!series_load_calendar(context, group_id, calendar, error))
        return false;
    struct series_break *breaks =
        ARENA_ARRAY(context->arena, struct series_break, calendar->break_count + 1);
    for (size_t i = 0; i < calendar->break_count; i++)
        breaks[i] = calendar->breaks[i];
    breaks[calendar->break_count++] =
        (struct series_break){wanted->first_day, wanted->last_day, ACT_REASON_WEEK_OFF};
    calendar->breaks = breaks;
    return true;
}

/* Which group stands in the way, when it is not the one that was asked about. */
static void name_group(struct context *context, const struct week_off_wanted *wanted,
    struct uuid group_id, struct act_answer *answer)
{
    char id[UUID_TEXT + 1];

    if (!uuid_absent(wanted->group_id))
        return;
    uuid_format(group_id, id);
    answer->way_out = answer->way_out
                          ? arena_format(context->arena, "group=%s %s", id, answer->way_out)
                          : arena_format(context->arena, "group=%s", id);
}

/* Cancels the meetings of one group, the first of `count`; a series grows by as many. */
static bool empty_group(struct context *context, const struct week_off_wanted *wanted,
    const struct week_off_meeting *meetings, size_t count, struct act_answer *answer,
    struct error *error)
{
    const struct uuid group_id = meetings[0].group_id;
    struct series_calendar calendar;

    if (!load_calendar(context, wanted, group_id, &calendar, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct series_act act = {
            .what = SERIES_CHANGE_CANCEL,
            .group_id = group_id,
            .meeting_id = meetings[i].meeting_id,
            .spot = {.day = DAY_ABSENT, .starts_min = -1},
        };
        if (!series_do(context, &calendar, &act, answer, error))
            return false;
        if (answer->reason) {
            name_group(context, wanted, group_id, answer);
            return true;
        }
    }
    return series_tell(context, group_id, error);
}

/* The meetings move first: the table of days off refuses a day on which somebody meets. */
static bool take_off(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct week_off_wanted *wanted = message;
    const struct week_off_meeting *meetings;
    size_t count, next;

    if (wanted->last_day < wanted->first_day || wanted->last_day > wanted->first_day + DAYS_MOST) {
        answer->reason = ACT_REASON_WRONG_INPUT;
        return true;
    }
    if (!series_load_days(context, wanted, &meetings, &count, error))
        return error_while(error, "reading the meetings on those days");
    for (size_t i = 0; i < count && !answer->reason; i = next) {
        for (next = i + 1; next < count; next++)
            if (!uuid_equal(meetings[i].group_id, meetings[next].group_id))
                break;
        if (!empty_group(context, wanted, &meetings[i], next - i, answer, error))
            return false;
    }
    return answer->reason || series_write_week_off(context, wanted, error);
}

bool scheduling_on_week_off_wanted(struct context *context, const struct week_off_wanted *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "week_off_wanted", take_off, ACTS(messages, about), slice->count, error);
}
