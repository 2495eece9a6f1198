/*
 * Leaders: a letter to the address at work, or a person who calls.
 *
 * No child is in such a letter, so no clearance is asked for; a leader who has stopped working is
 * not written to. The words stand in the language of the house.
 */
#include "services/notification/tell.h"

#include "common/domain/local_time.h"
#include "services/notification/notice_store.h"

static struct uuid about_of(const struct leader_told *message)
{
    if (!uuid_absent(message->about))
        return message->about;
    if (!uuid_absent(message->meeting_id))
        return message->meeting_id;
    return uuid_absent(message->group_id) ? message->notice_id : message->group_id;
}

static struct decision new_decision(
    const struct context *context, const struct leader_told *message)
{
    return (struct decision){
        .letter_id = uuid_new(context->now_ms),
        .person_id = message->leader_id,
        .event_id = message->notice_id,
        .group_id = message->group_id,
        .meeting_id = message->meeting_id,
        .answers_version = INT_ABSENT,
        .reader = READER_LEADER,
        .purpose = text_of(leader_purpose_names[message->purpose]),
        .about = about_of(message),
        .until_day = message->until_day,
        .verified_at_ms = INT_ABSENT,
    };
}

static bool decide_letter(struct context *context, const struct leader_told *message,
    const struct leader_row *leader, struct decision *decision, struct error *error)
{
    const struct letter_draft draft = {
        .about = {READER_LEADER, PURPOSE_NONE, message->purpose},
        .language = TEXT("sv"),
        .expires_at_ms =
            message->until_day == DAY_ABSENT ? INT_ABSENT : local_end_of_day_ms(message->until_day),
        .group = leader->group.name.data ? &leader->group : NULL,
    };

    decision->verified_at_ms = leader->contact.verified_at_ms;
    return tell_words(context, &draft, decision, error);
}

static struct task_wanted call_task(
    const struct context *context, const struct leader_told *message, struct arena *arena)
{
    return (struct task_wanted){
        .task_id = uuid_new(context->now_ms),
        .referral_id = message->leader_id,
        .about = TASK_ABOUT_LEADER,
        .kind = TASK_KIND_CALL_LEADER,
        .due_at_ms = message->purpose == LEADER_PURPOSE_MISSING_CHILD
                         ? context->now_ms
                         : task_due_ms(context->now_ms),
        .note = text_of(arena_format(arena, "no address at work that can be used: %s",
            leader_purpose_names[message->purpose])),
    };
}

bool notification_on_leader_told(struct context *context, const struct leader_told *messages,
    struct slice *slice, struct error *error)
{
    struct leader_row *leaders = ARENA_ARRAY(context->arena, struct leader_row, slice->count);
    struct decision *decisions = ARENA_ARRAY(context->arena, struct decision, slice->count);
    struct task_wanted *tasks = ARENA_ARRAY(context->arena, struct task_wanted, slice->count);
    size_t count = 0, task_count = 0;

    if (!notice_load_leaders(context, messages, slice->count, leaders, error))
        return error_while(error, "loading leaders");
    for (size_t i = 0; i < slice->count; i++) {
        struct decision *decision = &decisions[count];
        if (!leaders[i].known)
            slice_reject(slice, i, "no such leader");
        if (!leaders[i].known || !leaders[i].active)
            continue;
        count++;
        *decision = new_decision(context, &messages[i]);
        if (!contact_safe(&leaders[i].contact, context->now_ms)) {
            decision->state = LETTER_TASK;
            tasks[task_count++] = call_task(context, &messages[i], context->arena);
        } else if (!decide_letter(context, &messages[i], &leaders[i], decision, error)) {
            return error_while(error, "writing a letter");
        }
    }
    if (!notification_decide(context, decisions, count, error))
        return error_while(error, "keeping letters");
    notification_send_task_wanted(context, tasks, task_count);
    if (count > task_count)
        tell_kick(context);
    return true;
}
