/* What the files of the store share: how parameters and answers lie in memory. */
#pragma once

#include <libpq-fe.h>

#include "common/store.h"

struct params {
    struct arena *arena;
    int count;
    Oid types[PARAMS_MOST];
    const char *values[PARAMS_MOST];
    int lengths[PARAMS_MOST];
    int formats[PARAMS_MOST];
};

struct rows {
    struct rows *older; /* of the same transaction, to be cleared with it */
    PGresult *result;
};
