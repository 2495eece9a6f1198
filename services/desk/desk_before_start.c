/*
 * Before the start, for one group: its steps, the times that its leaders give, each family's
 * meeting and what came of it, interpreters. Codes stand here, never names, and no situation.
 *
 * What is asked for goes as an act to scheduling; its answer stands on the page.
 */
#include "services/desk/desk_before_start.h"
#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_before_start_store.h"

enum { TIMES_MOST = 6, MINUTES_LEAST = 20, MINUTES_MOST = 180, MINUTES_USUAL = 60 };

static const char *const outcomes[BEFORE_START_OUTCOME_COUNT] = {"", T("Barnet vill vara med"),
    T("Barnet vill inte"), T("Barnet vill vänta"), T("Barnet behöver annan hjälp först"),
    T("De kom inte")};
static const char *const parts[INTERPRETER_PART_COUNT] = {
    "", T("Tolk för barnet"), T("Tolk för en vuxen"), T("Teckenspråkstolk")};
static const char *const interpreter_states[INTERPRETER_STATE_COUNT] = {
    "", T("önskad"), T("bokad"), T("behövs inte")};

struct step_words {
    const char *name, *words;
};
static const char *word_of(const struct step_words *words, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(name, words[i].name))
            return words[i].words;
    return "";
}

static const char *word_step(struct text name)
{
    static const struct step_words words[] = {{"plan", T("Planera gruppen")},
        {"calls", T("Tala med alla familjer")}, {"times", T("Ge tider för möten")},
        {"meetings", T("Möten före start")}, {"decision", T("Besluta om start")}};

    return word_of(words, COUNT(words), name);
}

static const char *word_meeting(const struct before_row *row)
{
    static const struct step_words words[] = {{"wanted", T("väntar på tider")},
        {"told", T("ska välja en tid")}, {"booked", T("bokad")},
        {"none_fits", T("ingen tid passar: ring")}};

    return row->outcome ? outcomes[row->outcome] : word_of(words, COUNT(words), row->state);
}

/* --- the page of a group --- */

static void add_milestone(
    const struct visit *visit, struct value *one, const struct milestone_row *row)
{
    const int32_t today = local_day(visit->context->now_ms);

    value_set_string(one, "id", desk_id(visit->context->arena, row->group_id));
    value_set_text(one, "group", row->group);
    value_set_message(one, "step", word_step(row->step));
    value_set_string(one, "due", desk_day(visit, row->due_day));
    value_set_bool(one, "leaders", row->leaders);
    value_set_bool(one, "done", row->done);
    value_set_bool(one, "late", !row->done && (row->breached || row->due_day < today));
    value_set_bool(one, "compressed", row->compressed);
    value_set_bool(one, "counts", text_is(row->step, "meetings") && row->families > 0);
    value_set_int(one, "booked", row->booked);
    value_set_int(one, "families", row->families);
    value_set_int(one, "none_fits", row->none_fits);
    value_set_bool(one, "any_none_fits", row->none_fits > 0);
}

bool desk_add_milestones(
    struct visit *visit, struct uuid group_id, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "milestones");
    const struct milestone_row *rows;
    size_t count;

    if (!desk_look_milestones(visit->context, group_id, &rows, &count, error))
        return error_while(error, "reading the steps to a start");
    value_set_bool(root, "any_milestone", count > 0);
    value_set_bool(root, "compressed", count > 0 && rows[0].compressed);
    for (size_t i = 0; i < count; i++)
        add_milestone(visit, value_append_object(list), &rows[i]);
    return true;
}

static const char *when(const struct visit *visit, int64_t starts_ms, int64_t ends_ms)
{
    const int32_t minute = local_minute(ends_ms);

    return arena_format(visit->context->arena, "%s–%02d.%02d", desk_when(visit, starts_ms),
        (int)minute / 60, (int)minute % 60);
}

static void add_time(const struct visit *visit, struct value *one, const struct before_time *row)
{
    value_set_string(one, "time", desk_id(visit->context->arena, row->time_id));
    value_set_string(one, "when", when(visit, row->starts_ms, row->ends_ms));
    value_set_text(one, "room", row->room);
    value_set_text(one, "site", row->site);
    value_set_text(one, "code", row->code);
    value_set_bool(one, "free", uuid_absent(row->offer_id));
    value_set_bool(one, "past", row->starts_ms <= visit->context->now_ms);
}

/* The free times to come, for the form that books one by telephone. */
static void add_choices(
    const struct visit *visit, struct value *one, const struct before_time *times, size_t count)
{
    struct value *list = value_add_list(one, "choices");

    for (size_t i = 0; i < count; i++) {
        if (!uuid_absent(times[i].offer_id) || times[i].starts_ms <= visit->context->now_ms)
            continue;
        struct value *choice = value_append_object(list);
        value_set_string(choice, "time", desk_id(visit->context->arena, times[i].time_id));
        value_set_string(choice, "when", when(visit, times[i].starts_ms, times[i].ends_ms));
    }
}

/* A yes, and that nobody came, belong to a meeting whose day has come. */
static void add_outcomes(const struct visit *visit, struct value *one, const struct before_row *row)
{
    const bool met = row->day != DAY_ABSENT && row->day <= local_day(visit->context->now_ms);
    struct value *list = value_add_list(one, "outcomes");

    for (int i = 1; i < BEFORE_START_OUTCOME_COUNT; i++) {
        if (!met && (i == BEFORE_START_OUTCOME_CHILD_YES || i == BEFORE_START_OUTCOME_NOT_COME))
            continue;
        struct value *choice = value_append_object(list);
        value_set_string(choice, "key", before_start_outcome_names[i]);
        value_set_message(choice, "words", outcomes[i]);
    }
}

static void add_family(const struct visit *visit, struct value *one, const struct before_row *row)
{
    struct arena *arena = visit->context->arena;

    value_set_string(one, "offer", desk_id(arena, row->offer_id));
    value_set_string(one, "referral", desk_id(arena, row->referral_id));
    value_set_text(one, "code", row->code);
    if (row->age != INT_ABSENT)
        value_set_string(one, "age", arena_format(arena, "%d", (int)row->age));
    value_set_message(one, "state", word_meeting(row));
    value_set_bool(one, "open", !row->outcome);
    value_set_bool(one, "yes", row->outcome == BEFORE_START_OUTCOME_CHILD_YES);
    value_set_bool(one, "calls", text_is(row->state, "none_fits"));
    value_set_bool(one, "booked", text_is(row->state, "booked"));
    if (!uuid_absent(row->time_id))
        value_set_string(one, "when", when(visit, row->starts_ms, row->ends_ms));
    value_set_bool(one, "checked", row->checked_ms != INT_ABSENT);
    value_set_bool(one, "knows_reason", row->knows_reason);
    value_set_bool(one, "may_talk", row->may_talk);
    if (!row->outcome)
        add_outcomes(visit, one, row);
}

static bool add_families(
    struct visit *visit, struct uuid group_id, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "rows"), *given = value_add_list(root, "times");
    const struct before_row *rows;
    const struct before_time *times;
    size_t count, time_count;

    if (!desk_look_before(visit->context, group_id, &rows, &count, error) ||
        !desk_look_before_times(visit->context, group_id, &times, &time_count, error))
        return error_while(error, "reading meetings before the start");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        add_family(visit, one, &rows[i]);
        if (!rows[i].outcome)
            add_choices(visit, one, times, time_count);
    }
    for (size_t i = 0; i < time_count; i++)
        add_time(visit, value_append_object(given), &times[i]);
    return true;
}

static bool add_interpreters(
    struct visit *visit, struct uuid group_id, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "interpreters");
    const struct before_interpreter *rows;
    size_t count;

    if (!desk_look_interpreters(visit->context, group_id, &rows, &count, error))
        return error_while(error, "reading interpreters");
    value_set_bool(root, "any_interpreter", count > 0);
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "offer", desk_id(visit->context->arena, rows[i].offer_id));
        value_set_text(one, "code", rows[i].code);
        value_set_string(one, "part", interpreter_part_names[rows[i].part]);
        value_set_message(one, "words", parts[rows[i].part]);
        value_set_text(one, "language", rows[i].language);
        if (rows[i].language.data)
            desk_set_tongue(one, "tongue", rows[i].language);
        value_set_message(one, "state", interpreter_states[rows[i].state]);
        value_set_bool(one, "wanted", rows[i].state == INTERPRETER_STATE_WANTED);
        value_set_bool(one, "booked", rows[i].state == INTERPRETER_STATE_BOOKED);
    }
    return true;
}

static void add_lines(struct value *root, struct arena *arena)
{
    struct value *list = value_add_list(root, "lines");

    for (int i = 1; i <= TIMES_MOST; i++)
        value_set_string(value_append_object(list), "n", arena_format(arena, "%d", i));
}

bool desk_find_group(
    struct visit *visit, struct group_row *group, bool *answered, struct error *error)
{
    struct uuid id;
    bool found = false;

    if (desk_captured(visit, 0, &id) &&
        !desk_look_group(visit->context, id, desk_whose(visit), group, &found, error))
        return error_while(error, "reading a group");
    *answered = !found;
    return found || desk_not_found(visit);
}

bool desk_before_start_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct group_row group;
    struct uuid room;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    struct value *root = desk_root(arena, visit, T("Före start"));
    value_set_string(root, "id", desk_id(arena, group.group_id));
    value_set_text(root, "name", group.name);
    value_set_string(root, "first_day", desk_day(visit, group.first_day));
    value_set_int(root, "minutes", MINUTES_USUAL);
    value_set_bool(root, "may_note", staff_may(visit->staff.role, RIGHT_ATTENDANCE));
    if (uuid_parse(http_query(visit->request, "room"), &room))
        value_set_string(root, "other_room", desk_id(arena, room));
    add_lines(root, arena);
    if (!desk_add_acts(visit, group.group_id, root, error) ||
        !desk_add_milestones(visit, group.group_id, root, error) ||
        !add_families(visit, group.group_id, root, error) ||
        !add_interpreters(visit, group.group_id, root, error))
        return false;
    context_audit(visit->context, visit->actor, "before_start_seen", group.group_id, NULL);
    desk_show(arena, visit->request, 200, "before_start.html", visit->language, root);
    return true;
}

/* --- acts --- */

static const char *page_of(const struct visit *visit, struct uuid group_id)
{
    return arena_format(
        visit->context->arena, "/grupper/%s/fore", desk_id(visit->context->arena, group_id));
}

static bool wrong(const struct visit *visit, struct uuid group_id)
{
    desk_go(visit, page_of(visit, group_id), "fel");
    return true;
}

/* Lines with a day and an hour; one with only a part of it is wrong. */
static bool read_times(const struct visit *visit, int64_t *starts, size_t *count)
{
    struct arena *arena = visit->context->arena;

    *count = 0;
    for (int i = 1; i <= TIMES_MOST; i++) {
        const struct text day = http_form(visit->request, arena_format(arena, "dag%d", i));
        const int64_t minute = desk_form_hour(visit, arena_format(arena, "kl%d", i));
        int32_t date;
        if (!day.length && minute == INT_ABSENT)
            continue;
        if (!date_parse(day, &date) || minute == INT_ABSENT)
            return false;
        starts[(*count)++] = local_to_utc_ms(date, (int32_t)minute);
    }
    return *count > 0;
}

bool desk_times_post(struct visit *visit, struct error *error)
{
    int64_t starts[TIMES_MOST];
    struct before_start_given message = {.act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .starts_at_ms = starts,
        .minutes = desk_form_int(visit, "minuter")};
    struct group_row group;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    message.group_id = group.group_id;
    desk_form_id(visit, "lokal", &message.room_id);
    if (!read_times(visit, starts, &message.starts_at_ms_count) ||
        message.minutes < MINUTES_LEAST || message.minutes > MINUTES_MOST)
        return wrong(visit, group.group_id);
    desk_send_before_start_given(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "before_start_given", group.group_id, NULL);
    desk_go_act(visit, page_of(visit, group.group_id), message.act_id);
    return true;
}

bool desk_time_post(struct visit *visit, struct error *error)
{
    struct before_start_set message = {.act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .change = before_start_change_of(http_form(visit->request, "vad"))};
    struct group_row group;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    message.group_id = group.group_id;
    const bool time = desk_form_id(visit, "tid", &message.time_id);
    const bool offer = desk_form_id(visit, "familj", &message.offer_id);
    if (!message.change || (!time && message.change != BEFORE_START_CHANGE_FREE) ||
        (!offer && message.change != BEFORE_START_CHANGE_TAKE_BACK))
        return wrong(visit, group.group_id);
    desk_send_before_start_set(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "before_start_set", group.group_id,
        before_start_change_names[message.change]);
    desk_go_act(visit, page_of(visit, group.group_id), message.act_id);
    return true;
}

bool desk_outcome_post(struct visit *visit, struct error *error)
{
    struct before_start_noted message = {.act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .outcome = before_start_outcome_of(http_form(visit->request, "utfall")),
        .ask_again_day = DAY_ABSENT};
    struct group_row group;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    message.group_id = group.group_id;
    date_parse(http_form(visit->request, "fraga_igen"), &message.ask_again_day);
    if (!message.outcome || !desk_form_id(visit, "familj", &message.offer_id))
        return wrong(visit, group.group_id);
    desk_send_before_start_noted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "before_start_noted", group.group_id,
        before_start_outcome_names[message.outcome]);
    desk_go_act(visit, page_of(visit, group.group_id), message.act_id);
    return true;
}

bool desk_interpreter_post(struct visit *visit, struct error *error)
{
    struct interpreter_noted message = {.act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .part = interpreter_part_of(http_form(visit->request, "del")),
        .state = interpreter_state_of(http_form(visit->request, "lage"))};
    const struct before_interpreter *rows;
    struct group_row group;
    size_t count;
    bool answered, found = false;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    message.group_id = group.group_id;
    desk_form_id(visit, "familj", &message.offer_id);
    if (!desk_look_interpreters(visit->context, group.group_id, &rows, &count, error))
        return error_while(error, "reading interpreters");
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(rows[i].offer_id, message.offer_id) && rows[i].part == message.part) {
            message.language = rows[i].language;
            found = true;
        }
    if (!found || !message.state)
        return wrong(visit, group.group_id);
    desk_send_interpreter_noted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "interpreter_noted", group.group_id,
        interpreter_state_names[message.state]);
    desk_go_act(visit, page_of(visit, group.group_id), message.act_id);
    return true;
}
