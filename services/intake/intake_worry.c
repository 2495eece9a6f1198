/*
 * What staff see that a form never said: a leader who is worried about a child, two families that
 * must not meet.
 *
 * A worry is a red answer by somebody who knows the child: it opens the protection track at once. A
 * place and its meetings stay (matching), letters stop since no clearance is current
 * (notification), and a person hands it over by phone. Nothing here is undone by anybody but a
 * coordinator's look.
 */
#include "common/check.h"
#include "common/domain/protection.h"
#include "intake_port.h"
#include "services/intake/intake_evening.h"
#include "services/intake/intake_look_store.h"

enum { TURN_MS = 100 };

struct worries {
    struct decision_row *rows;
    struct referral_red *red;
    struct task_wanted *tasks;
    size_t count, red_count;
};

static void add(struct context *context, const struct worry_raised *message,
    struct decided_row *now, struct worries *all)
{
    const bool fresh = now->safety != SAFETY_RED;

    if (fresh)
        now->answers_version++;
    if (now->complete)
        all->red[all->red_count++] =
            (struct referral_red){message->referral_id, ++now->said, now->answers_version};
    all->tasks[all->count] = (struct task_wanted){
        .task_id = uuid_new(context->now_ms),
        .referral_id = message->referral_id,
        .kind = TASK_KIND_PROTECTION,
        .due_at_ms = context->now_ms + PROTECTION_LATE_MS,
        .group_id = message->group_id,
        .note = TEXT("En gruppledare är orolig: ring ledaren nu, lämna över samma dag och skriv "
                     "vem som tog emot."),
    };
    all->rows[all->count++] = (struct decision_row){
        .referral_id = message->referral_id,
        .by = message->by,
        .decision = CLEARANCE_DECISION_RED,
        .safety = SAFETY_RED,
        .answers_version = now->answers_version,
        .cleared_version = INT_ABSENT,
        .said = now->said,
        .new_answers = fresh,
    };
}

static bool same_before(const struct worry_raised *messages, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (uuid_equal(messages[j].referral_id, messages[i].referral_id))
            return true;
    return false;
}

static bool write(struct context *context, const struct worries *all, struct error *error)
{
    if (all->count == 0)
        return true;
    if (!intake_set_decisions(context, all->rows, all->count, error))
        return error_while(error, "writing %zu worries", all->count);
    intake_send_referral_red(context, all->red, all->red_count);
    intake_send_task_wanted(context, all->tasks, all->count);
    return true;
}

bool intake_on_worry_raised(struct context *context, const struct worry_raised *messages,
    struct slice *slice, struct error *error)
{
    struct uuid *referrals = ARENA_ARRAY(context->arena, struct uuid, slice->count);
    struct decided_row *now = ARENA_ARRAY(context->arena, struct decided_row, slice->count);
    struct worries all = {
        .rows = ARENA_ARRAY(context->arena, struct decision_row, slice->count),
        .red = ARENA_ARRAY(context->arena, struct referral_red, slice->count),
        .tasks = ARENA_ARRAY(context->arena, struct task_wanted, slice->count),
    };

    for (size_t i = 0; i < slice->count; i++)
        referrals[i] = messages[i].referral_id;
    if (!intake_lock_decided(context, referrals, slice->count, now, error))
        return error_while(error, "reading about whom a leader is worried");
    for (size_t i = 0; i < slice->count; i++) {
        char by[UUID_TEXT + 1];

        if (!now[i].found)
            slice_reject(slice, i, "there is no such referral");
        else if (same_before(messages, i))
            slice_retry(slice, i, TURN_MS, "another message of the slice is about the referral");
        else {
            uuid_format(messages[i].by, by);
            context_audit(context, by, "worry_raised", messages[i].referral_id, NULL);
            add(context, &messages[i], &now[i], &all);
        }
    }
    return write(context, &all, error);
}

bool intake_raise_worry(struct context *context, struct uuid referral_id, struct uuid group_id,
    struct uuid by, struct error *error)
{
    const struct worry_raised message = {referral_id, group_id, by};
    struct decision_row row;
    struct referral_red red;
    struct task_wanted task;
    struct worries all = {.rows = &row, .red = &red, .tasks = &task};
    struct decided_row now = {.found = false};
    char actor[UUID_TEXT + 1];

    if (!intake_lock_decided(context, &referral_id, 1, &now, error))
        return false;
    if (!now.found)
        return true;
    uuid_format(by, actor);
    context_audit(context, actor, "worry_raised", referral_id, "by the link of a letter");
    add(context, &message, &now, &all);
    return write(context, &all, error);
}

bool intake_on_pair_said(struct context *context, const struct pair_said *messages,
    struct slice *slice, struct error *error)
{
    return intake_add_pairs(context, messages, slice->count, error) ||
           error_while(error, "noting who must not meet");
}
