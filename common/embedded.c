/* Reads a folder into the same shape that common/embed.py writes at build time. */
#include "common/embedded.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/check.h"

enum { FOLDERS_DEEP_MOST = 8 };

struct gathering {
    struct arena *arena;
    struct embedded_file *files;
    size_t count;
};

static bool read_file(
    struct gathering *into, const char *path, const char *name, size_t size, struct error *error)
{
    if (into->count == EMBEDDED_FILES_MOST || size > EMBEDDED_BYTES_MOST)
        return error_set(error, ERROR_INPUT, "%s: too large, or one file too many", path);
    FILE *file = fopen(path, "rbe");
    if (!file)
        return error_set(error, ERROR_ABSENT, "%s: %s", path, strerror(errno));
    char *bytes = arena_take(into->arena, size + 1);
    const size_t got = fread(bytes, 1, size, file);
    fclose(file);
    if (got != size)
        return error_set(error, ERROR_BUSY, "%s: changed while it was read", path);
    into->files[into->count++] = (struct embedded_file){name, {bytes, size}};
    return true;
}

static bool gather(
    struct gathering *into, const char *folder, const char *prefix, int depth, struct error *error);

static bool gather_one(struct gathering *into, const char *folder, const char *prefix,
    const char *entry, int depth, struct error *error)
{
    const char *path = arena_format(into->arena, "%s/%s", folder, entry);
    const char *name = arena_format(into->arena, "%s%s", prefix, entry);
    struct stat status;

    if (stat(path, &status) != 0)
        return error_set(error, ERROR_ABSENT, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return gather(into, path, arena_format(into->arena, "%s/", name), depth + 1, error);
    return !S_ISREG(status.st_mode) || read_file(into, path, name, (size_t)status.st_size, error);
}

static bool gather(
    struct gathering *into, const char *folder, const char *prefix, int depth, struct error *error)
{
    struct dirent **entries = NULL;
    const int count = depth > FOLDERS_DEEP_MOST ? -1 : scandir(folder, &entries, NULL, alphasort);
    bool good = true;

    if (count < 0)
        return error_set(error, ERROR_ABSENT, "%s: no such folder", folder);
    for (int i = 0; i < count; i++) {
        const char *entry = entries[i]->d_name;
        if (good && entry[0] != '.')
            good = gather_one(into, folder, prefix, entry, depth, error);
        free(entries[i]);
    }
    free(entries);
    return good;
}

bool embedded_load(struct arena *arena, const char *folder, const struct embedded_file **files,
    size_t *count, struct error *error)
{
    struct gathering into = {
        .arena = arena, .files = ARENA_ARRAY(arena, struct embedded_file, EMBEDDED_FILES_MOST)};

    if (!gather(&into, folder, "", 0, error))
        return false;
    *files = into.files;
    *count = into.count;
    return true;
}

const struct embedded_file *embedded_find(
    const struct embedded_file *files, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}
