/* What a coordinator does to a referral, a task or a letter. Each is one transaction: the note, the
 * message and the audit line together; then the browser is sent back to the page it came from. */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/seal.h"
#include "common/secrets.h"
#include "desk_port.h"
#include "services/desk/desk_story.h"

enum { WORDS_MOST = 1000 /* bytes of a note: a call, not a record */ };

static const char *card_path(const struct visit *visit, struct uuid referral)
{
    return arena_format(
        visit->context->arena, "/kort/%s", desk_id(visit->context->arena, referral));
}

/* Back to the card with a word; always true, so that a page can end with it. */
static bool go_to_card(const struct visit *visit, struct uuid referral, const char *said)
{
    desk_go(visit, card_path(visit, referral), said);
    return true;
}

/* The referral of the path, as it is now; false with `*answered` when there is none. */
static bool find(struct visit *visit, struct uuid *referral, struct card *card, bool *answered,
    struct error *error)
{
    *answered = true;
    if (!desk_captured(visit, 0, referral))
        return desk_not_found(visit);
    if (!desk_look_card(visit->context, *referral, card, error))
        return false;
    if (!card->found)
        return desk_not_found(visit);
    *answered = false;
    return true;
}

/* --- the safety gate --- */

bool desk_decide_post(struct visit *visit, struct error *error)
{
    const struct text decided = http_form(visit->request, "beslut");
    struct clearance_decided message = {
        .answers_version = desk_form_int(visit, "svar"),
        .decision = clearance_decision_of(decided),
        .urgency = desk_form_int(visit, "bradska"),
        .spoken = text_is(http_form(visit->request, "talat"), "ja"),
        .by = visit->staff.staff_id,
    };
    struct card card;
    bool answered;

    if (!find(visit, &message.referral_id, &card, &answered, error))
        return error_while(error, "reading what is decided on");
    if (answered)
        return true;
    if (!message.decision || message.urgency < 0 || message.urgency > 3 ||
        message.answers_version < 1)
        return go_to_card(visit, message.referral_id, "fel");
    if (message.answers_version != card.answers_version)
        return go_to_card(visit, message.referral_id, "andrat");
    struct case_act act = {.referral_id = message.referral_id,
        .staff_id = visit->staff.staff_id,
        .kind = clearance_decision_names[message.decision],
        .until_day = DAY_ABSENT};
    if (!desk_read_why(visit, &act) && message.decision == CLEARANCE_DECISION_HOLD)
        return go_to_card(visit, message.referral_id, "skal");
    if (!act.why) /* what clears or hands over says itself why */
        act.why = message.decision == CLEARANCE_DECISION_RED ? WHY_SAFETY : WHY_SETTLED;
    if (!desk_add_case_act(visit->context, &act, error))
        return error_while(error, "noting why");
    desk_send_clearance_decided(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "clearance_decided", message.referral_id,
        arena_format(visit->context->arena, "%s, answers %d, urgency %d, spoken %s",
            clearance_decision_names[message.decision], (int)message.answers_version,
            (int)message.urgency, message.spoken ? "yes" : "no"));
    return go_to_card(visit, message.referral_id, "beslut");
}

/* --- calls --- */

/* The words of a note are sealed as identities are: only the page without a situation opens them.
 */
static bool seal_words(
    const struct visit *visit, struct text words, struct note_row *note, struct error *error)
{
    const struct seal_place place = {"desk.note_words.sealed", note->note_id};
    struct seal_batch batch;

    if (!words.length)
        return true;
    if (!seal_batch_begin(
            &batch, secrets_key(desk_house()->house->secrets, SECRET_SEAL_PUBLIC), error))
        return error_while(error, "sealing a note");
    const struct seal seal = seal_person(&batch, visit->context->arena, &place, words);
    seal_batch_end(&batch);
    note->sealed = seal.sealed;
    note->wrapped_key = seal.wrapped_key;
    return true;
}

/* What comes after this try, and when: at the part of the day that the rule names. */
static bool note_try(struct visit *visit, const struct note_row *note, struct error *error)
{
    const int64_t now_ms = visit->context->now_ms;
    struct tries tries;

    if (!desk_lock_tries(visit->context, note->referral_id, &tries, error))
        return false;
    tries = tries_after(&tries, note->outcome, local_day(now_ms), local_minute(now_ms));
    return desk_set_tries(
        visit->context, note->referral_id, &tries, local_to_utc_ms(tries.day, tries.minute), error);
}

bool desk_call_post(struct visit *visit, struct error *error)
{
    const struct text words = http_form(visit->request, "ord");
    struct note_row note = {
        .note_id = uuid_new(visit->context->now_ms),
        .outcome = contact_outcome_of(http_form(visit->request, "hur")),
        .staff_id = visit->staff.staff_id,
    };
    struct card card;
    bool answered;

    if (!find(visit, &note.referral_id, &card, &answered, error))
        return error_while(error, "reading who was called");
    if (answered)
        return true;
    const struct contact_noted message = {
        note.referral_id, desk_form_int(visit, "version"), note.outcome, visit->staff.staff_id};
    if (!note.outcome || message.seen_version < 1 || words.length > WORDS_MOST)
        return go_to_card(visit, note.referral_id, "fel");
    if (note.outcome == CONTACT_OUTCOME_LEFT_MESSAGE) {
        struct reach reach;
        if (!desk_look_reach(visit->context, note.referral_id, &reach, error))
            return error_while(error, "reading whether a message may be left");
        if (!reach.may_leave_message)
            return go_to_card(visit, note.referral_id, "meddelande");
    }
    if (!seal_words(visit, words, &note, error) || !desk_add_note(visit->context, &note, error) ||
        !note_try(visit, &note, error) ||
        (note.outcome == CONTACT_OUTCOME_REACHED &&
            !desk_end_calls(visit->context, note.referral_id, visit->staff.staff_id, error)))
        return error_while(error, "noting a call");
    desk_send_contact_noted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "contact_noted", note.referral_id,
        contact_outcome_names[note.outcome]);
    return go_to_card(visit, note.referral_id, "samtal");
}

/* A note without a call: sealed like the words of one. */
bool desk_note_post(struct visit *visit, struct error *error)
{
    const struct text words = http_form(visit->request, "ord");
    struct note_row note = {
        .note_id = uuid_new(visit->context->now_ms),
        .staff_id = visit->staff.staff_id,
    };
    struct card card;
    bool answered;

    if (!find(visit, &note.referral_id, &card, &answered, error))
        return error_while(error, "reading what is noted");
    if (answered)
        return true;
    if (!words.length || words.length > WORDS_MOST)
        return go_to_card(visit, note.referral_id, "fel");
    if (!seal_words(visit, words, &note, error) || !desk_add_note(visit->context, &note, error))
        return error_while(error, "keeping a note");
    context_audit(visit->context, visit->actor, "note_kept", note.referral_id, NULL);
    return go_to_card(visit, note.referral_id, "anteckning");
}

/* --- moves --- */

bool desk_move_post(struct visit *visit, struct error *error)
{
    struct state_wanted message = {
        .seen_version = desk_form_int(visit, "version"),
        .state = referral_state_of(http_form(visit->request, "till")),
        .until_day = DAY_ABSENT,
        .by = visit->staff.staff_id,
    };
    const int32_t today = local_day(visit->context->now_ms);
    struct card card;
    bool answered;

    if (!find(visit, &message.referral_id, &card, &answered, error))
        return error_while(error, "reading what is moved");
    if (answered)
        return true;
    if (message.state == REFERRAL_STATE_PARKED &&
        ((!date_parse(http_form(visit->request, "dag"), &message.until_day) &&
             !date_parse(http_form(visit->request, "termin"), &message.until_day)) ||
            message.until_day <= today || message.until_day > date_add_months(today, 12)))
        return go_to_card(visit, message.referral_id, "fel");
    if (message.state == REFERRAL_STATE_HANDED_OVER) {
        message.partner = http_form(visit->request, "partner");
        if (message.partner.length < 2 || message.partner.length > 80)
            return go_to_card(visit, message.referral_id, "fel");
    }
    const bool known =
        message.state == REFERRAL_STATE_PARKED || message.state == REFERRAL_STATE_HANDED_OVER ||
        message.state == REFERRAL_STATE_WAITING || message.state == REFERRAL_STATE_WITHDRAWN ||
        message.state == REFERRAL_STATE_REDIRECTED || message.state == REFERRAL_STATE_NOT_REACHED;
    if (!known || message.seen_version < 1)
        return go_to_card(visit, message.referral_id, "fel");
    if (message.seen_version != card.version)
        return go_to_card(visit, message.referral_id, "andrat");
    struct case_act act = {.referral_id = message.referral_id,
        .staff_id = visit->staff.staff_id,
        .kind = referral_state_names[message.state],
        .until_day = message.until_day};
    if (!desk_read_why(visit, &act))
        return go_to_card(visit, message.referral_id, "skal");
    if (!desk_add_case_act(visit->context, &act, error))
        return error_while(error, "noting why");
    desk_send_state_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "state_wanted", message.referral_id,
        referral_state_names[message.state]);
    return go_to_card(visit, message.referral_id, "flytt");
}

/* --- tasks and letters, from the first page or the card --- */

static bool go_back(const struct visit *visit, struct uuid referral, const char *said)
{
    const struct text from = http_form(visit->request, "fran");

    if (text_is(from, "kort"))
        return go_to_card(visit, referral, said);
    desk_go(visit, text_is(from, "lista") ? "/uppgifter" : "/", said);
    return true;
}

bool desk_task_take_post(struct visit *visit, struct error *error)
{
    struct uuid task, referral;

    if (!desk_captured(visit, 0, &task))
        return desk_not_found(visit);
    if (!desk_take_task(visit->context, task, visit->staff.staff_id, &referral, error))
        return error_while(error, "taking a task");
    if (uuid_absent(referral))
        return desk_not_found(visit);
    context_audit(visit->context, visit->actor, "task_taken", referral, NULL);
    return go_back(visit, referral, "tagen");
}

bool desk_task_back_post(struct visit *visit, struct error *error)
{
    struct uuid task, referral;

    if (!desk_captured(visit, 0, &task))
        return desk_not_found(visit);
    if (!desk_give_task_back(visit->context, task, visit->staff.staff_id, &referral, error))
        return error_while(error, "giving a task back");
    if (uuid_absent(referral))
        return desk_not_found(visit);
    context_audit(visit->context, visit->actor, "task_given_back", referral, NULL);
    return go_back(visit, referral, "lamnad");
}

bool desk_task_end_post(struct visit *visit, struct error *error)
{
    const struct text typed = http_form(visit->request, "resultat");
    const struct text result = typed.length ? typed : (struct text){NULL, 0};
    struct uuid task, referral;

    if (!desk_captured(visit, 0, &task))
        return desk_not_found(visit);
    /* Protection ends with a receiver's name and a time, and nothing else (SAFETY, 7). */
    if (result.length > 200 ||
        (text_is(http_form(visit->request, "slag"), "skydd") && result.length < 3)) {
        desk_go(visit, "/", "resultat");
        return true;
    }
    if (!tx_savepoint(visit->context->tx, error))
        return false;
    if (!desk_end_task(visit->context, task, visit->staff.staff_id, result, &referral, error)) {
        if (error->kind != ERROR_CONFLICT || !tx_rollback_to_savepoint(visit->context->tx, error))
            return error_while(error, "ending a task");
        desk_go(visit, "/", "resultat");
        return true;
    }
    if (uuid_absent(referral))
        return desk_not_found(visit);
    context_audit(visit->context, visit->actor, "task_done", referral, NULL);
    return go_back(visit, referral, "klar");
}

bool desk_letter_seen_post(struct visit *visit, struct error *error)
{
    struct uuid letter, referral;

    if (!desk_captured(visit, 0, &letter))
        return desk_not_found(visit);
    if (!desk_see_letter(visit->context, letter, visit->staff.staff_id, &referral, error))
        return error_while(error, "noting a letter as seen");
    if (uuid_absent(referral))
        return desk_not_found(visit);
    context_audit(visit->context, visit->actor, "letter_seen", referral, NULL);
    desk_go(visit, "/", "sett");
    return true;
}
