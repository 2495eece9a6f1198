/* The calendar, a group's series and the rooms, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "common/domain/chain.h"

/* Terms and free days; the weeks off of a group too, when one is named. */
bool desk_look_meeting_days(struct context *context, struct uuid group_id,
    struct series_calendar *calendar, struct error *error);

/* Its meetings that are not cancelled. */
bool desk_look_chain(
    struct context *context, struct uuid group_id, struct chain *chain, struct error *error);

struct room_choice {
    struct uuid room_id;
    struct text name; /* with its house */
    int64_t capacity;
};
/* Rooms for so many, by house. */
bool desk_look_rooms(struct context *context, int64_t capacity, const struct room_choice **rooms,
    size_t *count, struct error *error);

struct year_row {
    struct text name, school_year;
    int32_t first, last;
    bool by_rule;
    struct text kind;  /* term, break, holiday or off */
    struct text group; /* whose days off; none: everybody's */
};
/* What is not over on that day, by its first day. */
bool desk_look_year(struct context *context, int32_t from, const struct year_row **rows,
    size_t *count, struct error *error);
