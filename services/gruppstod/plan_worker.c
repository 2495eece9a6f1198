/*
 * plan --worker SOCKET: plans for matching, beside the daemons, until SIGTERM.
 *
 * Hears:  one request a connection on a Unix socket (0600): {"time_s": 5, "seed": 1, "instance":
 *         {...}} until the other side has said all; `instance` is a gruppstod-instance/1
 * Says:   the plan (gruppstod-plan/1) with the reason of each child left, or {"error": "..."}
 * Keeps:  its last plan of a city, to start the next one from
 *
 * It has no database and no names: ids go in, ids come out. The supervisor starts it again when it
 * dies; its memory is limited, so that the worst request ends this process and nothing else. A
 * request whose asker has gone is given up, and no plan goes out that breaks a rule.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include <jansson.h>

#include "common/arena.h"
#include "common/log.h"
#include "services/gruppstod/plan_file.h"
#include "services/gruppstod/plan_worker.h"
#include "services/planner/check.h"
#include "services/planner/explain.h"
#include "services/planner/fair.h"

enum {
    REQUEST_MOST = 64 * 1024 * 1024, /* a nation's instance is 30 MB */
    RECEIVE_MS = 10000,              /* the asker writes at once: who dawdles is let go */
    SEND_MS = 10000,
    TIME_MOST_S = 3600,
    WAITING = 8, /* connections that may wait for their turn */
    NICE = 10,   /* whoever answers a family goes first */
};

static volatile sig_atomic_t ending; /* SIGTERM has come */
static volatile sig_atomic_t halt;   /* the plan under way is wanted soon, or no more */

struct worker {
    int listening;
    sigset_t awake; /* the signals that a wait lets in */
    struct {        /* the last plan, as it was written */
        char *city, *plan;
        size_t length;
    } last;
};

struct request {
    double time_s;
    int64_t seed;
    struct instance *instance;
};

struct asked { /* who waits for the plan under way */
    int fd;
    bool gone;
};

static void on_signal(int number)
{
    (void)number;
    ending = halt = 1;
}

/* SIGTERM comes only where the process waits or solves: never between a look and a sleep. */
static void take_signals(struct worker *worker)
{
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t ends;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, &worker->awake);
    sigdelset(&worker->awake, SIGTERM);
    sigdelset(&worker->awake, SIGINT);
}

/* Sanitizers map terabytes that they never use. */
static void limit_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const rlim_t memory_most = (rlim_t)2 << 30; /* what a nation may take */
    const struct rlimit limit = {memory_most, memory_most};

    if (setrlimit(RLIMIT_AS, &limit) != 0)
        log_event(LOG_LEVEL_WARNING, "no_memory_limit", "reason=%s", strerror(errno));
#endif
}

static int64_t now_ms(void)
{
    return (int64_t)(plan_file_seconds() * 1000);
}

/* False: the time is out, or the process shall end. */
static bool await(const struct worker *worker, int fd, short events, int64_t until_ms)
{
    struct pollfd wait = {fd, events, 0};

    while (!ending) {
        const int64_t left_ms = until_ms - now_ms();
        const struct timespec left = {left_ms / 1000, left_ms % 1000 * 1000000};
        if (left_ms <= 0)
            return false;
        if (ppoll(&wait, 1, &left, &worker->awake) > 0)
            return true;
    }
    return false;
}

/* --- the socket --- */

static bool somebody_listens(const struct sockaddr_un *address)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)address,
                                      sizeof *address) == 0;

    if (fd >= 0)
        close(fd);
    return alive;
}

/* The socket of a worker that died is in the way and goes; one that lives stays alone. */
static int open_socket(const char *path, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path) {
        error_set(error, ERROR_INPUT, "the path %.60s... is too long for a socket", path);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (somebody_listens(&address)) {
        error_set(error, ERROR_CONFLICT, "another worker listens on %s", path);
        return -1;
    }
    unlink(path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const mode_t before = umask(0177);
    const bool bound =
        fd >= 0 && bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0;
    umask(before);
    if (bound && listen(fd, WAITING) == 0)
        return fd;
    error_set(error, ERROR_BUSY, "cannot listen on %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* All that comes until the other side has said all; NULL with an error, or without one when nothing
 * came: somebody looked whether anybody is here. What is too long is read to its end, so that the
 * refusal is. */
static char *receive(const struct worker *worker, int fd, size_t *length, struct error *error)
{
    const int64_t until_ms = now_ms() + RECEIVE_MS;
    size_t room = 65536, all = 0;
    char *bytes = memory_grow(NULL, room);
    ssize_t got = -1;

    *length = 0;
    while (got != 0 && await(worker, fd, POLLIN, until_ms)) {
        got = read(fd, bytes + *length, room - *length);
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            break;
        *length += got > 0 ? (size_t)got : 0;
        all += got > 0 ? (size_t)got : 0;
        if (*length > REQUEST_MOST)
            *length = 0;
        if (*length == room)
            bytes = memory_grow(bytes, room *= 2);
    }
    if (got == 0 && all > 0 && all <= REQUEST_MOST)
        return bytes;
    free(bytes);
    if (all > REQUEST_MOST)
        error_set(error, ERROR_INPUT, "a request has at most %d bytes", REQUEST_MOST);
    else if (all > 0)
        error_set(error, ERROR_BUSY, "the request did not come whole in %d s", RECEIVE_MS / 1000);
    return NULL;
}

/* Whoever does not read is let go: the plan is asked for again. */
static bool deliver(const struct worker *worker, int fd, const char *bytes, size_t length)
{
    const int64_t until_ms = now_ms() + SEND_MS;

    while (length > 0 && await(worker, fd, POLLOUT, until_ms)) {
        const ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        bytes += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
    }
    return length == 0;
}

static void refuse(const struct worker *worker, int fd, const char *why)
{
    json_t *answer = json_pack("{s:s}", "error", why);
    char *text = answer ? json_dumps(answer, 0) : NULL;

    if (text)
        deliver(worker, fd, text, strlen(text));
    free(text);
    json_decref(answer);
}

/* --- one request --- */

static bool read_numbers(const json_t *json, struct request *request, struct error *error)
{
    const json_t *time = json_object_get(json, "time_s"), *seed = json_object_get(json, "seed");

    request->time_s = time ? json_number_value(time) : PLANNER_TIME_S;
    request->seed = seed ? json_integer_value(seed) : 1;
    if (!(request->time_s > 0 && request->time_s <= TIME_MOST_S) ||
        (seed && !json_is_integer(seed)))
        return error_set(error, ERROR_INPUT,
            "time_s is seconds above 0 and at most %d, seed is a whole number", TIME_MOST_S);
    return true;
}

static bool read_request(
    const char *bytes, size_t length, struct request *request, struct error *error)
{
    json_error_t where;
    json_t *json = json_loadb(bytes, length, 0, &where);
    const json_t *instance = json_object_get(json, "instance");
    bool good = false;

    if (!json)
        error_set(error, ERROR_INPUT, "no JSON: %s (line %d)", where.text, where.line);
    else if (!json_is_object(instance))
        error_set(error, ERROR_INPUT, "a request has an instance, as an object");
    else if (read_numbers(json, request, error)) {
        char *text = json_dumps(instance, JSON_COMPACT);
        good =
            text && instance_read(text, strlen(text), &request->instance, error) == INSTANCE_READ;
        free(text);
    }
    json_decref(json);
    return good;
}

/* Yesterday's plan of this city: what does not hold today is left out. */
static bool recall(const struct worker *worker, const struct instance *instance, struct plan *warm)
{
    struct complaints *complaints = memory_grow(NULL, sizeof *complaints);

    memset(warm, 0, sizeof *warm);
    memset(complaints, 0, sizeof *complaints);
    const bool same =
        worker->last.plan && strcmp(worker->last.city, instance->name) == 0 &&
        plan_read(instance, worker->last.plan, worker->last.length, warm, complaints, NULL);
    if (same)
        check_repair(instance, warm);
    free(complaints);
    return same;
}

/* Looks whether the asker still waits: it has closed its writing end, so only a hang-up tells. */
static void look_at_asker(const struct planner_progress *progress, void *data)
{
    struct asked *asked = data;
    struct pollfd look = {asked->fd, 0, 0};

    (void)progress;
    if (poll(&look, 1, 0) > 0 && look.revents & (POLLHUP | POLLERR))
        asked->gone = true;
    if (asked->gone)
        halt = 1;
}

/* A plan that breaks a rule is a bug: it is told, and what is right of it is kept. */
static void ensure_right(const struct instance *instance, struct plan *plan)
{
    struct complaints *complaints = memory_grow(NULL, sizeof *complaints);

    memset(complaints, 0, sizeof *complaints);
    if (check_plan(instance, plan, complaints) > 0) {
        log_event(LOG_LEVEL_ERROR, "plan_breaks_rules", "count=%d first=%s", complaints->count,
            complaints->text[0]);
        check_repair(instance, plan);
    }
    free(complaints);
}

static bool solve(const struct worker *worker, const struct request *request, struct asked *asked,
    struct plan *plan)
{
    struct plan warm;
    const bool known = recall(worker, request->instance, &warm);
    const struct planner_options options = {
        .time_s = request->time_s,
        .seed = (uint64_t)request->seed,
        .warm = known ? &warm : NULL,
        .progress = look_at_asker,
        .progress_data = asked,
        .stop = &halt,
    };
    sigset_t before;

    halt = ending;
    sigprocmask(SIG_SETMASK, &worker->awake, &before);
    const bool solved = planner_solve_fairly(request->instance, &options, plan) == 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    plan_clear(&warm);
    if (solved) {
        ensure_right(request->instance, plan);
        explain_plan(request->instance, plan);
    }
    return solved;
}

/* The plan as text; NULL where memory ends. */
static char *write_plan(const struct instance *instance, const struct plan *plan, size_t *length)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, length);
    const bool written = stream && plan_write(instance, plan, stream, NULL);

    if (stream && fclose(stream) == 0 && written)
        return text;
    free(text);
    return NULL;
}

static void remember(struct worker *worker, const char *city, char *plan, size_t length)
{
    free(worker->last.city);
    free(worker->last.plan);
    worker->last.city = strdup(city);
    worker->last.plan = worker->last.city ? plan : NULL;
    worker->last.length = length;
    if (!worker->last.city)
        free(plan);
}

static void tell(const struct instance *instance, const struct plan *plan)
{
    log_event(LOG_LEVEL_INFO, "planned",
        "children=%d placed=%d groups=%d score=%lld bound=%lld gap=%.4f s=%.2f",
        (int)instance->child_count, (int)plan_placed(plan), (int)plan->group_count,
        (long long)plan->score, plan->bound == PLAN_ABSENT ? -1LL : (long long)plan->bound,
        plan_gap(plan), plan->wall_s);
}

static void answer(struct worker *worker, int fd, const struct request *request)
{
    struct asked asked = {.fd = fd};
    struct plan plan = {0};
    size_t length = 0;
    char *text = NULL;

    if (solve(worker, request, &asked, &plan))
        text = write_plan(request->instance, &plan, &length);
    if (asked.gone) {
        log_event(LOG_LEVEL_NOTICE, "given_up", "reason=%s", "nobody waits for the plan any more");
        free(text);
    } else if (!text) {
        refuse(worker, fd, "there is no memory for so large a plan");
    } else {
        tell(request->instance, &plan);
        deliver(worker, fd, text, length);
        remember(worker, request->instance->name, text, length);
    }
    plan_clear(&plan);
}

static void serve(struct worker *worker, int fd)
{
    struct error error = {ERROR_NONE, ""};
    struct request request = {.instance = NULL};
    size_t length;
    char *bytes = receive(worker, fd, &length, &error);
    const bool good = bytes && read_request(bytes, length, &request, &error);

    free(bytes);
    if (good) {
        answer(worker, fd, &request);
    } else if (error.kind != ERROR_NONE && !ending) {
        log_event(LOG_LEVEL_WARNING, "refused", "reason=%s", error.text);
        refuse(worker, fd, error.text);
    }
    instance_free(request.instance);
}

int plan_worker(const char *path)
{
    struct worker worker = {.listening = -1};
    struct error error = {ERROR_NONE, ""};

    log_open("planner", NULL);
    take_signals(&worker);
    limit_memory();
    if (nice(NICE) < 0 && errno == EPERM)
        log_event(LOG_LEVEL_WARNING, "not_nice", "reason=%s", strerror(errno));
    worker.listening = open_socket(path, &error);
    if (worker.listening < 0) {
        log_event(LOG_LEVEL_CRITICAL, "cannot_start", "reason=%s", error.text);
        return error.kind == ERROR_CONFLICT ? EX_TEMPFAIL : EX_UNAVAILABLE;
    }
    log_event(LOG_LEVEL_NOTICE, "ready", "socket=%s", path);
    while (!ending) {
        if (!await(&worker, worker.listening, POLLIN, INT64_MAX / 2))
            continue;
        const int fd = accept4(worker.listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            continue;
        serve(&worker, fd);
        close(fd);
    }
    log_event(LOG_LEVEL_NOTICE, "stopping", "signal=%d", SIGTERM);
    unlink(path);
    close(worker.listening);
    free(worker.last.city);
    free(worker.last.plan);
    return EX_OK;
}
