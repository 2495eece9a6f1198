/* Calendars as another program reads them: libical parses what libical has written, and weeks with
 * their exceptions unfold into the meetings they were made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libical/ical.h>

#include "common/calendar.h"
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/store.h"
#include "services/notification/core/invitation.h"

enum { MINUTE_MS = 60 * 1000, LENGTH_MS = 90 * MINUTE_MS };

static struct arena *arena;

static int set_up(void **state)
{
    struct error error;

    (void)state;
    arena = arena_new(64 << 20);
    return calendar_open(&error) ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    calendar_close();
    arena_free(arena);
    return 0;
}

/* Local, in 2026 or 2027. */
static int64_t at(int year, int month, int day, int hour, int minute)
{
    return local_to_utc_ms(date_from_civil(year, month, day), hour * 60 + minute);
}

static struct calendar_event event_of(const char *uid, int64_t starts_ms)
{
    return (struct calendar_event){.uid = text_of(uid),
        .sequence = 3,
        .changed_ms = at(2026, 9, 1, 12, 0),
        .starts_ms = starts_ms,
        .ends_ms = starts_ms + LENGTH_MS,
        .summary = TEXT("Björken"),
        .until_ms = INT_ABSENT,
        .instead_of_ms = INT_ABSENT};
}

static icalcomponent *parsed(const struct calendar *calendar)
{
    const struct text text = calendar_write(arena, calendar);
    icalcomponent *component = icalparser_parse_string(text.data);

    assert_non_null(component);
    assert_int_equal(icalcomponent_count_errors(component), 0);
    assert_true(icalrestriction_check(component));
    return component;
}

static void lines_are_short_and_end_with_crlf(struct text text)
{
    size_t start = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] != '\n')
            continue;
        assert_true(i > start && text.data[i - 1] == '\r');
        assert_in_range(i - 1 - start, 1, 75);
        start = i + 1;
    }
    assert_int_equal(start, text.length);
}

static void a_feed_is_read_back(void **state)
{
    struct calendar_event events[2] = {
        event_of("0199d3c0-7000-7000-8000-000000000001", at(2026, 10, 19, 16, 30)),
        event_of("0199d3c0-7000-7000-8000-000000000002", at(2026, 10, 26, 16, 30)),
    };
    const struct calendar calendar = {
        .kind = CALENDAR_FEED, .name = TEXT("Björken; åäö, rum"), .events = events, .count = 2};
    icalcomponent *whole, *event;

    (void)state;
    events[0].location = TEXT("Kulturhuset, rum 2; ingång från gården, andra dörren till vänster");
    events[1].cancelled = true;
    events[1].discreet = true;
    lines_are_short_and_end_with_crlf(calendar_write(arena, &calendar));
    whole = parsed(&calendar);
    assert_int_equal(icalcomponent_count_components(whole, ICAL_VEVENT_COMPONENT), 2);
    assert_int_equal(icalcomponent_count_components(whole, ICAL_VTIMEZONE_COMPONENT), 1);
    assert_string_equal(
        icalproperty_get_name(icalcomponent_get_first_property(whole, ICAL_NAME_PROPERTY)),
        "Björken; åäö, rum");
    event = icalcomponent_get_first_component(whole, ICAL_VEVENT_COMPONENT);
    assert_string_equal(icalcomponent_get_uid(event), "0199d3c0-7000-7000-8000-000000000001");
    assert_string_equal(icalcomponent_get_location(event), events[0].location.data);
    assert_int_equal(icalcomponent_get_sequence(event), 3);
    assert_int_equal(icalcomponent_get_status(event), ICAL_STATUS_CONFIRMED);
    event = icalcomponent_get_next_component(whole, ICAL_VEVENT_COMPONENT);
    assert_int_equal(icalcomponent_get_status(event), ICAL_STATUS_CANCELLED);
    icalcomponent_free(whole);
}

/* The Sunday between changes the clocks: 16.30 stays 16.30, and the moment moves by an hour. */
static void the_local_hour_stays(void **state)
{
    const struct calendar_event events[2] = {
        event_of("before", at(2026, 10, 19, 16, 30)), event_of("after", at(2026, 10, 26, 16, 30))};
    const struct calendar calendar = {
        .kind = CALENDAR_FEED, .name = TEXT("x"), .events = events, .count = 2};
    icalcomponent *whole = parsed(&calendar), *event;
    int i = 0;

    (void)state;
    for (event = icalcomponent_get_first_component(whole, ICAL_VEVENT_COMPONENT); event;
         event = icalcomponent_get_next_component(whole, ICAL_VEVENT_COMPONENT)) {
        const struct icaltimetype start = icalcomponent_get_dtstart(event);
        assert_int_equal(start.hour, 16);
        assert_int_equal(start.minute, 30);
        /* By the zone that stands in the calendar itself, not by the reader's own. */
        assert_int_equal(
            icaltime_as_timet_with_zone(start, start.zone), events[i++].starts_ms / 1000);
    }
    assert_int_equal(i, 2);
    assert_int_equal(events[1].starts_ms - events[0].starts_ms, (7 * 24 + 1) * 60 * MINUTE_MS);
    icalcomponent_free(whole);
}

/* libical's own folds broke the end of a line whose last word was 73 octets long. */
static void a_name_of_any_length_is_folded_well(void **state)
{
    static const char *const letters[] = {"x", "ö", "世", "👧", " y"};

    (void)state;
    for (size_t i = 0; i < COUNT(letters); i++)
        for (size_t count = 1; count <= 240; count++) {
            const size_t size = strlen(letters[i]);
            char *name = ARENA_ARRAY(arena, char, count *size + 1);
            struct calendar_event event = event_of("a@example.org", at(2026, 10, 7, 16, 30));
            const struct calendar calendar = {
                .kind = CALENDAR_FEED, .events = &event, .count = 1, .name = TEXT("Eken")};

            for (size_t n = 0; n < count; n++)
                memcpy(name + n * size, letters[i], size + 1);
            event.summary = text_of(name);
            lines_are_short_and_end_with_crlf(calendar_write(arena, &calendar));
            icalcomponent *read = parsed(&calendar);
            assert_string_equal(icalcomponent_get_summary(
                                    icalcomponent_get_first_component(read, ICAL_VEVENT_COMPONENT)),
                name + strspn(name, " "));
            icalcomponent_free(read);
        }
}

static void nothing_is_injected(void **state)
{
    struct calendar_event event = event_of("x", at(2026, 10, 19, 16, 30));
    const struct calendar calendar = {
        .kind = CALENDAR_FEED, .name = TEXT("a\r\nX-A:b"), .events = &event, .count = 1};
    icalcomponent *whole, *only;

    (void)state;
    event.summary = TEXT("a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:b\x01\x7f"
                         "c");
    event.location = TEXT("\\n;,:\"");
    lines_are_short_and_end_with_crlf(calendar_write(arena, &calendar));
    whole = parsed(&calendar);
    assert_int_equal(icalcomponent_count_components(whole, ICAL_VEVENT_COMPONENT), 1);
    only = icalcomponent_get_first_component(whole, ICAL_VEVENT_COMPONENT);
    assert_string_equal(
        icalcomponent_get_summary(only), "a  END:VEVENT  BEGIN:VEVENT  SUMMARY:b  c");
    assert_string_equal(icalcomponent_get_location(only), "\\n;,:\"");
    icalcomponent_free(whole);
}

/* --- weeks --- */

static int by_time(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* All starts that a reader of the invitation sees, in order. */
static size_t unfolded(const struct invited *meetings, const struct invitation_weeks *weeks,
    int64_t starts[static INVITATION_WEEKS_MOST])
{
    struct calendar_event events[1 + INVITATION_MEETINGS_MOST];
    struct calendar calendar = {.kind = CALENDAR_REQUEST,
        .organizer = TEXT("samordningen@example.org"),
        .organizer_name = TEXT("Samordningen"),
        .attendee = TEXT("anna@example.org"),
        .events = events,
        .count = 1 + weeks->move_count};
    icalcomponent *whole, *event;
    size_t count = 0;

    events[0] = event_of("series", weeks->starts_ms);
    events[0].until_ms = weeks->until_ms;
    events[0].left_out = weeks->left_out;
    events[0].left_out_count = weeks->left_out_count;
    for (size_t i = 0; i < weeks->move_count; i++) {
        events[1 + i] = event_of("series", meetings[weeks->moves[i].meeting].starts_ms);
        events[1 + i].instead_of_ms = weeks->moves[i].instead_of_ms;
    }
    whole = parsed(&calendar);
    assert_int_equal(icalcomponent_get_method(whole), ICAL_METHOD_REQUEST);
    event = icalcomponent_get_first_component(whole, ICAL_VEVENT_COMPONENT);
    const struct icalrecurrencetype rule =
        icalproperty_get_rrule(icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY));
    const struct icaltimetype first = icalcomponent_get_dtstart(event);
    icalrecur_iterator *each = icalrecur_iterator_new(rule, first);
    for (struct icaltimetype time = icalrecur_iterator_next(each); !icaltime_is_null_time(time);
         time = icalrecur_iterator_next(each)) {
        const int64_t start = (int64_t)icaltime_as_timet_with_zone(time, first.zone) * 1000;
        bool there =
            !icalproperty_recurrence_is_excluded(event, (struct icaltimetype *)&first, &time);
        for (size_t i = 0; i < weeks->move_count; i++)
            there = there && weeks->moves[i].instead_of_ms != start;
        if (there)
            starts[count++] = start;
    }
    icalrecur_iterator_free(each);
    icalcomponent_free(whole);
    for (size_t i = 0; i < weeks->move_count; i++)
        starts[count++] = meetings[weeks->moves[i].meeting].starts_ms;
    qsort(starts, count, sizeof *starts, by_time);
    return count;
}

static void check_series(const struct invited *meetings, size_t count)
{
    struct invitation_weeks weeks;
    int64_t starts[INVITATION_WEEKS_MOST];

    invitation_plan(meetings, count, &weeks);
    assert_int_equal(unfolded(meetings, &weeks, starts), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(starts[i], meetings[i].starts_ms);
}

static struct invited meeting(int64_t starts_ms)
{
    return (struct invited){starts_ms, starts_ms + LENGTH_MS};
}

static void a_series_over_autumn_and_christmas(void **state)
{
    struct invited meetings[12];
    struct invitation_weeks weeks;
    size_t count = 0;

    (void)state;
    /* Mondays 16.30 over the change of clocks; week 44 is a break, one moves to a Wednesday. */
    for (int week = 0; week < 13; week++)
        if (week != 4)
            meetings[count++] =
                meeting(local_to_utc_ms(date_from_civil(2026, 9, 28) + 7 * week, 16 * 60 + 30));
    meetings[6] = meeting(at(2026, 11, 18, 17, 0));
    check_series(meetings, count);
    invitation_plan(meetings, count, &weeks);
    assert_int_equal(weeks.move_count, 1);
    assert_int_equal(weeks.left_out_count, 1);
    assert_int_equal(weeks.left_out[0], at(2026, 10, 26, 16, 30));
    assert_int_equal(weeks.moves[0].instead_of_ms, at(2026, 11, 16, 16, 30));
    assert_int_equal(weeks.starts_ms, at(2026, 9, 28, 16, 30));
    assert_int_equal(weeks.until_ms, at(2026, 12, 21, 16, 30));
}

static void one_meeting_alone(void **state)
{
    const struct invited only = meeting(at(2027, 3, 29, 15, 0));

    (void)state;
    check_series(&only, 1);
}

/* Any set of meetings comes out as it went in. */
static void any_series(void **state)
{
    uint64_t seed = 20261122;

    (void)state;
    for (int round = 0; round < 300; round++) {
        struct invited meetings[INVITATION_MEETINGS_MOST];
        size_t count = 0;
        const int32_t first = date_from_civil(2026, 8, 17) + round;
        for (int week = 0; week < 20; week++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const unsigned draw = (unsigned)(seed >> 33);
            if (draw % 5 == 0)
                continue;
            const int32_t day = first + 7 * week + (draw % 7 == 1 ? (int32_t)(draw % 5) : 0);
            meetings[count++] = meeting(
                local_to_utc_ms(day, 15 * 60 + (draw % 11 == 2 ? (int32_t)(draw % 90) : 0)));
            if (draw % 13 == 3) /* one added in the same week, five days later */
                meetings[count++] = meeting(local_to_utc_ms(day + 1, 18 * 60));
        }
        if (count > 0)
            check_series(meetings, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feed_is_read_back),
        cmocka_unit_test(a_name_of_any_length_is_folded_well),
        cmocka_unit_test(the_local_hour_stays),
        cmocka_unit_test(nothing_is_injected),
        cmocka_unit_test(a_series_over_autumn_and_christmas),
        cmocka_unit_test(one_meeting_alone),
        cmocka_unit_test(any_series),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
