/*
 * The board of a plan: its proposed groups beside each other, what the rules say of each as it is
 * now, and forms that give a group another child, leader, room or time.
 *
 * Nothing is decided here: a form asks matching (board_wanted), and the page that it leads to says
 * what became of it. pages/board.js sends the same forms when a child is dragged or moved by keys.
 */
#include <stdio.h>

#include "common/check.h"
#include "common/domain/slot.h"
#include "desk_port.h"
#include "services/desk/desk_acts.h"
#include "services/desk/desk_board_store.h"
#include "services/desk/desk_parts.h"

enum { CARDS_MOST = 12 /* more groups are shown one situation at a time */ };

struct board {
    struct uuid plan_id;
    struct board_row row;
    const struct board_group_row *groups;
    const struct board_child_row *children, *waiting;
    const struct board_break_row *breaks;
    const struct board_act_row *acts;
    size_t group_count, child_count, waiting_count, break_count, act_count;
    enum situation shown; /* NONE: all */
};

static bool read_once(struct visit *visit, struct board *board, struct error *error)
{
    struct context *context = visit->context;
    const struct uuid plan = board->plan_id;

    return desk_look_plan_board(context, plan, &board->row, error) &&
           desk_look_board_groups(context, plan, &board->groups, &board->group_count, error) &&
           desk_look_board_children(context, plan, &board->children, &board->child_count, error) &&
           desk_look_board_waiting(context, plan, &board->waiting, &board->waiting_count, error) &&
           desk_look_board_breaks(context, plan, &board->breaks, &board->break_count, error) &&
           desk_look_board_acts(context, plan, &board->acts, &board->act_count, error);
}

/* Each statement sees what has been committed before it, so a change may fall between two of them:
 * then all is read again. */
static bool read_board(struct visit *visit, struct board *board, struct error *error)
{
    enum { TRIES = 3 };

    for (int i = 0; i < TRIES; i++) {
        struct board_row now;

        if (!read_once(visit, board, error) ||
            !desk_look_plan_board(visit->context, board->plan_id, &now, error))
            return false;
        if (now.version == board->row.version && now.looked_at_ms == board->row.looked_at_ms)
            break;
    }
    return true;
}

static const struct board_group_row *group_of(const struct board *board, struct uuid id)
{
    for (size_t i = 0; i < board->group_count; i++)
        if (uuid_equal(board->groups[i].group_id, id))
            return &board->groups[i];
    return NULL;
}

static size_t breaks_of(const struct board *board, struct uuid group_id)
{
    size_t count = 0;

    for (size_t i = 0; i < board->break_count; i++)
        count += uuid_equal(board->breaks[i].group_id, group_id);
    return count;
}

/* --- a group --- */

static void add_break(const struct board *board, struct value *list,
    const struct board_break_row *broken, const struct visit *visit)
{
    struct value *one = value_append_object(list);
    const struct board_group_row *other = group_of(board, broken->other_id);

    value_set_message(one, "why", word_act_reason(broken->reason));
    if (broken->name.data)
        value_set_text(one, "who", broken->name);
    if (broken->code.data)
        value_set_text(one, "code", broken->code);
    if (other)
        value_set_int(one, "other", other->number);
    if (broken->holder.data && broken->elsewhere)
        value_set_text(one, "elsewhere", broken->holder);
    else if (broken->holder.data) {
        value_set_text(one, "holder", broken->holder);
        value_set_string(one, "holder_id", desk_id(visit->context->arena, broken->holder_id));
    }
    value_set_bool(one, "away", broken->absent);
}

static void add_child(
    const struct visit *visit, struct value *list, const struct board_child_row *child)
{
    struct value *one = value_append_object(list);

    value_set_string(one, "id", desk_id(visit->context->arena, child->referral_id));
    value_set_text(one, "code", child->code);
    value_set_int(one, "age", child->age);
    value_set_text(one, "district", child->district);
}

static void add_leaders(
    const struct visit *visit, struct value *object, const struct board_group_row *group)
{
    struct value *list = value_add_list(object, "leaders");

    for (size_t i = 0; i < group->leader_count; i++) {
        struct value *one = value_append_object(list);

        value_set_string(one, "id", desk_id(visit->context->arena, group->leader_ids[i]));
        value_set_text(one, "name", group->leaders[i]);
        value_set_bool(one, "of_parents", i >= 2);
    }
}

static void fill_group(const struct visit *visit, const struct board *board, struct value *one,
    const struct board_group_row *group)
{
    struct arena *arena = visit->context->arena;
    struct value *breaks = value_add_list(one, "breaks");
    struct value *children = value_add_list(one, "children");

    value_set_string(one, "id", desk_id(arena, group->group_id));
    value_set_int(one, "number", group->number);
    value_set_message(one, "situation", word_situation(group->situation));
    value_set_string(
        one, "ages", arena_format(arena, "%d–%d", (int)group->age_from, (int)group->age_to));
    value_set_string(one, "when", desk_weekly(visit, group->when));
    value_set_text(one, "programme", group->programme);
    value_set_text(one, "room", group->room);
    value_set_text(one, "parent_room", group->parent_room);
    value_set_text(one, "district", group->district);
    value_set_bool(one, "foreign", !text_is(group->language, "sv"));
    desk_set_tongue(one, "language", group->language);
    value_set_int(one, "count", group->children);
    value_set_int(one, "least", group->least);
    value_set_int(one, "most", group->most);
    value_set_bool(one, "drafted", group->drafted);
    value_set_string(one, "decide_by", desk_when(visit, group->decide_by_ms));
    value_set_bool(one, "holds", breaks_of(board, group->group_id) == 0);
    add_leaders(visit, one, group);
    for (size_t i = 0; i < board->break_count; i++)
        if (uuid_equal(board->breaks[i].group_id, group->group_id))
            add_break(board, breaks, &board->breaks[i], visit);
    for (size_t i = 0; i < board->child_count; i++)
        if (uuid_equal(board->children[i].group_id, group->group_id))
            add_child(visit, children, &board->children[i]);
}

/* --- who waits and would fit --- */

static void add_waiting(const struct visit *visit, const struct board *board, struct value *root)
{
    struct value *list = value_add_list(root, "waiting"), *groups = NULL;
    struct uuid last = {{0}};

    for (size_t i = 0; i < board->waiting_count; i++) {
        const struct board_child_row *child = &board->waiting[i];
        const struct board_group_row *group = group_of(board, child->group_id);

        if (!group || (board->shown && group->situation != board->shown))
            continue;
        if (!groups || !uuid_equal(last, child->referral_id)) {
            struct value *one = value_append_object(list);

            value_set_string(one, "id", desk_id(visit->context->arena, child->referral_id));
            value_set_text(one, "code", child->code);
            value_set_int(one, "age", child->age);
            value_set_text(one, "district", child->district);
            groups = value_add_list(one, "fits");
            last = child->referral_id;
        }
        value_append_text(
            groups, text_of(arena_format(visit->context->arena, "%d", (int)group->number)));
    }
}

/* --- what was asked --- */

static void add_number(struct value *object, const char *name, int64_t number)
{
    if (number != INT_ABSENT)
        value_set_int(object, name, number);
}

/* Which groups an act was about, and whether they hold now. */
static void add_ends(
    const struct board *board, struct value *object, const struct uuid *ids, size_t count)
{
    struct value *list = value_add_list(object, "ends");

    for (size_t i = 0; i < count; i++) {
        const struct board_group_row *group = group_of(board, ids[i]);

        if (!group || (i > 0 && uuid_equal(ids[i], ids[i - 1])))
            continue;
        struct value *one = value_append_object(list);

        value_set_int(one, "number", group->number);
        value_set_bool(one, "holds", breaks_of(board, ids[i]) == 0);
        for (size_t j = board->break_count; j-- > 0;)
            if (uuid_equal(board->breaks[j].group_id, ids[i]))
                value_set_message(one, "why", word_act_reason(board->breaks[j].reason));
    }
}

static void fill_act(const struct visit *visit, const struct board *board, struct value *one,
    const struct board_act_row *act)
{
    const bool slot = act->act == BOARD_ACT_SLOT, child = act->act == BOARD_ACT_CHILD;
    const struct uuid child_ends[] = {act->before_id, act->after_id};

    value_set_bool(
        one, arena_format(visit->context->arena, "is_%s", board_act_names[act->act]), true);
    value_set_string(one, "at", desk_when(visit, act->at_ms));
    value_set_text(one, "by", act->by);
    value_set_bool(one, "refused", act->refused);
    value_set_bool(one, "undone", act->undone);
    value_set_int(one, "groups", act->groups);
    value_set_text(one, "code", act->code);
    if (act->refused)
        value_set_message(one, "why", word_act_reason(act->reason));
    if (child) {
        add_number(one, "from", act->from_number);
        add_number(one, "to", act->to_number);
        add_ends(board, one, child_ends, 2);
        return;
    }
    add_number(one, "number", act->number);
    add_ends(board, one, &act->group_id, 1);
    if (slot) {
        value_set_string(one, "before", desk_weekly(visit, act->before_when));
        value_set_string(one, "after", desk_weekly(visit, act->after_when));
    } else {
        value_set_text(one, "before", act->before);
        value_set_text(one, "after", act->after);
    }
}

/* The fields of the same wish, on the board as it is now. */
static void set_again(const struct visit *visit, struct value *one, const struct board_act_row *act)
{
    struct arena *arena = visit->context->arena;
    struct value *again = value_add_object(one, "again");

    value_set_string(again, "act", board_act_names[act->act]);
    if (!uuid_absent(act->group_id))
        value_set_string(again, "group", desk_id(arena, act->group_id));
    if (!uuid_absent(act->subject_id))
        value_set_string(again, "child", desk_id(arena, act->subject_id));
    if (!uuid_absent(act->after_id))
        value_set_string(again, "to", desk_id(arena, act->after_id));
    if (act->act == BOARD_ACT_LEADER)
        value_set_string(again, "leader", desk_id(arena, act->before_id));
    if (act->after_slot != INT_ABSENT)
        value_set_int(again, "slot", act->after_slot);
}

/* What became of the wish that led here, and what was done before it. */
static void add_acts(const struct visit *visit, const struct board *board, struct value *root)
{
    struct value *list = value_add_list(root, "log");
    struct uuid sent;
    bool waits = uuid_parse(http_query(visit->request, "akt"), &sent), may_undo = false;

    for (size_t i = 0; i < board->act_count; i++) {
        const struct board_act_row *act = &board->acts[i];

        may_undo = may_undo || (!act->refused && !act->undone && act->act < BOARD_ACT_UNDO &&
                                   act->act != BOARD_ACT_LOOK);
        if (waits && uuid_equal(act->act_id, sent)) {
            struct value *outcome = value_add_object(root, "outcome");

            waits = false;
            fill_act(visit, board, outcome, act);
            if (act->reason == ACT_REASON_CHANGED_MEANWHILE && act->act != BOARD_ACT_GROUP)
                set_again(visit, outcome, act);
        }
        if (act->act != BOARD_ACT_LOOK)
            fill_act(visit, board, value_append_object(list), act);
    }
    value_set_bool(root, "waits", waits);
    if (waits)
        value_set_string(root, "act_id", desk_id(visit->context->arena, sent));
    value_set_bool(root, "may_undo", may_undo);
    value_set_bool(root, "any_log", board->act_count > 0);
}

/* --- the page --- */

static void add_situations(const struct visit *visit, struct board *board, struct value *root)
{
    /* By its number: no address tells a situation. */
    const struct text typed = http_query(visit->request, "del");
    const int wanted = typed.length == 1 ? typed.data[0] - '0' : 0;
    struct value *list = value_add_list(root, "situations");
    bool there[SITUATION_COUNT] = {false};

    for (size_t i = 0; i < board->group_count; i++)
        there[board->groups[i].situation] = true;
    if (board->group_count > CARDS_MOST)
        board->shown = wanted > 0 && wanted < SITUATION_COUNT && there[wanted]
                           ? (enum situation)wanted
                           : board->groups[0].situation;
    for (int i = 1; i < SITUATION_COUNT && board->shown; i++)
        if (there[i]) {
            struct value *one = value_append_object(list);

            value_set_int(one, "key", i);
            value_set_message(one, "words", word_situation((enum situation)i));
            value_set_bool(one, "on", (enum situation)i == board->shown);
        }
    value_set_bool(root, "any_situations", board->shown != SITUATION_NONE);
}

static void add_head(const struct visit *visit, const struct board *board, struct value *root)
{
    struct arena *arena = visit->context->arena;
    size_t holding = 0;

    for (size_t i = 0; i < board->group_count; i++)
        holding += breaks_of(board, board->groups[i].group_id) == 0;
    value_set_string(root, "plan", desk_id(arena, board->plan_id));
    value_set_int(root, "version", board->row.version);
    value_set_string(root, "planned", desk_when(visit, board->row.planned_at_ms));
    if (board->row.looked_at_ms != INT_ABSENT)
        value_set_string(root, "looked", desk_when(visit, board->row.looked_at_ms));
    value_set_int(root, "standing", (int64_t)board->group_count);
    value_set_int(root, "holding", (int64_t)holding);
    value_set_bool(root, "any_holds", holding > 0);
    value_set_bool(root, "all_hold", holding == board->group_count);
    value_set_bool(root, "any_groups", board->group_count > 0);
}

static bool add_plans(
    struct visit *visit, struct uuid shown, struct value *root, struct error *error)
{
    struct value *list = value_add_list(root, "plans");
    const struct plan_row *plans;
    size_t count;

    if (!desk_look_plans(visit->context, &plans, &count, error))
        return error_while(error, "reading the plans");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);

        value_set_string(one, "id", desk_id(visit->context->arena, plans[i].plan_id));
        value_set_string(one, "at", desk_when(visit, plans[i].planned_at_ms));
        value_set_int(one, "groups", plans[i].groups);
        value_set_bool(one, "on", uuid_equal(plans[i].plan_id, shown));
    }
    value_set_bool(root, "many_plans", count > 1);
    return true;
}

/* While the answer is on its way the page comes again by itself, without script too. */
static bool show(
    struct visit *visit, const struct board *board, struct value *root, const char *page)
{
    struct uuid sent;
    bool waits = uuid_parse(http_query(visit->request, "akt"), &sent);

    desk_show(visit->context->arena, visit->request, 200, page, visit->language, root);
    for (size_t i = 0; i < board->act_count; i++)
        waits = waits && !uuid_equal(board->acts[i].act_id, sent);
    if (waits)
        http_answer_header(visit->request, "Refresh", "1");
    return true;
}

bool desk_board_page(struct visit *visit, struct error *error)
{
    struct board board = {.row = {.found = false}};

    if (!desk_captured(visit, 0, &board.plan_id))
        return desk_not_found(visit);
    if (!read_board(visit, &board, error))
        return false;
    if (!board.row.found)
        return desk_not_found(visit);
    struct value *root = desk_root(visit->context->arena, visit, T("Plantavla"));
    struct value *cards = value_add_list(root, "cards"), *all = value_add_list(root, "all");

    add_head(visit, &board, root);
    add_situations(visit, &board, root);
    for (size_t i = 0; i < board.group_count; i++) {
        struct value *one = value_append_object(all);

        value_set_string(one, "id", desk_id(visit->context->arena, board.groups[i].group_id));
        value_set_int(one, "number", board.groups[i].number);
        value_set_string(one, "when", desk_weekly(visit, board.groups[i].when));
        if (!board.shown || board.groups[i].situation == board.shown)
            fill_group(visit, &board, value_append_object(cards), &board.groups[i]);
    }
    add_waiting(visit, &board, root);
    add_acts(visit, &board, root);
    return add_plans(visit, board.plan_id, root, error) && show(visit, &board, root, "board.html");
}

/* The newest plan that somebody has to decide about. */
bool desk_board_now_page(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    const struct plan_row *plans;
    size_t count;

    if (!desk_look_plans(visit->context, &plans, &count, error))
        return error_while(error, "reading the plans");
    if (count > 0) {
        desk_go(visit, arena_format(arena, "/plan/%s", desk_id(arena, plans[0].plan_id)), NULL);
        return true;
    }
    struct value *root = desk_root(arena, visit, T("Plantavla"));

    desk_show(arena, visit->request, 200, "board.html", visit->language, root);
    return true;
}

/* --- one group: all that can be chosen --- */

static void add_choices(const struct visit *visit, struct value *root, const char *name,
    const char *kind, const struct board_choice_row *choices, size_t count)
{
    struct value *object = value_add_object(root, name);
    struct value *fit = value_add_list(object, "fit"), *rest = value_add_list(object, "rest");

    for (size_t i = 0; i < count; i++) {
        if (!text_is(choices[i].kind, kind))
            continue;
        struct value *one = value_append_object(choices[i].fits ? fit : rest);

        value_set_text(one, "key", choices[i].key);
        if (choices[i].when.weekday != INT_ABSENT)
            value_set_string(one, "name", desk_weekly(visit, choices[i].when));
        else
            value_set_text(one, "name", choices[i].name);
    }
}

static bool add_forms(struct visit *visit, const struct board *board,
    const struct board_group_row *group, struct value *root, struct error *error)
{
    struct value *waiting = value_add_list(root, "could"), *others = value_add_list(root, "others");
    const struct board_choice_row *choices;
    bool any = false;
    size_t count;

    if (!desk_look_board_choices(visit->context, group->group_id, &choices, &count, error))
        return false;
    add_choices(visit, root, "first", "leader1", choices, count);
    add_choices(visit, root, "second", "leader2", choices, count);
    add_choices(visit, root, "rooms", "room", choices, count);
    add_choices(visit, root, "times", "slot", choices, count);
    for (size_t i = 0; i < board->waiting_count; i++)
        if (uuid_equal(board->waiting[i].group_id, group->group_id)) {
            add_child(visit, waiting, &board->waiting[i]);
            any = true;
        }
    for (size_t i = 0; i < board->group_count; i++)
        if (&board->groups[i] != group && board->groups[i].situation == group->situation) {
            struct value *one = value_append_object(others);

            value_set_string(one, "id", desk_id(visit->context->arena, board->groups[i].group_id));
            value_set_int(one, "number", board->groups[i].number);
            value_set_string(one, "when", desk_weekly(visit, board->groups[i].when));
        }
    value_set_string(root, "leader1", desk_id(visit->context->arena, group->leader_ids[0]));
    value_set_string(root, "leader2", desk_id(visit->context->arena, group->leader_ids[1]));
    value_set_text(root, "leader1_name", group->leaders[0]);
    value_set_text(root, "leader2_name", group->leaders[1]);
    value_set_bool(root, "any_could", any);
    return true;
}

bool desk_board_group_page(struct visit *visit, struct error *error)
{
    struct board board = {.row = {.found = false}};
    const struct board_group_row *group;
    struct uuid id;

    if (!desk_captured(visit, 0, &board.plan_id) || !desk_captured(visit, 1, &id))
        return desk_not_found(visit);
    if (!read_board(visit, &board, error))
        return false;
    group = group_of(&board, id);
    if (!group)
        return desk_not_found(visit);
    struct value *root = desk_root(visit->context->arena, visit, T("Ändra en föreslagen grupp"));

    add_head(visit, &board, root);
    fill_group(visit, &board, root, group);
    add_acts(visit, &board, root);
    return add_forms(visit, &board, group, root, error) &&
           show(visit, &board, root, "board_group.html");
}

/* --- what is asked --- */

static enum board_act act_wanted(const struct visit *visit)
{
    return board_act_of(http_form(visit->request, "gor"));
}

bool desk_board_plan_post(struct visit *visit, struct error *error)
{
    struct arena *arena = visit->context->arena;
    struct uuid from;
    struct board_wanted message = {
        .act_id = desk_act_id(visit),
        .by = visit->staff.staff_id,
        .act = act_wanted(visit),
        .seen_version = desk_form_int(visit, "v"),
        .slot = desk_form_int(visit, "tid"),
        .age_from = INT_ABSENT,
        .age_to = INT_ABSENT,
    };

    (void)error;
    if (!desk_captured(visit, 0, &message.plan_id))
        return desk_not_found(visit);
    const char *page = arena_format(arena, "/plan/%s", desk_id(arena, message.plan_id));
    desk_form_id(visit, "grupp", &message.group_id);
    desk_form_id(visit, "till", &message.to_id);
    if (message.act == BOARD_ACT_CHILD)
        desk_form_id(visit, "barn", &message.subject_id);
    else if (message.act == BOARD_ACT_LEADER)
        desk_form_id(visit, "ledare", &message.subject_id);
    if (message.act == BOARD_ACT_CHILD) { /* where to: a group, or nowhere */
        message.group_id = message.to_id;
        message.to_id = (struct uuid){{0}};
    }
    if (!message.act || message.seen_version < 1 ||
        (message.slot != INT_ABSENT && (message.slot < 0 || message.slot > SLOT_MOST)) ||
        (message.act == BOARD_ACT_CHILD && uuid_absent(message.subject_id))) {
        desk_go(visit, page, "fel");
        return true;
    }
    if (desk_form_id(visit, "fran", &from)) /* the page of one group asked */
        page = arena_format(arena, "%s/%s", page, desk_id(arena, from));
    desk_send_board_wanted(visit->context, &message, 1);
    context_audit(visit->context, visit->actor, "board_wanted", message.plan_id,
        board_act_names[message.act]);
    desk_go_act(visit, page, message.act_id);
    return true;
}
