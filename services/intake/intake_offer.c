/*
 * The page behind the link in a letter: a place, a time, and an answer.
 *
 * Looking never uses the link up. The answer is written once, with the time of its commit; whoever
 * answers again is told what was answered. A link that is unknown, cut, foreign or too old shows
 * one and the same page, after the same look into the database.
 */
#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "common/message.h"
#include "common/secrets.h"
#include "services/intake/intake_look_store.h"
#include "services/intake/intake_parts.h"

enum { ASK_MONTHS = 8 /* from which a family may choose when to be asked again */ };

static const char *const answer_words[ANSWER_COUNT] = {
    "", T("Ja, vi vill träffas"), T("Nej"), T("Ring mig")};

static const char *const answer_then[ANSWER_COUNT] = {"",
    T("Platsen är er. Vi hör av oss om när ni träffar gruppledarna."),
    T("Ni är alltid välkomna tillbaka."), T("Vi ringer er. Vi håller platsen åt er under tiden.")};

static const char *const reason_words[DECLINE_REASON_COUNT] = {"", T("Tiden passar inte"),
    T("Det är för långt eller svårt att ta sig dit"), T("Barnet vill inte just nu"),
    T("Vi vill prata med någon först"), T("Inte nu, kanske senare"), T("Det känns inte tryggt"),
    T("Vi har fått annat stöd, eller vill inte ha någon plats"),
    T("Vi vill inte säga varför, men vill vara kvar på väntelistan"),
    T("Vi vill inte säga varför, och vill inte vara kvar på väntelistan")};

static const char *const reason_then[DECLINE_REASON_COUNT] = {"",
    T("Ni är kvar på väntelistan. Vi letar efter en annan tid."),
    T("Vi letar närmare, eller ser om vi kan hjälpa till med resan."),
    T("Det är okej. Välj nedan när vi får fråga igen."), T("Vi ringer er."),
    T("Välj nedan när vi ska höra av oss. Ni behåller er tid i kön."),
    T("Tack för att du säger det. En person hos oss hör av sig på ditt trygga sätt, senast nästa "
      "vardag."),
    T("Då tar vi bort er från väntelistan. Ni är alltid välkomna tillbaka."),
    T("Det behöver ni inte. Ni är kvar på väntelistan."),
    T("Det behöver ni inte. Då tar vi bort er från väntelistan. Ni är alltid välkomna tillbaka.")};

struct visit { /* one request to such a page */
    struct http_request *request;
    unsigned language;
    struct offer_row offer;
    struct answer_form form;
    bool wrong;
};

static bool look(struct context *context, enum offer_detail detail, struct visit *visits,
    size_t count, struct error *error)
{
    struct text *hashes = ARENA_ARRAY(context->arena, struct text, count);
    struct offer_row *rows = ARENA_ARRAY(context->arena, struct offer_row, count);

    for (size_t i = 0; i < count; i++)
        hashes[i] = intake_token_hash(context->arena, "offer", http_capture(visits[i].request, 1));
    if (!intake_look_offers(context, detail, hashes, count, rows, error))
        return error_while(error, "looking for offers");
    for (size_t i = 0; i < count; i++)
        visits[i].offer = rows[i];
    return true;
}

static bool is_open(const struct visit *visit)
{
    return visit->offer.found && visit->offer.pending;
}

/* The page with the offer */

static void add_choice(struct arena *arena, struct value *list, const char *field,
    const char *value, const char *text, bool on)
{
    struct value *option = value_append_object(list);

    value_set_string(option, "option", arena_format(arena, "%s.%s", field, value));
    value_set_string(option, "value", value);
    value_set_message(option, "text", text);
    value_set_bool(option, "on", on);
}

static void add_answers(struct context *context, const struct visit *visit, struct value *root)
{
    struct value *answers = value_add_list(root, "answers");
    struct value *reasons = value_add_list(root, "reasons");

    for (int i = 1; i < ANSWER_COUNT; i++)
        add_choice(context->arena, answers, "answer", answer_names[i], answer_words[i],
            (int)visit->form.answer == i);
    for (int i = 1; i < DECLINE_REASON_COUNT; i++) {
        struct value *option = value_append_object(reasons);
        value_set_string(
            option, "option", arena_format(context->arena, "reason.%s", decline_reason_names[i]));
        value_set_string(option, "value", decline_reason_names[i]);
        value_set_message(option, "text", reason_words[i]);
        value_set_message(option, "then", reason_then[i]);
        value_set_bool(option, "on", (int)visit->form.reason == i);
    }
}

static void add_months(struct context *context, const struct visit *visit, struct value *root)
{
    struct value *months = value_add_list(root, "months");
    const struct civil today = date_to_civil(local_day(context->now_ms));
    int32_t day = date_from_civil(today.year, today.month, 1);

    for (int i = 0; i < ASK_MONTHS; i++) {
        char value[DATE_TEXT + 1];
        struct value *option = value_append_object(months);
        day = date_add_months(day, 1);
        date_format(day, value);
        const struct civil civil = date_to_civil(day);
        value_set_string(option, "value", arena_format(context->arena, "%s", value));
        value_set_string(option, "text",
            arena_format(
                context->arena, "%s %d", intake_month(visit->language, civil.month), civil.year));
        value_set_bool(option, "on", visit->form.ask_again_day == day);
    }
}

static void add_place(struct context *context, const struct visit *visit, struct value *root)
{
    const struct offer_row *offer = &visit->offer;
    const struct intake_lists *lists = &intake_house()->lists;
    const char *district = intake_list_name(
        lists->districts, lists->keys.district_count, visit->language, offer->district);

    value_set_text(root, "group", offer->group);
    value_set_string(root, "place",
        offer->site.data ? arena_format(context->arena, "%s, %s", offer->site.data, district)
                         : arena_format(context->arena, "%s. %s", district,
                               intake_word(visit->language,
                                   T("Adressen får ni av oss när vi har pratat med er."))));
    value_set_string(root, "weekday", intake_weekday(visit->language, (int)offer->weekday));
    value_set_string(root, "starts", intake_clock(context->arena, offer->starts_min));
    value_set_string(
        root, "ends", intake_clock(context->arena, offer->starts_min + offer->minutes));
    value_set_string(root, "first", intake_day(context->arena, visit->language, offer->first_day));
    value_set_string(root, "last", intake_day(context->arena, visit->language, offer->last_day));
    value_set_int(root, "meetings", offer->meetings);
    value_set_text(root, "off", offer->weeks_off);
    value_set_int(root, "age_from", offer->age_from);
    value_set_int(root, "age_to", offer->age_to);
    value_set_bool(root, "parents", offer->parent_group);
}

static void show_offer(struct context *context, const struct visit *visit)
{
    struct value *root =
        intake_page(context, visit->request, T("Ett förslag till er"), visit->language);

    value_set_bool(root, "leave", true);
    value_set_bool(root, "wrong", visit->wrong);
    value_set_string(root, "target", "answer.yes");
    value_set_message(root, "what", T("Välj ja, nej eller att vi ringer"));
    value_set_text(root, "link", http_capture(visit->request, 1));
    value_set_string(root, "until",
        intake_day(context->arena, visit->language, local_day(visit->offer.expires_at_ms - 1)));
    add_place(context, visit, root);
    add_answers(context, visit, root);
    add_months(context, visit, root);
    intake_show(
        context, visit->request, visit->wrong ? 422 : 200, "offer.html", visit->language, root);
}

/* What follows; a yes holds as long as the place does. */
static const char *then_of(const struct offer_row *offer)
{
    if (offer->answer == ANSWER_YES && !offer->held)
        return T("Den platsen gäller tyvärr inte längre. Ring oss, så berättar vi vad som händer "
                 "nu.");
    return offer->answer == ANSWER_NO && offer->reason ? reason_then[offer->reason]
                                                       : answer_then[offer->answer];
}

static void show_answered(struct context *context, const struct visit *visit)
{
    const struct offer_row *offer = &visit->offer;
    struct value *root =
        intake_page(context, visit->request, T("Tack, vi har ditt svar"), visit->language);

    value_set_bool(root, "leave", true);
    value_set_message(root, "given", answer_words[offer->answer]);
    value_set_message(root, "then", then_of(offer));
    value_set_bool(root, "held", offer->answer == ANSWER_YES && offer->held);
    value_set_bool(root, "taken", offer->answer == ANSWER_YES && offer->held && !offer->pending);
    value_set_text(root, "link", http_capture(visit->request, 1));
    if (offer->answer == ANSWER_YES && offer->held)
        add_place(context, visit, root);
    intake_show(context, visit->request, 200, "answered.html", visit->language, root);
}

static void show_visit(struct context *context, const struct visit *visit)
{
    if (visit->offer.answered) {
        show_answered(context, visit);
    } else if (is_open(visit) && visit->offer.group.data) {
        show_offer(context, visit);
    } else {
        struct value *root =
            intake_page(context, visit->request, T("Vi kan inte visa något här"), visit->language);
        intake_show(context, visit->request, 404, "no_offer.html", visit->language, root);
    }
}

static size_t begin(struct context *context, struct http_request *const *requests, size_t count,
    struct visit *visits)
{
    size_t begun = 0;

    for (size_t i = 0; i < count; i++) {
        struct visit *visit = &visits[begun];
        *visit = (struct visit){.request = requests[i]};
        message_clear(&answer_form_type, &visit->form);
        if (intake_language(context, requests[i], &visit->language))
            begun++;
    }
    return begun;
}

bool intake_offer_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct visit *visits = ARENA_ARRAY(context->arena, struct visit, count);
    const size_t begun = begin(context, requests, count, visits);

    if (begun && !look(context, OFFER_WITH_PLACE, visits, begun, error))
        return false;
    for (size_t i = 0; i < begun; i++)
        show_visit(context, &visits[i]);
    return true;
}

/* The answer */

static bool read_answer(struct context *context, struct visit *visit)
{
    struct message_problems *problems = ARENA_NEW(context->arena, struct message_problems);
    const struct http_field *fields;
    const size_t count = http_form_fields(visit->request, &fields);
    struct http_field *known = ARENA_ARRAY(context->arena, struct http_field, count + 1);

    for (size_t i = 0; i < count; i++) {
        known[i] = fields[i];
        if (text_is(known[i].name, "ask_again"))
            known[i].name = TEXT("ask_again_day");
    }
    visit->wrong = !message_from_fields(
        &answer_form_type, known, count, context->arena, &visit->form, problems);
    if (visit->form.answer != ANSWER_NO) {
        visit->form.reason = DECLINE_REASON_NONE;
        visit->form.ask_again_day = DAY_ABSENT;
    }
    if (visit->form.ask_again_day != DAY_ABSENT &&
        visit->form.ask_again_day < local_day(context->now_ms))
        visit->form.ask_again_day = DAY_ABSENT;
    return !visit->wrong;
}

static void say_answers(struct context *context, const struct answer_row *rows, size_t count)
{
    struct offer_answered *answers = ARENA_ARRAY(context->arena, struct offer_answered, count);
    struct task_wanted *tasks = ARENA_ARRAY(context->arena, struct task_wanted, count);
    const int32_t next = working_days_after(local_day(context->now_ms), 1, NULL);
    size_t said = 0, wanted = 0;

    for (size_t i = 0; i < count; i++) {
        if (!rows[i].added)
            continue;
        answers[said++] = (struct offer_answered){.offer_id = rows[i].offer_id,
            .referral_id = rows[i].referral_id,
            .version = rows[i].said,
            .answer = rows[i].answer,
            .reason = rows[i].reason,
            .answered_at_ms = context->now_ms,
            .ask_again_day = rows[i].ask_again_day};
        if (rows[i].reason == DECLINE_REASON_UNSAFE)
            tasks[wanted++] = (struct task_wanted){
                .task_id = uuid_new(context->now_ms),
                .referral_id = rows[i].referral_id,
                .kind = TASK_KIND_UNSAFE_DECLINE,
                .due_at_ms = local_end_of_day_ms(next),
                .note = TEXT(
                    "The family said no because it does not feel safe: contact it the safe way."),
            };
    }
    if (said)
        intake_send_offer_answered(context, answers, said);
    if (wanted)
        intake_send_task_wanted(context, tasks, wanted);
}

/* Which of the visits answer now; the rest are shown their page. */
static bool collect(struct context *context, struct visit *visits, size_t count,
    struct answer_row *rows, size_t *answers, struct error *error)
{
    *answers = 0;
    for (size_t i = 0; i < count; i++) {
        struct visit *visit = &visits[i];
        if (!intake_same_origin(context, visit->request, visit->language))
            continue;
        if (!is_open(visit) || visit->offer.answered || !read_answer(context, visit)) {
            if (!look(context, OFFER_WITH_PLACE, visit, 1, error))
                return false;
            show_visit(context, visit);
            continue;
        }
        rows[(*answers)++] = (struct answer_row){.offer_id = visit->offer.offer_id,
            .referral_id = visit->offer.referral_id,
            .person_id = visit->offer.person_id,
            .answer = visit->form.answer,
            .reason = visit->form.reason,
            .ask_again_day = visit->form.ask_again_day};
        http_redirect(visit->request, http_path(visit->request).data);
    }
    return true;
}

bool intake_offer_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct visit *visits = ARENA_ARRAY(context->arena, struct visit, count);
    struct answer_row *rows = ARENA_ARRAY(context->arena, struct answer_row, count);
    const size_t begun = begin(context, requests, count, visits);
    size_t answers;

    if (begun == 0)
        return true;
    if (!look(context, OFFER_ALONE, visits, begun, error) ||
        !collect(context, visits, begun, rows, &answers, error))
        return false;
    if (answers && !intake_add_answers(context, rows, answers, error))
        return error_while(error, "writing %zu answers", answers);
    say_answers(context, rows, answers);
    return true;
}
