/*
 * New groups from the waiting list, and why those who are left wait.
 *
 * Of all copies of matching one plans, the others are ready to (matching_lead_planner).
 *
 * A rhythm looks at the whole market and hands it to the planner (matching_plan.c); nothing is
 * asked that has been answered. When the answer comes, seconds later, the market is looked at again
 * and what does not hold any more is dropped (core/hold.c). A coordinator approves what is left,
 * unless the municipality has set it otherwise.
 *
 * A plan knows nothing of the time that a leader needs between two groups of a day: such a group
 * does not hold beside the other, and is asked for anew at once.
 */
#include <stdlib.h>

#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "common/log.h"
#include "common/wait_words.h"
#include "matching_port.h"
#include "services/matching/matching_group_store.h"
#include "services/matching/matching_plan.h"
#include "services/matching/matching_plan_store.h"

static int least_of(int a, int b)
{
    return a < b ? a : b;
}

static struct proposal proposal_of(struct context *context, struct uuid plan_id,
    const struct round *round, const struct planned_group *group)
{
    const struct programme *programme = &round->market.programmes[group->programme];
    const struct room *room = &round->market.rooms[group->room];
    struct uuid *leaders = ARENA_ARRAY(context->arena, struct uuid, 2);
    struct uuid *parent_leaders = ARENA_ARRAY(context->arena, struct uuid, PARENT_LEADERS_MOST);
    struct uuid *children = ARENA_ARRAY(context->arena, struct uuid, group->child_count);
    bool parents = group->parent_room != HOLD_NONE;

    for (size_t i = 0; i < 2; i++)
        leaders[i] = round->market.leaders[group->leaders[i]].leader_id;
    for (size_t i = 0; i < group->parent_leader_count; i++)
        parent_leaders[i] = round->market.leaders[group->parent_leaders[i]].leader_id;
    for (size_t i = 0; i < group->child_count; i++)
        children[i] = round->needs.needs[group->children[i]].referral_id;
    return (struct proposal){
        .wanted =
            {
                .group_id = uuid_new(context->now_ms),
                .programme_id = programme->programme_id,
                .situation = programme->situation,
                .language = round->city.languages.words[group->language],
                .age_from = group->ages.from,
                .age_to = group->ages.to,
                .sex = group->sex,
                .slot = group->slot,
                .room_id = room->room_id,
                .leader_ids = leaders,
                .leader_ids_count = 2,
                .parent_room_id =
                    parents ? round->market.rooms[group->parent_room].room_id : (struct uuid){{0}},
                .parent_leader_ids = parent_leaders,
                .parent_leader_ids_count = group->parent_leader_count,
                .earliest_day = round->view.plan_date,
                .latest_day = round->view.plan_date + SEASON_BEGINS_WITHIN,
                .least = programme->least,
                .most = least_of(programme->most, room->capacity),
            },
        .plan_id = plan_id,
        .district = round->city.districts.words[room->district],
        .site = round->city.sites.words[room->site],
        .needs = round->market.room_needs[group->room],
        .decide_by_ms = local_end_of_day_ms(working_days_after(
            round->view.today, (int)matching_settings(context)->proposal_days, NULL)),
        .parents_most = parents ? round->market.rooms[group->parent_room].capacity : INT_ABSENT,
        .score = group->score,
        .children = children,
        .child_count = group->child_count,
        .why = text_of(arena_format(context->arena,
            "%zu children aged %d-%d, two leaders and a room at the same hour%s; %d points",
            group->child_count, group->ages.from, group->ages.to,
            parents ? ", and a group for the parents" : "", group->score)),
    };
}

static bool pencil(struct context *context, const struct proposal *proposal, struct error *error)
{
    size_t count = proposal->child_count;
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, count);

    if (!matching_load(context, proposal->children, sizeof(struct uuid), count, referrals, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (matching_move(&referrals[i], REFERRAL_STATE_PROPOSED, ASKER_MATCHING, "matching"))
            referrals[i].group_id = proposal->wanted.group_id;
    return matching_write(context, referrals, count, error);
}

static bool propose(struct context *context, struct uuid plan_id, const struct round *round,
    const struct held_plan *plan, struct error *error)
{
    bool alone = matching_settings(context)->approve_groups_automatically;

    for (size_t i = 0; i < plan->group_count; i++) {
        struct proposal proposal = proposal_of(context, plan_id, round, &plan->groups[i]);

        if (!matching_add_proposal(context, &proposal, alone ? "wanted" : "proposed", error) ||
            !pencil(context, &proposal, error))
            return false;
        context_audit(context, "matching", alone ? "group_wanted" : "group_proposed",
            proposal.wanted.group_id, NULL);
        if (alone)
            matching_send_group_wanted(context, &proposal.wanted, 1);
    }
    return true;
}

/* Words beside the reason, so that each page and letter can say it in its own language. */
static struct text detail_of(
    struct context *context, const struct round *round, const struct wait *wait)
{
    struct wait_told told = wait_told_of(wait->reason);

    told.missing = wait->missing;
    if (wait->missing > 0) {
        told.age_from = wait->ages.from;
        told.age_to = wait->ages.to;
    }
    told.slot = wait->slot;
    told.leaders = wait->leaders;
    told.parent_leaders = wait->parent_leaders;
    told.rooms = wait->rooms;
    if (wait->district >= 0)
        told.district = round->city.districts.words[wait->district];
    if (wait->language >= 0)
        told.language = round->city.languages.words[wait->language];
    return wait_detail(context->arena, &told);
}

static void add_wait(struct context *context, const struct round *round, size_t need,
    const struct explanation *told, struct text why, struct wait_row *row)
{
    const struct wait wait = wait_of(&round->view, need, told);

    *row = (struct wait_row){
        round->view.needs[need].referral_id, wait.reason, detail_of(context, round, &wait), why};
}

/* Who is in no instance waits for a group at a time, an age, with a sister that there is none for:
 * no plan says so. */
static bool note_left_out(struct context *context, const struct round *round, struct error *error)
{
    static const struct explanation nothing = {.slot = -1, .district = -1};
    struct wait_row *rows = ARENA_ARRAY(context->arena, struct wait_row, round->view.need_count);
    size_t count = 0;

    for (size_t i = 0; i < round->view.need_count; i++)
        if (!round->candidates[i].goes)
            add_wait(context, round, i, &nothing, (struct text){NULL, 0}, &rows[count++]);
    return matching_note_waits(context, rows, count, error);
}

/* Who was in a group that did not hold keeps its reason: the next plan is seconds away. */
static bool note_waits(struct context *context, const struct round *round,
    const struct held_plan *plan, const struct plan_told *told, struct error *error)
{
    struct wait_row *rows = ARENA_ARRAY(context->arena, struct wait_row, round->view.need_count);
    size_t count = 0;

    for (size_t i = 0; i < round->view.need_count; i++)
        if (plan->group_of[i] == HOLD_NONE && round->candidates[i].goes &&
            told->explanations[i].kind.data)
            add_wait(context, round, i, &told->explanations[i], told->sentences[i], &rows[count++]);
    return matching_note_waits(context, rows, count, error);
}

/* Places in groups that run already: the online insert's work, with all its rules, at this word. */
static bool add(struct context *context, const struct round *round, const struct plan_told *told,
    struct error *error)
{
    for (size_t i = 0; i < told->addition_count; i++) {
        const struct plan_addition *addition = &told->additions[i];
        struct referral referral;

        if (!matching_load(context, &round->view.needs[addition->need].referral_id,
                sizeof(struct uuid), 1, &referral, error) ||
            !matching_find_places(
                context, &referral, 1, &round->groups.groups[addition->group].group_id, error) ||
            !matching_write(context, &referral, 1, error))
            return error_while(error, "filling a group by the plan");
    }
    return true;
}

/* Whether it is this copy of matching that plans, and nobody forms groups right now. */
static bool may_plan(struct context *context, bool *mine, struct error *error)
{
    return matching_lead_planner(context, mine, error) &&
           (!*mine || matching_lock_rhythm(context, "form", mine, error));
}

/* The plan was made for the market of some seconds ago: it is held against that of now. */
static bool use_plan(
    struct context *context, struct text answer, bool *settled, struct error *error)
{
    const size_t most = (size_t)matching_settings(context)->groups_most;
    struct round *round = ARENA_NEW(context->arena, struct round);
    struct held_plan plan;
    struct plan_told told;
    bool mine;

    if (!may_plan(context, &mine, error) || !mine)
        return !mine;
    if (!round_of_waiting(context, round, error) || round->needs.count == 0)
        return round->needs.count == 0;
    if (!plan_read_answer(context, round, answer, &told, error))
        return false;
    plan = hold_groups(
        context->arena, &round->view, round->themes, told.groups, told.group_count, most);
    plan.dropped += told.stale;
    *settled = plan.group_count + plan.dropped + told.addition_count == 0;
    const struct plan_row row = {
        .plan_id = uuid_new(context->now_ms),
        .children = (int64_t)round->view.need_count,
        .groups = (int64_t)plan.group_count,
        .dropped = (int64_t)plan.dropped,
        .additions = (int64_t)told.addition_count,
        .score = told.score,
        .bound = told.bound,
        .optimal = told.optimal,
    };
    /* What did not hold beside the others - a leader without the hour between - is asked for anew
     * while these are proposed: their leaders and rooms are taken then. */
    if (plan.group_count > 0 && plan.dropped > 0)
        plan_look_soon(context, matching_form);
    return matching_note_plan(context, &row, error) &&
           propose(context, row.plan_id, round, &plan, error) &&
           add(context, round, &told, error) && note_waits(context, round, &plan, &told, error);
}

bool matching_form(struct context *context, struct error *error)
{
    struct round *round = ARENA_NEW(context->arena, struct round);
    struct text instance, trouble;
    bool mine;

    if (!may_plan(context, &mine, error) || !mine)
        return !mine;
    if (plan_trouble(&trouble) && !matching_note_trouble(context, trouble, error))
        return false;
    if (plan_under_way())
        return true;
    if (!round_of_waiting(context, round, error) || round->needs.count == 0)
        return round->needs.count == 0;
    if (round->themes->left_out > 0)
        log_event(LOG_LEVEL_WARNING, "themes_left_out", "count=%zu", round->themes->left_out);
    instance = plan_write_instance(context, round, error);
    if (!instance.data || !note_left_out(context, round, error))
        return false;
    if (!plan_is_known(instance))
        plan_ask(instance, matching_settings(context)->plan_time_ms, use_plan);
    return true;
}
