/* The second half of a letter's way out: what the outlet tells is written down, and what has ended
 * is said. */
#include "services/notification/sender.h"

#include "common/check.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "common/log.h"
#include "notification_port.h"

int64_t task_due_ms(int64_t now_ms)
{
    return local_end_of_day_ms(working_days_after(local_day(now_ms), 1, NULL));
}

/* By its try too: frozen past a lease, a process may hold an older claim of the same letter. */
static struct in_hand *find(struct sender *sender, const struct outlet_report *report)
{
    for (size_t i = 0; i < sender->in_hand_count; i++)
        if (uuid_equal(sender->in_hand[i].letter_id, report->letter_id) &&
            sender->in_hand[i].facts.tries == report->tries)
            return &sender->in_hand[i];
    return NULL;
}

void settle_note(struct sender *sender, const struct outlet_report *report)
{
    struct in_hand *held = find(sender, report);

    if (!held)
        return;
    /* The end of a try replaces a question before the dot that could not be written down. */
    held->reported = true;
    held->report = *report;
    if (report->why[0])
        log_event(LOG_LEVEL_NOTICE, "letter_not_taken", "event=%s reply=%d reason=%s",
            letter_event_names()[report->event], report->reply, report->why);
}

/* --- what is said --- */

static enum letter_end end_of(enum letter_state state)
{
    switch (state) {
    case LETTER_SENT:
        return LETTER_END_SENT;
    case LETTER_FAILED:
        return LETTER_END_FAILED;
    case LETTER_UNKNOWN:
        return LETTER_END_UNKNOWN;
    case LETTER_TASK:
        return LETTER_END_TASK;
    case LETTER_DECIDED:
    case LETTER_RENDERED:
    case LETTER_CLAIMED:
    case LETTER_OFFERED:
    case LETTER_DEFERRED:
    case LETTER_DROPPED:
        break;
    }
    return LETTER_END_NONE;
}

/* What the task is about: a leader is called at work, a family by the rules of its card. */
static void about_leader(const struct changed *changed, struct task_wanted *task)
{
    if (changed->about.reader != READER_LEADER)
        return;
    task->referral_id = changed->person_id;
    task->about = TASK_ABOUT_LEADER;
    task->kind = TASK_KIND_CALL_LEADER;
}

static struct task_wanted task_for(const struct context *context, const struct changed *changed,
    const struct task_of_letter *tasks, size_t task_count)
{
    struct task_wanted task = {
        .task_id = uuid_new(context->now_ms),
        .referral_id = changed->referral_id,
        .kind = TASK_KIND_LETTER_FAILED,
        .due_at_ms = task_due_ms(context->now_ms),
        .note = changed->state == LETTER_FAILED
                    ? TEXT("the letter could not be delivered: the address may be wrong")
                    : TEXT("nobody knows whether the letter arrived, after two tries"),
    };

    for (size_t i = 0; i < task_count; i++) {
        if (uuid_equal(tasks[i].letter_id, changed->letter_id)) {
            task.kind = tasks[i].kind;
            task.note = text_of(tasks[i].note);
        }
    }
    about_leader(changed, &task);
    return task;
}

static struct letter_settled settled_of(const struct changed *changed, enum letter_end end)
{
    const bool notice =
        letter_link(&changed->about) != LINK_KIND_NONE || changed->about.purpose == PURPOSE_WAIT;

    return (struct letter_settled){
        .letter_id = changed->letter_id,
        .referral_id = changed->referral_id,
        .offer_id = !notice ? changed->event_id : (struct uuid){{0}},
        .purpose = changed->about.purpose,
        .end = end,
    };
}

void settle_say(struct context *context, const struct changed *changed, size_t count,
    const struct task_of_letter *tasks, size_t task_count)
{
    struct letter_settled *settled = ARENA_ARRAY(context->arena, struct letter_settled, count);
    struct task_wanted *wanted = ARENA_ARRAY(context->arena, struct task_wanted, count);
    size_t settled_count = 0, wanted_count = 0;

    for (size_t i = 0; i < count; i++) {
        const enum letter_end end = end_of(changed[i].state);

        if (!changed[i].ended || !end)
            continue;
        if (changed[i].about.reader == READER_FAMILY)
            settled[settled_count++] = settled_of(&changed[i], end);
        if (end != LETTER_END_SENT)
            wanted[wanted_count++] = task_for(context, &changed[i], tasks, task_count);
    }
    notification_send_letter_settled(context, settled, settled_count);
    notification_send_task_wanted(context, wanted, wanted_count);
}

/* --- what is written down --- */

struct settling { /* lives in the slice's arena */
    struct sender *sender;
    struct in_hand **held; /* of each change */
    struct change *changes;
    bool *found; /* the change found its letter */
    size_t count;
};

static int64_t lease_of(const struct sender *sender)
{
    return sender->settings->total_ms + 30 * 1000;
}

static void list_changes(struct sender *sender, struct settling *settling)
{
    for (size_t i = 0; i < sender->in_hand_count; i++) {
        struct in_hand *held = &sender->in_hand[i];
        struct change *change = &settling->changes[settling->count];

        if (!held->reported)
            continue;
        *change = (struct change){.letter_id = held->letter_id,
            .was = held->facts.state,
            .was_tries = held->facts.tries,
            .dated_at_ms = INT_ABSENT,
            .reply = held->report.reply ? held->report.reply : INT_ABSENT};
        CHECK(letter_next(&held->facts, held->report.event, &change->step));
        if (change->step.wait_ms == LETTER_LEASE)
            change->step.wait_ms = lease_of(sender);
        settling->held[settling->count++] = held;
    }
}

static void mark_found(
    struct settling *settling, const struct changed *changed, size_t changed_count)
{
    for (size_t i = 0; i < settling->count; i++)
        for (size_t k = 0; k < changed_count; k++)
            if (uuid_equal(settling->changes[i].letter_id, changed[k].letter_id))
                settling->found[i] = true;
}

/* A server has said for good that the address is none: what else waits for it becomes a task, and
 * the grant ends. */
static bool end_refused(
    struct context *context, const struct settling *settling, struct error *error)
{
    struct uuid *persons = ARENA_ARRAY(context->arena, struct uuid, settling->count);
    const struct waiting *waiting;
    const struct changed *changed;
    size_t count = 0, waiting_count, changed_count;
    struct change *changes;

    for (size_t i = 0; i < settling->count; i++)
        if (settling->found[i] && settling->held[i]->report.event == LETTER_REFUSED)
            persons[count++] = settling->held[i]->person_id;
    if (count == 0)
        return true;
    if (!notification_load_waiting(context, persons, count, &waiting, &waiting_count, error))
        return false;
    changes = ARENA_ARRAY(context->arena, struct change, waiting_count);
    for (size_t i = 0; i < waiting_count; i++) {
        changes[i] = (struct change){.letter_id = waiting[i].letter_id,
            .was = waiting[i].facts.state,
            .was_tries = waiting[i].facts.tries,
            .dated_at_ms = INT_ABSENT,
            .reply = INT_ABSENT};
        CHECK(letter_next(&waiting[i].facts, LETTER_NOT_ALLOWED, &changes[i].step));
    }
    if (!notification_change(context, changes, waiting_count, &changed, &changed_count, error))
        return false;
    settle_say(context, changed, changed_count, NULL, 0);
    return notification_end_grants(context, persons, count, "refused", error);
}

/* After the commit, and only then, the dot may go. */
static void apply(void *data)
{
    const struct settling *settling = data;
    struct sender *sender = settling->sender;

    for (size_t i = 0; i < settling->count; i++) {
        struct in_hand *held = settling->held[i];
        const struct change *change = &settling->changes[i];

        held->reported = false;
        if (held->report.event == LETTER_AT_DOT) {
            if (settling->found[i])
                held->facts.state = LETTER_OFFERED;
            smtp_release(sender->smtp, &held->report, settling->found[i] ? SMTP_GO : SMTP_STOP);
            continue;
        }
        held->facts.state = change->step.state;
    }
    /* Those whose try has ended are out of hand; from the back, so that no pointer above moves. */
    for (size_t i = sender->in_hand_count; i-- > 0;) {
        const enum letter_state state = sender->in_hand[i].facts.state;
        if (state != LETTER_CLAIMED && state != LETTER_OFFERED)
            sender->in_hand[i] = sender->in_hand[--sender->in_hand_count];
    }
}

static bool write_down(struct context *context, void *data, struct error *error)
{
    struct sender *sender = data;
    struct settling *settling = ARENA_NEW(context->arena, struct settling);
    const struct changed *changed;
    size_t changed_count;

    settling->sender = sender;
    settling->held = ARENA_ARRAY(context->arena, struct in_hand *, sender->in_hand_count);
    settling->changes = ARENA_ARRAY(context->arena, struct change, sender->in_hand_count);
    settling->found = ARENA_ARRAY(context->arena, bool, sender->in_hand_count);
    list_changes(sender, settling);
    if (!notification_change(
            context, settling->changes, settling->count, &changed, &changed_count, error))
        return error_while(error, "settling letters");
    mark_found(settling, changed, changed_count);
    if (changed_count > 0) {
        settle_say(context, changed, changed_count, NULL, 0);
        if (!end_refused(context, settling, error))
            return error_while(error, "ending a refused address");
    }
    context_after_commit(context, apply, settling);
    return true;
}

bool settle_reports(struct sender *sender, struct error *error)
{
    bool any = false;

    for (size_t i = 0; i < sender->in_hand_count; i++)
        any |= sender->in_hand[i].reported;
    return !any || house_transact(sender->house, write_down, sender, error);
}
