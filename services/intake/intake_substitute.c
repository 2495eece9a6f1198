/*
 * The page behind the link that asks a leader to step in: which group, when and where; yes or no.
 *
 * Looking uses nothing up. The first answer is kept here and told to scheduling, which alone
 * decides: somebody else may have said yes a moment before. Until it has, the page says so and
 * comes again by itself. A group's name tells nothing of its children, nor does the page.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "services/intake/intake_parts.h"
#include "services/intake/intake_substitute_store.h"

struct substitute_visit {
    struct context *context;
    struct http_request *request;
    unsigned language;
    struct substitute_row question;
    bool wrong;
};

static bool begin(struct substitute_visit *visit, struct context *context,
    struct http_request *request, bool *answered, struct error *error)
{
    *visit = (struct substitute_visit){.context = context, .request = request};
    *answered = !intake_language(context, request, &visit->language);
    if (*answered)
        return true;
    return intake_look_substitute(context,
               intake_token_hash(context->arena, "substitute", http_capture(request, 1)),
               &visit->question, error) ||
           error_while(error, "looking for a question to a leader");
}

static void add_times(const struct substitute_visit *visit, struct value *root)
{
    struct value *list = value_add_list(root, "times");
    struct arena *arena = visit->context->arena;

    for (size_t i = 0; i < visit->question.time_count; i++) {
        const struct substitute_time *time = &visit->question.times[i];
        value_set_string(value_append_object(list), "when",
            arena_format(arena, "%s %s–%s", intake_day(arena, visit->language, time->day),
                intake_clock(arena, local_minute(time->starts_ms)),
                intake_clock(arena, local_minute(time->ends_ms))));
    }
}

/* What the page is: a question, or how it ended. */
enum stand { STAND_ASKED, STAND_WAITS, STAND_YES, STAND_NO, STAND_SETTLED };

static enum stand stand_of(const struct substitute_row *question)
{
    if (text_is(question->state, "yes"))
        return STAND_YES;
    if (text_is(question->state, "no"))
        return question->answered == YES_NO_YES ? STAND_SETTLED : STAND_NO;
    if (question->over || text_is(question->state, "settled"))
        return STAND_SETTLED;
    return question->answered ? STAND_WAITS : STAND_ASKED;
}

static void show(const struct substitute_visit *visit)
{
    const struct substitute_row *question = &visit->question;
    static const char *const titles[] = {T("Kan du hoppa in?"), T("Tack, vi har ditt svar"),
        T("Tack, du hoppar in"), T("Tack för ditt svar"), T("Det är löst")};

    if (!question->found) {
        struct value *none = intake_page(
            visit->context, visit->request, T("Vi kan inte visa något här"), visit->language);
        intake_show(visit->context, visit->request, 404, "no_offer.html", visit->language, none);
        return;
    }
    const enum stand stand = stand_of(question);
    struct value *root =
        intake_page(visit->context, visit->request, titles[stand], visit->language);
    value_set_bool(root, "asked", stand == STAND_ASKED);
    value_set_bool(root, "waits", stand == STAND_WAITS);
    value_set_bool(root, "yes", stand == STAND_YES);
    value_set_bool(root, "no", stand == STAND_NO);
    value_set_bool(root, "settled", stand == STAND_SETTLED);
    value_set_bool(root, "shown", stand != STAND_NO && stand != STAND_SETTLED);
    value_set_bool(root, "wrong", visit->wrong);
    value_set_string(root, "target", "svar.yes");
    value_set_message(root, "what", T("Välj ja eller nej"));
    value_set_message(root, "heading", titles[stand]);
    value_set_text(root, "group", question->group);
    value_set_text(root, "site", question->site);
    value_set_text(root, "link", http_capture(visit->request, 1));
    value_set_bool(root, "several", question->time_count > 1);
    add_times(visit, root);
    intake_show(visit->context, visit->request, visit->wrong ? 422 : 200, "substitute.html",
        visit->language, root);
    if (stand == STAND_WAITS)
        http_answer_header(visit->request, "Refresh", "1");
}

bool intake_substitute_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct substitute_visit visit;
    bool answered;

    CHECK(count == 1);
    if (!begin(&visit, context, requests[0], &answered, error))
        return false;
    if (!answered)
        show(&visit);
    return true;
}

static bool take(struct substitute_visit *visit, struct error *error)
{
    const enum yes_no answer = yes_no_of(http_form(visit->request, "svar"));
    bool added;

    visit->wrong = answer == YES_NO_NONE;
    if (visit->wrong) {
        show(visit);
        return true;
    }
    if (!intake_add_substitute_answer(
            visit->context, visit->question.ask_id, answer, &added, error))
        return error_while(error, "keeping a leader's answer");
    const struct substitute_answered said = {
        visit->question.ask_id, answer, visit->context->now_ms};
    if (added)
        intake_send_substitute_answered(visit->context, &said, 1);
    http_redirect(visit->request, http_path(visit->request).data);
    return true;
}

bool intake_substitute_post(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct substitute_visit visit;
    bool answered;

    CHECK(count == 1);
    if (!begin(&visit, context, requests[0], &answered, error))
        return false;
    if (answered || !intake_same_origin(context, visit.request, visit.language))
        return true;
    if (visit.question.found && stand_of(&visit.question) == STAND_ASKED)
        return take(&visit, error);
    show(&visit);
    return true;
}
