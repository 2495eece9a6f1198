/* Rooms: a list, and each with its week and its term: what is booked, what is free. */
#include "services/desk/desk_rooms.h"
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/desk/core/free_time.h"
#include "services/desk/desk_acts.h"

enum { WEEK = 7, TERM_WEEKS = 20, FREE_LEAST_MIN = 60, SPANS_MOST = 40, HOUR_MIN = 60 };

const char *word_need(struct text name)
{
    static const struct {
        const char *name, *words;
    } needs[] = {{"step_free", T("Utan trappor")}, {"hearing_loop", T("Hörslinga")},
        {"quiet_room", T("Lugnt rum intill")}, {"sign_language", T("Plats för teckenspråkstolk")}};

    for (size_t i = 0; i < COUNT(needs); i++)
        if (text_is(name, needs[i].name))
            return needs[i].words;
    return T("Annat");
}

const char *word_discretion(struct text name)
{
    if (text_is(name, "own_entrance"))
        return T("Egen ingång");
    return text_is(name, "secret") ? T("Skyddad adress") : T("Vanlig ingång");
}

static void fill_room(const struct visit *visit, struct value *one, const struct room_row *room)
{
    struct value *needs = value_add_list(one, "needs");

    value_set_string(one, "id", desk_id(visit->context->arena, room->room_id));
    value_set_text(one, "name", room->name);
    value_set_text(one, "site", room->site);
    value_set_text(one, "district", room->district);
    value_set_int(one, "capacity", room->capacity);
    value_set_int(one, "booked", room->booked);
    value_set_bool(one, "withheld", room->withheld);
    value_set_message(one, "discretion", word_discretion(room->discretion));
    if (room->equipment.length)
        value_set_text(one, "equipment", room->equipment);
    for (size_t i = 0; i < room->need_count; i++)
        value_append_message(needs, word_need(room->needs[i]));
}

bool desk_rooms_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Lokaler"));
    struct value *list = value_add_list(root, "rooms");
    const struct room_row *rooms;
    struct uuid asked;
    size_t count;

    if (!desk_look_room_cards(visit->context, (struct uuid){{0}}, &rooms, &count, error))
        return error_while(error, "reading the rooms");
    for (size_t i = 0; i < count; i++)
        fill_room(visit, value_append_object(list), &rooms[i]);
    if (!desk_add_room_form(visit, NULL, root, error) ||
        (uuid_parse(http_query(visit->request, "om"), &asked) &&
            !desk_add_acts(visit, asked, root, error)))
        return false;
    desk_show(arena, visit->request, 200, "rooms.html", visit->language, root);
    return true;
}

/* --- one room --- */

struct room_time {
    const struct room_hours_row *hours;
    const struct room_booking_row *bookings;
    size_t hour_count, booking_count;
};

static const char *span_text(const struct visit *visit, int64_t from, int64_t to)
{
    return arena_format(visit->context->arena, "%02d.%02d–%02d.%02d", (int)from / HOUR_MIN,
        (int)from % HOUR_MIN, (int)to / HOUR_MIN, (int)to % HOUR_MIN);
}

static size_t open_spans(
    const struct room_time *time, int32_t day, struct day_span spans[static SPANS_MOST])
{
    size_t count = 0;

    for (size_t i = 0; i < time->hour_count && count < SPANS_MOST; i++) {
        const struct room_hours_row *hours = &time->hours[i];
        if (hours->weekday == date_weekday(day) &&
            (hours->valid_from == DAY_ABSENT || hours->valid_from <= day) &&
            (hours->valid_to == DAY_ABSENT || hours->valid_to >= day))
            spans[count++] =
                (struct day_span){(int32_t)hours->opens_min, (int32_t)hours->closes_min};
    }
    return count;
}

static void show_booking(
    const struct visit *visit, struct value *list, const struct room_booking_row *booking)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "span", span_text(visit, booking->from_min, booking->to_min));
    if (booking->group.length) {
        value_set_text(one, "group", booking->group);
        value_set_string(one, "group_id", desk_id(visit->context->arena, booking->group_id));
    }
    value_set_text(one, "what", booking->what);
}

static void show_day(const struct visit *visit, const struct room_time *time, int32_t day,
    bool with_free, struct value *list)
{
    struct day_span open[SPANS_MOST], taken[SPANS_MOST], free[SPANS_MOST];
    struct value *one = value_append_object(list);
    struct value *bookings = value_add_list(one, "bookings"), *spans = value_add_list(one, "free");
    size_t taken_count = 0;

    value_set_string(one, "day", desk_day(visit, day));
    for (size_t i = 0; i < time->booking_count; i++) {
        const struct room_booking_row *booking = &time->bookings[i];
        if (booking->day != day)
            continue;
        show_booking(visit, bookings, booking);
        if (taken_count < SPANS_MOST)
            taken[taken_count++] =
                (struct day_span){(int32_t)booking->from_min, (int32_t)booking->to_min};
    }
    const size_t count = with_free ? free_time(open, open_spans(time, day, open), taken,
                                         taken_count, FREE_LEAST_MIN, free, SPANS_MOST)
                                   : 0;
    for (size_t i = 0; i < count; i++)
        value_append_text(spans, text_of(span_text(visit, free[i].from, free[i].to)));
}

/* The Monday of the week asked for ("2026-W41", or a day in it), else of this week. */
static int32_t read_week(const struct visit *visit)
{
    int32_t day;

    if (!date_parse(http_query(visit->request, "dag"), &day))
        day = local_day(visit->context->now_ms);
    return day - date_weekday(day);
}

static void show_weeks(
    const struct visit *visit, const struct room_time *time, int32_t monday, struct value *root)
{
    struct value *days = value_add_list(root, "days"), *weeks = value_add_list(root, "weeks");

    for (int32_t day = monday; day < monday + WEEK; day++)
        show_day(visit, time, day, true, days);
    for (int32_t week = monday; week < monday + TERM_WEEKS * WEEK; week += WEEK) {
        struct value *one = value_append_object(weeks);
        struct value *own = value_add_list(one, "days");
        value_set_int(one, "week", date_iso_week(week).week);
        for (int32_t day = week; day < week + WEEK - 2; day++)
            show_day(visit, time, day, false, own);
    }
}

static void set_day(const struct visit *visit, struct value *root, const char *name, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    value_set_string(root, name, arena_copy(visit->context->arena, text, DATE_TEXT));
}

bool desk_room_page(struct visit *visit, struct error *error)
{
    const int32_t monday = read_week(visit);
    struct arena *arena = visit->context->arena;
    const struct room_row *room;
    struct room_time time;
    struct uuid id;
    size_t count = 0;

    if (desk_captured(visit, 0, &id) &&
        !desk_look_room_cards(visit->context, id, &room, &count, error))
        return error_while(error, "reading a room");
    if (count != 1)
        return desk_not_found(visit);
    if (!desk_look_room_hours(visit->context, id, &time.hours, &time.hour_count, error) ||
        !desk_look_room_bookings(visit->context, id, monday, monday + TERM_WEEKS * WEEK,
            &time.bookings, &time.booking_count, error))
        return error_while(error, "reading a room's days");
    struct value *root = desk_root(arena, visit, T("Lokal"));
    fill_room(visit, root, room);
    show_weeks(visit, &time, monday, root);
    if (!desk_add_room_form(visit, room, root, error) || !desk_add_acts(visit, id, root, error))
        return false;
    value_set_int(root, "week", date_iso_week(monday).week);
    set_day(visit, root, "before", monday - WEEK);
    set_day(visit, root, "next", monday + WEEK);
    desk_show(arena, visit->request, 200, "room.html", visit->language, root);
    return true;
}
