/*
 * Information visits: leaders tell schools, clinics and offices of the groups.
 *
 * A visit is planned for a unit and a time, with those who go; they are told, and have the hours of
 * it. When it was made somebody says how many were met; the desk shows it beside the referrals that
 * come from units of that kind.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/visits_store.h"
#include "services/scheduling/work.h"

static bool keep_unit(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    bool known;

    if (!unit_keep(context, data, &known, error))
        return false;
    return known || work_refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
}

bool scheduling_on_unit_kept(struct context *context, const struct unit_kept *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "unit_kept", keep_unit, ACTS(messages, unit_id), slice->count, error);
}

static bool tell(struct context *context, struct uuid visit_id, const struct uuid *before,
    size_t before_count, struct uuid notice_id, struct error *error)
{
    struct work_news news = {
        .notice_id = notice_id, .purpose = LEADER_PURPOSE_VISIT_CHANGED, .about = visit_id};
    const struct uuid *now;
    size_t count;

    if (!work_find_people(context, visit_id, &now, &count, error))
        return false;
    work_tell(context, before, before_count, &news);
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < before_count; k++)
            known = known || uuid_equal(now[i], before[k]);
        news.purpose = LEADER_PURPOSE_VISIT_GIVEN;
        if (!known)
            work_tell(context, &now[i], 1, &news);
    }
    return true;
}

static bool plan(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct visit_wanted *message = data;
    struct work_wanted wanted = {.own = message->visit_id,
        .leaders = message->leader_ids,
        .count = message->leader_ids_count,
        .time = work_time_of(message->day, message->starts_min, message->minutes)};
    const struct uuid *before;
    struct visit_row visit;
    size_t count;

    if (!visit_load(context, message->visit_id, message->unit_id, &visit, error))
        return false;
    wanted.planned = visit.found;
    if (!visit.unit_known)
        return work_refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (visit.found && !visit.planned)
        return work_refuse(answer, ACT_REASON_NOT_NOW, NULL);
    if (!work_judge_time(context, &wanted, answer, error))
        return false;
    if (answer->reason)
        return true;
    return work_find_people(context, message->visit_id, &before, &count, error) &&
           visit_put(context, message, &wanted.time, error) &&
           work_fill(context, &message->visit_id, 1, error) &&
           tell(context, message->visit_id, before, count, message->act_id, error);
}

bool scheduling_on_visit_wanted(struct context *context, const struct visit_wanted *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "visit_wanted", plan, ACTS(messages, unit_id), slice->count, error);
}

static bool end(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct visit_ended *message = data;
    const bool cancelled = message->people == INT_ABSENT;
    const struct uuid *before;
    struct visit_row visit;
    size_t count;

    if (!visit_load(context, message->visit_id, message->unit_id, &visit, error))
        return false;
    if (!visit.found || !visit.planned)
        return work_refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL);
    if (!cancelled && visit.day > local_day(context->now_ms))
        return work_refuse(answer, ACT_REASON_NOT_NOW, NULL);
    if (!work_find_people(context, message->visit_id, &before, &count, error) ||
        !visit_end(context, message->visit_id, message->people, error))
        return false;
    if (!cancelled)
        return true;
    return work_fill(context, &message->visit_id, 1, error) &&
           tell(context, message->visit_id, before, count, message->act_id, error);
}

bool scheduling_on_visit_ended(struct context *context, const struct visit_ended *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(context, "visit_ended", end, ACTS(messages, unit_id), slice->count, error);
}
