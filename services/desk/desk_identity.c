/*
 * Who it is: shown for a reason, on a page of its own that tells no situation.
 *
 * The page shows one part at a time - the family, who told us, or the words that were written -
 * since a clinic's name or a free text beside a child's name would say what the situation is. The
 * row that tells who asked, and why, is committed before anything is opened.
 */
#include <sodium.h>

#include "common/check.h"
#include "common/domain/referral_state.h"
#include "common/identity.h"
#include "common/seal.h"
#include "services/desk/desk_case_store.h"
#include "services/desk/desk_story.h"

enum part { PART_NONE, PART_FAMILY, PART_REFERRER, PART_WORDS };
static const char *const part_names[] = {NULL, "familj", "anmalare", "ord"};
static const char *const part_audits[] = {NULL, "family", "referrer", "words"};

enum { REASON_LEAST = 3, REASON_MOST = 150 };

static enum part part_of(struct text text)
{
    for (size_t i = 1; i < COUNT(part_names); i++)
        if (text_is(text, part_names[i]))
            return (enum part)i;
    return PART_NONE;
}

static struct value *frame(
    const struct visit *visit, struct text code, const struct identity_way *way)
{
    struct value *root = desk_root(visit->context->arena, visit, T("Kontakt"));

    value_set_text(root, "code", code);
    value_set_string(root, "back", way->back);
    value_set_string(root, "action", way->action);
    value_set_bool(root, "family_only", way->family_only);
    value_set_int(root, "version", way->version);
    value_set_bool(root, "may_leave", way->may_leave);
    value_set_bool(
        root, "notes_call", way->version > 0 && staff_may(visit->staff.role, RIGHT_DECIDE));
    return root;
}

bool desk_identity_ask(const struct visit *visit, struct text code, const struct identity_way *way,
    const char *trouble)
{
    struct value *root = frame(visit, code, way);

    value_set_bool(root, "asks", true);
    value_set_bool(root, "to_call", text_is(http_query(visit->request, "for"), "ring"));
    if (trouble)
        value_set_message(root, "trouble", trouble);
    desk_show(visit->context->arena, visit->request, trouble ? 422 : 200, "identity.html",
        visit->language, root);
    return true;
}

static bool find(struct visit *visit, struct uuid *referral, struct card *card, bool *answered,
    struct error *error)
{
    *answered = true;
    if (!desk_captured(visit, 0, referral))
        return desk_not_found(visit);
    if (!desk_look_card(visit->context, *referral, card, error))
        return error_while(error, "reading whose identity is asked for");
    if (!card->found)
        return desk_not_found(visit);
    *answered = false;
    return true;
}

/* From the card and back to it. */
static bool way_from_card(struct visit *visit, struct uuid referral, const struct card *card,
    struct identity_way *way, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const char *path = arena_format(arena, "/kort/%s", desk_id(arena, referral));
    struct reach reach;

    if (!desk_look_reach(visit->context, referral, &reach, error))
        return error_while(error, "reading how the family may be called");
    *way = (struct identity_way){.back = path,
        .action = arena_format(arena, "%s/kontakt", path),
        .version = card->state && !referral_ended(card->state) ? card->version : 0,
        .may_leave = reach.may_leave_message};
    return true;
}

bool desk_identity_page(struct visit *visit, struct error *error)
{
    struct identity_way way;
    struct uuid referral;
    struct card card;
    bool answered;

    if (!find(visit, &referral, &card, &answered, error))
        return false;
    if (answered)
        return true;
    if (!way_from_card(visit, referral, &card, &way, error))
        return false;
    return desk_identity_ask(visit, card.code, &way, NULL);
}

/* --- opening --- */

static struct text open_sealed(const struct visit *visit, const char *column, struct uuid id,
    struct text sealed, struct text wrapped_key)
{
    const struct seal_place place = {column, id};
    struct text plain = {NULL, 0};
    struct error error;

    if (!seal_open(desk_house()->opener, visit->context->arena, &place,
            (struct seal){sealed, wrapped_key}, &plain, &error))
        return (struct text){NULL, 0};
    return plain;
}

static const char *person_word(struct text role)
{
    if (text_is(role, "child"))
        return T("Barnet");
    if (text_is(role, "young"))
        return T("Den unga");
    return text_is(role, "referrer") ? T("Den som hörde av sig") : T("Vårdnadshavare");
}

static void show_person(
    const struct visit *visit, struct value *list, const struct person_row *person)
{
    static const char *const shown[] = {
        "name", "phone", "email", "address", "postal_town", "organisation"};
    struct value *one = value_append_object(list);
    const struct text plain =
        open_sealed(visit, IDENTITY_COLUMN, person->person_id, person->sealed, person->wrapped_key);

    value_set_message(one, "role", person_word(person->role));
    value_set_bool(one, "closed", !plain.data);
    for (size_t i = 0; i < COUNT(shown) && plain.data; i++)
        value_set_text(one, shown[i], identity_get(plain, shown[i]));
    desk_set_tongue(one, "tongue", person->language);
    value_set_text(one, "hours", person->hours);
    value_set_bool(one, "reachable", !text_is(person->role, "child"));
    value_set_bool(one, "phone_ok", person->phone_ok);
    value_set_bool(one, "sms_ok", person->sms_ok);
    value_set_bool(one, "email_ok", person->email_ok);
    value_set_bool(one, "print_ok", person->print_ok);
    value_set_bool(one, "may_leave_message", person->may_leave_message);
}

static void show_words(
    const struct visit *visit, struct value *root, const struct identity_read *read)
{
    struct value *list = value_add_list(root, "words");

    for (size_t i = 0; i < read->person_count; i++) {
        const struct person_row *person = &read->persons[i];
        const struct text note = identity_get(open_sealed(visit, IDENTITY_COLUMN, person->person_id,
                                                  person->sealed, person->wrapped_key),
            "note");
        if (!note.length)
            continue;
        struct value *one = value_append_object(list);
        value_set_message(one, "where", T("Skrevs i intresseanmälan"));
        value_set_text(one, "text", note);
    }
    for (size_t i = 0; i < read->word_count; i++) {
        struct value *one = value_append_object(list);
        value_set_message(one, "where", T("Från ett samtal"));
        value_set_string(one, "at", desk_when(visit, read->words[i].at_ms));
        value_set_text(one, "text",
            open_sealed(visit, "desk.note_words.sealed", read->words[i].note_id,
                read->words[i].sealed, read->words[i].wrapped_key));
    }
}

/* Whom one may call stands first. */
static void show_persons(
    const struct visit *visit, struct value *root, enum part part, const struct identity_read *read)
{
    struct value *list = value_add_list(root, "persons");

    for (int safe = 1; safe >= 0; safe--)
        for (size_t i = 0; i < read->person_count; i++)
            if ((part == PART_REFERRER) == text_is(read->persons[i].role, "referrer") &&
                read->persons[i].phone_ok == (safe == 1))
                show_person(visit, list, &read->persons[i]);
}

static bool reveal(struct visit *visit, struct uuid referral, struct value *root, enum part part,
    const char *reason, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct identity_read read;

    if (!desk_read_identity(desk_house()->case_store, arena, referral, visit->staff.staff_id,
            text_of(reason), &read, error))
        return error_while(error, "reading an identity");
    context_audit(visit->context, visit->actor, "identity_read", referral, part_audits[part]);
    value_set_string(root, "reason", reason);
    value_set_bool(root, "shows_words", part == PART_WORDS);
    if (part == PART_WORDS)
        show_words(visit, root, &read);
    else
        show_persons(visit, root, part, &read);
    desk_show(arena, visit->request, 200, "identity.html", visit->language, root);
    return true;
}

bool desk_identity_answer(struct visit *visit, struct uuid referral, struct text code,
    const struct identity_way *way, struct error *error)
{
    const struct text reason = http_form(visit->request, "skal");
    const enum part part =
        way->family_only ? PART_FAMILY : part_of(http_form(visit->request, "del"));

    if (reason.length < REASON_LEAST || reason.length > REASON_MOST)
        return desk_identity_ask(
            visit, code, way, T("Skriv varför du behöver se det, i några ord."));
    if (!part)
        return desk_identity_ask(visit, code, way, T("Välj vad du behöver se."));
    return reveal(visit, referral, frame(visit, code, way), part, reason.data, error);
}

bool desk_identity_post(struct visit *visit, struct error *error)
{
    struct identity_way way;
    struct uuid referral;
    struct card card;
    bool answered;

    if (!find(visit, &referral, &card, &answered, error))
        return false;
    if (answered)
        return true;
    if (!way_from_card(visit, referral, &card, &way, error))
        return false;
    return desk_identity_answer(visit, referral, card.code, &way, error);
}
