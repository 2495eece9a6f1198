/* Units, visits to them, and how many told of a child, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "messages.h"

struct unit_row {
    struct uuid unit_id;
    struct text name, district, district_name;
    enum source kind;
    bool active;
    int64_t planned, done, people;
    int32_t last_day, next_day;     /* DAY_ABSENT: none */
    int64_t told_year, told_before; /* by that kind of source in the district, in twelve months; in
                                       the twelve before these */
    int64_t told_since;             /* since the last visit; INT_ABSENT: there was none */
};
/* One, or (absent) all. */
bool desk_look_units(struct context *context, struct uuid unit_id, const struct unit_row **rows,
    size_t *count, struct error *error);

struct visit_row {
    struct uuid visit_id, unit_id;
    struct text unit, leaders;
    const struct uuid *leader_ids;
    size_t leader_count;
    int32_t day;
    int64_t starts_at_ms, ends_at_ms, people;
    bool planned, done;
};
/* Of one unit; or (absent) all that are planned. */
bool desk_look_visits(struct context *context, struct uuid unit_id, const struct visit_row **rows,
    size_t *count, struct error *error);
