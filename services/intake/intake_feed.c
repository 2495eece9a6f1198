/*
 * Calendars that people subscribe to, each behind a secret address.
 *
 * Reading never uses an address up. One that is unknown, cut or has ended, and a family's that may
 * have none any more, answer the same. A calendar says when and, to leaders, where; to a family no
 * more than that they meet.
 */
#include "services/intake/intake_feed.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/check.h"
#include "common/secrets.h"

enum {
    READS_MOST = 60, /* of one calendar in a window: programs ask every few hours */
    WINDOW_MS = 10 * 60 * 1000,
    WATCHED = 256, /* calendars counted at a time; a newer one takes its slot */
    HASH_BYTES = 16,
    HTTP_DATE = 32,
};

struct watched { /* how often a calendar was read lately */
    struct uuid feed_id;
    int64_t since_ms;
    int reads;
};

static struct watched watch[WATCHED];

void feed_token(struct uuid feed_id, char token[static TOKEN_TEXT + 1])
{
    token_make(secrets_key(intake_house()->house->secrets, SECRET_LETTERS), "feed", feed_id, token);
}

const char *feed_address(struct arena *arena, const char *token)
{
    return arena_format(arena, "%s/kalender/%s.ics", intake_house()->settings->base_url, token);
}

/* A program gone wrong reads the same address over and over. */
static bool too_often(struct uuid feed_id, int64_t now_ms)
{
    struct watched *one = &watch[feed_id.bytes[15] % WATCHED];

    if (!uuid_equal(one->feed_id, feed_id) || now_ms < one->since_ms ||
        now_ms - one->since_ms > WINDOW_MS)
        *one = (struct watched){feed_id, now_ms, 0};
    return ++one->reads > READS_MOST;
}

/* --- the text --- */

static struct calendar_event shown_event(
    struct arena *arena, const struct feed_row *feed, const struct feed_event *event)
{
    const bool family = feed->kind == FEED_KIND_FAMILY;
    char *uid = arena_take(arena, UUID_TEXT + 1);

    uuid_format(event->meeting_id, uid);
    return (struct calendar_event){
        .uid = {uid, UUID_TEXT},
        .sequence = event->sequence,
        .changed_ms = event->changed_ms,
        .starts_ms = event->starts_ms,
        .ends_ms = event->ends_ms,
        .summary = family ? text_of(intake_word(I18N_SV, T("Träff"))) : event->name,
        .location = event->location,
        .cancelled = event->cancelled,
        .discreet = family,
        .until_ms = INT_ABSENT,
        .instead_of_ms = INT_ABSENT,
    };
}

static const char *feed_name(const struct feed_row *feed)
{
    switch (feed->kind) {
    case FEED_KIND_ROOM:
        return feed->name.data ? feed->name.data : "";
    case FEED_KIND_LEADER:
        return intake_word(I18N_SV, T("Uppdrag"));
    case FEED_KIND_NONE:
    case FEED_KIND_FAMILY:
        break;
    }
    return intake_word(I18N_SV, T("Träffar"));
}

static bool write_feed(
    struct context *context, const struct feed_row *feed, struct text *text, struct error *error)
{
    const struct feed_event *events;
    struct calendar_event *shown;
    size_t count;

    if (!feed_load_events(context, feed->kind, feed->about, &events, &count, error))
        return error_while(error, "reading a calendar");
    shown = ARENA_ARRAY(context->arena, struct calendar_event, count);
    for (size_t i = 0; i < count; i++)
        shown[i] = shown_event(context->arena, feed, &events[i]);
    const struct calendar calendar = {
        .kind = CALENDAR_FEED, .name = text_of(feed_name(feed)), .events = shown, .count = count};
    *text = calendar_write(context->arena, &calendar);
    return true;
}

/* --- the answer --- */

static const char *http_date(struct arena *arena, int64_t ms)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t seconds = (time_t)(ms / 1000);
    struct tm utc;

    gmtime_r(&seconds, &utc);
    return arena_format(arena, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday],
        utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/* By its tag; without one by the date that we sent, and no other. */
static bool is_known(const struct http_request *request, const char *tag, const char *date)
{
    const struct text tags = http_header(request, "if-none-match");

    if (tags.data)
        return strcmp(tags.data, "*") == 0 || strstr(tags.data, tag) != NULL;
    return text_is(http_header(request, "if-modified-since"), date);
}

static void answer(struct context *context, struct http_request *request, struct text text,
    const char *tag, int64_t since_ms)
{
    const char *date = http_date(context->arena, since_ms);

    if (is_known(request, tag, date))
        http_answer(request, 304, "text/calendar; charset=utf-8", TEXT(""));
    else
        http_answer(request, 200, "text/calendar; charset=utf-8", text);
    http_answer_header(request, "ETag", tag);
    http_answer_header(request, "Last-Modified", date);
    http_answer_header(request, "Cache-Control", "private, no-cache");
    http_answer_header(request, "Content-Disposition", "inline; filename=\"kalender.ics\"");
    http_answer_header(request, "X-Robots-Tag", "noindex");
}

static void answer_none(struct http_request *request)
{
    http_answer(request, 404, "text/plain; charset=utf-8", TEXT("Ingen kalender finns här.\n"));
    http_answer_header(request, "Cache-Control", "no-store");
}

static bool show(struct context *context, struct http_request *request, const struct feed_row *feed,
    struct error *error)
{
    uint8_t hash[HASH_BYTES];
    char tag[2 * HASH_BYTES + 3] = "\"";
    int64_t since_ms = feed->shown_at_ms;
    struct text text;

    if (!write_feed(context, feed, &text, error))
        return false;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text.data, text.length, NULL, 0);
    hex_encode(hash, sizeof hash, tag + 1);
    tag[sizeof tag - 2] = '"';
    if (!feed->shown_hash.data || feed->shown_hash.length != sizeof hash ||
        memcmp(feed->shown_hash.data, hash, sizeof hash) != 0) {
        const struct text kept = {arena_copy(context->arena, hash, sizeof hash), sizeof hash};
        if (!feed_note_shown(context, feed->feed_id, kept, error))
            return error_while(error, "noting what a calendar says");
        since_ms = context->now_ms;
    }
    answer(context, request, text, tag, since_ms);
    return true;
}

/* The token of "TOKEN.ics"; what is no such file is no token either. */
static struct text token_of(struct text file)
{
    static const char end[] = ".ics";
    const size_t length = sizeof end - 1;

    if (file.length > length && strcmp(file.data + file.length - length, end) == 0)
        file.length -= length;
    return file;
}

bool intake_feed_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct text token = token_of(http_capture(requests[i], 0));
        struct feed_row feed;

        if (!feed_find(context, intake_token_hash(context->arena, "feed", token), &feed, error))
            return error_while(error, "looking for a calendar");
        if (!feed.found) {
            answer_none(requests[i]);
        } else if (too_often(feed.feed_id, context->now_ms)) {
            http_answer(requests[i], 429, "text/plain; charset=utf-8", TEXT(""));
            http_answer_header(requests[i], "Retry-After", "600");
        } else if (!show(context, requests[i], &feed, error)) {
            return false;
        }
    }
    return true;
}

/* --- what the desk asks for --- */

static bool change(struct context *context, const struct feed_wanted *message, struct slice *slice,
    size_t number, struct error *error)
{
    struct feed_making making = {.feed_id = message->feed_id,
        .about = message->about,
        .by_staff = message->by,
        .kind = message->kind};
    uint8_t hash[TOKEN_HASH];

    switch (message->change) {
    case FEED_CHANGE_MAKE:
        if (message->kind == FEED_KIND_FAMILY || !message->token_hash.data ||
            !hex_decode(message->token_hash, hash, sizeof hash)) {
            slice_reject(slice, number, "staff make no address for a family, nor one without hash");
            return true;
        }
        making.token_hash =
            (struct text){arena_copy(context->arena, hash, sizeof hash), sizeof hash};
        return feed_make(context, &making, error);
    case FEED_CHANGE_REVOKE:
        return feed_end(context, message->kind, message->about, (struct uuid){{0}}, error);
    case FEED_CHANGE_ALLOW:
        return feed_allow(context, message->about, message->by, error);
    case FEED_CHANGE_FORBID:
        return feed_forbid(context, message->about, error);
    case FEED_CHANGE_NONE:
        break;
    }
    return true;
}

bool intake_on_feed_wanted(struct context *context, const struct feed_wanted *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++)
        if (!change(context, &messages[i], slice, i, error))
            return error_while(error, "changing a calendar's address");
    return true;
}
