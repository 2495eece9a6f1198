/*
 * The page behind a letter that tells of changed days: what is decided now, and a calendar for
 * whoever wants one.
 *
 * The days are those of today, whatever the letter was about. The same page shows them to a family,
 * by the link of a notice or of an offer that was accepted, and to a leader. Looking uses nothing
 * up; a calendar's address is made and taken back by a form.
 */
#include <string.h>

#include "common/check.h"
#include "common/domain/local_time.h"
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

static void add_day(const struct context *context, unsigned language,
    const struct feed_event *event, enum feed_kind kind, const struct evening_part *part,
    struct value *list)
{
    struct value *one = value_append_object(list);
    struct arena *arena = context->arena;

    value_set_string(one, "day", intake_day(arena, language, local_day(event->starts_ms)));
    value_set_string(one, "starts", intake_clock(arena, local_minute(event->starts_ms)));
    value_set_string(one, "ends", intake_clock(arena, local_minute(event->ends_ms)));
    value_set_bool(one, "cancelled", event->cancelled);
    value_set_text(one, "group", event->name);
    if (kind == FEED_KIND_LEADER)
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
    /* What to bring is the leaders' matter, and so is what the evening is called. */
    struct evening_part *parts = ARENA_ARRAY(context->arena, struct evening_part, count + 1);
    if (row->kind == FEED_KIND_LEADER && count > 0 &&
        !intake_look_parts(context, COLUMN(events, meeting_id), count, parts, error))
        return error_while(error, "reading what to bring");
    for (size_t i = 0; i < count && shown < DATES_SHOWN; i++) {
        if (events[i].ends_ms < context->now_ms)
            continue;
        add_day(context, language, &events[i], row->kind, &parts[i], list);
        shown++;
    }
    value_set_bool(root, "some", shown > 0);
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
    struct value *root;

    if (!row->found) {
        root = intake_page(context, request, T("Vi kan inte visa något här"), language);
        intake_show(context, request, 404, "no_offer.html", language, root);
        return true;
    }
    root = intake_page(context, request, T("Dagar och tider"), language);
    value_set_bool(root, "leave", row->kind == FEED_KIND_FAMILY);
    value_set_bool(root, "family", row->kind == FEED_KIND_FAMILY);
    value_set_text(root, "path", http_path(request));
    if (!add_days(context, language, row, root, error))
        return false;
    add_feed(context, row, root);
    intake_show(context, request, 200, "dates.html", language, root);
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

static bool change(struct context *context, const struct http_request *request,
    const struct dates_row *row, struct error *error)
{
    const struct text wanted = http_form(request, "kalender");

    if (text_is(wanted, "ny") && row->may)
        return make(context, row, error);
    if (text_is(wanted, "bort"))
        return feed_end(context, row->kind, row->about, row->person_id, error);
    return true;
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
            return error_while(error, "changing a calendar's address");
        http_redirect(requests[i], http_path(requests[i]).data);
    }
    return true;
}
