/* Information visits by unit: planned and made, beside how many told of a child from units of that
 * kind there. */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_leader_store.h"
#include "services/desk/desk_look_store.h"
#include "services/desk/desk_supervision.h"
#include "services/desk/desk_supervision_store.h"
#include "services/desk/desk_visit_store.h"

enum { HOUR_MIN = 60, NAME_MOST = 80, GOERS_MOST = 4, PEOPLE_MOST = 2000 };

/* Whom one can visit: a family is none of these. */
static const enum source kinds[] = {SOURCE_SOCIAL_SERVICES, SOURCE_PUPIL_HEALTH,
    SOURCE_SCHOOL_TEACHER, SOURCE_PRESCHOOL, SOURCE_ADULT_PSYCHIATRY, SOURCE_CHILD_PSYCHIATRY,
    SOURCE_ADDICTION_CARE, SOURCE_HEALTH_CARE, SOURCE_WOMENS_SHELTER, SOURCE_POLICE, SOURCE_NGO,
    SOURCE_CHURCH, SOURCE_OTHER};

static void set_count(const struct visit *visit, struct value *one, const char *name, int64_t count)
{
    value_set_string(one, name, arena_format(visit->context->arena, "%d", (int)count));
}

static void fill(const struct visit *visit, struct value *one, const struct unit_row *unit)
{
    value_set_string(one, "id", desk_id(visit->context->arena, unit->unit_id));
    value_set_text(one, "name", unit->name);
    value_set_message(one, "kind", word_source(unit->kind));
    if (unit->district_name.length)
        value_set_text(one, "district", unit->district_name);
    value_set_bool(one, "active", unit->active);
    set_count(visit, one, "planned", unit->planned);
    set_count(visit, one, "done", unit->done);
    set_count(visit, one, "met", unit->people);
    set_count(visit, one, "told", unit->told_year);
    set_count(visit, one, "told_before", unit->told_before);
    if (unit->told_since != INT_ABSENT)
        set_count(visit, one, "since", unit->told_since);
    if (unit->last_day != DAY_ABSENT)
        value_set_string(one, "last", desk_day(visit, unit->last_day));
    if (unit->next_day != DAY_ABSENT)
        value_set_string(one, "next", desk_day(visit, unit->next_day));
}

static void fill_visit(const struct visit *visit, struct value *one, const struct visit_row *row)
{
    struct arena *arena = visit->context->arena;

    value_set_string(one, "visit", desk_id(arena, row->visit_id));
    value_set_string(one, "unit_id", desk_id(arena, row->unit_id));
    value_set_text(one, "unit", row->unit);
    value_set_string(one, "at", desk_when(visit, row->starts_at_ms));
    value_set_text(one, "leaders", row->leaders);
    value_set_bool(one, "is_planned", row->planned);
    value_set_bool(one, "is_done", row->done);
    value_set_bool(one, "cancelled", !row->planned && !row->done);
    value_set_bool(one, "countable", row->planned && row->day <= local_day(visit->context->now_ms));
    if (row->people != INT_ABSENT)
        set_count(visit, one, "people", row->people);
}

/* The form of a unit: a new one, or this. */
static bool add_unit_form(
    struct visit *visit, const struct unit_row *unit, struct value *root, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *choices = value_add_list(root, "form_kinds");
    struct value *districts = value_add_list(root, "form_districts");
    const struct district_row *rows;
    size_t count;

    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct value *one = value_append_object(choices);
        value_set_string(one, "key", source_names[kinds[i]]);
        value_set_message(one, "name", word_source(kinds[i]));
        value_set_bool(one, "on", unit && unit->kind == kinds[i]);
    }
    if (!desk_look_all_districts(visit->context, &rows, &count, error))
        return error_while(error, "reading the districts");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(districts);
        value_set_text(one, "key", rows[i].code);
        value_set_text(one, "name", rows[i].name);
        value_set_bool(one, "on", unit && text_equal(unit->district, rows[i].code));
    }
    value_set_string(
        root, "form_id", desk_id(arena, unit ? unit->unit_id : uuid_new(visit->context->now_ms)));
    return true;
}

bool desk_units_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Informationsbesök"));
    struct value *list = value_add_list(root, "units"), *planned = value_add_list(root, "visits");
    const struct unit_row *units;
    const struct visit_row *visits;
    struct uuid asked;
    size_t count, visit_count;

    if (!desk_look_units(visit->context, (struct uuid){{0}}, &units, &count, error) ||
        !desk_look_visits(visit->context, (struct uuid){{0}}, &visits, &visit_count, error))
        return error_while(error, "reading units and visits");
    for (size_t i = 0; i < count; i++)
        fill(visit, value_append_object(list), &units[i]);
    for (size_t i = 0; i < visit_count; i++)
        fill_visit(visit, value_append_object(planned), &visits[i]);
    if (!add_unit_form(visit, NULL, root, error))
        return false;
    if (uuid_parse(http_query(visit->request, "om"), &asked) &&
        !desk_add_acts(visit, asked, root, error))
        return false;
    desk_show(arena, visit->request, 200, "units.html", visit->language, root);
    return true;
}

/* --- one unit --- */

static bool add_visits(
    struct visit *visit, const struct unit_row *unit, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "visits"), *goers = value_add_list(root, "goers");
    const struct visit_row *rows;
    const struct supervised_row *leaders;
    size_t count, leader_count;

    if (!desk_look_visits(visit->context, unit->unit_id, &rows, &count, error) ||
        !desk_look_supervisors(visit->context, &leaders, &leader_count, error))
        return error_while(error, "reading the visits to a unit");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        fill_visit(visit, one, &rows[i]);
        struct value *who = value_add_list(one, "who");
        for (size_t k = 0; k < rows[i].leader_count; k++)
            value_append_text(who, text_of(desk_id(visit->context->arena, rows[i].leader_ids[k])));
        value_set_int(one, "minutes", (rows[i].ends_at_ms - rows[i].starts_at_ms) / 60000);
        desk_set_form_time(
            visit, one, rows[i].visit_id, rows[i].day, local_minute(rows[i].starts_at_ms));
    }
    for (size_t i = 0; i < leader_count; i++) {
        struct value *one = value_append_object(goers);
        value_set_string(one, "leader", desk_id(visit->context->arena, leaders[i].leader_id));
        value_set_text(one, "goer", leaders[i].name);
    }
    return true;
}

bool desk_unit_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct unit_row *unit;
    struct uuid id;
    size_t count = 0;

    if (desk_captured(visit, 0, &id) && !desk_look_units(visit->context, id, &unit, &count, error))
        return error_while(error, "reading a unit");
    if (count != 1)
        return desk_not_found(visit);
    struct value *root = desk_root(arena, visit, T("Enhet"));
    fill(visit, root, unit);
    value_set_string(root, "new_visit", desk_id(arena, uuid_new(visit->context->now_ms)));
    desk_set_form_time(visit, root, (struct uuid){{0}}, DAY_ABSENT, 9 * HOUR_MIN);
    if (!add_visits(visit, unit, root, error) || !add_unit_form(visit, unit, root, error) ||
        !desk_add_acts(visit, unit->unit_id, root, error))
        return false;
    desk_show(arena, visit->request, 200, "unit.html", visit->language, root);
    return true;
}

/* --- what is asked for --- */

static const char *page_of(const struct visit *visit, struct uuid unit)
{
    return arena_format(visit->context->arena, "/besok/%s", desk_id(visit->context->arena, unit));
}

static bool sent(struct visit *visit, struct uuid unit, struct uuid act, const char *action)
{
    context_audit(visit->context, visit->actor, action, unit, NULL);
    desk_go_act(visit, page_of(visit, unit), act);
    return true;
}

static bool wrong(struct visit *visit, const char *page)
{
    desk_go(visit, page, "fel");
    return true;
}

static bool visitable(enum source kind)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i] == kind)
            return true;
    return false;
}

/* A new unit that is refused is nowhere: the list shows why. */
bool desk_unit_post(struct visit *visit, struct error *error)
{
    const struct text district = http_form(visit->request, "stadsdel");
    struct unit_kept message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .name = desk_form_line(visit, "namn", NAME_MOST),
        .kind = source_of(http_form(visit->request, "slag")),
        .district = district.length ? district : (struct text){NULL, 0},
        .active = !text_is(http_form(visit->request, "vilar"), "ja"),
    };
    const struct unit_row *unit;
    const struct district_row *rows;
    size_t count, district_count;

    if (!desk_captured(visit, 0, &message.unit_id))
        return desk_not_found(visit);
    if (!desk_look_units(visit->context, message.unit_id, &unit, &count, error) ||
        !desk_look_all_districts(visit->context, &rows, &district_count, error))
        return error_while(error, "reading a unit");
    bool good = message.name.length && visitable(message.kind);
    bool known = !district.length;
    for (size_t i = 0; i < district_count; i++)
        known = known || text_equal(rows[i].code, district);
    if (!good || !known)
        return wrong(visit, count ? page_of(visit, message.unit_id) : "/besok");
    desk_send_unit_kept(visit->context, &message, 1);
    if (count)
        return sent(visit, message.unit_id, message.act_id, "unit_kept");
    context_audit(visit->context, visit->actor, "unit_kept", message.unit_id, NULL);
    desk_go_act(visit,
        arena_format(
            visit->context->arena, "/besok?om=%s", desk_id(visit->context->arena, message.unit_id)),
        message.act_id);
    return true;
}

bool desk_visit_post(struct visit *visit, struct error *error)
{
    struct uuid *goers = ARENA_ARRAY(visit->context->arena, struct uuid, GOERS_MOST);
    struct visit_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .starts_min = desk_form_hour(visit, "tid"),
        .minutes = desk_form_int(visit, "minuter"),
        .leader_ids = goers,
        .leader_ids_count = desk_form_ids(visit, "vem", goers, GOERS_MOST),
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.unit_id))
        return desk_not_found(visit);
    if (!desk_form_id(visit, "besok", &message.visit_id) ||
        !date_parse(http_form(visit->request, "dag"), &message.day) ||
        message.starts_min < 6 * HOUR_MIN || message.starts_min > 21 * HOUR_MIN ||
        message.minutes < 15 || message.minutes > 240 || message.leader_ids_count == 0)
        return wrong(visit, page_of(visit, message.unit_id));
    desk_send_visit_wanted(visit->context, &message, 1);
    return sent(visit, message.unit_id, message.act_id, "visit_wanted");
}

bool desk_visit_end_post(struct visit *visit, struct error *error)
{
    struct visit_ended message = {
        .act_id = desk_act_id(visit), .by = visit->staff.staff_id, .people = INT_ABSENT};
    const bool cancelled = text_is(http_form(visit->request, "stall_in"), "ja");

    (void)error;
    if (!desk_captured(visit, 0, &message.unit_id))
        return desk_not_found(visit);
    if (!cancelled)
        message.people = desk_form_int(visit, "antal");
    if (!desk_form_id(visit, "besok", &message.visit_id) ||
        (!cancelled && (message.people < 0 || message.people > PEOPLE_MOST)))
        return wrong(visit, page_of(visit, message.unit_id));
    desk_send_visit_ended(visit->context, &message, 1);
    return sent(visit, message.unit_id, message.act_id, "visit_ended");
}
