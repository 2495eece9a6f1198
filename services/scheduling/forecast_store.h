/* What the forecast of leaders reads and writes. */
#pragma once

#include "common/context.h"
#include "services/scheduling/core/forecast.h"

struct forecast_city {
    const struct text *districts; /* codes, as many as facts.district_count */
    struct forecast_facts facts;
};
bool forecast_load(
    struct context *context, int32_t today, struct forecast_city *city, struct error *error);
/* The last one is replaced. */
bool forecast_write(struct context *context, int32_t today, const struct forecast_city *city,
    const struct forecast_cell *cells, struct error *error);
