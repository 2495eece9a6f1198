/*
 * The one path to a place and the one path back: load what the rules need, let core/place.c decide,
 * write places and offers, say them.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "matching_port.h"
#include "services/matching/matching_place_store.h"
#include "services/matching/matching_store.h"

struct view { /* all that place_decide sees, and whose referrals these are */
    struct city city;
    struct needs needs;
    struct pairs pairs;
    struct open_groups groups;
    struct referral **referrals; /* by need */
    enum place_order order;
};

struct list { /* the referrals that places are looked for, and partners that came along */
    struct referral **referrals;
    size_t count;
    struct referral *partners;
    size_t partner_count;
};

/* Leaves out children that have a place by another referral, and finds each need's referral. */
static void match_rows(struct context *context, struct view *view, const struct list *list)
{
    struct needs *needs = &view->needs;
    size_t kept = 0;

    view->referrals = ARENA_ARRAY(context->arena, struct referral *, needs->count);
    for (size_t i = 0; i < needs->count; i++) {
        struct referral *referral = list->referrals[needs->asked[i]];

        if (needs->placed[i])
            continue;
        view->referrals[kept] = referral;
        needs->needs[kept] = needs->needs[i];
        needs->needs[kept++].urgency = (int)referral->urgency;
    }
    needs->count = kept;
}

static bool load_needs(
    struct context *context, struct view *view, const struct list *list, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(context->arena, struct uuid, list->count);

    for (size_t i = 0; i < list->count; i++)
        ids[i] = list->referrals[i]->referral_id;
    if (!matching_load_needs(context, ids, list->count, &view->city, &view->needs, error))
        return false;
    match_rows(context, view, list);
    view->pairs.count = view->pairs.partner_count = 0;
    return view->needs.count == 0 ||
           matching_load_pairs(context, &view->needs, &view->city, &view->pairs, error);
}

/* Brothers and sisters that wait and must come into the same group are placed with them. */
static bool add_partners(
    struct context *context, const struct pairs *pairs, struct list *list, struct error *error)
{
    size_t most = list->count + pairs->partner_count;
    struct referral **all = ARENA_ARRAY(context->arena, struct referral *, most);
    struct referral *partners = ARENA_ARRAY(context->arena, struct referral, most);

    if (!matching_load(context, pairs->partners, sizeof *pairs->partners, pairs->partner_count,
            partners, error))
        return false;
    memcpy(all, list->referrals, list->count * sizeof(struct referral *));
    for (size_t i = 0; i < pairs->partner_count; i++) {
        bool known = partners[i].state != REFERRAL_STATE_WAITING;

        for (size_t j = 0; j < list->count; j++)
            known = known || uuid_equal(all[j]->referral_id, partners[i].referral_id);
        if (!known)
            all[list->count++] = &partners[i];
    }
    list->referrals = all;
    list->partners = partners;
    list->partner_count = pairs->partner_count;
    return true;
}

static const struct place_decision *decide(struct context *context, const struct view *view)
{
    struct place_view place = {
        .order = view->order,
        .needs = view->needs.needs,
        .need_count = view->needs.count,
        .groups = view->groups.groups,
        .group_count = view->groups.count,
        .pairs = view->pairs.pairs,
        .pair_count = view->pairs.count,
        .travel = view->city.travel,
        .points = points_usual(),
        .today = local_day(context->now_ms),
    };

    return place_decide(context->arena, &place);
}

static struct place_offered say_of(
    const struct referral *referral, const struct held *held, int64_t expires_at_ms)
{
    return (struct place_offered){
        .offer_id = held->offer_id,
        .referral_id = referral->referral_id,
        .version = referral->version,
        .child_id = referral->child_id,
        .group_id = held->group_id,
        .place_no = held->place_no,
        .expires_at_ms = expires_at_ms,
        .clearance_id = referral->clearance_id,
        .answers_version = referral->answers_version,
    };
}

static bool hold(struct context *context, const struct view *view,
    const struct place_decision *decisions, struct error *error)
{
    size_t count = view->needs.count, held_count = 0;
    struct held *held = ARENA_ARRAY(context->arena, struct held, count);
    struct place_offered *offered = ARENA_ARRAY(context->arena, struct place_offered, count);
    int64_t expires_at_ms =
        matching_family_limit_ms(context, matching_settings(context)->offer_days);

    for (size_t i = 0; i < count; i++) {
        struct referral *referral = view->referrals[i];

        if (decisions[i].group == PLACE_NOWHERE ||
            !matching_move(referral, REFERRAL_STATE_OFFERED, ASKER_MATCHING, "matching"))
            continue;
        referral->group_id = view->groups.groups[decisions[i].group].group_id;
        held[held_count] = (struct held){
            .group_id = referral->group_id,
            .referral_id = referral->referral_id,
            .child_id = referral->child_id,
            .offer_id = uuid_new(context->now_ms),
            .place_no = decisions[i].place_no,
            .expires_at_ms = expires_at_ms,
            .parent_joins = view->needs.needs[i].parent_wish != PARENT_WISH_NO,
        };
        offered[held_count] = say_of(referral, &held[held_count], expires_at_ms);
        held_count++;
    }
    if (!matching_hold_places(context, held, held_count, error))
        return error_while(error, "holding %zu places", held_count);
    matching_send_place_offered(context, offered, held_count);
    return true;
}

static struct list waiting_of(struct context *context, struct referral *referrals, size_t count)
{
    struct list list = {.referrals = ARENA_ARRAY(context->arena, struct referral *, count)};

    for (size_t i = 0; i < count; i++)
        if (referrals[i].state == REFERRAL_STATE_WAITING)
            list.referrals[list.count++] = &referrals[i];
    return list;
}

static bool find_places(struct context *context, struct referral *referrals, size_t count,
    const struct uuid *only, enum place_order order, struct error *error)
{
    struct view view = {.needs = {.count = 0}, .order = order};
    struct list list = waiting_of(context, referrals, count);

    if (list.count == 0)
        return true;
    if (!matching_load_city(context, &view.city, error) ||
        !load_needs(context, &view, &list, error))
        return false;
    if (view.pairs.partner_count > 0 && (!add_partners(context, &view.pairs, &list, error) ||
                                            !load_needs(context, &view, &list, error)))
        return error_while(error, "bringing families together");
    if (view.needs.count == 0)
        return true;
    if (!matching_load_groups(context, &view.needs, only, &view.city, &view.groups, error))
        return false;
    if (view.groups.count == 0)
        return true;
    return hold(context, &view, decide(context, &view), error) &&
           matching_write(context, list.partners, list.partner_count, error);
}

bool matching_find_places(struct context *context, struct referral *referrals, size_t count,
    const struct uuid *only, struct error *error)
{
    return find_places(context, referrals, count, only, PLACE_BY_TURN, error);
}

bool matching_fill_places(
    struct context *context, struct referral *referrals, size_t count, struct error *error)
{
    return find_places(context, referrals, count, NULL, PLACE_BY_WORTH, error);
}

static size_t leaving_of(
    struct context *context, const struct release *releases, size_t count, struct leaving **leaving)
{
    *leaving = ARENA_ARRAY(context->arena, struct leaving, count);
    for (size_t i = 0; i < count; i++)
        (*leaving)[i] = (struct leaving){
            .referral_id = releases[i].referral->referral_id,
            .child_id = releases[i].referral->child_id,
            .state = text_of(releases[i].offer_state),
            .reason = releases[i].detail,
        };
    return count;
}

static const struct release *release_of(
    const struct release *releases, size_t count, struct uuid referral_id)
{
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(releases[i].referral->referral_id, referral_id))
            return &releases[i];
    return NULL;
}

bool matching_release(
    struct context *context, const struct release *releases, size_t count, struct error *error)
{
    struct place_released *released;
    const struct freed *freed;
    struct leaving *leaving;
    size_t freed_count;

    if (count == 0)
        return true;
    leaving_of(context, releases, count, &leaving);
    if (!matching_free_places(context, leaving, count, &freed, &freed_count, error))
        return false;
    released = ARENA_ARRAY(context->arena, struct place_released, freed_count);
    for (size_t i = 0; i < freed_count; i++) {
        const struct release *release = release_of(releases, count, freed[i].referral_id);

        CHECK(release);
        released[i] = (struct place_released){
            .referral_id = freed[i].referral_id,
            .version = release->referral->version,
            .group_id = freed[i].group_id,
            .place_no = freed[i].place_no,
            .reason = release->reason,
            .was_taken = freed[i].was_taken,
        };
    }
    matching_send_place_released(context, released, freed_count);
    return true;
}
