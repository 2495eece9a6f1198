/*
 * Talks with one child: a placement of their own kind, before or beside the group (R6). A
 * coordinator asks, naming a time and, who wants to, leader and room; the rest is chosen here and
 * refused by the same constraints as a group's. The child's place in a group is matching's, and
 * goes on beside them.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/booking_store.h"
#include "services/scheduling/scheduling.h"
#include "services/scheduling/talks_store.h"

static enum act_reason find_times(struct context *context, const struct talks_wanted *wanted,
    const struct series_calendar *calendar, struct talks_plan *plan,
    struct series_meeting *meetings)
{
    const int32_t tomorrow = local_day(context->now_ms) + 1;

    if (!plan->programme_known || !plan->slot_known)
        return ACT_REASON_UNKNOWN;
    if (plan->has_talks)
        return ACT_REASON_TALKS_ALREADY;
    if (plan->board_missing)
        return ACT_REASON_BOARD_MISSING;
    if (!plan->fits_age)
        return ACT_REASON_WRONG_INPUT;
    plan->ask.earliest = wanted->earliest_day > tomorrow ? wanted->earliest_day : tomorrow;
    return series_find(calendar, &plan->ask, meetings) ? ACT_REASON_NONE : ACT_REASON_PAST_TERM;
}

static enum act_reason lacks(const struct talks_pair *pair)
{
    if (pair->found)
        return ACT_REASON_NONE;
    if (!pair->any_trained)
        return ACT_REASON_LEADER_UNTRAINED;
    if (!pair->any_leader)
        return ACT_REASON_LEADER_TAKEN;
    return pair->any_room ? ACT_REASON_LEADER_UNFIT : ACT_REASON_ROOM_TAKEN;
}

static void tell(struct context *context, const struct talks_wanted *wanted,
    const struct talks_pair *pair, struct uuid group_id)
{
    const struct leader_told leader = {
        .notice_id = group_id,
        .leader_id = pair->leader_id,
        .purpose = LEADER_PURPOSE_GROUP_GIVEN,
        .group_id = group_id,
        .until_day = DAY_ABSENT,
    };
    const struct family_told family = {
        .notice_id = group_id,
        .referral_id = wanted->referral_id,
        .purpose = PURPOSE_TALKS,
        .group_id = group_id,
        .until_day = DAY_ABSENT,
    };

    scheduling_send_leader_told(context, &leader, 1);
    scheduling_send_family_told(context, &family, 1);
}

static bool book(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct talks_wanted *wanted = message;
    const struct uuid group_id = uuid_new(context->now_ms);
    const int32_t today = local_day(context->now_ms);
    struct series_meeting meetings[SERIES_MEETINGS_MOST];
    struct series_calendar calendar;
    struct talks_plan plan;
    struct talks_pair pair;

    if (!talks_load_plan(context, wanted, today, &plan, error) ||
        !booking_load_calendar(context, (struct uuid){{0}}, today, &calendar, error))
        return false;
    answer->reason = find_times(context, wanted, &calendar, &plan, meetings);
    if (answer->reason)
        return true;
    if (!talks_find_pair(context, wanted, &plan, meetings, &pair, error))
        return false;
    answer->reason = lacks(&pair);
    if (answer->reason)
        return true;
    const struct uuid lock[] = {pair.leader_id, pair.room_id};
    if (!booking_lock(context, lock, COUNT(lock), error) ||
        !talks_write(context, wanted, &plan, meetings, &pair, group_id, error))
        return false;
    tell(context, wanted, &pair, group_id);
    return true;
}

bool scheduling_on_talks_wanted(struct context *context, const struct talks_wanted *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "talks_wanted", book, ACTS(messages, referral_id), slice->count, error);
}

/* A child who was to talk with somebody is not told by letter that nobody will. */
bool scheduling_talks_cancelled(struct context *context, struct uuid group_id, struct error *error)
{
    struct uuid referral_id;

    if (!talks_whose(context, group_id, &referral_id, error))
        return error_while(error, "looking for whose talks were cancelled");
    if (uuid_absent(referral_id))
        return true;
    const struct task_wanted task = {
        .task_id = uuid_new(context->now_ms),
        .referral_id = referral_id,
        .kind = TASK_KIND_CALL_FAMILY,
        .due_at_ms = local_end_of_day_ms(local_day(context->now_ms)),
        .group_id = group_id,
        .note = TEXT("De enskilda samtalen är inställda: ring familjen och boka nya."),
    };
    scheduling_send_task_wanted(context, &task, 1);
    return true;
}
