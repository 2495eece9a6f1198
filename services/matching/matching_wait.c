/*
 * Letters about waiting: a family that waits is told why, and until when it hears from us again.
 *
 * The first comes when the child has waited for some days and a plan has told the reason, the next
 * ones on a rhythm, whatever has happened. Whom it is safe to write to is notification's matter;
 * what stands in the letter is common/wait_words.c's.
 */
#include "common/domain/local_time.h"
#include "common/wait_words.h"
#include "matching_port.h"
#include "services/matching/matching_store.h"
#include "services/matching/matching_wait_store.h"

enum { TOLD_MOST = 300 /* in one transaction: the next period takes the next */ };

static const int64_t day_ms = 24 * 60 * 60 * (int64_t)1000;

static struct wait_explained explained_of(
    struct context *context, const struct wait_due *due, int32_t next_day)
{
    const struct wait_told told = wait_told_read(context->arena, due->reason, due->detail);

    return (struct wait_explained){
        .notice_id = uuid_new(context->now_ms),
        .referral_id = due->referral_id,
        .reason = due->reason,
        .age_from = told.age_from < 0 ? INT_ABSENT : told.age_from,
        .age_to = told.age_to < 0 ? INT_ABSENT : told.age_to,
        .slot = told.slot < 0 ? INT_ABSENT : told.slot,
        .language = told.language,
        .next_day = next_day,
    };
}

bool matching_tell_waits(struct context *context, struct error *error)
{
    const struct matching_settings *settings = matching_settings(context);
    const int64_t first_ms = context->now_ms - settings->wait_letter_days * day_ms;
    const int64_t again_ms = context->now_ms - settings->wait_letter_again_days * day_ms;
    const int32_t next_day = local_day(context->now_ms) + (int32_t)settings->wait_letter_again_days;
    struct wait_explained *messages;
    const struct wait_due *due;
    size_t count;
    bool mine;

    if (!settings->wait_letters)
        return true;
    if (!matching_lock_rhythm(context, "tell_waits", &mine, error) || !mine)
        return !mine;
    if (!matching_take_waits_to_tell(context, first_ms, again_ms, TOLD_MOST, &due, &count, error))
        return false;
    messages = ARENA_ARRAY(context->arena, struct wait_explained, count);
    for (size_t i = 0; i < count; i++)
        messages[i] = explained_of(context, &due[i], next_day);
    matching_send_wait_explained(context, messages, count);
    return true;
}
