/* What is waited for and what there is, by district; read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

struct map_filter {
    enum situation situation; /* NONE: all */
    int64_t age_from, age_to; /* INT_ABSENT: all */
};

struct map_row {
    struct text district, name;
    int64_t waiting, running, open, leaders;
};
bool desk_look_map(struct context *context, const struct map_filter *filter,
    const struct map_row **rows, size_t *count, struct error *error);
