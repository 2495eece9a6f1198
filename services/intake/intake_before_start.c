/*
 * The page behind the link to a meeting before the start: the times that are left, one to choose.
 *
 * Looking never uses the link up, and a family may change until the day before. Intake keeps each
 * choice and tells scheduling, which alone books: until it has answered, the page says so and comes
 * again by itself. When another family was first, the page says that, with the times that are left.
 * A leader's link shows the group's times, and no family.
 */
#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/intake/intake_before_start_store.h"
#include "services/intake/intake_parts.h"

struct meeting_visit {
    struct context *context;
    struct http_request *request;
    unsigned language;
    struct meet_row meet;
    bool wrong;
};

/* False: answered, or failed. */
static bool begin(struct meeting_visit *visit, struct context *context,
    struct http_request *request, bool *answered, struct error *error)
{
    *visit = (struct meeting_visit){.context = context, .request = request};
    *answered = !intake_language(context, request, &visit->language);
    if (*answered)
        return true;
    return intake_look_meet(context,
               intake_token_hash(context->arena, "before_start", http_capture(request, 1)),
               &visit->meet, error) ||
           error_while(error, "looking for a meeting before the start");
}

static void show_nothing(const struct meeting_visit *visit)
{
    struct value *root = intake_page(
        visit->context, visit->request, T("Vi kan inte visa något här"), visit->language);

    intake_show(visit->context, visit->request, 404, "no_offer.html", visit->language, root);
}

/* --- showing --- */

static const char *place_of(const struct meeting_visit *visit, struct text site, struct text room)
{
    struct arena *arena = visit->context->arena;

    if (!site.data)
        return intake_word(visit->language, T("Adressen får ni av oss när vi har pratat med er."));
    return room.data ? arena_format(arena, "%s, %s", site.data, room.data)
                     : arena_format(arena, "%s", site.data);
}

static const char *when_of(
    const struct meeting_visit *visit, int32_t day, int64_t starts_ms, int64_t ends_ms)
{
    struct arena *arena = visit->context->arena;

    return arena_format(arena, "%s %s–%s", intake_day(arena, visit->language, day),
        intake_clock(arena, local_minute(starts_ms)), intake_clock(arena, local_minute(ends_ms)));
}

static const char *id_of(const struct meeting_visit *visit, struct uuid id)
{
    char text[UUID_TEXT + 1];

    uuid_format(id, text);
    return arena_format(visit->context->arena, "%s", text);
}

static void add_times(const struct meeting_visit *visit, struct value *root,
    const struct meet_time *times, size_t count)
{
    struct value *list = value_add_list(root, "times");

    value_set_bool(root, "any_time", count > 0);
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "value", id_of(visit, times[i].time_id));
        value_set_string(
            one, "when", when_of(visit, times[i].day, times[i].starts_ms, times[i].ends_ms));
        value_set_string(one, "where", place_of(visit, times[i].site, times[i].room));
        value_set_bool(one, "on", times[i].own);
        value_set_bool(one, "free", times[i].free);
    }
}

static void add_languages(
    const struct meeting_visit *visit, struct value *root, const char *name, struct text chosen)
{
    const struct intake_lists *lists = &intake_house()->lists;
    struct value *list = value_add_list(root, name);

    for (size_t i = 0; i < lists->keys.language_count; i++) {
        const struct list_entry *entry = &lists->languages[i];
        if (strcmp(entry->key, "sv") == 0 || strcmp(entry->key, "swl") == 0)
            continue;
        struct value *one = value_append_object(list);
        value_set_string(one, "value", entry->key);
        value_set_string(one, "text", visit->language == I18N_SV ? entry->name : entry->name_en);
        value_set_bool(one, "on", chosen.data && text_is(chosen, entry->key));
    }
}

/* What became of the last choice, when it is not what the family asked for. */
static const char *trouble_of(const struct meet_row *meet)
{
    if (text_is(meet->choice_end, "taken"))
        return T("Den tiden hann någon annan ta. Här är de tider som är kvar.");
    if (text_is(meet->choice_end, "too_late"))
        return T("Det är för nära för att ändra här. Ring oss, så hjälper vi er.");
    return NULL;
}

static void add_booked(const struct meeting_visit *visit, struct value *root)
{
    const struct meet_row *meet = &visit->meet;

    value_set_bool(root, "booked", true);
    value_set_string(root, "when", when_of(visit, meet->day, meet->starts_ms, meet->ends_ms));
    value_set_string(root, "where", place_of(visit, meet->site, meet->room));
    value_set_bool(root, "calendar", !meet->violence);
}

static bool show_choice(struct meeting_visit *visit, struct error *error)
{
    struct context *context = visit->context;
    const struct meet_row *meet = &visit->meet;
    const struct text none = {NULL, 0},
                      tongue = text_of(i18n_tag(intake_house()->i18n, visit->language));
    const bool booked = text_is(meet->state, "booked");
    const struct meet_time *times;
    size_t count;

    if (!intake_look_times(context, meet, &times, &count, error))
        return error_while(error, "looking for times before the start");
    struct value *root = intake_page(context, visit->request,
        booked ? T("Er tid är bokad") : T("Välj en tid att träffas"), visit->language);
    const char *trouble = trouble_of(meet);
    value_set_bool(root, "leave", true);
    value_set_bool(root, "wrong", visit->wrong);
    value_set_text(root, "group", meet->group);
    value_set_text(root, "link", http_capture(visit->request, 1));
    value_set_bool(root, "will_call", text_is(meet->state, "none_fits"));
    value_set_bool(root, "may_change", !booked || meet->day > local_day(visit->context->now_ms));
    if (trouble)
        value_set_message(root, "trouble", trouble);
    if (booked)
        add_booked(visit, root);
    add_times(visit, root, times, count);
    add_languages(visit, root, "child_languages", none);
    add_languages(visit, root, "guardian_languages", visit->language == I18N_SV ? none : tongue);
    value_set_bool(root, "sign", meet->sign);
    intake_show(context, visit->request, visit->wrong ? 422 : 200, "before_start.html",
        visit->language, root);
    return true;
}

static bool show_leader(struct meeting_visit *visit, struct error *error)
{
    const struct meet_time *times;
    size_t count;

    if (!intake_look_times(visit->context, &visit->meet, &times, &count, error))
        return error_while(error, "looking for a leader's times");
    struct value *root =
        intake_page(visit->context, visit->request, T("Möten före start"), visit->language);
    value_set_text(root, "group", visit->meet.group);
    add_times(visit, root, times, count);
    intake_show(
        visit->context, visit->request, 200, "before_start_leader.html", visit->language, root);
    return true;
}

static bool show(struct meeting_visit *visit, struct error *error)
{
    const struct meet_row *meet = &visit->meet;

    if (!meet->found || !meet->lives) {
        show_nothing(visit);
        return true;
    }
    if (meet->leader)
        return show_leader(visit, error);
    if (text_is(meet->state, "ended")) {
        intake_show_plain(visit->context, visit->request, 200, visit->language,
            T("Tack för att vi fick träffas"), T("Vi hör av oss om hur det blir."));
        return true;
    }
    if (meet->pending) {
        struct value *root =
            intake_page(visit->context, visit->request, T("Vi bokar tiden åt er"), visit->language);
        value_set_text(root, "link", http_capture(visit->request, 1));
        intake_show(
            visit->context, visit->request, 200, "before_start_wait.html", visit->language, root);
        http_answer_header(visit->request, "Refresh", "1");
        return true;
    }
    return show_choice(visit, error);
}

bool intake_before_start_page(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct meeting_visit visit;
    bool answered;

    CHECK(count == 1);
    if (!begin(&visit, context, requests[0], &answered, error))
        return false;
    return answered || show(&visit, error);
}

/* --- the calendar --- */

static const char *stamp(struct arena *arena, int64_t ms)
{
    const struct civil civil = date_to_civil((int32_t)(ms / 86400000));
    const int seconds = (int)(ms / 1000 % 86400);

    return arena_format(arena, "%04d%02d%02dT%02d%02d%02dZ", civil.year, civil.month, civil.day,
        seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* A comma, a semicolon and a backslash are escaped (RFC 5545, 3.3.11). */
static const char *escaped(struct arena *arena, const char *text)
{
    char *out = arena_take(arena, 2 * strlen(text) + 1), *end = out;

    for (; *text; text++) {
        if (strchr(",;\\", *text))
            *end++ = '\\';
        *end++ = *text == '\r' || *text == '\n' ? ' ' : *text;
    }
    *end = '\0';
    return out;
}

/* Neutral: a meeting, where and when; no group, no child. The sequence rises with each change. */
bool intake_before_start_calendar(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct meeting_visit visit;
    bool answered;

    CHECK(count == 1);
    if (!begin(&visit, context, requests[0], &answered, error))
        return false;
    if (answered)
        return true;
    const struct meet_row *meet = &visit.meet;
    if (!meet->found || !meet->lives || meet->leader || !text_is(meet->state, "booked")) {
        show_nothing(&visit);
        return true;
    }
    struct arena *arena = context->arena;
    const char *body = arena_format(arena,
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Samordningen//SV\r\nBEGIN:VEVENT\r\n"
        "UID:%s@samordningen\r\nDTSTAMP:%s\r\nSEQUENCE:%d\r\nDTSTART:%s\r\nDTEND:%s\r\n"
        "SUMMARY:%s\r\n%s%s%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
        id_of(&visit, meet->offer_id), stamp(arena, meet->changed_ms),
        (int)(meet->changed_ms / 60000), stamp(arena, meet->starts_ms), stamp(arena, meet->ends_ms),
        escaped(arena, intake_word(visit.language, T("Träff"))), meet->site.data ? "LOCATION:" : "",
        meet->site.data ? escaped(arena, meet->site.data) : "", meet->site.data ? "\r\n" : "");
    http_answer(visit.request, 200, "text/calendar; charset=utf-8", text_of(body));
    http_answer_header(visit.request, "Cache-Control", "no-store");
    http_answer_header(visit.request, "Content-Disposition", "attachment; filename=\"traff.ics\"");
    return true;
}

/* --- choosing --- */

/* A language of the list, or none. */
static struct text language_field(const struct meeting_visit *visit, const char *name)
{
    const struct intake_lists *lists = &intake_house()->lists;
    const struct text given = http_form(visit->request, name);

    for (size_t i = 0; i < lists->keys.language_count && given.data; i++)
        if (text_is(given, lists->languages[i].key))
            return text_of(lists->languages[i].key);
    return (struct text){NULL, 0};
}

static bool choose(struct meeting_visit *visit, struct error *error)
{
    const struct text chosen = http_form(visit->request, "tid");
    struct meet_choice choice = {
        .choice_id = uuid_new(visit->context->now_ms),
        .offer_id = visit->meet.offer_id,
        .referral_id = visit->meet.referral_id,
        .person_id = visit->meet.person_id,
    };

    visit->wrong = !text_is(chosen, "ingen") && !uuid_parse(chosen, &choice.time_id);
    if (visit->wrong)
        return show(visit, error);
    if (!intake_add_choice(visit->context, &choice, error))
        return error_while(error, "keeping the choice of a time");
    const struct before_start_chosen said = {
        .choice_id = choice.choice_id,
        .referral_id = choice.referral_id,
        .offer_id = choice.offer_id,
        .time_id = choice.time_id,
        .chosen_at_ms = visit->context->now_ms,
        .child_language = language_field(visit, "tolk_barn"),
        .guardian_language = language_field(visit, "tolk_vuxen"),
        .sign_language = text_is(http_form(visit->request, "teckensprak"), "ja"),
    };
    intake_send_before_start_chosen(visit->context, &said, 1);
    http_redirect(visit->request, http_path(visit->request).data);
    return true;
}

bool intake_before_start_post(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    struct meeting_visit visit;
    bool answered;

    CHECK(count == 1);
    if (!begin(&visit, context, requests[0], &answered, error))
        return false;
    if (answered || !intake_same_origin(context, visit.request, visit.language))
        return true;
    const bool open = visit.meet.found && visit.meet.lives && !visit.meet.leader &&
                      !text_is(visit.meet.state, "ended");
    return open ? choose(&visit, error) : show(&visit, error);
}
