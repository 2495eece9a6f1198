/*
 * Migrations: numbered, forward only, each whole in one transaction of the cluster's owner.
 *
 * Files run as they are, so this is the one place that speaks libpq's simple protocol. What is
 * applied is noted with a digest of its text: a file that changed afterwards is refused.
 */
#include <dirent.h>
#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "common/token.h"
#include "services/gruppstod/cluster.h"

enum { FILES_MOST = 999, FILE_BYTES_MOST = 4 * 1024 * 1024 };

struct migration {
    int number;
    const char *name;
    char *text;
    char digest[65];
};

static bool read_whole(struct shell *shell, const char *path, char **text, struct error *error)
{
    FILE *file = fopen(path, "r");
    char *bytes = arena_take(shell->arena, FILE_BYTES_MOST);
    const size_t length = file ? fread(bytes, 1, FILE_BYTES_MOST - 1, file) : 0;

    if (file)
        fclose(file);
    *text = bytes;
    if (length)
        return true;
    return error_set(error, ERROR_ABSENT, "cannot read %s", path);
}

static bool load(struct shell *shell, const char *folder, const char *name,
    struct migration *migration, struct error *error)
{
    uint8_t hash[32];

    migration->number = (int)strtol(name, NULL, 10); /* digits, as the list was chosen */
    migration->name = arena_copy(shell->arena, name, strlen(name));
    if (!read_whole(
            shell, arena_format(shell->arena, "%s/%s", folder, name), &migration->text, error))
        return false;
    crypto_generichash(
        hash, sizeof hash, (const uint8_t *)migration->text, strlen(migration->text), NULL, 0);
    hex_encode(hash, sizeof hash, migration->digest);
    return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_migration(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return length > 8 && strspn(entry->d_name, "0123456789") == 3 && entry->d_name[3] == '_' &&
           strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static bool ask(PGconn *connection, const char *sql, struct error *error)
{
    PGresult *result = PQexec(connection, sql);
    const ExecStatusType status = PQresultStatus(result);

    PQclear(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return true;
    return error_set(error, ERROR_INPUT, "%.*s", 200, PQerrorMessage(connection));
}

/* Whether it is applied already; a changed text is an error. */
static bool applied(
    PGconn *connection, const struct migration *migration, bool *yes, struct error *error)
{
    char number[16];
    const char *const values[] = {number};

    snprintf(number, sizeof number, "%d", migration->number);
    PGresult *result = PQexecParams(connection,
        "select digest from common.migration where number = $1", 1, NULL, values, NULL, NULL, 0);
    *yes = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
    const bool same = !*yes || strcmp(PQgetvalue(result, 0, 0), migration->digest) == 0;
    PQclear(result);
    if (same)
        return true;
    return error_set(error, ERROR_CONFLICT,
        "%s was applied with another text: a change wants a new number", migration->name);
}

static bool note(PGconn *connection, const struct migration *migration, struct error *error)
{
    char number[16];
    const char *const values[] = {number, migration->name, migration->digest};

    snprintf(number, sizeof number, "%d", migration->number);
    PGresult *result = PQexecParams(connection,
        "insert into common.migration (number, name, digest) values ($1, $2, $3)", 3, NULL, values,
        NULL, NULL, 0);
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return good || error_set(error, ERROR_INPUT, "%.*s", 200, PQerrorMessage(connection));
}

static bool apply(
    PGconn *connection, const struct migration *migration, bool dry, struct error *error)
{
    bool yes;

    if (!applied(connection, migration, &yes, error))
        return false;
    if (yes)
        return true;
    fprintf(stderr, "%s %s\n", dry ? "would apply" : "applying", migration->name);
    if (dry)
        return true;
    if (ask(connection, "begin", error) && ask(connection, migration->text, error) &&
        note(connection, migration, error) && ask(connection, "commit", error))
        return true;
    ask(connection, "rollback", NULL);
    return error_while(error, "%s", migration->name);
}

static bool make_database(const struct shell *shell, struct error *error)
{
    PGconn *connection = PQconnectdb(
        arena_format(shell->arena, "host=%s dbname=postgres user=%s", shell->run, CLUSTER_ADMIN));
    PGresult *result = PQexec(connection, "select 1 from pg_database where datname = 'gruppstod'");
    const bool there = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
    const bool good = there || ask(connection, "create database gruppstod", error);

    PQclear(result);
    PQfinish(connection);
    return good;
}

bool cluster_migrate(const struct shell *constant, bool dry, struct error *error)
{
    struct shell *shell = (struct shell *)(uintptr_t)constant;
    const char *folder = arena_format(shell->arena, "%s/schemas/sql", shell->release);
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, is_migration, by_name);
    bool good = count > 0 && count <= FILES_MOST;

    if (!good)
        return error_set(error, ERROR_ABSENT, "there are no migrations in %s", folder);
    if (!make_database(shell, error))
        return false;
    PGconn *connection =
        PQconnectdb(arena_format(shell->arena, "%s user=%s", shell->conninfo, CLUSTER_ADMIN));
    ask(connection, "set client_min_messages = warning", NULL);
    for (int i = 0; i < count; i++) {
        struct migration migration;
        good = good && load(shell, folder, entries[i]->d_name, &migration, error) &&
               apply(connection, &migration, dry, error);
        free(entries[i]);
    }
    free(entries);
    PQfinish(connection);
    return good;
}

int command_migrate(struct shell *shell, int argc, char **argv)
{
    const bool dry = argc == 2 && strcmp(argv[1], "--dry-run") == 0;
    struct error error = {ERROR_NONE, ""};

    if (argc > 1 && !dry) {
        fputs("usage: gruppstod migrate [--dry-run]\n", stderr);
        return EX_USAGE;
    }
    if (!cluster_migrate(shell, dry, &error))
        return shell_fail(EX_DATAERR, &error, "Nothing of that file was applied.");
    return EX_OK;
}
