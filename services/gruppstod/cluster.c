/*
 * A private cluster: no TCP, one socket in the run folder, peer authentication with a map from the
 * one operating-system user to the daemons' roles. A city's own PostgreSQL is used instead by
 * setting store.conninfo.
 */
#include "services/gruppstod/cluster.h"

#include <errno.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "services/gruppstod/process.h"

/* Durable, and sized for a small machine: what differs from Debian's defaults, each with why. */
static const char settings[] =
    "\n# Written by gruppstod up --init.\n"
    "listen_addresses = ''            # the socket only\n"
    "max_connections = 60             # six daemons, a few copies, people\n"
    "shared_buffers = 256MB\n"
    "wal_buffers = 16MB\n"
    "max_wal_size = 4GB               # few checkpoints under load: each makes whole-page images\n"
    "min_wal_size = 512MB\n"
    "checkpoint_timeout = 15min\n"
    "wal_compression = lz4\n"
    "jit = off                        # short statements: compiling costs more than it gains\n"
    "update_process_title = off       # a system call for each statement\n"
    "default_statistics_target = 25   # rows are found by key: a small sample says enough\n"
    "autovacuum_naptime = 10s         # queues make dead rows all the time\n"
    "autovacuum_max_workers = 2\n"
    "autovacuum_vacuum_insert_threshold = 100000 # what only grows has no dead rows\n"
    "max_parallel_workers_per_gather = 0\n"
    "log_min_duration_statement = 2s\n"
    "log_line_prefix = '%m %u '\n"
    "log_timezone = 'UTC'\n"
    "timezone = 'UTC'\n";

/* The newest PostgreSQL of this machine; Debian keeps each version in a folder of its own. */
const char *cluster_tool(const struct shell *shell, const char *name)
{
    const char *said = getenv("GRUPPSTOD_PG_BIN");
    const char *folder = said;
    glob_t found;

    if (!said && glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0) {
        folder = arena_copy(shell->arena, found.gl_pathv[found.gl_pathc - 1],
            strlen(found.gl_pathv[found.gl_pathc - 1]));
        globfree(&found);
    }
    return folder ? arena_format(shell->arena, "%s/%s", folder, name) : name;
}

static const char *in_var(const struct shell *shell, const char *name)
{
    return arena_format(shell->arena, "%s/%s", shell->var, name);
}

static bool append(const char *path, const char *text, struct error *error)
{
    FILE *file = fopen(path, "a");

    const bool whole = file && fputs(text, file) >= 0;
    if ((!file || fclose(file) == 0) && whole)
        return true;
    return error_set(error, ERROR_BUSY, "cannot write %s: %s", path, strerror(errno));
}

/* Replaces the access files: the user who runs this may be any of our roles, nobody else any. */
static bool write_access(const struct shell *shell, struct error *error)
{
    static const char *const roles[] = {"admin", "intake", "matching", "scheduling", "notification",
        "evaluation", "desk_list", "desk_case", "operator", "demo"};
    const struct passwd *self = getpwuid(geteuid());
    const char *hba = in_var(shell, "pg/pg_hba.conf"), *ident = in_var(shell, "pg/pg_ident.conf");

    if (!self)
        return error_set(error, ERROR_ABSENT, "this user has no name in the password file");
    unlink(hba);
    unlink(ident);
    if (!append(hba, "local all all peer map=gruppstod\n", error))
        return false;
    for (size_t i = 0; i < COUNT(roles); i++)
        if (!append(ident,
                arena_format(shell->arena, "gruppstod %s gruppstod_%s\n", self->pw_name, roles[i]),
                error))
            return false;
    return true;
}

bool cluster_exists(const struct shell *shell)
{
    return access(in_var(shell, "pg/PG_VERSION"), F_OK) == 0;
}

bool cluster_make(const struct shell *shell, struct error *error)
{
    const char *const argv[] = {cluster_tool(shell, "initdb"), "-D", in_var(shell, "pg"), "-U",
        CLUSTER_ADMIN, "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8",
        "--locale=C.UTF-8", "--no-instructions", "--data-checksums", NULL};
    const char *socket = arena_format(shell->arena, "unix_socket_directories = '%s'\n", shell->run);

    if (geteuid() == 0)
        return error_set(error, ERROR_INPUT,
            "PostgreSQL does not run as root: use deploy/quickstart, or another user");
    return process_run(argv, in_var(shell, "log/postgresql.log"), error) &&
           append(in_var(shell, "pg/postgresql.conf"), settings, error) &&
           append(in_var(shell, "pg/postgresql.conf"), socket, error) && write_access(shell, error);
}

bool cluster_running(const struct shell *shell)
{
    const char *const argv[] = {
        cluster_tool(shell, "pg_ctl"), "-D", in_var(shell, "pg"), "status", NULL};

    return process_run(argv, NULL, NULL);
}

bool cluster_start(const struct shell *shell, struct error *error)
{
    const char *log = in_var(shell, "log/postgresql.log");
    const char *const argv[] = {cluster_tool(shell, "pg_ctl"), "-D", in_var(shell, "pg"), "-w",
        "-s", "-l", log, "start", NULL};

    return cluster_running(shell) || process_run(argv, log, error);
}

bool cluster_stop(const struct shell *shell, struct error *error)
{
    const char *const argv[] = {cluster_tool(shell, "pg_ctl"), "-D", in_var(shell, "pg"), "-w",
        "-s", "-m", "fast", "stop", NULL};

    return !cluster_running(shell) || process_run(argv, in_var(shell, "log/postgresql.log"), error);
}
