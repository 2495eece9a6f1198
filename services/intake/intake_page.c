/* What all public pages share: the frame, the languages, days in words, and the few pages that
 * need no database. */
#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/domain/date.h"
#include "common/secrets.h"
#include "services/intake/intake_draft.h"
#include "services/intake/intake_look_store.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static const char *const weekdays[] = {
    T("måndag"), T("tisdag"), T("onsdag"), T("torsdag"), T("fredag"), T("lördag"), T("söndag")};
static const char *const months[] = {T("januari"), T("februari"), T("mars"), T("april"), T("maj"),
    T("juni"), T("juli"), T("augusti"), T("september"), T("oktober"), T("november"), T("december")};
static const char *const situations[SITUATION_COUNT] = {"",
    T("förälder som dricker för mycket eller tar droger"), T("förälder som mår psykiskt dåligt"),
    T("våld hemma"), T("föräldrar som har flyttat isär")};

const char *intake_word(unsigned language, const char *swedish)
{
    return i18n_text(intake_house()->i18n, language, swedish).data;
}

const char *intake_weekday(unsigned language, int weekday)
{
    CHECK(weekday >= 0 && weekday < (int)COUNT(weekdays));
    return intake_word(language, weekdays[weekday]);
}

const char *intake_month(unsigned language, int month)
{
    CHECK(month >= 1 && month <= (int)COUNT(months));
    return intake_word(language, months[month - 1]);
}

const char *intake_day(struct arena *arena, unsigned language, int32_t day)
{
    if (day == DAY_ABSENT)
        return "";
    const struct civil civil = date_to_civil(day);
    return arena_format(arena, "%s %d %s", intake_weekday(language, date_weekday(day)), civil.day,
        intake_month(language, civil.month));
}

const char *intake_clock(struct arena *arena, int64_t minutes)
{
    return arena_format(arena, "%02d.%02d", (int)(minutes / 60), (int)(minutes % 60));
}

const char *intake_situation(enum situation situation)
{
    return situations[situation];
}

const char *intake_list_name(
    const struct list_entry *list, size_t count, unsigned language, struct text key)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(key, list[i].key))
            return strcmp(i18n_tag(intake_house()->i18n, language), "sv") == 0 ? list[i].name
                                                                               : list[i].name_en;
    return key.data;
}

/* The frame */

/* The same page in the other languages: what stands after the first segment of the path. */
static const char *rest_of(const struct http_request *request)
{
    const struct text path = http_path(request);
    const char *slash = path.length > 1 ? strchr(path.data + 1, '/') : NULL;

    return slash ? slash : "/";
}

static void add_tongue(struct arena *arena, const struct http_request *request, unsigned language,
    bool here, struct value *list)
{
    const struct i18n *i18n = intake_house()->i18n;
    struct value *one = value_append_object(list);

    value_set_string(
        one, "href", arena_format(arena, "/%s%s", i18n_code(i18n, language), rest_of(request)));
    value_set_string(one, "tag", i18n_tag(i18n, language));
    value_set_string(one, "direction", i18n_direction(i18n, language));
    value_set_string(one, "self", i18n_self_name(i18n, language));
    value_set_bool(one, "here", here);
}

/* Swedish and what is Swedish said more simply stand together, the others after them. */
static void add_tongues(
    struct arena *arena, const struct http_request *request, unsigned language, struct value *root)
{
    const struct i18n *i18n = intake_house()->i18n;
    struct value *list = value_add_list(root, "tongues");

    for (int swedish = 1; swedish >= 0; swedish--)
        for (unsigned i = 0; i < i18n_languages(i18n); i++)
            if ((strcmp(i18n_tag(i18n, i), "sv") == 0) == swedish)
                add_tongue(arena, request, i, i == language, list);
}

/* A telephone number keeps its order among right-to-left words: an isolate round it. */
static const char *number_in(struct arena *arena, unsigned language, const char *number)
{
    const bool turned = strcmp(i18n_direction(intake_house()->i18n, language), "rtl") == 0;

    return turned ? arena_format(arena, "\xe2\x81\xa6%s\xe2\x81\xa9", number) : number;
}

struct value *intake_page(struct context *context, const struct http_request *request,
    const char *title, unsigned language)
{
    const struct intake_settings *settings = intake_house()->settings;
    struct arena *arena = context->arena;
    struct value *root = value_object(arena);

    value_set_message(root, "title", title);
    value_set_string(root, "style", intake_house()->style);
    value_set_string(root, "phone", number_in(arena, language, settings->phone));
    value_set_string(root, "phone_plain", settings->phone);
    value_set_message(root, "phone_hours", settings->phone_hours);
    value_set_string(root, "social_day", number_in(arena, language, settings->social_day));
    value_set_string(root, "social_night", number_in(arena, language, settings->social_night));
    value_set_string(root, "leave_to", settings->leave_to);
    value_set_int(root, "draft_days", settings->draft_ms / DAY_MS);
    value_set_bool(root, "no_assessment", settings->no_assessment);
    value_set_bool(root, "turned", intake_house()->turned);
    add_tongues(arena, request, language, root);
    return root;
}

/* No referrer, no cache, no script or style but ours, in no frame (INTERFACES, "Public pages"). */
static void secure(struct http_request *request)
{
    http_answer_header(request, "Cache-Control", "no-store");
    http_answer_header(request, "Cross-Origin-Opener-Policy", "same-origin");
    http_answer_header(request, "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

static bool show(struct context *context, struct http_request *request, unsigned status,
    const char *template, unsigned language, const struct value *root)
{
    struct error error;
    struct text page;

    if (!template_render(
            intake_house()->templates, template, language, root, context->arena, &page, &error)) {
        http_answer(request, 500, "text/plain; charset=utf-8", text_of(error.text));
        return false;
    }
    http_answer(request, status, "text/html; charset=utf-8", page);
    secure(request);
    return true;
}

/* What stands behind a link, or is somebody's own, is in no search engine. */
void intake_show(struct context *context, struct http_request *request, unsigned status,
    const char *template, unsigned language, const struct value *root)
{
    if (show(context, request, status, template, language, root))
        http_answer_header(request, "X-Robots-Tag", "noindex");
}

void intake_show_open(struct context *context, struct http_request *request, const char *template,
    unsigned language, const struct value *root)
{
    show(context, request, 200, template, language, root);
}

void intake_show_plain(struct context *context, struct http_request *request, unsigned status,
    unsigned language, const char *heading, const char *body)
{
    struct value *root = intake_page(context, request, heading, language);

    value_set_message(root, "heading", heading);
    value_set_message(root, "body", body);
    intake_show(context, request, status, "plain.html", language, root);
}

/* A language of the city that the pages are not translated to yet: letters may be. */
static bool speaks_later(struct text code)
{
    const struct register_lists *lists = &intake_house()->lists.keys;

    for (size_t i = 0; i < lists->language_count; i++)
        if (text_equal(lists->languages[i], code))
            return true;
    return false;
}

/* The language of the path when we speak it, else the browser's. */
static unsigned language_of(const struct http_request *request)
{
    const struct text path = http_path(request);
    unsigned language = i18n_accept(intake_house()->i18n, http_header(request, "accept-language"));

    i18n_language(
        intake_house()->i18n, (struct text){path.data + 1, strcspn(path.data + 1, "/")}, &language);
    return language;
}

void intake_show_missing(struct context *context, struct http_request *request)
{
    intake_show_plain(context, request, 404, language_of(request), T("Sidan finns inte"),
        T("Adressen är fel eller gammal. Börja om från startsidan."));
}

bool intake_language(struct context *context, struct http_request *request, unsigned *language)
{
    const struct text code = http_capture(request, 0);

    *language = I18N_SV;
    if (i18n_language(intake_house()->i18n, code, language) || speaks_later(code))
        return true;
    intake_show_missing(context, request);
    return false;
}

/* A browser says where a form was sent from; what is no browser has nobody's rights to abuse. Under
 * our own Referrer-Policy a browser that knows no Sec-Fetch-Site says "null" for our own pages. */
static bool is_own(const struct http_request *request)
{
    const struct text site = http_header(request, "sec-fetch-site");
    const struct text origin = http_header(request, "origin");
    const struct text host = http_header(request, "host");
    const char *name = origin.data ? strstr(origin.data, "://") : NULL;

    if (site.data)
        return text_is(site, "same-origin") || text_is(site, "none");
    return !origin.data || text_is(origin, "null") ||
           (name && host.data && strcmp(name + 3, host.data) == 0);
}

bool intake_same_origin(struct context *context, struct http_request *request, unsigned language)
{
    const bool own = is_own(request);

    if (!own)
        intake_show_plain(context, request, 403, language, T("Det gick inte att skicka"),
            T("Formuläret kom från en annan webbplats. Börja om från startsidan."));
    return own;
}

struct text intake_token_hash(struct arena *arena, const char *purpose, struct text token)
{
    uint8_t hash[TOKEN_HASH] = {0};

    token_hash(secrets_key(intake_house()->house->secrets, SECRET_TOKEN), purpose, token, hash);
    return (struct text){arena_copy(arena, hash, TOKEN_HASH), TOKEN_HASH};
}

/* The pages that need no database */

bool intake_start_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const struct text code = http_capture(requests[i], 0);
        unsigned language =
            i18n_accept(intake_house()->i18n, http_header(requests[i], "accept-language"));

        if (code.data && !intake_language(context, requests[i], &language))
            continue;
        if (code.data && http_path(requests[i]).data[http_path(requests[i]).length - 1] == '/') {
            struct value *root = intake_page(context, requests[i], T("Välkommen"), language);
            intake_show_open(context, requests[i], "start.html", language, root);
            continue;
        }
        http_redirect(requests[i],
            arena_format(context->arena, "/%s/", i18n_code(intake_house()->i18n, language)));
    }
    return true;
}

/* Addresses that are nobody's, and what an address does not take. */
bool intake_missing_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++)
        if (http_missed(requests[i]) == 405)
            intake_show_plain(context, requests[i], 405, language_of(requests[i]),
                T("Det gick inte att skicka så"),
                T("Sidan tar inte emot det som skickades, och inget är sparat. Börja om från "
                  "startsidan."));
        else
            intake_show_missing(context, requests[i]);
    return true;
}

static bool simple_pages(struct context *context, struct http_request *const *requests,
    size_t count, const char *title, const char *template, bool leave)
{
    for (size_t i = 0; i < count; i++) {
        unsigned language;
        if (!intake_language(context, requests[i], &language))
            continue;
        struct value *root = intake_page(context, requests[i], title, language);
        value_set_bool(root, "leave", leave);
        intake_show(context, requests[i], 200, template, language, root);
    }
    return true;
}

bool intake_urgent_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    return simple_pages(context, requests, count, T("Det är bråttom"), "urgent.html", true);
}

bool intake_child_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        struct form_view view = {.token = "", .shown_ms = clock_now_ms()};
        if (form_begin(context, requests[i], &view))
            intake_show(context, requests[i], 200, "child_intro.html", view.language,
                form_root(context, &view, T("Hej")));
    }
    return true;
}

/* Works without script: forgets what the browser kept of us and goes elsewhere. */
void intake_leave(struct context *context, struct http_request *request)
{
    http_answer(request, 303, "text/plain; charset=utf-8", TEXT(""));
    http_answer_header(request, "Location", intake_house()->settings->leave_to);
    http_answer_header(request, "Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
    draft_clear_cookie(context, request);
    secure(request);
}

/* What was begun here and not sent is deleted, and its key goes with the cookie. */
bool intake_leave_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    CHECK(count == 1);
    if (!draft_forget(context, requests[0], error))
        return false;
    intake_leave(context, requests[0]);
    return true;
}

static const char *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    if (dot && strcmp(dot, ".css") == 0)
        return "text/css; charset=utf-8";
    if (dot && strcmp(dot, ".js") == 0)
        return "text/javascript; charset=utf-8";
    return dot && strcmp(dot, ".svg") == 0 ? "image/svg+xml" : NULL;
}

bool intake_static_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const char *name = http_capture(requests[i], 0).data;
        const struct embedded_file *file = type_of(name) ? intake_file(name) : NULL;
        if (!file) {
            intake_show_missing(context, requests[i]);
            continue;
        }
        http_answer(requests[i], 200, type_of(name), file->content);
        http_answer_header(requests[i], "Cache-Control", "public, max-age=86400");
    }
    return true;
}
