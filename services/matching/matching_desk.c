/*
 * What coordinators do with a referral: a call that reached the family, a hold, an end.
 *
 * The person named the version that was on the page: a message about an older one changes nothing,
 * and the page shows the state as it is.
 */
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "matching_port.h"
#include "services/matching/matching_store.h"

enum { PARK_DAYS = 90 /* when no day is named */, PARK_DAYS_MOST = 366 /* twelve months */ };

static const char *person(struct context *context, struct uuid by)
{
    char *text = arena_take(context->arena, UUID_TEXT + 1);

    uuid_format(by, text);
    return text;
}

static bool as_seen(const struct referral *referral, int64_t seen_version)
{
    return referral->state != REFERRAL_STATE_NONE && referral->version == seen_version;
}

bool matching_on_contact_noted(struct context *context, const struct contact_noted *messages,
    struct slice *slice, struct error *error)
{
    size_t count = slice->count, reached_count = 0;
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, count);
    struct referral_reached *reached = ARENA_ARRAY(context->arena, struct referral_reached, count);
    const enum referral_state *before;

    if (!matching_load(context, COLUMN(messages, referral_id), count, referrals, error))
        return false;
    before = matching_states(context, referrals, count);
    for (size_t i = 0; i < count; i++) {
        struct referral *referral = &referrals[i];
        const char *by = person(context, messages[i].by);

        context_audit(context, by, "contact_noted", messages[i].referral_id,
            contact_outcome_names[messages[i].outcome]);
        if (matching_twice(slice, i, referrals) || !as_seen(referral, messages[i].seen_version) ||
            messages[i].outcome != CONTACT_OUTCOME_REACHED ||
            referral->state != REFERRAL_STATE_CONTACTING ||
            !matching_move(referral, REFERRAL_STATE_WAITING, ASKER_DESK, by))
            continue;
        reached[reached_count++] =
            (struct referral_reached){referral->referral_id, referral->version, context->now_ms};
    }
    if (!matching_find_places(context, referrals, count, NULL, error) ||
        !matching_write(context, referrals, count, error))
        return error_while(error, "noting %zu calls", count);
    matching_trace(slice, referrals, before);
    matching_send_referral_reached(context, reached, reached_count);
    return true;
}

static bool holds_place(enum referral_state state)
{
    return state == REFERRAL_STATE_OFFERED || state == REFERRAL_STATE_CALL_BACK ||
           state == REFERRAL_STATE_MEETING || referral_has_place(state);
}

/* The six that state_wanted may name. A referral that was never cleared cannot wait, nor be handed
 * to anybody; nor can one behind the gate, by the table of states. */
static bool allowed(const struct referral *referral, const struct state_wanted *message)
{
    const enum referral_state wanted = message->state;

    if (wanted == REFERRAL_STATE_HANDED_OVER && !message->partner.data)
        return false;
    if (wanted == REFERRAL_STATE_WAITING || wanted == REFERRAL_STATE_HANDED_OVER)
        return !uuid_absent(referral->clearance_id) && !referral->red;
    return wanted == REFERRAL_STATE_PARKED || wanted == REFERRAL_STATE_WITHDRAWN ||
           wanted == REFERRAL_STATE_REDIRECTED || wanted == REFERRAL_STATE_NOT_REACHED;
}

static bool want(struct context *context, const struct state_wanted *message,
    struct referral *referral, struct release *release)
{
    enum referral_state before = referral->state;
    int32_t today = local_day(context->now_ms);
    int32_t until = message->until_day;

    if (!as_seen(referral, message->seen_version) || !allowed(referral, message) ||
        !matching_move(referral, message->state, ASKER_DESK, person(context, message->by)))
        return false;
    if (message->state == REFERRAL_STATE_PARKED) {
        if (until == DAY_ABSENT || until <= today)
            until = today + PARK_DAYS;
        referral->until_day = until > today + PARK_DAYS_MOST ? today + PARK_DAYS_MOST : until;
    }
    if (message->state == REFERRAL_STATE_HANDED_OVER) {
        /* A partner's clock is no family's: it runs through quiet periods. */
        referral->until_day =
            working_days_after(today, (int)matching_settings(context)->partner_days, NULL);
        referral->partner = message->partner;
    }
    *release = (struct release){referral, RELEASE_REASON_WITHDRAWN, "revoked", {NULL, 0}};
    return holds_place(before);
}

bool matching_on_state_wanted(struct context *context, const struct state_wanted *messages,
    struct slice *slice, struct error *error)
{
    size_t count = slice->count, release_count = 0;
    struct referral *referrals = ARENA_ARRAY(context->arena, struct referral, count);
    struct release *releases = ARENA_ARRAY(context->arena, struct release, count);
    const enum referral_state *before;

    if (!matching_load(context, COLUMN(messages, referral_id), count, referrals, error))
        return false;
    before = matching_states(context, referrals, count);
    for (size_t i = 0; i < count; i++) {
        context_audit(context, person(context, messages[i].by), "state_wanted",
            messages[i].referral_id, referral_state_names[messages[i].state]);
        if (!matching_twice(slice, i, referrals))
            release_count += want(context, &messages[i], &referrals[i], &releases[release_count]);
    }
    if (!matching_release(context, releases, release_count, error) ||
        !matching_find_places(context, referrals, count, NULL, error) ||
        !matching_write(context, referrals, count, error))
        return error_while(error, "moving %zu referrals", count);
    matching_trace(slice, referrals, before);
    return true;
}
