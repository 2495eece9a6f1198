/* libical writes and escapes; what is said is chosen here, and the lines are folded anew. */
#include "common/calendar.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/store.h"
#include "common/urlform.h"

enum {
    REFRESH_HOURS = 4, /* how often a program may ask again */
    RULES_FROM = 1996, /* the European Union's summer time: nothing here is older */
    RULES_MOST = 16,
    LINE_OCTETS = 75,
};

static const char zone_name[] = "Europe/Stockholm";
static icalcomponent *zone; /* a VTIMEZONE, for the process's life */

/* --- the zone --- */

/* Whether a part of the zone still holds: it repeats, and has not ended before our rules. */
static bool holds(icalcomponent *part)
{
    icalproperty *rule = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY);
    struct icalrecurrencetype repeats;

    if (!rule)
        return false;
    repeats = icalproperty_get_rrule(rule);
    return icaltime_is_null_time(repeats.until) || repeats.until.year >= RULES_FROM;
}

static void drop_history(icalcomponent *rules)
{
    icalcomponent *gone[RULES_MOST * 4];
    size_t count = 0;

    for (icalcomponent *part = icalcomponent_get_first_component(rules, ICAL_ANY_COMPONENT);
         part && count < COUNT(gone);
         part = icalcomponent_get_next_component(rules, ICAL_ANY_COMPONENT))
        if (!holds(part))
            gone[count++] = part;
    for (size_t i = 0; i < count; i++) {
        icalcomponent_remove_component(rules, gone[i]);
        icalcomponent_free(gone[i]);
    }
}

bool calendar_open(struct error *error)
{
    icaltimezone *known;
    icalproperty *name;

    if (zone)
        return true;
    known = icaltimezone_get_builtin_timezone(zone_name);
    if (!known || !icaltimezone_get_component(known))
        return error_set(
            error, ERROR_ABSENT, "the rules of %s are not on this host: install tzdata", zone_name);
    zone = icalcomponent_new_clone(icaltimezone_get_component(known));
    CHECK(zone);
    drop_history(zone);
    /* libical names it by a path of its own; programs know it by the plain name. */
    name = icalcomponent_get_first_property(zone, ICAL_TZID_PROPERTY);
    CHECK(name);
    icalproperty_set_tzid(name, zone_name);
    return true;
}

void calendar_close(void)
{
    if (zone)
        icalcomponent_free(zone);
    zone = NULL;
    icaltimezone_free_builtin_timezones();
    icalmemory_free_ring();
}

/* --- values --- */

static struct icaltimetype utc(int64_t ms)
{
    return icaltime_from_timet_with_zone((time_t)(ms / 1000), 0, icaltimezone_get_utc_timezone());
}

static struct icaltimetype local(int64_t ms)
{
    const struct civil day = date_to_civil(local_day(ms));
    const int32_t minute = local_minute(ms);

    return (struct icaltimetype){.year = day.year,
        .month = day.month,
        .day = day.day,
        .hour = minute / 60,
        .minute = minute % 60,
        .second = (int)(ms / 1000 % 60)};
}

/* A line of a calendar has no control characters, which libical would pass on, and nothing but
 * UTF-8, which is folded between characters alone. */
static const char *clean(struct arena *arena, struct text text)
{
    char *copy = arena_copy(arena, text.data ? text.data : "", text.length);
    size_t length = text.length;
    const bool utf8 = urlform_utf8(copy, length);

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f)
            copy[i] = ' ';
        else if (!utf8 && (unsigned char)copy[i] >= 0x80)
            copy[i] = '?';
    while (length > 0 && copy[length - 1] == ' ')
        copy[--length] = '\0';
    return copy + strspn(copy, " ");
}

/* A reader takes a property without a value for a mistake: it is left out. */
static void add_text(icalcomponent *component, icalproperty *make(const char *), const char *value)
{
    if (*value)
        icalcomponent_add_property(component, make(value));
}

/* Inside a parameter nothing can be escaped, and a quotation mark would end it. */
static const char *parameter(struct arena *arena, struct text text)
{
    char *copy = arena_format(arena, "%s", clean(arena, text));

    for (char *at = copy; *at; at++)
        if (*at == '"')
            *at = '\'';
    return copy;
}

static void add_local(icalcomponent *component, icalproperty *property)
{
    icalproperty_add_parameter(property, icalparameter_new_tzid(zone_name));
    icalcomponent_add_property(component, property);
}

static void add_extension(icalcomponent *component, const char *name, const char *value)
{
    icalproperty *property;

    if (!*value)
        return;
    property = icalproperty_new_x(value);
    icalproperty_set_x_name(property, name);
    icalcomponent_add_property(component, property);
}

/* --- an event --- */

static void add_weeks(icalcomponent *component, const struct calendar_event *event)
{
    struct icalrecurrencetype repeats;

    if (event->instead_of_ms != INT_ABSENT)
        add_local(component, icalproperty_new_recurrenceid(local(event->instead_of_ms)));
    if (event->until_ms == INT_ABSENT)
        return;
    icalrecurrencetype_clear(&repeats);
    repeats.freq = ICAL_WEEKLY_RECURRENCE;
    repeats.until = utc(event->until_ms);
    icalcomponent_add_property(component, icalproperty_new_rrule(repeats));
    for (size_t i = 0; i < event->left_out_count; i++)
        add_local(component, icalproperty_new_exdate(local(event->left_out[i])));
}

static void add_people(
    icalcomponent *component, struct arena *arena, const struct calendar *calendar)
{
    const char *name = parameter(arena, calendar->organizer_name);
    icalproperty *organizer, *attendee;

    if (calendar->kind == CALENDAR_FEED)
        return;
    organizer = icalproperty_new_organizer(
        arena_format(arena, "mailto:%s", clean(arena, calendar->organizer)));
    if (*name)
        icalproperty_add_parameter(organizer, icalparameter_new_cn(name));
    icalcomponent_add_property(component, organizer);
    attendee = icalproperty_new_attendee(
        arena_format(arena, "mailto:%s", clean(arena, calendar->attendee)));
    icalproperty_add_parameter(attendee, icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
    /* Answers by mail would go to nobody: who cannot come calls. */
    icalproperty_add_parameter(attendee, icalparameter_new_rsvp(ICAL_RSVP_FALSE));
    icalcomponent_add_property(component, attendee);
}

static icalcomponent *event_component(
    struct arena *arena, const struct calendar *calendar, const struct calendar_event *event)
{
    const bool cancelled = event->cancelled || calendar->kind == CALENDAR_CANCEL;
    icalcomponent *component = icalcomponent_new_vevent();

    icalcomponent_add_property(component, icalproperty_new_uid(clean(arena, event->uid)));
    icalcomponent_add_property(component, icalproperty_new_dtstamp(utc(event->changed_ms)));
    icalcomponent_add_property(component, icalproperty_new_lastmodified(utc(event->changed_ms)));
    icalcomponent_add_property(component, icalproperty_new_sequence((int)event->sequence));
    add_local(component, icalproperty_new_dtstart(local(event->starts_ms)));
    add_local(component, icalproperty_new_dtend(local(event->ends_ms)));
    add_weeks(component, event);
    add_text(component, icalproperty_new_summary, clean(arena, event->summary));
    add_text(component, icalproperty_new_location, clean(arena, event->location));
    icalcomponent_add_property(component,
        icalproperty_new_status(cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
    icalcomponent_add_property(component,
        icalproperty_new_transp(cancelled ? ICAL_TRANSP_TRANSPARENT : ICAL_TRANSP_OPAQUE));
    if (event->discreet)
        icalcomponent_add_property(component, icalproperty_new_class(ICAL_CLASS_PRIVATE));
    add_people(component, arena, calendar);
    return component;
}

/* --- the whole --- */

static void add_head(icalcomponent *component, struct arena *arena, const struct calendar *calendar)
{
    const struct icaldurationtype refresh = {.hours = REFRESH_HOURS};

    icalcomponent_add_property(component, icalproperty_new_version("2.0"));
    icalcomponent_add_property(component, icalproperty_new_prodid("-//Samordningen//Kalender//SV"));
    icalcomponent_add_property(component, icalproperty_new_calscale("GREGORIAN"));
    switch (calendar->kind) {
    case CALENDAR_REQUEST:
        icalcomponent_add_property(component, icalproperty_new_method(ICAL_METHOD_REQUEST));
        break;
    case CALENDAR_CANCEL:
        icalcomponent_add_property(component, icalproperty_new_method(ICAL_METHOD_CANCEL));
        break;
    case CALENDAR_FEED:
        add_text(component, icalproperty_new_name, clean(arena, calendar->name));
        add_extension(component, "X-WR-CALNAME", clean(arena, calendar->name));
        icalproperty *interval = icalproperty_new_refreshinterval(refresh);
        icalproperty_add_parameter(interval, icalparameter_new_value(ICAL_VALUE_DURATION));
        icalcomponent_add_property(component, interval);
        add_extension(component, "X-PUBLISHED-TTL", arena_format(arena, "PT%dH", REFRESH_HOURS));
        break;
    }
}

/* RFC 5545, 3.1: no line over 75 octets. libical 3 folds by words, and then at times inside a
 * line's own end ("\r\r\n \n"): its folds are taken out, and ours stand between characters. */
static struct text fold(struct arena *arena, const char *text)
{
    static const char mark[] = "\r\n ";
    const size_t length = strlen(text);
    char *out = ARENA_ARRAY(arena, char, length + length / (LINE_OCTETS / 2) * sizeof mark + 1);
    size_t count = 0, line = 0;

    for (const char *at = text; *at;) {
        size_t size = 1;

        if (strncmp(at, mark, sizeof mark - 1) == 0) {
            at += sizeof mark - 1;
            continue;
        }
        while (((unsigned char)at[size] & 0xc0) == 0x80)
            size++;
        if (*at == '\n') {
            line = 0;
        } else if (*at != '\r' && (line += size) > LINE_OCTETS) {
            memcpy(out + count, mark, sizeof mark - 1);
            count += sizeof mark - 1;
            line = 1 + size;
        }
        memcpy(out + count, at, size);
        count += size;
        at += size;
    }
    out[count] = '\0';
    return (struct text){out, count};
}

struct text calendar_write(struct arena *arena, const struct calendar *calendar)
{
    icalcomponent *component = icalcomponent_new_vcalendar();
    struct text text;
    char *string;

    CHECK(zone);
    add_head(component, arena, calendar);
    icalcomponent_add_component(component, icalcomponent_new_clone(zone));
    for (size_t i = 0; i < calendar->count; i++)
        icalcomponent_add_component(
            component, event_component(arena, calendar, &calendar->events[i]));
    string = icalcomponent_as_ical_string_r(component);
    CHECK(string);
    text = fold(arena, string);
    free(string);
    icalcomponent_free(component);
    return text;
}
