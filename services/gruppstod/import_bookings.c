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
    return (calendar ? booking_read_calendar(
                           arena, name, bytes, rooms, count, tx_now_ms(tx), file, error)
                     : booking_read_csv(arena, name, bytes, rooms, count, file, error)) &&
           import_refuse(file->faults, file->fault_count, error);
}

/* A file without a booking, perhaps cut off on its way, takes all away only when that is said. */
static bool drop(const struct import *import, struct tx *tx, const struct booking_file *file,
    size_t *gone, struct error *error)
{
    const struct text *words;

    if (!booking_drop_vanished(
            tx, import->shell->arena, source_of(import), file, &words, gone, error))
        return false;
    if (file->count == 0 && *gone > 0 && !import->shell->yes)
        return error_set(error, ERROR_INPUT,
            "no booking is in the file, and the %zu to come of %s would go: say --yes if they do",
            *gone, source_of(import));
    for (size_t i = 0; i < *gone; i++)
        printf("gone: %s\n", words[i].data);
    return true;
}

/* What has vanished goes first: the room may be another's in the same file. */
static bool bring_in(const struct import *import, struct tx *tx, struct operator_pen *pen,
    struct text bytes, struct error *error)
{
    struct arena *arena = import->shell->arena;
    struct booking_counts counts;
    struct booking_file file;
    size_t gone;

    if (!read_file(import, tx, bytes, &file, error) || !drop(import, tx, &file, &gone, error) ||
        !booking_look_for_others(tx, arena, source_of(import), import->path, &file, error) ||
        !import_refuse(file.faults, file.fault_count, error) ||
        !booking_write_all(tx, arena, source_of(import), &file, &counts, error))
        return false;
    printf("%zu bookings: %lld new, %lld changed, %lld as they were; %zu gone\n", file.count,
        (long long)counts.made, (long long)counts.changed,
        (long long)file.count - (long long)counts.made - (long long)counts.changed, gone);
    return counts.made + counts.changed + (int64_t)gone == 0 ||
           operator_pen_write(pen, tx, arena, "bookings_imported", (struct uuid){{0}},
               arena_format(arena, "%lld new, %lld changed, %zu gone", (long long)counts.made,
                   (long long)counts.changed, gone),
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
