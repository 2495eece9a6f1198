/* gruppstod import bookings: rooms that others have booked, from a table or a calendar. The file's
 * name is the source: its next version changes what it brought in before. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "services/gruppstod/booking_import_store.h"
#include "services/gruppstod/import.h"
#include "services/gruppstod/operator_pen.h"

enum { SOURCE_MOST = 60 };

static const char *source_of(const struct import *import)
{
    const char *slash = strrchr(import->path, '/');
    const char *name = slash ? slash + 1 : import->path;

    return strcmp(name, "-") == 0 ? "stdin" : name;
}

static bool read_file(const struct import *import, struct tx *tx, struct text bytes,
    struct booking_file *file, struct error *error)
{
    struct arena *arena = import->shell->arena;
    const char *name = import->path;
    const struct booking_room *rooms;
    size_t count;

    if (!booking_load_rooms(tx, arena, &rooms, &count, error))
        return false;
    const bool calendar = bytes.length >= 15 && strncasecmp(bytes.data, "BEGIN:VCALENDAR", 15) == 0;
    const bool good = calendar ? booking_read_calendar(
                                     arena, name, bytes, rooms, count, tx_now_ms(tx), file, error)
                               : booking_read_csv(arena, name, bytes, rooms, count, file, error);
    return good && (file->fault_count > 0 ||
                       booking_look_for_others(tx, arena, source_of(import), name, file, error));
}

/* False: a fault of the file, already said, or *error. */
static bool bring_in(const struct import *import, struct tx *tx, struct operator_pen *pen,
    struct text bytes, struct error *error)
{
    struct arena *arena = import->shell->arena;
    struct booking_counts counts;
    struct booking_file file;

    if (!read_file(import, tx, bytes, &file, error))
        return false;
    if (!import_refuse(file.faults, file.fault_count, error) ||
        !booking_write_all(tx, arena, source_of(import), &file, &counts, error))
        return false;
    printf("%zu bookings: %lld new, %lld changed, %lld as they were\n", file.count,
        (long long)counts.made, (long long)counts.changed,
        (long long)file.count - (long long)counts.made - (long long)counts.changed);
    return counts.made + counts.changed == 0 ||
           operator_pen_write(pen, tx, arena, "bookings_imported", (struct uuid){{0}},
               arena_format(arena, "%lld new, %lld changed", (long long)counts.made,
                   (long long)counts.changed),
               error);
}

int import_bookings(const struct import *import)
{
    if (strlen(source_of(import)) > SOURCE_MOST) {
        fprintf(
            stderr, "gruppstod: a file's name here has at most %d characters\n", (int)SOURCE_MOST);
        return EX_USAGE;
    }
    return import_whole(import, bring_in);
}
