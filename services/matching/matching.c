/*
 * matching - finds a group for each child that waits, and keeps the one state of every referral
 *
 * Hears:  referral_received, referral_cleared, referral_red, offer_answered (intake),
 *         group_booked, group_refused, group_confirmed, group_cancelled, merge_wanted,
 *         series_postponed, idea_count_wanted, before_start_ended (scheduling),
 *         letter_settled (notification),
 *         contact_noted, state_wanted, group_decided, plan_approved, place_move_wanted,
 *         board_wanted (desk)
 * Says:   place_offered, place_taken, place_released, referral_placed, referral_reached,
 *         before_start_wanted, group_wanted, merge_settled, idea_counted, wait_explained,
 *         family_told, task_wanted
 * Keeps:  referrals, cases, the waiting list, open groups, places, offers, proposed groups
 *         (schemas/sql/030_matching.sql)
 *
 * A child is looked at when its referral is cleared, when a place falls free, and when groups are
 * formed. A place is held in the transaction that writes the offer, so the last place is never
 * offered twice: the database would refuse. What is decided is decided in core/, without knowing of
 * messages or tables.
 *
 * New groups are the planner's: matching_form.c asks it and uses what it answers.
 *
 * This file hears intake; matching_group.c hears of groups, matching_desk.c and
 * matching_approve.c the desk, matching_answer.c the families, matching_transfer.c of children who
 * go to another group.
 */
#include "common/check.h"
#include "matching_port.h"
#include "services/matching/matching_place_store.h"
#include "services/matching/matching_plan.h"
#include "services/matching/matching_store.h"

static struct matching_settings settings;

#define KEY(field, kind, value, low, high, words)                                                  \
    {                                                                                              \
        "matching", #field, kind, offsetof(struct matching_settings, field), value, low, high,     \
            NULL, words                                                                            \
    }
#define PERIOD(field, value, words)                                                                \
    {                                                                                              \
        "matching", #field, CONF_DURATION, offsetof(struct matching_settings, field##_ms), value,  \
            10, 86400000, NULL, words                                                              \
    }

static const struct conf_key conf[] = {
    KEY(offer_days, CONF_INT, "10", 1, 60, "Working days a family has to answer an offer."),
    KEY(call_back_days, CONF_INT, "3", 1, 30,
        "Working days a place is kept after that, while a person calls."),
    KEY(partner_days, CONF_INT, "10", 1, 60,
        "Working days in which a partner confirms a child that was handed over; then it is back."),
    KEY(contact_days, CONF_INT, "2", 1, 30,
        "Working days in which a person calls a cleared family."),
    KEY(approve_groups_automatically, CONF_BOOL, "no", 0, 0,
        "New groups are booked without a coordinator's look; for demonstrations."),
    KEY(offer_margin, CONF_INT, "2", 0, 20,
        "Children above the least that a new group is offered to, when its programme has no more."),
    KEY(patience_days, CONF_INT, "42", 0, 400,
        "A child that has waited so long gets its group without the margin; 42 is the target."),
    KEY(plan_ahead_days, CONF_INT, "56", 1, 200,
        "Days from a proposal to the earliest start: plan 8 weeks, calls 7, meetings 5, decision "
        "2."),
    KEY(band_years, CONF_INT, "3", 1, 10, "Ages in one group; 3 is 7, 8 and 9."),
    KEY(parent_aim, CONF_INT, "30", 0, 100,
        "Percent of the last year's groups with a parent group that is striven for: below it one "
        "costs no more than its room."),
    KEY(parent_share, CONF_INT, "0", 0, 100,
        "Percent of a plan's new groups that must have a parent group; the others wait for one."),
    KEY(form_most, CONF_INT, "5000", 1, 20000,
        "Children looked at in one round of forming groups: bounds its time."),
    KEY(groups_most, CONF_INT, "50", 1, 1000,
        "Groups proposed of one plan: bounds the time of its transaction."),
    PERIOD(plan_time, "10s", "How long the planner may think about one plan."),
    KEY(proposal_days, CONF_INT, "5", 1, 60,
        "Working days in which a coordinator decides about a proposed group; then it expires and "
        "its children wait on."),
    KEY(cancelled_bonus_days, CONF_INT, "28", 0, 365,
        "Days by which a child comes earlier in turn when the group it had a place in is "
        "cancelled."),
    KEY(refused_days, CONF_INT, "7", 0, 365,
        "Days before a refused programme, room and time is proposed again."),
    KEY(wait_letters, CONF_BOOL, "yes", 0, 0,
        "Families that wait are told by letter why, and until when they hear from us again."),
    KEY(wait_letter_days, CONF_INT, "14", 0, 365,
        "Days of waiting before the first of these letters."),
    KEY(wait_letter_again_days, CONF_INT, "28", 1, 365,
        "Days from one of these letters to the next; each promises it."),
    PERIOD(tell_every, "10min", "How often is looked for families to be told why they wait."),
    PERIOD(expire_every, "10s", "How often offers and proposals that have run out are looked for."),
    PERIOD(form_every, "60s", "How often new groups are looked for and wait reasons are told."),
    PERIOD(fill_every, "1s", "How often places that fell free are put to those who wait."),
    PERIOD(board_every, "2s", "How often is looked for plans nobody has held against the day yet."),
    PERIOD(wake_every, "10min", "How often parked referrals and ended groups are looked for."),
};

bool matching_on_referral_received(struct context *context,
    const struct referral_received *messages, struct slice *slice, struct error *error)
{
    enum referral_state *entered = ARENA_ARRAY(context->arena, enum referral_state, slice->count);

    if (!matching_add_referrals(context, messages, slice->count, entered, error))
        return error_while(error, "taking in %zu referrals", slice->count);
    for (size_t i = 0; i < slice->count; i++)
        if (entered[i] != REFERRAL_STATE_NONE)
            slice_moved(slice, i, NULL, referral_state_names[entered[i]]);
    return true;
}

/* Whom nobody has spoken with is called first; the others wait, and a place is looked for. */
static void open_gate(struct context *context, const struct referral_cleared *message,
    struct referral *referral, struct task_wanted *tasks, size_t *task_count)
{
    enum referral_state to = message->spoken ? REFERRAL_STATE_WAITING : REFERRAL_STATE_CONTACTING;

    referral->clearance_id = message->clearance_id;
    referral->answers_version = message->answers_version;
    referral->urgency = message->urgency;
    referral->red = false;
    if (!matching_move(referral, to, ASKER_INTAKE, "intake") || message->spoken)
        return;
    matching_ask(context, referral, TASK_KIND_CALL_FAMILY, matching_settings(context)->contact_days,
        NULL, &tasks[(*task_count)++]);
}

bool matching_on_referral_cleared(struct context *context, const struct referral_cleared *messages,
    struct slice *slice, struct error *error)
{
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, slice->count);
    struct task_wanted *tasks = ARENA_ARRAY(context->arena, struct task_wanted, slice->count);
    const enum referral_state *before;
    size_t task_count = 0;

    if (!matching_load(context, COLUMN(messages, referral_id), slice->count, referrals, error))
        return false;
    before = matching_states(context, referrals, slice->count);
    for (size_t i = 0; i < slice->count; i++)
        if (matching_in_turn(slice, i, referrals, messages[i].version))
            open_gate(context, &messages[i], &referrals[i], tasks, &task_count);
    if (!matching_find_places(context, referrals, slice->count, NULL, error) ||
        !matching_write(context, referrals, slice->count, error))
        return false;
    matching_trace(slice, referrals, before);
    matching_send_task_wanted(context, tasks, task_count);
    return true;
}

struct reddening {
    struct release *releases;
    struct task_wanted *tasks;
    size_t release_count, task_count;
    bool *unseen;
    bool any_unseen;
};

/* A place or an offer that a red answer meets is a person's matter at once; intake has asked for
 * the call to the authority itself. */
static void task_beside(struct context *context, const struct referral *referral, const char *note,
    struct reddening *all)
{
    matching_ask(context, referral, TASK_KIND_PROTECTION, 0, note, &all->tasks[all->task_count++]);
}

/* Red applies in any order: it does not wait for what was said before it. */
static void redden(struct context *context, const struct referral_red *message,
    struct referral *referral, struct reddening *all)
{
    bool asked = referral->state == REFERRAL_STATE_OFFERED ||
                 referral->state == REFERRAL_STATE_CALL_BACK ||
                 referral->state == REFERRAL_STATE_MEETING;

    referral->heard = message->version;
    referral->by = "intake";
    referral->red = true;
    referral->changed = true;
    if (referral_has_place(referral->state)) {
        task_beside(context, referral,
            "The child has a place: place and meetings stay, a named person decides the rest.",
            all);
        return;
    }
    if (!referral_red_moves(referral->state) ||
        !matching_move(referral, REFERRAL_STATE_PROTECTION_FIRST, ASKER_INTAKE, "intake"))
        return;
    if (asked) {
        all->releases[all->release_count++] =
            (struct release){referral, RELEASE_REASON_RED, "revoked", {NULL, 0}};
        task_beside(context, referral, "An offer was out and has been taken back.", all);
    }
}

bool matching_on_referral_red(struct context *context, const struct referral_red *messages,
    struct slice *slice, struct error *error)
{
    size_t count = slice->count;
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, count);
    struct reddening all = {
        .releases = ARENA_ARRAY(context->arena, struct release, count),
        .tasks = ARENA_ARRAY(context->arena, struct task_wanted, count),
        .unseen = ARENA_ARRAY(context->arena, bool, count),
    };
    const enum referral_state *before;

    if (!matching_load(context, COLUMN(messages, referral_id), count, referrals, error))
        return false;
    before = matching_states(context, referrals, count);
    for (size_t i = 0; i < count; i++) {
        if (referrals[i].state == REFERRAL_STATE_NONE)
            all.unseen[i] = all.any_unseen = true;
        else if (!matching_twice(slice, i, referrals) && messages[i].version > referrals[i].heard)
            redden(context, &messages[i], &referrals[i], &all);
    }
    if ((all.any_unseen && !matching_note_unseen(context, messages, all.unseen, count, error)) ||
        !matching_release(context, all.releases, all.release_count, error) ||
        !matching_write(context, referrals, count, error))
        return error_while(error, "protecting %zu children", count);
    matching_trace(slice, referrals, before);
    matching_send_task_wanted(context, all.tasks, all.task_count);
    return true;
}

static const struct rhythm rhythms[] = {
    {"expire_offers", offsetof(struct matching_settings, expire_every_ms), matching_expire},
    {"expire_proposals", offsetof(struct matching_settings, expire_every_ms),
        matching_expire_proposals},
    {"fill_places", offsetof(struct matching_settings, fill_every_ms), matching_fill},
    {"look_at_boards", offsetof(struct matching_settings, board_every_ms), matching_look_at_boards},
    {"form_groups", offsetof(struct matching_settings, form_every_ms), matching_form},
    {"tell_waits", offsetof(struct matching_settings, tell_every_ms), matching_tell_waits},
    {"wake_parked", offsetof(struct matching_settings, wake_every_ms), matching_wake},
    {"take_back", offsetof(struct matching_settings, wake_every_ms), matching_take_back},
};

extern const struct service matching_service;
const struct service matching_service = {
    .name = "matching",
    .role = "gruppstod_matching",
    .durability = SERVICE_DURABLE,
    .conf = conf,
    .conf_count = COUNT(conf),
    .settings = &settings,
    .routes = matching_routes,
    .route_count = MATCHING_ROUTE_COUNT,
    .rhythms = rhythms,
    .rhythm_count = COUNT(rhythms),
    .open = plan_open,
    .close = plan_close,
};
