/* What the files of http share with each other, and nobody else includes but their tests. */
#pragma once

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/http.h"

/* Why a request is refused before anybody looked at it. */
struct refusal {
    unsigned status;      /* 0 = not refused */
    const char *sentence; /* for the client; plain ASCII */
};

#define REFUSE(status, sentence) ((struct refusal){(status), (sentence)})
#define ACCEPT ((struct refusal){0, NULL})

/* The headers that are kept, in the order of http_head.c's table. */
enum kept {
    KEPT_HOST,
    KEPT_CONTENT_TYPE,
    KEPT_IDEMPOTENCY_KEY,
    KEPT_COOKIE,
    KEPT_ACCEPT_LANGUAGE,
    KEPT_ACCEPT,
    KEPT_IF_NONE_MATCH,
    KEPT_IF_MODIFIED_SINCE,
    KEPT_ORIGIN,
    KEPT_SEC_FETCH_SITE,
    KEPT_X_REQUEST_ID,
    KEPT_AUTHORIZATION,
    KEPT_FORWARDED_FOR,
    KEPT_COUNT
};

/* Who may touch a request: an MHD thread in all states but WAITING and TAKEN, then the reactor. */
enum state { STATE_HEAD, STATE_BODY, STATE_WAITING, STATE_TAKEN, STATE_ANSWERED, STATE_SENDING };

struct chunk {
    struct chunk *older;
    char bytes[];
};

enum { REQUEST_INLINE = 2560 }; /* a usual form with its headers and its answer's headers */

struct http_request {
    struct http *http;
    struct peer *peer;
    struct MHD_Connection *connection;
    enum state state;
    enum http_method method;
    bool is_head, is_api, is_form;
    bool was_held; /* it went to the reactor and came back */

    const char *target; /* the peer's copy */
    size_t target_length;

    struct refusal refusal; /* to be said once the body is read */
    struct refusal missed;  /* what HTTP_ELSE's page is about */
    const char *allow;      /* with a 405: literal */

    const struct http_pattern *route;
    struct text path, captures[HTTP_CAPTURES_MOST], kept[KEPT_COUNT], body;
    size_t capture_count, body_length, body_room;
    char *body_bytes;
    struct http_field *query, *form, *cookies;
    size_t query_count, form_count, cookie_count;

    bool answered, broken; /* broken: an unclean header was set, the client gets 500 */
    unsigned status;
    const char *content_type;
    char *answer; /* malloced */
    size_t answer_length, answer_header_count;
    struct http_field answer_headers[HTTP_HEADERS_MOST];

    struct chunk *chunks;
    size_t inline_used;
    _Alignas(max_align_t) char inline_bytes[REQUEST_INLINE];
};

/* Where a connection stands; each phase has its deadline. */
enum phase { PHASE_NEW, PHASE_IDLE, PHASE_HEAD, PHASE_BODY, PHASE_HELD, PHASE_SEND };

struct peer { /* one connection: in http->peers from accept to close */
    struct peer *previous, *next;
    struct http *http;
    int fd;
    _Atomic uint64_t phase_since; /* monotonic ms << 3 | enum phase: one word, read by the reaper */
    uint64_t marked_phase, marked_bytes, begun_ms; /* the reaper's own notes about an idle peer */

    /* Only for its MHD thread: */
    char *target;     /* as it came, before MHD takes it apart */
    const char *seen; /* where MHD showed it, inside the raw head */
    struct http_request *request;
};

struct http {
    struct http_options options;
    struct MHD_Daemon *daemon;
    int listen_fd, event_fd;
    uint16_t port;

    pthread_mutex_t lock; /* queue, taken, answering, closing */
    pthread_cond_t settled;
    struct http_request **queue; /* a ring */
    size_t first, waiting, taken, answering;
    bool closing;
    bool quiesced; /* nobody is let in any more */

    pthread_mutex_t peers_lock; /* peers, and that their fds are open */
    pthread_cond_t peers_changed;
    struct peer *peers;
    pthread_t reaper;
    bool reaping, reaper_stop;

    _Atomic uint64_t requests, by_class[6], refused_framing, refused_full, timed_out, connections;
};

/* http_request.c: one block for most requests, a few more for large ones. */
struct http_request *request_new(
    struct http *http, struct peer *peer, struct MHD_Connection *connection);
void request_free(struct http_request *request); /* takes NULL */
void *request_take(struct http_request *request, size_t size);
char *request_copy(struct http_request *request, const char *data, size_t length);

/* http_head.c: the raw head that MHD leaves behind is laid over what MHD read from it. */
struct http_head {
    const char *block; /* from the method's first byte to the blank line's last */
    size_t size;
    const char *target; /* where MHD showed the raw target, and how long it looked */
    size_t target_length;
    const char *version; /* inside the block */
};
struct head_line { /* as MHD read it; all inside the block when the head is honest */
    const char *name, *value;
    size_t name_length, value_length;
};
enum { HEAD_LINES_MOST = 100 }; /* browsers send some 20 */

struct refusal head_check(
    const struct http_head *head, const struct head_line *lines, size_t count);
struct refusal head_read(struct http_request *request, const struct head_line *lines, size_t count,
    bool is_http_11, size_t *body_length);
int head_kept_index(const char *name, size_t length); /* -1 = not kept */

/* http_target.c: path, query and the route they lead to. */
struct refusal target_read(struct http_request *request);
struct refusal target_route(struct http_request *request, const char *method, const char **allow);

/* http_receive.c: what MHD calls. */
enum MHD_Result receive(void *context, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *size, void **own);
void *receive_first_line(void *context, const char *target, struct MHD_Connection *connection);
size_t receive_escapes(void *context, struct MHD_Connection *connection, char *text);
void receive_end(void *context, struct MHD_Connection *connection, void **own,
    enum MHD_RequestTerminationCode code);

/* http.c: suspends and queues; false = full. And: a request that the reactor had is gone. */
bool queue_put(struct http_request *request);
void queue_gone(struct http *http);

/* http_send.c */
enum MHD_Result send_answer(struct http_request *request);
enum MHD_Result send_refusal(
    struct http_request *request, struct refusal refusal, const char *allow, bool last);

/* http_deadline.c: a thread that ends connections which take too long. */
void peer_phase(struct peer *peer, enum phase phase);
void peer_forget(struct peer *peer); /* its request is over */
bool reaper_start(struct http *http, struct error *error);
void reaper_stop(struct http *http);
void peers_notify(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code);
