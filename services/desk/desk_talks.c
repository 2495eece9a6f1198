/* On the card of a referral: talks with the child alone, before or beside the group, and whom the
 * family must never meet. */
#include "services/desk/desk_talks_store.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/referral_state.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"

static const char *word_talks(struct text state)
{
    static const struct {
        const char *state, *words;
    } all[] = {{"completed", T("avslutade")}, {"running", T("pågår")},
        {"cancelled", T("inställda")}, {"confirmed", T("bokade")}};

    for (size_t i = 0; i < COUNT(all); i++)
        if (text_is(state, all[i].state))
            return all[i].words;
    return T("bokade");
}

static bool add_rows(
    struct visit *visit, struct uuid referral, struct value *root, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "talks");
    const struct talks_row *rows;
    size_t count;

    if (!desk_look_talks(visit->context, referral, &rows, &count, error))
        return error_while(error, "reading talks");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "talks_id", desk_id(arena, rows[i].group_id));
        value_set_text(one, "programme", rows[i].programme);
        value_set_text(one, "leader", rows[i].leader);
        value_set_text(one, "site", rows[i].site);
        value_set_message(one, "talks_state", word_talks(rows[i].state));
        value_set_string(one, "when", desk_weekly(visit, rows[i].when));
        value_set_string(one, "first_day", desk_day(visit, rows[i].first_day));
        value_set_string(one, "held", arena_format(arena, "%d", (int)rows[i].held));
        value_set_string(one, "all", arena_format(arena, "%d", (int)rows[i].talks));
    }
    value_set_bool(root, "any_talks", count > 0);
    return true;
}

static bool add_form(
    struct visit *visit, const struct card *card, struct value *root, struct error *error)
{
    const struct choice_row *programmes, *slots;
    size_t programme_count, slot_count;

    if (!desk_look_talk_programmes(
            visit->context, card->situation, &programmes, &programme_count, error) ||
        !desk_look_talk_slots(visit->context, &slots, &slot_count, error))
        return error_while(error, "reading what talks there are");
    if (programme_count == 0)
        return true;
    struct value *form = value_add_object(root, "talks_form");
    struct value *list = value_add_list(form, "talk_programmes");
    for (size_t i = 0; i < programme_count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "key", programmes[i].key);
        value_set_text(one, "words", programmes[i].words);
    }
    list = value_add_list(form, "talk_slots");
    for (size_t i = 0; i < slot_count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "key", slots[i].key);
        value_set_string(one, "words", desk_weekly(visit, slots[i].when));
    }
    return true;
}

bool desk_add_talks(struct visit *visit, struct uuid referral, const struct card *card,
    struct value *root, struct error *error)
{
    const bool decides =
        staff_may(visit->staff.role, RIGHT_DECIDE) && card->state && !referral_ended(card->state);

    value_set_bool(root, "show_apart", decides);
    return add_rows(visit, referral, root, error) &&
           (!decides || !card->situation || add_form(visit, card, root, error));
}

bool desk_talks_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct talks_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .slot = desk_form_int(visit, "tid"),
        .language = http_form(visit->request, "sprak"),
        .earliest_day = DAY_ABSENT,
    };
    struct child_row child;

    if (!desk_captured(visit, 0, &message.referral_id))
        return desk_not_found(visit);
    if (!desk_look_child(visit->context, message.referral_id, &child, error))
        return error_while(error, "reading for whom the talks are");
    if (!child.found)
        return desk_not_found(visit);
    const char *card = arena_format(arena, "/kort/%s", desk_id(arena, message.referral_id));
    if (!desk_form_id(visit, "program", &message.programme_id) ||
        !date_parse(http_form(visit->request, "fran"), &message.earliest_day) || message.slot < 0 ||
        message.slot > 62 || child.age < 0 || child.age > 25 || message.language.length < 2 ||
        message.language.length > 31) {
        desk_go(visit, card, "fel");
        return true;
    }
    message.child_id = child.child_id;
    message.age = child.age;
    message.district = child.district;
    desk_send_talks_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "talks_wanted", message.referral_id, NULL);
    desk_go_act(visit, card, message.act_id);
    return true;
}

bool desk_apart_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct pair_said message = {
        .kind = keep_apart_of(http_form(visit->request, "vem")),
        .by = visit->staff.staff_id,
    };
    bool together;

    if (!desk_captured(visit, 0, &message.referral_id))
        return desk_not_found(visit);
    const char *card = arena_format(arena, "/kort/%s", desk_id(arena, message.referral_id));
    if (!desk_look_other(visit->context, http_form(visit->request, "kod"), message.referral_id,
            &message.other_id, &together, error))
        return error_while(error, "reading who must not meet");
    if (uuid_absent(message.other_id) || !message.kind) {
        desk_go(visit, card, "kod");
        return true;
    }
    desk_send_pair_said(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "pair_said", message.referral_id,
        keep_apart_names[message.kind]);
    desk_go(visit, card, together ? "motas-nu" : "motas");
    return true;
}
