/* The SQL of bringing in bookings of others. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/booking_read.h"

bool booking_load_rooms(struct tx *tx, struct arena *arena, const struct booking_room **rooms,
    size_t *count, struct error *error);

/* Notes a fault for each booking that something else in its room is in the way of. */
bool booking_look_for_others(struct tx *tx, struct arena *arena, const char *source,
    const char *name, struct booking_file *file, struct error *error);

/* Removes the bookings to come of the source that the file does not have any more; each in words,
 * "House, room 2026-10-07 10:00-14:30". */
bool booking_drop_vanished(struct tx *tx, struct arena *arena, const char *source,
    const struct booking_file *file, const struct text **words, size_t *count, struct error *error);

struct booking_counts {
    int64_t made, changed;
};
bool booking_write_all(struct tx *tx, struct arena *arena, const char *source,
    const struct booking_file *file, struct booking_counts *counts, struct error *error);
