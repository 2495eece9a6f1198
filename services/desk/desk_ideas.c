/* Ideas of groups: what each has of children, leaders and room, and the form that makes or changes
 * one. What becomes of it, scheduling answers by an act. */
#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/domain/slot.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_idea_store.h"
#include "services/desk/desk_life.h"

enum { IDEA_AHEAD_DAYS = 56 /* plan 8 weeks before a start */ };

/* Shown where the programme has a parents' group, always or if somebody wants one. */
static void fill_parents(struct value *one, const struct idea_row *idea)
{
    if (text_is(idea->parents, "no"))
        return;
    struct value *parents = value_add_object(one, "parents");
    const bool roomed = !uuid_absent(idea->parent_room_id);
    const bool led = idea->parent_leader_count >= idea->parent_leaders_needed;

    value_set_bool(parents, "wanted", idea->parent_leaders_needed > 0);
    value_set_bool(parents, "whole", idea->parent_leaders_needed > 0 && roomed && led);
    if (roomed)
        value_set_text(parents, "place", idea->parent_room);
    if (idea->parent_pair.length)
        value_set_text(parents, "who", idea->parent_pair);
}

static void fill_facts(const struct visit *visit, struct value *one, const struct idea_row *idea)
{
    struct arena *arena = visit->context->arena;

    value_set_string(one, "id", desk_id(arena, idea->group_id));
    value_set_message(one, "situation", word_situation(idea->situation));
    value_set_message(one, "state", word_group_state(idea->state));
    value_set_text(one, "programme", idea->programme);
    value_set_string(
        one, "ages", arena_format(arena, "%d–%d", (int)idea->age_from, (int)idea->age_to));
    value_set_text(one, "district", idea->district_name);
    value_set_bool(one, "counted", idea->counted);
    value_set_string(one, "fits", arena_format(arena, "%d", (int)idea->fits));
    value_set_string(one, "least", arena_format(arena, "%d", (int)idea->least));
    value_set_bool(one, "viable", idea->viable);
    value_set_bool(one, "staffed", idea->staffed);
    value_set_text(one, "pair", idea->pair);
    value_set_bool(one, "roomed", idea->roomed);
    value_set_text(one, "room", idea->room);
    if (idea->when.weekday != INT_ABSENT)
        value_set_string(one, "when", desk_weekly(visit, idea->when));
    if (idea->best.weekday != INT_ABSENT && idea->fits > 0)
        value_set_string(one, "best", desk_weekly(visit, idea->best));
    fill_parents(one, idea);
    value_set_bool(
        one, "open", idea->state == GROUP_STATE_IDEA || idea->state == GROUP_STATE_COLLECTING);
    value_set_bool(one, "booked", idea->state == GROUP_STATE_BOOKED);
}

/* --- the form --- */

/* A new idea may come with its district: the map leads here. */
static bool chosen(const struct visit *visit, const struct idea_row *idea,
    const struct idea_choice *choice, const char *field)
{
    struct uuid id;

    if (!idea)
        return strcmp(field, "districts") == 0 &&
               text_equal(choice->key, http_query(visit->request, "stadsdel"));
    if (strcmp(field, "districts") == 0)
        return idea->district.data && text_equal(choice->key, idea->district);
    const struct {
        const char *field;
        struct uuid id;
    } ids[] = {{"programmes", idea->programme_id}, {"rooms", idea->room_id},
        {"first_leaders", idea->leaders[0]}, {"second_leaders", idea->leaders[1]},
        {"parent_rooms", idea->parent_room_id}, {"first_parent_leaders", idea->parent_leaders[0]},
        {"second_parent_leaders", idea->parent_leaders[1]}};
    for (size_t i = 0; i < COUNT(ids); i++)
        if (strcmp(field, ids[i].field) == 0)
            return uuid_parse(choice->key, &id) && uuid_equal(id, ids[i].id);
    return false;
}

static void add_choice(const struct visit *visit, struct value *list,
    const struct idea_choice *choice, const struct idea_row *idea, const char *field)
{
    struct value *one = value_append_object(list);

    value_set_text(one, "key", choice->key);
    value_set_bool(one, "on",
        chosen(visit, idea, choice, field) ||
            (strcmp(field, "parent_rooms") == 0 &&
                text_equal(http_query(visit->request, "parent_room"), choice->key)));
    if (choice->when.weekday != INT_ABSENT) {
        const int slot = (int)strtol(choice->key.data, NULL, 10);

        value_set_string(one, "name", desk_weekly(visit, choice->when));
        value_set_bool(one, "would", idea && slot_in(idea->slots, slot));
        value_set_bool(one, "on", idea && idea->slot == slot);
        return;
    }
    value_set_text(one, "name", choice->name);
    if (text_is(choice->kind, "programme"))
        value_set_message(one, "more", word_situation(situation_of(choice->more)));
}

static bool add_form(
    struct visit *visit, const struct idea_row *idea, struct value *root, struct error *error)
{
    static const struct {
        const char *kind, *field;
    } lists[] = {{"programme", "programmes"}, {"room", "rooms"}, {"leader", "first_leaders"},
        {"leader", "second_leaders"}, {"district", "districts"}, {"slot", "times"},
        {"room", "parent_rooms"}, {"leader", "first_parent_leaders"},
        {"leader", "second_parent_leaders"}};
    const int32_t start = local_day(visit->context->now_ms) + IDEA_AHEAD_DAYS;
    struct arena *arena = visit->context->arena;
    const struct idea_choice *choices;
    char day[DATE_TEXT + 1];
    size_t count;

    if (!desk_look_choices(visit->context, &choices, &count, error))
        return false;
    for (size_t l = 0; l < COUNT(lists); l++) {
        struct value *list = value_add_list(root, lists[l].field);

        for (size_t i = 0; i < count; i++)
            if (text_is(choices[i].kind, lists[l].kind))
                add_choice(visit, list, &choices[i], idea, lists[l].field);
    }
    value_set_bool(root, "asks_parents", http_query(visit->request, "parent_room").length > 0);
    date_format(idea ? idea->earliest_day : start, day);
    value_set_string(root, "earliest", arena_copy(arena, day, DATE_TEXT));
    value_set_string(root, "from", arena_format(arena, "%d", idea ? (int)idea->age_from : 7));
    value_set_string(root, "to", arena_format(arena, "%d", idea ? (int)idea->age_to : 9));
    if (idea)
        value_set_text(root, "tongue", idea->language);
    else
        value_set_string(root, "tongue", "sv");
    value_set_bool(root, "theirs", idea && idea->intake == GROUP_INTAKE_THEIRS);
    value_set_bool(root, "by_quota", idea && idea->intake == GROUP_INTAKE_QUOTA);
    if (idea && idea->quota != INT_ABSENT)
        value_set_int(root, "quota", idea->quota);
    return true;
}

bool desk_ideas_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct value *root = desk_root(arena, visit, T("Idéer"));
    struct value *list = value_add_list(root, "ideas");
    const struct idea_row *ideas;
    size_t count;

    if (!desk_look_ideas(visit->context, (struct uuid){{0}}, &ideas, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        fill_facts(visit, value_append_object(list), &ideas[i]);
    if (staff_may(visit->staff.role, RIGHT_DECIDE) && !add_form(visit, NULL, root, error))
        return false;
    desk_show(arena, visit->request, 200, "ideas.html", visit->language, root);
    return true;
}

bool desk_idea_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct idea_row *ideas;
    struct uuid id, sent;
    size_t count = 0;

    if (!desk_captured(visit, 0, &id))
        return desk_not_found(visit);
    if (!desk_look_ideas(visit->context, id, &ideas, &count, error))
        return false;
    /* A new one is made by the act that is on its way. */
    if (count == 0 && !uuid_parse(http_query(visit->request, "akt"), &sent))
        return desk_not_found(visit);
    struct value *root = desk_root(arena, visit, T("Idé"));
    value_set_string(root, "id", desk_id(arena, id));
    if (!desk_add_acts(visit, id, root, error))
        return false;
    if (count > 0) {
        value_set_bool(root, "known", true);
        fill_facts(visit, root, &ideas[0]);
    }
    if (staff_may(visit->staff.role, RIGHT_DECIDE) &&
        !add_form(visit, count > 0 ? &ideas[0] : NULL, root, error))
        return false;
    desk_show(arena, visit->request, 200, "idea.html", visit->language, root);
    return true;
}

/* --- what was filled in --- */

static int64_t slots_of(const struct visit *visit)
{
    int64_t slots = 0;

    for (int slot = 0; slot <= SLOT_MOST; slot++) {
        const char *name = arena_format(visit->context->arena, "tid_%d", slot);
        if (text_is(http_form(visit->request, name), "ja"))
            slots |= slot_bit(slot);
    }
    return slots;
}

static size_t leaders_of(
    const struct visit *visit, const char *first, const char *second, const struct uuid **leaders)
{
    struct uuid *found = ARENA_ARRAY(visit->context->arena, struct uuid, 2);
    size_t count = 0;

    count += desk_form_id(visit, first, &found[count]);
    count += desk_form_id(visit, second, &found[count]);
    *leaders = found;
    return count;
}

static bool read_form(const struct visit *visit, struct idea_wanted *wanted)
{
    wanted->language = http_form(visit->request, "sprak");
    wanted->district = http_form(visit->request, "stadsdel");
    if (!wanted->district.length)
        wanted->district.data = NULL;
    wanted->age_from = desk_form_int(visit, "fran");
    wanted->age_to = desk_form_int(visit, "till");
    wanted->slot = desk_form_int(visit, "tid");
    wanted->slots = slots_of(visit) | slot_bit(wanted->slot == INT_ABSENT ? -1 : (int)wanted->slot);
    wanted->leader_ids_count = leaders_of(visit, "ledare1", "ledare2", &wanted->leader_ids);
    wanted->parent_leader_ids_count =
        leaders_of(visit, "fledare1", "fledare2", &wanted->parent_leader_ids);
    desk_form_id(visit, "lokal", &wanted->room_id);
    desk_form_id(visit, "frum", &wanted->parent_room_id);
    wanted->intake = group_intake_of(http_form(visit->request, "intagning"));
    wanted->quota =
        wanted->intake == GROUP_INTAKE_QUOTA ? desk_form_int(visit, "kvot") : INT_ABSENT;
    if (uuid_absent(wanted->room_id))
        wanted->slot = INT_ABSENT; /* a time without a room is a wish among the others */
    return desk_form_id(visit, "program", &wanted->programme_id) && wanted->slots != 0 &&
           date_parse(http_form(visit->request, "dag"), &wanted->earliest_day) &&
           wanted->language.length >= 2 && wanted->language.length <= 31 && wanted->age_from >= 0 &&
           wanted->age_to >= wanted->age_from && wanted->age_to <= 20 &&
           (wanted->quota == INT_ABSENT || (wanted->quota >= 1 && wanted->quota <= 40));
}

static bool ask(struct visit *visit, struct uuid group_id, const char *page)
{
    struct arena *arena = visit->context->arena;
    struct idea_wanted wanted = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .group_id = group_id,
    };

    if (!read_form(visit, &wanted)) {
        desk_go(visit, page, "fel");
        return true;
    }
    desk_send_idea_wanted(visit->context, &wanted, 1);
    context_audit(visit->context, visit->actor, "idea_wanted", group_id, NULL);
    desk_go_act(visit, arena_format(arena, "/ideer/%s", desk_id(arena, group_id)), wanted.act_id);
    return true;
}

bool desk_ideas_post(struct visit *visit, struct error *error)
{
    (void)error;
    return ask(visit, uuid_new(visit->context->now_ms), "/ideer");
}

bool desk_idea_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct uuid id;

    (void)error;
    if (!desk_captured(visit, 0, &id))
        return desk_not_found(visit);
    const char *page = arena_format(arena, "/ideer/%s", desk_id(arena, id));
    if (!text_is(http_form(visit->request, "akt"), "ge_upp"))
        return ask(visit, id, page);
    const struct group_act_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .group_id = id,
        .act = GROUP_ACT_CANCEL,
        .earliest_day = DAY_ABSENT,
        .reason = CANCEL_REASON_OTHER,
    };
    desk_send_group_act_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "idea_given_up", id, NULL);
    desk_go_act(visit, page, message.act_id);
    return true;
}
