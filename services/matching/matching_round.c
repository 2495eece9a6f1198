/*
 * One look at the market: who waits, or whom some proposals were made for, with all that groups are
 * made of. A plan is asked for with it, held against it, and approved against it.
 */
#include <stdlib.h>

#include "common/domain/local_time.h"
#include "services/matching/matching_plan.h"

/* A child with a place by another referral is not looked at; its row keeps its reason. */
static void leave_out_placed(struct needs *needs)
{
    size_t kept = 0;

    for (size_t i = 0; i < needs->count; i++)
        if (!needs->placed[i]) {
            needs->needs[kept] = needs->needs[i];
            needs->asked[kept++] = needs->asked[i];
        }
    needs->count = kept;
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *one = a, *other = b;

    if (one->a != other->a)
        return one->a < other->a ? -1 : 1;
    if (one->b != other->b)
        return one->b < other->b ? -1 : 1;
    return (one->kind > other->kind) - (one->kind < other->kind);
}

/* Only what the needs of the round ask for. */
static bool load_market(struct context *context, int32_t earliest, const struct proposals *but,
    struct round *round, struct error *error)
{
    leave_out_placed(&round->needs);
    return round->needs.count == 0 ||
           (matching_load_pairs(context, &round->needs, &round->city, &round->pairs, error) &&
               matching_load_market(context, earliest, but, &round->city, &round->market, error) &&
               matching_load_all_groups(context, &round->city, &round->groups, error));
}

static void make_view(struct context *context, struct round *round, int patience_days)
{
    const struct market *market = &round->market;
    struct market_view *view = &round->view;

    *view = (struct market_view){
        .needs = round->needs.needs,
        .need_count = round->needs.count,
        .pairs = round->pairs.pairs,
        .pair_count = round->pairs.count,
        .programmes = market->programmes,
        .programme_count = market->programme_count,
        .rooms = market->rooms,
        .room_count = market->room_count,
        .leaders = market->leaders,
        .leader_count = market->leader_count,
        .groups = round->groups.groups,
        .group_count = round->groups.count,
        .slots = market->slots,
        .travel = round->city.travel,
        .points = points_usual(),
        .today = local_day(context->now_ms),
        .plan_date = market->start,
        .term_end = market->end,
        .patience_days = patience_days,
    };
    memcpy(view->room_clash, market->room_clash, sizeof market->room_clash);
    memcpy(view->leader_clash, market->leader_clash, sizeof market->leader_clash);
    /* The same market is written as the same bytes. */
    qsort(round->pairs.pairs, round->pairs.count, sizeof *round->pairs.pairs, compare_pairs);
    round->themes = themes_of(context->arena, view);
    round->candidates = candidates_of(context->arena, view, round->themes);
}

bool round_of_waiting(struct context *context, struct round *round, struct error *error)
{
    const struct matching_settings *settings = matching_settings(context);
    const int32_t earliest = local_day(context->now_ms) + (int32_t)settings->plan_ahead_days;

    if (!matching_load_city(context, &round->city, error) ||
        !matching_load_waiting(context, settings->form_most, &round->city, &round->needs, error) ||
        !load_market(context, earliest, NULL, round, error))
        return error_while(error, "looking at the waiting list");
    if (round->needs.count > 0)
        make_view(context, round, (int)settings->patience_days);
    return true;
}

/* A sister that waits still comes along when the places are offered: she is in nobody's way. */
static void forget_who_waits(struct pairs *pairs)
{
    size_t kept = 0;

    for (size_t i = 0; i < pairs->count; i++)
        if (!pairs->pairs[i].waits)
            pairs->pairs[kept++] = pairs->pairs[i];
    pairs->count = kept;
}

bool round_of_proposals(struct context *context, const struct proposals *proposals,
    const struct uuid *children, size_t count, struct round *round, struct error *error)
{
    enum { NO_MARGIN = -100000 /* days of patience: they have a group, and go with the least */ };

    if (!matching_load_city(context, &round->city, error) ||
        !matching_load_needs(context, children, count, &round->city, &round->needs, error) ||
        !load_market(context, proposals->proposals[0].wanted.earliest_day, proposals, round, error))
        return error_while(error, "looking at what was proposed");
    forget_who_waits(&round->pairs);
    if (round->needs.count > 0)
        make_view(context, round, NO_MARGIN);
    return true;
}
