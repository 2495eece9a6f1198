/*
 * An evening with a group: who is missing and must be called home, what to bring, which parents
 * take part, and the button of a leader who is worried.
 *
 * A leader sees codes and places. The number to call is opened by the page of contacts, for a
 * reason that is written down, and only while that child is missing from a group of their own.
 */
#include "services/desk/desk_evening_store.h"

#include "common/check.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_before_start.h"

enum { RESULT_MOST = 180, PERSONS_MOST = 4 };

/* --- what a group's page shows --- */

static void add_missing_rows(
    const struct visit *visit, struct value *root, const struct missing_row *rows, size_t count)
{
    struct arena *arena = visit->context->arena;
    struct value *now = value_add_list(root, "missing"), *lately = value_add_list(root, "twice");
    bool any = false, any_twice = false;

    for (size_t i = 0; i < count; i++) {
        const bool twice = rows[i].kind == TASK_KIND_MISSED_TWICE;
        struct value *one = value_append_object(twice ? lately : now);
        any = any || !twice;
        any_twice = any_twice || twice;
        value_set_string(one, "task", desk_id(arena, rows[i].task_id));
        value_set_string(one, "referral", desk_id(arena, rows[i].referral_id));
        value_set_string(one, "in", desk_id(arena, rows[i].group_id));
        value_set_text(one, "group", rows[i].group);
        value_set_text(one, "code", rows[i].code);
        if (rows[i].place_no != INT_ABSENT)
            value_set_string(one, "place", arena_format(arena, "%d", (int)rows[i].place_no));
        value_set_bool(one, "asked_again", rows[i].kind == TASK_KIND_MISSING_LATE);
        desk_set_clock(visit, one, "clock", rows[i].due_at_ms);
    }
    value_set_bool(root, "any_missing", any);
    value_set_bool(root, "any_twice", any_twice);
}

bool desk_add_missing(
    struct visit *visit, struct uuid group, struct value *root, struct error *error)
{
    const struct missing_row *rows;
    size_t count;

    if (!desk_look_missing(visit->context, group, visit->staff.leader_id, &rows, &count, error))
        return error_while(error, "reading who is missing");
    add_missing_rows(visit, root, rows, count);
    return true;
}

bool desk_set_evenings(struct visit *visit, struct uuid group, const struct uuid *meetings,
    struct value *const *objects, size_t count, struct error *error)
{
    const struct evening_row *rows;
    size_t found;

    if (!desk_look_evenings(visit->context, group, &rows, &found, error))
        return error_while(error, "reading what to bring");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < found; j++) {
            if (!uuid_equal(rows[j].meeting_id, meetings[i]))
                continue;
            value_set_bool(objects[i], "joint", rows[j].joint);
            if (rows[j].things.length)
                value_set_text(objects[i], "things", rows[j].things);
        }
    return true;
}

static const char *word_wish(enum parent_wish wish)
{
    switch (wish) {
    case PARENT_WISH_NO:
        return T("vill inte vara med");
    case PARENT_WISH_YES:
        return T("vill vara med");
    case PARENT_WISH_MUST:
        return T("måste få vara med");
    case PARENT_WISH_NONE:
        break;
    }
    return "";
}

/* The guardians of one child after each other: an object a child, with its guardians in it. */
static void add_families(
    const struct visit *visit, struct value *root, const struct parent_row *rows, size_t count)
{
    struct arena *arena = visit->context->arena;
    struct value *list = value_add_list(root, "families"), *guardians = NULL;

    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !uuid_equal(rows[i].referral_id, rows[i - 1].referral_id)) {
            struct value *family = value_append_object(list);
            value_set_string(family, "family", desk_id(arena, rows[i].referral_id));
            value_set_text(family, "code", rows[i].code);
            value_set_message(family, "wish", word_wish(rows[i].wish));
            value_set_bool(family, "never_both", rows[i].never_both);
            guardians = value_add_list(family, "guardians");
        }
        struct value *one = value_append_object(guardians);
        value_set_string(one, "person", desk_id(arena, rows[i].person_id));
        value_set_string(one, "nth", arena_format(arena, "%d", (int)rows[i].nth));
        value_set_bool(one, "on", rows[i].takes_part);
    }
}

bool desk_add_parents(
    struct visit *visit, struct uuid group, struct value *root, struct error *error)
{
    const struct parent_row *rows;
    struct parent_group parents;
    size_t count;

    if (!desk_look_parents(visit->context, group, &parents, &rows, &count, error))
        return error_while(error, "reading the parents' group");
    if (!parents.found)
        return true;
    struct value *own = value_add_object(root, "parent_group");
    value_set_text(own, "room", parents.room);
    value_set_text(own, "parent_leaders", parents.leaders);
    add_families(visit, own, rows, count);
    return true;
}

/* --- acts on it --- */

static const char *page_of(const struct visit *visit, const struct group_row *group)
{
    return arena_format(
        visit->context->arena, "/grupper/%s", desk_id(visit->context->arena, group->group_id));
}

bool desk_parents_post(struct visit *visit, struct error *error)
{
    struct uuid persons[PERSONS_MOST];
    struct parents_noted message = {
        .act_id = desk_act_id(visit), .by = visit->staff.staff_id, .person_ids = persons};
    struct group_row group;
    bool answered;

    if (!desk_find_group(visit, &group, &answered, error) || answered)
        return answered;
    message.group_id = group.group_id;
    if (!desk_form_id(visit, "familj", &message.referral_id)) {
        desk_go(visit, page_of(visit, &group), "fel");
        return true;
    }
    for (int i = 1; i <= PERSONS_MOST; i++)
        if (desk_form_id(visit, arena_format(visit->context->arena, "foralder%d", i),
                &persons[message.person_ids_count]))
            message.person_ids_count++;
    desk_send_parents_noted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "parents_noted", message.referral_id, NULL);
    desk_go_act(visit, page_of(visit, &group), message.act_id);
    return true;
}

/* The open task of the path, of a child missing from this group now or twice in a row; absent when
 * there is none. */
static bool find_missing(struct visit *visit, struct group_row *group, struct missing_row *missing,
    bool *answered, struct error *error)
{
    const struct missing_row *rows;
    struct uuid task;
    size_t count;

    if (!desk_find_group(visit, group, answered, error) || *answered)
        return *answered;
    *answered = true;
    if (!desk_captured(visit, 1, &task))
        return desk_not_found(visit);
    if (!desk_look_missing(
            visit->context, group->group_id, (struct uuid){{0}}, &rows, &count, error))
        return error_while(error, "reading who is missing");
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(rows[i].task_id, task)) {
            *missing = rows[i];
            *answered = false;
            return true;
        }
    desk_go(visit, page_of(visit, group), "andrat");
    return true;
}

static struct identity_way way_of(
    const struct visit *visit, const struct group_row *group, const struct missing_row *missing)
{
    struct arena *arena = visit->context->arena;
    const char *page = page_of(visit, group);

    return (struct identity_way){
        .back = page,
        .action = arena_format(arena, "%s/saknas/%s", page, desk_id(arena, missing->task_id)),
        .family_only = true,
    };
}

bool desk_missing_contact_page(struct visit *visit, struct error *error)
{
    struct missing_row missing;
    struct group_row group;
    bool answered;

    if (!find_missing(visit, &group, &missing, &answered, error) || answered)
        return answered;
    const struct identity_way way = way_of(visit, &group, &missing);
    return desk_identity_ask(visit, missing.code, &way, NULL);
}

bool desk_missing_contact_post(struct visit *visit, struct error *error)
{
    struct missing_row missing;
    struct group_row group;
    bool answered;

    if (!find_missing(visit, &group, &missing, &answered, error) || answered)
        return answered;
    const struct identity_way way = way_of(visit, &group, &missing);
    return desk_identity_answer(visit, missing.referral_id, missing.code, &way, error);
}

bool desk_missing_done_post(struct visit *visit, struct error *error)
{
    const struct text typed = http_form(visit->request, "resultat");
    struct missing_row missing;
    struct group_row group;
    struct uuid referral;
    bool answered;

    if (!find_missing(visit, &group, &missing, &answered, error) || answered)
        return answered;
    if (typed.length > RESULT_MOST) {
        desk_go(visit, page_of(visit, &group), "fel");
        return true;
    }
    if (!desk_end_missing(visit->context, missing.task_id, group.group_id, visit->staff.staff_id,
            typed.length ? typed : (struct text){NULL, 0}, &referral, error))
        return error_while(error, "noting a call about a missing child");
    context_audit(visit->context, visit->actor, "missing_called", missing.referral_id, NULL);
    desk_go(visit, page_of(visit, &group), "ringt");
    return true;
}

/* --- "Jag är orolig" --- */

/* The child of the path, who has a place in this group. */
static bool find_child(struct visit *visit, struct group_row *group, struct roster_row *child,
    bool *answered, struct error *error)
{
    const struct roster_row *rows;
    struct uuid referral;
    size_t count;

    if (!desk_find_group(visit, group, answered, error) || *answered)
        return *answered;
    *answered = true;
    if (!desk_captured(visit, 1, &referral))
        return desk_not_found(visit);
    if (!desk_look_roster(
            visit->context, group->group_id, (struct uuid){{0}}, &rows, &count, error))
        return error_while(error, "reading the roster");
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(rows[i].referral_id, referral)) {
            *child = rows[i];
            *answered = false;
            return true;
        }
    return desk_not_found(visit);
}

bool desk_worry_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct group_row group;
    struct roster_row child;
    bool answered;

    if (!find_child(visit, &group, &child, &answered, error) || answered)
        return answered;
    struct value *root = desk_root(arena, visit, T("Jag är orolig"));
    value_set_string(root, "id", desk_id(arena, group.group_id));
    value_set_text(root, "name", group.name);
    value_set_string(root, "referral", desk_id(arena, child.referral_id));
    value_set_text(root, "code", child.code);
    desk_show(arena, visit->request, 200, "worry.html", visit->language, root);
    return true;
}

bool desk_worry_post(struct visit *visit, struct error *error)
{
    struct group_row group;
    struct roster_row child;
    bool answered;

    if (!find_child(visit, &group, &child, &answered, error) || answered)
        return answered;
    const struct worry_raised message = {child.referral_id, group.group_id, visit->staff.staff_id};
    desk_send_worry_raised(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "worry_raised", child.referral_id, NULL);
    desk_go(visit, page_of(visit, &group), "orolig");
    return true;
}
