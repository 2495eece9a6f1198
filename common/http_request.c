/* A request's memory, what it tells the reactor, and the answer it is given. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "common/check.h"
#include "common/http_inside.h"
#include "common/urlform.h"

struct http_request *request_new(
    struct http *http, struct peer *peer, struct MHD_Connection *connection)
{
    struct http_request *request = malloc(sizeof *request);

    CHECK(request);
    memset(request, 0, offsetof(struct http_request, inline_bytes));
    request->http = http;
    request->peer = peer;
    request->connection = connection;
    request->target = peer->target;
    request->target_length = strlen(peer->target);
    return request;
}

void request_free(struct http_request *request)
{
    if (!request)
        return;
    while (request->chunks) {
        struct chunk *chunk = request->chunks;
        request->chunks = chunk->older;
        free(chunk);
    }
    free(request->body_bytes);
    free(request->answer);
    free(request);
}

void *request_take(struct http_request *request, size_t size)
{
    const size_t step = _Alignof(void *), rounded = (size + step - 1) / step * step;

    if (rounded <= REQUEST_INLINE - request->inline_used) {
        void *piece = request->inline_bytes + request->inline_used;
        request->inline_used += rounded;
        return piece;
    }
    struct chunk *chunk = malloc(sizeof *chunk + rounded);
    CHECK(chunk);
    chunk->older = request->chunks;
    request->chunks = chunk;
    return chunk->bytes;
}

char *request_copy(struct http_request *request, const char *data, size_t length)
{
    char *copy = request_take(request, length + 1);

    if (length)
        memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

enum http_method http_method(const struct http_request *request)
{
    return request->method;
}

struct text http_path(const struct http_request *request)
{
    return request->path;
}

unsigned http_missed(const struct http_request *request)
{
    return request->missed.status;
}

struct text http_capture(const struct http_request *request, size_t index)
{
    return index < request->capture_count ? request->captures[index] : (struct text){NULL, 0};
}

struct text http_query(const struct http_request *request, const char *name)
{
    return urlform_get(request->query, request->query_count, name);
}

struct text http_form(const struct http_request *request, const char *name)
{
    return urlform_get(request->form, request->form_count, name);
}

size_t http_form_fields(const struct http_request *request, const struct http_field **fields)
{
    *fields = request->form;
    return request->form_count;
}

struct text http_body(const struct http_request *request)
{
    return request->body;
}

struct text http_header(const struct http_request *request, const char *name)
{
    const int index = head_kept_index(name, strlen(name));

    CHECK(index >= 0); /* asking for a header that is never kept is a bug */
    return request->kept[index];
}

struct text http_cookie(const struct http_request *request, const char *name)
{
    return urlform_get(request->cookies, request->cookie_count, name);
}

void http_address(const struct http_request *request, char address[static HTTP_ADDRESS + 1])
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    const void *bytes = NULL;

    address[0] = '\0';
    if (getpeername(request->peer->fd, (struct sockaddr *)&peer, &length) != 0)
        return;
    if (peer.ss_family == AF_INET)
        bytes = &((const struct sockaddr_in *)&peer)->sin_addr;
    else if (peer.ss_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)&peer)->sin6_addr;
    if (bytes)
        inet_ntop(peer.ss_family, bytes, address, HTTP_ADDRESS + 1);
}

const void *http_route_data(const struct http_request *request)
{
    return request->route ? request->route->data : NULL;
}

void http_answer(
    struct http_request *request, unsigned status, const char *content_type, struct text body)
{
    CHECK(request->state == STATE_TAKEN && status >= 200 && status <= 599);
    free(request->answer);
    request->answer = NULL;
    if (body.length) {
        request->answer = malloc(body.length);
        CHECK(request->answer);
        memcpy(request->answer, body.data, body.length);
    }
    request->answer_length = body.length;
    if (request->answered) { /* the first answer and its headers are replaced */
        request->answer_header_count = 0;
        request->broken = false;
    }
    request->answered = true;
    request->status = status;
    request->content_type =
        content_type ? request_copy(request, content_type, strlen(content_type)) : NULL;
}

static bool clean_value(const char *value)
{
    for (const unsigned char *at = (const unsigned char *)value; *at; at++)
        if (*at < 0x20 || *at == 0x7f)
            return false;
    return true;
}

void http_answer_header(struct http_request *request, const char *name, const char *value)
{
    CHECK(request->state == STATE_TAKEN);
    CHECK(request->answer_header_count < HTTP_HEADERS_MOST);
    CHECK(*name &&
          !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")]);
    if (!clean_value(value)) {
        request->broken = true;
        return;
    }
    request->answer_headers[request->answer_header_count++] =
        (struct http_field){text_of(request_copy(request, name, strlen(name))),
            text_of(request_copy(request, value, strlen(value)))};
}

void http_redirect(struct http_request *request, const char *location)
{
    const bool ours = location[0] == '/' && location[1] != '/' && location[1] != '\\';

    http_answer(request, 303, NULL, TEXT(""));
    if (ours || strncmp(location, "https://", 8) == 0)
        http_answer_header(request, "Location", location);
    else
        request->broken = true;
}

bool http_answered(const struct http_request *request)
{
    return request->answered;
}
