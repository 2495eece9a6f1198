/*
 * gruppstod import: what others keep in files is brought in whole or not at all. With --dry-run it
 * is read, checked and written under the database's own rules, and then given up.
 */
#include "services/gruppstod/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "services/gruppstod/operator_pen.h"
#include "services/gruppstod/register_read.h"
#include "services/planner/instance.h"

static const struct {
    const char *name;
    import_fn *run;
    const struct sheet_column *(*columns)(void);
    size_t column_count;
    const char *form; /* of what is no table with columns of our own */
} kinds[] = {
    {"programmes", import_programmes, NULL, 0, "JSON: schemas/IMPORT.md and programmes in it"},
    {"leaders", import_leaders, leader_columns, LEADER_COLUMNS, NULL},
    {"rooms", import_rooms, room_columns, ROOM_COLUMNS, NULL},
    {"bookings", import_bookings, NULL, 0,
        "a table with the columns site, room, day, from, to, what, or a calendar (.ics) with the "
        "room in LOCATION as \"House, room\""},
};

bool import_slurp(const struct import *import, struct text *bytes, struct error *error)
{
    const bool piped = strcmp(import->path, "-") == 0;
    FILE *stream = piped ? stdin : fopen(import->path, "r");
    size_t length = 0;

    if (!stream)
        return error_set(error, ERROR_ABSENT, "%s: %s", import->path, strerror(errno));
    char *read = instance_slurp(stream, &length, error);
    if (!piped)
        fclose(stream);
    if (!read)
        return false;
    *bytes = (struct text){arena_copy(import->shell->arena, read, length), length};
    free(read);
    return true;
}

bool import_refuse(const char *const *faults, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s\n", faults[i]);
    return count == 0 || error_set(error, ERROR_INPUT, "%zu %s; nothing has been brought in", count,
                             count == 1 ? "fault" : "faults");
}

int import_whole(const struct import *import, import_step_fn *step)
{
    struct error error = {ERROR_NONE, ""};
    struct text bytes;

    if (!import_slurp(import, &bytes, &error))
        return shell_fail(EX_NOINPUT, &error, NULL);
    struct store *store = shell_store(import->shell, "gruppstod_operator", &error);
    struct operator_pen *pen = store ? operator_pen_open(import->shell, &error) : NULL;
    struct tx *tx = pen ? tx_begin(store, import->shell->arena, &error) : NULL;
    bool good = tx && step(import, tx, pen, bytes, &error);
    if (good && !import->dry_run)
        good = tx_commit(tx, DURABILITY_FULL, &error);
    else
        tx_rollback(tx);
    operator_pen_close(pen);
    store_close(store);
    if (!good)
        return shell_fail(error.kind == ERROR_BUSY ? EX_UNAVAILABLE : EX_DATAERR, &error, NULL);
    if (import->dry_run)
        puts("A dry run: nothing has been changed.");
    return EX_OK;
}

static int usage(FILE *to)
{
    fputs("usage: gruppstod import", to);
    for (size_t i = 0; i < COUNT(kinds); i++)
        fprintf(to, "%s%s", i ? "|" : " ", kinds[i].name);
    fputs(" FILE [--dry-run]\n", to);
    return EX_USAGE;
}

static void print_columns(const struct sheet_column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("  %-14s %-16s %s%s\n", columns[i].name, columns[i].swedish,
            columns[i].needed ? "" : "(may be left out) ", columns[i].form);
}

static int help(void)
{
    usage(stdout);
    fputs(
        "\nA file comes in whole or not at all; every fault is named with its line and column.\n"
        "Tables are CSV with ; , or tabs, in UTF-8 or Windows-1252; columns in any order, headed\n"
        "by either of their names. An empty cell says nothing: what is there stays, and what is\n"
        "new gets what is usual.\n",
        stdout);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        printf("\n%s\n", kinds[i].name);
        if (kinds[i].columns)
            print_columns(kinds[i].columns(), kinds[i].column_count);
        else
            printf("  %s\n", kinds[i].form);
    }
    return EX_OK;
}

int command_import(struct shell *shell, int argc, char **argv)
{
    struct import import = {.shell = shell, .path = NULL};

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return help();
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--dry-run") == 0)
            import.dry_run = true;
        else if (!import.path)
            import.path = argv[i];
        else
            return usage(stderr);
    for (size_t i = 0; i < COUNT(kinds) && argc > 1 && import.path; i++)
        if (strcmp(argv[1], kinds[i].name) == 0)
            return kinds[i].run(&import);
    return usage(stderr);
}
