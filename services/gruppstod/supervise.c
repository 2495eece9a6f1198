/*
 * The supervisor: starts the daemons and the planner beside them, starts again what dies, stops
 * them all in order.
 *
 * It has no sockets and no database: nothing in it can hang. A daemon that dies at once again is
 * started later and later, 50 ms to 1 s, or to 5 s when it ended by itself. When the supervisor
 * itself is killed the kernel stops its children. It is started by `gruppstod up`; in production
 * systemd does this.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/log.h"
#include "services/gruppstod/shell.h"

enum {
    STOP_MS = 6000,
    STEADY_MS = 1000, /* who lived that long is started again at once */
    WAIT_LEAST_MS = 50,
    WAIT_KILLED_MS = 1000, /* at most after a signal: the next message may be a good one */
    WAIT_ENDED_MS = 5000,  /* at most after an exit code: settings or services are wrong */
};

struct child {
    const char *name;
    pid_t pid; /* 0: not running */
    int64_t started_ms;
    int64_t start_at_ms; /* when it may be started again */
    int64_t wait_ms;
};

static struct child children[] = {{.name = "scheduling"}, {.name = "notification"},
    {.name = "evaluation"}, {.name = "planner"}, {.name = "matching"}, {.name = "intake"},
    {.name = "desk"}};

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

/* The planner is this program; it gets a socket, and neither settings nor keys. */
static void execute(const struct shell *shell, const char *name, const char *program)
{
    char socket[PATH_MAX + 32];

    snprintf(socket, sizeof socket, "%s/planner.sock", shell->run);
    if (strcmp(name, "planner") == 0)
        execl(program, program, "plan", "--worker", socket, (char *)NULL);
    else
        execl(program, program, "--var", shell->var, (char *)NULL);
}

static void become(const struct shell *shell, const char *name)
{
    char program[PATH_MAX + 32], log[PATH_MAX + 32];
    sigset_t none;

    if (strcmp(name, "planner") == 0)
        snprintf(program, sizeof program, "%s/gruppstod", shell->bin);
    else
        snprintf(program, sizeof program, "%s/gruppstod-%s", shell->bin, name);
    snprintf(log, sizeof log, "%s/log/%s.log", shell->var, name);
    const int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execute(shell, name, program);
    dprintf(STDERR_FILENO, "level=crit event=cannot_execute program=%s reason=\"%s\"\n", program,
        strerror(errno));
    _exit(127);
}

static void start(const struct shell *shell, struct child *child)
{
    const pid_t pid = fork();

    if (pid == 0)
        become(shell, child->name);
    child->pid = pid > 0 ? pid : 0;
    child->started_ms = now_ms();
    log_event(LOG_LEVEL_INFO, "started", "daemon=%s pid=%d", child->name, (int)pid);
}

static void start_due(const struct shell *shell)
{
    for (size_t i = 0; i < COUNT(children); i++)
        if (!children[i].pid && children[i].start_at_ms <= now_ms())
            start(shell, &children[i]);
}

static int next_start_ms(void)
{
    int64_t next = 60000;

    for (size_t i = 0; i < COUNT(children); i++)
        if (!children[i].pid && children[i].start_at_ms - now_ms() < next)
            next = children[i].start_at_ms - now_ms();
    return next < 0 ? 0 : (int)next;
}

static void bury(pid_t pid, int status)
{
    for (size_t i = 0; i < COUNT(children); i++) {
        struct child *child = &children[i];
        if (child->pid != pid)
            continue;
        const bool steady = now_ms() - child->started_ms >= STEADY_MS;
        child->wait_ms = steady ? WAIT_LEAST_MS : child->wait_ms * 2;
        if (child->wait_ms < WAIT_LEAST_MS)
            child->wait_ms = WAIT_LEAST_MS;
        const int64_t most_ms = WIFSIGNALED(status) ? WAIT_KILLED_MS : WAIT_ENDED_MS;
        if (child->wait_ms > most_ms)
            child->wait_ms = most_ms;
        child->pid = 0;
        child->start_at_ms = now_ms() + child->wait_ms;
        log_event(LOG_LEVEL_WARNING, "ended", "daemon=%s code=%d signal=%d again_in_ms=%lld",
            child->name, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0, (long long)child->wait_ms);
    }
}

static void reap(void)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        bury(pid, status);
}

static bool any_left(void)
{
    for (size_t i = 0; i < COUNT(children); i++)
        if (children[i].pid)
            return true;
    return false;
}

static void tell_all(int signal)
{
    for (size_t i = 0; i < COUNT(children); i++)
        if (children[i].pid)
            kill(children[i].pid, signal);
}

/* Asks, waits, and after six seconds does not ask again. */
static void stop_all(struct pollfd *signals)
{
    const int64_t until_ms = now_ms() + STOP_MS;
    struct signalfd_siginfo info;

    tell_all(SIGTERM);
    while (any_left() && now_ms() < until_ms) {
        poll(signals, 1, 100);
        while (read(signals->fd, &info, sizeof info) > 0)
            ;
        reap();
    }
    tell_all(SIGKILL);
    while (any_left() && waitpid(-1, NULL, 0) > 0)
        reap();
}

static void watch(const struct shell *shell, struct pollfd *signals)
{
    struct signalfd_siginfo info;

    for (;;) {
        start_due(shell);
        poll(signals, 1, next_start_ms());
        while (read(signals->fd, &info, sizeof info) > 0)
            if (info.ssi_signo != SIGCHLD)
                return;
        reap();
    }
}

/* The pid file is locked as long as the supervisor lives: a second one cannot start. */
static int take_pid_file(const struct shell *shell)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/supervisor.pid", shell->var);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 || ftruncate(fd, 0) != 0)
        return -1;
    dprintf(fd, "%d\n", (int)getpid());
    return fd;
}

int command_supervise(struct shell *shell, int argc, char **argv)
{
    sigset_t signals;

    (void)argc;
    (void)argv;
    log_open("supervisor", NULL);
    const int pid_file = take_pid_file(shell);
    if (pid_file < 0) {
        log_event(LOG_LEVEL_CRITICAL, "cannot_start", "reason=%s", "another supervisor runs");
        return EX_TEMPFAIL;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    struct pollfd poll = {signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC), POLLIN, 0};
    watch(shell, &poll);
    stop_all(&poll);
    if (ftruncate(pid_file, 0) != 0)
        log_event(LOG_LEVEL_WARNING, "pid_file", "reason=%s", strerror(errno));
    return EX_OK;
}
