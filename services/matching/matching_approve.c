/*
 * A coordinator decides about proposed groups: one of them, or all of a plan at once.
 *
 * Days may have passed since the plan was made. So whatever is approved is held against the market
 * as it is in this transaction - who is pencilled in still, rooms, leaders, programmes - by the
 * rules by which the plan was taken in (core/hold.c), the groups of a plan beside each other. What
 * holds is booked; what does not ends with the reason, and its children wait on. What has been
 * decided before is left as it is: said twice it does nothing.
 */
#include "services/matching/matching_approve.h"

#include "matching_port.h"

/* --- what is there still --- */

static bool is_pencilled(const struct referral *referral, const struct proposal *proposal)
{
    return referral->state == REFERRAL_STATE_PROPOSED &&
           uuid_equal(referral->group_id, proposal->wanted.group_id);
}

static bool load_children(struct context *context, struct approval_of *all, struct error *error)
{
    struct uuid *children;
    size_t at = 0;

    for (size_t i = 0; i < all->proposals.count; i++)
        all->child_count += all->proposals.proposals[i].child_count;
    children = ARENA_ARRAY(context->arena, struct uuid, all->child_count);
    all->standing = ARENA_ARRAY(context->arena, struct uuid, all->child_count + all->others.count);
    all->need = ARENA_ARRAY(context->arena, size_t, all->child_count + all->others.count);
    all->referrals = ARENA_ARRAY(context->arena, struct referral, all->child_count);
    for (size_t i = 0; i < all->proposals.count; i++)
        for (size_t j = 0; j < all->proposals.proposals[i].child_count; j++)
            children[at++] = all->proposals.proposals[i].children[j];
    if (at > 0 && !matching_load(context, children, sizeof *children, at, all->referrals, error))
        return false;
    at = 0;
    for (size_t i = 0; i < all->proposals.count; i++)
        for (size_t j = 0; j < all->proposals.proposals[i].child_count; j++, at++)
            if (is_pencilled(&all->referrals[at], &all->proposals.proposals[i]))
                all->standing[all->standing_count++] = children[at];
    for (size_t i = 0; i < all->others.count; i++)
        all->standing[all->standing_count++] = all->others.ids[i];
    return true;
}

static bool load_round(struct context *context, struct approval_of *all, struct error *error)
{
    all->round = ARENA_NEW(context->arena, struct round);
    for (size_t i = 0; i < all->standing_count; i++)
        all->need[i] = HOLD_NONE;
    if (all->standing_count == 0)
        return true;
    if (!round_of_proposals(
            context, &all->proposals, all->standing, all->standing_count, all->round, error))
        return false;
    for (size_t i = 0; i < all->round->needs.count; i++)
        all->need[all->round->needs.asked[i]] = i;
    return true;
}

/* --- a proposal in the terms of the round --- */

static size_t room_of(const struct market_view *view, struct uuid id)
{
    for (size_t i = 0; i < view->room_count; i++)
        if (uuid_equal(view->rooms[i].room_id, id))
            return i;
    return HOLD_NONE;
}

static size_t leader_of(const struct market_view *view, struct uuid id)
{
    for (size_t i = 0; i < view->leader_count; i++)
        if (uuid_equal(view->leaders[i].leader_id, id))
            return i;
    return HOLD_NONE;
}

static size_t theme_of(const struct round *round, const struct group_wanted *wanted)
{
    for (size_t t = 0; t < round->themes->count; t++) {
        const struct theme *theme = &round->themes->themes[t];

        if (uuid_equal(
                round->view.programmes[theme->programme].programme_id, wanted->programme_id) &&
            theme->band.from <= wanted->age_from && theme->band.to >= wanted->age_to)
            return t;
    }
    return SIZE_MAX;
}

static enum stale find_leaders(
    const struct market_view *view, const struct group_wanted *wanted, struct planned_group *group)
{
    for (size_t i = 0; i < 2; i++)
        if ((group->leaders[i] = leader_of(view, wanted->leader_ids[i])) == HOLD_NONE)
            return STALE_LEADERS;
    if (wanted->parent_leader_ids_count > PARENT_LEADERS_MOST)
        return STALE_LEADERS;
    for (size_t i = 0; i < wanted->parent_leader_ids_count; i++) {
        const size_t leader = leader_of(view, wanted->parent_leader_ids[i]);

        if (leader == HOLD_NONE)
            return STALE_LEADERS;
        group->parent_leaders[group->parent_leader_count++] = leader;
    }
    return STALE_NONE;
}

static void add_children(
    const struct approval_of *all, const struct proposal *proposal, struct planned_group *group)
{
    for (size_t i = 0; i < all->standing_count; i++)
        for (size_t j = 0; j < proposal->child_count; j++)
            if (all->need[i] != HOLD_NONE && group->child_count < PLACES_MOST &&
                uuid_equal(all->standing[i], proposal->children[j]))
                group->children[group->child_count++] = all->need[i];
}

/* Whatever the proposal names must be there; whether it is free is core/hold.c's. */
static enum stale plan_of(
    const struct approval_of *all, const struct proposal *proposal, struct planned_group *group)
{
    const struct round *round = all->round;
    const struct group_wanted *wanted = &proposal->wanted;
    const bool parents = !uuid_absent(wanted->parent_room_id);

    if (round->needs.count == 0)
        return STALE_CHILDREN; /* then nothing else has been looked at */
    *group = (struct planned_group){
        .theme = theme_of(round, wanted),
        .room = room_of(&round->view, wanted->room_id),
        .parent_room = parents ? room_of(&round->view, wanted->parent_room_id) : HOLD_NONE,
        .language = words_find(&round->city.languages, wanted->language),
        .slot = (int)wanted->slot,
        .sex = wanted->sex,
        .ages = {(int)wanted->age_from, (int)wanted->age_to},
    };
    if (group->theme == SIZE_MAX)
        return STALE_PROGRAMME;
    if (group->room == HOLD_NONE || (parents && group->parent_room == HOLD_NONE))
        return STALE_ROOM;
    if (group->language < 0)
        return STALE_CHILDREN; /* nobody who is left speaks it */
    group->programme = round->themes->themes[group->theme].programme;
    add_children(all, proposal, group);
    return find_leaders(&round->view, wanted, group);
}

static enum stale stale_by(enum hold_end end)
{
    switch (end) {
    case HOLD_HOLDS:
        return STALE_NONE;
    case HOLD_ROOM:
        return STALE_ROOM;
    case HOLD_LEADERS:
        return STALE_LEADERS;
    case HOLD_LATER:
    case HOLD_CHILDREN:
        break;
    }
    return STALE_CHILDREN;
}

bool approval_read(struct context *context, struct approval_of *all, struct error *error)
{
    const size_t most = all->proposals.count;

    if (!load_children(context, all, error) || !load_round(context, all, error))
        return error_while(error, "reading again what was proposed");
    all->planned = ARENA_ARRAY(context->arena, struct planned_group, most);
    all->proposal_of = ARENA_ARRAY(context->arena, size_t, most);
    all->stale = ARENA_ARRAY(context->arena, enum stale, most);
    for (size_t i = 0; i < most; i++) {
        all->stale[i] =
            plan_of(all, &all->proposals.proposals[i], &all->planned[all->planned_count]);
        if (all->stale[i] == STALE_NONE)
            all->proposal_of[all->planned_count++] = i;
    }
    return true;
}

/* Marks what is stale, and whose children of a group that holds do not fit into it any more. */
static void hold_all(struct context *context, struct approval_of *all)
{
    struct held_plan held;

    if (all->planned_count == 0)
        return;
    held = hold_groups(context->arena, &all->round->view, all->round->themes, all->planned,
        all->planned_count, all->proposals.count);
    for (size_t i = 0; i < all->planned_count; i++)
        all->stale[all->proposal_of[i]] = stale_by(held.ends[i]);
    for (size_t i = 0; i < all->standing_count; i++)
        if (all->need[i] != HOLD_NONE && held.group_of[all->need[i]] == HOLD_NONE)
            all->need[i] = HOLD_NONE;
}

/* --- what follows --- */

/* Children that do not fit into a group that is booked: they leave it before it is offered. */
static bool let_misfits_go(struct context *context, const struct approval_of *all,
    const struct proposal *proposal, struct error *error)
{
    struct uuid *leaving = ARENA_ARRAY(context->arena, struct uuid, proposal->child_count);
    struct proposal without = {.wanted = proposal->wanted, .children = leaving};
    const struct proposals some = {&without, 1};

    for (size_t i = 0; i < all->standing_count; i++)
        for (size_t j = 0; j < proposal->child_count; j++)
            if (all->need[i] == HOLD_NONE && uuid_equal(all->standing[i], proposal->children[j]))
                leaving[without.child_count++] = proposal->children[j];
    return without.child_count == 0 || matching_let_go(context, &some, error);
}

static bool book(struct context *context, const struct approval_of *all, const struct uuid *groups,
    size_t count, const char *by, struct error *error)
{
    struct proposals booked;

    if (!matching_move_proposals(
            context, groups, sizeof *groups, count, "proposed", "wanted", by, &booked, error))
        return false;
    for (size_t i = 0; i < booked.count; i++) {
        if (!let_misfits_go(context, all, &booked.proposals[i], error))
            return false;
        matching_send_group_wanted(context, &booked.proposals[i].wanted, 1);
    }
    return true;
}

static bool end_stale(struct context *context, const struct uuid *groups, const enum stale *reasons,
    size_t count, const char *by, struct error *error)
{
    struct proposals failed;

    for (size_t i = 0; i < count; i++)
        context_audit(context, by, "group_stale", groups[i], stale_names[reasons[i]]);
    plan_look_soon(context, matching_form);
    return matching_move_proposals(
               context, groups, sizeof *groups, count, "proposed", "failed", by, &failed, error) &&
           matching_note_stale(context, groups, reasons, count, error) &&
           matching_let_go(context, &failed, error);
}

/* The one way in which groups are approved: by the plan's id, or by the groups'. */
static bool approve(struct context *context, struct uuid plan_id, const struct uuid *groups,
    size_t count, const char *by, struct error *error)
{
    struct approval_of all = {.child_count = 0};
    struct uuid *good, *bad;
    enum stale *reasons;
    size_t good_count = 0, bad_count = 0;

    if (!matching_take_proposals(context, plan_id, groups, count, &all.proposals, error))
        return false;
    if (all.proposals.count == 0)
        return true;
    if (!approval_read(context, &all, error))
        return false;
    hold_all(context, &all);
    good = ARENA_ARRAY(context->arena, struct uuid, all.proposals.count);
    bad = ARENA_ARRAY(context->arena, struct uuid, all.proposals.count);
    reasons = ARENA_ARRAY(context->arena, enum stale, all.proposals.count);
    for (size_t i = 0; i < all.proposals.count; i++) {
        const struct uuid group = all.proposals.proposals[i].wanted.group_id;

        if (all.stale[i] == STALE_NONE) {
            good[good_count++] = group;
        } else {
            reasons[bad_count] = all.stale[i];
            bad[bad_count++] = group;
        }
    }
    return (good_count == 0 || book(context, &all, good, good_count, by, error)) &&
           (bad_count == 0 || end_stale(context, bad, reasons, bad_count, by, error));
}

bool matching_approve_groups(struct context *context, const struct uuid *groups, size_t count,
    const char *by, struct error *error)
{
    return approve(context, (struct uuid){{0}}, groups, count, by, error);
}

bool matching_refuse_group(
    struct context *context, struct uuid group_id, const char *by, struct error *error)
{
    struct proposals refused;

    return matching_move_proposals(context, &group_id, sizeof group_id, 1, "proposed", "refused",
               by, &refused, error) &&
           matching_let_go(context, &refused, error);
}

/* People decide one thing at a time, so one at a time is written. */
bool matching_on_group_decided(struct context *context, const struct group_decided *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct group_decided *message = &messages[i];
        char by[UUID_TEXT + 1];

        uuid_format(message->by, by);
        context_audit(
            context, by, "group_decided", message->group_id, approval_names[message->approval]);
        if (message->approval == APPROVAL_APPROVE
                ? !matching_approve_groups(context, &message->group_id, 1, by, error)
                : !matching_refuse_group(context, message->group_id, by, error))
            return error_while(error, "deciding on a group");
    }
    return true;
}

bool matching_on_plan_approved(struct context *context, const struct plan_approved *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        char by[UUID_TEXT + 1];

        uuid_format(messages[i].by, by);
        context_audit(context, by, "plan_approved", messages[i].plan_id, NULL);
        if (!approve(context, messages[i].plan_id, NULL, 0, by, error))
            return error_while(error, "approving a plan");
    }
    return true;
}
