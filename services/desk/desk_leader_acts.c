/* What is asked of scheduling about leaders: the register, trainings, hours, absences, conflicts,
 * substitutes. Each form is an act, answered on the leader's page. */
#include "common/check.h"
#include "common/domain/date.h"
#include "common/wait_words.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_leader_words.h"

enum { CODE_MOST = 16, LANGUAGES_MOST = 20, DISTRICTS_MOST = 60 };

static const char *page_of(const struct visit *visit, struct uuid leader)
{
    return arena_format(
        visit->context->arena, "/ledare/%s", desk_id(visit->context->arena, leader));
}

/* Sent: the audit's line, and to the page that will show the answer. */
static bool sent(struct visit *visit, struct uuid leader, struct uuid act, const char *action)
{
    context_audit(visit->context, visit->actor, action, leader, NULL);
    desk_go_act(visit, page_of(visit, leader), act);
    return true;
}

static bool wrong(struct visit *visit, struct uuid leader)
{
    desk_go(visit, page_of(visit, leader), "fel");
    return true;
}

static struct text trimmed(struct text text)
{
    while (text.length > 0 && text.data[0] == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

static struct text line(const struct visit *visit, const char *name, size_t most)
{
    const struct text text = trimmed(http_form(visit->request, name));

    return text.length <= most ? text : (struct text){NULL, 0};
}

/* All values of a field that may come several times. */
static size_t values(const struct visit *visit, const char *name, struct text *found, size_t most)
{
    const struct http_field *fields;
    const size_t count = http_form_fields(visit->request, &fields);
    size_t taken = 0;

    for (size_t i = 0; i < count && taken < most; i++)
        if (text_is(fields[i].name, name) && fields[i].value.length > 0)
            found[taken++] = fields[i].value;
    return taken;
}

static bool is_district(const struct district_row *rows, size_t count, struct text code)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(rows[i].code, code))
            return true;
    return false;
}

/* Districts, languages and weekly times that there are. */
static bool read_lists(
    struct visit *visit, struct leader_kept *message, bool *good, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct text *districts = ARENA_ARRAY(arena, struct text, DISTRICTS_MOST);
    struct text *languages = ARENA_ARRAY(arena, struct text, LANGUAGES_MOST);
    struct text slots[64], words = line(visit, "sprak", 200);
    const struct district_row *rows;
    size_t count;

    if (!desk_look_all_districts(visit->context, &rows, &count, error))
        return error_while(error, "reading the districts");
    message->districts = districts;
    message->districts_count = values(visit, "stadsdel", districts, DISTRICTS_MOST);
    *good = message->districts_count > 0 && is_district(rows, count, message->home);
    for (size_t i = 0; i < message->districts_count; i++)
        *good = *good && is_district(rows, count, districts[i]);
    message->languages = languages;
    while (words.length > 0 && message->languages_count < LANGUAGES_MOST) {
        size_t end = 0;
        while (end < words.length && words.data[end] != ' ')
            end++;
        const struct text one = {arena_copy(arena, words.data, end), end};
        *good = *good && language_words(one);
        languages[message->languages_count++] = one;
        words = trimmed((struct text){words.data + end, words.length - end});
    }
    const size_t slot_count = values(visit, "tid", slots, COUNT(slots));
    for (size_t i = 0; i < slot_count; i++)
        for (int64_t slot = 0; slot < 63; slot++)
            if (text_is(slots[i], arena_format(arena, "%d", (int)slot)))
                message->slots |= INT64_C(1) << slot;
    *good = *good && message->languages_count > 0;
    return true;
}

bool desk_leader_post(struct visit *visit, struct error *error)
{
    struct leader_kept message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .work_name = line(visit, "namn", 40),
        .employment = employment_of(http_form(visit->request, "anstallning")),
        .employer = line(visit, "arbetsgivare", 80),
        .home = http_form(visit->request, "hemma"),
        .home_unit = line(visit, "enhet", 80),
        .experience = experience_of(http_form(visit->request, "erfaren")),
        .parents = text_is(http_form(visit->request, "foraldrar"), "ja"),
        .max_groups = desk_form_int(visit, "grupper"),
        .active = text_is(http_form(visit->request, "aktiv"), "ja"),
    };
    bool good = false;

    if (!desk_captured(visit, 0, &message.leader_id))
        return desk_not_found(visit);
    if (!read_lists(visit, &message, &good, error))
        return false;
    if (!good || !message.work_name.length || !message.employer.length ||
        !message.home_unit.length || !message.employment || !message.experience ||
        message.max_groups < 0 || message.max_groups > 10 ||
        !date_parse(http_form(visit->request, "fran"), &message.contract_from) ||
        !date_parse(http_form(visit->request, "till"), &message.contract_until)) {
        desk_go(visit, "/ledare", "fel");
        return true;
    }
    desk_send_leader_kept(visit->context, &message, 1);
    return sent(visit, message.leader_id, message.act_id, "leader_kept");
}

bool desk_training_post(struct visit *visit, struct error *error)
{
    const struct text until = http_form(visit->request, "till");
    struct training_kept message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .situation = situation_of(http_form(visit->request, "situation")),
        .level = training_level_of(http_form(visit->request, "niva")),
        .valid_until = DAY_ABSENT,
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.leader_id))
        return desk_not_found(visit);
    if (!message.situation || !message.level ||
        !date_parse(http_form(visit->request, "fran"), &message.valid_from) ||
        (until.length && !date_parse(until, &message.valid_until)))
        return wrong(visit, message.leader_id);
    desk_send_training_kept(visit->context, &message, 1);
    return sent(visit, message.leader_id, message.act_id, "training_kept");
}

/* The term as "2026/27 autumn". */
bool desk_release_post(struct visit *visit, struct error *error)
{
    const struct text term = http_form(visit->request, "termin");
    struct release_kept message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .hours_week = desk_form_int(visit, "timmar"),
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.leader_id))
        return desk_not_found(visit);
    if (term.length > 8) {
        message.school_year = (struct text){arena_copy(visit->context->arena, term.data, 7), 7};
        message.season = term_season_of((struct text){term.data + 8, term.length - 8});
    }
    if (!message.season || message.hours_week < 0 || message.hours_week > 40)
        return wrong(visit, message.leader_id);
    desk_send_release_kept(visit->context, &message, 1);
    return sent(visit, message.leader_id, message.act_id, "release_kept");
}

/* The leader of the path: any for a coordinator, the own for a leader. */
static bool may_report(const struct visit *visit, struct uuid *leader)
{
    return desk_captured(visit, 0, leader) && (staff_may(visit->staff.role, RIGHT_DECIDE) ||
                                                  (!uuid_absent(visit->staff.leader_id) &&
                                                      uuid_equal(visit->staff.leader_id, *leader)));
}

bool desk_absence_post(struct visit *visit, struct error *error)
{
    struct absence_told message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .reason = absence_reason_of(http_form(visit->request, "varfor")),
        .withdrawn = text_is(http_form(visit->request, "aterta"), "ja"),
    };

    (void)error;
    if (!may_report(visit, &message.leader_id))
        return desk_not_found(visit);
    if (!desk_form_id(visit, "franvaro", &message.absence_id))
        message.absence_id = uuid_new(visit->context->now_ms);
    if (!message.reason || !date_parse(http_form(visit->request, "fran"), &message.first_day) ||
        !date_parse(http_form(visit->request, "till"), &message.last_day))
        return wrong(visit, message.leader_id);
    desk_send_absence_told(visit->context, &message, 1);
    return sent(visit, message.leader_id, message.act_id, "absence_told");
}

static struct text typed_code(const struct visit *visit)
{
    const struct text typed = http_form(visit->request, "kod");
    char *code = arena_take(visit->context->arena, CODE_MOST);
    size_t length = 0;

    for (size_t i = 0; i < typed.length && length + 1 < CODE_MOST; i++)
        if (typed.data[i] != ' ' && typed.data[i] != '-')
            code[length++] =
                (char)(typed.data[i] >= 'a' && typed.data[i] <= 'z' ? typed.data[i] - 32
                                                                    : typed.data[i]);
    code[length] = '\0';
    return (struct text){code, length};
}

/* A code that nobody has is answered as one of another group: it tells nothing. */
bool desk_conflict_post(struct visit *visit, struct error *error)
{
    struct conflict_told message = {.act_id = desk_act_id(visit), .by = visit->staff.staff_id};
    const bool none = text_is(http_form(visit->request, "jav"), "nej");
    const struct text code = typed_code(visit);
    const struct uuid *referrals;
    size_t count = 0;

    if (!may_report(visit, &message.leader_id))
        return desk_not_found(visit);
    if (!desk_form_id(visit, "grupp", &message.group_id) || none == (code.length > 0))
        return wrong(visit, message.leader_id);
    if (!none && !desk_look_code(visit->context, code, &referrals, &count, error))
        return error_while(error, "looking for a code");
    if (!none && count != 1)
        return wrong(visit, message.leader_id);
    if (!none)
        message.referral_id = referrals[0];
    desk_send_conflict_told(visit->context, &message, 1);
    return sent(visit, message.leader_id, message.act_id, "conflict_told");
}

bool desk_substitute_post(struct visit *visit, struct error *error)
{
    struct substitute_named message = {.act_id = desk_act_id(visit), .by = visit->staff.staff_id};
    const bool ends = text_is(http_form(visit->request, "sluta"), "ja");

    (void)error;
    if (!desk_captured(visit, 0, &message.substitution_id))
        return desk_not_found(visit);
    if (!ends && !desk_form_id(visit, "ledare", &message.leader_id)) {
        desk_go(visit, "/ledare", "fel");
        return true;
    }
    desk_send_substitute_named(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "substitute_named", message.substitution_id, NULL);
    desk_go_act(visit,
        arena_format(visit->context->arena, "/ledare?om=%s",
            desk_id(visit->context->arena, message.substitution_id)),
        message.act_id);
    return true;
}
