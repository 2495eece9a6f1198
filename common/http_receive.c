/*
 * The MHD threads' side: a request is checked, copied and put in the queue, and its answer sent.
 *
 * Nothing here waits, and nothing looks into the house's data: that is the reactor's.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/check.h"
#include "common/http_inside.h"
#include "common/urlform.h"

static enum MHD_Result add_line(void *context, enum MHD_ValueKind kind, const char *name,
    size_t name_length, const char *value, size_t value_length)
{
    struct lines {
        struct head_line line[HEAD_LINES_MOST];
        size_t count;
    } *lines = context;

    (void)kind;
    if (lines->count == HEAD_LINES_MOST)
        return MHD_NO;
    lines->line[lines->count++] =
        (struct head_line){name, value ? value : "", name_length, value ? value_length : 0};
    return MHD_YES;
}

/* Framing, then address, then headers, then route: the first trouble is the answer. */
static struct refusal read_head(struct http_request *request, const char *method,
    const char *version, size_t *body_length, const char **allow)
{
    struct {
        struct head_line line[HEAD_LINES_MOST];
        size_t count;
    } lines = {.count = 0};
    const struct http_head head = {.block = method,
        .size =
            MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
                ->header_size,
        .target = request->peer->seen,
        .target_length = request->target_length,
        .version = version};
    struct refusal refusal;

    if (MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, NULL, NULL) >
        HEAD_LINES_MOST)
        return REFUSE(431, "The head has more than 100 lines.");
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, add_line, &lines);
    refusal = head_check(&head, lines.line, lines.count);
    if (!refusal.status)
        refusal = target_read(request);
    if (!refusal.status && head.size - request->target_length > HTTP_HEADER_BYTES)
        refusal = REFUSE(431, "The head is larger than 16 KiB.");
    if (!refusal.status)
        refusal = head_read(
            request, lines.line, lines.count, strcmp(version, "HTTP/1.0") != 0, body_length);
    return refusal.status ? refusal : target_route(request, method, allow);
}

static bool is_type(struct text header, const char *type)
{
    const size_t length = strlen(type);

    return header.data && header.length >= length && strncasecmp(header.data, type, length) == 0 &&
           strchr("; \t", header.data[length]) != NULL; /* its NUL is found too */
}

/* A charset other than UTF-8 would be read wrongly, so it is not read. */
static bool is_utf8_type(struct text header)
{
    const char *charset = header.data ? strcasestr(header.data, "charset=") : NULL;

    return !charset || strncasecmp(charset + 8, "utf-8", 5) == 0 ||
           strncasecmp(charset + 8, "\"utf-8\"", 7) == 0;
}

static struct refusal check_body(struct http_request *request, size_t length)
{
    const struct text type = request->kept[KEPT_CONTENT_TYPE];
    const bool is_json = is_type(type, "application/json");

    if (length > request->http->options.body_most)
        return REFUSE(413, "The body is too large.");
    if (request->method == HTTP_GET)
        return length ? REFUSE(400, "A GET has no body.") : ACCEPT;
    request->is_form = is_type(type, "application/x-www-form-urlencoded");
    if ((length || type.data) &&
        (!is_utf8_type(type) || !(request->is_form || (is_json && request->route->json_body_ok))))
        return REFUSE(415, "This address does not read that Content-Type.");
    request->body_length = length;
    return ACCEPT;
}

/* The promised length is only believed as bytes come: memory follows what was sent. */
static void take_body(struct http_request *request, const char *data, size_t size)
{
    CHECK(request->body.length + size <= request->body_length);
    if (request->body.length + size > request->body_room) {
        request->body_room = 2 * (request->body.length + size);
        if (request->body_room > request->body_length)
            request->body_room = request->body_length;
        request->body_bytes = memory_grow(request->body_bytes, request->body_room + 1);
    }
    memcpy(request->body_bytes + request->body.length, data, size);
    request->body.length += size;
}

static struct refusal finish_body(struct http_request *request)
{
    size_t most = 1;

    if (request->body.length == 0) {
        request->body = TEXT("");
        return ACCEPT;
    }
    request->body_bytes[request->body.length] = '\0';
    request->body.data = request->body_bytes;
    if (!urlform_utf8(request->body.data, request->body.length))
        return REFUSE(400, "The body is not valid UTF-8.");
    if (!request->is_form)
        return ACCEPT;
    for (size_t i = 0; i < request->body.length; i++)
        most += request->body.data[i] == '&';
    if (most > URLFORM_FIELDS_MOST)
        return REFUSE(400, "The form has too many fields.");
    request->form = request_take(request, most * sizeof *request->form);
    char *copy = request_copy(request, request->body.data, request->body.length);
    if (!urlform_decode(
            copy, request->body.length, request->form, most, &request->form_count, NULL))
        return REFUSE(400, "The form is malformed: escapes, UTF-8 and names must be valid.");
    return ACCEPT;
}

/* Gives it to the reactor, or answers that there is no room. */
static enum MHD_Result hand_over(struct http_request *request)
{
    if (queue_put(request))
        return MHD_YES;
    atomic_fetch_add_explicit(&request->http->refused_full, 1, memory_order_relaxed);
    return send_refusal(
        request, REFUSE(503, "Too many at once. Please try again in a moment."), NULL, false);
}

/* After all but these nobody knows where the next request starts, or should wish to see it. */
static bool ends_connection(struct refusal refusal)
{
    return refusal.status != 404 && refusal.status != 405;
}

static enum MHD_Result refuse(struct http_request *request, struct refusal refusal)
{
    atomic_fetch_add_explicit(&request->http->refused_framing, 1, memory_order_relaxed);
    return send_refusal(
        request, refusal, refusal.status == 405 ? request->allow : NULL, ends_connection(refusal));
}

/*
 * An answer queued here, before MHD asked for the body, ends the connection. So a request whose
 * framing is sound waits for the next call, also when it is only to hear 404.
 */
static enum MHD_Result begin(struct http_request *request, const char *method, const char *version)
{
    size_t body_length = 0;
    struct refusal refusal = read_head(request, method, version, &body_length, &request->allow);

    if (!refusal.status)
        refusal = check_body(request, body_length);
    if (refusal.status && refusal.status != 413 && request->missed.status)
        refusal = request->missed;
    if (refusal.status && (ends_connection(refusal) || body_length > 0))
        return refuse(request, refusal);
    request->refusal = refusal;
    request->state = STATE_BODY;
    peer_phase(request->peer, PHASE_BODY);
    return MHD_YES;
}

static enum MHD_Result go_on(struct http_request *request, const char *upload, size_t *size)
{
    if (*size) {
        take_body(request, upload, *size);
        *size = 0;
        return MHD_YES;
    }
    if (!request->refusal.status)
        request->refusal = finish_body(request);
    return request->refusal.status ? refuse(request, request->refusal) : hand_over(request);
}

/* MHD calls this for a head, for each piece of a body, at its end, and after a resume. */
enum MHD_Result receive(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *size, void **own)
{
    struct peer *peer = *own;

    (void)url;
    if (!peer)
        return MHD_NO;
    if (!peer->request)
        peer->request = request_new(context, peer, connection);
    struct http_request *request = peer->request;
    switch (request->state) {
    case STATE_HEAD:
        return begin(request, method, version);
    case STATE_BODY:
        return go_on(request, upload, size);
    case STATE_ANSWERED:
        return send_answer(request);
    case STATE_WAITING:
    case STATE_TAKEN:
    case STATE_SENDING:
        return MHD_YES;
    }
    return MHD_NO;
}

/*
 * The only place where the target is seen as it came. What it returns is `own` in `receive`. A
 * client that dribbles its head holds only this copy; the request's block comes with the whole
 * head.
 */
void *receive_first_line(void *context, const char *target, struct MHD_Connection *connection)
{
    struct peer *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

    (void)context;
    CHECK(peer && !peer->request && !peer->target);
    peer->seen = target;
    peer->target = strdup(target);
    CHECK(peer->target);
    peer_phase(peer, PHASE_HEAD);
    return peer;
}

/* Paths and queries are decoded by us, and checked while at it. */
size_t receive_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

void receive_end(void *context, struct MHD_Connection *connection, void **own,
    enum MHD_RequestTerminationCode code)
{
    struct http *http = context;
    struct peer *peer = *own;

    (void)connection;
    (void)code;
    if (!peer)
        return;
    if (peer->request && peer->request->was_held)
        queue_gone(http);
    peer_phase(peer, PHASE_IDLE);
    peer_forget(peer);
    *own = NULL;
}
