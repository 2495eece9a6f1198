/* The table of bookings, and what both kinds of file share. */
#include "services/gruppstod/booking_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/csv.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"

enum { FAULTS_MOST = 200, KEY_DAY = 10, WHAT_MOST = 60, HOUR_MIN = 60 };

void booking_fault(struct arena *arena, struct booking_file *file, const char *name, int line,
    const char *format, ...)
{
    char sentence[300];
    va_list arguments;

    if (!file->faults)
        file->faults = ARENA_ARRAY(arena, const char *, FAULTS_MOST);
    if (file->fault_count == FAULTS_MOST)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    file->faults[file->fault_count++] = arena_format(arena, "%s:%d: %s", name, line, sentence);
}

const struct booking_room *booking_find_room(
    const struct booking_room *rooms, size_t count, struct text site, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(rooms[i].site, site) && text_equal(rooms[i].name, name))
            return &rooms[i];
    return NULL;
}

static int compare_times(const void *a, const void *b)
{
    const struct booking_told *one = a, *other = b;
    const int by_room = uuid_compare(&one->room_id, &other->room_id);

    if (by_room)
        return by_room;
    return (one->starts_ms > other->starts_ms) - (one->starts_ms < other->starts_ms);
}

void booking_find_clashes(struct arena *arena, const char *name, struct booking_file *file)
{
    struct booking_told *sorted = ARENA_ARRAY(arena, struct booking_told, file->count + 1);
    int64_t until_ms = 0;

    for (size_t i = 0; i < file->count; i++)
        sorted[i] = file->bookings[i];
    qsort(sorted, file->count, sizeof *sorted, compare_times);
    for (size_t i = 0; i < file->count; i++) {
        const bool same = i > 0 && uuid_equal(sorted[i].room_id, sorted[i - 1].room_id);
        if (same && sorted[i].starts_ms < until_ms)
            booking_fault(arena, file, name, sorted[i].line,
                "the room is booked at that time by line %d too", sorted[i - 1].line);
        if (!same || sorted[i].ends_ms > until_ms)
            until_ms = sorted[i].ends_ms;
    }
}

/* --- the table --- */

struct table {
    struct arena *arena;
    const char *name;
    struct csv csv;
    size_t site, room, day, from, to, what;
    struct booking_file *file;
};

static bool find_columns(struct table *table, struct error *error)
{
    const struct csv *csv = &table->csv;

    return csv_column(csv, "site", &table->site, error) &&
           csv_column(csv, "room", &table->room, error) &&
           csv_column(csv, "day", &table->day, error) &&
           csv_column(csv, "from", &table->from, error) &&
           csv_column(csv, "to", &table->to, error) && csv_column(csv, "what", &table->what, error);
}

static struct text cell(const struct table *table, size_t row, size_t column)
{
    return table->csv.cells[row * table->csv.columns + column];
}

/* "09:30"; -1 when it is no hour. */
static int32_t minute_of(struct text text)
{
    if (text.length != 5 || (text.data[2] != ':' && text.data[2] != '.'))
        return -1;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && (text.data[i] < '0' || text.data[i] > '9'))
            return -1;
    const int32_t hour = (text.data[0] - '0') * 10 + text.data[1] - '0';
    const int32_t minute = (text.data[3] - '0') * 10 + text.data[4] - '0';
    return hour <= 24 && minute < HOUR_MIN && hour * HOUR_MIN + minute <= 24 * HOUR_MIN
               ? hour * HOUR_MIN + minute
               : -1;
}

static bool read_times(
    const struct table *table, size_t row, int line, struct booking_told *booking)
{
    const int32_t from = minute_of(cell(table, row, table->from));
    const int32_t to = minute_of(cell(table, row, table->to));
    const size_t faults = table->file->fault_count;
    int32_t day;

    if (!date_parse(cell(table, row, table->day), &day))
        booking_fault(table->arena, table->file, table->name, line, "day: no date (2026-10-07)");
    if (from < 0)
        booking_fault(table->arena, table->file, table->name, line, "from: no hour (15:00)");
    if (to < 0)
        booking_fault(table->arena, table->file, table->name, line, "to: no hour (16:30)");
    if (from >= 0 && to >= 0 && to <= from)
        booking_fault(table->arena, table->file, table->name, line, "to: not after from");
    if (table->file->fault_count > faults)
        return false;
    booking->starts_ms = local_to_utc_ms(day, from);
    booking->ends_ms = local_to_utc_ms(day, to);
    return true;
}

static void read_row(
    struct table *table, size_t row, const struct booking_room *rooms, size_t room_count)
{
    const int line = table->csv.lines[row];
    const struct text what = cell(table, row, table->what);
    const struct booking_room *room = booking_find_room(
        rooms, room_count, cell(table, row, table->site), cell(table, row, table->room));
    struct booking_told *booking = &table->file->bookings[table->file->count];
    char id[UUID_TEXT + 1];

    *booking = (struct booking_told){.line = line, .what = what};
    if (!room)
        booking_fault(table->arena, table->file, table->name, line, "room: no such room of a site");
    if (what.length > WHAT_MOST)
        booking_fault(
            table->arena, table->file, table->name, line, "what: longer than %d", (int)WHAT_MOST);
    if (!read_times(table, row, line, booking) || !room || what.length > WHAT_MOST)
        return;
    booking->room_id = room->room_id;
    uuid_format(room->room_id, id);
    booking->key =
        text_of(arena_format(table->arena, "%s %lld", id, (long long)(booking->starts_ms / 60000)));
    table->file->count++;
}

bool booking_read_csv(struct arena *arena, const char *name, struct text bytes,
    const struct booking_room *rooms, size_t room_count, struct booking_file *file,
    struct error *error)
{
    struct table table = {.arena = arena, .name = name, .file = file};

    *file = (struct booking_file){.count = 0};
    if (!csv_parse(arena, name, csv_clean(arena, bytes), &table.csv, error) ||
        !find_columns(&table, error))
        return false;
    file->bookings = ARENA_ARRAY(arena, struct booking_told, table.csv.rows + 1);
    for (size_t row = 0; row < table.csv.rows; row++)
        read_row(&table, row, rooms, room_count);
    booking_find_clashes(arena, name, file);
    return true;
}
