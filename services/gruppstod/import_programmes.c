/* gruppstod import programmes: every fault of the file is named; a file without faults goes in as
 * one transaction, with an audit line for each programme that it changes. */
#include <stdio.h>
#include <sysexits.h>

#include "common/check.h"
#include "services/gruppstod/import.h"
#include "services/gruppstod/operator_pen.h"
#include "services/gruppstod/programme_store.h"

static const char *const ends[] = {
    "a new programme", "a new version", "replaces the draft", "is there as it is"};

static int refuse(const struct programme_file *file)
{
    for (size_t i = 0; i < file->fault_count; i++)
        fprintf(stderr, "%s\n", file->faults[i]);
    fprintf(stderr, "gruppstod: %zu %s; nothing has been brought in\n", file->fault_count,
        file->fault_count == 1 ? "fault" : "faults");
    return EX_DATAERR;
}

static bool write_one(const struct import *import, struct tx *tx, struct operator_pen *pen,
    const struct programme_told *told, size_t place, struct error *error)
{
    struct arena *arena = import->shell->arena;
    enum programme_end end;
    struct uuid id;
    const char *field;

    if (!programme_write(tx, arena, told, &end, &id, &field, error))
        return error->kind == ERROR_CONFLICT && *field
                   ? error_while(error, "programmes[%zu].%s", place, field)
                   : error_while(error, "programmes[%zu]", place);
    printf("%.*s, version %d: %s%s\n", (int)told->name.length, told->name.data, (int)told->version,
        ends[end], told->approved_by.data ? "" : " (a draft: no group is booked with it)");
    return end == PROGRAMME_SAME ||
           operator_pen_write(pen, tx, arena, "programme_imported", id,
               arena_format(arena, "version %d", (int)told->version), error);
}

static bool write_all(const struct import *import, struct store *store, struct operator_pen *pen,
    const struct programme_file *file, struct error *error)
{
    struct tx *tx = tx_begin(store, import->shell->arena, error);
    bool good = tx != NULL;

    for (size_t i = 0; i < file->count && good; i++)
        good = write_one(import, tx, pen, &file->programmes[i], i, error);
    if (good && !import->dry_run)
        return tx_commit(tx, DURABILITY_FULL, error);
    tx_rollback(tx);
    return good;
}

int import_programmes(const struct import *import)
{
    struct error error = {ERROR_NONE, ""};
    struct programme_file file;
    struct text bytes;

    if (!import_slurp(import, &bytes, &error))
        return shell_fail(EX_NOINPUT, &error, NULL);
    if (!programme_read(import->shell->arena, bytes.data, bytes.length, &file, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return EX_DATAERR;
    }
    if (file.fault_count > 0)
        return refuse(&file);
    struct store *store = shell_store(import->shell, "gruppstod_operator", &error);
    struct operator_pen *pen = store ? operator_pen_open(import->shell, &error) : NULL;
    const bool good = pen && write_all(import, store, pen, &file, &error);
    operator_pen_close(pen);
    store_close(store);
    if (!good)
        return shell_fail(error.kind == ERROR_CONFLICT ? EX_DATAERR : EX_UNAVAILABLE, &error, NULL);
    if (import->dry_run)
        puts("A dry run: nothing has been changed.");
    return EX_OK;
}
