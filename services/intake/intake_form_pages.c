/*
 * The way through the form without script: fill in, check, send. Nothing is kept between pages but
 * in the page itself; what was typed comes back with every answer.
 *
 * Traps for robots (a field nobody sees, a form sent back at once) never refuse: such a referral
 * waits for a person.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/domain/local_time.h"
#include "common/message.h"
#include "services/intake/intake_form.h"

enum { STEP_FORM_MOST = 16 /* fields that the page adds to what was typed */ };

struct posted { /* one form that was sent back */
    struct form_view view;
    char token[TOKEN_TEXT + 1];
    struct referral_form form;
    struct message_problems *problems;
    struct register_verdict *verdict;
    bool read, trapped, sending;
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

static bool begin(struct context *context, struct http_request *request, struct posted *posted)
{
    if (!intake_language(context, request, &posted->view.language))
        return false;
    posted->view.request = request;
    posted->view.door = door_in(request);
    posted->view.token = posted->token;
    return posted->view.door != NULL;
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
        intake_show(context, requests[i], 200, "form.html", posted->view.language,
            form_page(context, &posted->view));
    }
    return true;
}

/* What was typed, and what the page knows itself: the door, the source, the page's language. */
static size_t complete_fields(
    struct context *context, const struct posted *posted, const struct http_field **completed)
{
    const struct http_field *typed;
    const size_t count = http_form_fields(posted->view.request, &typed);
    struct http_field *fields =
        ARENA_ARRAY(context->arena, struct http_field, count + STEP_FORM_MOST);
    const enum door door = posted->view.door->door;
    const char *code = i18n_code(intake_house()->i18n, posted->view.language);
    bool language = false;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
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
    if (door == DOOR_CHILD && !language)
        fields[kept++] = (struct http_field){TEXT("language"), text_of(code)};
    *completed = fields;
    return kept;
}

static void read_own(struct posted *posted)
{
    const struct http_request *request = posted->view.request;
    const struct text token = http_form(request, "token");
    const struct text shown = http_form(request, "shown");
    const int64_t now_ms = clock_now_ms();

    if (token.length == TOKEN_TEXT)
        memcpy(posted->token, token.data, TOKEN_TEXT);
    else
        token_random(posted->token);
    posted->view.shown_ms = shown.data ? strtoll(shown.data, NULL, 10) : now_ms;
    posted->trapped = http_form(request, "website").length > 0 ||
                      now_ms - posted->view.shown_ms < intake_house()->settings->form_least_ms;
    posted->sending = text_is(http_form(request, "step"), "send");
}

static void read_form(struct context *context, struct posted *posted)
{
    const struct http_field *fields;
    const size_t count = complete_fields(context, posted, &fields);

    posted->problems = ARENA_NEW(context->arena, struct message_problems);
    posted->verdict = ARENA_NEW(context->arena, struct register_verdict);
    message_clear(&referral_form_type, &posted->form);
    posted->read = message_from_fields(
        &referral_form_type, fields, count, context->arena, &posted->form, posted->problems);
    register_judge(&posted->form, &intake_house()->lists.keys,
        local_day(context->now_ms == INT_ABSENT || !context->tx ? clock_now_ms() : context->now_ms),
        posted->verdict);
}

static void show_form(struct context *context, struct posted *posted, unsigned status, bool wrong)
{
    posted->view.problems = wrong ? posted->problems : NULL;
    posted->view.verdict = wrong ? posted->verdict : NULL;
    intake_show(context, posted->view.request, status, "form.html", posted->view.language,
        form_page(context, &posted->view));
}

static void show_urgent(struct context *context, struct posted *posted)
{
    struct value *root =
        intake_page(context, posted->view.request, T("Det är bråttom"), posted->view.language);

    value_set_bool(root, "kept_form", true);
    value_set_bool(root, "leave", true);
    value_set_bool(root, "professional", posted->view.door->door == DOOR_PROFESSIONAL);
    value_set_string(root, "door",
        posted->view.door->door == DOOR_CHILD ? "barn/fragor" : posted->view.door->path);
    value_set_string(root, "token", posted->token);
    value_set_string(
        root, "shown", arena_format(context->arena, "%lld", (long long)posted->view.shown_ms));
    form_keep(context, &posted->view, root);
    intake_show(context, posted->view.request, 200, "urgent.html", posted->view.language, root);
}

/* The step before sending; true: this one is to be sent now. */
static bool step(struct context *context, struct posted *posted)
{
    struct http_request *request = posted->view.request;

    if (text_is(http_form(request, "step"), "change"))
        show_form(context, posted, 200, false);
    else if (!posted->read || posted->verdict->problem_count)
        show_form(context, posted, 422, true);
    else if (posted->sending)
        return true;
    else if (posted->verdict->safety == SAFETY_RED &&
             !text_is(http_form(request, "urgent_seen"), "yes"))
        show_urgent(context, posted);
    else
        intake_show(context, request, 200, "check.html", posted->view.language,
            form_check_page(context, &posted->view));
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

static struct posted *take(struct context *context, struct http_request *request)
{
    struct posted *posted = ARENA_NEW(context->arena, struct posted);

    if (!begin(context, request, posted))
        return NULL;
    if (!intake_same_origin(context, request, posted->view.language))
        return NULL;
    read_own(posted);
    read_form(context, posted);
    return posted;
}

bool intake_form_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct arrival *arrivals = ARENA_ARRAY(context->arena, struct arrival, count);
    struct posted **sent = ARENA_ARRAY(context->arena, struct posted *, count);
    size_t sending = 0;

    for (size_t i = 0; i < count; i++) {
        struct posted *posted = take(context, requests[i]);
        if (!posted || !step(context, posted))
            continue;
        arrivals[sending] = (struct arrival){.form = &posted->form, .trapped = posted->trapped};
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

/* PostgreSQL is away: the form again, with all that was typed, so that nothing need be written
 * twice. */
void intake_unavailable(struct context *context, struct http_request *request)
{
    struct posted *posted = ARENA_NEW(context->arena, struct posted);
    const bool form = http_method(request) == HTTP_POST && door_in(request) != NULL &&
                      strncmp(http_path(request).data, "/api/", 5) != 0;

    if (strncmp(http_path(request).data, "/api/", 5) == 0) {
        http_answer(request, 503, "application/problem+json",
            TEXT("{\"type\":\"about:blank\",\"title\":\"Nothing can be stored right now\","
                 "\"status\":503,\"detail\":\"Nothing was received. Try again.\","
                 "\"instance\":\"/api/v1\"}"));
        return;
    }
    if (!form || !begin(context, request, posted)) {
        intake_show_plain(context, request, 503, I18N_SV, T("Det går inte just nu"),
            T("Vi kan inte ta emot något just nu. Försök igen om en liten stund."));
        return;
    }
    read_own(posted);
    struct value *root = form_page(context, &posted->view);
    value_set_bool(root, "away", true);
    intake_show(context, request, 503, "form.html", posted->view.language, root);
}
