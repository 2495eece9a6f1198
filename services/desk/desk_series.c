/*
 * Moving, cancelling and adding meetings of a group. The page shows what becomes of the days and
 * the themes before anything is asked for, by the same chain that scheduling changes them with;
 * whether room and leaders can is scheduling's answer.
 */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_series_store.h"

enum { THEME_MOST = 120, HOUR_MIN = 60 };

struct series_form {
    enum series_change change;
    struct uuid meeting, room, parents;
    int32_t day;
    int64_t starts_min;
    struct text theme;
    bool anyway, agreed;
};

typedef struct text field_fn(const struct http_request *request, const char *name);

/* A field by its name in the form, or by the word of a way out. */
static struct text field(
    const struct visit *visit, field_fn *get, const char *name, const char *word)
{
    const struct text found = get(visit->request, name);

    return found.length ? found : get(visit->request, word);
}

static void read_id(
    const struct visit *visit, field_fn *get, const char *name, const char *word, struct uuid *id)
{
    if (!uuid_parse(field(visit, get, name, word), id))
        *id = (struct uuid){{0}};
}

/* "15:30" or "15.30", or the minutes since midnight; INT_ABSENT: none, or wrong. */
static int64_t hour_of(struct text text)
{
    int64_t parts[2] = {0, 0};
    size_t part = 0;

    if (!text.length || text.length > 5)
        return INT_ABSENT;
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.data[i];
        if ((c == ':' || c == '.') && part == 0 && i > 0)
            part = 1;
        else if (c >= '0' && c <= '9')
            parts[part] = parts[part] * 10 + (c - '0');
        else
            return INT_ABSENT;
    }
    const int64_t minutes = part == 1 ? parts[0] * HOUR_MIN + parts[1] : parts[0];
    return parts[1] < HOUR_MIN && minutes >= 6 * HOUR_MIN && minutes <= 22 * HOUR_MIN ? minutes
                                                                                      : INT_ABSENT;
}

int64_t desk_form_hour(const struct visit *visit, const char *name)
{
    return hour_of(http_form(visit->request, name));
}

static struct series_form read_form(const struct visit *visit, field_fn *get)
{
    struct series_form form = {
        .change = series_change_of(field(visit, get, "andring", "change")),
        .day = DAY_ABSENT,
        .starts_min = hour_of(field(visit, get, "tid", "starts")),
        .theme = get(visit->request, "tema"),
        .anyway = text_is(field(visit, get, "anda", "anyway"), "ja"),
        .agreed = text_is(get(visit->request, "ledarna"), "ja"),
    };

    read_id(visit, get, "traff", "meeting", &form.meeting);
    read_id(visit, get, "lokal", "room", &form.room);
    read_id(visit, get, "foraldrar", "parent_room", &form.parents);
    if (!date_parse(field(visit, get, "dag", "day"), &form.day))
        form.day = DAY_ABSENT;
    if (!form.theme.length)
        form.theme = (struct text){NULL, 0};
    return form;
}

/* --- what becomes of it --- */

static const struct chain_meeting *find(const struct chain *chain, struct uuid meeting_id)
{
    for (size_t i = 0; i < chain->count; i++)
        if (uuid_equal(chain->meetings[i].meeting_id, meeting_id))
            return &chain->meetings[i];
    return NULL;
}

static void show_meeting(const struct visit *visit, struct value *list,
    const struct chain_meeting *now, const struct chain_meeting *old)
{
    struct value *one = value_append_object(list);

    value_set_int(one, "number", now->number);
    value_set_string(one, "at", desk_when(visit, now->when.starts_ms));
    value_set_text(one, "theme", now->theme);
    value_set_bool(one, "new", old == NULL);
    if (!old)
        return;
    value_set_bool(one, "moved", old->when.starts_ms != now->when.starts_ms);
    value_set_string(one, "at_before", desk_when(visit, old->when.starts_ms));
    value_set_bool(one, "other_theme", !text_equal(old->theme, now->theme));
    value_set_text(one, "theme_before", old->theme);
}

/* The day that scheduling would take when none is said. */
static int32_t day_of(const struct series_form *form, const struct series_calendar *calendar,
    const struct chain *chain, int weekday)
{
    const struct chain_meeting *old = find(chain, form->meeting);

    if (form->day != DAY_ABSENT)
        return form->day;
    if (form->change == SERIES_CHANGE_MOVE)
        return old ? old->when.day : DAY_ABSENT;
    return chain->count
               ? series_next_day(calendar, chain->meetings[chain->count - 1].when.day, weekday)
               : DAY_ABSENT;
}

static enum act_reason preview(const struct visit *visit, const struct series_form *form,
    const struct group_row *group, const struct series_calendar *calendar,
    const struct chain *before, struct value *root)
{
    const int32_t day = day_of(form, calendar, before, (int)group->when.weekday);
    const int32_t minute =
        (int32_t)(form->starts_min != INT_ABSENT ? form->starts_min : group->when.starts_min);
    const struct uuid made = uuid_new(visit->context->now_ms);
    struct chain after = *before;

    if (day == DAY_ABSENT)
        return ACT_REASON_PAST_TERM;
    const struct chain_change change = {form->change,
        form->change == SERIES_CHANGE_ADD ? made : form->meeting, made,
        {day, local_to_utc_ms(day, minute), local_to_utc_ms(day, minute + (int32_t)group->minutes)},
        form->theme.data ? form->theme : TEXT("–")};
    enum act_reason reason = series_refuse_day(calendar, day, form->anyway);
    if (!reason)
        reason = chain_apply(&after, &change);
    if (reason)
        return reason;
    struct value *list = value_add_list(root, "after");
    for (size_t i = 0; i < after.count; i++)
        if (!after.meetings[i].begun)
            show_meeting(
                visit, list, &after.meetings[i], find(before, after.meetings[i].meeting_id));
    if (after.shorter)
        value_set_string(root, "gone", desk_when(visit, after.gone.when.starts_ms));
    return ACT_REASON_NONE;
}

/* --- the page --- */

static void show_form(const struct visit *visit, const struct series_form *form,
    const struct chain *chain, struct value *root)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "choices");
    char day[DATE_TEXT + 1];

    value_set_string(root, "change", form->change ? series_change_names[form->change] : NULL);
    value_set_bool(root, "moves", form->change == SERIES_CHANGE_MOVE);
    value_set_bool(root, "cancels", form->change == SERIES_CHANGE_CANCEL);
    value_set_bool(root, "adds", form->change == SERIES_CHANGE_ADD);
    if (form->day != DAY_ABSENT) {
        date_format(form->day, day);
        value_set_string(root, "day", arena_copy(arena, day, DATE_TEXT));
    }
    if (form->starts_min != INT_ABSENT)
        value_set_string(root, "hour",
            arena_format(arena, "%02d:%02d", (int)form->starts_min / HOUR_MIN,
                (int)form->starts_min % HOUR_MIN));
    value_set_text(root, "new_theme", form->theme);
    value_set_bool(root, "anyway", form->anyway);
    value_set_bool(root, "agreed", form->agreed);
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->meetings[i].begun)
            continue;
        struct value *one = value_append_object(list);
        value_set_string(one, "key", desk_id(arena, chain->meetings[i].meeting_id));
        value_set_int(one, "number", chain->meetings[i].number);
        value_set_string(one, "at", desk_when(visit, chain->meetings[i].when.starts_ms));
        value_set_bool(one, "on", uuid_equal(chain->meetings[i].meeting_id, form->meeting));
    }
}

static bool add_rooms(struct visit *visit, const struct series_form *form,
    const struct group_row *group, struct value *root, struct error *error)
{
    struct value *own = value_add_list(root, "rooms"), *parents = value_add_list(root, "others");
    const struct room_choice *rooms;
    size_t count;

    if (!desk_look_rooms(visit->context, 1, &rooms, &count, error))
        return error_while(error, "reading the rooms");
    for (size_t i = 0; i < count; i++)
        for (int list = 0; list < 2; list++) {
            if (list == 0 && rooms[i].capacity < group->places)
                continue;
            struct value *one = value_append_object(list ? parents : own);
            value_set_string(one, "key", desk_id(visit->context->arena, rooms[i].room_id));
            value_set_text(one, "name", rooms[i].name);
            value_set_bool(
                one, "on", uuid_equal(rooms[i].room_id, list ? form->parents : form->room));
        }
    return true;
}

/* Whether it has all that its kind of change needs. */
static bool ready(const struct series_form *form)
{
    if (form->change == SERIES_CHANGE_ADD)
        return form->theme.length > 0 && form->theme.length <= THEME_MOST;
    if (form->change == SERIES_CHANGE_MOVE && form->day == DAY_ABSENT &&
        form->starts_min == INT_ABSENT && uuid_absent(form->room) && uuid_absent(form->parents))
        return false;
    return form->change && !uuid_absent(form->meeting);
}

bool desk_series_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct series_form form = read_form(visit, http_query);
    struct series_calendar calendar;
    struct group_row group;
    struct chain chain;
    struct uuid id;
    bool found = false;

    if (desk_captured(visit, 0, &id) &&
        !desk_look_group(visit->context, id, (struct uuid){{0}}, &group, &found, error))
        return error_while(error, "reading a group");
    if (!found)
        return desk_not_found(visit);
    struct value *root = desk_root(arena, visit, T("Ändra i träffarna"));
    if (!desk_look_chain(visit->context, id, &chain, error) ||
        !desk_look_meeting_days(visit->context, id, &calendar, error) ||
        !add_rooms(visit, &form, &group, root, error))
        return error_while(error, "reading a series");
    value_set_string(root, "id", desk_id(arena, id));
    value_set_text(root, "name", group.name);
    show_form(visit, &form, &chain, root);
    if (ready(&form)) {
        const enum act_reason reason = preview(visit, &form, &group, &calendar, &chain, root);
        value_set_bool(root, "shown", true);
        if (reason)
            value_set_message(root, "why_not", word_act_reason(reason));
    }
    desk_show(arena, visit->request, 200, "series.html", visit->language, root);
    return true;
}

bool desk_series_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct series_form form = read_form(visit, http_form);
    struct series_change_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .change = form.change,
        .meeting_id = form.meeting,
        .room_id = form.room,
        .parent_room_id = form.parents,
        .starts_min = form.starts_min,
        .day = form.day,
        .theme = form.theme,
        .on_free_day = form.anyway,
        .leaders_agreed = form.agreed,
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.group_id))
        return desk_not_found(visit);
    const char *page = arena_format(arena, "/grupper/%s", desk_id(arena, message.group_id));
    if (!ready(&form)) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_series_change_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "series_change_wanted", message.group_id,
        series_change_names[message.change]);
    desk_go_act(visit, page, message.act_id);
    return true;
}
