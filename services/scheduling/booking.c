/*
 * Groups that matching wants are booked, many at once.
 *
 * All groups of a slice that share no leader are decided on and written together: what is read of
 * a leader must see the group that was booked just before, so whoever shares one waits for the
 * next set, in the order in which they came. A room or a leader that is taken is found by the
 * constraint; then the set is halved until the group that it meant is alone and gets its answer.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/booking_store.h"
#include "services/scheduling/group_life.h"
#include "services/scheduling/leaders.h"
#include "services/scheduling/series.h"

enum {
    SET_MOST = 32,     /* groups that are written together: a clash costs them one more try */
    LOOKED_MOST = 256, /* messages among which a set is sought */
    IDS_EACH = 1 + BOOKING_LEADERS_MOST,
};

static void refuse(struct context *context, const struct group_wanted *wanted,
    enum booking_refusal reason, const char *detail)
{
    const struct group_refused refused = {wanted->group_id, reason, text_of(detail)};

    scheduling_send_group_refused(context, &refused, 1);
}

/* --- which groups go together --- */

struct seen { /* ids of those that were looked at before: of the set, and of those that wait */
    struct uuid ids[LOOKED_MOST * IDS_EACH];
    size_t count;
};

static bool has(const struct seen *seen, size_t until, struct uuid id)
{
    for (size_t i = 0; i < until; i++)
        if (uuid_equal(seen->ids[i], id))
            return true;
    return false;
}

/* Whether it shares nobody with those before it, and is not one of them. */
static bool stands_alone(struct seen *seen, const struct group_wanted *wanted)
{
    const size_t before = seen->count;
    bool alone = !has(seen, before, wanted->group_id);

    seen->ids[seen->count++] = wanted->group_id;
    for (size_t i = 0; i < wanted->leader_ids_count; i++) {
        alone = alone && !has(seen, before, wanted->leader_ids[i]);
        seen->ids[seen->count++] = wanted->leader_ids[i];
    }
    for (size_t i = 0; i < wanted->parent_leader_ids_count; i++) {
        alone = alone && !has(seen, before, wanted->parent_leader_ids[i]);
        seen->ids[seen->count++] = wanted->parent_leader_ids[i];
    }
    return alone;
}

/* The next set, taken out of `waiting`; those that stay keep their order. */
static size_t pick(
    struct arena *arena, struct group_wanted *waiting, size_t *count, struct group_wanted *set)
{
    struct seen *seen = ARENA_NEW(arena, struct seen);
    size_t picked = 0, kept = 0;

    for (size_t i = 0; i < *count; i++) {
        if (picked < SET_MOST && i < LOOKED_MOST && stands_alone(seen, &waiting[i]))
            set[picked++] = waiting[i];
        else
            waiting[kept++] = waiting[i];
    }
    *count = kept;
    return picked;
}

/* --- what of them may be booked --- */

struct candidate {
    struct group_wanted wanted;
    struct booking_plan plan;
    struct booking_facts facts;
    struct booking_verdict verdict;
    struct series_meeting meetings[SERIES_MEETINGS_MOST];
};

/* The series, if programme and slot are known and there is a time for it. */
static enum booking_refusal find_series(const struct series_calendar *calendar,
    const struct group_wanted *wanted, int32_t today, struct booking_plan *plan,
    struct series_meeting *meetings)
{
    const int32_t soonest = today + scheduling_notice_days();

    if (!plan->programme.known)
        return BOOKING_REFUSAL_UNKNOWN_PROGRAMME;
    if (!plan->slot_known)
        return BOOKING_REFUSAL_NO_DATES;
    plan->ask.earliest = wanted->earliest_day > soonest ? wanted->earliest_day : soonest;
    if (!series_find(calendar, &plan->ask, meetings))
        return BOOKING_REFUSAL_NO_DATES;
    return wanted->latest_day != DAY_ABSENT && meetings[0].day > wanted->latest_day
               ? BOOKING_REFUSAL_TOO_LATE
               : BOOKING_REFUSAL_NONE;
}

/* Those with days for a whole series; the others have their answer. */
static bool find_days(struct context *context, const struct series_calendar *calendar,
    const struct group_wanted *set, size_t count, struct candidate *candidates, size_t *found,
    struct error *error)
{
    const int32_t today = local_day(context->now_ms);
    struct booking_plan *plans = ARENA_ARRAY(context->arena, struct booking_plan, count);

    *found = 0;
    if (!booking_load_plans(context, set, count, today, plans, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct candidate *candidate = &candidates[*found];
        if (plans[i].booked_before)
            continue;
        candidate->wanted = set[i];
        candidate->plan = plans[i];
        const enum booking_refusal why =
            find_series(calendar, &set[i], today, &candidate->plan, candidate->meetings);
        if (why == BOOKING_REFUSAL_NONE)
            ++*found;
        else
            refuse(context, &set[i], why,
                why == BOOKING_REFUSAL_TOO_LATE
                    ? "a whole series would only fit later than its ages were counted for"
                    : "there is no such programme or slot, or no days for a whole series");
    }
    return true;
}

/* Those whose room and leaders fit; the others have their answer. */
static bool decide(
    struct context *context, struct candidate *candidates, size_t *count, struct error *error)
{
    struct group_wanted *wanted = ARENA_ARRAY(context->arena, struct group_wanted, *count);
    struct booking_facts *facts = ARENA_ARRAY(context->arena, struct booking_facts, *count);
    size_t fit = 0;

    for (size_t i = 0; i < *count; i++) {
        const struct candidate *candidate = &candidates[i];
        wanted[i] = candidate->wanted;
        facts[i].programme = candidate->plan.programme;
        facts[i].first_day = candidate->meetings[0].day;
        facts[i].last_day = candidate->meetings[candidate->plan.ask.meetings - 1].day;
    }
    if (!booking_load_facts(context, wanted, facts, *count, error))
        return false;
    for (size_t i = 0; i < *count; i++) {
        const struct booking_verdict verdict = booking_decide(&facts[i]);
        if (verdict.refusal != BOOKING_REFUSAL_NONE) {
            refuse(context, &wanted[i], verdict.refusal, verdict.detail);
            continue;
        }
        candidates[fit] = candidates[i];
        candidates[fit].facts = facts[i];
        candidates[fit++].verdict = verdict;
    }
    *count = fit;
    return true;
}

/* --- the booking --- */

static bool say_booked(struct context *context, const struct booking *bookings,
    const struct group_booked *booked, size_t count, struct error *error)
{
    struct uuid leaders[BOOKING_LEADERS_MOST];

    for (size_t i = 0; i < count; i++) {
        const struct booking_facts *facts = bookings[i].facts;
        const size_t leader_count = facts->leader_count + facts->parent_leader_count;
        for (size_t k = 0; k < leader_count; k++)
            leaders[k] = facts->leaders[bookings[i].verdict->posts[k]].leader_id;
        if (!leaders_say_booked_to(context, &booked[i], leaders, leader_count, error))
            return false;
    }
    scheduling_tell_catalogue(context, &booked->group_id, sizeof *booked, count);
    return true;
}

/* Under a savepoint: what is taken is an answer, not a failure of the slice. A set that fails is
 * written in halves. */
static bool write_set(
    struct context *context, const struct booking *bookings, size_t count, struct error *error)
{
    struct group_booked *booked = ARENA_ARRAY(context->arena, struct group_booked, count);
    enum booking_refusal refusal;
    struct error why = {ERROR_NONE, ""};

    if (!tx_savepoint(context->tx, error))
        return false;
    if (booking_write(context, bookings, count, booked, &refusal, &why))
        return tx_release_savepoint(context->tx, error) &&
               say_booked(context, bookings, booked, count, error);
    if (refusal == BOOKING_REFUSAL_NONE) {
        if (error)
            *error = why;
        return false;
    }
    if (!tx_rollback_to_savepoint(context->tx, error) || !tx_release_savepoint(context->tx, error))
        return false;
    if (count > 1)
        return write_set(context, bookings, count / 2, error) &&
               write_set(context, bookings + count / 2, count - count / 2, error);
    refuse(context, bookings->wanted, refusal,
        refusal == BOOKING_REFUSAL_ROOM_TAKEN ? "the room is booked on one of the days"
                                              : "a leader is booked, or on the way, on one of the "
                                                "days");
    return true;
}

static bool book_set(struct context *context, const struct series_calendar *calendar,
    const struct group_wanted *set, size_t count, struct error *error)
{
    struct candidate *candidates = ARENA_ARRAY(context->arena, struct candidate, count);
    struct booking bookings[SET_MOST];
    size_t found;

    if (!find_days(context, calendar, set, count, candidates, &found, error) ||
        (found && !decide(context, candidates, &found, error)))
        return false;
    for (size_t i = 0; i < found; i++)
        bookings[i] = (struct booking){&candidates[i].wanted, &candidates[i].plan,
            &candidates[i].facts, &candidates[i].verdict, candidates[i].meetings};
    return found == 0 || write_set(context, bookings, found, error);
}

/* All rooms and leaders that the slice names, before any of them is looked at. */
static bool lock_all(
    struct context *context, const struct group_wanted *messages, size_t count, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(context->arena, struct uuid, count * (2 + BOOKING_LEADERS_MOST));
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        ids[found++] = messages[i].room_id;
        ids[found++] = messages[i].parent_room_id;
        for (size_t k = 0; k < messages[i].leader_ids_count; k++)
            ids[found++] = messages[i].leader_ids[k];
        for (size_t k = 0; k < messages[i].parent_leader_ids_count; k++)
            ids[found++] = messages[i].parent_leader_ids[k];
    }
    return booking_lock(context, ids, found, error);
}

bool scheduling_on_group_wanted(struct context *context, const struct group_wanted *messages,
    struct slice *slice, struct error *error)
{
    struct series_calendar calendar;
    struct group_wanted *waiting = ARENA_ARRAY(context->arena, struct group_wanted, slice->count);
    struct group_wanted set[SET_MOST];
    size_t left = slice->count;

    if (!lock_all(context, messages, slice->count, error) ||
        !booking_load_calendar(
            context, (struct uuid){{0}}, local_day(context->now_ms), &calendar, error))
        return false;
    for (size_t i = 0; i < left; i++)
        waiting[i] = messages[i];
    while (left > 0) {
        const size_t count = pick(context->arena, waiting, &left, set);
        if (!book_set(context, &calendar, set, count, error))
            return error_while(error, "booking groups");
    }
    return true;
}
