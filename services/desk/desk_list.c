/* The waiting list by its filters, page by page, and the search for a family's code. */
#include <stdlib.h>

#include "common/check.h"
#include "common/csv.h"
#include "common/domain/date.h"
#include "common/wait_words.h"
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

static const char *const order_keys[LIST_ORDER_COUNT] = {"tur", "dagar", "alder", "stadsdel"};
static const char *const order_words[LIST_ORDER_COUNT] = {
    T("Tur i kön"), T("Väntat längst"), T("Yngst"), T("Stadsdel")};

static int64_t number(const struct visit *visit, const char *name, int64_t most)
{
    const struct text text = http_query(visit->request, name);
    char *end;

    if (!text.length || text.length > 5 || text.data[0] < '0' || text.data[0] > '9')
        return INT_ABSENT;
    const long found = strtol(text.data, &end, 10);
    return *end || found > most ? INT_ABSENT : found;
}

static enum list_order order_of(struct text word)
{
    for (int i = 0; i < LIST_ORDER_COUNT; i++)
        if (text_is(word, order_keys[i]))
            return (enum list_order)i;
    return LIST_BY_TURN;
}

static struct list_filter read_filter(const struct visit *visit)
{
    const struct text district = http_query(visit->request, "stadsdel");
    const int64_t page = number(visit, "sida", 9999);
    struct list_filter filter = {
        .state = referral_state_of(http_query(visit->request, "lage")),
        .situation = situation_of(http_query(visit->request, "situation")),
        .district = district.length && desk_is_word(district) ? district : (struct text){NULL, 0},
        .age_from = number(visit, "fran", 25),
        .age_to = number(visit, "till", 25),
        .days = number(visit, "dagar", 9999),
        .reason = wait_reason_of(http_query(visit->request, "varfor")),
        .order = order_of(http_query(visit->request, "ordning")),
        .most = DESK_PAGE,
    };

    if (text_is(http_query(visit->request, "vems"), "mina"))
        filter.own = visit->staff.staff_id;
    if (page != INT_ABSENT && page > 1)
        filter.skip = (size_t)(page - 1) * DESK_PAGE;
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
    if (row->starts_day != DAY_ABSENT)
        value_set_string(one, "starts", desk_day(visit, row->starts_day));
    else if (row->until_day != DAY_ABSENT)
        value_set_string(one, "until", desk_day(visit, row->until_day));
    value_set_bool(one, "long", desk_days_since(visit, row->since_ms) > 42);
}

static const char *append_number(
    struct arena *arena, const char *path, const char *name, int64_t value)
{
    return value == INT_ABSENT ? path : arena_format(arena, "%s&%s=%d", path, name, (int)value);
}

/* The filter as a query: every word in it is one of ours. */
static const char *query_of(const struct visit *visit, const struct list_filter *filter)
{
    struct arena *arena = visit->context->arena;
    const char *query = arena_format(arena, "?lage=%s&situation=%s&stadsdel=%s&ordning=%s",
        referral_state_names[filter->state],
        filter->situation ? situation_names[filter->situation] : "",
        filter->district.data ? filter->district.data : "", order_keys[filter->order]);

    query = append_number(arena, query, "fran", filter->age_from);
    query = append_number(arena, query, "till", filter->age_to);
    query = append_number(arena, query, "dagar", filter->days);
    if (filter->reason)
        query = arena_format(arena, "%s&varfor=%s", query, wait_reason_names[filter->reason]);
    return uuid_absent(filter->own) ? query : arena_format(arena, "%s&vems=mina", query);
}

/* A sorted list goes on by number, the long one from where this page ended. */
static void add_next(const struct visit *visit, struct value *root,
    const struct list_filter *filter, const struct list_row *last)
{
    struct arena *arena = visit->context->arena;
    const char *path = arena_format(arena, "/vantelista%s", query_of(visit, filter));

    value_set_string(root, "next",
        desk_list_sorted(filter)
            ? arena_format(arena, "%s&sida=%d", path, (int)(filter->skip / DESK_PAGE) + 2)
            : arena_format(arena, "%s&efter=%d.%lld.%s", path,
                  last->urgency == INT_ABSENT ? 0 : (int)last->urgency, (long long)last->since_us,
                  desk_id(arena, last->referral_id)));
}

/* What goes into a link again must be a word of the city's list. */
bool desk_is_word(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((text.data[i] < 'a' || text.data[i] > 'z') && text.data[i] != '-')
            return false;
    return text.length <= 31;
}

static void add_typed(
    const struct visit *visit, struct value *root, const char *name, int64_t value)
{
    if (value != INT_ABSENT)
        value_set_string(root, name, arena_format(visit->context->arena, "%d", (int)value));
}

static void add_narrow(
    const struct visit *visit, struct value *root, const struct list_filter *filter)
{
    struct value *orders = value_add_list(root, "orders");
    struct value *reasons = value_add_list(root, "reasons");

    for (int i = 0; i < LIST_ORDER_COUNT; i++)
        add_option(orders, order_keys[i], order_words[i], filter->order == (enum list_order)i);
    for (int i = 1; i < WAIT_REASON_COUNT; i++)
        add_option(reasons, wait_reason_names[i], word_wait_reason((enum wait_reason)i),
            filter->reason == (enum wait_reason)i);
    add_typed(visit, root, "age_from", filter->age_from);
    add_typed(visit, root, "age_to", filter->age_to);
    add_typed(visit, root, "days_least", filter->days);
    value_set_bool(root, "own", !uuid_absent(filter->own));
    value_set_bool(root, "narrowed", desk_list_sorted(filter));
    value_set_bool(root, "continued", filter->continued || filter->skip > 0);
    value_set_string(root, "file",
        arena_format(visit->context->arena, "/vantelista.csv%s", query_of(visit, filter)));
}

bool desk_list_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct list_filter filter = read_filter(visit);
    struct value *root = desk_root(arena, visit, T("Väntelista"));
    struct value *list = value_add_list(root, "rows");
    const struct list_row *rows;
    size_t count;
    bool more, known = false;

    if (!desk_look_list(visit->context, &filter, &rows, &count, &more, error) ||
        !add_filters(visit, root, &filter, error))
        return error_while(error, "reading the list");
    for (size_t i = 0; i < count; i++) {
        add_row(visit, list, &rows[i]);
        known = known || rows[i].until_day != DAY_ABSENT || rows[i].starts_day != DAY_ABSENT;
    }
    value_set_bool(root, "any_known", known);
    if (more)
        add_next(visit, root, &filter, &rows[count - 1]);
    add_narrow(visit, root, &filter);
    value_set_bool(root, "by_turn", filter.order == LIST_BY_TURN);
    value_set_bool(root, "is_waiting", filter.state == REFERRAL_STATE_WAITING);
    desk_show(arena, visit->request, 200, "list.html", visit->language, root);
    return true;
}

/* --- as a file --- */

static struct text translated(const struct visit *visit, const char *swedish)
{
    return swedish ? i18n_text(desk_house()->i18n, visit->language, swedish)
                   : (struct text){NULL, 0};
}

static const char *day_or_nothing(struct arena *arena, int32_t day)
{
    char text[DATE_TEXT + 1] = "";

    if (day != DAY_ABSENT)
        date_format(day, text);
    return arena_format(arena, "%s", text);
}

static const char *number_or_nothing(struct arena *arena, int64_t value)
{
    return value == INT_ABSENT ? "" : arena_format(arena, "%lld", (long long)value);
}

static void write_row(const struct visit *visit, struct csv_writer *csv, const struct list_row *row)
{
    struct arena *arena = visit->context->arena;
    const struct wait_told told = wait_told_read(arena, row->reason, row->wait_detail);

    csv_cell(csv, row->code);
    csv_cell(csv, translated(visit, row->situation ? word_situation(row->situation) : NULL));
    csv_cell(csv, text_of(number_or_nothing(arena, row->age)));
    csv_cell(csv, row->district);
    csv_cell(csv, translated(visit, word_state(row->state)));
    csv_cell(csv, text_of(number_or_nothing(arena, desk_days_since(visit, row->since_ms))));
    csv_cell(csv, row->reason ? wait_sentence(arena, desk_house()->i18n, visit->language,
                                    WAIT_FOR_STAFF, &told, row->wait_district)
                              : (struct text){NULL, 0});
    csv_cell(csv, text_of(number_or_nothing(arena, row->urgency)));
    csv_cell(csv, text_of(day_or_nothing(
                      arena, row->starts_day != DAY_ABSENT ? row->starts_day : row->until_day)));
    csv_end_row(csv);
}

bool desk_list_file(struct visit *visit, struct error *error)
{
    static const char *const head[] = {T("Kod"), T("Situation"), T("Ålder"), T("Stadsdel"),
        T("Läge"), T("Dagar"), T("Varför"), T("Brådska"), T("Känd dag")};
    struct arena *arena = visit->context->arena;
    struct list_filter filter = read_filter(visit);
    struct csv_writer *csv = csv_writer_new(arena);
    const struct list_row *rows;
    size_t count;
    bool more;

    filter.skip = 0;
    filter.most = DESK_EXPORT;
    if (!desk_look_list(visit->context, &filter, &rows, &count, &more, error))
        return error_while(error, "reading the list for a file");
    for (size_t i = 0; i < COUNT(head); i++)
        csv_cell(csv, translated(visit, head[i]));
    csv_end_row(csv);
    for (size_t i = 0; i < count; i++)
        write_row(visit, csv, &rows[i]);
    context_audit(visit->context, visit->actor, "list_exported", (struct uuid){{0}},
        arena_format(arena, "%d rows", (int)count));
    http_answer(visit->request, 200, "text/csv; charset=utf-8", csv_text(csv));
    http_answer_header(
        visit->request, "Content-Disposition", "attachment; filename=\"vantelista.csv\"");
    http_answer_header(visit->request, "Cache-Control", "no-store");
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
