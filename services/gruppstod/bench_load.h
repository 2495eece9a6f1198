/*
 * A load of HTTP POSTs over keep-alive connections on loopback, one thread, epoll.
 *
 * Closed loop: each connection sends its next request when its answer has come. The caller gives
 * requests and hears of answers; between them it may do its own work.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/text.h"

enum { LOAD_CONNECTIONS_MOST = 256, LOAD_BODY_MOST = 8192 };

struct load_request {
    const char *path;
    char body[LOAD_BODY_MOST]; /* urlencoded */
    size_t length;
    uint64_t tag; /* the caller's */
};

struct load_hooks {
    /* Fills the next request; false: none now. */
    bool (*next)(void *data, struct load_request *request);
    /* Status and microseconds of an answer. */
    void (*answered)(void *data, uint64_t tag, int status, int64_t us);
    void *data;
};

struct load;
struct load *load_open(
    uint16_t port, size_t connections, const struct load_hooks *hooks, struct error *error);
/* Sends what can be sent, waits at most `wait_ms` for answers; false on a broken connection. */
bool load_turn(struct load *load, int wait_ms, struct error *error);
/* Requests whose answer has not come. */
size_t load_pending(const struct load *load);
void load_close(struct load *load);
