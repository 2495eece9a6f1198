/*
 * Bookings from a calendar. Each occurrence of a repeated event is a booking of its own; one that
 * was moved by itself (RECURRENCE-ID) takes the place of the one that it was. A time without a zone
 * is Stockholm's.
 */
#include <libical/ical.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/gruppstod/booking_read.h"

enum {
    BOOKINGS_MOST = 20000,
    OCCURRENCES_MOST = 1000,
    HORIZON_DAYS = 760,
    WHAT_MOST = 60,
    KEY_MOST = 180,
    FIRST_YEAR = 1970, /* what is before or after is a slip of the pen */
    LAST_YEAR = 2200,
};
#define DAY_MS INT64_C(86400000)
#define PAST_MS (31 * DAY_MS) /* what was over before is nobody's any more */

struct calendar {
    struct arena *arena;
    const char *name;
    const struct booking_room *rooms;
    size_t room_count;
    struct booking_file *file;
    int64_t now_ms;
    int event; /* which, from 1 */
};

/* A moment that there is; libical takes 31 February and the year 3000 for valid. */
static bool is_moment(struct icaltimetype at)
{
    return !icaltime_is_null_time(at) && icaltime_is_valid_time(at) && at.year >= FIRST_YEAR &&
           at.year <= LAST_YEAR && date_from_civil(at.year, at.month, at.day) != DAY_ABSENT &&
           (at.is_date || (at.hour >= 0 && at.hour < 24 && at.minute >= 0 && at.minute < 60));
}

/* Of a moment that there is. */
static int64_t ms_of(struct icaltimetype at)
{
    if (icaltime_is_utc(at) || (at.zone && !at.is_date))
        return (int64_t)icaltime_as_timet_with_zone(at, at.zone) * 1000;
    return local_to_utc_ms(
        date_from_civil(at.year, at.month, at.day), at.is_date ? 0 : at.hour * 60 + at.minute);
}

static const char *fault_word(const struct calendar *calendar, const char *text)
{
    return text ? arena_copy(calendar->arena, text, strlen(text)) : "";
}

/* "House, room": the last comma parts them, since a house's name may have one. */
static const struct booking_room *room_of(const struct calendar *calendar, icalcomponent *event)
{
    const char *place = icalcomponent_get_location(event);
    const char *comma = place ? strrchr(place, ',') : NULL;

    if (!comma)
        return NULL;
    return booking_find_room(calendar->rooms, calendar->room_count,
        (struct text){place, (size_t)(comma - place)}, text_of(comma + 1 + strspn(comma + 1, " ")));
}

static struct booking_told *find_key(const struct calendar *calendar, struct text key)
{
    for (size_t i = 0; i < calendar->file->count; i++)
        if (text_equal(calendar->file->bookings[i].key, key))
            return &calendar->file->bookings[i];
    return NULL;
}

static void put(struct calendar *calendar, const struct booking_told *booking, bool instead)
{
    struct booking_told *there = instead ? find_key(calendar, booking->key) : NULL;

    if (there)
        *there = *booking;
    else if (calendar->file->count < BOOKINGS_MOST)
        calendar->file->bookings[calendar->file->count++] = *booking;
    else
        booking_fault(calendar->arena, calendar->file, calendar->name, calendar->event,
            "event: more than %d bookings", (int)BOOKINGS_MOST);
}

static bool excluded(icalcomponent *event, struct icaltimetype at)
{
    icalproperty *property = icalcomponent_get_first_property(event, ICAL_EXDATE_PROPERTY);

    for (; property; property = icalcomponent_get_next_property(event, ICAL_EXDATE_PROPERTY))
        if (icaltime_compare(icalproperty_get_exdate(property), at) == 0)
            return true;
    return false;
}

static const char *key_of(const struct calendar *calendar, const char *uid, struct icaltimetype at)
{
    return arena_format(
        calendar->arena, "%s %s", uid, fault_word(calendar, icaltime_as_ical_string(at)));
}

/* Each occurrence between a month ago and the horizon. */
static void put_repeated(
    struct calendar *calendar, icalcomponent *event, const char *uid, struct booking_told *booking)
{
    const int64_t length = booking->ends_ms - booking->starts_ms;
    struct icaltimetype start = icalcomponent_get_dtstart(event);
    icalproperty *rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
    icalrecur_iterator *each = icalrecur_iterator_new(icalproperty_get_rrule(rule), start);

    for (int i = 0; each && i < OCCURRENCES_MOST; i++) {
        struct icaltimetype at = icalrecur_iterator_next(each);
        if (!is_moment(at))
            break;
        at.zone = start.zone;
        booking->starts_ms = ms_of(at);
        booking->ends_ms = booking->starts_ms + length;
        if (booking->starts_ms > calendar->now_ms + HORIZON_DAYS * DAY_MS)
            break;
        if (booking->ends_ms < calendar->now_ms - PAST_MS || excluded(event, at))
            continue;
        booking->key = text_of(key_of(calendar, uid, at));
        put(calendar, booking, false);
    }
    icalrecur_iterator_free(each);
}

/* Which time an event has; false after a fault was noted. */
static bool read_times(
    struct calendar *calendar, icalcomponent *event, struct booking_told *booking)
{
    const struct icaltimetype start = icalcomponent_get_dtstart(event);
    const struct icaltimetype end = icalcomponent_get_dtend(event);

    if (!is_moment(start)) {
        booking_fault(calendar->arena, calendar->file, calendar->name, calendar->event,
            "DTSTART: missing, or no time");
        return false;
    }
    booking->starts_ms = ms_of(start);
    booking->ends_ms = booking->starts_ms; /* refused below, unless there is an end */
    if (is_moment(end))
        booking->ends_ms = ms_of(end);
    else if (icaltime_is_null_time(end) && start.is_date)
        booking->ends_ms += DAY_MS;
    if (booking->ends_ms > booking->starts_ms && booking->ends_ms <= booking->starts_ms + PAST_MS)
        return true;
    booking_fault(calendar->arena, calendar->file, calendar->name, calendar->event,
        "DTEND: not after DTSTART, or more than a month");
    return false;
}

static void read_event(struct calendar *calendar, icalcomponent *event, bool exceptions)
{
    const char *uid = icalcomponent_get_uid(event), *what = icalcomponent_get_summary(event);
    const struct icaltimetype instead = icalcomponent_get_recurrenceid(event);
    const struct booking_room *room = room_of(calendar, event);
    struct booking_told booking = {.line = calendar->event};

    if (icaltime_is_null_time(instead) == exceptions ||
        icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED)
        return;
    if (!uid || !*uid || strlen(uid) > KEY_MOST)
        booking_fault(calendar->arena, calendar->file, calendar->name, calendar->event,
            "UID: missing or too long");
    if (!room)
        booking_fault(calendar->arena, calendar->file, calendar->name, calendar->event,
            "LOCATION: no such room (\"House, room\"): %.60s",
            fault_word(calendar, icalcomponent_get_location(event)));
    if (!read_times(calendar, event, &booking) || !room || !uid || strlen(uid) > KEY_MOST)
        return;
    uid = fault_word(calendar, uid);
    booking.room_id = room->room_id;
    if (what && strlen(what) <= WHAT_MOST)
        booking.what = text_of(fault_word(calendar, what));
    booking.key = text_of(exceptions ? key_of(calendar, uid, instead) : uid);
    if (!exceptions && icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY))
        put_repeated(calendar, event, uid, &booking);
    else if (booking.ends_ms >= calendar->now_ms - PAST_MS)
        put(calendar, &booking, true);
}

bool booking_read_calendar(struct arena *arena, const char *name, struct text bytes,
    const struct booking_room *rooms, size_t room_count, int64_t now_ms, struct booking_file *file,
    struct error *error)
{
    icalcomponent *root = icalparser_parse_string(bytes.data);
    struct calendar calendar = {.arena = arena,
        .name = name,
        .rooms = rooms,
        .room_count = room_count,
        .file = file,
        .now_ms = now_ms};

    *file =
        (struct booking_file){.bookings = ARENA_ARRAY(arena, struct booking_told, BOOKINGS_MOST)};
    if (!root || icalcomponent_isa(root) != ICAL_VCALENDAR_COMPONENT) {
        if (root)
            icalcomponent_free(root);
        return error_set(error, ERROR_INPUT, "%s: no calendar (VCALENDAR)", name);
    }
    for (int exceptions = 0; exceptions < 2; exceptions++) {
        calendar.event = 0;
        icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
        for (; event; event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT)) {
            calendar.event++;
            read_event(&calendar, event, exceptions);
        }
    }
    icalcomponent_free(root);
    booking_find_clashes(arena, name, file);
    return true;
}
