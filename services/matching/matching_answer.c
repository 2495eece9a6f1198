/*
 * What families answer, and what becomes of the letters that ask them.
 *
 * A yes takes the place; when the group is confirmed already the child is placed at once. In a
 * programme with a meeting before the start the place is kept until then: the child's own yes there
 * takes it, and any other word of the child frees it with a consequence of its own. A no frees the
 * place and has the consequence that the family was told (common/domain/decline.h). "Call me" keeps
 * the place while a person calls.
 */
#include "common/domain/decline.h"
#include "common/domain/local_time.h"
#include "matching_port.h"
#include "services/matching/matching_offer_store.h"

struct answers { /* what a slice of answers comes to */
    struct context *context;
    size_t release_count, change_count, task_count, taken_count, placed_count, kept_count;
    size_t wanted_count;
    struct release *releases;
    struct need_change *changes;
    struct task_wanted *tasks;
    struct place_taken *taken;
    struct referral_placed *placed;
    struct before_start_wanted *wanted;
    struct uuid *taken_offers, *kept_offers, *meeting_offers;
};

static struct answers new_answers(struct context *context, size_t count)
{
    struct arena *arena = context->arena;

    return (struct answers){
        .context = context,
        .releases = ARENA_ARRAY(arena, struct release, count),
        .changes = ARENA_ARRAY(arena, struct need_change, count),
        .tasks = ARENA_ARRAY(arena, struct task_wanted, count),
        .taken = ARENA_ARRAY(arena, struct place_taken, count),
        .placed = ARENA_ARRAY(arena, struct referral_placed, count),
        .taken_offers = ARENA_ARRAY(arena, struct uuid, count),
        .kept_offers = ARENA_ARRAY(arena, struct uuid, count),
        .wanted = ARENA_ARRAY(arena, struct before_start_wanted, count),
        .meeting_offers = ARENA_ARRAY(arena, struct uuid, count),
    };
}

bool matching_placed(struct context *context, struct referral *referral, struct uuid offer_id,
    struct referral_placed *placed)
{
    if (!matching_move(referral, REFERRAL_STATE_PLACED, ASKER_MATCHING, "matching"))
        return false;
    *placed = (struct referral_placed){
        .referral_id = referral->referral_id,
        .version = referral->version,
        .group_id = referral->group_id,
        .placed_at_ms = context->now_ms,
        .clearance_id = referral->clearance_id,
        .answers_version = referral->answers_version,
        .offer_id = offer_id,
    };
    return true;
}

static void take(struct answers *all, const struct offer *offer, struct referral *referral,
    enum asker asker, const char *by)
{
    if (!offer->confirmed)
        matching_move(referral, REFERRAL_STATE_ACCEPTED, asker, by);
    else
        all->placed_count += matching_placed(
            all->context, referral, offer->offer_id, &all->placed[all->placed_count]);
    all->taken_offers[all->taken_count] = offer->offer_id;
    all->taken[all->taken_count++] = (struct place_taken){
        .referral_id = referral->referral_id,
        .version = referral->version,
        .child_id = referral->child_id,
        .group_id = offer->group_id,
        .place_no = offer->place_no,
        .offer_id = offer->offer_id,
        .taken_at_ms = all->context->now_ms,
    };
}

/* The place stays held by its offer: what comes of the meeting, scheduling tells. */
static void meet_first(struct answers *all, const struct offer *offer, struct referral *referral)
{
    if (!matching_move(referral, REFERRAL_STATE_MEETING, ASKER_MATCHING, "matching"))
        return;
    all->meeting_offers[all->wanted_count] = offer->offer_id;
    all->wanted[all->wanted_count++] = (struct before_start_wanted){
        .referral_id = referral->referral_id,
        .version = referral->version,
        .group_id = offer->group_id,
        .offer_id = offer->offer_id,
    };
}

static void say_yes(struct answers *all, const struct offer *offer, struct referral *referral)
{
    if (offer->meets_before)
        meet_first(all, offer, referral);
    else
        take(all, offer, referral, ASKER_MATCHING, "matching");
}

static int32_t again_day(const struct context *context, int32_t asked)
{
    return asked == DAY_ABSENT ? local_day(context->now_ms) + DECLINE_ASK_AGAIN_DAYS : asked;
}

static void say_no(struct answers *all, const struct offer_answered *message,
    const struct offer *offer, struct referral *referral)
{
    struct consequence after = decline_consequence(message->reason);

    matching_move(referral, after.state, ASKER_MATCHING, "matching");
    if (after.state == REFERRAL_STATE_PARKED)
        referral->until_day = again_day(all->context, message->ask_again_day);
    all->releases[all->release_count++] = (struct release){referral, RELEASE_REASON_DECLINED,
        "declined", text_of(decline_reason_names[message->reason])};
    if (after.another_slot || after.nearer)
        all->changes[all->change_count++] = (struct need_change){
            referral->referral_id, offer->group_id, after.another_slot, after.nearer};
    if (after.task)
        matching_ask(all->context, referral, (int)after.task,
            matching_settings(all->context)->contact_days, NULL, &all->tasks[all->task_count++]);
}

static void call_me(struct answers *all, const struct offer *offer, struct referral *referral)
{
    matching_move(referral, REFERRAL_STATE_CALL_BACK, ASKER_MATCHING, "matching");
    all->kept_offers[all->kept_count++] = offer->offer_id;
    matching_ask(all->context, referral, TASK_KIND_CALL_BACK,
        matching_settings(all->context)->call_back_days, "The family asks us to call.",
        &all->tasks[all->task_count++]);
}

/* An offer that has ended meanwhile (red, withdrawn, cancelled) is answered to no effect. */
static void answer(struct answers *all, const struct offer_answered *message,
    const struct offer *offer, struct referral *referral)
{
    if (!offer->pending || !uuid_equal(offer->referral_id, referral->referral_id))
        return;
    switch (message->answer) {
    case ANSWER_YES:
        say_yes(all, offer, referral);
        break;
    case ANSWER_NO:
        say_no(all, message, offer, referral);
        break;
    case ANSWER_CALL_ME:
        call_me(all, offer, referral);
        break;
    case ANSWER_NONE:
        break; /* the schema lets none through */
    }
}

static bool write_answers(
    struct answers *all, struct referral *referrals, size_t count, struct error *error)
{
    struct context *context = all->context;
    int64_t until_ms =
        matching_family_limit_ms(context, matching_settings(context)->call_back_days);

    return matching_take_places(context, all->taken_offers, all->taken_count, error) &&
           matching_await_meetings(context, all->meeting_offers, all->wanted_count, error) &&
           matching_keep_for_call(context, all->kept_offers, all->kept_count, until_ms, error) &&
           matching_change_needs(context, all->changes, all->change_count, error) &&
           matching_release(context, all->releases, all->release_count, error) &&
           matching_find_places(context, referrals, count, NULL, error) &&
           matching_write(context, referrals, count, error);
}

static void say_all(const struct answers *all)
{
    matching_send_place_taken(all->context, all->taken, all->taken_count);
    matching_send_before_start_wanted(all->context, all->wanted, all->wanted_count);
    matching_send_referral_placed(all->context, all->placed, all->placed_count);
    matching_send_task_wanted(all->context, all->tasks, all->task_count);
}

bool matching_on_offer_answered(struct context *context, const struct offer_answered *messages,
    struct slice *slice, struct error *error)
{
    size_t count = slice->count;
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, count);
    struct offer *offers = ARENA_ARRAY(context->arena, struct offer, count);
    struct answers all = new_answers(context, count);
    const enum referral_state *before;

    if (!matching_load(context, COLUMN(messages, referral_id), count, referrals, error) ||
        !matching_load_offers(context, COLUMN(messages, offer_id), count, offers, error))
        return false;
    before = matching_states(context, referrals, count);
    for (size_t i = 0; i < count; i++)
        if (matching_in_turn(slice, i, referrals, messages[i].version))
            answer(&all, &messages[i], &offers[i], &referrals[i]);
    if (!write_answers(&all, referrals, count, error))
        return error_while(error, "writing %zu answers", count);
    matching_trace(slice, referrals, before);
    say_all(&all);
    return true;
}

/* At the meeting before the start */

static void end_meeting(
    struct answers *all, const struct before_start_ended *message, struct referral *referral)
{
    const struct consequence after = before_start_consequence(message->outcome);

    if (!matching_move(referral, after.state, ASKER_SCHEDULING, "scheduling"))
        return;
    if (after.state == REFERRAL_STATE_PARKED)
        referral->until_day = again_day(all->context, message->ask_again_day);
    all->releases[all->release_count++] = (struct release){referral, RELEASE_REASON_DECLINED,
        "declined", text_of(before_start_outcome_names[message->outcome])};
    if (after.task)
        matching_ask(all->context, referral, (int)after.task,
            matching_settings(all->context)->contact_days,
            "The leaders have met the child: it needs other help first.",
            &all->tasks[all->task_count++]);
}

/* A referral that has gone on meanwhile (red, withdrawn) is not called back by an outcome. */
static void note_outcome(struct answers *all, const struct before_start_ended *message,
    const struct offer *offer, struct referral *referral)
{
    if (!offer->pending || !uuid_equal(offer->referral_id, referral->referral_id) ||
        referral->state != REFERRAL_STATE_MEETING)
        return;
    if (message->outcome == BEFORE_START_OUTCOME_CHILD_YES)
        take(all, offer, referral, ASKER_SCHEDULING, "scheduling");
    else
        end_meeting(all, message, referral);
}

bool matching_on_before_start_ended(struct context *context,
    const struct before_start_ended *messages, struct slice *slice, struct error *error)
{
    size_t count = slice->count;
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, count);
    struct offer *offers = ARENA_ARRAY(context->arena, struct offer, count);
    struct answers all = new_answers(context, count);
    const enum referral_state *before;

    if (!matching_load(context, COLUMN(messages, referral_id), count, referrals, error) ||
        !matching_load_offers(context, COLUMN(messages, offer_id), count, offers, error))
        return false;
    before = matching_states(context, referrals, count);
    for (size_t i = 0; i < count; i++)
        if (!matching_twice(slice, i, referrals))
            note_outcome(&all, &messages[i], &offers[i], &referrals[i]);
    if (!write_answers(&all, referrals, count, error))
        return error_while(error, "noting %zu meetings before the start", count);
    matching_trace(slice, referrals, before);
    say_all(&all);
    return true;
}

/* A family that no letter has reached is called; notification has asked a person already. */
bool matching_on_letter_settled(struct context *context, const struct letter_settled *messages,
    struct slice *slice, struct error *error)
{
    size_t count = slice->count;
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, count);
    struct offer *offers = ARENA_ARRAY(context->arena, struct offer, count);
    const enum referral_state *before;
    bool any = false;

    for (size_t i = 0; i < count; i++)
        any = any || (messages[i].purpose == PURPOSE_OFFER && messages[i].end != LETTER_END_SENT);
    if (!any)
        return true;
    if (!matching_load(context, COLUMN(messages, referral_id), count, referrals, error) ||
        !matching_load_offers(context, COLUMN(messages, offer_id), count, offers, error))
        return false;
    before = matching_states(context, referrals, count);
    for (size_t i = 0; i < count; i++)
        if (messages[i].purpose == PURPOSE_OFFER && messages[i].end != LETTER_END_SENT &&
            offers[i].pending && !matching_twice(slice, i, referrals))
            matching_move(&referrals[i], REFERRAL_STATE_CALL_BACK, ASKER_MATCHING, "matching");
    matching_trace(slice, referrals, before);
    return matching_write(context, referrals, count, error);
}
