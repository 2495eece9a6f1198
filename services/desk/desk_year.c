/* Terms, breaks, holidays and days off; a coordinator adds days off for everybody or one group. */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_series_store.h"

enum { NAME_MOST = 40 };

/* What acts on everybody's days are about: the calendar is one thing, without a row of its own. */
static const struct uuid city_calendar = {{[15] = 1}};

static const char *season_of(struct text name)
{
    return text_is(name, "autumn") ? T("Hösttermin") : T("Vårtermin");
}

static void show_day(const struct visit *visit, const struct year_row *row, struct value *list)
{
    struct value *one = value_append_object(list);

    if (text_is(row->kind, "term"))
        value_set_message(one, "name", season_of(row->name));
    else
        value_set_text(one, "name", row->name);
    value_set_text(one, "year", row->school_year);
    value_set_string(one, "first", desk_day(visit, row->first));
    value_set_string(one, "last", desk_day(visit, row->last));
    value_set_bool(one, "days", row->last > row->first);
    value_set_bool(one, "by_rule", row->by_rule);
    value_set_text(one, "group", row->group);
}

static bool add_days(struct visit *visit, struct value *root, struct error *error)
{
    static const char *const kinds[] = {"term", "break", "holiday", "off"};
    const struct year_row *rows;
    size_t count;

    if (!desk_look_year(visit->context, local_day(visit->context->now_ms), &rows, &count, error))
        return error_while(error, "reading the calendar");
    for (size_t k = 0; k < COUNT(kinds); k++) {
        struct value *list = value_add_list(root, kinds[k]);
        for (size_t i = 0; i < count; i++)
            if (text_is(rows[i].kind, kinds[k]))
                show_day(visit, &rows[i], list);
    }
    return true;
}

/* The group that the days are to be off for, when there is one. */
static bool find_group(struct visit *visit, struct text id_text, struct group_row *group,
    bool *found, struct error *error)
{
    struct uuid id;

    *found = false;
    return !uuid_parse(id_text, &id) ||
           desk_look_group(visit->context, id, (struct uuid){{0}}, group, found, error) ||
           error_while(error, "reading a group");
}

bool desk_year_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Terminer och lov"));
    struct group_row group;
    bool one_group;

    if (!find_group(visit, http_query(visit->request, "grupp"), &group, &one_group, error) ||
        !desk_add_acts(visit, one_group ? group.group_id : city_calendar, root, error) ||
        !add_days(visit, root, error))
        return false;
    if (one_group) {
        value_set_string(root, "group_id", desk_id(arena, group.group_id));
        value_set_text(root, "group_name", group.name);
    }
    desk_show(arena, visit->request, 200, "year.html", visit->language, root);
    return true;
}

bool desk_year_post(struct visit *visit, struct error *error)
{
    struct week_off_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .about = city_calendar,
        .name = http_form(visit->request, "namn"),
    };
    struct group_row group;
    bool one_group;

    if (!find_group(visit, http_form(visit->request, "grupp"), &group, &one_group, error))
        return false;
    if (one_group)
        message.group_id = message.about = group.group_id;
    if (!date_parse(http_form(visit->request, "fran"), &message.first_day) ||
        !date_parse(http_form(visit->request, "till"), &message.last_day) || !message.name.length ||
        message.name.length > NAME_MOST || message.last_day < message.first_day) {
        desk_go(visit, "/lov", "fel");
        return true;
    }
    desk_send_week_off_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "week_off_wanted", message.about, NULL);
    desk_go_act(visit,
        one_group ? arena_format(visit->context->arena, "/grupper/%s",
                        desk_id(visit->context->arena, group.group_id))
                  : "/lov",
        message.act_id);
    return true;
}
