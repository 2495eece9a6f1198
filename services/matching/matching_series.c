/* A series whose days have changed: who may still come in, and until when, follows it. */
#include "matching_port.h"
#include "services/matching/matching_group_store.h"

bool matching_on_series_changed(struct context *context, const struct series_changed *messages,
    struct slice *slice, struct error *error)
{
    return matching_change_series(context, messages, slice->count, error) ||
           error_while(error, "the days of a series");
}
