/* Rooms, when they are open and what they are booked for, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

struct room_row {
    struct uuid room_id, site_id;
    struct text name, site, district, discretion, equipment; /* with commas */
    const struct text *needs;
    size_t need_count;
    int64_t capacity, booked; /* hours a week, in the four weeks to come */
    bool withheld;
};
/* One room, or (absent) all of them by house. */
bool desk_look_room_cards(struct context *context, struct uuid room_id,
    const struct room_row **rooms, size_t *count, struct error *error);

struct house_row {
    struct uuid site_id;
    struct text name;
};
bool desk_look_houses(
    struct context *context, const struct house_row **houses, size_t *count, struct error *error);

struct room_hours_row {
    int64_t weekday, opens_min, closes_min;
    int32_t valid_from, valid_to;
};
bool desk_look_room_hours(struct context *context, struct uuid room_id,
    const struct room_hours_row **hours, size_t *count, struct error *error);

struct room_booking_row {
    int32_t day;
    int64_t from_min, to_min;
    struct text group, what; /* a group's name, or what others call theirs */
    struct uuid group_id;
};
/* From one day to another, both among them. */
bool desk_look_room_bookings(struct context *context, struct uuid room_id, int32_t from, int32_t to,
    const struct room_booking_row **bookings, size_t *count, struct error *error);
