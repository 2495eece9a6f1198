/*
 * The card of one referral: where it stands, the safety answers, who did what, what may be done.
 *
 * It shows the situation and never a name; that it was seen is written down. What a coordinator
 * decides goes as a message that names the version they saw: if it has moved since, nothing
 * happens, and the card shows why.
 */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/domain/referral_state.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_calendar.h"
#include "services/desk/desk_life.h"
#include "services/desk/desk_story.h"

/* --- showing --- */

/* One letter an answer: y, n, ? or - (not asked). */
static void add_answers(struct value *root, const char *name, struct text letters,
    const char *const *questions, size_t count)
{
    struct value *list = value_add_list(root, name);

    for (size_t i = 0; i < count && i < letters.length; i++) {
        struct value *one = value_append_object(list);
        const char letter = letters.data[i];
        value_set_message(one, "question", questions[i]);
        value_set_message(one, "answer",
            letter == 'y'   ? T("Ja")
            : letter == 'n' ? T("Nej")
            : letter == '?' ? T("Vet inte")
                            : T("Inte tillfrågad"));
        value_set_bool(one, "yes", letter == 'y');
        value_set_bool(one, "unknown", letter == '?');
    }
}

static void add_intake_side(const struct visit *visit, struct value *root, const struct card *card)
{
    static const char *const safety_questions[] = {T("Fara just nu"), T("Barnet är rädd hemma"),
        T("Våld hemma"), T("Den andra vårdnadshavaren får inte veta"),
        T("Skyddade personuppgifter")};
    static const char *const consent_questions[] = {T("Familjen vet om intresseanmälan"),
        T("Delta i grupp"), T("Dela med verksamheten"), T("Berätta för den som hörde av sig")};

    value_set_text(root, "code", card->code);
    value_set_message(root, "source", word_source(card->source));
    value_set_message(root, "safety", word_safety(card->safety));
    value_set_bool(root, "safety_red", card->safety == SAFETY_RED);
    value_set_bool(root, "safety_unsure", card->safety == SAFETY_UNSURE);
    value_set_bool(root, "violence", card->violence);
    value_set_bool(root, "person_first", card->person_first);
    value_set_bool(root, "incomplete", !card->complete);
    value_set_bool(root, "cleared", card->cleared);
    if (card->decision) {
        value_set_message(root, "decision", word_decision(card->decision));
        value_set_string(root, "decided_at", desk_when(visit, card->decided_at_ms));
    }
    value_set_string(root, "received", desk_when(visit, card->received_at_ms));
    value_set_int(root, "answers_version", card->answers_version);
    add_answers(root, "answers", card->answers, safety_questions, COUNT(safety_questions));
    add_answers(root, "consents", card->consents, consent_questions, COUNT(consent_questions));
}

static void add_matching_side(
    const struct visit *visit, struct value *root, const struct card *card)
{
    struct arena *arena = visit->context->arena;

    if (!card->state)
        return;
    value_set_bool(root, "known", true);
    value_set_message(root, "state", word_state(card->state));
    if (card->situation)
        value_set_message(root, "situation", word_situation(card->situation));
    desk_set_reason(visit, root, card->reason, card->wait_detail, card->wait_district);
    value_set_int(root, "version", card->version);
    value_set_bool(root, "red", card->red);
    value_set_text(root, "district", card->district);
    value_set_string(root, "urgency", arena_format(arena, "%d", (int)card->urgency));
    if (card->age != INT_ABSENT)
        value_set_string(root, "age", arena_format(arena, "%d", (int)card->age));
    if (card->waiting_since_ms != INT_ABSENT)
        value_set_string(root, "waited",
            arena_format(arena, "%d", (int)desk_days_since(visit, card->waiting_since_ms)));
    if (card->until_day != DAY_ABSENT)
        value_set_string(root, "until", desk_day(visit, card->until_day));
    if (!uuid_absent(card->group_id) && card->group_name.data) {
        value_set_string(root, "group", desk_id(arena, card->group_id));
        value_set_text(root, "group_name", card->group_name);
    }
}

static bool add_people(
    struct visit *visit, struct uuid referral, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "tasks");
    const struct task_row *tasks;
    size_t count;

    if (!desk_load_tasks_of(visit->context, referral, &tasks, &count, error))
        return error_while(error, "reading the tasks");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "id", desk_id(visit->context->arena, tasks[i].task_id));
        value_set_message(one, "kind", word_task(tasks[i].kind));
        value_set_bool(one, "protection", tasks[i].kind == TASK_KIND_PROTECTION);
        value_set_text(one, "note", tasks[i].note);
        value_set_text(one, "owner", tasks[i].owner);
        value_set_text(one, "result", tasks[i].result);
        value_set_bool(one, "open", tasks[i].done_at_ms == INT_ABSENT);
        value_set_bool(one, "of_me", uuid_equal(tasks[i].owner_id, visit->staff.staff_id));
        value_set_string(one, "done_at", desk_when(visit, tasks[i].done_at_ms));
        value_set_text(one, "done_by", tasks[i].done_by);
        desk_set_clock(visit, one, "clock", tasks[i].due_at_ms);
    }
    return desk_add_reach(visit, referral, tasks, count, root, error);
}

/* Only moves that matching would allow are offered. */
static void add_moves(struct value *root, const struct card *card)
{
    static const struct {
        enum referral_state to;
        const char *words;
    } moves[] = {{REFERRAL_STATE_WAITING, T("Tillbaka till väntelistan")},
        {REFERRAL_STATE_PARKED, T("Parkera till en dag")},
        {REFERRAL_STATE_HANDED_OVER, T("Lämna över till en annan verksamhet")},
        {REFERRAL_STATE_REDIRECTED, T("Hänvisad vidare")},
        {REFERRAL_STATE_NOT_REACHED, T("Gick inte att nå")},
        {REFERRAL_STATE_WITHDRAWN, T("Familjen vill inte")}};
    struct value *list = value_add_list(root, "moves");

    for (size_t i = 0; i < COUNT(moves); i++) {
        if (!card->state || !referral_may_move(card->state, moves[i].to, ASKER_DESK))
            continue;
        struct value *one = value_append_object(list);
        value_set_string(one, "key", referral_state_names[moves[i].to]);
        value_set_message(one, "words", moves[i].words);
    }
}

static void add_acts(const struct visit *visit, struct value *root, const struct card *card)
{
    const bool decides = staff_may(visit->staff.role, RIGHT_DECIDE);
    const bool ended = card->state && referral_ended(card->state);

    value_set_bool(root, "show_decide", decides && !ended);
    value_set_bool(root, "open_decide", decides && !ended && !card->cleared);
    value_set_bool(root, "show_call", decides && card->state && !ended);
    value_set_bool(root, "show_move", decides && card->state && !ended);
    if (decides) {
        add_moves(root, card);
        desk_add_whys(root);
    }
}

bool desk_card_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct uuid referral;
    struct card card;

    if (!desk_captured(visit, 0, &referral))
        return desk_not_found(visit);
    if (!desk_look_card(visit->context, referral, &card, error))
        return error_while(error, "reading a card");
    if (!card.found)
        return desk_not_found(visit);
    struct value *root = desk_root(arena, visit, T("Kort"));
    value_set_string(root, "id", desk_id(arena, referral));
    add_intake_side(visit, root, &card);
    add_matching_side(visit, root, &card);
    add_acts(visit, root, &card);
    if (!desk_add_child_life(visit, referral, &card, root, error) ||
        !add_people(visit, referral, root, error) ||
        !desk_add_story(visit, referral, root, error) ||
        !desk_add_talks(visit, referral, &card, root, error) ||
        !desk_add_acts(visit, referral, root, error) ||
        !desk_add_calendar(visit, referral, root, error))
        return false;
    context_audit(visit->context, visit->actor, "card_seen", referral, NULL);
    desk_show(arena, visit->request, 200, "card.html", visit->language, root);
    return true;
}
