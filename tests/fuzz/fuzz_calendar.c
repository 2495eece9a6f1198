/*
 * Any names in a calendar: what is written is read back as one calendar with as many events, each
 * line short and ended, whatever the names bring.
 *
 * The input is cut at its NUL bytes into the calendar's name, a summary and a location; its length
 * chooses kind and hours.
 */
#include <libical/ical.h>
#include <stdint.h>
#include <string.h>

#include "common/calendar.h"
#include "common/check.h"
#include "common/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIECES = 3, ARENA_BYTES = 1 << 20, DAY_MS = 24 * 60 * 60 * 1000 };

static const int64_t autumn_ms = 1792000000000; /* 14 October 2026 */

static void check_lines(struct text text)
{
    size_t start = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] != '\n')
            continue;
        CHECK(i > start && text.data[i - 1] == '\r');
        CHECK(i - 1 - start <= 75);
        start = i + 1;
    }
    CHECK(start == text.length);
}

static void check_written(struct text text, size_t events)
{
    icalcomponent *whole = icalparser_parse_string(text.data);

    CHECK(whole);
    CHECK(icalcomponent_count_components(whole, ICAL_VEVENT_COMPONENT) == (int)events);
    CHECK(icalcomponent_count_components(whole, ICAL_VTIMEZONE_COMPONENT) == 1);
    CHECK(icalcomponent_count_errors(whole) == 0);
    icalcomponent_free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct error error;
    char *copy = arena_copy(arena, size ? (const char *)data : "", size);
    struct text pieces[PIECES] = {{"", 0}, {"", 0}, {NULL, 0}};
    size_t start = 0;

    CHECK(calendar_open(&error));
    for (size_t i = 0; i < PIECES && start <= size; i++) {
        pieces[i] = text_of(copy + start);
        start += pieces[i].length + 1;
    }
    const struct calendar_event event = {
        .uid = TEXT("0199d3c0-7000-7000-8000-000000000001"),
        .sequence = (int64_t)(size % 7),
        .changed_ms = autumn_ms,
        .starts_ms = autumn_ms + (int64_t)size * DAY_MS,
        .ends_ms = autumn_ms + (int64_t)size * DAY_MS + 90 * 60 * 1000,
        .summary = pieces[1],
        .location = pieces[2],
        .until_ms = INT_ABSENT,
        .instead_of_ms = INT_ABSENT,
    };
    const struct calendar calendar = {
        .kind = (enum calendar_kind)(1 + size % 3),
        .name = pieces[0],
        .organizer = TEXT("samordningen@example.org"),
        .organizer_name = pieces[0],
        .attendee = TEXT("anna@example.org"),
        .events = &event,
        .count = 1,
    };
    const struct text text = calendar_write(arena, &calendar);
    check_lines(text);
    check_written(text, 1);
    arena_free(arena);
    return 0;
}
