/* The public list of groups as JSON, one of them with its days, and the description of the API. */
#include <jansson.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/intake/intake_catalogue.h"
#include "services/intake/intake_parts.h"

static json_t *group_json(struct arena *arena, const struct group_row *group)
{
    char id[UUID_TEXT + 1], first[DATE_TEXT + 1], last[DATE_TEXT + 1];

    uuid_format(group->group_id, id);
    date_format(group->first_day, first);
    date_format(group->last_day, last);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s?, s:s, s:s?, s:i, s:s, s:i, s:s, s:s,"
                     " s:i, s:b, s:s, s:s?, s:{s:s, s:s, s:s}}",
        "group_id", id, "name", group->name.data, "programme", group->programme.data, "situation",
        situation_names[group->situation], "language", group->language.data, "age_from",
        (int)group->age_from, "age_to", (int)group->age_to, "sex", group->sex.data, "district",
        group->district.data, "site", group->site.data, "weekday", (int)group->weekday + 1,
        "starts",
        arena_format(
            arena, "%02d:%02d", (int)(group->starts_min / 60), (int)(group->starts_min % 60)),
        "minutes", (int)group->minutes, "first_day", first, "last_day", last, "meetings",
        (int)group->meetings, "parent_group", (int)group->parent_group, "status",
        group->status.data, "weeks_off", group->weeks_off.data, "links", "self",
        arena_format(arena, "/api/v1/groups/%s", id), "page",
        arena_format(arena, "/sv/grupper/%s", id), "calendar",
        arena_format(arena, "/sv/grupper/%s/kalender.ics", id));
}

static void answer(struct http_request *request, json_t *json)
{
    char *body = json_dumps(json, JSON_COMPACT);

    http_answer(request, 200, "application/json", text_of(body));
    http_answer_header(request, "Cache-Control", "public, max-age=60");
    free(body);
    json_decref(json);
}

/* To programs a situation has its name. */
static struct group_filter filter_of(const struct http_request *request)
{
    struct group_filter filter = catalogue_filter(request);
    const struct text named = http_query(request, "situation");

    for (int i = 1; named.data && i < SITUATION_COUNT; i++)
        if (text_is(named, situation_names[i]))
            filter.situation = (enum situation)i;
    return filter;
}

bool intake_groups_api(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct group_row *groups;
    size_t group_count;

    if (!intake_look_groups(context, &groups, &group_count, error))
        return error_while(error, "reading the catalogue");
    for (size_t i = 0; i < count; i++) {
        const struct group_filter filter = filter_of(requests[i]);
        json_t *list = json_array();
        for (size_t j = 0; j < group_count; j++)
            if (catalogue_fits(&groups[j], &filter))
                json_array_append_new(list, group_json(context->arena, &groups[j]));
        answer(requests[i], json_pack("{s:o}", "groups", list));
    }
    return true;
}

static void answer_none(struct http_request *request)
{
    json_t *json = json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", "about:blank", "title",
        "No such group", "status", 404, "detail", "There is no public group with that id.",
        "instance", http_path(request).data);
    char *body = json_dumps(json, JSON_COMPACT);

    http_answer(request, 404, "application/problem+json", text_of(body));
    free(body);
    json_decref(json);
}

bool intake_group_api(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct group_row *groups, *group;
    const struct meeting_row *meetings;
    char day[DATE_TEXT + 1];
    size_t group_count;

    CHECK(count == 1);
    if (!intake_look_groups(context, &groups, &group_count, error))
        return error_while(error, "reading the catalogue");
    group = catalogue_find(http_capture(requests[0], 0), groups, group_count);
    if (!group) {
        answer_none(requests[0]);
        return true;
    }
    if (!intake_look_meetings(context, group->group_id, &meetings, &group_count, error))
        return error_while(error, "reading a group's days");
    json_t *json = group_json(context->arena, group), *days = json_array();
    for (size_t i = 0; i < group_count; i++)
        if (!meetings[i].cancelled) {
            date_format(meetings[i].day, day);
            json_array_append_new(days, json_string(day));
        }
    json_object_set_new(json, "days", days);
    answer(requests[0], json);
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
