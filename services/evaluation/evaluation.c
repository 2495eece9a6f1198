/*
 * evaluation - how it went: attendance, waiting times, coverage
 *
 * Hears:  referral_received, place_taken, place_released, group_confirmed, group_cancelled,
 *         group_merged, series_postponed, referral_placed, meeting_held, attendance_noted
 * Says:   nothing
 * Keeps:  facts and attendance (schemas/sql/050_evaluation.sql)
 *
 * Facts are appended as they are told; nothing here is decided, so there is no core for it. What
 * a report may show of small numbers is decided in common/domain/suppress.c. All of it can be told
 * again from the messages, so commits need not wait for the disk: WAL order keeps what follows
 * behind.
 */
#include "common/service.h"
#include "evaluation_port.h"
#include "services/evaluation/evaluation_store.h"
#include "vocabulary.h"

bool evaluation_on_referral_received(struct context *context,
    const struct referral_received *messages, struct slice *slice, struct error *error)
{
    return evaluation_add_referrals(context, messages, slice->count, error);
}

bool evaluation_on_place_taken(struct context *context, const struct place_taken *messages,
    struct slice *slice, struct error *error)
{
    struct place_fact *facts = ARENA_ARRAY(context->arena, struct place_fact, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        facts[i] = (struct place_fact){messages[i].referral_id, messages[i].group_id, TEXT("taken"),
            messages[i].taken_at_ms, {NULL, 0}};
    return evaluation_add_facts(context, facts, slice->count, error);
}

bool evaluation_on_place_released(struct context *context, const struct place_released *messages,
    struct slice *slice, struct error *error)
{
    struct place_fact *facts = ARENA_ARRAY(context->arena, struct place_fact, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        facts[i] = (struct place_fact){messages[i].referral_id, messages[i].group_id,
            TEXT("released"), context->now_ms, text_of(release_reason_names[messages[i].reason])};
    return evaluation_add_facts(context, facts, slice->count, error);
}

bool evaluation_on_referral_placed(struct context *context, const struct referral_placed *messages,
    struct slice *slice, struct error *error)
{
    struct place_fact *facts = ARENA_ARRAY(context->arena, struct place_fact, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        facts[i] = (struct place_fact){messages[i].referral_id, messages[i].group_id,
            TEXT("placed"), messages[i].placed_at_ms, {NULL, 0}};
    return evaluation_add_facts(context, facts, slice->count, error);
}

bool evaluation_on_group_confirmed(struct context *context, const struct group_confirmed *messages,
    struct slice *slice, struct error *error)
{
    struct group_fact *facts = ARENA_ARRAY(context->arena, struct group_fact, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        facts[i] = (struct group_fact){
            messages[i].group_id, TEXT("confirmed"), messages[i].taken, {NULL, 0}};
    return evaluation_add_group_facts(context, facts, slice->count, error);
}

bool evaluation_on_group_cancelled(struct context *context, const struct group_cancelled *messages,
    struct slice *slice, struct error *error)
{
    struct group_fact *facts = ARENA_ARRAY(context->arena, struct group_fact, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        facts[i] = (struct group_fact){
            messages[i].group_id, TEXT("cancelled"), INT_ABSENT, messages[i].reason};
    return evaluation_add_group_facts(context, facts, slice->count, error);
}

bool evaluation_on_group_merged(struct context *context, const struct group_merged *messages,
    struct slice *slice, struct error *error)
{
    return evaluation_add_merged(context, messages, slice->count, error);
}

bool evaluation_on_series_postponed(struct context *context,
    const struct series_postponed *messages, struct slice *slice, struct error *error)
{
    return evaluation_add_postponed(context, messages, slice->count, error);
}

bool evaluation_on_meeting_held(struct context *context, const struct meeting_held *messages,
    struct slice *slice, struct error *error)
{
    return evaluation_add_meetings(context, messages, slice->count, error);
}

bool evaluation_on_attendance_noted(struct context *context,
    const struct attendance_noted *messages, struct slice *slice, struct error *error)
{
    return evaluation_note_attendance(context, messages, slice->count, error);
}

const struct service evaluation_service = {
    .name = "evaluation",
    .role = "gruppstod_evaluation",
    .durability = SERVICE_RELAXED,
    .routes = evaluation_routes,
    .route_count = EVALUATION_ROUTE_COUNT,
};
