/*
 * Any calendar as bookings of rooms: refused with a sentence, or read into bookings that the table
 * of them takes: in a room that there is, with a key, that begin before they end.
 */
#include <stdint.h>
#include <string.h>

#include "common/check.h"
#include "services/gruppstod/booking_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 1 << 28, KEY_MOST = 200 };

static const int64_t autumn_ms = 1792000000000; /* 14 October 2026 */
#define LONGEST_MS (INT64_C(31) * 24 * 60 * 60 * 1000)

static void check_booking(const struct booking_told *booking, const struct booking_room *rooms)
{
    CHECK(uuid_equal(booking->room_id, rooms[0].room_id) ||
          uuid_equal(booking->room_id, rooms[1].room_id));
    CHECK(booking->key.length >= 1 && booking->key.length <= KEY_MOST);
    CHECK(strlen(booking->key.data) == booking->key.length);
    CHECK(booking->ends_ms > booking->starts_ms);
    CHECK(booking->ends_ms <= booking->starts_ms + LONGEST_MS);
    CHECK(booking->line >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct booking_room rooms[] = {
        {{{1}}, TEXT("Huset"), TEXT("1")}, {{{2}}, TEXT("G\u00e5rden, v\u00e4st"), TEXT("Salen")}};
    struct arena *arena = arena_new(ARENA_BYTES);
    struct text bytes = {arena_copy(arena, size ? (const char *)data : "", size), size};
    struct booking_file file;
    struct error error = {.text = ""};

    if (booking_read_calendar(
            arena, "calendar", bytes, rooms, COUNT(rooms), autumn_ms, &file, &error)) {
        for (size_t i = 0; i < file.count; i++)
            check_booking(&file.bookings[i], rooms);
        for (size_t i = 0; i < file.fault_count; i++)
            CHECK(strncmp(file.faults[i], "calendar:", 9) == 0);
    } else {
        CHECK(error.kind == ERROR_INPUT && error.text[0] != '\0');
    }
    arena_free(arena);
    return 0;
}
