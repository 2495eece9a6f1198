/*
 * Families: who is told of an offer, a start, an end, a change; letters or a task for a person.
 *
 * Without a clearance that matching cannot have made, nothing is decided at all. A notice names no
 * clearance: the newest that is current holds, and without one a person takes over.
 */
#include "services/notification/tell.h"

#include "common/check.h"
#include "common/domain/local_time.h"
#include "common/secrets.h"
#include "services/notification/notice_store.h"

struct telling { /* lives in the slice's arena */
    struct context *context;
    struct slice *slice; /* NULL: a bad clearance is nobody's message */
    const struct cause *causes;
    struct decision *decisions;
    struct task_wanted *tasks;
    struct letter_settled *settled;
    size_t decision_count, task_count, settled_count;
};

static void want_task(
    struct telling *telling, const struct cause *cause, enum task_kind kind, const char *note)
{
    telling->tasks[telling->task_count++] = (struct task_wanted){
        .task_id = uuid_new(telling->context->now_ms),
        .referral_id = cause->referral_id,
        .kind = kind,
        .due_at_ms = task_due_ms(telling->context->now_ms),
        .note = text_of(note),
    };
}

static struct decision new_decision(const struct telling *telling, const struct cause *cause)
{
    return (struct decision){
        .letter_id = uuid_new(telling->context->now_ms),
        .event_id = cause->event_id,
        .referral_id = cause->referral_id,
        .clearance_id = cause->clearance_id,
        .answers_version = cause->answers_version,
        .reader = READER_FAMILY,
        .purpose = text_of(purpose_names[cause->purpose]),
        .group_id = cause->group_id,
        .about = cause->about,
        .until_day =
            cause->expires_at_ms == INT_ABSENT ? DAY_ABSENT : local_day(cause->expires_at_ms - 1),
        .verified_at_ms = INT_ABSENT,
    };
}

/* No letter, but a person: the decision is kept as one, and matching hears how it ended. */
static void decide_task(
    struct telling *telling, const struct cause *cause, enum task_kind kind, const char *note)
{
    struct decision *decision = &telling->decisions[telling->decision_count++];

    *decision = new_decision(telling, cause);
    decision->state = LETTER_TASK;
    decision->person_id = cause->referral_id;
    telling->settled[telling->settled_count++] = (struct letter_settled){
        .letter_id = decision->letter_id,
        .referral_id = cause->referral_id,
        .offer_id = !cause->notice ? cause->event_id : (struct uuid){{0}},
        .purpose = cause->purpose,
        .end = LETTER_END_TASK,
    };
    want_task(telling, cause, kind, note);
}

static bool decide_letter(struct telling *telling, const struct cause *cause,
    const struct reader *reader, struct error *error)
{
    struct decision *decision = &telling->decisions[telling->decision_count++];
    const struct letter_draft draft = {
        .about = {READER_FAMILY, cause->purpose, LEADER_PURPOSE_NONE},
        .language = reader->language,
        .code = reader->code,
        .expires_at_ms = cause->expires_at_ms,
        .wait = cause->wait,
    };

    *decision = new_decision(telling, cause);
    decision->person_id = reader->person_id;
    decision->verified_at_ms = reader->contact.verified_at_ms;
    return tell_words(telling->context, &draft, decision, error);
}

static bool decide_readers(struct telling *telling, const struct cause *cause,
    const struct reader *readers, size_t count, struct error *error)
{
    struct arena *arena = telling->context->arena;
    struct letter_contact *contacts = ARENA_ARRAY(arena, struct letter_contact, count);
    bool *chosen = ARENA_ARRAY(arena, bool, count);

    for (size_t i = 0; i < count; i++)
        contacts[i] = readers[i].contact;
    if (recipients_choose(contacts, count, telling->context->now_ms, chosen) == 0) {
        decide_task(telling, cause, TASK_KIND_NO_SAFE_CONTACT,
            "nobody has a safe e-mail address that was asked for in the last 90 days");
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (chosen[i] && !decide_letter(telling, cause, &readers[i], error))
            return false;
    return true;
}

/* A clearance that was never made, or for something else, is no mistake of a family: the message
 * goes to the dead letters, where a person sees it. */
static void refuse(
    struct telling *telling, const struct cause *cause, enum clearance_verdict verdict)
{
    const char *reason = arena_format(
        telling->context->arena, "no letter: the clearance is %s", clearance_verdict_name(verdict));

    want_task(telling, cause, TASK_KIND_LETTER_FAILED, reason);
    if (telling->slice)
        slice_reject(telling->slice, cause->message, reason);
}

/* One cause with all persons of its referral. */
static bool decide_cause(
    struct telling *telling, const struct reader *readers, size_t count, struct error *error)
{
    const struct cause *cause = &telling->causes[readers[0].cause];
    const struct clearance_row *safety = &readers[0].safety;
    const struct clearance_claim claim = {
        cause->clearance_id, cause->referral_id, cause->answers_version};
    enum clearance_verdict verdict = CLEARANCE_FORGED;

    if (cause->notice && uuid_absent(cause->clearance_id)) {
        decide_task(telling, cause, TASK_KIND_LETTER_FAILED,
            "no clearance is current: the answers have changed, or the family has withdrawn");
        return true;
    }
    if (safety->known)
        verdict = clearance_check(secrets_key(tell_house()->house->secrets, SECRET_CLEARANCE),
            &safety->clearance, safety->mac, &claim, telling->context->now_ms);
    switch (verdict) {
    case CLEARANCE_FORGED:
    case CLEARANCE_FOREIGN:
        refuse(telling, cause, verdict);
        return true;
    case CLEARANCE_OUTDATED:
        decide_task(telling, cause, TASK_KIND_LETTER_FAILED, "the clearance has run out");
        return true;
    case CLEARANCE_VALID:
        break;
    }
    if (!safety->current) {
        decide_task(telling, cause, TASK_KIND_LETTER_FAILED,
            "the clearance is not for the newest answers, or the family has withdrawn");
        return true;
    }
    return decide_readers(
        telling, cause, readers, uuid_absent(readers[0].person_id) ? 0 : count, error);
}

/* The one path of all letters: load, decide, write, say; what goes out is claimed afterwards. */
static bool tell(struct context *context, struct slice *slice, const struct cause *causes,
    size_t count, struct error *error)
{
    struct telling telling = {context, slice, causes, NULL, NULL, NULL, 0, 0, 0};
    const struct reader *readers;
    size_t reader_count;

    if (count == 0)
        return true;
    if (!notification_load_readers(context, causes, count, &readers, &reader_count, error))
        return error_while(error, "loading clearances and contacts");
    telling.decisions = ARENA_ARRAY(context->arena, struct decision, reader_count + count);
    telling.tasks = ARENA_ARRAY(context->arena, struct task_wanted, count);
    telling.settled = ARENA_ARRAY(context->arena, struct letter_settled, count);
    for (size_t first = 0, next; first < reader_count; first = next) {
        for (next = first + 1; next < reader_count; next++)
            if (readers[next].cause != readers[first].cause)
                break;
        if (!decide_cause(&telling, &readers[first], next - first, error))
            return error_while(error, "writing a letter");
    }
    if (!notification_decide(context, telling.decisions, telling.decision_count, error))
        return error_while(error, "keeping letters");
    notification_send_letter_settled(context, telling.settled, telling.settled_count);
    notification_send_task_wanted(context, telling.tasks, telling.task_count);
    if (telling.decision_count > telling.settled_count)
        tell_kick(context);
    return true;
}

/* --- what is heard --- */

bool notification_on_place_offered(struct context *context, const struct place_offered *messages,
    struct slice *slice, struct error *error)
{
    struct cause *causes = ARENA_ARRAY(context->arena, struct cause, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        causes[i] = (struct cause){.message = i,
            .purpose = PURPOSE_OFFER,
            .event_id = messages[i].offer_id,
            .referral_id = messages[i].referral_id,
            .clearance_id = messages[i].clearance_id,
            .answers_version = messages[i].answers_version,
            .expires_at_ms = messages[i].expires_at_ms};
    return tell(context, slice, causes, slice->count, error);
}

/* The offers of messages that do not name theirs. */
static bool find_offers(struct context *context, const struct referral_placed *messages,
    struct uuid *offers, size_t count, struct error *error)
{
    struct group_of_referral *pairs = ARENA_ARRAY(context->arena, struct group_of_referral, count);
    bool missing = false;

    for (size_t i = 0; i < count; i++) {
        offers[i] = messages[i].offer_id;
        pairs[i] = (struct group_of_referral){messages[i].referral_id, messages[i].group_id};
        missing |= uuid_absent(offers[i]);
    }
    return !missing || notification_load_accepted(context, pairs, count, offers, error);
}

bool notification_on_referral_placed(struct context *context,
    const struct referral_placed *messages, struct slice *slice, struct error *error)
{
    struct cause *causes = ARENA_ARRAY(context->arena, struct cause, slice->count);
    struct uuid *offers = ARENA_ARRAY(context->arena, struct uuid, slice->count);
    size_t count = 0;

    if (!find_offers(context, messages, offers, slice->count, error))
        return error_while(error, "finding the accepted offers");
    for (size_t i = 0; i < slice->count; i++) {
        if (uuid_absent(offers[i]))
            continue; /* the place has been given back since: there is nothing to tell */
        causes[count++] = (struct cause){.message = i,
            .purpose = PURPOSE_START,
            .event_id = offers[i],
            .referral_id = messages[i].referral_id,
            .clearance_id = messages[i].clearance_id,
            .answers_version = messages[i].answers_version,
            .expires_at_ms = INT_ABSENT};
    }
    return tell(context, slice, causes, count, error);
}

/* Letters about the group that have not gone yet are dropped when they are claimed; who was told
 * already is told of the end. */
bool notification_on_group_cancelled(struct context *context,
    const struct group_cancelled *messages, struct slice *slice, struct error *error)
{
    struct cause *causes;
    size_t count;

    if (!notification_load_told(
            context, COLUMN(messages, group_id), slice->count, &causes, &count, error))
        return error_while(error, "finding whom to tell");
    return tell(context, NULL, causes, count, error);
}

/* The start is told child by child, with a clearance each: that is referral_placed. */
bool notification_on_group_confirmed(struct context *context,
    const struct group_confirmed *messages, struct slice *slice, struct error *error)
{
    (void)context, (void)messages, (void)slice, (void)error;
    return true;
}

/* --- notices --- */

/* An offer, a start and a cancelled group are told by messages that say more. */
static bool is_notice(enum purpose purpose)
{
    switch (purpose) {
    case PURPOSE_SERIES_CHANGED:
    case PURPOSE_BEFORE_START:
    case PURPOSE_BEFORE_START_BOOKED:
    case PURPOSE_POSTPONED:
    case PURPOSE_MOVED:
    case PURPOSE_MERGED:
    case PURPOSE_TALKS:
        return true;
    case PURPOSE_NONE:
    case PURPOSE_OFFER:
    case PURPOSE_START:
    case PURPOSE_CANCELLED:
    case PURPOSE_RECEIPT:
    case PURPOSE_WAIT:
        break;
    }
    return false;
}

static struct cause cause_of_notice(const struct family_told *message, size_t number)
{
    const struct uuid about = !uuid_absent(message->about)      ? message->about
                              : !uuid_absent(message->group_id) ? message->group_id
                                                                : message->notice_id;

    return (struct cause){
        .message = number,
        .notice = true,
        .purpose = message->purpose,
        .event_id = message->notice_id,
        .referral_id = message->referral_id,
        .group_id = message->group_id,
        .about = about,
        .answers_version = INT_ABSENT,
        .expires_at_ms =
            message->until_day == DAY_ABSENT ? INT_ABSENT : local_end_of_day_ms(message->until_day),
    };
}

bool notification_on_family_told(struct context *context, const struct family_told *messages,
    struct slice *slice, struct error *error)
{
    struct cause *causes = ARENA_ARRAY(context->arena, struct cause, slice->count);
    size_t count = 0;

    for (size_t i = 0; i < slice->count; i++) {
        if (is_notice(messages[i].purpose))
            causes[count++] = cause_of_notice(&messages[i], i);
        else
            slice_reject(slice, i, "that purpose has a message of its own");
    }
    if (!notice_load_cleared(context, causes, count, error))
        return error_while(error, "finding clearances");
    return tell(context, slice, causes, count, error);
}

/* --- waiting --- */

static struct wait_told told_of(const struct wait_explained *message)
{
    struct wait_told told = wait_told_of(message->reason);

    if (message->age_from != INT_ABSENT && message->age_to != INT_ABSENT) {
        told.age_from = (int)message->age_from;
        told.age_to = (int)message->age_to;
    }
    if (message->slot != INT_ABSENT)
        told.slot = (int)message->slot;
    told.language = message->language;
    return told;
}

bool notification_on_wait_explained(struct context *context, const struct wait_explained *messages,
    struct slice *slice, struct error *error)
{
    struct cause *causes = ARENA_ARRAY(context->arena, struct cause, slice->count);
    struct wait_told *told = ARENA_ARRAY(context->arena, struct wait_told, slice->count);
    size_t count = 0;

    for (size_t i = 0; i < slice->count; i++) {
        if (messages[i].reason == WAIT_REASON_OTHER_SUPPORT_FIRST) {
            slice_reject(slice, i, "that reason is told by a person, never by letter");
            continue;
        }
        told[i] = told_of(&messages[i]);
        causes[count++] = (struct cause){
            .message = i,
            .notice = true,
            .purpose = PURPOSE_WAIT,
            .event_id = messages[i].notice_id,
            .referral_id = messages[i].referral_id,
            .about = messages[i].notice_id,
            .answers_version = INT_ABSENT,
            .expires_at_ms = local_end_of_day_ms(messages[i].next_day),
            .wait = &told[i],
        };
    }
    if (!notice_load_cleared(context, causes, count, error))
        return error_while(error, "finding clearances");
    return tell(context, slice, causes, count, error);
}
