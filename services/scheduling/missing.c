/*
 * A child that is missing unannounced: the leaders are told at once and have a task to call home,
 * the second time in a row a coordinator has one. Each child once a meeting, whoever notices first:
 * the leader's note, or the rhythm that sees the silence. Who is announced as away is not looked
 * for; away from two meetings in a row, somebody calls once, announced or not.
 */
#include "common/check.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/missing_store.h"
#include "services/scheduling/scheduling.h"

enum { TOUCH_DAYS = 2 /* working days to get in touch with who was away twice */ };

static struct task_wanted task(struct context *context, const struct missing_child *child,
    enum task_kind kind, int64_t due_at_ms)
{
    return (struct task_wanted){
        .task_id = uuid_new(context->now_ms),
        .referral_id = child->referral_id,
        .kind = kind,
        .due_at_ms = due_at_ms,
        .group_id = child->group_id,
        .meeting_id = child->meeting_id,
        .note = text_of(
            arena_format(context->arena, "%s, plats %d", child->group.data, (int)child->place_no)),
    };
}

/* By their work address, at any hour: no name, and no child but by its place behind the link. */
static void tell_leaders(
    struct context *context, const struct missing_child *child, struct uuid notice_id)
{
    struct leader_told *told = ARENA_ARRAY(context->arena, struct leader_told, child->leader_count);

    for (size_t i = 0; i < child->leader_count; i++)
        told[i] = (struct leader_told){
            .notice_id = notice_id,
            .leader_id = child->leaders[i],
            .purpose = LEADER_PURPOSE_MISSING_CHILD,
            .group_id = child->group_id,
            .meeting_id = child->meeting_id,
            .about = child->referral_id,
            .until_day = DAY_ABSENT,
        };
    scheduling_send_leader_told(context, told, child->leader_count);
}

static struct task_wanted task_to_call(struct context *context, const struct missing_child *child)
{
    const struct quiet_periods none = {0};

    return task(context, child, TASK_KIND_MISSED_TWICE,
        local_end_of_day_ms(working_days_after(local_day(context->now_ms), TOUCH_DAYS, &none)));
}

static void ask(struct context *context, const struct missing_child *child,
    const struct missing_verdict *verdict)
{
    struct task_wanted tasks[2];
    size_t count = 0;

    if (verdict->call) {
        tasks[count] =
            task(context, child, TASK_KIND_MISSING_CHILD, context->now_ms + MISSING_CALL_WITHIN_MS);
        tell_leaders(context, child, tasks[count++].task_id);
    }
    if (verdict->twice)
        tasks[count++] = task_to_call(context, child);
    scheduling_send_task_wanted(context, tasks, count);
}

static bool tell(
    struct context *context, const struct missing_child *found, size_t count, struct error *error)
{
    struct missing_child *children = ARENA_ARRAY(context->arena, struct missing_child, count);
    struct missing_verdict *verdicts = ARENA_ARRAY(context->arena, struct missing_verdict, count);
    bool *made = ARENA_ARRAY(context->arena, bool, count);
    size_t missing = 0;

    for (size_t i = 0; i < count; i++) {
        struct missing_facts facts = found[i].facts;
        facts.after_ms = scheduling_missing_after_ms();
        verdicts[missing] = missing_decide(&facts);
        if (verdicts[missing].missing)
            children[missing++] = found[i];
    }
    if (missing == 0)
        return true;
    if (!missing_told(context, children, verdicts, missing, made, error))
        return error_while(error, "telling of missing children");
    for (size_t i = 0; i < missing; i++)
        if (made[i])
            ask(context, &children[i], &verdicts[i]);
    return true;
}

static bool ask_for_those_away_twice(struct context *context,
    const struct attendance_noted *messages, size_t count, struct error *error)
{
    const struct missing_child *children;
    size_t found;

    if (!missing_away_twice(context, COLUMN(messages, meeting_id), count, &children, &found, error))
        return false;
    struct task_wanted *tasks = ARENA_ARRAY(context->arena, struct task_wanted, found + 1);
    for (size_t i = 0; i < found; i++)
        tasks[i] = task_to_call(context, &children[i]);
    scheduling_send_task_wanted(context, tasks, found);
    return true;
}

bool scheduling_on_attendance_noted(struct context *context,
    const struct attendance_noted *messages, struct slice *slice, struct error *error)
{
    const struct missing_child *found;
    size_t count;

    return (missing_note_presence(context, messages, slice->count, error) &&
               missing_look(
                   context, COLUMN(messages, meeting_id), slice->count, &found, &count, error) &&
               tell(context, found, count, error) &&
               ask_for_those_away_twice(context, messages, slice->count, error)) ||
           error_while(error, "noting who came");
}

bool scheduling_on_child_away_said(struct context *context, const struct child_away_said *messages,
    struct slice *slice, struct error *error)
{
    return missing_note_absences(context, messages, slice->count, error) ||
           error_while(error, "noting who will not come");
}

bool scheduling_look_for_missing(struct context *context, struct error *error)
{
    const struct missing_child *found;
    size_t count;

    return missing_look(context, NULL, 0, 0, &found, &count, error) &&
           tell(context, found, count, error);
}
