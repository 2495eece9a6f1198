/*
 * The page behind the link in a letter: a place, a time, and an answer.
 *
 * Looking never uses the link up. An adult who has been written to about several children at the
 * same time finds them all here, by their codes, and answers for all at once or for one: whoever
 * holds the link holds the other letters too. Whoever answers again is told what was answered. A
 * link that is unknown, cut, foreign or too old shows one and the same page, after the same look
 * into the database. What is answered, intake_answer.c takes.
 */
#include "services/intake/intake_offer.h"

#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/decline.h"
#include "common/domain/local_time.h"
#include "common/message.h"

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
    T("Det är okej. När får vi fråga igen?"), T("Vi ringer er."),
    T("Välj när vi ska höra av oss. Ni behåller er tid i kön."),
    T("Tack för att du säger det. En person hos oss hör av sig på ditt trygga sätt, senast nästa "
      "vardag."),
    T("Då tar vi bort er från väntelistan. Ni är alltid välkomna tillbaka."),
    T("Det behöver ni inte. Ni är kvar på väntelistan."),
    T("Det behöver ni inte. Då tar vi bort er från väntelistan. Ni är alltid välkomna tillbaka.")};

bool offer_look(struct context *context, enum offer_detail detail, struct offer_visit *visits,
    size_t count, struct error *error)
{
    struct text *hashes = ARENA_ARRAY(context->arena, struct text, count);
    struct offer_row *rows = ARENA_ARRAY(context->arena, struct offer_row, count);

    for (size_t i = 0; i < count; i++)
        hashes[i] = visits[i].hash;
    if (!intake_look_offers(context, detail, hashes, count, rows, error))
        return error_while(error, "looking for offers");
    for (size_t i = 0; i < count; i++)
        visits[i].offer = rows[i];
    return true;
}

bool offer_look_siblings(struct context *context, struct offer_visit *visit, struct error *error)
{
    if (!visit->offer.found || (!visit->offer.pending && !visit->offer.answered))
        return true;
    return intake_look_siblings(
               context, visit->hash, visit->siblings, &visit->sibling_count, error) ||
           error_while(error, "looking for offers of brothers and sisters");
}

bool offer_is_open(const struct offer_row *offer)
{
    return offer->found && offer->pending;
}

size_t offer_open_rows(const struct offer_visit *visit, const struct offer_row **rows)
{
    size_t count = 0;

    if (offer_is_open(&visit->offer) && !visit->offer.answered && visit->offer.group.data)
        rows[count++] = &visit->offer;
    for (size_t i = 0; i < visit->sibling_count; i++)
        if (!visit->siblings[i].answered)
            rows[count++] = &visit->siblings[i];
    return count;
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

static void add_answers(
    struct context *context, const struct offer_visit *visit, struct value *root)
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

static void add_months(struct context *context, const struct offer_visit *visit, struct value *root)
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

static void add_place(
    struct context *context, unsigned language, const struct offer_row *offer, struct value *root)
{
    const struct intake_lists *lists = &intake_house()->lists;
    const char *district =
        intake_list_name(lists->districts, lists->keys.district_count, language, offer->district);

    value_set_text(root, "group", offer->group);
    value_set_string(root, "place",
        offer->site.data
            ? arena_format(context->arena, "%s, %s", offer->site.data, district)
            : arena_format(context->arena, "%s. %s", district,
                  intake_word(language, T("Adressen får ni av oss när vi har pratat med er."))));
    value_set_string(root, "weekday", intake_weekday(language, (int)offer->weekday));
    value_set_string(root, "starts", intake_clock(context->arena, offer->starts_min));
    value_set_string(
        root, "ends", intake_clock(context->arena, offer->starts_min + offer->minutes));
    value_set_string(root, "first", intake_day(context->arena, language, offer->first_day));
    value_set_string(root, "last", intake_day(context->arena, language, offer->last_day));
    value_set_int(root, "meetings", offer->meetings);
    value_set_text(root, "off", offer->weeks_off);
    value_set_int(root, "age_from", offer->age_from);
    value_set_int(root, "age_to", offer->age_to);
    value_set_bool(root, "parents", offer->parent_group);
    value_set_bool(root, "joins", offer->parent_joins);
    if (offer->leaders.length)
        value_set_text(root, "names", offer->leaders);
}

static const char *id_word(struct arena *arena, struct uuid id)
{
    char text[UUID_TEXT + 1];

    uuid_format(id, text);
    return arena_format(arena, "%s", text);
}

static void add_children(struct context *context, const struct offer_visit *visit,
    const struct offer_row *const *rows, size_t count, struct value *root)
{
    struct arena *arena = context->arena;
    struct value *list = value_add_list(root, "children");

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "offer", id_word(arena, rows[i]->offer_id));
        value_set_string(one, "nth", arena_format(arena, "%zu", i + 1));
        value_set_text(one, "child_code", rows[i]->code);
        if (rows[i]->age != INT_ABSENT)
            value_set_string(one, "child_age", arena_format(arena, "%d", (int)rows[i]->age));
        value_set_string(one, "until",
            intake_day(arena, visit->language, local_day(rows[i]->expires_at_ms - 1)));
        add_place(context, visit->language, rows[i], one);
    }
    value_set_bool(root, "many", count > 1);
    value_set_int(root, "how_many", (int64_t)count);
    /* Who answers for another child than the link's own says for which. */
    value_set_bool(root, "other", count == 1 && rows[0] != &visit->offer);
}

static void show_offers(struct context *context, const struct offer_visit *visit,
    const struct offer_row *const *rows, size_t count)
{
    struct value *root = intake_page(context, visit->request,
        count > 1 ? T("Förslag till er") : T("Ett förslag till er"), visit->language);

    value_set_bool(root, "leave", true);
    value_set_bool(root, "wrong", visit->wrong);
    value_set_bool(root, "changed", visit->changed);
    value_set_bool(root, "thanks", text_is(http_query(visit->request, "sparat"), "ja"));
    value_set_string(root, "target", "answer.yes");
    value_set_message(root, "what", T("Välj ja, nej eller att vi ringer"));
    value_set_text(root, "link", http_capture(visit->request, 1));
    add_children(context, visit, rows, count, root);
    add_answers(context, visit, root);
    add_months(context, visit, root);
    intake_show(context, visit->request,
        visit->wrong     ? 422
        : visit->changed ? 409
                         : 200,
        "offer.html", visit->language, root);
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

/* The day a no is thought of again, when it has one. */
static int32_t again_day(const struct offer_row *offer)
{
    if (offer->answer != ANSWER_NO || !offer->reason ||
        decline_consequence(offer->reason).state != REFERRAL_STATE_PARKED)
        return DAY_ABSENT;
    return offer->ask_again_day != DAY_ABSENT
               ? offer->ask_again_day
               : local_day(offer->answered_at_ms) + DECLINE_ASK_AGAIN_DAYS;
}

static void show_answered(struct context *context, const struct offer_visit *visit, size_t others)
{
    const struct offer_row *offer = &visit->offer;
    const int32_t again = again_day(offer);
    struct value *root =
        intake_page(context, visit->request, T("Tack, vi har ditt svar"), visit->language);

    value_set_bool(root, "leave", true);
    value_set_bool(root, "changed", visit->changed);
    value_set_message(root, "given", answer_words[offer->answer]);
    if (again == DAY_ABSENT)
        value_set_message(root, "then", then_of(offer));
    else
        value_set_string(root, "again", intake_day(context->arena, visit->language, again));
    value_set_bool(root, "later", offer->reason == DECLINE_REASON_LATER);
    value_set_bool(root, "held", offer->answer == ANSWER_YES && offer->held);
    value_set_bool(root, "taken", offer->answer == ANSWER_YES && offer->held && !offer->pending);
    value_set_bool(root, "others", others > 0);
    value_set_text(root, "link", http_capture(visit->request, 1));
    if (offer->answer == ANSWER_YES && offer->held)
        add_place(context, visit->language, offer, root);
    intake_show(context, visit->request, 200, "answered.html", visit->language, root);
}

void offer_show(struct context *context, const struct offer_visit *visit)
{
    const struct offer_row *rows[FAMILY_MOST + 1];
    const size_t count = offer_open_rows(visit, rows);
    const bool more = text_is(http_query(visit->request, "fler"), "ja");

    if (visit->offer.answered && (count == 0 || !more)) {
        show_answered(context, visit, count);
    } else if (count > 0 && (visit->offer.answered || rows[0] == &visit->offer)) {
        show_offers(context, visit, rows, count);
    } else {
        struct value *root =
            intake_page(context, visit->request, T("Vi kan inte visa något här"), visit->language);
        intake_show(context, visit->request, 404, "no_offer.html", visit->language, root);
    }
}

size_t offer_begin(struct context *context, struct http_request *const *requests, size_t count,
    struct offer_visit *visits)
{
    size_t begun = 0;

    for (size_t i = 0; i < count; i++) {
        struct offer_visit *visit = &visits[begun];
        *visit = (struct offer_visit){.request = requests[i]};
        message_clear(&answer_form_type, &visit->form);
        if (!intake_language(context, requests[i], &visit->language))
            continue;
        visit->hash = intake_token_hash(context->arena, "offer", http_capture(requests[i], 1));
        begun++;
    }
    return begun;
}

bool intake_offer_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct offer_visit *visits = ARENA_ARRAY(context->arena, struct offer_visit, count);
    const size_t begun = offer_begin(context, requests, count, visits);

    if (begun && !offer_look(context, OFFER_WITH_PLACE, visits, begun, error))
        return false;
    for (size_t i = 0; i < begun; i++) {
        if (!offer_look_siblings(context, &visits[i], error))
            return false;
        offer_show(context, &visits[i]);
    }
    return true;
}
