/*
 * The page behind a letter that tells of changed days: what is decided now, and a calendar for
 * whoever wants one.
 *
 * The days are those of today, whatever the letter was about: a family's, by the link of a notice
 * or of an offer that was accepted, and a leader's. Looking uses nothing up; a calendar's address
 * is made and taken back by a form, and a family says by one press that its child does not come to
 * a meeting, or comes after all, until it begins: intake keeps it and tells scheduling.
 */
#include <string.h>

#include "common/check.h"
#include "common/domain/local_time.h"
#include "services/intake/intake_days_store.h"
#include "services/intake/intake_evening.h"
#include "services/intake/intake_feed.h"

enum { DATES_SHOWN = 60 };

static bool find(struct context *context, const struct http_request *request, struct dates_row *row,
    struct error *error)
{
    const struct text token = http_capture(request, 1);
    struct arena *arena = context->arena;

    if (!feed_find_dates(context, intake_token_hash(arena, "group", token),
            intake_token_hash(arena, "offer", token), intake_token_hash(arena, "work", token), row,
            error))
        return error_while(error, "looking for days");
    return true;
}

/* --- a leader's days --- */

static void add_day(const struct context *context, unsigned language,
    const struct feed_event *event, const struct evening_part *part, struct value *list)
{
    struct value *one = value_append_object(list);
    struct arena *arena = context->arena;

    value_set_string(one, "day", intake_day(arena, language, local_day(event->starts_ms)));
    value_set_string(one, "starts", intake_clock(arena, local_minute(event->starts_ms)));
    value_set_string(one, "ends", intake_clock(arena, local_minute(event->ends_ms)));
    value_set_bool(one, "cancelled", event->cancelled);
    value_set_text(one, "group", event->name);
    value_set_text(one, "location", event->location);
    if (part->things.length)
        value_set_text(one, "things", part->things);
    value_set_bool(one, "joint", part->joint);
}

static bool add_days(struct context *context, unsigned language, const struct dates_row *row,
    struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "days");
    const struct feed_event *events;
    size_t count, shown = 0;

    if (!feed_load_events(context, row->kind, row->about, &events, &count, error))
        return error_while(error, "reading days");
    struct evening_part *parts = ARENA_ARRAY(context->arena, struct evening_part, count + 1);
    if (count > 0 && !intake_look_parts(context, COLUMN(events, meeting_id), count, parts, error))
        return error_while(error, "reading what to bring");
    for (size_t i = 0; i < count && shown < DATES_SHOWN; i++) {
        if (events[i].ends_ms < context->now_ms)
            continue;
        add_day(context, language, &events[i], &parts[i], list);
        shown++;
    }
    value_set_bool(root, "some", shown > 0);
    return true;
}

/* --- a family's days --- */

static const char *meeting_word(struct arena *arena, struct uuid meeting_id)
{
    char text[UUID_TEXT + 1];

    uuid_format(meeting_id, text);
    return arena_format(arena, "%s", text);
}

/* What to bring is the leaders' matter, and so is what the evening is called. */
static void add_family_day(const struct context *context, unsigned language,
    const struct family_day *day, struct value *one)
{
    struct arena *arena = context->arena;
    const struct intake_lists *lists = &intake_house()->lists;

    value_set_string(one, "meeting", meeting_word(arena, day->meeting_id));
    value_set_string(one, "day", intake_day(arena, language, local_day(day->starts_ms)));
    value_set_string(one, "starts", intake_clock(arena, local_minute(day->starts_ms)));
    value_set_string(one, "ends", intake_clock(arena, local_minute(day->ends_ms)));
    value_set_text(one, "group", day->group);
    if (day->site.data)
        value_set_string(
            one, "where", arena_format(arena, "%s, %s", day->site.data, day->room.data));
    value_set_string(one, "district",
        intake_list_name(lists->districts, lists->keys.district_count, language, day->district));
    if (day->leaders.length)
        value_set_text(one, "leaders", day->leaders);
    if (day->moved_from_ms != INT_ABSENT && !day->cancelled)
        value_set_string(one, "moved",
            arena_format(arena, "%s %s", intake_day(arena, language, local_day(day->moved_from_ms)),
                intake_clock(arena, local_minute(day->moved_from_ms))));
    value_set_bool(one, "cancelled", day->cancelled);
    value_set_bool(one, "joint", day->joint);
    value_set_bool(one, "away", day->away);
    value_set_bool(one, "open", !day->cancelled && day->starts_ms > context->now_ms);
    value_set_bool(one, "marked",
        day->cancelled || day->joint || day->away || day->moved_from_ms != INT_ABSENT);
}

/* Where and with whom as the next time: that is said once. */
static bool same_place(const struct family_day *a, const struct family_day *b)
{
    return text_equal(a->group, b->group) && text_equal(a->site, b->site) &&
           text_equal(a->room, b->room) && text_equal(a->leaders, b->leaders);
}

static bool add_family_days(struct context *context, unsigned language, const struct dates_row *row,
    struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "days");
    const struct family_day *days, *first = NULL;
    bool next = true; /* the first that there will be is the one to look at */
    size_t count;

    if (!intake_look_family_days(context, row->about, &days, &count, error))
        return error_while(error, "reading a family's days");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        add_family_day(context, language, &days[i], one);
        if (next && !days[i].cancelled)
            first = &days[i];
        value_set_bool(one, "next", next && !days[i].cancelled);
        value_set_bool(one, "elsewhere", !first || !same_place(first, &days[i]));
        next = next && days[i].cancelled;
    }
    value_set_bool(root, "some", count > 0);
    return true;
}

/* The address as it is read and as a telephone opens it. */
static void add_feed(struct context *context, const struct dates_row *row, struct value *root)
{
    struct arena *arena = context->arena;
    char token[TOKEN_TEXT + 1];
    const char *address, *rest;

    value_set_bool(root, "may", row->may);
    value_set_bool(root, "has", !uuid_absent(row->feed_id));
    if (!row->may || uuid_absent(row->feed_id) || row->by_staff)
        return;
    feed_token(row->feed_id, token);
    address = feed_address(arena, token);
    rest = strstr(address, "://");
    value_set_string(root, "address", address);
    value_set_string(root, "webcal", arena_format(arena, "webcal%s", rest ? rest : address));
}

static bool show(struct context *context, struct http_request *request, unsigned language,
    const struct dates_row *row, struct error *error)
{
    const bool family = row->kind == FEED_KIND_FAMILY;
    struct value *root;

    if (!row->found) {
        root = intake_page(context, request, T("Vi kan inte visa något här"), language);
        intake_show(context, request, 404, "no_offer.html", language, root);
        return true;
    }
    root = intake_page(context, request, family ? T("Träffarna") : T("Dagar och tider"), language);
    value_set_bool(root, "leave", family);
    value_set_bool(root, "family", family);
    value_set_text(root, "path", http_path(request));
    if (!(family ? add_family_days : add_days)(context, language, row, root, error))
        return false;
    add_feed(context, row, root);
    intake_show(context, request, 200, family ? "days.html" : "dates.html", language, root);
    return true;
}

bool intake_dates_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct dates_row row;
        unsigned language;

        if (!intake_language(context, requests[i], &language))
            continue;
        if (!find(context, requests[i], &row, error) ||
            !show(context, requests[i], language, &row, error))
            return false;
    }
    return true;
}

static bool make(struct context *context, const struct dates_row *row, struct error *error)
{
    char token[TOKEN_TEXT + 1];
    struct feed_making making = {.feed_id = uuid_new(context->now_ms),
        .about = row->about,
        .person_id = row->person_id,
        .kind = row->kind};

    feed_token(making.feed_id, token);
    making.token_hash = intake_token_hash(context->arena, "feed", text_of(token));
    return feed_make(context, &making, error);
}

/* Of a meeting that has begun, or is not the child's, nothing is kept: the page shows how it is. */
static bool say_absence(struct context *context, const struct dates_row *row, struct text meeting,
    bool away, struct error *error)
{
    struct absence_said said = {
        .referral_id = row->about, .person_id = row->person_id, .away = away};
    int64_t turn;

    if (row->kind != FEED_KIND_FAMILY || !uuid_parse(meeting, &said.meeting_id))
        return true;
    if (!intake_say_absence(context, &said, &turn, error))
        return error_while(error, "keeping that a child does not come");
    const struct child_away_said message = {
        .referral_id = said.referral_id,
        .meeting_id = said.meeting_id,
        .turn = turn,
        .away = away,
        .said_at_ms = context->now_ms,
    };
    if (turn > 0)
        intake_send_child_away_said(context, &message, 1);
    return true;
}

static bool change(struct context *context, const struct http_request *request,
    const struct dates_row *row, struct error *error)
{
    const struct text away = http_form(request, "kommer_inte"), back = http_form(request, "kommer");
    const struct text wanted = http_form(request, "kalender");

    if (away.data || back.data)
        return say_absence(context, row, away.data ? away : back, away.data != NULL, error);
    if (text_is(wanted, "ny") && row->may)
        return make(context, row, error);
    if (text_is(wanted, "bort"))
        return feed_end(context, row->kind, row->about, row->person_id, error);
    return true;
}

/* To the day that was pressed, so that nobody has to look for it again. */
static void go_back(const struct context *context, struct http_request *request)
{
    const struct text away = http_form(request, "kommer_inte"), back = http_form(request, "kommer");
    const struct text pressed = away.data ? away : back;
    struct uuid meeting;

    http_redirect(request, uuid_parse(pressed, &meeting)
                               ? arena_format(context->arena, "%s#t%s", http_path(request).data,
                                     meeting_word(context->arena, meeting))
                               : http_path(request).data);
}

bool intake_dates_post(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct dates_row row;
        unsigned language;

        if (!intake_language(context, requests[i], &language) ||
            !intake_same_origin(context, requests[i], language))
            continue;
        if (!find(context, requests[i], &row, error))
            return false;
        if (!row.found) {
            if (!show(context, requests[i], language, &row, error))
                return false;
            continue;
        }
        if (!change(context, requests[i], &row, error))
            return error_while(error, "changing days");
        go_back(context, requests[i]);
    }
    return true;
}
