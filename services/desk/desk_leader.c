/* One leader: contract, trainings, hours, absences, groups, days. A leader sees the own page as
 * "Mina timmar", and reports an absence there; what the register says a coordinator changes. */
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_leader_words.h"
#include "services/desk/desk_supervision.h"

static const char *const employments[EMPLOYMENT_COUNT] = {
    "", T("fast anställd"), T("timanställd"), T("utlånad av en enhet"), T("hos en partner")};

static const char *const levels[TRAINING_LEVEL_COUNT] = {
    "", T("grund"), T("fördjupad"), T("specialist")};

static const char *const absence_reasons[ABSENCE_REASON_COUNT] = {
    "", T("sjuk"), T("vård av barn"), T("ledig"), T("utbildning"), T("annat")};

static const char *const seasons[TERM_SEASON_COUNT] = {"", T("höst"), T("vår")};

const char *word_employment(enum employment employment)
{
    return employments[employment];
}

const char *word_training_level(enum training_level level)
{
    return levels[level];
}

const char *word_absence_reason(enum absence_reason reason)
{
    return absence_reasons[reason];
}

const char *word_season(enum term_season season)
{
    return seasons[season];
}

/* --- the form --- */

static void add_words(struct value *root, const char *name, const char *const *keys,
    const char *const *words, int count, int on)
{
    struct value *list = value_add_list(root, name);

    for (int i = 1; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "key", keys[i]);
        value_set_message(one, "name", words[i]);
        value_set_bool(one, "on", i == on);
    }
}

static bool has(const struct text *words, size_t count, struct text word)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(words[i], word))
            return true;
    return false;
}

static bool add_places(
    struct visit *visit, const struct leader_row *leader, struct value *root, struct error *error)
{
    struct value *homes = value_add_list(root, "form_homes");
    struct value *districts = value_add_list(root, "form_districts");
    struct value *slots = value_add_list(root, "form_slots");
    const struct district_row *rows;
    const struct slot_row *times;
    size_t count, time_count;

    if (!desk_look_all_districts(visit->context, &rows, &count, error) ||
        !desk_look_slots(visit->context, &times, &time_count, error))
        return error_while(error, "reading districts and weekly times");
    for (size_t i = 0; i < count; i++) {
        struct value *home = value_append_object(homes), *one = value_append_object(districts);
        value_set_text(home, "key", rows[i].code);
        value_set_text(home, "name", rows[i].name);
        value_set_bool(home, "on", leader && text_equal(leader->home_code, rows[i].code));
        value_set_text(one, "key", rows[i].code);
        value_set_text(one, "name", rows[i].name);
        value_set_bool(
            one, "on", !leader || has(leader->districts, leader->district_count, rows[i].code));
    }
    for (size_t i = 0; i < time_count; i++) {
        struct value *one = value_append_object(slots);
        value_set_int(one, "key", times[i].slot);
        value_set_string(one, "name", desk_weekly(visit, times[i].when));
        value_set_bool(one, "on", leader && (leader->slots >> times[i].slot & 1) != 0);
    }
    return true;
}

static const char *day_value(struct arena *arena, int32_t day)
{
    char text[DATE_TEXT + 1];

    if (day == DAY_ABSENT)
        return "";
    date_format(day, text);
    return arena_format(arena, "%s", text);
}

bool desk_add_leader_form(
    struct visit *visit, const struct leader_row *leader, struct value *root, struct error *error)
{
    static const char *const words[EXPERIENCE_COUNT] = {
        "", T("efter antal ledda träffar"), T("ja"), T("nej")};
    struct arena *arena = visit->context->arena;
    const int32_t today = local_day(visit->context->now_ms);
    const int experience = !leader || leader->experience_said == INT_ABSENT ? EXPERIENCE_BY_MEETINGS
                           : leader->experience_said                        ? EXPERIENCE_YES
                                                                            : EXPERIENCE_NO;

    if (!staff_may(visit->staff.role, RIGHT_DECIDE))
        return true;
    add_words(root, "form_employments", employment_names, employments, EMPLOYMENT_COUNT,
        leader ? (int)leader->employment : EMPLOYMENT_FIXED);
    add_words(root, "form_experience", experience_names, words, EXPERIENCE_COUNT, experience);
    value_set_string(root, "form_from", day_value(arena, leader ? leader->contract_from : today));
    value_set_string(
        root, "form_until", day_value(arena, leader ? leader->contract_until : today + 365));
    value_set_int(root, "form_groups", leader ? leader->max_groups : 1);
    value_set_string(root, "form_id",
        desk_id(arena, leader ? leader->leader_id : uuid_new(visit->context->now_ms)));
    return add_places(visit, leader, root, error);
}

/* --- the page --- */

static bool is_own(const struct visit *visit, struct uuid leader)
{
    return !uuid_absent(visit->staff.leader_id) && uuid_equal(visit->staff.leader_id, leader);
}

/* The leader of the path, if it is this person's to see; `*answered` when not. */
static bool find(
    struct visit *visit, struct leader_row *leader, bool *answered, struct error *error)
{
    struct uuid id;
    bool found = false;

    *answered = true;
    if (!desk_captured(visit, 0, &id) ||
        !(staff_may(visit->staff.role, RIGHT_ALL_GROUPS) || is_own(visit, id)))
        return desk_not_found(visit);
    if (!desk_look_leader(visit->context, id, leader, &found, error))
        return error_while(error, "reading a leader");
    if (!found)
        return desk_not_found(visit);
    *answered = false;
    return true;
}

static bool add_trainings(
    struct visit *visit, struct uuid leader, struct value *root, struct error *error)
{
    const int32_t today = local_day(visit->context->now_ms);
    struct value *list = value_add_list(root, "trainings");
    const struct training_row *rows;
    size_t count;

    if (!desk_look_trainings(visit->context, leader, &rows, &count, error))
        return error_while(error, "reading trainings");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_message(one, "situation", word_situation(rows[i].situation));
        value_set_string(one, "key", situation_names[rows[i].situation]);
        value_set_message(one, "level", word_training_level(rows[i].level));
        value_set_string(one, "from", desk_day(visit, rows[i].from));
        if (rows[i].until != DAY_ABSENT)
            value_set_string(one, "until", desk_day(visit, rows[i].until));
        value_set_bool(one, "over", rows[i].until != DAY_ABSENT && rows[i].until < today);
    }
    add_words(root, "form_situations", situation_names,
        (const char *const[]){"", T("Missbruk"), T("Psykisk ohälsa"), T("Våld"), T("Separation")},
        SITUATION_COUNT, 0);
    add_words(root, "form_levels", training_level_names, levels, TRAINING_LEVEL_COUNT, 0);
    return true;
}

static const char *hours(struct arena *arena, int64_t minutes)
{
    return minutes % 60
               ? arena_format(arena, "%d,%d", (int)(minutes / 60), (int)(minutes % 60 * 10 / 60))
               : arena_format(arena, "%d", (int)(minutes / 60));
}

static bool add_ledger(
    struct visit *visit, struct uuid leader, struct value *root, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "ledger");
    const struct ledger_row *rows;
    size_t count;

    if (!desk_look_ledger(visit->context, leader, &rows, &count, error))
        return error_while(error, "reading the hours");
    for (size_t i = 0; i < count; i++) {
        const struct ledger_row *row = &rows[i];
        struct value *one = value_append_object(list);
        value_set_text(one, "year", row->school_year);
        value_set_message(one, "season", word_season(row->season));
        value_set_string(one, "key",
            arena_format(arena, "%s %s", row->school_year.data, term_season_names[row->season]));
        value_set_string(one, "planned", hours(arena, row->planned_min));
        value_set_string(one, "used", hours(arena, row->used_min));
        value_set_bool(one, "now", row->now);
        if (row->hours_week == INT_ABSENT)
            continue;
        const int64_t released = row->hours_week * row->weeks * 60;
        const int64_t left = released - row->planned_min - row->used_min;
        value_set_string(one, "week", arena_format(arena, "%d", (int)row->hours_week));
        value_set_string(one, "released", hours(arena, released));
        value_set_string(one, "left", hours(arena, left < 0 ? 0 : left));
        value_set_bool(one, "over", left < 0);
    }
    return true;
}

static bool add_absences(
    struct visit *visit, struct uuid leader, struct value *root, struct error *error)
{
    const int32_t today = local_day(visit->context->now_ms);
    struct value *list = value_add_list(root, "absences");
    const struct absence_row *rows;
    size_t count;

    if (!desk_look_absences(visit->context, leader, &rows, &count, error))
        return error_while(error, "reading absences");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "absence", desk_id(visit->context->arena, rows[i].absence_id));
        value_set_message(one, "reason", word_absence_reason(rows[i].reason));
        value_set_string(one, "first", desk_day(visit, rows[i].first_day));
        value_set_string(one, "last", desk_day(visit, rows[i].last_day));
        value_set_string(one, "first_value", day_value(visit->context->arena, rows[i].first_day));
        value_set_string(one, "last_value", day_value(visit->context->arena, rows[i].last_day));
        value_set_string(one, "word", absence_reason_names[rows[i].reason]);
        value_set_bool(one, "lives", rows[i].last_day >= today);
    }
    add_words(root, "form_reasons", absence_reason_names, absence_reasons, ABSENCE_REASON_COUNT,
        ABSENCE_REASON_ILL);
    return true;
}

static bool add_led(
    struct visit *visit, struct uuid leader, struct value *root, struct error *error)
{
    struct value *groups = value_add_list(root, "led_groups"), *days = value_add_list(root, "days");
    const struct leader_day_row *day_rows;
    const struct led_row *rows;
    size_t count, day_count;

    if (!desk_look_led(visit->context, leader, &rows, &count, error) ||
        !desk_look_leader_days(visit->context, leader, &day_rows, &day_count, error))
        return error_while(error, "reading a leader's groups");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(groups);
        value_set_string(one, "group_id", desk_id(visit->context->arena, rows[i].group_id));
        value_set_text(one, "group", rows[i].name);
        value_set_message(one, "state", word_group_state(rows[i].state));
        value_set_string(one, "when", desk_weekly(visit, rows[i].when));
        value_set_string(one, "first", desk_day(visit, rows[i].first_day));
        value_set_string(one, "last", desk_day(visit, rows[i].last_day));
        value_set_bool(one, "of_parents", rows[i].parents);
        value_set_bool(one, "clear", rows[i].clear);
    }
    for (size_t i = 0; i < day_count; i++) {
        struct value *one = value_append_object(days);
        value_set_string(one, "group_id", desk_id(visit->context->arena, day_rows[i].group_id));
        value_set_text(one, "group", day_rows[i].name);
        value_set_text(one, "site", day_rows[i].site);
        value_set_int(one, "number", day_rows[i].meeting_no);
        value_set_string(one, "at", desk_when(visit, day_rows[i].starts_at_ms));
    }
    return true;
}

bool desk_leader_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct leader_row leader;
    bool answered;

    if (!find(visit, &leader, &answered, error) || answered)
        return answered;
    const bool own = is_own(visit, leader.leader_id);
    struct value *root = desk_root(arena, visit, own ? T("Mina timmar") : T("Ledare"));
    desk_fill_leader(visit, root, &leader);
    value_set_bool(root, "own", own);
    value_set_string(root, "today", day_value(arena, local_day(visit->context->now_ms)));
    value_set_bool(root, "may_report", own || staff_may(visit->staff.role, RIGHT_DECIDE));
    if (!add_trainings(visit, leader.leader_id, root, error) ||
        !add_ledger(visit, leader.leader_id, root, error) ||
        !add_absences(visit, leader.leader_id, root, error) ||
        !add_led(visit, leader.leader_id, root, error) ||
        !desk_add_supervision(visit, leader.leader_id, root, error) ||
        !desk_add_leader_form(visit, &leader, root, error) ||
        !desk_add_acts(visit, leader.leader_id, root, error))
        return false;
    desk_show(arena, visit->request, 200, "leader.html", visit->language, root);
    return true;
}

bool desk_own_leader_page(struct visit *visit, struct error *error)
{
    (void)error;
    if (uuid_absent(visit->staff.leader_id))
        return desk_not_found(visit);
    desk_go(visit,
        arena_format(visit->context->arena, "/ledare/%s",
            desk_id(visit->context->arena, visit->staff.leader_id)),
        NULL);
    return true;
}
