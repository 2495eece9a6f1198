/*
 * The way that asks one question a page: each answer is saved, then comes the next page (POST,
 * redirect, GET), so that Back, reload and a second tab find what was typed. In the end the page to
 * check, and one referral however often it is sent.
 */
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/intake/intake_draft.h"

struct visit {
    struct form_view view;
    struct draft draft;
    struct form_reading reading;
    const struct form_step *steps; /* of the door */
    size_t count;
    const struct form_step *step; /* of the address; NULL for pages that ask nothing */
    struct text slug;
    bool changing; /* from the page to check, and back to it */
};

static const char *address(struct context *context, const struct visit *visit, const char *slug)
{
    return form_address(context->arena, &visit->view, slug);
}

/* The way */

static size_t chosen_situations(const struct form_view *view)
{
    size_t count = 0;

    for (size_t i = 0; i < view->field_count; i++)
        count += text_is(view->fields[i].name, "situations");
    return count;
}

/* Whether any of its questions can be asked in this city. */
static bool has_question(const struct visit *visit, const struct form_step *step)
{
    for (size_t i = 0; i < STEP_QUESTIONS_MOST && step->names[i]; i++)
        if (form_asks(form_question(visit->view.door, step->names[i])))
            return true;
    return step->kind == STEP_PAUSE || step->kind == STEP_WHOLE;
}

static bool is_on_way(const struct visit *visit, const struct form_step *step)
{
    if (!has_question(visit, step))
        return false;
    switch (step->kind) {
    case STEP_SEVERAL:
        return chosen_situations(&visit->view) > 1;
    case STEP_OTHER:
        return !text_empty(form_typed(&visit->view, "guardians.1.phone")) ||
               !text_empty(form_typed(&visit->view, "guardians.1.email"));
    case STEP_ASIDE:
        return false;
    case STEP_USUAL:
    case STEP_PAUSE:
    case STEP_SAFETY:
    case STEP_WHOLE:
        break;
    }
    return true;
}

static const char *after(const struct visit *visit, const struct form_step *step)
{
    if (step->kind != STEP_ASIDE)
        for (const struct form_step *next = step + 1; next < visit->steps + visit->count; next++)
            if (is_on_way(visit, next))
                return next->slug;
    return "kontrollera";
}

static const char *before(
    struct context *context, const struct visit *visit, const struct form_step *step)
{
    const struct form_view *view = &visit->view;

    if (visit->changing || step->kind == STEP_ASIDE)
        return address(context, visit, "kontrollera");
    for (const struct form_step *last = step; last-- > visit->steps;)
        if (is_on_way(visit, last))
            return address(context, visit, last->slug);
    return arena_format(context->arena, "/%s/%s", i18n_code(intake_house()->i18n, view->language),
        view->door->path);
}

static bool asks_wrongly(const struct visit *visit, const struct form_step *step)
{
    const struct form_door *door = visit->view.door;

    for (size_t i = 0; i < STEP_QUESTIONS_MOST && step->names[i]; i++)
        if (form_problem(&visit->view, form_question(door, step->names[i])))
            return true;
    for (size_t i = 0; step->kind == STEP_WHOLE && i < door->count; i++)
        for (size_t j = 0; j < door->sections[i].count; j++)
            if (form_problem(&visit->view, &door->sections[i].questions[j]))
                return true;
    return false;
}

/* The first page whose answer is missing or wrong; NULL: nothing is. */
static const struct form_step *first_wrong(const struct visit *visit)
{
    for (size_t i = 0; i < visit->count; i++)
        if (visit->steps[i].kind != STEP_OTHER && asks_wrongly(visit, &visit->steps[i]))
            return &visit->steps[i];
    return NULL;
}

static bool needs_acute_page(const struct visit *visit)
{
    return visit->reading.verdict.safety == SAFETY_RED &&
           !text_is(form_typed(&visit->view, "urgent_seen"), "yes");
}

/* Pages */

static void count_pages(const struct visit *visit, const struct form_step *step, struct value *root)
{
    int64_t number = 0, total = 0;

    for (const struct form_step *one = visit->steps; one < visit->steps + visit->count; one++)
        if (is_on_way(visit, one) && one->kind != STEP_PAUSE) {
            total++;
            number += one <= step;
        }
    value_set_bool(root, "counted", step->kind != STEP_PAUSE && step->kind != STEP_ASIDE);
    value_set_int(root, "number", number);
    value_set_int(root, "total", total);
}

static void show_step(struct context *context, struct visit *visit, unsigned status)
{
    struct form_view *view = &visit->view;
    const struct form_step *step = visit->step;
    struct value *root =
        step->kind == STEP_WHOLE ? form_page(context, view) : form_step_page(context, view, step);

    value_set_string(root, "back", before(context, visit, step));
    value_set_bool(root, "changing", visit->changing);
    count_pages(visit, step, root);
    if (step->kind == STEP_SAFETY || step->kind == STEP_PAUSE)
        value_set_bool(root, "leave", true);
    intake_show(context, view->request, status,
        step->kind == STEP_WHOLE ? "form.html" : "question.html", view->language, root);
}

/* Without the draft: what was posted is all there is. */
void form_show_step(struct context *context, struct form_view *view, const struct form_step *step,
    unsigned status, bool away)
{
    struct value *root =
        step->kind == STEP_WHOLE ? form_page(context, view) : form_step_page(context, view, step);

    value_set_bool(root, "away", away);
    value_set_bool(root, "changing", text_is(form_typed(view, "andra"), "1"));
    if (step->kind == STEP_SAFETY || step->kind == STEP_PAUSE)
        value_set_bool(root, "leave", true);
    intake_show(context, view->request, status,
        step->kind == STEP_WHOLE ? "form.html" : "question.html", view->language, root);
}

static void show_check(struct context *context, struct visit *visit)
{
    const struct form_step *wrong = first_wrong(visit);
    struct http_request *request = visit->view.request;

    if (wrong) {
        http_redirect(request,
            arena_format(context->arena, "%s?andra=1", address(context, visit, wrong->slug)));
        return;
    }
    struct value *root = form_check_page(context, &visit->view);
    value_set_string(root, "back",
        address(context, visit,
            visit->view.door->door == DOOR_CHILD ? "alder" : visit->steps[visit->count - 1].slug));
    intake_show(context, request, 200, "check.html", visit->view.language, root);
}

static void show_acute(struct context *context, struct visit *visit)
{
    struct http_request *request = visit->view.request;
    struct value *root = form_root(context, &visit->view, T("Det är bråttom"));

    value_set_bool(root, "kept_form", true);
    value_set_bool(root, "leave", true);
    value_set_text(root, "from", http_query(request, "fran"));
    value_set_bool(root, "changing", visit->changing);
    value_set_string(root, "change_at",
        arena_format(context->arena, "%s?andra=1",
            address(
                context, visit, visit->view.door->door == DOOR_PROFESSIONAL ? "allt" : "just-nu")));
    intake_show(context, request, 200, "urgent.html", visit->view.language, root);
}

static void show_saved(struct context *context, struct visit *visit)
{
    const int64_t until_ms = visit->draft.changed_ms + intake_house()->settings->draft_ms;
    struct http_request *request = visit->view.request;
    struct value *root = form_root(context, &visit->view, T("Sparat"));
    const struct text code = form_typed(&visit->view, "kod");
    const struct text last = form_typed(&visit->view, "senast");

    value_set_string(root, "code",
        code.length == TOKEN_RECEIPT
            ? arena_format(context->arena, "%.4s %.4s", code.data, code.data + 4)
            : NULL);
    value_set_string(
        root, "until", intake_day(context->arena, visit->view.language, local_day(until_ms)));
    value_set_string(root, "on_at",
        address(context, visit, text_empty(last) ? visit->steps[0].slug : last.data));
    intake_show(context, request, 200, "saved.html", visit->view.language, root);
}

static void show_gone(struct context *context, struct visit *visit)
{
    struct http_request *request = visit->view.request;
    struct value *root =
        intake_page(context, request, T("Det du skrev finns inte kvar här"), visit->view.language);

    value_set_bool(root, "no_cookie", !draft_has_cookie(request));
    value_set_string(root, "whole",
        visit->view.door->door == DOOR_CHILD
            ? "barn/fragor"
            : arena_format(context->arena, "%s/allt", visit->view.door->path));
    value_set_string(root, "begin", visit->view.door->path);
    value_set_bool(root, "leave", visit->view.door->door == DOOR_CHILD);
    intake_show(context, request, 410, "gone.html", visit->view.language, root);
}

static void show_receipt(struct context *context, const struct visit *visit, struct text receipt)
{
    http_redirect(visit->view.request,
        arena_format(context->arena, "/%s/kvitto/%s?ny=1",
            i18n_code(intake_house()->i18n, visit->view.language),
            arena_format(context->arena, "%.*s", (int)receipt.length, receipt.data)));
}

/* What all of them begin with. */

static void look_at(struct context *context, struct visit *visit)
{
    struct form_view *view = &visit->view;

    view->fields = visit->draft.fields;
    view->field_count = visit->draft.count;
    view->shown_ms = strtoll(draft_field(&visit->draft, "shown").data, NULL, 10);
    form_read(context, view, &visit->reading);
}

/* 1 to 99, written as such; 0 for anything else. */
static int64_t number_in(struct text text)
{
    int64_t number = 0;

    if (text.length > 2)
        return 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        number = 10 * number + (text.data[i] - '0');
    }
    return number;
}

/* False: answered, or failed. */
static bool enter(struct context *context, struct http_request *request, struct visit *visit,
    bool *failed, struct error *error)
{
    const bool post = http_method(request) == HTTP_POST;
    const int64_t number = number_in(http_capture(request, 1));
    struct form_view *view = &visit->view;

    *failed = false;
    if (!form_begin(context, request, view) ||
        (post && !intake_same_origin(context, request, view->language)))
        return false;
    visit->slug = http_capture(request, 2);
    view->draft = number;
    view->slug = visit->slug.data;
    view->token = "";
    visit->steps = form_steps(view->door->door, &visit->count);
    for (size_t i = 0; i < visit->count; i++)
        if (text_is(visit->slug, visit->steps[i].slug))
            visit->step = &visit->steps[i];
    visit->changing = text_is(post ? form_typed(view, "andra") : http_query(request, "andra"), "1");
    *failed = number > 0 && !draft_load(context, request, number, post, &visit->draft, error);
    return !*failed;
}

static bool is_of_door(const struct visit *visit)
{
    return visit->draft.found && visit->draft.door == visit->view.door->door;
}

bool intake_draft_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct visit *visit = ARENA_NEW(context->arena, struct visit);
    bool failed;

    CHECK(count == 1);
    if (!enter(context, requests[0], visit, &failed, error))
        return !failed;
    if (!is_of_door(visit)) {
        show_gone(context, visit);
        return true;
    }
    if (visit->draft.receipt.data) {
        show_receipt(context, visit, visit->draft.receipt);
        return true;
    }
    look_at(context, visit);
    visit->view.wrong = visit->step && text_is(http_query(requests[0], "fel"), "1");
    if (visit->step)
        show_step(context, visit, 200);
    else if (text_is(visit->slug, "kontrollera"))
        show_check(context, visit);
    else if (text_is(visit->slug, "akut"))
        show_acute(context, visit);
    else if (text_is(visit->slug, "sparat"))
        show_saved(context, visit);
    else
        intake_show_missing(context, requests[0]);
    return true;
}

/* Answers */

/* Where the answer leads: the acute page before all else. */
static const char *onward(struct context *context, const struct visit *visit)
{
    const char *next = visit->changing ? "kontrollera" : after(visit, visit->step);

    if (needs_acute_page(visit))
        return arena_format(context->arena, "%s?fran=%s%s", address(context, visit, "akut"),
            visit->step->slug, visit->changing ? "&andra=1" : "");
    return address(context, visit, next);
}

static bool save_for_later(struct context *context, struct visit *visit, struct error *error)
{
    draft_set(&visit->draft, "senast", text_of(visit->step->slug));
    if (!draft_make_code(context, &visit->draft, error))
        return false;
    http_redirect(visit->view.request, address(context, visit, "sparat"));
    return true;
}

static bool take_answers(struct context *context, struct visit *visit, struct error *error)
{
    struct form_view posted = visit->view;
    const bool room = draft_take(&visit->draft, &posted, visit->step);

    if (strcmp(visit->step->slug, "hant") == 0 &&
        !form_ticked(&posted, "situations", draft_field(&visit->draft, "primary_situation").data))
        draft_drop(&visit->draft, "primary_situation");
    look_at(context, visit);
    if (room && text_is(form_typed(&posted, "step"), "save"))
        return save_for_later(context, visit, error);
    visit->view.wrong = !room || asks_wrongly(visit, visit->step);
    if (!visit->view.wrong)
        draft_set(&visit->draft, "senast",
            text_of(visit->changing ? "kontrollera" : after(visit, visit->step)));
    if (room && !draft_save(context, &visit->draft, error))
        return false;
    if (visit->view.wrong)
        show_step(context, visit, 422);
    else
        http_redirect(visit->view.request, onward(context, visit));
    return true;
}

/* After the acute page: on from where one came. */
static bool leave_acute(struct context *context, struct visit *visit, struct error *error)
{
    const struct text from = form_typed(&visit->view, "fran");
    const char *next = "kontrollera";

    if (!draft_set(&visit->draft, "urgent_seen", TEXT("yes")) ||
        !draft_save(context, &visit->draft, error))
        return false;
    look_at(context, visit);
    for (size_t i = 0; !visit->changing && i < visit->count; i++)
        if (text_is(from, visit->steps[i].slug))
            next = after(visit, &visit->steps[i]);
    http_redirect(visit->view.request, address(context, visit, next));
    return true;
}

/* One draft is one referral, in however many tabs it is sent. */
static struct text key_of(struct context *context, const struct draft *draft)
{
    char *bytes = arena_take(context->arena, TOKEN_HASH + 1);

    memcpy(bytes, draft->session_hash.data, TOKEN_HASH);
    bytes[TOKEN_HASH] = (char)draft->number;
    return intake_key(context->arena, "draft", (struct text){bytes, TOKEN_HASH + 1});
}

static bool send(struct context *context, struct visit *visit, struct error *error)
{
    struct arrival arrival = {.form = &visit->reading.form};

    look_at(context, visit);
    if (first_wrong(visit) || !visit->reading.read || visit->reading.verdict.problem_count) {
        show_check(context, visit);
        return true;
    }
    if (needs_acute_page(visit)) {
        http_redirect(visit->view.request,
            arena_format(context->arena, "%s?andra=1", address(context, visit, "akut")));
        return true;
    }
    arrival.trapped = form_trapped(&visit->view);
    arrival.key = arrival.body_hash = key_of(context, &visit->draft);
    if (!intake_receive(context, &arrival, 1, error))
        return false;
    if (!arrival.receipt.data) { /* the day ended between two looks at it */
        show_check(context, visit);
        return true;
    }
    if (!draft_sent(context, &visit->draft, arrival.receipt, error))
        return false;
    show_receipt(context, visit, arrival.receipt);
    return true;
}

bool intake_draft_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct visit *visit = ARENA_NEW(context->arena, struct visit);
    bool failed;

    CHECK(count == 1);
    if (!enter(context, requests[0], visit, &failed, error))
        return !failed;
    if (!is_of_door(visit)) { /* what was typed now is not lost with what was typed before */
        visit->view.shown_ms = strtoll(form_typed(&visit->view, "shown").data, NULL, 10);
        if (visit->step && visit->step->kind != STEP_PAUSE)
            form_show_whole(context, &visit->view, 410, "gone");
        else
            show_gone(context, visit);
        return true;
    }
    if (visit->draft.receipt.data) {
        show_receipt(context, visit, visit->draft.receipt);
        return true;
    }
    if (visit->step)
        return take_answers(context, visit, error);
    if (text_is(visit->slug, "akut"))
        return leave_acute(context, visit, error);
    if (text_is(visit->slug, "kontrollera"))
        return send(context, visit, error);
    intake_show_missing(context, requests[0]);
    return true;
}
