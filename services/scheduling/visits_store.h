/* SQL of units and information visits. */
#pragma once

#include "services/scheduling/work_store.h"

/* False in *known: there is no such district, or another unit of the kind has the name. */
bool unit_keep(
    struct context *context, const struct unit_kept *message, bool *known, struct error *error);

struct visit_row {
    bool found, planned;
    bool unit_known; /* and still visited */
    int32_t day;
};
bool visit_load(struct context *context, struct uuid visit_id, struct uuid unit_id,
    struct visit_row *visit, struct error *error);
bool visit_put(struct context *context, const struct visit_wanted *message,
    const struct work_time *time, struct error *error);
/* `people` INT_ABSENT: it is cancelled. */
bool visit_end(struct context *context, struct uuid visit_id, int64_t people, struct error *error);
