/*
 * Files that a daemon carries inside: pages, letters, style sheets, translations.
 *
 * common/embed.py writes them into a C file at build time, so that an installed daemon needs no
 * folder beside it and a half-copied release cannot exist. Tests and editors load a folder instead.
 */
#pragma once

#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

struct embedded_file {
    const char *name;    /* below the folder, with slashes: "start.html", "po/en.po" */
    struct text content; /* NUL-terminated */
};

enum {
    EMBEDDED_FILES_MOST = 1000,           /* a folder with more is the wrong folder */
    EMBEDDED_BYTES_MOST = 2 * 1024 * 1024 /* of one file */
};

/* Reads a folder and its subfolders, in the order of names; dot files are left out. */
bool embedded_load(struct arena *arena, const char *folder, const struct embedded_file **files,
    size_t *count, struct error *error);

/* The file of that name, or NULL. */
const struct embedded_file *embedded_find(
    const struct embedded_file *files, size_t count, const char *name);
