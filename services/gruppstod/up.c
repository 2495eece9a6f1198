/*
 * up and down: from a state folder, or nothing, to all daemons ready; and back.
 *
 * `up --init` makes what is missing: folders, settings, keys, the private cluster. Every step is
 * safe to take twice. `--demo` writes the demo's settings and loads the demo city.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/number.h"
#include "common/secrets.h"
#include "services/gruppstod/cluster.h"
#include "services/gruppstod/daemons.h"
#include "services/gruppstod/look_store.h"
#include "services/gruppstod/up.h"

enum { READY_MS = 20000, STEP_MS = 50 };

struct wish {
    bool init, demo;
    int port;
};

static bool read_wish(struct wish *wish, int argc, char **argv)
{
    *wish = (struct wish){.port = 8080};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--init") == 0)
            wish->init = true;
        else if (strcmp(argv[i], "--demo") == 0)
            wish->demo = true;
        else if (strcmp(argv[i], "--port") == 0 && i + 1 < argc)
            wish->port = (int)number_or(argv[++i], 1, 65529, 0);
        else
            return false;
    }
    return wish->port > 0 && wish->port < 65530;
}

static const char *in_var(const struct shell *shell, const char *name)
{
    return arena_format(shell->arena, "%s/%s", shell->var, name);
}

/* Written whole or not at all; a file that is there stays. */
static bool write_once(const char *path, const char *text, struct error *error)
{
    char part[PATH_MAX + 8];

    if (access(path, F_OK) == 0)
        return true;
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "w");
    const bool whole =
        file && fputs(text, file) >= 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if ((!file || fclose(file) == 0) && whole && rename(part, path) == 0)
        return true;
    return error_set(error, ERROR_BUSY, "cannot write %s: %s", path, strerror(errno));
}

static bool make_folders(const struct shell *shell, struct error *error)
{
    static const char *const names[] = {"log", "mail", "conf.d"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (mkdir(in_var(shell, names[i]), 0700) != 0 && errno != EEXIST)
            return error_set(
                error, ERROR_BUSY, "cannot make %s: %s", in_var(shell, names[i]), strerror(errno));
    if (mkdir(shell->run, 0750) != 0 && errno != EEXIST)
        return error_set(error, ERROR_BUSY, "cannot make %s: %s", shell->run, strerror(errno));
    return true;
}

static bool write_settings(const struct shell *shell, const struct wish *wish, struct error *error)
{
    const int port = wish->port;
    const char *link = port ? arena_format(shell->arena, "base_url = http://127.0.0.1:%d\n", port)
                            : ""; /* free ports: nobody follows a link */
    const char *base = arena_format(shell->arena,
        "; Settings of this state folder; `gruppstod config show` tells all there are.\n"
        "[store]\nconninfo = %s\n\n[bus]\nfolder = %s\n\n[intake]\nport = %d\n"
        "\n[desk]\nport = %d\n\n[notification]\nport = %d\n%s",
        shell->conninfo, shell->run, port, port ? port + 1 : 0, port ? port + 2 : 0, link);
    static const char demo[] =
        "; The demo's settings: what is green and not about violence is cleared, called and\n"
        "; approved by itself. In service a coordinator does each of these. Groups are looked for\n"
        "; every second, the planner thinks for two, and letters go by night too, so that nobody\n"
        "; who tries it has to wait; nor are leaders asked for conflicts of interest first.\n"
        "[intake]\nclear_green_automatically = true\nspoken_automatically = true\n\n"
        "[matching]\napprove_groups_automatically = true\nform_every = 1s\nplan_time = 2s\n"
        "expire_every = 1s\n\n"
        "[scheduling]\nconflicts_first = false\n\n"
        "[notification]\nsend_from_hour = 0\nsend_to_hour = 24\n"
        "quiet_periods = false\n";

    return write_once(in_var(shell, "gruppstod.ini"), base, error) &&
           (!wish->demo || write_once(in_var(shell, "conf.d/demo.ini"), demo, error));
}

static bool init(const struct shell *shell, const struct wish *wish, struct error *error)
{
    return make_folders(shell, error) && write_settings(shell, wish, error) &&
           secrets_make(in_var(shell, "keys"), error) &&
           (cluster_exists(shell) || cluster_make(shell, error));
}

bool up_init(const struct shell *shell, const char *ini, struct error *error)
{
    const struct wish any_port = {.init = true, .port = 0};

    return make_folders(shell, error) && write_once(in_var(shell, "conf.d/own.ini"), ini, error) &&
           init(shell, &any_port, error);
}

pid_t supervisor_pid(const struct shell *shell)
{
    FILE *file = fopen(in_var(shell, "supervisor.pid"), "r");
    char line[32];
    pid_t pid = 0;

    if (!file)
        return 0;
    /* Whoever holds the lock is alive; a pid without it is a stranger's. */
    if (flock(fileno(file), LOCK_SH | LOCK_NB) != 0 && fgets(line, sizeof line, file))
        pid = (pid_t)number_or(line, 1, INT_MAX, 0);
    fclose(file);
    return pid;
}

/* Its own session, no terminal: the supervisor outlives the shell that said `up`. */
static bool start_supervisor(const struct shell *shell, struct error *error)
{
    const pid_t pid = fork();

    if (pid < 0)
        return error_set(error, ERROR_BUSY, "cannot start the supervisor: %s", strerror(errno));
    if (pid > 0)
        return true;
    setsid();
    const int log =
        open(in_var(shell, "log/supervisor.log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    const char *program = arena_format(shell->arena, "%s/gruppstod", shell->bin);
    execl(program, program, "--var", shell->var, "supervise", (char *)NULL);
    _exit(127);
}

static void pause_ms(int ms)
{
    poll(NULL, 0, ms);
}

/* Each daemon that lives renews a lease, and does so only after it opened everything. */
static bool await_daemons(const struct shell *shell, struct error *error)
{
    const int64_t until_us = clock_monotonic_us() + (int64_t)READY_MS * 1000;
    struct store *store = shell_store(shell, "gruppstod_operator", error);
    int64_t living = 0;

    while (store && living < DAEMONS && clock_monotonic_us() < until_us) {
        pause_ms(STEP_MS);
        if (!look_living(store, shell->arena, &living, error))
            break;
    }
    store_close(store);
    if (living >= DAEMONS)
        return true;
    return error_set(error, ERROR_BUSY, "only %lld of %d daemons are ready; see %s/log",
        (long long)living, DAEMONS, shell->var);
}

bool up(struct shell *shell, bool with_demo, struct error *error)
{
    if (!cluster_start(shell, error) || !cluster_migrate(shell, false, error))
        return false;
    if (with_demo && !up_load_demo(shell, error))
        return false;
    if (!supervisor_pid(shell) && !start_supervisor(shell, error))
        return false;
    return await_daemons(shell, error);
}

int command_up(struct shell *shell, int argc, char **argv)
{
    struct error error = {ERROR_NONE, ""};
    struct wish wish;

    if (!read_wish(&wish, argc, argv)) {
        fputs("usage: gruppstod up [--init] [--port N] [--demo]\n", stderr);
        return EX_USAGE;
    }
    if (wish.init && !init(shell, &wish, &error))
        return shell_fail(EX_CANTCREAT, &error, NULL);
    if (!wish.init && !cluster_exists(shell)) {
        error_set(&error, ERROR_ABSENT, "%s is no state folder yet", shell->var);
        return shell_fail(EX_NOINPUT, &error, "Say `gruppstod up --init` to make one.");
    }
    if (!up(shell, wish.demo, &error))
        return shell_fail(EX_UNAVAILABLE, &error, NULL);
    return EX_OK;
}

bool down(const struct shell *shell, struct error *error)
{
    const pid_t pid = supervisor_pid(shell);

    if (pid > 0)
        kill(pid, SIGTERM);
    for (int waited = 0; pid > 0 && supervisor_pid(shell) == pid; waited += STEP_MS) {
        if (waited > 10000)
            return error_set(error, ERROR_BUSY, "the supervisor (pid %d) does not stop", (int)pid);
        pause_ms(STEP_MS);
    }
    return !cluster_exists(shell) || cluster_stop(shell, error);
}

int command_down(struct shell *shell, int argc, char **argv)
{
    struct error error = {ERROR_NONE, ""};

    (void)argv;
    if (argc > 1) {
        fputs("usage: gruppstod down\n", stderr);
        return EX_USAGE;
    }
    return down(shell, &error) ? EX_OK : shell_fail(EX_TEMPFAIL, &error, NULL);
}
