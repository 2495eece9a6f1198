/* A test's own folder, taken away with all that is in it. */
#pragma once

#include <ftw.h>
#include <stdio.h>

#include "common/check.h"

static inline int remove_one(
    const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void remove_folder(const char *path)
{
    CHECK(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}
