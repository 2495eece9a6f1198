/* One request a connection in flight; answers are read for their status and length only. */
#include "services/gruppstod/bench_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"

enum { ANSWER_MOST = 65536 };

struct connection {
    int fd;
    bool busy;
    uint64_t tag;
    int64_t sent_us;
    char answer[ANSWER_MOST];
    size_t length;
};

struct load {
    struct load_hooks hooks;
    uint16_t port;
    int epoll;
    size_t count, pending, refusals;
    size_t turn; /* connections are used in turn: none idles until intake closes it */
    struct connection connections[LOAD_CONNECTIONS_MOST];
};

static bool connect_one(struct load *load, struct connection *connection, struct error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(load->port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 ||
        connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        return error_set(
            error, ERROR_BUSY, "cannot connect to port %u: %s", load->port, strerror(errno));
    return true;
}

struct load *load_open(
    uint16_t port, size_t connections, const struct load_hooks *hooks, struct error *error)
{
    struct load *load = calloc(1, sizeof *load);

    CHECK(load && connections <= LOAD_CONNECTIONS_MOST);
    load->hooks = *hooks;
    load->port = port;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (; load->count < connections; load->count++)
        if (!connect_one(load, &load->connections[load->count], error)) {
            load_close(load);
            return NULL;
        }
    return load;
}

void load_close(struct load *load)
{
    if (!load)
        return;
    for (size_t i = 0; i < load->count; i++)
        close(load->connections[i].fd);
    close(load->epoll);
    free(load);
}

size_t load_pending(const struct load *load)
{
    return load->pending;
}

/* Small enough for a socket's buffer: one write takes it. */
static bool send_next(struct load *load, struct connection *connection, struct error *error)
{
    static struct load_request request;
    static char bytes[LOAD_BODY_MOST + 512];

    if (!load->hooks.next(load->hooks.data, &request))
        return true;
    const int head = snprintf(bytes, sizeof bytes,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Sec-Fetch-Site: same-origin\r\nContent-Length: %zu\r\n\r\n",
        request.path, request.length);
    memcpy(bytes + head, request.body, request.length);
    connection->tag = request.tag;
    connection->busy = true;
    connection->length = 0;
    connection->sent_us = clock_monotonic_us();
    load->pending++;
    const ssize_t sent = write(connection->fd, bytes, (size_t)head + request.length);
    if (sent == (ssize_t)((size_t)head + request.length))
        return true;
    return error_set(error, ERROR_BUSY, "a connection broke: %s", strerror(errno));
}

/* Whether all of the answer is here. */
static bool whole(const struct connection *connection, int *status)
{
    static const char version[] = "HTTP/1.1 ";
    const char *end = memmem(connection->answer, connection->length, "\r\n\r\n", 4);
    const char *length = end ? strcasestr(connection->answer, "\r\nContent-Length:") : NULL;

    if (!end || strncmp(connection->answer, version, sizeof version - 1) != 0)
        return false;
    *status = (int)strtol(connection->answer + sizeof version - 1, NULL, 10);
    const size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return connection->length >= (size_t)(end - connection->answer) + 4 + body;
}

static bool receive(struct load *load, struct connection *connection, struct error *error)
{
    int status = 0;
    const ssize_t got = read(connection->fd, connection->answer + connection->length,
        ANSWER_MOST - 1 - connection->length);

    if (got <= 0 && !connection->busy) { /* it was idle for longer than intake waits */
        close(connection->fd);
        return connect_one(load, connection, error);
    }
    if (got <= 0)
        return error_set(error, ERROR_BUSY, "a connection was closed");
    connection->length += (size_t)got;
    connection->answer[connection->length] = '\0';
    if (!whole(connection, &status))
        return true;
    if (status >= 400 && load->refusals++ == 0)
        fprintf(stderr, "gruppstod: the first refusal was: %.600s\n", connection->answer);
    connection->busy = false;
    load->pending--;
    load->hooks.answered(
        load->hooks.data, connection->tag, status, clock_monotonic_us() - connection->sent_us);
    return true;
}

bool load_turn(struct load *load, int wait_ms, struct error *error)
{
    struct epoll_event events[LOAD_CONNECTIONS_MOST];

    for (size_t i = 0; i < load->count; i++) {
        struct connection *connection = &load->connections[load->turn];

        load->turn = (load->turn + 1) % load->count;
        if (!connection->busy && !send_next(load, connection, error))
            return false;
        if (!connection->busy)
            break; /* nothing to send just now: the next turn begins with the one after */
    }
    const int ready = epoll_wait(load->epoll, events, LOAD_CONNECTIONS_MOST, wait_ms);
    for (int i = 0; i < ready; i++)
        if (!receive(load, events[i].data.ptr, error))
            return false;
    return true;
}
