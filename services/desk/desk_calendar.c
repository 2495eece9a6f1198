/*
 * Calendars' secret addresses: made, shown once, taken back.
 *
 * The token is made here and never kept: intake hears its keyed hash. A coordinator does it for
 * leaders and rooms, a leader for themselves. A family makes its own behind the link of a letter;
 * where violence is marked only once staff have talked with it and allowed it.
 */
#include "services/desk/desk_calendar.h"

#include "common/check.h"
#include "common/secrets.h"
#include "common/token.h"
#include "desk_port.h"
#include "services/desk/desk_calendar_store.h"

static void add_calendar(
    const struct visit *visit, const struct calendar_row *calendar, struct value *root)
{
    struct value *one = value_append_object(root);

    value_set_string(one, "kind", feed_kind_names[calendar->kind]);
    value_set_string(one, "id", desk_id(visit->context->arena, calendar->id));
    value_set_text(one, "name", calendar->name);
    if (calendar->made_at_ms != INT_ABSENT)
        value_set_string(one, "made", desk_when(visit, calendar->made_at_ms));
}

/* With `address`, the one that was just made: it is shown this once. */
static bool show(
    struct visit *visit, const struct calendar_row *made, const char *address, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Kalendrar"));
    struct value *leaders = value_add_list(root, "leaders"), *rooms = value_add_list(root, "rooms");
    const struct calendar_row *calendars;
    size_t count;

    if (!desk_look_calendars(visit->context, desk_whose(visit), &calendars, &count, error))
        return error_while(error, "reading the calendars");
    for (size_t i = 0; i < count; i++)
        add_calendar(visit, &calendars[i], calendars[i].kind == FEED_KIND_ROOM ? rooms : leaders);
    value_set_bool(root, "any_room", staff_may(visit->staff.role, RIGHT_ALL_GROUPS));
    value_set_bool(root, "may_make",
        staff_may(visit->staff.role, RIGHT_DECIDE) || !uuid_absent(visit->staff.leader_id));
    if (address) {
        value_set_string(root, "address", address);
        value_set_text(root, "made_for", made->name);
    }
    desk_show(arena, visit->request, 200, "calendars.html", visit->language, root);
    return true;
}

bool desk_calendars_page(struct visit *visit, struct error *error)
{
    return show(visit, NULL, NULL, error);
}

/* Whose calendar a person may change: a coordinator anybody's, a leader their own. */
static bool may_change(const struct visit *visit, enum feed_kind kind, struct uuid id)
{
    if (staff_may(visit->staff.role, RIGHT_DECIDE))
        return true;
    return kind == FEED_KIND_LEADER && !uuid_absent(id) && uuid_equal(id, visit->staff.leader_id);
}

static void say(const struct visit *visit, struct feed_wanted *message)
{
    message->feed_id = uuid_new(visit->context->now_ms);
    message->by = visit->staff.staff_id;
    desk_send_feed_wanted(visit->context, message, 1);
    context_audit(visit->context, visit->actor, "calendar", message->about,
        arena_format(visit->context->arena, "%s %s", feed_kind_names[message->kind],
            feed_change_names[message->change]));
}

static bool make(struct visit *visit, struct calendar_row *calendar, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const uint8_t *key = secrets_key(desk_house()->house->secrets, SECRET_TOKEN);
    struct feed_wanted message = {
        .kind = calendar->kind, .about = calendar->id, .change = FEED_CHANGE_MAKE};
    char token[TOKEN_TEXT + 1], hex[2 * TOKEN_HASH + 1];
    uint8_t hash[TOKEN_HASH];

    token_random(token);
    CHECK(token_hash(key, "feed", text_of(token), hash));
    hex_encode(hash, sizeof hash, hex);
    message.token_hash = text_of(hex);
    say(visit, &message);
    return show(visit, calendar,
        arena_format(arena, "%s/kalender/%s.ics", desk_house()->settings->base_url, token), error);
}

bool desk_calendar_post(struct visit *visit, struct error *error)
{
    const struct text kind = http_capture(visit->request, 0);
    const struct text wanted = http_form(visit->request, "kalender");
    struct calendar_row calendar = {
        .kind = text_is(kind, "room") ? FEED_KIND_ROOM : FEED_KIND_LEADER};
    struct uuid id;

    if (!desk_captured(visit, 1, &id) || !may_change(visit, calendar.kind, id))
        return desk_not_found(visit);
    if (!desk_look_calendar(visit->context, calendar.kind, id, &calendar, error))
        return error_while(error, "looking for whose calendar it is");
    if (!calendar.name.data)
        return desk_not_found(visit);
    if (text_is(wanted, "ny"))
        return make(visit, &calendar, error);
    if (text_is(wanted, "bort")) {
        struct feed_wanted message = {
            .kind = calendar.kind, .about = calendar.id, .change = FEED_CHANGE_REVOKE};
        say(visit, &message);
        desk_go(visit, "/kalendrar", "kalender");
        return true;
    }
    desk_go(visit, "/kalendrar", "fel");
    return true;
}

bool desk_calendar_family_post(struct visit *visit, struct error *error)
{
    struct feed_wanted message = {.kind = FEED_KIND_FAMILY};

    (void)error;
    if (!desk_captured(visit, 0, &message.about))
        return desk_not_found(visit);
    message.change = text_is(http_form(visit->request, "kalender"), "ja") ? FEED_CHANGE_ALLOW
                                                                          : FEED_CHANGE_FORBID;
    say(visit, &message);
    desk_go(visit,
        arena_format(
            visit->context->arena, "/kort/%s", desk_id(visit->context->arena, message.about)),
        "kalender");
    return true;
}

bool desk_add_calendar(
    struct visit *visit, struct uuid referral_id, struct value *root, struct error *error)
{
    bool closed, allowed;

    if (!desk_look_calendar_closed(visit->context, referral_id, &closed, &allowed, error))
        return error_while(error, "reading whether a calendar is allowed");
    value_set_bool(root, "calendar_closed", closed);
    value_set_bool(root, "calendar_allowed", allowed);
    return true;
}
