/* An operator writes bookings only through scheduling's own functions. */
#include "services/gruppstod/booking_import_store.h"

#include "common/clock.h"

bool booking_load_rooms(struct tx *tx, struct arena *arena, const struct booking_room **rooms,
    size_t *count, struct error *error)
{
    static const struct statement load = {
        "booking_rooms", "select room_id, site, name from scheduling.room_card_v"};
    struct booking_room *found;
    struct rows *rows;

    if (!tx_query(tx, &load, NULL, &rows, error))
        return false;
    *count = rows_count(rows);
    *rooms = found = ARENA_ARRAY(arena, struct booking_room, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] =
            (struct booking_room){row_uuid(rows, i, 0), row_text(rows, i, 1), row_text(rows, i, 2)};
    return true;
}

static void add_columns(struct params *params, const struct booking_file *file)
{
    param_uuids(params, COLUMN(file->bookings, room_id), file->count);
    param_texts(params, COLUMN(file->bookings, key), file->count);
    param_times(params, COLUMN(file->bookings, starts_ms), file->count);
    param_times(params, COLUMN(file->bookings, ends_ms), file->count);
}

bool booking_look_for_others(struct tx *tx, struct arena *arena, const char *source,
    const char *name, struct booking_file *file, struct error *error)
{
    static const struct statement look = {"booking_others",
        "select place, by_whom from scheduling.bookings_in_the_way($1, $2, $3, $4, $5)"};
    struct params *params = params_new(arena);
    struct rows *rows;

    param_string(params, source);
    add_columns(params, file);
    if (!tx_query(tx, &look, params, &rows, error))
        return false;
    for (size_t i = 0; i < rows_count(rows); i++) {
        const struct text who = row_text(rows, i, 1);
        booking_fault(arena, file, name, file->bookings[row_int(rows, i, 0) - 1].line,
            "room: taken at that time by %.*s", (int)who.length, who.data ? who.data : "");
    }
    return true;
}

bool booking_drop_vanished(struct tx *tx, struct arena *arena, const char *source,
    const struct booking_file *file, const struct text **words, size_t *count, struct error *error)
{
    static const struct statement drop = {"booking_drop_vanished",
        "select room || ' ' || to_char(starts_at at time zone 'Europe/Stockholm',"
        "  'YYYY-MM-DD HH24:MI') || '-' || to_char(ends_at at time zone 'Europe/Stockholm',"
        "  'HH24:MI') from scheduling.drop_vanished_bookings($1, $2)"};
    struct params *params = params_new(arena);
    struct text *found;
    struct rows *rows;

    param_string(params, source);
    param_texts(params, COLUMN(file->bookings, key), file->count);
    if (!tx_query(tx, &drop, params, &rows, error))
        return false;
    *count = rows_count(rows);
    *words = found = ARENA_ARRAY(arena, struct text, *count + 1);
    for (size_t i = 0; i < *count; i++)
        found[i] = row_text(rows, i, 0);
    return true;
}

bool booking_write_all(struct tx *tx, struct arena *arena, const char *source,
    const struct booking_file *file, struct booking_counts *counts, struct error *error)
{
    static const struct statement write = {"booking_write",
        "select made, changed from"
        " scheduling.import_bookings($1, $2, $3, $4, $5, $6, $7)"};
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, file->count + 1);
    struct params *params = params_new(arena);
    struct rows *rows;

    for (size_t i = 0; i < file->count; i++)
        ids[i] = uuid_new(clock_now_ms());
    param_string(params, source);
    param_uuids(params, ids, sizeof *ids, file->count);
    add_columns(params, file);
    param_texts(params, COLUMN(file->bookings, what), file->count);
    if (!tx_query(tx, &write, params, &rows, error))
        return false;
    *counts = (struct booking_counts){row_int(rows, 0, 0), row_int(rows, 0, 1)};
    return true;
}
