/* Groups with their meetings, rosters by code, attendance. A leader
 * sees their own; codes stand here, never names. */
#include "services/desk/desk_groups.h"
#include "common/check.h"
#include "common/domain/local_time.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_before_start.h"
#include "services/desk/desk_evening_store.h"
#include "services/desk/desk_life.h"

struct uuid desk_whose(const struct visit *visit)
{
    static const struct uuid nobody = {{0xff, 0xff, 0xff, 0xff}};

    if (staff_may(visit->staff.role, RIGHT_ALL_GROUPS))
        return (struct uuid){{0}};
    return uuid_absent(visit->staff.leader_id) ? nobody : visit->staff.leader_id;
}

/* --- groups --- */

void desk_fill_group(const struct visit *visit, struct value *one, const struct group_row *group)
{
    struct arena *arena = visit->context->arena;

    value_set_string(one, "id", desk_id(arena, group->group_id));
    value_set_text(one, "name", group->name);
    value_set_text(one, "programme", group->programme);
    value_set_message(one, "situation", word_situation(group->situation));
    value_set_message(one, "state", word_group_state(group->state));
    value_set_bool(
        one, "going", group->state == GROUP_STATE_RUNNING || group->state == GROUP_STATE_CONFIRMED);
    value_set_bool(one, "stopped", group->state == GROUP_STATE_CANCELLED);
    if (word_cancel_reason(group->reason))
        value_set_message(one, "reason", word_cancel_reason(group->reason));
    else
        value_set_text(one, "reason", group->reason);
    value_set_string(
        one, "ages", arena_format(arena, "%d–%d", (int)group->age_from, (int)group->age_to));
    value_set_string(one, "when", desk_weekly(visit, group->when));
    value_set_text(one, "district", group->district);
    value_set_text(one, "site", group->site);
    value_set_text(one, "leaders", group->leaders);
    desk_set_tongue(one, "language", group->language);
    value_set_string(one, "taken", arena_format(arena, "%d", (int)group->taken));
    value_set_int(one, "places", group->places);
    value_set_int(one, "least", group->least);
    value_set_int(one, "offered", group->offered);
    value_set_bool(one, "few", group->taken < group->least);
    value_set_string(one, "first_day", desk_day(visit, group->first_day));
    value_set_string(one, "last_day", desk_day(visit, group->last_day));
}

bool desk_groups_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const bool ended = text_is(http_query(visit->request, "visa"), "avslutade");
    struct value *root = desk_root(arena, visit, T("Grupper"));
    struct value *list = value_add_list(root, "groups");
    const struct group_row *groups;
    size_t count;

    if (!staff_may(visit->staff.role, RIGHT_ALL_GROUPS))
        return desk_show_led_groups(visit, ended, error);
    if (!ended && !desk_add_plans(visit, root, error))
        return false;
    if (!desk_look_groups(visit->context, desk_whose(visit), ended, &groups, &count, error))
        return error_while(error, "reading the groups");
    for (size_t i = 0; i < count; i++)
        desk_fill_group(visit, value_append_object(list), &groups[i]);
    if (!uuid_absent(visit->staff.leader_id) &&
        !desk_add_missing(visit, (struct uuid){{0}}, root, error))
        return false;
    value_set_bool(root, "ended", ended);
    desk_show(arena, visit->request, 200, "groups.html", visit->language, root);
    return true;
}

bool desk_add_meetings(
    struct visit *visit, const struct group_row *group, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "meetings");
    const struct meeting_row *rows;
    size_t count;

    if (!desk_look_meetings(visit->context, group->group_id, &rows, &count, error))
        return error_while(error, "reading the meetings");
    struct uuid *ids = ARENA_ARRAY(visit->context->arena, struct uuid, count + 1);
    struct value **objects = ARENA_ARRAY(visit->context->arena, struct value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "meeting", desk_id(visit->context->arena, rows[i].meeting_id));
        value_set_int(one, "number", rows[i].meeting_no);
        value_set_string(one, "at", desk_when(visit, rows[i].starts_at_ms));
        value_set_text(one, "theme", rows[i].theme);
        value_set_bool(one, "cancelled", text_is(rows[i].state, "cancelled"));
        value_set_bool(one, "begun", rows[i].starts_at_ms <= visit->context->now_ms);
        ids[i] = rows[i].meeting_id;
        objects[i] = one;
        if (rows[i].present > 0 || rows[i].absent > 0) {
            value_set_bool(one, "noted", true);
            value_set_string(
                one, "present", arena_format(visit->context->arena, "%d", (int)rows[i].present));
            value_set_int(one, "all", rows[i].present + rows[i].absent);
        }
    }
    return desk_set_evenings(visit, group->group_id, ids, objects, count, error);
}

static const char *const short_words[PRESENCE_COUNT] = {
    "", T("Här"), T("Anmäld borta"), T("Saknas")};

/* Who is announced as away is noted so with the rest, unless somebody says otherwise. */
static bool is_chosen(const struct roster_row *row, enum presence presence)
{
    return row->presence ? row->presence == presence
                         : row->announced && presence == PRESENCE_ABSENT_TOLD;
}

bool desk_add_roster(struct visit *visit, struct uuid group, struct uuid meeting,
    struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "roster");
    const struct roster_row *rows;
    bool unmarked = true;
    size_t count;

    if (!desk_look_roster(visit->context, group, meeting, &rows, &count, error))
        return error_while(error, "reading the roster");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list), *choices;
        value_set_string(one, "referral", desk_id(visit->context->arena, rows[i].referral_id));
        value_set_text(one, "code", rows[i].code);
        value_set_int(one, "place", rows[i].place_no);
        if (rows[i].age != INT_ABSENT)
            value_set_string(
                one, "age", arena_format(visit->context->arena, "%d", (int)rows[i].age));
        value_set_bool(one, "met", rows[i].met);
        value_set_bool(one, "announced", rows[i].announced);
        unmarked = unmarked && !rows[i].announced && !rows[i].presence;
        if (rows[i].last_here_ms != INT_ABSENT)
            value_set_string(one, "last_here", desk_day(visit, local_day(rows[i].last_here_ms)));
        choices = value_add_list(one, "choices");
        for (int p = 1; p < PRESENCE_COUNT; p++) {
            struct value *choice = value_append_object(choices);
            value_set_string(choice, "key", presence_names[p]);
            value_set_message(choice, "words", word_presence((enum presence)p));
            value_set_message(choice, "short", short_words[p]);
            value_set_bool(choice, "on", is_chosen(&rows[i], (enum presence)p));
        }
    }
    value_set_bool(root, "any", count > 0);
    value_set_bool(root, "unmarked", unmarked);
    return true;
}

bool desk_group_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct group_row group;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    if (!staff_may(visit->staff.role, RIGHT_ALL_GROUPS))
        return desk_show_led_group(visit, &group, error);
    struct value *root = desk_root(arena, visit, T("Grupp"));
    desk_fill_group(visit, root, &group);
    value_set_bool(root, "changes",
        staff_may(visit->staff.role, RIGHT_DECIDE) && group.state != GROUP_STATE_CANCELLED &&
            group.state != GROUP_STATE_FINISHED && group.state != GROUP_STATE_EVALUATED &&
            group.state != GROUP_STATE_MERGED);
    if (!desk_add_acts(visit, group.group_id, root, error) ||
        !desk_add_life(visit, &group, root, error) ||
        !desk_add_meetings(visit, &group, root, error) ||
        !desk_add_roster(visit, group.group_id, (struct uuid){{0}}, root, error) ||
        !desk_add_missing(visit, group.group_id, root, error) ||
        !desk_add_parents(visit, group.group_id, root, error))
        return false;
    context_audit(visit->context, visit->actor, "roster_seen", group.group_id, NULL);
    desk_show(arena, visit->request, 200, "group.html", visit->language, root);
    return true;
}

/* --- attendance --- */

/* The meeting of the path, of this group. */
static bool find_meeting(struct visit *visit, struct uuid group, struct meeting_row *meeting,
    bool *found, struct error *error)
{
    const struct meeting_row *rows;
    struct uuid id;
    size_t count;

    *found = false;
    if (!desk_captured(visit, 1, &id))
        return true;
    if (!desk_look_meetings(visit->context, group, &rows, &count, error))
        return error_while(error, "reading the meetings");
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(rows[i].meeting_id, id)) {
            *meeting = rows[i];
            *found = true;
        }
    return true;
}

bool desk_meeting_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct group_row group;
    struct meeting_row meeting;
    bool answered, found;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    if (!find_meeting(visit, group.group_id, &meeting, &found, error))
        return false;
    if (!found)
        return desk_not_found(visit);
    struct value *root = desk_root(arena, visit, T("Närvaro"));
    desk_fill_group(visit, root, &group);
    value_set_string(root, "meeting", desk_id(arena, meeting.meeting_id));
    value_set_int(root, "number", meeting.meeting_no);
    value_set_string(root, "at", desk_when(visit, meeting.starts_at_ms));
    value_set_text(root, "theme", meeting.theme);
    if (!desk_add_roster(visit, group.group_id, meeting.meeting_id, root, error) ||
        !desk_add_missing(visit, group.group_id, root, error))
        return false;
    desk_show(arena, visit->request, 200, "meeting.html", visit->language, root);
    return true;
}

/* One field a child, "n_" and its id: whoever is not in the group is passed over. One button says
 * that all the others are here: whom nobody has noted yet, but for those announced as away. */
static size_t read_presences(const struct visit *visit, const struct roster_row *roster,
    size_t count, const struct attendance_noted *blank, struct attendance_noted *messages)
{
    struct arena *arena = visit->context->arena;
    const bool rest = text_is(http_form(visit->request, "resten"), "present");
    size_t noted = 0;

    for (size_t i = 0; i < count; i++) {
        const char *name = arena_format(arena, "n_%s", desk_id(arena, roster[i].referral_id));
        enum presence presence = presence_of(http_form(visit->request, name));
        if (!presence && rest && !roster[i].presence)
            presence = roster[i].announced ? PRESENCE_ABSENT_TOLD : PRESENCE_PRESENT;
        if (!presence || presence == roster[i].presence)
            continue;
        messages[noted] = *blank;
        messages[noted].referral_id = roster[i].referral_id;
        messages[noted++].presence = presence;
    }
    return noted;
}

/* Who has come after all, or has told, is not called. */
static bool end_missing(struct visit *visit, struct uuid meeting,
    const struct attendance_noted *messages, size_t count, struct error *error)
{
    struct uuid *here = ARENA_ARRAY(visit->context->arena, struct uuid, count + 1);
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        if (messages[i].presence != PRESENCE_ABSENT_UNTOLD)
            here[found++] = messages[i].referral_id;
    return found == 0 ||
           desk_end_missing_of(visit->context, meeting, here, found, visit->staff.staff_id, error);
}

bool desk_meeting_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct group_row group;
    struct meeting_row meeting;
    const struct roster_row *roster;
    size_t count;
    bool answered, found;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    if (!find_meeting(visit, group.group_id, &meeting, &found, error))
        return false;
    if (!found)
        return desk_not_found(visit);
    if (!desk_look_roster(
            visit->context, group.group_id, meeting.meeting_id, &roster, &count, error))
        return error_while(error, "reading the roster");
    const struct attendance_noted blank = {
        .meeting_id = meeting.meeting_id, .group_id = group.group_id, .by = visit->staff.staff_id};
    struct attendance_noted *messages = ARENA_ARRAY(arena, struct attendance_noted, count + 1);
    const size_t noted = read_presences(visit, roster, count, &blank, messages);
    if (noted)
        desk_send_attendance_noted(visit->context, messages, noted);
    if (!end_missing(visit, meeting.meeting_id, messages, noted, error))
        return false;
    context_audit(visit->context, visit->actor, "attendance_noted", group.group_id,
        arena_format(arena, "meeting %d, %zu children", (int)meeting.meeting_no, noted));
    desk_go(visit, arena_format(arena, "/grupper/%s", desk_id(arena, group.group_id)), "narvaro");
    return true;
}
