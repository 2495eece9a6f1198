/*
 * The reactor is CZMQ's zloop with the house's manners: callbacks take their data and nothing
 * else, a watch is replaced by a new one for the same descriptor, signals come as callbacks.
 */
#include "common/reactor.h"

#include <czmq.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/check.h"

struct watch {
    struct watch *next;
    zmq_pollitem_t item;
    reactor_fn *call;
    void *data;
};

struct timer {
    struct timer *next;
    int id;
    bool once;
    reactor_fn *call;
    void *data;
};

struct reactor {
    zloop_t *loop;
    struct watch *watches;
    struct timer *timers;
    int signal_fd;
    bool stopping;
    void (*on_signal)(int signal, void *data);
    void *signal_data;
};

struct reactor *reactor_new(struct error *error)
{
    sigset_t signals;
    struct reactor *reactor = calloc(1, sizeof *reactor);

    CHECK(reactor);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    /* Blocked before any thread exists, so that only the descriptor tells of them. */
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    reactor->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    reactor->loop = zloop_new();
    if (reactor->signal_fd < 0 || !reactor->loop) {
        reactor_free(reactor);
        error_set(error, ERROR_BUSY, "no descriptor left for the reactor");
        return NULL;
    }
    zloop_set_nonstop(reactor->loop, true);
    return reactor;
}

void reactor_free(struct reactor *reactor)
{
    if (!reactor)
        return;
    zloop_destroy(&reactor->loop);
    while (reactor->watches) {
        struct watch *watch = reactor->watches;
        reactor->watches = watch->next;
        free(watch);
    }
    while (reactor->timers) {
        struct timer *timer = reactor->timers;
        reactor->timers = timer->next;
        free(timer);
    }
    if (reactor->signal_fd >= 0)
        close(reactor->signal_fd);
    free(reactor);
}

static int on_ready(zloop_t *loop, zmq_pollitem_t *item, void *argument)
{
    struct watch *watch = argument;

    (void)loop;
    (void)item;
    watch->call(watch->data); /* may forget this very watch: nothing of it is read after */
    return 0;
}

static void forget(struct reactor *reactor, void *socket, int fd)
{
    for (struct watch **at = &reactor->watches; *at; at = &(*at)->next) {
        struct watch *watch = *at;
        if (socket ? watch->item.socket == socket : !watch->item.socket && watch->item.fd == fd) {
            zloop_poller_end(reactor->loop, &watch->item);
            *at = watch->next;
            free(watch);
            return;
        }
    }
}

static bool add_watch(
    struct reactor *reactor, zmq_pollitem_t item, reactor_fn *call, void *data, struct error *error)
{
    struct watch *watch = calloc(1, sizeof *watch);

    CHECK(watch);
    forget(reactor, item.socket, item.fd);
    watch->item = item;
    watch->call = call;
    watch->data = data;
    if (zloop_poller(reactor->loop, &watch->item, on_ready, watch) != 0) {
        free(watch);
        return error_set(error, ERROR_BUSY, "the reactor cannot watch one more descriptor");
    }
    zloop_poller_set_tolerant(reactor->loop, &watch->item);
    watch->next = reactor->watches;
    reactor->watches = watch;
    return true;
}

bool reactor_watch(
    struct reactor *reactor, int fd, int events, reactor_fn *call, void *data, struct error *error)
{
    short poll = 0;

    if (events & REACTOR_READ)
        poll |= ZMQ_POLLIN;
    if (events & REACTOR_WRITE)
        poll |= ZMQ_POLLOUT;
    return add_watch(reactor, (zmq_pollitem_t){.fd = fd, .events = poll}, call, data, error);
}

bool reactor_watch_socket(
    struct reactor *reactor, void *socket, reactor_fn *call, void *data, struct error *error)
{
    return add_watch(
        reactor, (zmq_pollitem_t){.socket = socket, .events = ZMQ_POLLIN}, call, data, error);
}

void reactor_forget(struct reactor *reactor, int fd)
{
    forget(reactor, NULL, fd);
}

void reactor_forget_socket(struct reactor *reactor, void *socket)
{
    forget(reactor, socket, -1);
}

static void drop_timer(struct reactor *reactor, int id)
{
    for (struct timer **at = &reactor->timers; *at; at = &(*at)->next) {
        if ((*at)->id == id) {
            struct timer *timer = *at;
            *at = timer->next;
            free(timer);
            return;
        }
    }
}

static struct timer *find_timer(struct reactor *reactor, int id)
{
    for (struct timer *timer = reactor->timers; timer; timer = timer->next)
        if (timer->id == id)
            return timer;
    return NULL;
}

/* zloop ends a timer a little later than it is told to, and may call back for it once more. */
static int on_timer(zloop_t *loop, int id, void *argument)
{
    struct reactor *reactor = argument;
    const struct timer *timer = find_timer(reactor, id);

    (void)loop;
    if (!timer)
        return 0;
    reactor_fn *call = timer->call;
    void *data = timer->data;
    if (timer->once)
        drop_timer(reactor, id);
    call(data);
    return 0;
}

static int add_timer(struct reactor *reactor, int64_t ms, bool once, reactor_fn *call, void *data)
{
    struct timer *timer = calloc(1, sizeof *timer);

    CHECK(timer && ms >= 0);
    *timer = (struct timer){reactor->timers, 0, once, call, data};
    timer->id = zloop_timer(reactor->loop, (size_t)ms, once ? 1 : 0, on_timer, reactor);
    CHECK(timer->id > 0);
    reactor->timers = timer;
    return timer->id;
}

int reactor_after(struct reactor *reactor, int64_t after_ms, reactor_fn *call, void *data)
{
    return add_timer(reactor, after_ms, true, call, data);
}

int reactor_every(struct reactor *reactor, int64_t period_ms, reactor_fn *call, void *data)
{
    CHECK(period_ms > 0);
    return add_timer(reactor, period_ms, false, call, data);
}

void reactor_cancel(struct reactor *reactor, int timer)
{
    if (timer <= 0)
        return;
    zloop_timer_end(reactor->loop, timer);
    drop_timer(reactor, timer);
}

void reactor_soon(struct reactor *reactor, reactor_fn *call, void *data)
{
    add_timer(reactor, 0, true, call, data);
}

static int on_signal_ready(zloop_t *loop, zmq_pollitem_t *item, void *argument)
{
    struct reactor *reactor = argument;
    struct signalfd_siginfo info;

    (void)loop;
    (void)item;
    while (read(reactor->signal_fd, &info, sizeof info) == sizeof info)
        if (reactor->on_signal)
            reactor->on_signal((int)info.ssi_signo, reactor->signal_data);
    return reactor->stopping ? -1 : 0;
}

static int on_stop(zloop_t *loop, int id, void *argument)
{
    (void)loop;
    (void)id;
    (void)argument;
    return -1;
}

bool reactor_run(struct reactor *reactor, void (*on_signal)(int signal, void *data), void *data,
    struct error *error)
{
    zmq_pollitem_t item = {.fd = reactor->signal_fd, .events = ZMQ_POLLIN};

    reactor->on_signal = on_signal;
    reactor->signal_data = data;
    if (zloop_poller(reactor->loop, &item, on_signal_ready, reactor) != 0)
        return error_set(error, ERROR_BUSY, "the reactor cannot watch for signals");
    /* zloop ends early only when a callback says so; an interrupted wait is begun again. */
    while (!reactor->stopping)
        zloop_start(reactor->loop);
    return true;
}

void reactor_stop(struct reactor *reactor)
{
    reactor->stopping = true;
    zloop_timer(reactor->loop, 0, 1, on_stop, NULL);
}
