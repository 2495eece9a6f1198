/*
 * A private PostgreSQL for a C test: made in a folder of its own, with the ground and the ledger of
 * schemas/sql, ended with the test. Started as root it runs as nobody, since PostgreSQL refuses
 * root.
 */
#pragma once

#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/check.h"
#include "tests/unit/folder.h"

enum { CLUSTER_NOBODY = 65534, CLUSTER_WORDS = 16 };

struct cluster {
    char folder[64]; /* the socket's path has 107 bytes */
    char conninfo[160];
    char tools[PATH_MAX]; /* PostgreSQL's programs */
};

/* Runs one of PostgreSQL's programs with these words, the last one NULL; true when it ended well.
 */
__attribute__((sentinel)) static inline bool cluster_tool(
    const struct cluster *cluster, const char *program, ...)
{
    char path[PATH_MAX + 32];
    const char *words[CLUSTER_WORDS] = {path}; /* initdb finds its fellows by its own place */
    size_t count = 1;
    va_list list;
    int status = 0;

    snprintf(path, sizeof path, "%s/%s", cluster->tools, program);
    va_start(list, program);
    while ((words[count] = va_arg(list, const char *)))
        CHECK(++count < CLUSTER_WORDS);
    va_end(list);
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout) || chdir("/") != 0)
            _exit(126);
        if (geteuid() == 0 && (setgid(CLUSTER_NOBODY) != 0 || setuid(CLUSTER_NOBODY) != 0))
            _exit(126);
        execv(path, (char *const *)(uintptr_t)words);
        _exit(127);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline bool cluster_start(const struct cluster *cluster)
{
    char data[96], log[96], options[160];

    snprintf(data, sizeof data, "%s/data", cluster->folder);
    snprintf(log, sizeof log, "%s/log", cluster->folder);
    snprintf(options, sizeof options,
        "-c listen_addresses= -c fsync=off -c unix_socket_directories=%s", cluster->folder);
    return cluster_tool(
        cluster, "pg_ctl", "-D", data, "-w", "-s", "-l", log, "-o", options, "start", NULL);
}

static inline bool cluster_stop(const struct cluster *cluster)
{
    char data[96];

    snprintf(data, sizeof data, "%s/data", cluster->folder);
    return cluster_tool(cluster, "pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop", NULL);
}

/* As the cluster's superuser, each sentence a transaction of its own. */
static inline bool cluster_sql(const struct cluster *cluster, const char *sql)
{
    return cluster_tool(cluster, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "admin", "-d",
        cluster->conninfo, "-c", sql, NULL);
}

/* Read here and handed over, since nobody may be kept out of the checkout. */
static inline bool cluster_migrate(const struct cluster *cluster, const char *path)
{
    char *sql = NULL;
    size_t length = 0;
    FILE *file = fopen(path, "r");

    CHECK(file);
    CHECK(getdelim(&sql, &length, '\0', file) > 0);
    fclose(file);
    const bool good = cluster_sql(cluster, sql);
    free(sql);
    return good;
}

/* The tests run in the root of the checkout. */
static inline void cluster_make(struct cluster *cluster)
{
    const char *tmp = getenv("TMPDIR") && strlen(getenv("TMPDIR")) < 40 ? getenv("TMPDIR") : "/tmp";
    char data[96];
    glob_t found;

    CHECK(glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0);
    snprintf(cluster->tools, sizeof cluster->tools, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    snprintf(cluster->folder, sizeof cluster->folder, "%s/gcXXXXXX", tmp);
    CHECK(mkdtemp(cluster->folder));
    CHECK(geteuid() != 0 || chown(cluster->folder, CLUSTER_NOBODY, CLUSTER_NOBODY) == 0);
    snprintf(
        cluster->conninfo, sizeof cluster->conninfo, "host=%s dbname=postgres", cluster->folder);
    snprintf(data, sizeof data, "%s/data", cluster->folder);
    CHECK(cluster_tool(cluster, "initdb", "-D", data, "-U", "admin", "-A", "trust", "-N",
        "--no-locale", "-E", "UTF8", "--no-instructions", NULL));
    CHECK(cluster_start(cluster));
    CHECK(cluster_migrate(cluster, "schemas/sql/001_common.sql"));
    CHECK(cluster_migrate(cluster, "schemas/sql/002_ledger.sql"));
}

static inline void cluster_end(const struct cluster *cluster)
{
    cluster_stop(cluster);
    remove_folder(cluster->folder);
}
