/* Changes of a series, one meeting at a time: what acts on meetings and on days off share. */
#pragma once

#include "common/context.h"
#include "services/scheduling/act.h"
#include "services/scheduling/core/spot.h"
#include "services/scheduling/series_store.h"

struct series_act {
    enum series_change what;
    struct uuid group_id;
    struct uuid meeting_id; /* moved or cancelled */
    struct spot spot;       /* what is absent in it: as it was, as usual, the next day that fits */
    struct text theme;      /* of an added one */
    bool on_free_day, leaders_agreed;
};

/* Judges and writes it, or fills *answer with the refusal and the nearest way out. Locks the group;
 * `calendar` is that of the group. */
bool series_do(struct context *context, const struct series_calendar *calendar,
    const struct series_act *act, struct act_answer *answer, struct error *error);

/* Terms, holidays, breaks and weeks off, the group's own among them. */
bool series_load_calendar(struct context *context, struct uuid group_id,
    struct series_calendar *calendar, struct error *error);

/* Tells its leaders and families, the catalogue, and matching when its days are others. */
bool series_tell(struct context *context, struct uuid group_id, struct error *error);

/* Once for each group of the slice, when it is committed. */
void scheduling_tell_catalogue(
    struct context *context, const struct uuid *first, size_t stride, size_t count);
