/*
 * Supervision groups: who is in one, when they meet, who came; and the ties between leaders that
 * keep them apart.
 *
 * Each act is tried as act.h says. A meeting needs its supervisor; a member who is away or led
 * elsewhere that hour is not booked for it, but a new date on which a member is led elsewhere is
 * refused, with the nearest day on which everybody can. A tie is the truth and is never refused:
 * whoever may not be supervised together any more leaves the supervision group and is told.
 */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/supervision_store.h"
#include "services/scheduling/work.h"

#define MINUTE_MS ((int64_t)60 * 1000)

bool work_refuse(struct act_answer *answer, enum act_reason reason, const char *way_out)
{
    answer->reason = reason;
    answer->way_out = way_out;
    return true;
}

struct work_time work_time_of(int32_t day, int64_t starts_min, int64_t minutes)
{
    const int64_t starts_ms = local_to_utc_ms(day, (int32_t)starts_min);

    return (struct work_time){day, starts_ms, starts_ms + minutes * MINUTE_MS};
}

bool work_judge_time(struct context *context, const struct work_wanted *wanted,
    struct act_answer *answer, struct error *error)
{
    const struct work_time *time = &wanted->time;
    char text[DATE_TEXT + 1], id[UUID_TEXT + 1];
    int32_t day;

    if (time->starts_ms <= context->now_ms)
        answer->reason = ACT_REASON_IN_THE_PAST;
    else if (!work_find_hindrance(context, wanted->own, wanted->leaders, wanted->count, time,
                 &answer->reason, error))
        return false;
    if (!answer->reason)
        return true;
    if (!work_find_day(context, wanted->own, wanted->leaders, wanted->count, time, &day, error))
        return false;
    if (day == DAY_ABSENT)
        return true;
    date_format(day, text);
    uuid_format(wanted->own, id);
    answer->way_out = arena_format(context->arena, "day=%s starts=%d%s%s", text,
        (int)local_minute(time->starts_ms), wanted->planned ? " about=" : "",
        wanted->planned ? id : "");
    return true;
}

void work_tell(
    struct context *context, const struct uuid *leaders, size_t count, const struct work_news *news)
{
    struct leader_told *told = ARENA_ARRAY(context->arena, struct leader_told, count + 1);

    for (size_t i = 0; i < count; i++)
        told[i] = (struct leader_told){.notice_id = news->notice_id,
            .leader_id = leaders[i],
            .purpose = news->purpose,
            .meeting_id = news->about,
            .until_day = DAY_ABSENT};
    scheduling_send_leader_told(context, told, count);
}

static const char *way_to(struct context *context, struct uuid supervision_id)
{
    char id[UUID_TEXT + 1];

    if (uuid_absent(supervision_id))
        return NULL;
    uuid_format(supervision_id, id);
    return arena_format(context->arena, "group=%s", id);
}

/* --- the group --- */

/* Members and meetings to come go; those who had something planned are told. */
static bool end_group(
    struct context *context, const struct supervision_kept *message, struct error *error)
{
    const struct uuid *meetings, *people;
    size_t count, people_count;

    if (!supervision_find_planned(context, message->supervision_id, &meetings, &count, error) ||
        !supervision_find_people(context, message->supervision_id, &people, &people_count, error) ||
        !supervision_cancel_planned(context, message->supervision_id, error) ||
        !work_fill(context, meetings, count, error) ||
        !supervision_leave(context, message->supervision_id, (struct uuid){{0}}, error))
        return false;
    work_tell(context, people, people_count,
        &(struct work_news){.notice_id = message->act_id,
            .purpose = LEADER_PURPOSE_SUPERVISION_CHANGED,
            .about = count ? meetings[0] : (struct uuid){{0}}});
    return true;
}

/* Another supervisor has the hours of the meetings to come, and both are told. */
static bool hand_over(struct context *context, const struct supervision_kept *message,
    const struct supervision *before, struct error *error)
{
    const struct uuid both[] = {before->supervisor_id, message->supervisor_id};
    const struct uuid *meetings;
    size_t count;

    if (!supervision_find_planned(context, message->supervision_id, &meetings, &count, error) ||
        !work_fill(context, meetings, count, error))
        return false;
    work_tell(context, both, COUNT(both),
        &(struct work_news){.notice_id = message->act_id,
            .purpose = LEADER_PURPOSE_SUPERVISION_CHANGED,
            .about = before->next_meeting});
    return true;
}

static enum act_reason judge_kept(
    const struct supervision_kept *message, const struct supervision *before, int64_t tied)
{
    if (before->found && before->ended)
        return ACT_REASON_NOT_NOW;
    if (!before->found && message->ended)
        return ACT_REASON_UNKNOWN;
    if (message->ended)
        return ACT_REASON_NONE;
    if (tied > 0)
        return ACT_REASON_SUPERVISION_TIE;
    return message->capacity < before->members ? ACT_REASON_NO_PLACE : ACT_REASON_NONE;
}

static bool keep_group(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct supervision_kept *message = data;
    struct supervision before;
    int64_t tied;

    if (!supervision_load(
            context, message->supervision_id, message->supervisor_id, &before, error) ||
        !supervision_count_tied(context, message, &tied, error))
        return false;
    answer->reason = judge_kept(message, &before, tied);
    if (answer->reason)
        return true;
    if (message->ended && !end_group(context, message, error))
        return false;
    if (!supervision_keep(context, message, error))
        return false;
    if (message->ended || !before.found || uuid_equal(before.supervisor_id, message->supervisor_id))
        return true;
    return hand_over(context, message, &before, error);
}

bool scheduling_on_supervision_kept(struct context *context,
    const struct supervision_kept *messages, struct slice *slice, struct error *error)
{
    return act_try_each(context, "supervision_kept", keep_group, ACTS(messages, supervision_id),
        slice->count, error);
}

/* --- its members --- */

static bool leave(struct context *context, struct uuid supervision_id, struct uuid leader_id,
    const struct work_news *news, struct error *error)
{
    const struct uuid *meetings;
    size_t count;

    if (!supervision_leave(context, supervision_id, leader_id, error) ||
        !supervision_find_planned(context, supervision_id, &meetings, &count, error) ||
        !work_fill(context, meetings, count, error))
        return false;
    work_tell(context, &leader_id, 1, news);
    return true;
}

static bool join(
    struct context *context, const struct supervisee_wanted *message, struct error *error)
{
    const struct uuid *meetings;
    size_t count;

    if (!supervision_join(context, message->supervision_id, message->leader_id, error) ||
        !supervision_find_planned(context, message->supervision_id, &meetings, &count, error) ||
        !work_fill(context, meetings, count, error))
        return false;
    work_tell(context, &message->leader_id, 1,
        &(struct work_news){.notice_id = message->act_id,
            .purpose = LEADER_PURPOSE_SUPERVISION_GIVEN,
            .about = count ? meetings[0] : (struct uuid){{0}}});
    return true;
}

/* Full, or somebody there whom a tie stands between: another supervision group, if there is one. */
static bool refuse_join(struct context *context, const struct supervisee_wanted *message,
    enum act_reason reason, struct act_answer *answer, struct error *error)
{
    struct uuid other;

    if (!supervision_find_other(context, message->leader_id, &other, error))
        return false;
    return work_refuse(answer, reason, way_to(context, other));
}

static bool change_member(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct supervisee_wanted *message = data;
    struct supervision group;

    if (!supervision_load(context, message->supervision_id, message->leader_id, &group, error))
        return false;
    if (!group.found || !(group.leader_known || message->leaves))
        return work_refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (group.ended)
        return work_refuse(answer, ACT_REASON_NOT_NOW, NULL);
    if (message->leaves != uuid_equal(group.other_id, message->supervision_id))
        return work_refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL);
    if (message->leaves)
        return leave(context, message->supervision_id, message->leader_id,
            &(struct work_news){.notice_id = message->act_id,
                .purpose = LEADER_PURPOSE_SUPERVISION_CHANGED,
                .about = group.next_meeting},
            error);
    if (!uuid_absent(group.other_id))
        return work_refuse(answer, ACT_REASON_SUPERVISED_ALREADY, way_to(context, group.other_id));
    if (group.tied)
        return refuse_join(context, message, ACT_REASON_SUPERVISION_TIE, answer, error);
    if (group.members >= group.capacity)
        return refuse_join(context, message, ACT_REASON_NO_PLACE, answer, error);
    return join(context, message, error);
}

bool scheduling_on_supervisee_wanted(struct context *context,
    const struct supervisee_wanted *messages, struct slice *slice, struct error *error)
{
    return act_try_each(context, "supervisee_wanted", change_member, ACTS(messages, supervision_id),
        slice->count, error);
}

/* --- its meetings --- */

static bool tell_all(struct context *context, struct uuid about, const struct uuid *before,
    size_t before_count, struct uuid notice_id, struct error *error)
{
    const struct uuid *now;
    size_t count;

    if (!work_find_people(context, about, &now, &count, error))
        return false;
    /* One notice and person is one letter, however often it is said. */
    const struct work_news news = {
        .notice_id = notice_id, .purpose = LEADER_PURPOSE_SUPERVISION_CHANGED, .about = about};
    work_tell(context, now, count, &news);
    work_tell(context, before, before_count, &news);
    return true;
}

static bool cancel_date(struct context *context, const struct supervision_met *message,
    const struct supervision_date *date, struct act_answer *answer, struct error *error)
{
    const struct uuid *before;
    size_t count;

    if (!date->found || !date->planned)
        return work_refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL);
    if (date->begun)
        return work_refuse(answer, ACT_REASON_MEETING_BEGUN, NULL);
    if (!work_find_people(context, message->meeting_id, &before, &count, error) ||
        !supervision_cancel_date(context, message->meeting_id, error) ||
        !work_fill(context, &message->meeting_id, 1, error))
        return false;
    return tell_all(context, message->meeting_id, before, count, message->act_id, error);
}

static bool put_date(struct context *context, const struct supervision_met *message,
    const struct supervision_date *date, struct act_answer *answer, struct error *error)
{
    struct work_wanted wanted = {.own = message->meeting_id,
        .planned = date->found,
        .time = work_time_of(message->day, message->starts_min, message->minutes)};
    const struct uuid *before;
    size_t count;

    if (date->found && !date->planned)
        return work_refuse(answer, ACT_REASON_NOT_NOW, NULL);
    if (date->found && date->begun)
        return work_refuse(answer, ACT_REASON_MEETING_BEGUN, NULL);
    if (!supervision_find_there(context, message->supervision_id, message->day, &wanted.leaders,
            &wanted.count, error) ||
        !work_judge_time(context, &wanted, answer, error))
        return false;
    if (answer->reason)
        return true;
    if (!work_find_people(context, message->meeting_id, &before, &count, error) ||
        !supervision_put_date(context, message, &wanted.time, error) ||
        !work_fill(context, &message->meeting_id, 1, error))
        return false;
    return tell_all(context, message->meeting_id, before, count, message->act_id, error);
}

static bool change_date(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct supervision_met *message = data;
    struct supervision group;
    struct supervision_date date;

    if (!supervision_load(context, message->supervision_id, (struct uuid){{0}}, &group, error) ||
        !supervision_load_date(context, message->supervision_id, message->meeting_id, &date, error))
        return false;
    if (!group.found)
        return work_refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (group.ended)
        return work_refuse(answer, ACT_REASON_NOT_NOW, NULL);
    return message->cancelled ? cancel_date(context, message, &date, answer, error)
                              : put_date(context, message, &date, answer, error);
}

bool scheduling_on_supervision_met(struct context *context, const struct supervision_met *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(context, "supervision_met", change_date, ACTS(messages, supervision_id),
        slice->count, error);
}

static bool note(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct supervision_noted *message = data;
    struct supervision_date date;

    if (!supervision_load_date(context, message->supervision_id, message->meeting_id, &date, error))
        return false;
    if (!date.found)
        return work_refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (!date.begun || !(date.planned || date.held))
        return work_refuse(answer, ACT_REASON_NOT_NOW, NULL);
    return supervision_note(context, message, error);
}

bool scheduling_on_supervision_noted(struct context *context,
    const struct supervision_noted *messages, struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "supervision_noted", note, ACTS(messages, supervision_id), slice->count, error);
}

/* --- ties --- */

/* Each may supervise the other, so there are at most two places. */
static bool part(
    struct context *context, const struct leader_tie_told *message, struct error *error)
{
    struct tie_place place;

    for (int i = 0; i < 2; i++) {
        if (!tie_find_place(context, message, &place, error))
            return false;
        if (uuid_absent(place.supervision_id))
            return true;
        if (!leave(context, place.supervision_id, place.leaves,
                &(struct work_news){
                    .notice_id = message->act_id, .purpose = LEADER_PURPOSE_SUPERVISION_CHANGED},
                error))
            return false;
    }
    return true;
}

static bool tell_tie(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct leader_tie_told *message = data;
    struct tie_place place;

    if (uuid_equal(message->leader_id, message->other_id))
        return work_refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
    if (!tie_find_place(context, message, &place, error))
        return false;
    if (!place.known)
        return work_refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (!message->withdrawn && !part(context, message, error))
        return false;
    return tie_keep(context, message, error);
}

bool scheduling_on_leader_tie_told(struct context *context, const struct leader_tie_told *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "leader_tie_told", tell_tie, ACTS(messages, leader_id), slice->count, error);
}
