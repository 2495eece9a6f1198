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
import_fn import_programmes, import_bookings, import_leaders, import_rooms;

/* What is brought in within one transaction, which is given up after a dry run or a fault. */
struct tx;
struct operator_pen;
typedef bool import_step_fn(const struct import *import, struct tx *tx, struct operator_pen *pen,
    struct text bytes, struct error *error);
int import_whole(const struct import *import, import_step_fn *step);

/* Says each fault; false with how many there are. True when there is none. */
bool import_refuse(const char *const *faults, size_t count, struct error *error);

/* The whole file in the shell's arena. */
bool import_slurp(const struct import *import, struct text *bytes, struct error *error);
