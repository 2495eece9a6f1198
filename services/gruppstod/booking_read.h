/* Bookings of rooms by others, from a table (site, room, day, from, to, what) or a calendar (.ics,
 * the room in LOCATION as "House, room"). */
#pragma once

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"
#include "common/uuid.h"

struct booking_room { /* that bookings may name */
    struct uuid room_id;
    struct text site, name;
};

struct booking_told {
    struct uuid room_id;
    struct text key, what;
    int64_t starts_ms, ends_ms;
    int line; /* of the file, or the number of the event */
};

struct booking_file {
    struct booking_told *bookings;
    size_t count;
    const char **faults; /* each with its line and column */
    size_t fault_count;
};

/* Reads all of it, and each fault. False only when it is no such file at all. */
bool booking_read_csv(struct arena *arena, const char *name, struct text bytes,
    const struct booking_room *rooms, size_t room_count, struct booking_file *file,
    struct error *error);
bool booking_read_calendar(struct arena *arena, const char *name, struct text bytes,
    const struct booking_room *rooms, size_t room_count, int64_t now_ms, struct booking_file *file,
    struct error *error);

/* One more fault: "name:line: column: sentence". */
__attribute__((format(printf, 5, 6))) void booking_fault(struct arena *arena,
    struct booking_file *file, const char *name, int line, const char *format, ...);
/* The room of that house, or NULL. */
const struct booking_room *booking_find_room(
    const struct booking_room *rooms, size_t count, struct text site, struct text name);
/* Two of the file at one time in one room. */
void booking_find_clashes(struct arena *arena, const char *name, struct booking_file *file);
