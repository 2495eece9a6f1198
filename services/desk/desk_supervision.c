/* Supervision groups: who is in which, who is in none, when they meet, who came. A coordinator
 * changes them; whoever leads one sees its page and says who came. */
#include "services/desk/desk_supervision.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_supervision_store.h"

enum { HOUR_MIN = 60, CAME_MOST = 13, NAME_MOST = 40, LOCATION_MOST = 80 };

static void fill(const struct visit *visit, struct value *one, const struct supervision_row *row)
{
    struct arena *arena = visit->context->arena;

    value_set_string(one, "id", desk_id(arena, row->supervision_id));
    value_set_text(one, "name", row->name);
    value_set_text(one, "supervisor", row->supervisor);
    value_set_string(one, "supervisor_id", desk_id(arena, row->supervisor_id));
    value_set_string(one, "members_count", arena_format(arena, "%d", (int)row->members));
    value_set_int(one, "capacity", row->capacity);
    value_set_bool(one, "full", row->members >= row->capacity);
    value_set_bool(one, "ended", row->ended);
    if (row->next_at_ms != INT_ABSENT)
        value_set_string(one, "next", desk_when(visit, row->next_at_ms));
    if (row->last_held != DAY_ABSENT)
        value_set_string(one, "last", desk_day(visit, row->last_held));
}

static void add_people(const struct visit *visit, struct value *list,
    const struct supervised_row *rows, size_t count, struct uuid on)
{
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "leader", desk_id(visit->context->arena, rows[i].leader_id));
        value_set_text(one, "name", rows[i].name);
        value_set_text(one, "home", rows[i].home);
        value_set_bool(one, "leads", rows[i].leads);
        value_set_string(one, "came", arena_format(visit->context->arena, "%d", (int)rows[i].came));
        value_set_bool(one, "on", uuid_equal(rows[i].leader_id, on));
    }
}

/* Supervisors to choose from, and who is in no supervision group. */
static bool add_choices(
    struct visit *visit, struct uuid supervisor, struct value *root, struct error *error)
{
    const struct supervised_row *rows;
    size_t count;

    if (!desk_look_supervisors(visit->context, &rows, &count, error))
        return error_while(error, "reading the register");
    add_people(visit, value_add_list(root, "supervisors"), rows, count, supervisor);
    if (!desk_look_supervision_gaps(visit->context, &rows, &count, error))
        return error_while(error, "reading who is in no supervision group");
    add_people(visit, value_add_list(root, "gaps"), rows, count, (struct uuid){{0}});
    value_set_bool(root, "any_gap", count > 0);
    value_set_int(root, "gap_count", (int64_t)count);
    return true;
}

bool desk_supervisions_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Handledning"));
    struct value *list = value_add_list(root, "groups");
    const struct supervision_row *rows;
    struct uuid asked;
    size_t count;

    if (!desk_look_supervisions(visit->context, (struct uuid){{0}}, &rows, &count, error))
        return error_while(error, "reading the supervision groups");
    for (size_t i = 0; i < count; i++)
        fill(visit, value_append_object(list), &rows[i]);
    value_set_string(root, "form_id", desk_id(arena, uuid_new(visit->context->now_ms)));
    if (!add_choices(visit, (struct uuid){{0}}, root, error))
        return false;
    if (uuid_parse(http_query(visit->request, "om"), &asked) &&
        !desk_add_acts(visit, asked, root, error))
        return false;
    desk_show(arena, visit->request, 200, "supervisions.html", visit->language, root);
    return true;
}

/* --- one of them --- */

static const char *day_value(struct arena *arena, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    return arena_copy(arena, text, DATE_TEXT);
}

static const char *clock_value(struct arena *arena, int64_t minutes)
{
    return arena_format(arena, "%02d:%02d", (int)minutes / HOUR_MIN, (int)minutes % HOUR_MIN);
}

/* "starts" of the address, as a way out has it. */
static int64_t asked_minute(const struct visit *visit, int64_t fallback)
{
    const struct text text = http_query(visit->request, "starts");
    int64_t minutes = 0;

    if (text.length == 0 || text.length > 4)
        return fallback;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return fallback;
        minutes = minutes * 10 + (text.data[i] - '0');
    }
    return minutes < 24 * HOUR_MIN ? minutes : fallback;
}

void desk_set_form_time(const struct visit *visit, struct value *object, struct uuid about,
    int32_t day, int64_t starts_min)
{
    struct arena *arena = visit->context->arena;
    struct uuid asked = {{0}};
    int32_t asked_day;

    uuid_parse(http_query(visit->request, "about"), &asked);
    const bool meant = uuid_equal(asked, about);
    if (meant && date_parse(http_query(visit->request, "day"), &asked_day)) {
        day = asked_day;
        starts_min = asked_minute(visit, starts_min);
        value_set_bool(object, "open", true);
    }
    value_set_string(object, "form_day", day == DAY_ABSENT ? "" : day_value(arena, day));
    value_set_string(object, "form_starts", clock_value(arena, starts_min));
}

static void fill_meeting(
    const struct visit *visit, struct value *one, const struct supervision_meeting_row *row)
{
    struct arena *arena = visit->context->arena;
    const bool begun = row->starts_at_ms <= visit->context->now_ms;

    value_set_string(one, "meeting", desk_id(arena, row->meeting_id));
    value_set_string(one, "at", desk_when(visit, row->starts_at_ms));
    value_set_text(one, "location", row->location);
    value_set_bool(one, "held", row->held);
    value_set_bool(one, "cancelled", !row->planned && !row->held);
    value_set_bool(one, "movable", row->planned && !begun);
    value_set_bool(one, "notable", begun && (row->planned || row->held));
    value_set_bool(one, "unnoted", begun && row->planned);
    value_set_int(one, "minutes", (row->ends_at_ms - row->starts_at_ms) / 60000);
    desk_set_form_time(visit, one, row->meeting_id, row->day, local_minute(row->starts_at_ms));
}

static void add_came(const struct visit *visit, struct value *one,
    const struct supervision_meeting_row *meeting, const struct supervision_person_row *people,
    size_t count)
{
    struct value *list = value_add_list(one, "people");
    size_t came = 0, booked = 0;

    for (size_t i = 0; i < count; i++) {
        if (!uuid_equal(people[i].meeting_id, meeting->meeting_id))
            continue;
        struct value *person = value_append_object(list);
        value_set_string(person, "leader", desk_id(visit->context->arena, people[i].leader_id));
        value_set_text(person, "name", people[i].name);
        value_set_bool(person, "on", people[i].came || !people[i].noted);
        came += people[i].came;
        booked++;
    }
    value_set_string(one, "came", arena_format(visit->context->arena, "%zu", came));
    value_set_string(one, "booked", arena_format(visit->context->arena, "%zu", booked));
}

static bool add_meetings(
    struct visit *visit, struct uuid supervision_id, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "meetings");
    const struct supervision_meeting_row *rows;
    const struct supervision_person_row *people;
    size_t count, people_count;

    if (!desk_look_supervision_meetings(visit->context, supervision_id, &rows, &count, error) ||
        !desk_look_supervision_people(
            visit->context, supervision_id, &people, &people_count, error))
        return error_while(error, "reading the meetings of a supervision group");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        fill_meeting(visit, one, &rows[i]);
        add_came(visit, one, &rows[i], people, people_count);
    }
    if (count > 0)
        value_set_text(root, "last_location", rows[0].location);
    return true;
}

static bool is_own(const struct visit *visit, struct uuid leader)
{
    return !uuid_absent(visit->staff.leader_id) && uuid_equal(visit->staff.leader_id, leader);
}

/* The supervision group of the path, if it is this person's to see; `*answered` when not. */
static bool find(
    struct visit *visit, const struct supervision_row **row, bool *answered, struct error *error)
{
    struct uuid id;
    size_t count = 0;

    *answered = false;
    if (desk_captured(visit, 0, &id) &&
        !desk_look_supervisions(visit->context, id, row, &count, error))
        return error_while(error, "reading a supervision group");
    if (count == 1 &&
        (staff_may(visit->staff.role, RIGHT_ALL_GROUPS) || is_own(visit, (*row)->supervisor_id)))
        return true;
    *answered = true;
    return desk_not_found(visit);
}

bool desk_supervision_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct supervision_row *row;
    const struct supervised_row *members;
    bool answered;
    size_t count;

    if (!find(visit, &row, &answered, error) || answered)
        return answered;
    struct value *root = desk_root(arena, visit, T("Handledningsgrupp"));
    fill(visit, root, row);
    if (!desk_look_supervised(visit->context, row->supervision_id, &members, &count, error))
        return error_while(error, "reading who is in a supervision group");
    add_people(visit, value_add_list(root, "members"), members, count, (struct uuid){{0}});
    value_set_bool(root, "may_note",
        !row->ended &&
            (staff_may(visit->staff.role, RIGHT_DECIDE) || is_own(visit, row->supervisor_id)));
    value_set_bool(root, "may_change", !row->ended && staff_may(visit->staff.role, RIGHT_DECIDE));
    value_set_string(root, "new_meeting", desk_id(arena, uuid_new(visit->context->now_ms)));
    desk_set_form_time(visit, root, (struct uuid){{0}}, DAY_ABSENT, 13 * HOUR_MIN);
    if (!add_meetings(visit, row->supervision_id, root, error) ||
        !add_choices(visit, row->supervisor_id, root, error) ||
        !desk_add_acts(visit, row->supervision_id, root, error))
        return false;
    desk_show(arena, visit->request, 200, "supervision.html", visit->language, root);
    return true;
}

/* --- what is asked for --- */

static const char *page_of(const struct visit *visit, struct uuid id)
{
    return arena_format(
        visit->context->arena, "/handledning/%s", desk_id(visit->context->arena, id));
}

static bool sent(struct visit *visit, struct uuid id, struct uuid act, const char *action)
{
    context_audit(visit->context, visit->actor, action, id, NULL);
    desk_go_act(visit, page_of(visit, id), act);
    return true;
}

static bool wrong(struct visit *visit, const char *page)
{
    desk_go(visit, page, "fel");
    return true;
}

struct text desk_form_line(const struct visit *visit, const char *name, size_t most)
{
    struct text text = http_form(visit->request, name);

    while (text.length > 0 && text.data[0] == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text.length <= most ? text : (struct text){NULL, 0};
}

/* A new one that is refused is nowhere: the list shows why. */
bool desk_supervision_post(struct visit *visit, struct error *error)
{
    struct supervision_kept message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .name = desk_form_line(visit, "namn", NAME_MOST),
        .capacity = desk_form_int(visit, "platser"),
        .ended = text_is(http_form(visit->request, "avsluta"), "ja"),
    };
    const struct supervision_row *rows;
    size_t count;

    if (!desk_captured(visit, 0, &message.supervision_id))
        return desk_not_found(visit);
    if (!desk_look_supervisions(visit->context, message.supervision_id, &rows, &count, error))
        return error_while(error, "reading a supervision group");
    if (!message.name.length || !desk_form_id(visit, "handledare", &message.supervisor_id) ||
        message.capacity < 2 || message.capacity > 12)
        return wrong(visit, count ? page_of(visit, message.supervision_id) : "/handledning");
    desk_send_supervision_kept(visit->context, &message, 1);
    if (count)
        return sent(visit, message.supervision_id, message.act_id, "supervision_kept");
    context_audit(visit->context, visit->actor, "supervision_kept", message.supervision_id, NULL);
    desk_go_act(visit,
        arena_format(visit->context->arena, "/handledning?om=%s",
            desk_id(visit->context->arena, message.supervision_id)),
        message.act_id);
    return true;
}

bool desk_supervisee_post(struct visit *visit, struct error *error)
{
    struct supervisee_wanted message = {.act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .leaves = text_is(http_form(visit->request, "lamnar"), "ja")};

    (void)error;
    if (!desk_captured(visit, 0, &message.supervision_id))
        return desk_not_found(visit);
    if (!desk_form_id(visit, "ledare", &message.leader_id))
        return wrong(visit, page_of(visit, message.supervision_id));
    desk_send_supervisee_wanted(visit->context, &message, 1);
    return sent(visit, message.supervision_id, message.act_id, "supervisee_wanted");
}

bool desk_supervision_date_post(struct visit *visit, struct error *error)
{
    struct supervision_met message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .starts_min = desk_form_hour(visit, "tid"),
        .minutes = desk_form_int(visit, "minuter"),
        .location = desk_form_line(visit, "plats", LOCATION_MOST),
        .cancelled = text_is(http_form(visit->request, "stall_in"), "ja"),
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.supervision_id))
        return desk_not_found(visit);
    if (!desk_form_id(visit, "mote", &message.meeting_id) ||
        !date_parse(http_form(visit->request, "dag"), &message.day) ||
        message.starts_min < 6 * HOUR_MIN || message.starts_min > 21 * HOUR_MIN ||
        message.minutes < 30 || message.minutes > 240 || !message.location.length)
        return wrong(visit, page_of(visit, message.supervision_id));
    desk_send_supervision_met(visit->context, &message, 1);
    return sent(visit, message.supervision_id, message.act_id, "supervision_met");
}

size_t desk_form_ids(const struct visit *visit, const char *name, struct uuid *found, size_t most)
{
    const struct http_field *fields;
    const size_t count = http_form_fields(visit->request, &fields);
    size_t taken = 0;

    for (size_t i = 0; i < count && taken < most; i++)
        if (text_is(fields[i].name, name) && uuid_parse(fields[i].value, &found[taken]))
            taken++;
    return taken;
}

bool desk_supervision_came_post(struct visit *visit, struct error *error)
{
    struct uuid *came = ARENA_ARRAY(visit->context->arena, struct uuid, CAME_MOST);
    struct supervision_noted message = {
        .act_id = desk_act_id(visit), .by = visit->staff.staff_id, .came = came};
    const struct supervision_row *row;
    bool answered;

    if (!find(visit, &row, &answered, error) || answered)
        return answered;
    if (!staff_may(visit->staff.role, RIGHT_DECIDE) && !is_own(visit, row->supervisor_id))
        return desk_not_found(visit);
    message.supervision_id = row->supervision_id;
    message.came_count = desk_form_ids(visit, "kom", came, CAME_MOST);
    if (!desk_form_id(visit, "mote", &message.meeting_id))
        return wrong(visit, page_of(visit, row->supervision_id));
    desk_send_supervision_noted(visit->context, &message, 1);
    return sent(visit, message.supervision_id, message.act_id, "supervision_noted");
}

/* --- on a leader's page --- */

bool desk_tie_post(struct visit *visit, struct error *error)
{
    struct leader_tie_told message = {.act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .withdrawn = text_is(http_form(visit->request, "aterta"), "ja"),
        .tie = leader_tie_of(http_form(visit->request, "hur"))};
    struct uuid leader, other;

    (void)error;
    if (!desk_captured(visit, 0, &leader))
        return desk_not_found(visit);
    const char *page =
        arena_format(visit->context->arena, "/ledare/%s", desk_id(visit->context->arena, leader));
    if (!message.tie || !desk_form_id(visit, "ledare", &other) || uuid_equal(leader, other))
        return wrong(visit, page);
    const bool managed = text_is(http_form(visit->request, "vem"), "chef");
    message.leader_id = managed ? other : leader;
    message.other_id = managed ? leader : other;
    desk_send_leader_tie_told(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "leader_tie_told", leader, NULL);
    desk_go_act(visit, page, message.act_id);
    return true;
}

static bool add_ties(
    struct visit *visit, struct uuid leader, struct value *root, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "ties");
    const struct tie_row *rows;
    const struct supervised_row *others;
    size_t count, other_count;

    if (!desk_look_ties(visit->context, leader, &rows, &count, error) ||
        !desk_look_supervisors(visit->context, &others, &other_count, error))
        return error_while(error, "reading ties");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        const bool first = uuid_equal(rows[i].leader_id, leader);
        value_set_text(one, "name", first ? rows[i].other : rows[i].name);
        value_set_string(
            one, "other", desk_id(arena, first ? rows[i].other_id : rows[i].leader_id));
        value_set_bool(one, "manages", rows[i].tie == LEADER_TIE_MANAGES && first);
        value_set_bool(one, "managed", rows[i].tie == LEADER_TIE_MANAGES && !first);
        value_set_string(one, "how", leader_tie_names[rows[i].tie]);
    }
    struct value *choices = value_add_list(root, "tie_choices");
    add_people(visit, choices, others, other_count, (struct uuid){{0}});
    return true;
}

bool desk_add_supervision(
    struct visit *visit, struct uuid leader, struct value *root, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *groups = value_add_list(root, "supervision"),
                 *list = value_add_list(root, "events");
    const struct supervision_row *own;
    const struct leader_event_row *events;
    size_t count, event_count;

    if (!desk_look_own_supervision(visit->context, leader, &own, &count, error) ||
        !desk_look_leader_events(visit->context, leader, &events, &event_count, error))
        return error_while(error, "reading a leader's supervision");
    for (size_t i = 0; i < count; i++)
        fill(visit, value_append_object(groups), &own[i]);
    for (size_t i = 0; i < event_count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "at", desk_when(visit, events[i].starts_at_ms));
        value_set_text(one, "name", events[i].name);
        value_set_text(one, "location", events[i].location);
        value_set_string(one, "whose", desk_id(arena, events[i].whose));
        value_set_bool(one, "visit", events[i].visit);
    }
    value_set_bool(root, "may_decide_ties", staff_may(visit->staff.role, RIGHT_DECIDE));
    return add_ties(visit, leader, root, error);
}
