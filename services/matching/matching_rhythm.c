/*
 * What time brings: places that fell free are put to those who wait, offers run out, parked
 * referrals come back, groups end. One copy of matching at a time does each.
 */
#include "common/domain/local_time.h"
#include "matching_port.h"
#include "services/matching/matching_group_store.h"
#include "services/matching/matching_offer_store.h"
#include "services/matching/matching_place_store.h"

enum {
    RUN_OUT_MOST = 200, /* offers in one transaction: the next period takes the next */
    FREED_MOST = 200,   /* groups in one look */
    FREED_LOOKS = 20,   /* in one transaction: many groups are booked at once, mostly for nobody */
    ASKED_MOST = 300    /* who wait, of each situation, in one look */
};

/* One look at places that fell free; `*more` tells whether there may be others. */
static bool fill_some(struct context *context, bool *more, struct error *error)
{
    const struct uuid *groups, *waiting;
    struct referral *referrals;
    size_t group_count, count;

    *more = false;
    if (!matching_take_freed_groups(context, FREED_MOST, &groups, &group_count, error))
        return false;
    if (group_count == 0)
        return true;
    if (!matching_waiting_for(context, groups, group_count, ASKED_MOST, &waiting, &count, error))
        return false;
    *more = group_count == FREED_MOST;
    if (count == 0)
        return true;
    referrals = ARENA_ARRAY(context->arena, struct referral, count);
    return matching_load(context, waiting, sizeof *waiting, count, referrals, error) &&
           matching_fill_places(context, referrals, count, error) &&
           matching_write(context, referrals, count, error);
}

bool matching_fill(struct context *context, struct error *error)
{
    bool mine, more = true;

    if (!matching_lock_rhythm(context, "fill", &mine, error) || !mine)
        return !mine;
    for (int look = 0; more && look < FREED_LOOKS; look++)
        if (!fill_some(context, &more, error))
            return error_while(error, "filling places that fell free");
    return true;
}

struct run_out { /* offers that silence has met */
    struct release *releases;
    struct task_wanted *tasks;
    struct uuid *kept;
    size_t release_count, task_count, kept_count;
};

/* First silence: a person calls while the place is kept. Second: the place goes to the next child,
 * and the family is called on as one that nobody has reached. */
static void meet_silence(struct context *context, const struct offer *offer,
    struct referral *referral, struct run_out *all)
{
    const struct matching_settings *settings = matching_settings(context);

    if (!offer->calling_back) {
        if (referral->state == REFERRAL_STATE_OFFERED)
            matching_move(referral, REFERRAL_STATE_CALL_BACK, ASKER_MATCHING, "matching");
        all->kept[all->kept_count++] = offer->offer_id;
        context_audit(context, "matching", "call_back", referral->referral_id, "silence");
        matching_ask(context, referral, TASK_KIND_CALL_BACK, settings->call_back_days,
            "No answer to the offer; the place is kept while you call.",
            &all->tasks[all->task_count++]);
        return;
    }
    matching_move(referral, REFERRAL_STATE_CONTACTING, ASKER_MATCHING, "matching");
    context_audit(context, "matching", "offer_expired", referral->referral_id, "silence");
    all->releases[all->release_count++] =
        (struct release){referral, RELEASE_REASON_EXPIRED, "expired", {NULL, 0}};
    matching_ask(context, referral, TASK_KIND_CALL_FAMILY, settings->contact_days,
        "The offer has run out unanswered; the child keeps its time in the queue.",
        &all->tasks[all->task_count++]);
}

bool matching_expire(struct context *context, struct error *error)
{
    const struct offer *offers;
    struct referral *referrals;
    struct run_out all = {.release_count = 0};
    size_t count;
    bool mine;

    if (!matching_lock_rhythm(context, "expire", &mine, error) || !mine)
        return !mine;
    if (!matching_run_out(context, RUN_OUT_MOST, &offers, &count, error))
        return false;
    if (count == 0)
        return true;
    referrals = ARENA_ARRAY(context->arena, struct referral, count);
    all.releases = ARENA_ARRAY(context->arena, struct release, count);
    all.tasks = ARENA_ARRAY(context->arena, struct task_wanted, count);
    all.kept = ARENA_ARRAY(context->arena, struct uuid, count);
    if (!matching_load(context, COLUMN(offers, referral_id), count, referrals, error))
        return false;
    for (size_t i = 0; i < count; i++)
        meet_silence(context, &offers[i], &referrals[i], &all);
    if (!matching_keep_for_call(context, all.kept, all.kept_count,
            matching_family_limit_ms(context, matching_settings(context)->call_back_days), error) ||
        !matching_release(context, all.releases, all.release_count, error) ||
        !matching_write(context, referrals, count, error))
        return error_while(error, "ending %zu offers", count);
    matching_send_task_wanted(context, all.tasks, all.task_count);
    return true;
}

/* A referral that was parked before anybody had cleared it is looked at again. */
static void wake(struct referral *referral)
{
    bool cleared = !uuid_absent(referral->clearance_id) && !referral->red;

    matching_move(referral, cleared ? REFERRAL_STATE_WAITING : REFERRAL_STATE_SAFETY_CHECK,
        ASKER_MATCHING, "matching");
}

bool matching_wake(struct context *context, struct error *error)
{
    int32_t today = local_day(context->now_ms);
    struct referral *referrals;
    struct ids parked;
    bool mine;

    if (!matching_lock_rhythm(context, "wake", &mine, error) || !mine)
        return !mine;
    if (!matching_end_groups(context, today, error) ||
        !matching_parked_until(context, today, &parked, error))
        return false;
    if (parked.count == 0)
        return true;
    referrals = ARENA_ARRAY(context->arena, struct referral, parked.count);
    if (!matching_load(context, parked.ids, sizeof *parked.ids, parked.count, referrals, error))
        return false;
    for (size_t i = 0; i < parked.count; i++) {
        wake(&referrals[i]);
        context_audit(context, "matching", "woken", referrals[i].referral_id, NULL);
    }
    return matching_find_places(context, referrals, parked.count, NULL, error) &&
           matching_write(context, referrals, parked.count, error);
}

/* The child waits again, with its clock; a coordinator hears of it, and may ask the partner why. */
bool matching_take_back(struct context *context, struct error *error)
{
    struct referral *referrals;
    struct task_wanted *tasks;
    struct ids late;
    bool mine;

    if (!matching_lock_rhythm(context, "take_back", &mine, error) || !mine)
        return !mine;
    if (!matching_handed_over_until(context, local_day(context->now_ms), &late, error))
        return false;
    if (late.count == 0)
        return true;
    referrals = ARENA_ARRAY(context->arena, struct referral, late.count);
    tasks = ARENA_ARRAY(context->arena, struct task_wanted, late.count);
    if (!matching_load(context, late.ids, sizeof *late.ids, late.count, referrals, error))
        return false;
    for (size_t i = 0; i < late.count; i++) {
        matching_move(&referrals[i], REFERRAL_STATE_WAITING, ASKER_MATCHING, "matching");
        context_audit(context, "matching", "taken_back", referrals[i].referral_id, NULL);
        matching_ask(context, &referrals[i], TASK_KIND_HAND_OVER,
            matching_settings(context)->contact_days,
            "The partner has not confirmed in time; the child waits again with its clock.",
            &tasks[i]);
    }
    if (!matching_find_places(context, referrals, late.count, NULL, error) ||
        !matching_write(context, referrals, late.count, error))
        return error_while(error, "taking %zu children back", late.count);
    matching_send_task_wanted(context, tasks, late.count);
    return true;
}
