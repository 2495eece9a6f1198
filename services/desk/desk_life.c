/* What a coordinator asks of a group that has not begun, and where a child is moved. */
#include "services/desk/desk_life.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/group_state.h"
#include "common/domain/local_time.h"
#include "common/domain/referral_state.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_life_store.h"

static const char *const reasons[CANCEL_REASON_COUNT] = {
    [CANCEL_REASON_NONE] = "",
    [CANCEL_REASON_FEW_CHILDREN] = T("För få barn"),
    [CANCEL_REASON_LEADERS_MISSING] = T("Ledare saknas"),
    [CANCEL_REASON_ROOM_MISSING] = T("Lokal saknas"),
    [CANCEL_REASON_UNSAFE] = T("Det är inte tryggt"),
    [CANCEL_REASON_OTHER_GROUP_BETTER] = T("En annan grupp passar barnen bättre"),
    [CANCEL_REASON_OTHER] = T("Annat"),
};

static const char *const refusals[PLACE_REFUSAL_COUNT] = {
    [PLACE_REFUSAL_NONE] = "",
    [PLACE_REFUSAL_CHANGED_MEANWHILE] = T("Någon hann före. Titta på läget igen."),
    [PLACE_REFUSAL_NO_PLACE_BEFORE] = T("Barnet har ingen plats att flytta från."),
    [PLACE_REFUSAL_SAME_GROUP] = T("Barnet är redan i den gruppen."),
    [PLACE_REFUSAL_GROUP_CLOSED] = T("Gruppen tar inte emot fler."),
    [PLACE_REFUSAL_ENTRY_OVER] = T("Det är för sent att börja i den gruppen."),
    [PLACE_REFUSAL_FULL] = T("Gruppen är full."),
    [PLACE_REFUSAL_OTHER_SITUATION] = T("Gruppen är för en annan situation."),
    [PLACE_REFUSAL_OTHER_LANGUAGE] = T("Gruppen är på ett annat språk."),
    [PLACE_REFUSAL_AGE] = T("Åldern passar inte."),
    [PLACE_REFUSAL_SEX] = T("Det är en grupp för bara flickor eller bara pojkar, eller så vill "
                            "barnet ha en sådan."),
    [PLACE_REFUSAL_TIME] = T("Tiden passar inte familjen."),
    [PLACE_REFUSAL_WAY] = T("Det är för långt för familjen."),
    [PLACE_REFUSAL_NEEDS] = T("Lokalen saknar något som barnet behöver."),
    [PLACE_REFUSAL_PARENTS_MISSING] = T("Föräldern behöver en grupp, och där finns ingen."),
    [PLACE_REFUSAL_PARENTS_FULL] = T("Föräldragruppen är full."),
    [PLACE_REFUSAL_SIBLING] = T("Syskonet går i en annan grupp."),
    [PLACE_REFUSAL_MUST_NOT_MEET] = T("Två som inte får träffas skulle mötas."),
};

const char *word_cancel_reason(struct text code)
{
    const enum cancel_reason reason = cancel_reason_of(code);

    return reason ? reasons[reason] : NULL;
}

/* --- a group --- */

static void add_targets(
    struct visit *visit, struct value *root, const struct life_target *targets, size_t count)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "targets");

    value_set_bool(root, "any_targets", count > 0);
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "id", desk_id(arena, targets[i].group_id));
        value_set_text(one, "name", targets[i].name);
        value_set_text(one, "district", targets[i].district);
        value_set_string(one, "when", desk_weekly(visit, targets[i].when));
        value_set_string(one, "ages",
            arena_format(arena, "%d–%d", (int)targets[i].age_from, (int)targets[i].age_to));
        value_set_int(one, "left", targets[i].left);
        value_set_string(one, "first_day", desk_day(visit, targets[i].first_day));
    }
}

bool desk_add_life(
    struct visit *visit, const struct group_row *group, struct value *root, struct error *error)
{
    const struct life_target *targets;
    char first_day[DATE_TEXT + 1];
    struct value *list;
    int32_t day;
    size_t count;

    if (!staff_may(visit->staff.role, RIGHT_DECIDE) || !group_before_start(group->state))
        return true;
    if (!desk_look_targets(
            visit->context, group->situation, group->group_id, &targets, &count, error))
        return false;
    value_set_bool(root, "may_end", true);
    add_targets(visit, root, targets, count);
    list = value_add_list(root, "cancel_reasons");
    for (int i = 1; i < CANCEL_REASON_COUNT; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "key", cancel_reason_names[i]);
        value_set_message(one, "words", reasons[i]);
    }
    /* A way out that was pressed, else a week later than now. */
    if (!date_parse(http_query(visit->request, "day"), &day))
        day = group->first_day + 7;
    date_format(day, first_day);
    value_set_string(root, "later_day", arena_format(visit->context->arena, "%s", first_day));
    return true;
}

bool desk_life_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct group_act_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .act = group_act_of(http_form(visit->request, "akt")),
        .reason = cancel_reason_of(http_form(visit->request, "skal")),
        .earliest_day = DAY_ABSENT,
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.group_id))
        return desk_not_found(visit);
    const char *page = arena_format(arena, "/grupper/%s", desk_id(arena, message.group_id));
    desk_form_id(visit, "till", &message.into_id);
    date_parse(http_form(visit->request, "dag"), &message.earliest_day);
    if (!message.act || (message.act == GROUP_ACT_CANCEL && !message.reason) ||
        (message.act == GROUP_ACT_MERGE && uuid_absent(message.into_id)) ||
        (message.act == GROUP_ACT_POSTPONE && message.earliest_day == DAY_ABSENT)) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_group_act_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "group_act_wanted", message.group_id,
        group_act_names[message.act]);
    desk_go_act(visit, page, message.act_id);
    return true;
}

/* --- a child --- */

static void add_answers(
    struct visit *visit, struct value *root, const struct move_row *rows, size_t count)
{
    struct value *list = value_add_list(root, "moves_asked");
    struct uuid sent;
    bool waits = uuid_parse(http_query(visit->request, "akt"), &sent);

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "group", rows[i].group);
        value_set_bool(one, "refused", rows[i].refused);
        if (rows[i].refused)
            value_set_message(
                one, "why", rows[i].refusal ? refusals[rows[i].refusal] : T("Det gick inte."));
        value_set_text(one, "way", rows[i].way_out);
        value_set_string(one, "at", desk_when(visit, rows[i].at_ms));
        value_set_text(one, "by", rows[i].by);
        waits = waits && !uuid_equal(rows[i].act_id, sent);
    }
    value_set_bool(root, "move_waits", waits);
    value_set_bool(root, "any_moves_asked", waits || count > 0);
}

static void add_terms(
    struct visit *visit, struct value *root, const struct term_row *terms, size_t count)
{
    struct value *list = value_add_list(root, "terms");

    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        char day[DATE_TEXT + 1];

        date_format(terms[i].first_day, day);
        value_set_string(one, "key", arena_format(visit->context->arena, "%s", day));
        value_set_bool(one, "autumn", text_is(terms[i].season, "autumn"));
        value_set_string(one, "day", desk_day(visit, terms[i].first_day));
    }
}

static bool holds_place(enum referral_state state)
{
    return state == REFERRAL_STATE_OFFERED || state == REFERRAL_STATE_CALL_BACK ||
           state == REFERRAL_STATE_MEETING || referral_has_place(state);
}

bool desk_add_child_life(struct visit *visit, struct uuid referral, const struct card *card,
    struct value *root, struct error *error)
{
    const struct life_target *targets;
    const struct move_row *moves;
    const struct term_row *terms;
    size_t count;
    struct text partner;
    int32_t until;

    if (!card->state)
        return true;
    if (!desk_look_partner(visit->context, referral, &partner, &until, error) ||
        !desk_look_child_moves(visit->context, referral, &moves, &count, error))
        return false;
    if (partner.data) {
        value_set_text(root, "partner", partner);
        value_set_string(root, "partner_until", desk_day(visit, until));
    }
    add_answers(visit, root, moves, count);
    if (!staff_may(visit->staff.role, RIGHT_DECIDE))
        return true;
    if (!desk_look_terms(visit->context, local_day(visit->context->now_ms), &terms, &count, error))
        return false;
    add_terms(visit, root, terms, count);
    if (!holds_place(card->state) || card->state == REFERRAL_STATE_COMPLETED || !card->situation)
        return true;
    if (!desk_look_targets(
            visit->context, card->situation, card->group_id, &targets, &count, error))
        return false;
    value_set_bool(root, "show_group_move", true);
    add_targets(visit, root, targets, count);
    return true;
}

bool desk_child_group_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct place_move_wanted message = {
        .act_id = desk_act_id(visit),
        .seen_version = desk_form_int(visit, "version"),
        .by = visit->staff.staff_id,
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.referral_id))
        return desk_not_found(visit);
    const char *page = arena_format(arena, "/kort/%s", desk_id(arena, message.referral_id));
    if (!desk_form_id(visit, "till", &message.group_id) || message.seen_version < 1) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_place_move_wanted(visit->context, &message, 1);
    context_audit(
        visit->context, visit->actor, "place_move_wanted", message.referral_id, "another group");
    desk_go_act(visit, page, message.act_id);
    return true;
}
