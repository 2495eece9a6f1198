/* Moves of single referrals in memory, and the rules of turn and time that all handlers share. */
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "common/domain/protection.h"
#include "messages.h"
#include "services/matching/matching.h"

enum { GAP_MS = 100 /* a message that comes before its turn waits so long (DECISIONS) */ };

/* Only these have a group; all others have left theirs. */
static bool has_group(enum referral_state state)
{
    return state == REFERRAL_STATE_PROPOSED || state == REFERRAL_STATE_OFFERED ||
           state == REFERRAL_STATE_CALL_BACK || state == REFERRAL_STATE_MEETING ||
           referral_has_place(state);
}

bool matching_move(
    struct referral *referral, enum referral_state to, enum asker asker, const char *by)
{
    if (!referral_may_move(referral->state, to, asker))
        return false;
    referral->state = to;
    referral->by = by;
    referral->version++;
    referral->changed = true;
    if (!has_group(to))
        referral->group_id = (struct uuid){{0}};
    return true;
}

bool matching_twice(struct slice *slice, size_t index, const struct referral *referrals)
{
    for (size_t i = 0; i < index; i++)
        if (referrals[i].changed &&
            uuid_equal(referrals[i].referral_id, referrals[index].referral_id)) {
            slice_retry(slice, index, GAP_MS, "another message of the slice moves the referral");
            return true;
        }
    return false;
}

bool matching_in_turn(
    struct slice *slice, size_t index, struct referral *referrals, int64_t version)
{
    struct referral *referral = &referrals[index];

    if (matching_twice(slice, index, referrals) || version <= referral->heard)
        return false;
    if (version > referral->heard + 1 || referral->was == REFERRAL_STATE_NONE) {
        slice_retry(slice, index, GAP_MS, "an earlier message about the referral is on its way");
        return false;
    }
    referral->heard = version;
    referral->changed = true;
    referral->by = "intake";
    return true;
}

const enum referral_state *matching_states(
    struct context *context, const struct referral *referrals, size_t count)
{
    enum referral_state *states = ARENA_ARRAY(context->arena, enum referral_state, count);

    for (size_t i = 0; i < count; i++)
        states[i] = referrals[i].state;
    return states;
}

void matching_trace(
    struct slice *slice, const struct referral *referrals, const enum referral_state *before)
{
    for (size_t i = 0; i < slice->count; i++)
        if (referrals[i].state != before[i])
            slice_moved(slice, i, referral_state_names[before[i]],
                referral_state_names[referrals[i].state]);
}

int64_t matching_family_limit_ms(const struct context *context, int64_t days)
{
    return local_end_of_day_ms(
        working_days_after(local_day(context->now_ms), (int)days, context->quiet));
}

void matching_ask(struct context *context, const struct referral *referral, int kind, int64_t days,
    const char *note, struct task_wanted *task)
{
    *task = (struct task_wanted){
        .task_id = uuid_new(context->now_ms),
        .referral_id = referral->referral_id,
        .kind = (enum task_kind)kind,
        .due_at_ms = days                           ? matching_family_limit_ms(context, days)
                     : kind == TASK_KIND_PROTECTION ? context->now_ms + PROTECTION_LATE_MS
                                                    : context->now_ms,
        .note = text_of(note),
    };
}
