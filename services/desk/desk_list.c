/* The waiting list by its filters, page by page, and the search for a family's code. */
#include <stdlib.h>

#include "services/desk/desk_parts.h"

/* --- the waiting list --- */

/* "URGENCY.MICROSECONDS.ID": where the page before ended. A wrong one begins anew. */
static void read_after(const struct visit *visit, struct list_filter *filter)
{
    const struct text after = http_query(visit->request, "efter");
    const char *first = after.data ? strchr(after.data, '.') : NULL;
    const char *second = first ? strchr(first + 1, '.') : NULL;

    if (!second || after.length > 80 || !uuid_parse(text_of(second + 1), &filter->after))
        return;
    filter->after_urgency = strtoll(after.data, NULL, 10);
    filter->after_since_us = strtoll(first + 1, NULL, 10);
    filter->continued =
        filter->after_urgency >= 0 && filter->after_urgency <= 3 && filter->after_since_us >= 0;
}

static struct list_filter read_filter(const struct visit *visit)
{
    const struct text district = http_query(visit->request, "stadsdel");
    struct list_filter filter = {
        .state = referral_state_of(http_query(visit->request, "lage")),
        .situation = situation_of(http_query(visit->request, "situation")),
        .district = district.length ? district : (struct text){NULL, 0},
    };

    if (!filter.state)
        filter.state = REFERRAL_STATE_WAITING;
    read_after(visit, &filter);
    return filter;
}

static void add_option(struct value *list, const char *key, const char *words, bool on)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "key", key);
    value_set_message(one, "words", words);
    value_set_bool(one, "on", on);
}

static bool add_filters(
    struct visit *visit, struct value *root, const struct list_filter *filter, struct error *error)
{
    struct value *states = value_add_list(root, "states");
    struct value *situations = value_add_list(root, "situations");
    struct value *list = value_add_list(root, "districts");
    const struct district_row *districts;
    size_t count;

    for (int i = 1; i < REFERRAL_STATE_COUNT; i++)
        add_option(states, referral_state_names[i], word_state((enum referral_state)i),
            filter->state == (enum referral_state)i);
    for (int i = 1; i < SITUATION_COUNT; i++)
        add_option(situations, situation_names[i], word_situation((enum situation)i),
            filter->situation == (enum situation)i);
    if (!desk_look_districts(visit->context, &districts, &count, error))
        return error_while(error, "reading the districts");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "key", districts[i].code);
        value_set_text(one, "words", districts[i].name);
        value_set_bool(one, "on", text_equal(districts[i].code, filter->district));
    }
    return true;
}

static void add_row(const struct visit *visit, struct value *list, const struct list_row *row)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "id", desk_id(visit->context->arena, row->referral_id));
    value_set_text(one, "code", row->code);
    if (row->situation)
        value_set_message(one, "situation", word_situation(row->situation));
    if (row->age != INT_ABSENT)
        value_set_string(one, "age", arena_format(visit->context->arena, "%d", (int)row->age));
    value_set_text(one, "district", row->district);
    value_set_message(one, "state", word_state(row->state));
    desk_set_reason(visit, one, row->reason, row->wait_detail, row->wait_district);
    value_set_string(one, "days",
        arena_format(visit->context->arena, "%d", (int)desk_days_since(visit, row->since_ms)));
    value_set_bool(one, "urgent", row->urgency > 0);
    value_set_int(one, "urgency", row->urgency == INT_ABSENT ? 0 : row->urgency);
    value_set_bool(one, "long", desk_days_since(visit, row->since_ms) > 42);
}

static void add_next(const struct visit *visit, struct value *root,
    const struct list_filter *filter, const struct list_row *last)
{
    value_set_string(root, "next",
        arena_format(visit->context->arena,
            "/vantelista?lage=%s&situation=%s&stadsdel=%s&efter="
            "%d.%lld.%s",
            referral_state_names[filter->state],
            filter->situation ? situation_names[filter->situation] : "",
            filter->district.data ? filter->district.data : "",
            last->urgency == INT_ABSENT ? 0 : (int)last->urgency, (long long)last->since_us,
            desk_id(visit->context->arena, last->referral_id)));
}

/* What goes into a link again must be a word of the city's list. */
static bool is_word(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((text.data[i] < 'a' || text.data[i] > 'z') && text.data[i] != '-')
            return false;
    return text.length <= 31;
}

bool desk_list_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct list_filter filter = read_filter(visit);
    struct value *root = desk_root(arena, visit, T("Väntelista"));
    struct value *list = value_add_list(root, "rows");
    const struct list_row *rows;
    size_t count;
    bool more;

    if (!is_word(filter.district))
        filter.district = (struct text){NULL, 0};
    if (!desk_look_list(visit->context, &filter, &rows, &count, &more, error) ||
        !add_filters(visit, root, &filter, error))
        return error_while(error, "reading the list");
    for (size_t i = 0; i < count; i++)
        add_row(visit, list, &rows[i]);
    if (more)
        add_next(visit, root, &filter, &rows[count - 1]);
    value_set_bool(root, "continued", filter.continued);
    value_set_bool(root, "is_waiting", filter.state == REFERRAL_STATE_WAITING);
    desk_show(arena, visit->request, 200, "list.html", visit->language, root);
    return true;
}

/* --- by code, when a family phones --- */

bool desk_search_page(struct visit *visit, struct error *error)
{
    const struct text typed = http_query(visit->request, "kod");
    const struct uuid *found;
    char code[16];
    size_t count, length = 0;

    for (size_t i = 0; i < typed.length && length + 1 < sizeof code; i++)
        if (typed.data[i] != ' ' && typed.data[i] != '-')
            code[length++] =
                (char)(typed.data[i] >= 'a' && typed.data[i] <= 'z' ? typed.data[i] - 32
                                                                    : typed.data[i]);
    code[length] = '\0';
    if (!desk_look_code(visit->context, text_of(code), &found, &count, error))
        return error_while(error, "looking for a code");
    if (count == 1) {
        desk_go(visit,
            arena_format(
                visit->context->arena, "/kort/%s", desk_id(visit->context->arena, found[0])),
            NULL);
        return true;
    }
    struct value *root = desk_root(visit->context->arena, visit, T("Sök"));
    struct value *list = value_add_list(root, "found");
    for (size_t i = 0; i < count; i++)
        value_set_string(value_append_object(list), "id", desk_id(visit->context->arena, found[i]));
    value_set_string(root, "code", code);
    desk_show(visit->context->arena, visit->request, count ? 200 : 404, "search.html",
        visit->language, root);
    return true;
}
