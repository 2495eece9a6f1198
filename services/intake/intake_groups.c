/* The public list of groups, as a page with filters and as JSON. No exact address where the group
 * is about violence: scheduling's view withholds it. */
#include <jansson.h>
#include <stdlib.h>

#include "common/domain/date.h"
#include "services/intake/intake_look_store.h"
#include "services/intake/intake_parts.h"

struct status_words {
    const char *status, *words, *tone;
};

static const struct status_words statuses[] = {
    {"planned", T("Planeras. Startar när några barn till vill vara med."), "wait"},
    {"open", T("Öppen, det finns plats"), ""},
    {"starting", T("Startar snart"), ""},
    {"full", T("Full, men ni kan stå på väntelistan"), "calm"},
    {"running", T("Pågår"), "calm"},
    {"finished", T("Avslutad"), "calm"},
    {NULL, T("Inställd, kan starta senare"), "stop"},
};

static const struct status_words *status_of(struct text status)
{
    const struct status_words *at = statuses;

    while (at->status && !text_is(status, at->status))
        at++;
    return at;
}

struct filter {
    struct text situation, district, weekday, age;
};

static struct filter filter_of(const struct http_request *request)
{
    return (struct filter){http_query(request, "situation"), http_query(request, "district"),
        http_query(request, "weekday"), http_query(request, "age")};
}

static bool fits(const struct group_row *group, const struct filter *filter)
{
    const long age = filter->age.length ? strtol(filter->age.data, NULL, 10) : -1;
    const long weekday = filter->weekday.length ? strtol(filter->weekday.data, NULL, 10) : -1;

    return (text_empty(filter->situation) ||
               text_is(filter->situation, situation_names[group->situation])) &&
           (text_empty(filter->district) || text_equal(filter->district, group->district)) &&
           (weekday < 0 || weekday == group->weekday) &&
           (age < 0 || (group->age_from <= age && age <= group->age_to));
}

/* The page */

static struct value *add_filter(struct value *filters, const char *name, const char *label)
{
    struct value *filter = value_append_object(filters);

    value_set_string(filter, "name", name);
    value_set_message(filter, "label", label);
    return value_add_list(filter, "options");
}

static void add_option(struct value *options, const char *value, const char *text, struct text set)
{
    struct value *option = value_append_object(options);

    value_set_string(option, "value", value);
    value_set_string(option, "text", text);
    value_set_bool(option, "on", text_is(set, value));
}

static void add_filters(
    struct context *context, unsigned language, const struct filter *filter, struct value *root)
{
    const struct intake_lists *lists = &intake_house()->lists;
    struct value *filters = value_add_list(root, "filters");
    struct value *options = add_filter(filters, "situation", T("Vad det handlar om"));

    for (int i = 1; i < SITUATION_COUNT; i++)
        add_option(options, situation_names[i],
            intake_word(language, intake_situation((enum situation)i)), filter->situation);
    options = add_filter(filters, "age", T("Barnets ålder"));
    for (int age = 4; age <= REGISTER_AGE_MOST; age++) {
        const char *text = arena_format(context->arena, "%d", age);
        add_option(options, text, text, filter->age);
    }
    options = add_filter(filters, "district", T("Stadsdel"));
    for (size_t i = 0; i < lists->keys.district_count; i++)
        add_option(options, lists->districts[i].key, lists->districts[i].name, filter->district);
    options = add_filter(filters, "weekday", T("Dag"));
    for (int day = 0; day < 5; day++)
        add_option(options, arena_format(context->arena, "%d", day), intake_weekday(language, day),
            filter->weekday);
}

static const char *only_words(unsigned language, struct text sex)
{
    if (text_is(sex, "girl"))
        return intake_word(language, T("bara flickor"));
    return text_is(sex, "boy") ? intake_word(language, T("bara pojkar")) : NULL;
}

static void add_group(
    struct context *context, unsigned language, const struct group_row *group, struct value *list)
{
    const struct intake_lists *lists = &intake_house()->lists;
    const struct status_words *status = status_of(group->status);
    struct value *card = value_append_object(list);

    value_set_text(card, "group", group->name);
    value_set_string(card, "tone", status->tone);
    value_set_message(card, "status", status->words);
    value_set_message(card, "situation", intake_situation(group->situation));
    value_set_int(card, "age_from", group->age_from);
    value_set_int(card, "age_to", group->age_to);
    value_set_string(card, "only", only_words(language, group->sex));
    value_set_string(card, "district",
        intake_list_name(lists->districts, lists->keys.district_count, language, group->district));
    value_set_string(card, "weekday", intake_weekday(language, (int)group->weekday));
    value_set_string(card, "starts", intake_clock(context->arena, group->starts_min));
    value_set_string(card, "first", intake_day(context->arena, language, group->first_day));
    value_set_int(card, "meetings", group->meetings);
    value_set_text(card, "off", group->weeks_off);
    value_set_string(card, "language",
        intake_list_name(lists->languages, lists->keys.language_count, language, group->language));
    value_set_bool(card, "parents", group->parent_group);
}

static void show_groups(struct context *context, struct http_request *request,
    const struct group_row *groups, size_t count)
{
    const struct filter filter = filter_of(request);
    struct value *root, *list;
    unsigned language;
    int64_t shown = 0;

    if (!intake_language(context, request, &language))
        return;
    root = intake_page(context, request, T("Grupper"), language);
    value_set_bool(root, "on_groups", true);
    add_filters(context, language, &filter, root);
    list = value_add_list(root, "groups");
    for (size_t i = 0; i < count; i++)
        if (!text_is(groups[i].status, "finished") && fits(&groups[i], &filter)) {
            add_group(context, language, &groups[i], list);
            shown++;
        }
    value_set_int(root, "shown", shown);
    intake_show(context, request, 200, "groups.html", language, root);
}

bool intake_groups_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct group_row *groups;
    size_t group_count;

    if (!intake_look_groups(context, &groups, &group_count, error))
        return error_while(error, "reading the catalogue");
    for (size_t i = 0; i < count; i++)
        show_groups(context, requests[i], groups, group_count);
    return true;
}

/* JSON */

static json_t *group_json(struct arena *arena, const struct group_row *group)
{
    char id[UUID_TEXT + 1], first[DATE_TEXT + 1], last[DATE_TEXT + 1];

    uuid_format(group->group_id, id);
    date_format(group->first_day, first);
    date_format(group->last_day, last);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s?, s:s, s:s?, s:i, s:s, s:i, s:s, s:s,"
                     " s:i, s:b, s:s, s:s?}",
        "group_id", id, "name", group->name.data, "programme", group->programme.data, "situation",
        situation_names[group->situation], "language", group->language.data, "age_from",
        (int)group->age_from, "age_to", (int)group->age_to, "sex", group->sex.data, "district",
        group->district.data, "site", group->site.data, "weekday", (int)group->weekday + 1,
        "starts",
        arena_format(
            arena, "%02d:%02d", (int)(group->starts_min / 60), (int)(group->starts_min % 60)),
        "minutes", (int)group->minutes, "first_day", first, "last_day", last, "meetings",
        (int)group->meetings, "parent_group", (int)group->parent_group, "status",
        group->status.data, "weeks_off", group->weeks_off.data);
}

bool intake_groups_api(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct group_row *groups;
    size_t group_count;

    if (!intake_look_groups(context, &groups, &group_count, error))
        return error_while(error, "reading the catalogue");
    for (size_t i = 0; i < count; i++) {
        const struct filter filter = filter_of(requests[i]);
        json_t *list = json_array();
        for (size_t j = 0; j < group_count; j++)
            if (fits(&groups[j], &filter))
                json_array_append_new(list, group_json(context->arena, &groups[j]));
        json_t *json = json_pack("{s:o}", "groups", list);
        char *body = json_dumps(json, JSON_COMPACT);
        http_answer(requests[i], 200, "application/json", text_of(body));
        http_answer_header(requests[i], "Cache-Control", "public, max-age=60");
        free(body);
        json_decref(json);
    }
    return true;
}

/* OpenAPI 3.1, around the schema that the form itself is checked by. */
bool intake_openapi_api(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct embedded_file *file = intake_file("openapi.json");
    const char *mark = file ? strstr(file->content.data, "\"REFERRAL_FORM\"") : NULL;

    if (!mark)
        return error_set(error, ERROR_ABSENT, "openapi.json has no place for the form");
    const char *body = arena_format(context->arena, "%.*s%s%s", (int)(mark - file->content.data),
        file->content.data, referral_form_type.schema, mark + strlen("\"REFERRAL_FORM\""));
    for (size_t i = 0; i < count; i++) {
        http_answer(requests[i], 200, "application/json", text_of(body));
        http_answer_header(requests[i], "Cache-Control", "public, max-age=3600");
    }
    return true;
}
