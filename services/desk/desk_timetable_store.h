/* What is on in a group, a room, a leader's week, read as gruppstod_desk_list. */
#pragma once

#include "services/desk/desk_room_store.h"

enum timetable_kind { TIMETABLE_GROUP, TIMETABLE_LEADER, TIMETABLE_ROOM };

enum timetable_what {
    ON_MEETING, /* of a group; a time before the start too */
    ON_OUTSIDE, /* somebody else's */
    ON_AWAY,    /* the leader is absent, all day */
    ON_OFF,     /* nobody meets: a holiday, a break, a week off */
};

struct timetable_row {
    int32_t day;
    int64_t from_min, to_min; /* INT_ABSENT: all day */
    enum timetable_what what;
    struct text name, place;
    struct uuid group_id; /* absent: it has no page */
};
bool desk_look_timetable(struct context *context, enum timetable_kind kind, struct uuid id,
    int32_t from, int32_t to, const struct timetable_row **rows, size_t *count,
    struct error *error);

/* The name of it; absent: there is none. `whose` as for groups. */
bool desk_look_timetable_name(struct context *context, enum timetable_kind kind, struct uuid id,
    struct uuid whose, struct text *name, struct error *error);

/* Hours that a leader has given. */
bool desk_look_given_hours(struct context *context, struct uuid leader_id,
    const struct room_hours_row **hours, size_t *count, struct error *error);

/* The term of the day, or the next one. */
bool desk_look_term(
    struct context *context, int32_t day, int32_t *first, int32_t *last, struct error *error);
