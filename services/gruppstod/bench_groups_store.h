/* The city of bench booking and bench move, and what they look at. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/bench.h"

/* Rooms with twenty weekly times each, four pairs of leaders a room, one programme of 20 themes. */
bool bench_make_rooms(struct bench *bench, int64_t rooms, struct error *error);

struct bench_booked {
    int64_t waiting;          /* messages to scheduling */
    int64_t groups, meetings; /* counted when none waits: counting takes longer with each */
};
bool bench_look_booked(
    struct tx *tx, struct arena *arena, struct bench_booked *booked, struct error *error);

/* The n-th meeting of a group. */
bool bench_find_meeting(struct tx *tx, struct arena *arena, struct uuid group_id, int64_t number,
    struct uuid *meeting_id, struct error *error);
/* Whether an act is answered, and was done. */
bool bench_look_act(struct tx *tx, struct arena *arena, struct uuid act_id, bool *answered,
    bool *done, struct error *error);
