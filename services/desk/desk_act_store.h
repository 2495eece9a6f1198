/* The answers to acts, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

struct act_row {
    struct uuid act_id, about;
    struct text kind, way_out, names,
        by; /* names of the rooms, leaders and groups of the way out */
    enum act_reason reason;
    bool refused;
    int64_t at_ms;
};

/* The newest first, at most six. */
bool desk_look_acts(struct context *context, struct uuid about, int64_t since_ms,
    const struct act_row **acts, size_t *count, struct error *error);
