/* The leaders' register: who there is, for what and how long, whose hours are left, who is looked
 * for; and where leaders will be missing. */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_leader_store.h"
#include "services/desk/desk_leader_words.h"

enum { ENDS_SOON_DAYS = 60 };

static void add_situations(struct value *one, const struct leader_row *leader)
{
    struct value *list = value_add_list(one, "situations");

    for (size_t i = 0; i < leader->situation_count; i++)
        value_set_message(value_append_object(list), "situation",
            word_situation(situation_of(leader->situations[i])));
}

void desk_fill_leader(const struct visit *visit, struct value *one, const struct leader_row *leader)
{
    struct arena *arena = visit->context->arena;
    const int32_t today = local_day(visit->context->now_ms);

    value_set_string(one, "leader", desk_id(arena, leader->leader_id));
    value_set_text(one, "name", leader->work_name);
    value_set_text(one, "employer", leader->employer);
    value_set_text(one, "home", leader->home);
    value_set_text(one, "unit", leader->home_unit);
    value_set_text(one, "languages", leader->languages);
    value_set_message(one, "employment", word_employment(leader->employment));
    value_set_bool(one, "experienced", leader->experienced);
    value_set_bool(one, "parents", leader->parents);
    value_set_bool(one, "active", leader->active);
    value_set_int(one, "led", leader->led);
    value_set_string(one, "groups", arena_format(arena, "%d", (int)leader->groups));
    value_set_int(one, "max_groups", leader->max_groups);
    value_set_string(one, "contract", desk_day(visit, leader->contract_until));
    value_set_bool(
        one, "ends_soon", leader->active && leader->contract_until <= today + ENDS_SOON_DAYS);
    value_set_string(one, "busy", arena_format(arena, "%d", (int)leader->busy));
    if (leader->release != INT_ABSENT)
        value_set_string(one, "release", arena_format(arena, "%d", (int)leader->release));
    add_situations(one, leader);
}

static bool add_searches(struct visit *visit, struct value *root, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "searches");
    const struct search_row *rows;
    size_t count;

    if (!desk_look_searches(visit->context, &rows, &count, error))
        return error_while(error, "reading who is looked for");
    value_set_bool(root, "any_search", count > 0);
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "search", desk_id(arena, rows[i].search_id));
        value_set_string(one, "group_id", desk_id(arena, rows[i].group_id));
        value_set_text(one, "group", rows[i].group);
        value_set_text(one, "away", rows[i].leader);
        value_set_text(one, "asked", rows[i].asked);
        value_set_string(one, "at", desk_when(visit, rows[i].first_at_ms));
        value_set_int(one, "meetings", rows[i].meetings);
        value_set_bool(one, "several", rows[i].meetings > 1);
        value_set_bool(one, "nobody", rows[i].nobody);
    }
    return true;
}

static bool add_forecast(struct visit *visit, struct value *root, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "forecast");
    const struct forecast_row *rows;
    size_t count;

    if (!desk_look_forecast(visit->context, &rows, &count, error))
        return error_while(error, "reading the forecast");
    value_set_bool(root, "any_forecast", count > 0);
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_message(one, "situation", word_situation(rows[i].situation));
        value_set_text(one, "district", rows[i].district);
        value_set_string(one, "waiting", arena_format(arena, "%d", (int)rows[i].waiting));
        value_set_string(one, "expected", arena_format(arena, "%d", (int)rows[i].expected));
        value_set_string(one, "now", arena_format(arena, "%d", (int)rows[i].leaders_now));
        value_set_string(one, "then", arena_format(arena, "%d", (int)rows[i].leaders_then));
        value_set_int(one, "needed", rows[i].needed);
        value_set_string(one, "led", arena_format(arena, "%d", (int)rows[i].led));
        value_set_string(one, "from", desk_day(visit, rows[i].short_from));
    }
    return true;
}

static void add_choice(struct value *list, const char *key, struct text name, bool on)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "key", key);
    value_set_text(one, "name", name);
    value_set_bool(one, "on", on);
}

static bool add_filter(struct visit *visit, const struct leader_filter *filter, struct value *root,
    struct error *error)
{
    struct value *situations = value_add_list(root, "filter_situations");
    struct value *districts = value_add_list(root, "filter_districts");
    const struct district_row *rows;
    size_t count;

    for (int i = 1; i < SITUATION_COUNT; i++) {
        struct value *one = value_append_object(situations);
        value_set_string(one, "key", situation_names[i]);
        value_set_message(one, "name", word_situation((enum situation)i));
        value_set_bool(one, "on", filter->situation == (enum situation)i);
    }
    if (!desk_look_all_districts(visit->context, &rows, &count, error))
        return error_while(error, "reading the districts");
    for (size_t i = 0; i < count; i++)
        add_choice(
            districts, rows[i].code.data, rows[i].name, text_equal(rows[i].code, filter->district));
    if (filter->free_hours > 0)
        value_set_int(root, "free_hours", filter->free_hours);
    return true;
}

static int64_t small_number(struct text text)
{
    int64_t number = 0;

    for (size_t i = 0; i < text.length && i < 3; i++)
        number = text.data[i] >= '0' && text.data[i] <= '9' ? number * 10 + (text.data[i] - '0')
                                                            : number;
    return number;
}

bool desk_leaders_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct text district = http_query(visit->request, "stadsdel");
    const struct leader_filter filter = {
        .situation = situation_of(http_query(visit->request, "situation")),
        .district = district.length ? district : (struct text){NULL, 0},
        .free_hours = small_number(http_query(visit->request, "lediga")),
    };
    struct value *root = desk_root(arena, visit, T("Ledare"));
    struct value *list = value_add_list(root, "leaders");
    const struct leader_row *rows;
    struct uuid asked;
    size_t count;

    if (!desk_look_leaders(visit->context, &filter, &rows, &count, error))
        return error_while(error, "reading the leaders");
    for (size_t i = 0; i < count; i++)
        desk_fill_leader(visit, value_append_object(list), &rows[i]);
    if (!add_filter(visit, &filter, root, error) || !add_searches(visit, root, error) ||
        !add_forecast(visit, root, error) || !desk_add_leader_form(visit, NULL, root, error))
        return false;
    if (uuid_parse(http_query(visit->request, "om"), &asked) &&
        !desk_add_acts(visit, asked, root, error))
        return false;
    desk_show(arena, visit->request, 200, "leaders.html", visit->language, root);
    return true;
}
