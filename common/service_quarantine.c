/*
 * The quarantine: a message that may have killed whoever handled it is handled by a process of its
 * own, so that the daemon lives on and the express with it (SAFETY I9).
 *
 * It is the daemon's own program with the same words and one more, started when a sweep sees a
 * suspect and never more than one at a time; nothing runs while nothing is suspected. It has the
 * daemon's role, keys and handlers, but no lease, no bus, no pages and no rhythms, and ends by
 * itself when no suspect is left. As long as it runs the sweep is its: the daemon hears the express
 * only, so that what else waits with the killers cannot take it along. What it says lies in the
 * ledger, where the receivers' sweeps find it.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "common/log.h"
#include "common/service_parts.h"

enum {
    WORDS_BYTES = 32768, /* of a command line: 32 settings are far less */
    WORDS_MOST = 128,
    AGAIN_MS = 1000, /* after an exit that no message is to blame for */
    STOP_MS = 2000,  /* to finish its message at the daemon's end, which may take 5 s in all */
};

enum quarantine_end { END_DONE, END_DIED, END_FAILED }; /* as METRIC_QUARANTINE counts them */

bool quarantine_runs(const struct daemon *daemon)
{
    return daemon->quarantine.pid > 0;
}

/* --- starting --- */

struct words {
    char bytes[WORDS_BYTES], parent[24];
    char *list[WORDS_MOST + 3];
};

/* Those this program was started with, and whose quarantine it is. */
static bool make_words(struct words *words, struct error *error)
{
    static char option[] = "--quarantine";
    const int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const ssize_t length = fd < 0 ? -1 : read(fd, words->bytes, sizeof words->bytes);
    size_t count = 0;

    if (fd >= 0)
        close(fd);
    if (length <= 0 || length == sizeof words->bytes)
        return error_set(error, ERROR_BUSY, "the command line is unreadable or too long");
    for (char *at = words->bytes; at < words->bytes + length; at += strlen(at) + 1) {
        if (count == WORDS_MOST)
            return error_set(error, ERROR_BUSY, "the command line has too many words");
        words->list[count++] = at;
    }
    snprintf(words->parent, sizeof words->parent, "%d", (int)getpid());
    words->list[count++] = option;
    words->list[count++] = words->parent;
    words->list[count] = NULL;
    return true;
}

/* No fork: this process has threads. Signals are as a new program expects them, and of the open
 * files only the log goes along. */
static bool spawn(struct words *words, pid_t *pid, struct error *error)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, usual;

    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    CHECK(posix_spawn_file_actions_init(&files) == 0 && posix_spawnattr_init(&attributes) == 0);
    CHECK(posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1) == 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    const int failed =
        posix_spawn(pid, "/proc/self/exe", &files, &attributes, words->list, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (!failed)
        return true;
    *pid = 0;
    return error_set(error, ERROR_BUSY, "%s", strerror(failed));
}

/* --- the daemon's side --- */

static void look_again(void *data)
{
    quarantine_start(data);
}

/* Waits for its end, which has come or is near, and says how it was. */
static enum quarantine_end reap(struct quarantine *quarantine)
{
    siginfo_t how = {.si_status = 0};

    CHECK(waitid(P_PID, (id_t)quarantine->pid, &how, WEXITED) == 0);
    const enum quarantine_end end = how.si_code != CLD_EXITED ? END_DIED
                                    : how.si_status == EX_OK  ? END_DONE
                                                              : END_FAILED;
    log_event(end == END_DONE ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "quarantine_ended",
        "pid=%d %s=%d", (int)quarantine->pid, end == END_DIED ? "signal" : "code", how.si_status);
    metrics_add(service_metric(METRIC_QUARANTINE), end, 1);
    close(quarantine->fd);
    quarantine->pid = 0;
    return end;
}

/* The message it died of has one try less, so at once again is not for ever. */
static void on_end(void *data)
{
    struct daemon *daemon = data;

    reactor_forget(daemon->reactor, daemon->quarantine.fd);
    switch (reap(&daemon->quarantine)) {
    case END_DONE:
        break;
    case END_DIED:
        quarantine_start(daemon);
        break;
    case END_FAILED:
        reactor_after(daemon->reactor, AGAIN_MS, look_again, daemon);
        break;
    }
}

static bool watch(struct daemon *daemon, struct error *error)
{
    struct quarantine *quarantine = &daemon->quarantine;

    quarantine->fd = pidfd_open(quarantine->pid, 0);
    if (quarantine->fd < 0)
        return error_set(error, ERROR_BUSY, "no descriptor left");
    return reactor_watch(daemon->reactor, quarantine->fd, REACTOR_READ, on_end, daemon, error);
}

void quarantine_start(struct daemon *daemon)
{
    struct quarantine *quarantine = &daemon->quarantine;
    struct words words;
    struct error error = {ERROR_NONE, ""};

    if (quarantine_runs(daemon) || daemon->state == PAUSED || daemon->away || daemon->stopping)
        return;
    if (make_words(&words, &error) && spawn(&words, &quarantine->pid, &error)) {
        log_event(LOG_LEVEL_NOTICE, "quarantine_started", "pid=%d", (int)quarantine->pid);
        if (watch(daemon, &error))
            return;
        quarantine_close(daemon);
    }
    log_event(LOG_LEVEL_ERROR, "quarantine_not_started", "reason=%s", error.text);
}

void quarantine_stop(struct daemon *daemon)
{
    if (quarantine_runs(daemon))
        kill(daemon->quarantine.pid, SIGTERM);
}

void quarantine_close(struct daemon *daemon)
{
    struct pollfd end = {daemon->quarantine.fd, POLLIN, 0};

    if (!quarantine_runs(daemon))
        return;
    quarantine_stop(daemon);
    if (end.fd < 0 || poll(&end, 1, STOP_MS) != 1)
        kill(daemon->quarantine.pid, SIGKILL);
    reactor_forget(daemon->reactor, daemon->quarantine.fd);
    reap(&daemon->quarantine);
}

/* --- the process itself --- */

bool quarantine_enter(const struct daemon *daemon)
{
    prctl(PR_SET_NAME, "quarantine"); /* ps would say "exe" */
    /* The parent may have ended before the kernel was asked to tell of it. */
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == daemon->parent;
}

static void on_signal(int signal, void *data)
{
    struct daemon *daemon = data;

    (void)signal;
    daemon->stopping = true;
    reactor_stop(daemon->reactor);
}

/* Some of what waits, then signals have their turn, then some more. */
static void work(void *data)
{
    struct daemon *daemon = data;

    if (daemon->stopping)
        return;
    if (sweep_out(daemon) || daemon->away)
        reactor_stop(daemon->reactor);
    else
        reactor_soon(daemon->reactor, work, daemon);
}

int quarantine_run(struct daemon *daemon)
{
    struct error error = {ERROR_NONE, ""};

    reactor_soon(daemon->reactor, work, daemon);
    if (!reactor_run(daemon->reactor, on_signal, daemon, &error))
        return EX_OSERR;
    return daemon->away ? EX_UNAVAILABLE : EX_OK;
}
