/* A room's entry: the form that both pages of rooms have, and what is asked of scheduling with it.
 * House and room are found again by their ids, which a new one's form has got already. */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "common/domain/opening.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_leader_store.h"
#include "services/desk/desk_rooms.h"

enum {
    WEEK = 7,
    NEEDS_MOST = 4,
    THINGS_MOST = 20,
    THING_MOST = 40,
    ROOM_MOST = 40,
    HOUSE_MOST = 80,
    CAPACITY_MOST = 60,
    HOUR_MIN = 60,
};

static const char *const weekdays[WEEK] = {
    T("Måndag"), T("Tisdag"), T("Onsdag"), T("Torsdag"), T("Fredag"), T("Lördag"), T("Söndag")};

/* --- the form --- */

static struct value *add_choice(struct value *list, const char *key, const char *words, bool on)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "key", key);
    value_set_message(one, "name", words);
    value_set_bool(one, "on", on);
    return one;
}

static void add_needs(struct value *root, const struct room_row *room)
{
    struct value *list = value_add_list(root, "form_needs");

    for (int need = 1; need < NEED_COUNT; need++) {
        bool met = false;
        for (size_t i = 0; room && i < room->need_count; i++)
            met = met || text_is(room->needs[i], need_names[need]);
        add_choice(list, need_names[need], word_need(text_of(need_names[need])), met);
    }
}

/* What holds today, or from a day to come: "14.00–17.00, 18.30–21.00". */
static const char *hours_words(struct arena *arena, const struct room_hours_row *hours,
    size_t count, int64_t weekday, int32_t today)
{
    const char *words = "";

    for (size_t i = 0; i < count; i++)
        if (hours[i].weekday == weekday && hours[i].valid_from != DAY_ABSENT &&
            (hours[i].valid_to == DAY_ABSENT || hours[i].valid_to >= today))
            words = arena_format(arena, "%s%s%02d.%02d–%02d.%02d", words, *words ? ", " : "",
                (int)hours[i].opens_min / HOUR_MIN, (int)hours[i].opens_min % HOUR_MIN,
                (int)hours[i].closes_min / HOUR_MIN, (int)hours[i].closes_min % HOUR_MIN);
    return words;
}

static bool add_hours(
    struct visit *visit, const struct room_row *room, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "form_hours");
    const int32_t today = local_day(visit->context->now_ms);
    const struct room_hours_row *hours = NULL;
    size_t count = 0;

    if (room && !desk_look_room_hours(visit->context, room->room_id, &hours, &count, error))
        return error_while(error, "reading a room's hours");
    for (int day = 0; day < WEEK; day++) {
        struct value *one = value_append_object(list);
        value_set_int(one, "key", day);
        value_set_message(one, "name", weekdays[day]);
        value_set_string(
            one, "words", hours_words(visit->context->arena, hours, count, day, today));
    }
    return true;
}

static bool add_houses(struct visit *visit, struct value *root, struct error *error)
{
    struct value *houses = value_add_list(root, "form_houses");
    struct value *districts = value_add_list(root, "form_districts");
    struct value *entrances = value_add_list(root, "form_entrances");
    const struct district_row *rows;
    const struct house_row *known;
    size_t count, house_count;

    if (!desk_look_all_districts(visit->context, &rows, &count, error) ||
        !desk_look_houses(visit->context, &known, &house_count, error))
        return error_while(error, "reading houses and districts");
    for (size_t i = 0; i < house_count; i++) {
        struct value *one = value_append_object(houses);
        value_set_string(one, "key", desk_id(visit->context->arena, known[i].site_id));
        value_set_text(one, "name", known[i].name);
    }
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(districts);
        value_set_text(one, "key", rows[i].code);
        value_set_text(one, "name", rows[i].name);
    }
    for (int i = 1; i < DISCRETION_COUNT; i++)
        add_choice(
            entrances, discretion_names[i], word_discretion(text_of(discretion_names[i])), false);
    value_set_string(
        root, "form_site", desk_id(visit->context->arena, uuid_new(visit->context->now_ms)));
    return true;
}

bool desk_add_room_form(
    struct visit *visit, const struct room_row *room, struct value *root, struct error *error)
{
    if (!staff_may(visit->staff.role, RIGHT_DECIDE))
        return true;
    value_set_string(root, "form_id",
        desk_id(visit->context->arena, room ? room->room_id : uuid_new(visit->context->now_ms)));
    value_set_bool(root, "form_new", room == NULL);
    if (room) {
        value_set_text(root, "form_room", room->name);
        value_set_int(root, "form_capacity", room->capacity);
        value_set_text(root, "form_equipment", room->equipment);
    }
    add_needs(root, room);
    return add_hours(visit, room, root, error) && (room || add_houses(visit, root, error));
}

/* --- what is asked --- */

static struct text trimmed(struct text text)
{
    while (text.length > 0 && text.data[0] == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

/* Of all that were ticked: those that there are. */
static void read_needs(const struct visit *visit, struct room_kept *message)
{
    enum need *needs = ARENA_ARRAY(visit->context->arena, enum need, NEEDS_MOST);
    const struct http_field *fields;
    const size_t count = http_form_fields(visit->request, &fields);

    message->needs = needs;
    for (size_t i = 0; i < count && message->needs_count < NEEDS_MOST; i++)
        if (text_is(fields[i].name, "tillgang") && need_of(fields[i].value))
            needs[message->needs_count++] = need_of(fields[i].value);
}

static bool read_equipment(const struct visit *visit, struct room_kept *message)
{
    struct text *things = ARENA_ARRAY(visit->context->arena, struct text, THINGS_MOST);
    struct text rest = http_form(visit->request, "utrustning");

    message->equipment = things;
    while (rest.length > 0) {
        size_t end = 0;
        while (end < rest.length && rest.data[end] != ',')
            end++;
        const struct text thing = trimmed((struct text){rest.data, end});
        end += end < rest.length;
        rest = (struct text){rest.data + end, rest.length - end};
        if (thing.length == 0)
            continue;
        if (thing.length > THING_MOST || message->equipment_count == THINGS_MOST)
            return false;
        things[message->equipment_count++] = (struct text){
            arena_copy(visit->context->arena, thing.data, thing.length), thing.length};
    }
    return true;
}

static bool read_hours(const struct visit *visit, struct room_kept *message)
{
    struct arena *arena = visit->context->arena;
    struct text *hours = ARENA_ARRAY(arena, struct text, WEEK * OPENINGS_A_DAY);
    struct opening found[OPENINGS_A_DAY];

    message->hours = hours;
    for (int day = 0; day < WEEK; day++) {
        const struct text words = http_form(visit->request, arena_format(arena, "oppet%d", day));
        const int count = openings_read(words, day, found);
        if (count < 0)
            return false;
        for (int i = 0; i < count; i++) {
            char text[OPENING_TEXT + 1];
            opening_format(&found[i], text);
            hours[message->hours_count++] =
                (struct text){arena_copy(arena, text, OPENING_TEXT), OPENING_TEXT};
        }
    }
    return true;
}

/* The house that is chosen, or a new one. */
static bool read_house(const struct visit *visit, struct room_kept *message)
{
    if (desk_form_id(visit, "hus", &message->site_id))
        return true;
    message->house = trimmed(http_form(visit->request, "husnamn"));
    message->district = http_form(visit->request, "stadsdel");
    message->discretion = discretion_of(http_form(visit->request, "ingang"));
    message->withheld = text_is(http_form(visit->request, "skyddad"), "ja") ||
                        message->discretion == DISCRETION_SECRET;
    return desk_form_id(visit, "nytt", &message->site_id) && message->house.length > 0 &&
           message->house.length <= HOUSE_MOST && message->district.length > 0 &&
           message->discretion;
}

bool desk_room_post(struct visit *visit, struct error *error)
{
    struct room_kept message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .room = trimmed(http_form(visit->request, "lokal")),
        .capacity = desk_form_int(visit, "platser"),
    };
    const struct room_row *room;
    size_t count = 0;

    if (!desk_captured(visit, 0, &message.room_id))
        return desk_not_found(visit);
    if (!desk_look_room_cards(visit->context, message.room_id, &room, &count, error))
        return error_while(error, "reading a room");
    const char *page = count ? arena_format(visit->context->arena, "/lokaler/%s",
                                   desk_id(visit->context->arena, message.room_id))
                             : arena_format(visit->context->arena, "/lokaler?om=%s",
                                   desk_id(visit->context->arena, message.room_id));
    if (count)
        message.site_id = room->site_id;
    read_needs(visit, &message);
    if (!read_hours(visit, &message)) {
        desk_go(visit, page, "oppet");
        return true;
    }
    if (!read_equipment(visit, &message) || (!count && !read_house(visit, &message)) ||
        message.room.length == 0 || message.room.length > ROOM_MOST || message.capacity < 1 ||
        message.capacity > CAPACITY_MOST || (!count && message.hours_count == 0)) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_room_kept(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "room_kept", message.room_id, NULL);
    desk_go_act(visit, page, message.act_id);
    return true;
}
