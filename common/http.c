/*
 * The threads of libmicrohttpd on one side, the reactor on the other, a bounded queue between.
 *
 * A connection is suspended before its request is put in the queue, under the queue's lock, so the
 * reactor can never resume what is not suspended yet. After MHD_resume_connection the request
 * belongs to the MHD thread again, which may free it at once. MHD's own mutex orders the two.
 */
#include "common/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/check.h"
#include "common/http_inside.h"

enum {
    /* 10,000 idle clients must not lock out the next one (SAFETY), and MHD gives each thread an
     * equal part of this though the kernel spreads connections unevenly. */
    CONNECTIONS_MOST = 16000,
    FILES_ELSEWHERE = 256, /* descriptors left to the rest of the daemon */
    /* Head, URL and MHD's records at their most; past 32 KiB MHD maps it, so that an idle
     * connection costs no page of it and a closed one gives all of it back. */
    CONNECTION_MEMORY = 36 * 1024,
    BODY_MOST = 64 * 1024, /* a form with all its long texts is under 20 KiB */
    BACKLOG = 1024,        /* connections that wait for a thread's accept */
    CLOSE_WAIT_S = 2,      /* for the last answers to leave */
    SILENCE_S = 120        /* MHD's own timeout, a net under ours */
};

static bool is_pattern(const char *path)
{
    size_t captures = 0;

    if (strcmp(path, HTTP_ELSE) == 0)
        return true;
    for (const char *at = path; *at; at++)
        if (*at == '{') {
            const char *stop = strchr(at, '}');
            if (!stop || at == path || at[-1] != '/' || (stop[1] != '\0' && stop[1] != '/'))
                return false;
            captures++;
            at = stop;
        }
    return path[0] == '/' && captures <= HTTP_CAPTURES_MOST;
}

/* As many files as the system lets us have; the connection limit follows from it. */
static unsigned connection_limit(void)
{
    struct rlimit limit;

    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlim_t wanted = CONNECTIONS_MOST + FILES_ELSEWHERE;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
        CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    }
    const rlim_t own = limit.rlim_cur > 2 * FILES_ELSEWHERE ? limit.rlim_cur - FILES_ELSEWHERE
                                                            : limit.rlim_cur / 2;
    return own > CONNECTIONS_MOST ? CONNECTIONS_MOST : (unsigned)own;
}

static bool listen_at(struct http *http, struct error *error)
{
    const char *address = http->options.address ? http->options.address : "127.0.0.1";
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(http->options.port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(http->options.port)};
    const bool is_six = strchr(address, ':') != NULL;
    struct sockaddr *name = is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    socklen_t size = is_six ? sizeof six : sizeof four;
    const int yes = 1;

    if (inet_pton(is_six ? AF_INET6 : AF_INET, address,
            is_six ? (void *)&six.sin6_addr : (void *)&four.sin_addr) != 1)
        return error_set(error, ERROR_INPUT, "\"%s\" is not an IP address", address);
    http->listen_fd = socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (http->listen_fd < 0 ||
        setsockopt(http->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(http->listen_fd, name, size) != 0 || listen(http->listen_fd, BACKLOG) != 0 ||
        getsockname(http->listen_fd, name, &size) != 0)
        return error_set(error, ERROR_BUSY, "cannot listen at %s port %u: %s", address,
            http->options.port, strerror(errno));
    http->port = ntohs(is_six ? six.sin6_port : four.sin_port);
    return true;
}

static bool start(struct http *http, struct error *error)
{
    http->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO,
            0, NULL, NULL, receive, http, MHD_OPTION_LISTEN_SOCKET, http->listen_fd,
            MHD_OPTION_THREAD_POOL_SIZE, http->options.threads, MHD_OPTION_CONNECTION_LIMIT,
            connection_limit(), MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S, MHD_OPTION_URI_LOG_CALLBACK,
            receive_first_line, http, MHD_OPTION_UNESCAPE_CALLBACK, receive_escapes, NULL,
            MHD_OPTION_NOTIFY_COMPLETED, receive_end, http, MHD_OPTION_NOTIFY_CONNECTION,
            peers_notify, http, MHD_OPTION_END);
    return http->daemon || error_set(error, ERROR_BUSY, "libmicrohttpd does not start");
}

static void set_options(struct http *http, const struct http_options *options)
{
    struct http_deadlines *deadlines = &http->options.deadlines;

    CHECK(options->threads >= 2 && options->queue_most > 0);
    for (size_t i = 0; i < options->pattern_count; i++)
        CHECK(is_pattern(options->patterns[i].path));
    http->options = *options;
    if (!http->options.body_most)
        http->options.body_most = BODY_MOST;
    deadlines->head = deadlines->head ? deadlines->head : 10000;
    deadlines->body = deadlines->body ? deadlines->body : 30000;
    deadlines->idle = deadlines->idle ? deadlines->idle : 30000;
    deadlines->send = deadlines->send ? deadlines->send : 60000;
}

static void start_locks(struct http *http)
{
    pthread_condattr_t monotonic;

    CHECK(pthread_condattr_init(&monotonic) == 0 &&
          pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    CHECK(pthread_mutex_init(&http->lock, NULL) == 0 &&
          pthread_mutex_init(&http->peers_lock, NULL) == 0 &&
          pthread_cond_init(&http->settled, &monotonic) == 0 &&
          pthread_cond_init(&http->peers_changed, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
}

struct http *http_open(const struct http_options *options, struct error *error)
{
    struct http *http = calloc(1, sizeof *http);

    CHECK(http);
    set_options(http, options);
    http->listen_fd = -1;
    start_locks(http);
    http->queue = calloc(options->queue_most, sizeof *http->queue);
    http->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    CHECK(http->queue && http->event_fd >= 0);
    if (listen_at(http, error) && start(http, error) && reaper_start(http, error))
        return http;
    http_close(http);
    return NULL;
}

static void wake(struct http *http)
{
    const uint64_t one = 1;

    CHECK(write(http->event_fd, &one, sizeof one) == sizeof one);
}

bool queue_put(struct http_request *request)
{
    struct http *http = request->http;

    pthread_mutex_lock(&http->lock);
    const bool has_room = !http->closing && http->waiting < http->options.queue_most;
    if (has_room) {
        peer_phase(request->peer, PHASE_HELD);
        request->state = STATE_WAITING;
        MHD_suspend_connection(request->connection);
        http->queue[(http->first + http->waiting++) % http->options.queue_most] = request;
        if (http->waiting == 1)
            wake(http);
    }
    pthread_mutex_unlock(&http->lock);
    return has_room;
}

void queue_gone(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    http->answering--;
    if (http->closing)
        pthread_cond_signal(&http->settled);
    pthread_mutex_unlock(&http->lock);
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

int http_fd(const struct http *http)
{
    return http->event_fd;
}

size_t http_take(struct http *http, struct http_request **requests, size_t most)
{
    uint64_t ignored;
    size_t count = 0;

    pthread_mutex_lock(&http->lock);
    while (count < most && http->waiting > 0) {
        requests[count] = http->queue[http->first];
        requests[count++]->state = STATE_TAKEN;
        http->first = (http->first + 1) % http->options.queue_most;
        http->waiting--;
    }
    http->taken += count;
    if (count > 0 && http->waiting == 0) /* readable exactly while something waits */
        CHECK(read(http->event_fd, &ignored, sizeof ignored) == sizeof ignored);
    pthread_mutex_unlock(&http->lock);
    return count;
}

void http_resume(struct http *http, struct http_request *request)
{
    struct MHD_Connection *connection = request->connection;

    CHECK(request->state == STATE_TAKEN);
    request->state = STATE_ANSWERED;
    request->was_held = true;
    pthread_mutex_lock(&http->lock);
    http->taken--;
    http->answering++;
    pthread_mutex_unlock(&http->lock);
    MHD_resume_connection(connection);
}

void http_stop_accepting(struct http *http)
{
    if (!http || !http->daemon || http->quiesced)
        return;
    http->quiesced = true;
    MHD_quiesce_daemon(http->daemon);
    /* The workers take it out of their epoll sets later: until they have ended, the number must
     * not become another file's. Nobody is let in from here on all the same. */
    shutdown(http->listen_fd, SHUT_RDWR);
}

/* What waits gets its 503; then the last answers get a moment to leave. */
static void settle(struct http *http)
{
    struct http_request *request;
    struct timespec until;
    int waited = 0;

    pthread_mutex_lock(&http->lock);
    http->closing = true;
    pthread_mutex_unlock(&http->lock);
    while (http_take(http, &request, 1) == 1) {
        http_answer(request, 503, "text/plain; charset=utf-8", TEXT("503 Service Unavailable\n"));
        http_answer_header(request, "Retry-After", "1");
        http_resume(http, request);
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += CLOSE_WAIT_S;
    pthread_mutex_lock(&http->lock);
    CHECK(http->taken == 0);
    while (http->answering > 0 && waited == 0)
        waited = pthread_cond_timedwait(&http->settled, &http->lock, &until);
    pthread_mutex_unlock(&http->lock);
}

void http_close(struct http *http)
{
    if (!http)
        return;
    http_stop_accepting(http);
    if (http->daemon) {
        settle(http);
        reaper_stop(http);
        MHD_stop_daemon(http->daemon);
    }
    if (http->listen_fd >= 0)
        close(http->listen_fd);
    close(http->event_fd);
    pthread_cond_destroy(&http->peers_changed);
    pthread_cond_destroy(&http->settled);
    pthread_mutex_destroy(&http->peers_lock);
    pthread_mutex_destroy(&http->lock);
    free(http->queue);
    free(http);
}

struct http_counts http_counts(const struct http *http)
{
    struct http *self =
        (struct http *)(uintptr_t)http; /* its lock is taken, nothing else changes */
    struct http_counts counts = {.requests = atomic_load(&self->requests),
        .refused_framing = atomic_load(&self->refused_framing),
        .refused_full = atomic_load(&self->refused_full),
        .timed_out = atomic_load(&self->timed_out),
        .connections = atomic_load(&self->connections)};

    for (size_t i = 0; i < COUNT(counts.by_class); i++)
        counts.by_class[i] = atomic_load(&self->by_class[i]);
    pthread_mutex_lock(&self->lock);
    counts.waiting = self->waiting;
    pthread_mutex_unlock(&self->lock);
    return counts;
}
