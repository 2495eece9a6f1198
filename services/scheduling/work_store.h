/* SQL of work beside the groups' meetings: hours, bookings and who is told, for supervision and
 * visits alike. */
#pragma once

#include "common/context.h"
#include "messages.h"

struct work_time { /* when something is, or is wanted */
    int32_t day;
    int64_t starts_ms, ends_ms;
};

/* Writes hours and bookings of these meetings and visits anew, as they are planned now: whoever
 * leads or goes must be able to, the others are there if they can. What is no longer planned frees
 * everybody. A constraint's no is ERROR_CONFLICT. */
bool work_fill(
    struct context *context, const struct uuid *abouts, size_t count, struct error *error);

/* Why one of `leaders` cannot be somewhere then; NONE: all can. What is booked for `own` itself is
 * in nobody's way. */
bool work_find_hindrance(struct context *context, struct uuid own, const struct uuid *leaders,
    size_t count, const struct work_time *time, enum act_reason *reason, struct error *error);

/* The first working day after it, within eight weeks, on which all of them can at the same hour;
 * DAY_ABSENT: none. */
bool work_find_day(struct context *context, struct uuid own, const struct uuid *leaders,
    size_t count, const struct work_time *time, int32_t *day, struct error *error);

/* Who has hours of it, to be told; whoever leads among them. */
bool work_find_people(struct context *context, struct uuid about, const struct uuid **leaders,
    size_t *count, struct error *error);
