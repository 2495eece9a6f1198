/* The forecast of leaders, reckoned anew now and then: the desk and `gruppstod forecast` read it.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "services/scheduling/forecast_store.h"
#include "services/scheduling/leaders.h"

enum { GROUPS_A_LEADER = 16 /* as core/forecast.h asks of its scratch */ };

bool leaders_look_ahead(struct context *context, struct error *error)
{
    const int32_t today = local_day(context->now_ms);
    struct forecast_city city;

    if (!forecast_load(context, today, &city, error))
        return error_while(error, "reading what the forecast needs");
    const size_t cells_count = FORECAST_SITUATIONS * city.facts.district_count;
    struct forecast_cell *cells =
        ARENA_ARRAY(context->arena, struct forecast_cell, cells_count + 1);
    int *scratch = ARENA_ARRAY(context->arena, int, city.facts.leader_count *GROUPS_A_LEADER + 1);

    forecast_look_ahead(&city.facts, cells, scratch);
    return forecast_write(context, today, &city, cells, error);
}
