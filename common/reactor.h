/* One thread waits and calls back; a callback runs to its end. Descriptors, timers, signals. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

struct reactor;
typedef void reactor_fn(void *data);

struct reactor *reactor_new(struct error *error);
void reactor_free(struct reactor *reactor); /* takes NULL */

/* Calls back while the descriptor is readable (or writable); level-triggered. */
enum reactor_events { REACTOR_READ = 1, REACTOR_WRITE = 2 };
bool reactor_watch(
    struct reactor *reactor, int fd, int events, reactor_fn *call, void *data, struct error *error);
void reactor_forget(struct reactor *reactor, int fd); /* an unknown fd is fine */

/* The same for a ZeroMQ socket (the raw one, zsock_resolve): calls back while it is readable. */
bool reactor_watch_socket(
    struct reactor *reactor, void *socket, reactor_fn *call, void *data, struct error *error);
void reactor_forget_socket(struct reactor *reactor, void *socket);

/* Calls back once `after_ms` from now, or every `after_ms`. Returns an id > 0. */
int reactor_after(struct reactor *reactor, int64_t after_ms, reactor_fn *call, void *data);
int reactor_every(struct reactor *reactor, int64_t period_ms, reactor_fn *call, void *data);
void reactor_cancel(struct reactor *reactor, int timer); /* 0 or an ended timer is fine */

/* Calls back before the loop sleeps again: work that a callback left for later. */
void reactor_soon(struct reactor *reactor, reactor_fn *call, void *data);

/* Runs until reactor_stop; SIGTERM and SIGINT call `on_signal`. */
bool reactor_run(struct reactor *reactor, void (*on_signal)(int signal, void *data), void *data,
    struct error *error);
void reactor_stop(struct reactor *reactor);
