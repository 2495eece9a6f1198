/*
 * The API: POST /api/v1/referrals and the status of a receipt.
 *
 * Bodies are JSON or an urlencoded form with the same names (guardians.0.name); the form is the
 * fast one. Errors are problem+json (RFC 9457) and name every wrong field, never what was sent.
 */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/domain/local_time.h"
#include "common/message.h"
#include "services/intake/intake_look_store.h"
#include "services/intake/intake_parts.h"

enum { KEY_MOST = 255 /* bytes of an Idempotency-Key */ };

static const char *const problem_type = "application/problem+json";

static void answer_json(
    struct http_request *request, unsigned status, const char *type, json_t *json)
{
    char *body = json_dumps(json, JSON_COMPACT);

    http_answer(request, status, type, text_of(body));
    http_answer_header(request, "Cache-Control", "no-store");
    free(body);
    json_decref(json);
}

static json_t *problem_json(const struct http_request *request, unsigned status, const char *type,
    const char *title, const char *detail)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", type, "title", title, "status",
        (int)status, "detail", detail, "instance", http_path(request).data);
}

static void answer_problem(
    struct http_request *request, unsigned status, const char *title, const char *detail)
{
    answer_json(
        request, status, problem_type, problem_json(request, status, "about:blank", title, detail));
}

/* What is wrong */

static void add_error(json_t *errors, const char *field, const char *code, const char *detail)
{
    json_array_append_new(
        errors, json_pack("{s:s, s:s, s:s}", "field", field, "code", code, "detail", detail));
}

static void answer_wrong(struct http_request *request, const struct message_problems *problems,
    const struct register_verdict *verdict)
{
    json_t *json = problem_json(request, 422, "about:blank", "Some fields are wrong",
        "Nothing was stored. Each wrong field is named in errors.");
    json_t *errors = json_array();
    const unsigned language =
        i18n_accept(intake_house()->i18n, http_header(request, "accept-language"));

    for (size_t i = 0; i < problems->count; i++)
        add_error(errors, problems->list[i].path.data ? problems->list[i].path.data : "",
            problem_code(problems->list[i].kind), problems->list[i].sentence.data);
    for (size_t i = 0; i < verdict->problem_count; i++)
        if (!problem_at(problems, verdict->problems[i].field))
            add_error(errors, verdict->problems[i].field, "rule",
                intake_word(language, verdict->problems[i].text));
    json_object_set_new(json, "errors", errors);
    answer_json(request, 422, problem_type, json);
}

/* What came in */

static bool read_form(struct context *context, struct http_request *request,
    struct referral_form *form, struct message_problems *problems)
{
    const struct http_field *fields;
    const size_t count = http_form_fields(request, &fields);
    const struct text type = http_header(request, "content-type");

    if (type.data && strncasecmp(type.data, "application/json", 16) == 0)
        return message_from_json(
            &referral_form_type, http_body(request), context->arena, form, problems);
    return message_from_fields(&referral_form_type, fields, count, context->arena, form, problems);
}

/* A body that could not be read at all, or a field twice, is 400; wrong values are 422. */
static bool unreadable(const struct message_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        if (problems->list[i].kind == PROBLEM_BODY || problems->list[i].kind == PROBLEM_TWICE)
            return true;
    return false;
}

static void answer_unreadable(struct http_request *request, const struct message_problems *problems)
{
    json_t *json = problem_json(
        request, 400, "about:blank", "The body cannot be read", problems->list[0].sentence.data);
    json_t *errors = json_array();

    for (size_t i = 0; i < problems->count; i++)
        add_error(errors, problems->list[i].path.data ? problems->list[i].path.data : "",
            problem_code(problems->list[i].kind), problems->list[i].sentence.data);
    json_object_set_new(json, "errors", errors);
    answer_json(request, 400, problem_type, json);
}

static bool take_key(struct context *context, struct http_request *request, struct arrival *arrival)
{
    const struct text key = http_header(request, "idempotency-key");

    if (!key.data)
        return true;
    if (text_empty(key) || key.length > KEY_MOST) {
        answer_problem(request, 400, "The Idempotency-Key is wrong",
            "It has 1 to 255 characters, and is chosen anew for each referral.");
        return false;
    }
    arrival->key = intake_key(context->arena, "api", key);
    arrival->body_hash = intake_key(context->arena, "body", http_body(request));
    return true;
}

/* Reads one request; false when it is answered already. */
static bool read_post(struct context *context, struct http_request *request,
    struct message_problems *problems, struct arrival *arrival)
{
    struct referral_form *form = ARENA_NEW(context->arena, struct referral_form);

    message_clear(&referral_form_type, form);
    problems->count = 0;
    arrival->form = form;
    arrival->verdict = ARENA_NEW(context->arena, struct register_verdict);
    if (!read_form(context, request, form, problems)) {
        if (unreadable(problems)) {
            answer_unreadable(request, problems);
            return false;
        }
        register_judge(
            form, &intake_house()->lists.keys, local_day(context->now_ms), arrival->verdict);
        answer_wrong(request, problems, arrival->verdict);
        return false;
    }
    return take_key(context, request, arrival);
}

/* By hand: this answer is the hot path, and all its texts are ours. */
static void answer_receipt(
    struct context *context, struct http_request *request, const struct arrival *arrival)
{
    char location[64], body[200];
    const int length = snprintf(body, sizeof body,
        "{\"receipt\":\"%s\",\"code\":\"%s\",\"status\":\"received\","
        "\"links\":{\"status\":\"/api/v1/referrals/%s\"}}",
        arrival->receipt.data, arrival->code.data, arrival->receipt.data);

    (void)context;
    snprintf(location, sizeof location, "/api/v1/referrals/%s", arrival->receipt.data);
    http_answer(request, 201, "application/json", (struct text){body, (size_t)length});
    http_answer_header(request, "Location", location);
    http_answer_header(request, "Cache-Control", "no-store");
}

static void answer_arrival(
    struct context *context, struct http_request *request, const struct arrival *arrival)
{
    static const struct message_problems none = {.count = 0};

    switch (arrival->end) {
    case ARRIVAL_NEW:
    case ARRIVAL_SAME:
        answer_receipt(context, request, arrival);
        return;
    case ARRIVAL_WRONG:
        answer_wrong(request, &none, arrival->verdict);
        return;
    case ARRIVAL_OTHER:
        answer_problem(request, 422, "The Idempotency-Key was used before",
            "The same key came with another body. Choose a new key for a new referral.");
        return;
    case ARRIVAL_OPEN:
        return;
    }
}

bool intake_referrals_api(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct arrival *arrivals = ARENA_ARRAY(context->arena, struct arrival, count);
    struct http_request **waiting = ARENA_ARRAY(context->arena, struct http_request *, count);
    struct message_problems *problems = ARENA_NEW(context->arena, struct message_problems);
    size_t read = 0;

    for (size_t i = 0; i < count; i++) {
        arrivals[read] = (struct arrival){.end = ARRIVAL_OPEN};
        if (read_post(context, requests[i], problems, &arrivals[read]))
            waiting[read++] = requests[i];
    }
    if (read && !intake_receive(context, arrivals, read, error))
        return false;
    for (size_t i = 0; i < read; i++)
        answer_arrival(context, waiting[i], &arrivals[i]);
    return true;
}

/* The status of a receipt: received, reached, placed or completed, and no more */

static const char *rfc3339(struct arena *arena, int64_t ms)
{
    const time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char text[32];

    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return arena_copy(arena, text, strlen(text));
}

static void answer_status(
    struct context *context, struct http_request *request, const struct receipt_row *row)
{
    if (!row->found) {
        answer_problem(request, 404, "No such receipt", "There is no referral with that receipt.");
        return;
    }
    answer_json(request, 200, "application/json",
        json_pack("{s:s, s:s, s:s}", "receipt", http_capture(request, 0).data, "status",
            row->state.data, "received_at", rfc3339(context->arena, row->received_at_ms)));
}

bool intake_status_api(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    struct text *receipts = ARENA_ARRAY(context->arena, struct text, count);
    struct receipt_row *rows = ARENA_ARRAY(context->arena, struct receipt_row, count);

    for (size_t i = 0; i < count; i++) {
        char code[TOKEN_RECEIPT + 1];
        const bool good = receipt_parse(http_capture(requests[i], 0), code);
        receipts[i] =
            (struct text){arena_copy(context->arena, good ? code : "", good ? TOKEN_RECEIPT : 0),
                good ? TOKEN_RECEIPT : 0};
    }
    if (!intake_look_receipts(context, receipts, count, rows, error))
        return error_while(error, "looking for receipts");
    for (size_t i = 0; i < count; i++)
        answer_status(context, requests[i], &rows[i]);
    return true;
}
