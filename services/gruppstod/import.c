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
#include "services/planner/instance.h"

static const struct {
    const char *name;
    import_fn *run;
} kinds[] = {
    {"programmes", import_programmes},
    {"bookings", import_bookings},
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

static int usage(void)
{
    fputs("usage: gruppstod import", stderr);
    for (size_t i = 0; i < COUNT(kinds); i++)
        fprintf(stderr, "%s%s", i ? "|" : " ", kinds[i].name);
    fputs(" FILE [--dry-run]\n", stderr);
    return EX_USAGE;
}

int command_import(struct shell *shell, int argc, char **argv)
{
    struct import import = {.shell = shell, .path = NULL};

    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--dry-run") == 0)
            import.dry_run = true;
        else if (!import.path)
            import.path = argv[i];
        else
            return usage();
    for (size_t i = 0; i < COUNT(kinds) && argc > 1 && import.path; i++)
        if (strcmp(argv[1], kinds[i].name) == 0)
            return kinds[i].run(&import);
    return usage();
}
