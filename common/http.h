/*
 * HTTP for a daemon's reactor: threads check and copy requests, the reactor answers them.
 *
 * The threads of libmicrohttpd do nothing but framing, limits, routing and copying; a checked
 * request waits in a bounded queue with its connection suspended. The reactor takes slices of
 * requests, answers each, and gives the answers to the clients after its commit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/text.h"

/* HEAD is answered as GET without a body, and OPTIONS never: the module sees to both. */
enum http_method { HTTP_GET = 1, HTTP_POST };

struct http_field {
    struct text name, value;
};

struct http;
struct http_request; /* taken with http_take, owned by the taker until http_resume */

/* What came in. Every text is NUL-terminated, valid UTF-8 and lives until http_resume. */
enum http_method http_method(const struct http_request *request);
struct text http_path(const struct http_request *request); /* decoded and checked */

/* The index-th {segment} of the matched pattern, decoded; past the last one data is NULL. */
struct text http_capture(const struct http_request *request, size_t index);

/* The first field of that name in the query or in an urlencoded body; absent = data NULL. */
struct text http_query(const struct http_request *request, const char *name);
struct text http_form(const struct http_request *request, const char *name);

/* All fields of an urlencoded body in the order they came: a name may come again (checkboxes). */
size_t http_form_fields(const struct http_request *request, const struct http_field **fields);

struct text http_body(const struct http_request *request); /* as it came; empty for GET */

/*
 * One of the headers that are kept: content-type, idempotency-key, cookie, accept-language, accept,
 * if-none-match, if-modified-since, origin, sec-fetch-site, x-request-id, authorization, host,
 * x-forwarded-for. Case does not matter.
 */
struct text http_header(const struct http_request *request, const char *name);
struct text http_cookie(const struct http_request *request, const char *name);

/* The other end's address, "127.0.0.1" or "::1": behind a proxy that is the proxy. */
enum { HTTP_ADDRESS = 45 };
void http_address(const struct http_request *request, char address[static HTTP_ADDRESS + 1]);

/*
 * For a request that the pattern "*" took: 404 or 405, which is what to answer with. An address
 * under /api/ never comes to it; it is told by a problem document. 0: another pattern took it.
 */
unsigned http_missed(const struct http_request *request);

const void *http_route_data(const struct http_request *request); /* `data` of the pattern */

/*
 * Answering, on the reactor's thread, before http_resume. The body and content type are copied. A
 * second answer replaces the first, so that a failed commit can turn a receipt into a 503.
 */
void http_answer(
    struct http_request *request, unsigned status, const char *content_type, struct text body);

/*
 * A header of the answer, copied; at most HTTP_HEADERS_MOST. A value with CR, LF or another control
 * byte is never sent: the whole answer becomes 500. A handler's own Cache-Control or
 * Content-Security-Policy stands instead of ours.
 */
void http_answer_header(struct http_request *request, const char *name, const char *value);

/* 303 to a path of ours ("/sv/tack") or an https address; anything else becomes 500. */
void http_redirect(struct http_request *request, const char *location);
bool http_answered(const struct http_request *request);

enum {
    HTTP_HEADERS_MOST = 12,        /* of an answer: cookies, Location, ETag and a few more */
    HTTP_HEADER_BYTES = 16 * 1024, /* of a request, more is 431: RFC 6585, section 5 */
    HTTP_URL_BYTES = 8 * 1024,     /* of a request, more is 414: RFC 9110 asks for 8000 at least */
    HTTP_CAPTURES_MOST = 6         /* {segments} of one pattern */
};

/* The path of a pattern that takes what no other one does, so that people get a page for it. */
#define HTTP_ELSE "*"

struct http_pattern {
    enum http_method method;
    const char *path; /* "/{lang}/svar/{token}": {x} matches one segment, the first match wins */
    const void *data;
    bool json_body_ok; /* POST with application/json too, not only an urlencoded form */
};

struct http_deadlines { /* in ms, for all of it, not between two bytes; 0 = as said here */
    unsigned head;      /* 10 s for a request's head: slowloris */
    unsigned body;      /* 30 s for its body */
    unsigned idle;      /* 30 s of keep-alive without a request */
    unsigned send;      /* 60 s until the client has read the answer */
};

struct http_options {
    const char *address; /* "127.0.0.1" or "::1"; NULL = 127.0.0.1 */
    uint16_t port;       /* 0 = a free one */
    unsigned threads;    /* >= 2: one epoll thread alone stalls under a burst of 128 connections */
    size_t queue_most;   /* requests that wait; at it: 503 and Retry-After: 1 */
    size_t body_most;    /* bytes, 0 = 65536; more is 413 before the rest is read */
    const struct http_pattern *patterns; /* live as long as the server */
    size_t pattern_count;
    struct http_deadlines deadlines;
};

struct http *http_open(const struct http_options *options, struct error *error);
uint16_t http_port(const struct http *http);
int http_fd(const struct http *http); /* an eventfd, readable while requests wait */

/* Takes up to `most` waiting requests, in the order they arrived. */
size_t http_take(struct http *http, struct http_request **requests, size_t most);

/* Gives the answer to the client and ends the request. One that was never answered becomes 500. */
void http_resume(struct http *http, struct http_request *request);

/*
 * The end, in this order: stop accepting, take and resume what waits, close. http_close answers
 * what nobody took with 503; a request taken and not resumed is a bug: CHECK. Both take NULL.
 */
void http_stop_accepting(struct http *http);
void http_close(struct http *http);

struct http_counts {
    uint64_t requests;        /* answered, by us or by the reactor */
    uint64_t by_class[6];     /* [2] = 2xx ... [5] = 5xx */
    uint64_t refused_framing; /* 400s, 405s, 413s, 414s, 415s, 431s, 501s made before the queue */
    uint64_t refused_full;    /* 503 because the queue was full */
    uint64_t timed_out;       /* headers or body came too slowly */
    uint64_t waiting;         /* in the queue now */
    uint64_t connections;     /* open now */
};
struct http_counts http_counts(const struct http *http);
