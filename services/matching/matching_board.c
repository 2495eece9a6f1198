/*
 * The board of a plan: a coordinator gives a proposed group another child, leader, room or time,
 * and hears at once what the rules say of it.
 *
 * A change is made to the proposal itself, so what it uses is taken for every other plan from that
 * moment. Whether the group holds is not asked before, but told after, by core/hold.c: on the way
 * from one good plan to another there are bad ones. Only what holds can be accepted.
 *
 * Each change is noted with what was before, and the last one can be undone, or all. Who saw an
 * older board than there is changes nothing.
 */
#include "common/check.h"
#include "matching_port.h"
#include "services/matching/matching_board_store.h"

enum { LOOK_EVERY_MS = 60000, BOARDS_MOST = 3 /* looked at in one transaction */ };

struct board {
    const struct board_wanted *wanted;
    struct proposals proposals;
    const char *by;
    struct board_note note;
};

static const struct proposal *proposal_with_id(const struct proposals *proposals, struct uuid id)
{
    for (size_t i = 0; i < proposals->count; i++)
        if (uuid_equal(proposals->proposals[i].wanted.group_id, id))
            return &proposals->proposals[i];
    return NULL;
}

/* The group in which the child is pencilled; absent: in none of these. */
static struct uuid group_of_child(const struct proposals *proposals, struct uuid referral)
{
    for (size_t i = 0; i < proposals->count; i++)
        for (size_t j = 0; j < proposals->proposals[i].child_count; j++)
            if (uuid_equal(proposals->proposals[i].children[j], referral))
                return proposals->proposals[i].wanted.group_id;
    return (struct uuid){{0}};
}

/* --- a look --- */

struct look_of {
    const struct approval_of *all;
    struct board_break *breaks;
    struct board_fit *fits;
    size_t break_count, fit_count;
};

static struct uuid subject_of(const struct round *round, const struct hold_break *found)
{
    switch (found->about) {
    case HOLD_ABOUT_ROOM:
    case HOLD_ABOUT_PARENT_ROOM:
        return round->view.rooms[found->subject].room_id;
    case HOLD_ABOUT_LEADER:
        return round->view.leaders[found->subject].leader_id;
    case HOLD_ABOUT_CHILD:
        return round->view.needs[found->subject].referral_id;
    case HOLD_ABOUT_GROUP:
        break;
    }
    return (struct uuid){{0}};
}

/* What a proposal names is not there any more, so nothing else could be looked at. */
static void add_stale(struct look_of *look, const struct proposal *proposal, enum stale stale)
{
    struct board_break *broken = &look->breaks[look->break_count++];

    *broken = (struct board_break){.group_id = proposal->wanted.group_id,
        .reason = stale == STALE_CHILDREN ? ACT_REASON_FEW_CHILDREN : ACT_REASON_UNKNOWN,
        .about = stale == STALE_LEADERS ? HOLD_ABOUT_LEADER
                 : stale == STALE_ROOM  ? HOLD_ABOUT_ROOM
                                        : HOLD_ABOUT_GROUP};
}

static struct ids fitting(
    struct arena *arena, const bool *fits, size_t count, const struct uuid *first, size_t stride)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, count);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (fits[i])
            memcpy(&ids[kept++], (const char *)first + i * stride, sizeof *ids);
    return (struct ids){ids, kept};
}

static void add_look(struct arena *arena, struct look_of *look, const struct hold_look *found,
    const struct proposal *proposal)
{
    const struct round *round = look->all->round;
    const struct market_view *view = &round->view;
    const struct uuid id = proposal->wanted.group_id;

    for (size_t i = 0; i < found->break_count; i++) {
        const struct hold_break *broken = &found->breaks[i];
        struct uuid other = {{0}};

        if (broken->other != HOLD_NONE)
            other = look->all->proposals.proposals[look->all->proposal_of[broken->other]]
                        .wanted.group_id;
        look->breaks[look->break_count++] = (struct board_break){
            .group_id = id,
            .nth = (int64_t)i,
            .subject_id = subject_of(round, broken),
            .other_id = other,
            .reason = broken->reason,
            .about = broken->about,
        };
    }
    look->fits[look->fit_count++] = (struct board_fit){
        .group_id = id,
        .leaders = {fitting(arena, found->leaders[0], view->leader_count,
                        &view->leaders[0].leader_id, sizeof *view->leaders),
            fitting(arena, found->leaders[1], view->leader_count, &view->leaders[0].leader_id,
                sizeof *view->leaders)},
        .rooms = fitting(
            arena, found->rooms, view->room_count, &view->rooms[0].room_id, sizeof *view->rooms),
        .children = fitting(arena, found->children, view->need_count, &view->needs[0].referral_id,
            sizeof *view->needs),
        .slots = found->slots,
    };
}

/* `broken[i]`: something is wrong with proposal i, and the first of it. */
static bool look_at(struct context *context, struct uuid plan_id, const struct proposals *proposals,
    enum act_reason *broken, struct error *error)
{
    struct approval_of all = {.proposals = *proposals};
    struct look_of look = {.all = &all};
    const struct hold_look *found;

    if (proposals->count == 0)
        return matching_keep_look(context, plan_id, NULL, 0, NULL, 0, error);
    if (!matching_waiting_for_board(context, plan_id, &all.others, error) ||
        !approval_read(context, &all, error))
        return false;
    look.breaks =
        ARENA_ARRAY(context->arena, struct board_break, proposals->count * HOLD_BREAKS_MOST);
    look.fits = ARENA_ARRAY(context->arena, struct board_fit, proposals->count);
    for (size_t i = 0; i < proposals->count; i++)
        if (all.stale[i] != STALE_NONE)
            add_stale(&look, &proposals->proposals[i], all.stale[i]);
    if (all.planned_count > 0) {
        found = hold_look(
            context->arena, &all.round->view, all.round->themes, all.planned, all.planned_count);
        for (size_t i = 0; i < all.planned_count; i++)
            add_look(context->arena, &look, &found[i], &proposals->proposals[all.proposal_of[i]]);
    }
    for (size_t i = look.break_count; broken && i-- > 0;)
        for (size_t j = 0; j < proposals->count; j++)
            if (uuid_equal(look.breaks[i].group_id, proposals->proposals[j].wanted.group_id))
                broken[j] = look.breaks[i].reason;
    return matching_keep_look(
        context, plan_id, look.breaks, look.break_count, look.fits, look.fit_count, error);
}

static bool look_again(struct context *context, struct uuid plan_id, struct proposals *proposals,
    enum act_reason **broken, struct error *error)
{
    if (!matching_take_proposals(context, plan_id, NULL, 0, proposals, error))
        return false;
    *broken = ARENA_ARRAY(context->arena, enum act_reason, proposals->count);
    return look_at(context, plan_id, proposals, *broken, error);
}

/* --- changes --- */

static bool move_pencil(
    struct context *context, const struct board_note *note, const char *by, struct error *error)
{
    struct referral referral;

    if (!matching_load(context, &note->subject_id, sizeof(struct uuid), 1, &referral, error))
        return false;
    if (referral.state == REFERRAL_STATE_WAITING) {
        if (!matching_move(&referral, REFERRAL_STATE_PROPOSED, ASKER_MATCHING, by))
            return error_set(error, ERROR_INPUT, "a child that waits cannot be pencilled in");
    } else {
        referral.version++;
        referral.changed = true;
        referral.by = by;
    }
    referral.group_id = note->after_id;
    return matching_draft_child(
               context, note->subject_id, note->before_id, note->after_id, error) &&
           matching_write(context, &referral, 1, error);
}

static bool let_child_go(struct context *context, const struct board *board, struct uuid group_id,
    struct uuid referral, struct error *error)
{
    struct proposal without = {.children = &referral, .child_count = 1};
    const struct proposals some = {&without, 1};
    const struct proposal *with = proposal_with_id(&board->proposals, group_id);

    CHECK(with); /* group_of_child found it there */
    without.wanted = with->wanted;
    return matching_let_go(context, &some, error) && matching_draft_count(context, group_id, error);
}

/* A child goes from where it is to where it shall be: `before_id`, `after_id`; absent: the list. */
static bool change_child(struct context *context, struct board *board,
    const struct board_note *note, enum act_reason *reason, struct error *error)
{
    const struct uuid now = group_of_child(&board->proposals, note->subject_id);
    struct referral referral;

    if (!matching_load(context, &note->subject_id, sizeof(struct uuid), 1, &referral, error))
        return false;
    if (!uuid_equal(now, note->before_id) ||
        referral.state != (uuid_absent(now) ? REFERRAL_STATE_WAITING : REFERRAL_STATE_PROPOSED)) {
        *reason = ACT_REASON_CHANGED_MEANWHILE;
        return true;
    }
    if (uuid_equal(note->before_id, note->after_id)) {
        *reason = ACT_REASON_WRONG_INPUT;
        return true;
    }
    if (uuid_absent(note->after_id))
        return let_child_go(context, board, now, note->subject_id, error);
    return move_pencil(context, note, board->by, error);
}

static bool change_group(struct context *context, struct board *board,
    const struct board_note *note, enum act_reason *reason, struct error *error)
{
    bool found = true;

    if (!proposal_with_id(&board->proposals, note->group_id)) {
        *reason = ACT_REASON_CHANGED_MEANWHILE;
        return true;
    }
    switch (note->act) {
    case BOARD_ACT_ROOM:
    case BOARD_ACT_PARENT_ROOM:
        if (!matching_draft_room(context, note->group_id, note->after_id,
                note->act == BOARD_ACT_PARENT_ROOM, &found, error))
            return false;
        break;
    case BOARD_ACT_SLOT:
        if (!matching_draft_slot(context, note->group_id, note->after_slot, error))
            return false;
        break;
    case BOARD_ACT_LEADER:
        if (!matching_draft_leader(
                context, note->group_id, note->before_id, note->after_id, &found, error))
            return false;
        break;
    case BOARD_ACT_GROUP: /* only to undo it */
        return matching_refuse_group(context, note->group_id, board->by, error);
    case BOARD_ACT_NONE:
    case BOARD_ACT_LOOK:
    case BOARD_ACT_CHILD:
    case BOARD_ACT_UNDO:
    case BOARD_ACT_THROW_AWAY:
    case BOARD_ACT_ACCEPT:
        found = false;
    }
    if (!found)
        *reason = ACT_REASON_WRONG_INPUT;
    return true;
}

static bool change(struct context *context, struct board *board, const struct board_note *note,
    enum act_reason *reason, struct error *error)
{
    if (note->act != BOARD_ACT_CHILD)
        return change_group(context, board, note, reason, error);
    if (!uuid_absent(note->after_id) && !proposal_with_id(&board->proposals, note->after_id)) {
        *reason = ACT_REASON_CHANGED_MEANWHILE;
        return true;
    }
    return change_child(context, board, note, reason, error);
}

/* What was before is noted as it is now, not as it was seen. */
static void note_before(struct board *board)
{
    const struct board_wanted *wanted = board->wanted;
    struct board_note *note = &board->note;
    const struct proposal *proposal = proposal_with_id(&board->proposals, wanted->group_id);

    note->group_id = wanted->group_id;
    note->after_id = wanted->to_id;
    if (wanted->act == BOARD_ACT_CHILD) {
        note->subject_id = wanted->subject_id;
        note->before_id = group_of_child(&board->proposals, wanted->subject_id);
        note->after_id = wanted->group_id;
    } else if (proposal) {
        note->before_id = wanted->act == BOARD_ACT_ROOM          ? proposal->wanted.room_id
                          : wanted->act == BOARD_ACT_PARENT_ROOM ? proposal->wanted.parent_room_id
                                                                 : wanted->subject_id;
        note->before_slot = wanted->act == BOARD_ACT_SLOT ? proposal->wanted.slot : INT_ABSENT;
        note->after_slot = wanted->act == BOARD_ACT_SLOT ? wanted->slot : INT_ABSENT;
    }
}

static bool make_group(
    struct context *context, struct board *board, enum act_reason *reason, struct error *error)
{
    const struct board_wanted *wanted = board->wanted;
    bool found = false;

    board->note.group_id = uuid_new(context->now_ms);
    if (wanted->leader_ids_count == 2 && wanted->slot != INT_ABSENT &&
        wanted->age_from != INT_ABSENT && wanted->age_to >= wanted->age_from &&
        wanted->language.length && !uuid_equal(wanted->leader_ids[0], wanted->leader_ids[1]) &&
        !matching_draft_group(context, wanted, board->note.group_id, &found, error))
        return false;
    if (!found)
        *reason = ACT_REASON_WRONG_INPUT;
    return true;
}

/* The other way round. What has gone on meanwhile - a group approved, a child that left - stays. */
static bool undo_one(struct context *context, struct board *board, bool *any,
    enum act_reason *reason, struct error *error)
{
    struct board_note last, back;

    if (!matching_last_change(context, board->note.plan_id, &last, error))
        return false;
    *any = !uuid_absent(last.act_id);
    if (!*any)
        return true;
    back = last;
    back.before_id = last.after_id;
    back.after_id = last.before_id;
    back.after_slot = last.before_slot;
    return change(context, board, &back, reason, error) &&
           matching_mark_undone(context, last.act_id, error) &&
           matching_take_proposals(context, board->note.plan_id, NULL, 0, &board->proposals, error);
}

static bool undo(struct context *context, struct board *board, bool all, enum act_reason *reason,
    struct error *error)
{
    bool any = true;

    while (any) {
        enum act_reason wrong = ACT_REASON_NONE;

        if (!undo_one(context, board, &any, &wrong, error))
            return false;
        board->note.groups += any && wrong == ACT_REASON_NONE;
        if (!all) {
            *reason = any ? wrong : ACT_REASON_NOT_NOW;
            return true;
        }
    }
    if (board->note.groups == 0)
        *reason = ACT_REASON_NOT_NOW;
    return true;
}

/* One group, or all that hold; what does not hold stays on the board, with what is wrong. */
static bool accept(
    struct context *context, struct board *board, enum act_reason *reason, struct error *error)
{
    const struct uuid only = board->wanted->group_id;
    enum act_reason *broken, first = ACT_REASON_CHANGED_MEANWHILE;
    struct uuid *groups;
    size_t count = 0;

    if (!look_again(context, board->note.plan_id, &board->proposals, &broken, error))
        return false;
    groups = ARENA_ARRAY(context->arena, struct uuid, board->proposals.count);
    board->note.group_id = only;
    for (size_t i = 0; i < board->proposals.count; i++) {
        const struct uuid id = board->proposals.proposals[i].wanted.group_id;

        if (!uuid_absent(only) && !uuid_equal(only, id))
            continue;
        if (broken[i] == ACT_REASON_NONE)
            groups[count++] = id;
        else
            first = broken[i];
    }
    board->note.groups = (int64_t)count;
    if (count == 0)
        *reason = first;
    return count == 0 || matching_approve_groups(context, groups, count, board->by, error);
}

/* --- an act --- */

static bool act(
    struct context *context, struct board *board, enum act_reason *reason, struct error *error)
{
    switch (board->wanted->act) {
    case BOARD_ACT_LOOK:
        return true;
    case BOARD_ACT_UNDO:
        return undo(context, board, false, reason, error);
    case BOARD_ACT_THROW_AWAY:
        return undo(context, board, true, reason, error);
    case BOARD_ACT_ACCEPT:
        return accept(context, board, reason, error);
    case BOARD_ACT_GROUP:
        return make_group(context, board, reason, error);
    case BOARD_ACT_ROOM:
    case BOARD_ACT_PARENT_ROOM:
    case BOARD_ACT_SLOT:
    case BOARD_ACT_LEADER:
    case BOARD_ACT_CHILD:
    case BOARD_ACT_NONE:
        break;
    }
    note_before(board);
    return change(context, board, &board->note, reason, error);
}

static bool answer(
    struct context *context, struct board *board, int64_t version, struct error *error)
{
    const struct board_wanted *wanted = board->wanted;
    const bool changes = wanted->act != BOARD_ACT_LOOK;
    enum act_reason reason = ACT_REASON_NONE, *broken;

    if (!matching_take_proposals(context, wanted->plan_id, NULL, 0, &board->proposals, error))
        return false;
    if (changes && wanted->seen_version != version) {
        note_before(board); /* the page says what was wanted, and offers it again */
        reason = ACT_REASON_CHANGED_MEANWHILE;
    } else if (!act(context, board, &reason, error))
        return false;
    board->note.reason = reason;
    board->note.version = version + (changes && reason == ACT_REASON_NONE);
    return matching_set_board_version(context, wanted->plan_id, board->note.version, error) &&
           matching_note_board(context, &board->note, error) &&
           look_again(context, wanted->plan_id, &board->proposals, &broken, error);
}

/* People change one thing at a time, so one at a time is written. */
bool matching_on_board_wanted(struct context *context, const struct board_wanted *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct board_wanted *message = &messages[i];
        char by[UUID_TEXT + 1];
        struct board board = {
            .wanted = message,
            .by = by,
            .note = {.act_id = message->act_id,
                .plan_id = message->plan_id,
                .by = message->by,
                .act = message->act,
                .before_slot = INT_ABSENT,
                .after_slot = INT_ABSENT},
        };
        int64_t version;
        bool known;

        uuid_format(message->by, by);
        if (!matching_open_board(
                context, message->plan_id, message->act_id, &version, &known, error))
            return false;
        if (known)
            continue;
        context_audit(context, by, "board", message->plan_id, board_act_names[message->act]);
        if (!answer(context, &board, version, error))
            return error_while(error, "changing a plan at its board");
    }
    return true;
}

/* Days pass, other plans take what was free: what stands is looked at now and then. */
bool matching_look_at_boards(struct context *context, struct error *error)
{
    struct ids plans;
    bool mine;

    if (!matching_lock_rhythm(context, "boards", &mine, error) || !mine)
        return !mine;
    if (!matching_boards_to_look_at(
            context, context->now_ms - LOOK_EVERY_MS, BOARDS_MOST, &plans, error))
        return false;
    for (size_t i = 0; i < plans.count; i++) {
        struct proposals proposals;
        enum act_reason *broken;
        int64_t version;
        bool known;

        if (!matching_open_board(
                context, plans.ids[i], (struct uuid){{0}}, &version, &known, error) ||
            !look_again(context, plans.ids[i], &proposals, &broken, error))
            return error_while(error, "looking at a board");
    }
    return true;
}
