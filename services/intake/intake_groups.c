/*
 * The public list of groups, and the page of each.
 *
 * Filters work without script. Where nothing fits, the way on is a form that begins with what was
 * chosen: such an interest is a waiting child like any other, and what waits is what ideas for new
 * groups are counted from.
 */
#include <stdlib.h>
#include <string.h>

#include "common/calendar.h"
#include "common/check.h"
#include "services/intake/intake_catalogue.h"
#include "services/intake/intake_parts.h"

enum { CARDS_MOST = 24 /* of one page: it stays below 50 KiB */ };

/* --- what a form begins with --- */

static void add_known(struct value *known, const char *name, const char *value)
{
    struct value *one = value_append_object(known);

    value_set_string(one, "name", name);
    value_set_string(one, "value", value);
}

static void add_chosen(const struct group_filter *filter, struct value *root)
{
    struct value *known = value_add_list(root, "known");

    if (filter->situation != SITUATION_NONE)
        add_known(known, "situations", situation_names[filter->situation]);
    if (!text_empty(filter->district))
        add_known(known, "district", filter->district.data);
    if (!text_empty(filter->language))
        add_known(known, "languages", filter->language.data);
}

/* --- the list --- */

/* The address of another page of the same list. */
static const char *page_address(
    struct context *context, const struct http_request *request, unsigned language, int64_t page)
{
    static const char *const names[] = {"om", "age", "district", "weekday", "language"};
    const char *address =
        arena_format(context->arena, "/%s/grupper?", i18n_code(intake_house()->i18n, language));

    for (size_t i = 0; i < COUNT(names); i++) {
        const struct text value = http_query(request, names[i]);
        if (!text_empty(value) &&
            strspn(value.data, "abcdefghijklmnopqrstuvwxyz0123456789-") == value.length)
            address = arena_format(context->arena, "%s%s=%s&", address, names[i], value.data);
    }
    return arena_format(context->arena, "%ssida=%d", address, (int)page);
}

static int64_t page_of(const struct http_request *request)
{
    const struct text text = http_query(request, "sida");

    return !text_empty(text) && text.length <= 2 && strspn(text.data, "0123456789") == text.length
               ? strtol(text.data, NULL, 10)
               : 1;
}

static int64_t add_cards(struct context *context, const struct http_request *request,
    unsigned language, const struct group_filter *filter, const struct group_row *groups,
    size_t count, struct value *root)
{
    struct value *list = value_add_list(root, "groups");
    const int64_t page = page_of(request);
    int64_t fitting = 0;

    for (size_t i = 0; i < count; i++) {
        if (text_is(groups[i].status, "finished") || !catalogue_fits(&groups[i], filter))
            continue;
        if (fitting / CARDS_MOST == page - 1)
            catalogue_add(context, language, &groups[i], value_append_object(list));
        fitting++;
    }
    if (page > 1)
        value_set_string(root, "before", page_address(context, request, language, page - 1));
    if (fitting > page * CARDS_MOST)
        value_set_string(root, "after", page_address(context, request, language, page + 1));
    return fitting;
}

static bool chooses(const struct group_filter *filter)
{
    return filter->situation != SITUATION_NONE || !text_empty(filter->district) ||
           !text_empty(filter->language) || filter->weekday != INT_ABSENT ||
           filter->age != INT_ABSENT;
}

static void show_groups(struct context *context, struct http_request *request,
    const struct group_row *groups, size_t count)
{
    const struct group_filter filter = catalogue_filter(request);
    unsigned language;

    if (!intake_language(context, request, &language))
        return;
    struct value *root = intake_page(context, request, T("Grupper"), language);
    value_set_bool(root, "on_groups", true);
    value_set_bool(root, "leave", filter.situation == SITUATION_VIOLENCE);
    catalogue_add_filters(context, language, &filter, root);
    value_set_int(
        root, "shown", add_cards(context, request, language, &filter, groups, count, root));
    add_chosen(&filter, root);
    if (chooses(&filter) || page_of(request) > 1)
        intake_show(context, request, 200, "groups.html", language, root);
    else
        intake_show_open(context, request, "groups.html", language, root);
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

/* --- one group --- */

static void add_days(struct context *context, unsigned language, const struct meeting_row *meetings,
    size_t count, struct value *root)
{
    struct value *days = value_add_list(root, "days");

    for (size_t i = 0; i < count; i++) {
        struct value *day = value_append_object(days);
        value_set_string(day, "day", intake_day(context->arena, language, meetings[i].day));
        value_set_bool(day, "cancelled", meetings[i].cancelled);
    }
}

static bool show_group(struct context *context, struct http_request *request, unsigned language,
    const struct group_row *group, struct error *error)
{
    struct value *root = intake_page(context, request, T("En grupp"), language);
    const struct group_filter of_this = {.situation = group->situation};
    const struct meeting_row *meetings;
    size_t count;

    if (!intake_look_meetings(context, group->group_id, &meetings, &count, error))
        return error_while(error, "reading a group's days");
    value_set_bool(root, "leave", group->situation == SITUATION_VIOLENCE);
    catalogue_add(context, language, group, root);
    add_days(context, language, meetings, count, root);
    add_chosen(&of_this, root);
    intake_show_open(context, request, "group.html", language, root);
    return true;
}

/* Neutral, as every calendar here: the group's name, and where in the city it is but no address. */
static void answer_calendar(struct context *context, struct http_request *request,
    const struct group_row *group, const struct meeting_row *meetings, size_t count)
{
    const struct intake_lists *lists = &intake_house()->lists;
    struct calendar_event *events = ARENA_ARRAY(context->arena, struct calendar_event, count);
    const char *district =
        intake_list_name(lists->districts, lists->keys.district_count, I18N_SV, group->district);

    for (size_t i = 0; i < count; i++) {
        char *uid = arena_take(context->arena, UUID_TEXT + 1);
        uuid_format(meetings[i].meeting_id, uid);
        events[i] = (struct calendar_event){
            .uid = {uid, UUID_TEXT},
            .sequence = meetings[i].sequence,
            .changed_ms = meetings[i].changed_ms,
            .starts_ms = meetings[i].starts_ms,
            .ends_ms = meetings[i].ends_ms,
            .summary = group->name,
            .location = group->situation == SITUATION_VIOLENCE ? TEXT("") : text_of(district),
            .cancelled = meetings[i].cancelled,
            .discreet = true,
            .until_ms = INT_ABSENT,
            .instead_of_ms = INT_ABSENT,
        };
    }
    const struct calendar calendar = {
        .kind = CALENDAR_FEED, .name = group->name, .events = events, .count = count};
    http_answer(
        request, 200, "text/calendar; charset=utf-8", calendar_write(context->arena, &calendar));
    http_answer_header(request, "Content-Disposition", "attachment; filename=\"kalender.ics\"");
    http_answer_header(request, "X-Robots-Tag", "noindex");
}

/* The group of the address; NULL: answered that there is none. */
static bool find_group(struct context *context, struct http_request *request, unsigned *language,
    const struct group_row **group, struct error *error)
{
    const struct group_row *groups;
    size_t count;

    *group = NULL;
    if (!intake_language(context, request, language))
        return true;
    if (!intake_look_groups(context, &groups, &count, error))
        return error_while(error, "reading the catalogue");
    *group = catalogue_find(http_capture(request, 1), groups, count);
    if (!*group)
        intake_show_plain(context, request, 404, *language, T("Gruppen finns inte här"),
            T("Den kan vara slut eller flyttad. Se vilka grupper som finns nu, eller ring oss."));
    return true;
}

bool intake_group_page(struct context *context, struct http_request *const *requests, size_t count,
    struct error *error)
{
    const struct group_row *group;
    unsigned language;

    CHECK(count == 1);
    return find_group(context, requests[0], &language, &group, error) &&
           (!group || show_group(context, requests[0], language, group, error));
}

bool intake_group_calendar(struct context *context, struct http_request *const *requests,
    size_t count, struct error *error)
{
    const struct meeting_row *meetings;
    const struct group_row *group;
    size_t meeting_count;
    unsigned language;

    CHECK(count == 1);
    if (!find_group(context, requests[0], &language, &group, error))
        return false;
    if (!group)
        return true;
    if (!intake_look_meetings(context, group->group_id, &meetings, &meeting_count, error))
        return error_while(error, "reading a group's days");
    answer_calendar(context, requests[0], group, meetings, meeting_count);
    return true;
}
