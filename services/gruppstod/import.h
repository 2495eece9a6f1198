/* What `gruppstod import KIND FILE` can bring in; each kind in its file. */
#pragma once

#include "services/gruppstod/shell.h"

struct import { /* one call */
    struct shell *shell;
    const char *path; /* "-": stdin */
    bool dry_run;     /* everything is tried in a transaction that is then given up */
};

/* Returns the sysexits code; EX_DATAERR after having named every field that is wrong. */
typedef int import_fn(const struct import *import);
import_fn import_programmes, import_bookings;

/* The whole file in the shell's arena. */
bool import_slurp(const struct import *import, struct text *bytes, struct error *error);
