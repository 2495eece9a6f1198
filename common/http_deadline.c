/*
 * Deadlines for the whole of a head, a body, a pause and an answer.
 *
 * MHD's own timeout counts from the last byte, so a client that sends one byte now and then lives
 * for ever. Here each connection carries its phase and since when; a thread looks at all of them
 * twice a second and shuts the socket of those that are late. MHD then sees the end of the stream
 * and closes. The fd is open while the peer is in the list: MHD tells us before it closes.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "common/check.h"
#include "common/http_inside.h"

enum { LOOK_EVERY_MS = 500 };

static uint64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void peer_phase(struct peer *peer, enum phase phase)
{
    atomic_store_explicit(
        &peer->phase_since, monotonic_ms() << 3 | (uint64_t)phase, memory_order_relaxed);
}

void peer_forget(struct peer *peer)
{
    request_free(peer->request);
    free(peer->target);
    peer->request = NULL;
    peer->target = NULL;
}

static void peer_start(struct http *http, struct MHD_Connection *connection, void **context)
{
    struct peer *peer = calloc(1, sizeof *peer);

    CHECK(peer);
    peer->http = http;
    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer_phase(peer, PHASE_NEW);
    pthread_mutex_lock(&http->peers_lock);
    peer->next = http->peers;
    if (peer->next)
        peer->next->previous = peer;
    http->peers = peer;
    pthread_mutex_unlock(&http->peers_lock);
    atomic_fetch_add_explicit(&http->connections, 1, memory_order_relaxed);
    *context = peer;
}

static void peer_end(struct http *http, struct peer *peer)
{
    pthread_mutex_lock(&http->peers_lock);
    if (peer->next)
        peer->next->previous = peer->previous;
    if (peer->previous)
        peer->previous->next = peer->next;
    else
        http->peers = peer->next;
    pthread_mutex_unlock(&http->peers_lock);
    atomic_fetch_sub_explicit(&http->connections, 1, memory_order_relaxed);
    peer_forget(peer);
    free(peer);
}

void peers_notify(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        peer_start(context, connection, socket_context);
    else if (*socket_context)
        peer_end(context, *socket_context);
}

static uint64_t bytes_received(int fd)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_bytes_received : 0;
}

/* A pause ends with a request's first byte, which only the kernel knows before the whole line. */
static bool idle_is_late(
    const struct http_deadlines *most, struct peer *peer, uint64_t phase_since, uint64_t now)
{
    const uint64_t bytes = bytes_received(peer->fd);

    if (peer->marked_phase != phase_since) {
        peer->marked_phase = phase_since;
        peer->marked_bytes = bytes;
        peer->begun_ms = 0;
    }
    if (bytes != peer->marked_bytes && !peer->begun_ms)
        peer->begun_ms = now;
    return peer->begun_ms ? now - peer->begun_ms > most->head
                          : now - (phase_since >> 3) > most->idle;
}

static bool is_late(struct peer *peer, uint64_t now)
{
    const struct http_deadlines *most = &peer->http->options.deadlines;
    const uint64_t word = atomic_load_explicit(&peer->phase_since, memory_order_relaxed);
    const uint64_t since = word >> 3, spent = now > since ? now - since : 0;

    switch ((enum phase)(word & 7)) {
    case PHASE_NEW:
    case PHASE_HEAD:
        return spent > most->head;
    case PHASE_IDLE:
        return spent > 0 && idle_is_late(most, peer, word, now);
    case PHASE_BODY:
        return spent > most->body;
    case PHASE_SEND:
        return spent > most->send;
    case PHASE_HELD:
        return false; /* the reactor has it */
    }
    return false;
}

static void look(struct http *http)
{
    const uint64_t now = monotonic_ms();

    for (struct peer *peer = http->peers; peer; peer = peer->next)
        if (is_late(peer, now)) {
            atomic_fetch_add_explicit(&http->timed_out, 1, memory_order_relaxed);
            peer_phase(peer, PHASE_HELD); /* once is enough */
            shutdown(peer->fd, SHUT_RDWR);
        }
}

static void *reap(void *context)
{
    struct http *http = context;
    struct timespec until;

    pthread_mutex_lock(&http->peers_lock);
    while (!http->reaper_stop) {
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_EVERY_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&http->peers_changed, &http->peers_lock, &until);
        look(http);
    }
    pthread_mutex_unlock(&http->peers_lock);
    return NULL;
}

bool reaper_start(struct http *http, struct error *error)
{
    if (pthread_create(&http->reaper, NULL, reap, http) != 0)
        return error_set(error, ERROR_BUSY, "no thread for HTTP deadlines");
    http->reaping = true;
    return true;
}

void reaper_stop(struct http *http)
{
    if (!http->reaping)
        return;
    pthread_mutex_lock(&http->peers_lock);
    http->reaper_stop = true;
    pthread_cond_signal(&http->peers_changed);
    pthread_mutex_unlock(&http->peers_lock);
    pthread_join(http->reaper, NULL);
}
