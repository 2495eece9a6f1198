/*
 * A leader's own groups, for a telephone in the corridor before an evening: what comes next, who
 * comes and who is announced as away, whom to call, and the way to a substitute.
 *
 * Children stand by their codes. Their first names, what each needs and who fetches it are one page
 * of their own, for the evening and for paper: it tells no situation, is opened by a press, and
 * that it was opened is written down for each child first.
 */
#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/identity.h"
#include "common/seal.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_before_start.h"
#include "services/desk/desk_before_start_store.h"
#include "services/desk/desk_case_store.h"
#include "services/desk/desk_groups.h"
#include "services/desk/desk_leader_words.h"

#define MINUTE_MS ((int64_t)60 * 1000)

enum { AFTERWARDS_MIN = 180 /* so long after its end an evening is still the one to write up */ };

/* --- what comes next --- */

/* The evening that goes on, or is just over, or comes next; NULL: none. */
static const struct meeting_row *coming_of(const struct visit *visit, const struct group_row *group,
    const struct meeting_row *rows, size_t count)
{
    const int64_t now = visit->context->now_ms;
    const struct meeting_row *found = NULL;

    for (size_t i = 0; i < count; i++) {
        const bool noted = rows[i].present > 0 || rows[i].absent > 0;
        const int64_t minutes = group->minutes + (noted ? 0 : AFTERWARDS_MIN);
        if (!text_is(rows[i].state, "cancelled") &&
            rows[i].starts_at_ms + minutes * MINUTE_MS > now &&
            (!found || rows[i].starts_at_ms < found->starts_at_ms))
            found = &rows[i];
    }
    return found;
}

static struct value *fill_coming(
    const struct visit *visit, struct value *root, const struct meeting_row *row)
{
    struct arena *arena = visit->context->arena;
    struct value *one = value_add_object(root, "coming");
    const int32_t day = local_day(row->starts_at_ms);
    char text[DATE_TEXT + 1];

    date_format(day, text);
    value_set_string(one, "meeting", desk_id(arena, row->meeting_id));
    value_set_int(one, "number", row->meeting_no);
    value_set_string(one, "at", desk_when(visit, row->starts_at_ms));
    value_set_text(one, "theme", row->theme);
    value_set_string(one, "day", arena_format(arena, "%s", text));
    value_set_bool(one, "today", day == local_day(visit->context->now_ms));
    value_set_bool(one, "begun", row->starts_at_ms <= visit->context->now_ms);
    value_set_bool(one, "noted", row->present > 0 || row->absent > 0);
    return one;
}

static bool add_coming(struct visit *visit, const struct group_row *group, struct value *root,
    struct uuid *meeting, struct error *error)
{
    const struct meeting_row *rows, *row;
    size_t count;

    *meeting = (struct uuid){{0}};
    if (!desk_look_meetings(visit->context, group->group_id, &rows, &count, error))
        return error_while(error, "reading the meetings");
    row = coming_of(visit, group, rows, count);
    if (!row)
        return true;
    struct value *one = fill_coming(visit, root, row);
    *meeting = row->meeting_id;
    return desk_set_evenings(visit, group->group_id, meeting, &one, 1, error);
}

/* --- the pages --- */

bool desk_show_led_groups(struct visit *visit, bool ended, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Mina grupper"));
    struct value *list = value_add_list(root, "groups");
    const struct group_row *groups;
    struct uuid meeting;
    size_t count;

    if (!desk_look_groups(visit->context, desk_whose(visit), ended, &groups, &count, error))
        return error_while(error, "reading a leader's groups");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        desk_fill_group(visit, one, &groups[i]);
        if (!ended && !add_coming(visit, &groups[i], one, &meeting, error))
            return false;
    }
    if (!uuid_absent(visit->staff.leader_id) &&
        !desk_add_missing(visit, (struct uuid){{0}}, root, error))
        return false;
    value_set_bool(root, "ended", ended);
    value_set_bool(root, "leads", !uuid_absent(visit->staff.leader_id));
    desk_show(arena, visit->request, 200, "led_groups.html", visit->language, root);
    return true;
}

static void add_reasons(struct value *root)
{
    struct value *list = value_add_list(root, "absence_reasons");

    for (int i = 1; i < ABSENCE_REASON_COUNT; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "key", absence_reason_names[i]);
        value_set_message(one, "name", word_absence_reason((enum absence_reason)i));
    }
}

bool desk_show_led_group(struct visit *visit, const struct group_row *group, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Grupp"));
    struct uuid meeting;

    desk_fill_group(visit, root, group);
    value_set_bool(root, "before",
        group->state == GROUP_STATE_BOOKED || group->state == GROUP_STATE_OFFERED ||
            group->state == GROUP_STATE_CONFIRMED);
    value_set_string(root, "me_leader", desk_id(arena, visit->staff.leader_id));
    add_reasons(root);
    if (!add_coming(visit, group, root, &meeting, error) ||
        !desk_add_acts(visit, group->group_id, root, error) ||
        !desk_add_meetings(visit, group, root, error) ||
        !desk_add_roster(visit, group->group_id, meeting, root, error) ||
        !desk_add_missing(visit, group->group_id, root, error) ||
        !desk_add_parents(visit, group->group_id, root, error))
        return false;
    context_audit(visit->context, visit->actor, "roster_seen", group->group_id, NULL);
    desk_show(arena, visit->request, 200, "led_group.html", visit->language, root);
    return true;
}

/* --- the evening's list --- */

static struct value *list_frame(const struct visit *visit, const struct group_row *group)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Kvällens lista"));

    value_set_string(root, "id", desk_id(arena, group->group_id));
    value_set_text(root, "name", group->name);
    return root;
}

bool desk_evening_list_page(struct visit *visit, struct error *error)
{
    struct group_row group;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    struct value *root = list_frame(visit, &group);
    value_set_bool(root, "asks", true);
    desk_show(
        visit->context->arena, visit->request, 200, "evening_list.html", visit->language, root);
    return true;
}

static struct text opened(
    const struct visit *visit, const char *column, struct uuid id, struct seal seal)
{
    const struct seal_place place = {column, id};
    struct text plain = {NULL, 0};
    struct error closed;

    if (!seal_open(desk_house()->opener, visit->context->arena, &place, seal, &plain, &closed))
        return (struct text){NULL, 0};
    return plain;
}

static struct text first_name(struct text name)
{
    const char *end = name.data ? memchr(name.data, ' ', name.length) : NULL;

    return end ? (struct text){name.data, (size_t)(end - name.data)} : name;
}

static bool set_name(struct visit *visit, const struct roster_row *child, const char *reason,
    struct value *one, struct error *error)
{
    struct identity_read read;

    if (!desk_read_identity(desk_house()->case_store, visit->context->arena, child->referral_id,
            visit->staff.staff_id, text_of(reason), &read, error))
        return error_while(error, "reading a name for the evening's list");
    for (size_t i = 0; i < read.person_count; i++) {
        const struct person_row *person = &read.persons[i];
        if (!text_is(person->role, "child"))
            continue;
        const struct text plain = opened(visit, IDENTITY_COLUMN, person->person_id,
            (struct seal){person->sealed, person->wrapped_key});
        if (plain.data)
            value_set_text(one, "first_name", first_name(identity_get(plain, "name")));
    }
    return true;
}

static bool set_words(struct visit *visit, const struct group_row *group,
    const struct roster_row *child, struct value *one, struct error *error)
{
    static const char *const names[] = {"allergies", "needs", "fetches", "may_not_fetch"};
    struct checklist_read read;

    if (!child->met)
        return true;
    if (!desk_read_checklist(desk_house()->case_store, visit->context->arena, child->referral_id,
            group->group_id, visit->staff.staff_id, &read, error))
        return error_while(error, "reading a checklist for the evening's list");
    if (uuid_absent(read.checklist_id))
        return true;
    const struct text plain = opened(visit, DESK_CHECKLIST_COLUMN, read.checklist_id,
        (struct seal){read.sealed, read.wrapped_key});
    for (size_t i = 0; i < COUNT(names) && plain.data; i++)
        value_set_text(one, names[i], identity_get(plain, names[i]));
    value_set_bool(one, "listed", plain.data != NULL);
    return true;
}

bool desk_evening_list_post(struct visit *visit, struct error *error)
{
    const struct roster_row *roster;
    struct group_row group;
    struct uuid meeting;
    size_t count;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    struct value *root = list_frame(visit, &group), *list = value_add_list(root, "children");
    const char *reason = arena_format(visit->context->arena, "Kvällens lista, %s", group.name.data);
    if (!add_coming(visit, &group, root, &meeting, error) ||
        !desk_look_roster(visit->context, group.group_id, meeting, &roster, &count, error))
        return error_while(error, "reading the evening's list");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "code", roster[i].code);
        value_set_int(one, "place", roster[i].place_no);
        value_set_bool(one, "announced", roster[i].announced);
        context_audit(visit->context, visit->actor, "evening_list", roster[i].referral_id, NULL);
        if (!set_name(visit, &roster[i], reason, one, error) ||
            !set_words(visit, &group, &roster[i], one, error))
            return false;
    }
    desk_show(
        visit->context->arena, visit->request, 200, "evening_list.html", visit->language, root);
    return true;
}
