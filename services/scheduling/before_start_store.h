/* All SQL of meetings before the start: times, families, interpreters (094_before_start.sql). */
#pragma once

#include "common/context.h"
#include "messages.h"
#include "services/scheduling/core/before_start.h"

/* Families that said yes; those whose place was released meanwhile stay so. */
bool before_start_add(struct context *context, const struct before_start_wanted *messages,
    size_t count, struct error *error);

/* Places that fell free: their families meet nobody any more, and their times are free. */
bool before_start_release(struct context *context, const struct place_released *messages,
    size_t count, struct error *error);

struct before_start_told { /* a family that is told of times now */
    struct uuid referral_id, group_id, offer_id;
    int32_t until_day; /* the last day to choose the last of them */
};
/* Of these groups, the families that have not been told and have a time to choose. Marks them. */
bool before_start_tell(struct context *context, const struct uuid *groups, size_t count,
    const struct before_start_told **told, size_t *told_count, struct error *error);

/* Of these groups, those with families that wait and no time to choose, with their leaders. */
struct before_start_asked {
    struct uuid group_id, leader_id;
};
bool before_start_timeless(struct context *context, const struct uuid *groups, size_t count,
    const struct before_start_asked **asked, size_t *asked_count, struct error *error);

struct before_start_group {
    bool known, lives, meets;
    struct uuid room_id, site_id;
    int32_t first_day, last_entry; /* no time from the first on, unless the group has begun */
    bool running;
};
/* `room_id` absent: the group's own; unknown, or at another site: absent on the way out. */
bool before_start_load_group(struct context *context, struct uuid group_id, struct uuid room_id,
    struct before_start_group *group, struct error *error);

/* Writes the times with their bookings; ERROR_CONFLICT when a leader or the room is taken. */
struct before_start_times {
    struct uuid group_id, room_id, site_id, by;
    const int64_t *starts_ms;
    size_t count;
    int64_t minutes;
};
bool before_start_give(
    struct context *context, const struct before_start_times *times, struct error *error);

/* A room of that site that is free at all of these times, the one asked for if it is; absent when
 * there is none. */
bool before_start_free_room(struct context *context, const struct before_start_times *times,
    struct uuid *room_id, struct error *error);

/* A time that nobody has is taken back, and its bookings with it; *done tells whether. */
bool before_start_take_back(struct context *context, struct uuid group_id, struct uuid time_id,
    bool *done, struct error *error);

struct before_start_row { /* a family's meeting, and (if asked) the time it wants */
    bool found;
    struct uuid referral_id, group_id, offer_id, own_time;
    struct before_start_choice choice;
};
/* Locks the time, then the row. `time_id` and `choice_id` may be absent. */
bool before_start_load(struct context *context, struct uuid offer_id, struct uuid time_id,
    struct uuid choice_id, struct before_start_row *row, struct error *error);

/* What became of a choice; absent ids stay as they are but for the time, which is set as given. */
struct before_start_set_row {
    struct uuid referral_id, group_id, time_id, choice_id;
    const char *state;      /* NULL: as it is, with its time */
    const char *choice_end; /* NULL: not by the link */
};
bool before_start_write(
    struct context *context, const struct before_start_set_row *row, struct error *error);

/* The outcome: the time stays with the row. */
bool before_start_end(
    struct context *context, const struct before_start_noted *message, struct error *error);

struct interpreter_row {
    struct uuid referral_id, group_id, by; /* absent: the family asked for it */
    enum interpreter_part part;
    struct text language; /* none for sign language */
    enum interpreter_state state;
};
bool before_start_note_interpreter(
    struct context *context, const struct interpreter_row *row, struct error *error);

/* As a family asks by its link: the same again leaves what staff have done about it, and is not
 * `fresh`. */
bool before_start_want_interpreter(
    struct context *context, const struct interpreter_row *row, bool *fresh, struct error *error);

struct before_start_lost {
    struct uuid group_id, time_id, offer_id; /* no offer: nobody had it */
};
/* Times to come at which a leader of the group is away, or was not its leader when they were given;
 * at most `most`. */
bool before_start_lost_times(struct context *context, int32_t today, int64_t most,
    const struct before_start_lost **lost, size_t *count, struct error *error);

/* Both leaders of a group's children. */
bool before_start_leaders(struct context *context, struct uuid group_id,
    const struct uuid **leaders, size_t *count, struct error *error);
