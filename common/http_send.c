/* Answers on their way out: the reactor's, and those the module makes itself. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/check.h"
#include "common/http_inside.h"

/* Inline script and style, frames and other sites: never (INTERFACES, public pages). */
static const char content_policy[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

static const char *title_of(unsigned status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 411:
        return "Length Required";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 431:
        return "Request Header Fields Too Large";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    CHECK(MHD_add_response_header(response, name, value) == MHD_YES);
}

static bool has_own(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->answer_header_count; i++)
        if (strcasecmp(request->answer_headers[i].name.data, name) == 0)
            return true;
    return false;
}

static void add_common(struct MHD_Response *response, const struct http_request *request)
{
    add(response, "X-Content-Type-Options", "nosniff");
    if (!has_own(request, "Referrer-Policy"))
        add(response, "Referrer-Policy", "no-referrer");
    if (!has_own(request, "Cache-Control"))
        add(response, "Cache-Control", "no-store");
}

/* Queues and lets go: from here MHD owns the response, and the request ends in http.c's `ended`. */
static enum MHD_Result queue(
    struct http_request *request, unsigned status, struct MHD_Response *response)
{
    struct http *http = request->http;

    atomic_fetch_add_explicit(&http->requests, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&http->by_class[status / 100], 1, memory_order_relaxed);
    request->state = STATE_SENDING;
    peer_phase(request->peer, PHASE_SEND);
    const enum MHD_Result queued = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

/* Only what cannot need escaping in JSON is shown back. */
static const char *instance_of(const struct http_request *request)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.-";

    return request->path.data && strspn(request->path.data, safe) == request->path.length
               ? request->path.data
               : "/api/";
}

static struct MHD_Response *refusal_response(
    const struct http_request *request, struct refusal refusal)
{
    const char *title = title_of(refusal.status);
    char text[1024], *body = text;
    int length;

    /* RFC 9457 with all five members; its sentences are ours and plain ASCII. */
    if (request->is_api && request->path.length < 256)
        length = snprintf(text, sizeof text,
            "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\","
            "\"instance\":\"%s\"}\n",
            title, refusal.status, refusal.sentence, instance_of(request));
    else
        length =
            snprintf(text, sizeof text, "%u %s\n%s\n", refusal.status, title, refusal.sentence);
    CHECK(length > 0 && (size_t)length < sizeof text);
    struct MHD_Response *response =
        MHD_create_response_from_buffer((size_t)length, body, MHD_RESPMEM_MUST_COPY);
    CHECK(response);
    add(response, "Content-Type",
        request->is_api ? "application/problem+json" : "text/plain; charset=utf-8");
    return response;
}

enum MHD_Result send_refusal(
    struct http_request *request, struct refusal refusal, const char *allow, bool last)
{
    struct MHD_Response *response = refusal_response(request, refusal);

    add_common(response, request);
    if (allow)
        add(response, "Allow", allow);
    if (refusal.status == 503)
        add(response, "Retry-After", "1");
    if (last)
        add(response, "Connection", "close");
    return queue(request, refusal.status, response);
}

enum MHD_Result send_answer(struct http_request *request)
{
    if (!request->answered || request->broken) {
        request->answer_header_count = 0;
        return send_refusal(
            request, REFUSE(500, "Something went wrong here. Please try again."), NULL, false);
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(
        request->answer_length, request->answer, MHD_RESPMEM_PERSISTENT);
    CHECK(response);
    add_common(response, request);
    if (request->content_type)
        add(response, "Content-Type", request->content_type);
    if (request->content_type && strncmp(request->content_type, "text/html", 9) == 0) {
        add(response, "X-Frame-Options", "DENY");
        if (!has_own(request, "Content-Security-Policy"))
            add(response, "Content-Security-Policy", content_policy);
    }
    if (request->missed.status == 405)
        add(response, "Allow", request->allow);
    for (size_t i = 0; i < request->answer_header_count; i++)
        add(response, request->answer_headers[i].name.data, request->answer_headers[i].value.data);
    return queue(request, request->status, response);
}
