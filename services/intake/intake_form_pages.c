/*
 * The form on one page, without script or cookies: fill in, check, send. Nothing is kept between
 * pages but in the page itself; what was typed comes back with every answer. Also where drafts
 * begin, which ask one question a page.
 *
 * Traps for robots (a field nobody sees, a form sent back at once) never refuse: such a referral
 * waits for a person.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/domain/local_time.h"
#include "common/message.h"
#include "services/intake/intake_draft.h"

enum { STEP_FORM_MOST = 16 /* fields that the page adds to what was typed */ };

struct posted { /* one form that was sent back */
    struct form_view view;
    char token[TOKEN_TEXT + 1];
    struct form_reading reading;
};

/* The segment that names the door; the child's form lies one below its first page. */
static const struct form_door *door_in(const struct http_request *request)
{
    const struct text path = http_path(request);
    const char *segment = path.data + 1;

    segment += strcspn(segment, "/");
    segment += *segment == '/';
    return form_door_of((struct text){segment, strcspn(segment, "/")});
}

bool form_begin(struct context *context, struct http_request *request, struct form_view *view)
{
    if (!intake_language(context, request, &view->language))
        return false;
    view->request = request;
    view->door = door_in(request);
    if (http_method(request) == HTTP_POST)
        view->field_count = http_form_fields(request, &view->fields);
    return view->door != NULL;
}

static bool begin(struct context *context, struct http_request *request, struct posted *posted)
{
    posted->view.token = posted->token;
    return form_begin(context, request, &posted->view);
}

void form_show_whole(
    struct context *context, struct form_view *view, unsigned status, const char *why)
{
    struct value *root;

    view->draft = 0;
    root = form_page(context, view);
    if (why)
        value_set_bool(root, why, true);
    intake_show(context, view->request, status, "form.html", view->language, root);
}

bool intake_form_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        struct posted *posted = ARENA_NEW(context->arena, struct posted);
        if (!begin(context, requests[i], posted))
            continue;
        token_random(posted->token);
        posted->view.shown_ms = clock_now_ms();
        form_show_whole(context, &posted->view, 200, NULL);
    }
    return true;
}

/* What the form is, how long it takes, and that it may be saved. */
bool intake_begin_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        struct posted *posted = ARENA_NEW(context->arena, struct posted);
        if (!begin(context, requests[i], posted))
            continue;
        token_random(posted->token);
        posted->view.shown_ms = clock_now_ms();
        intake_show(context, requests[i], 200, "begin.html", posted->view.language,
            form_root(context, &posted->view, posted->view.door->title));
    }
    return true;
}

/* What was typed, and what the page knows itself: the door, the source, the page's language; also
 * where nobody is asked for the family's. */
static size_t complete_fields(
    struct context *context, const struct form_view *view, const struct http_field **completed)
{
    const struct http_field *typed = view->fields;
    struct http_field *fields =
        ARENA_ARRAY(context->arena, struct http_field, view->field_count + STEP_FORM_MOST);
    const enum door door = view->door->door;
    const char *code = i18n_code(intake_house()->i18n, view->language);
    bool language = false;
    size_t kept = 0;

    for (size_t i = 0; i < view->field_count; i++) {
        if (text_is(typed[i].name, "door") || text_is(typed[i].name, "language_page"))
            continue;
        language = language || (text_is(typed[i].name, "language") && typed[i].value.length);
        fields[kept++] = typed[i];
    }
    fields[kept++] = (struct http_field){TEXT("door"), text_of(door_names[door])};
    fields[kept++] = (struct http_field){TEXT("language_page"), text_of(code)};
    if (door != DOOR_PROFESSIONAL)
        fields[kept++] = (struct http_field){
            TEXT("source"), door == DOOR_CHILD ? TEXT("child") : TEXT("parent")};
    if (!language && (door == DOOR_CHILD || text_is(form_typed(view, "family_knows"), "no")))
        fields[kept++] = (struct http_field){
            TEXT("language"), text_of(i18n_tag(intake_house()->i18n, view->language))};
    *completed = fields;
    return kept;
}

static void read_own(struct posted *posted)
{
    const struct text token = form_typed(&posted->view, "token");
    const struct text shown = form_typed(&posted->view, "shown");

    if (token.length == TOKEN_TEXT)
        memcpy(posted->token, token.data, TOKEN_TEXT);
    else
        token_random(posted->token);
    posted->view.shown_ms = text_empty(shown) ? clock_now_ms() : strtoll(shown.data, NULL, 10);
}

bool form_trapped(const struct form_view *view)
{
    return form_typed(view, "website").length > 0 ||
           clock_now_ms() - view->shown_ms < intake_house()->settings->form_least_ms;
}

void form_read(struct context *context, struct form_view *view, struct form_reading *reading)
{
    const struct http_field *fields;
    const size_t count = complete_fields(context, view, &fields);

    message_clear(&referral_form_type, &reading->form);
    reading->read = message_from_fields(
        &referral_form_type, fields, count, context->arena, &reading->form, &reading->problems);
    register_judge(&reading->form, &intake_house()->lists.keys,
        local_day(context->now_ms == INT_ABSENT || !context->tx ? clock_now_ms() : context->now_ms),
        &reading->verdict);
    view->problems = &reading->problems;
    view->verdict = &reading->verdict;
}

static void show_urgent(struct context *context, struct posted *posted)
{
    struct value *root = form_root(context, &posted->view, T("Det är bråttom"));

    value_set_bool(root, "kept_form", true);
    value_set_bool(root, "leave", true);
    form_keep(context, &posted->view, root);
    intake_show(context, posted->view.request, 200, "urgent.html", posted->view.language, root);
}

/* The step before sending; true: this one is to be sent now. */
static bool step(struct context *context, struct posted *posted)
{
    struct form_view *view = &posted->view;
    const struct text wanted = form_typed(view, "step");

    view->wrong = !text_is(wanted, "change") &&
                  (!posted->reading.read || posted->reading.verdict.problem_count);
    if (text_is(wanted, "change"))
        form_show_whole(context, view, 200, NULL);
    else if (view->wrong)
        form_show_whole(context, view, 422, NULL);
    else if (text_is(wanted, "send"))
        return true;
    else if (posted->reading.verdict.safety == SAFETY_RED &&
             !text_is(form_typed(view, "urgent_seen"), "yes"))
        show_urgent(context, posted);
    else
        intake_show(context, view->request, 200, "check.html", view->language,
            form_check_page(context, view));
    return false;
}

/* The same form sent twice is one referral; changed and sent again it is another, of the same
 * child: nothing that was written is lost. */
static void set_key(struct context *context, struct posted *posted, struct arrival *arrival)
{
    const struct http_field *fields;
    const size_t count = http_form_fields(posted->view.request, &fields);
    size_t length = 0, room = 1;
    char *all;

    for (size_t i = 0; i < count; i++)
        room += fields[i].name.length + fields[i].value.length + 2;
    all = arena_take(context->arena, room);
    for (size_t i = 0; i < count; i++) {
        if (text_is(fields[i].name, "step") || text_is(fields[i].name, "shown"))
            continue;
        memcpy(all + length, fields[i].name.data, fields[i].name.length);
        length += fields[i].name.length + 1;
        memcpy(all + length, fields[i].value.data, fields[i].value.length);
        length += fields[i].value.length + 1;
    }
    arrival->key = intake_key(context->arena, "form", (struct text){all, length});
    arrival->body_hash = arrival->key;
}

/* A form of one's own begins, with what the catalogue's button knew already. */
static bool start_draft(struct context *context, struct posted *posted, struct error *error)
{
    struct form_view *view = &posted->view;
    size_t steps;
    const struct form_step *first = form_steps(view->door->door, &steps);
    struct draft draft;

    if (!draft_new(context, view->request, view->door->door, &draft, error))
        return false;
    if (!draft.found) {
        form_show_whole(context, view, 200, "full");
        return true;
    }
    draft_take(&draft, view, NULL);
    draft_set(
        &draft, "shown", text_of(arena_format(context->arena, "%lld", (long long)view->shown_ms)));
    draft_set(&draft, "senast", text_of(first->slug));
    if (draft_size(&draft) <= DRAFT_BYTES && !draft_save(context, &draft, error))
        return false;
    view->draft = draft.number;
    http_redirect(view->request, form_address(context->arena, view, first->slug));
    draft_set_cookie(context, view->request, draft.session);
    return true;
}

/* False with *failed: nothing was done; false without: answered. */
static struct posted *take(
    struct context *context, struct http_request *request, bool *failed, struct error *error)
{
    struct posted *posted = ARENA_NEW(context->arena, struct posted);

    if (!begin(context, request, posted))
        return NULL;
    if (!intake_same_origin(context, request, posted->view.language))
        return NULL;
    read_own(posted);
    if (text_is(form_typed(&posted->view, "step"), "start")) {
        *failed = !start_draft(context, posted, error);
        return NULL;
    }
    form_read(context, &posted->view, &posted->reading);
    return posted;
}

bool intake_form_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct arrival *arrivals = ARENA_ARRAY(context->arena, struct arrival, count);
    struct posted **sent = ARENA_ARRAY(context->arena, struct posted *, count);
    size_t sending = 0;
    bool failed = false;

    for (size_t i = 0; i < count; i++) {
        struct posted *posted = take(context, requests[i], &failed, error);
        if (failed)
            return false;
        if (!posted || !step(context, posted))
            continue;
        arrivals[sending] =
            (struct arrival){.form = &posted->reading.form, .trapped = form_trapped(&posted->view)};
        set_key(context, posted, &arrivals[sending]);
        sent[sending++] = posted;
    }
    if (sending && !intake_receive(context, arrivals, sending, error))
        return false;
    for (size_t i = 0; i < sending; i++)
        http_redirect(sent[i]->view.request,
            arena_format(context->arena, "/%s/kvitto/%s?ny=1",
                i18n_code(intake_house()->i18n, sent[i]->view.language), arrivals[i].receipt.data));
    return true;
}

/* PostgreSQL is away: the page again, with all that was typed, so that nothing need be written
 * twice. */
static void show_away(struct context *context, struct posted *posted)
{
    struct http_request *request = posted->view.request;
    const struct text slug = http_capture(request, 2);
    size_t count;
    const struct form_step *steps = form_steps(posted->view.door->door, &count);

    read_own(posted);
    if (slug.data) {
        posted->view.draft = strtol(http_capture(request, 1).data, NULL, 10);
        posted->view.slug = slug.data;
    }
    for (size_t i = 0; slug.data && i < count; i++)
        if (text_is(slug, steps[i].slug)) {
            form_show_step(context, &posted->view, &steps[i], 503, true);
            return;
        }
    if (slug.data || text_is(form_typed(&posted->view, "step"), "start")) {
        intake_show_plain(context, request, 503, posted->view.language, T("Det går inte just nu"),
            T("Det du har skrivit tidigare är sparat. Försök igen om en liten stund."));
        return;
    }
    struct value *root = form_page(context, &posted->view);
    value_set_bool(root, "away", true);
    intake_show(context, request, 503, "form.html", posted->view.language, root);
}

void intake_unavailable(struct context *context, struct http_request *request)
{
    struct posted *posted = ARENA_NEW(context->arena, struct posted);
    const struct text path = http_path(request);

    if (strncmp(path.data, "/api/", 5) == 0) {
        http_answer(request, 503, "application/problem+json",
            TEXT("{\"type\":\"about:blank\",\"title\":\"Nothing can be stored right now\","
                 "\"status\":503,\"detail\":\"Nothing was received. Try again.\","
                 "\"instance\":\"/api/v1\"}"));
        return;
    }
    if (text_is(path, "/lamna")) {
        intake_leave(context, request);
        return;
    }
    if (http_method(request) == HTTP_POST && door_in(request) && begin(context, request, posted)) {
        show_away(context, posted);
        return;
    }
    if (!http_answered(request))
        intake_show_plain(context, request, 503, I18N_SV, T("Det går inte just nu"),
            T("Vi kan inte ta emot något just nu. Försök igen om en liten stund."));
}
