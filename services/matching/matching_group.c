/*
 * What becomes of groups: booked or refused by scheduling, confirmed or cancelled. What a
 * coordinator says of proposed ones is in matching_approve.c.
 *
 * A booked group is offered to the children it was found for, after all rules have been asked again
 * with the true first day; whoever does not fit any more waits on, and the places left go to the
 * waiting list.
 */
#include "matching_port.h"
#include "services/matching/matching_group_store.h"
#include "services/matching/matching_plan.h"
#include "services/matching/matching_transfer_store.h"

/* Loads the children of proposals and takes the pencil away: they wait again. */
static bool unpencil(struct context *context, const struct proposal *proposal,
    struct referral **referrals, struct error *error)
{
    size_t count = proposal->child_count;

    *referrals = ARENA_ARRAY(context->arena, struct referral, count);
    if (!matching_load(context, proposal->children, sizeof(struct uuid), count, *referrals, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if ((*referrals)[i].state == REFERRAL_STATE_PROPOSED)
            matching_move(&(*referrals)[i], REFERRAL_STATE_WAITING, ASKER_MATCHING, "matching");
    return true;
}

bool matching_let_go(
    struct context *context, const struct proposals *proposals, struct error *error)
{
    for (size_t i = 0; i < proposals->count; i++) {
        struct referral *referrals;

        if (!unpencil(context, &proposals->proposals[i], &referrals, error) ||
            !matching_find_places(
                context, referrals, proposals->proposals[i].child_count, NULL, error) ||
            !matching_write(context, referrals, proposals->proposals[i].child_count, error))
            return error_while(error, "letting the children of a proposal go");
    }
    return true;
}

/* Groups are few beside children: one at a time is quick enough, and each asks all rules. */
static bool offer_to_children(
    struct context *context, const struct proposals *proposals, struct error *error)
{
    for (size_t i = 0; i < proposals->count; i++) {
        const struct proposal *proposal = &proposals->proposals[i];
        struct referral *referrals;

        if (!unpencil(context, proposal, &referrals, error) ||
            !matching_find_places(
                context, referrals, proposal->child_count, &proposal->wanted.group_id, error) ||
            !matching_write(context, referrals, proposal->child_count, error))
            return error_while(error, "offering a new group");
    }
    return true;
}

bool matching_on_group_booked(struct context *context, const struct group_booked *messages,
    struct slice *slice, struct error *error)
{
    bool *known = ARENA_ARRAY(context->arena, bool, slice->count);
    struct proposals booked;

    if (!matching_add_groups(context, messages, slice->count, known, error) ||
        !matching_move_proposals(context, COLUMN(messages, group_id), slice->count, "wanted",
            "booked", NULL, &booked, error) ||
        !offer_to_children(context, &booked, error))
        return false;
    for (size_t i = 0; i < slice->count; i++)
        if (!known[i])
            slice_reject(slice, i, "neither proposed here nor known to scheduling's view");
    return true;
}

bool matching_on_group_refused(struct context *context, const struct group_refused *messages,
    struct slice *slice, struct error *error)
{
    struct proposals failed;

    for (size_t i = 0; i < slice->count; i++)
        context_audit(context, "scheduling", "group_refused", messages[i].group_id,
            booking_refusal_names[messages[i].reason]);
    plan_look_soon(context, matching_form); /* at another time, or with others */
    return matching_note_refusals(context, messages, slice->count, error) &&
           matching_move_proposals(context, COLUMN(messages, group_id), slice->count, "wanted",
               "failed", NULL, &failed, error) &&
           matching_let_go(context, &failed, error);
}

/* Nobody said no, so nothing is kept from being proposed anew. */
bool matching_expire_proposals(struct context *context, struct error *error)
{
    enum { PROPOSALS_MOST = 50 }; /* in one transaction: the next period takes the next */
    const struct uuid *groups;
    struct proposals expired;
    size_t count;
    bool mine;

    if (!matching_lock_rhythm(context, "expire_proposals", &mine, error) || !mine)
        return !mine;
    if (!matching_run_out_proposals(context, PROPOSALS_MOST, &groups, &count, error))
        return false;
    if (count == 0)
        return true;
    if (!matching_move_proposals(
            context, groups, sizeof *groups, count, "proposed", "expired", NULL, &expired, error))
        return false;
    for (size_t i = 0; i < count; i++)
        context_audit(context, "matching", "group_expired", groups[i], "nobody decided");
    return matching_let_go(context, &expired, error);
}

static bool load_members(struct context *context, const struct uuid *groups, size_t count,
    const struct member **members, struct referral **referrals, size_t *member_count,
    struct error *error)
{
    if (!matching_members(context, groups, count, members, member_count, error))
        return false;
    *referrals = ARENA_ARRAY(context->arena, struct referral, *member_count);
    return *member_count == 0 ||
           matching_load(context, COLUMN(*members, referral_id), *member_count, *referrals, error);
}

static struct uuid *group_ids(
    struct context *context, const struct uuid *first, size_t stride, size_t count)
{
    struct uuid *ids = ARENA_ARRAY(context->arena, struct uuid, count);

    for (size_t i = 0; i < count; i++)
        memcpy(&ids[i], (const char *)first + i * stride, sizeof ids[i]);
    return ids;
}

bool matching_on_group_confirmed(struct context *context, const struct group_confirmed *messages,
    struct slice *slice, struct error *error)
{
    const struct uuid *groups = group_ids(context, COLUMN(messages, group_id), slice->count);
    const struct member *members;
    struct referral *referrals;
    struct referral_placed *placed;
    size_t count, placed_count = 0;

    if (!matching_confirm_groups(context, messages, slice->count, error) ||
        !load_members(context, groups, slice->count, &members, &referrals, &count, error))
        return false;
    placed = ARENA_ARRAY(context->arena, struct referral_placed, count);
    for (size_t i = 0; i < count; i++)
        if (referrals[i].state == REFERRAL_STATE_ACCEPTED)
            placed_count +=
                matching_placed(context, &referrals[i], members[i].offer_id, &placed[placed_count]);
    if (!matching_write(context, referrals, count, error))
        return error_while(error, "placing %zu children", placed_count);
    matching_send_referral_placed(context, placed, placed_count);
    return true;
}

bool matching_on_group_cancelled(struct context *context, const struct group_cancelled *messages,
    struct slice *slice, struct error *error)
{
    const struct uuid *groups = group_ids(context, COLUMN(messages, group_id), slice->count);
    const struct member *members;
    struct referral *referrals;
    struct release *releases;
    struct proposals cancelled;
    size_t count, release_count = 0;

    if (!matching_close_groups(context, messages, slice->count, error) ||
        !matching_move_proposals(context, groups, sizeof *groups, slice->count, "wanted", "failed",
            NULL, &cancelled, error) ||
        !matching_let_go(context, &cancelled, error) ||
        !load_members(context, groups, slice->count, &members, &referrals, &count, error))
        return false;
    releases = ARENA_ARRAY(context->arena, struct release, count);
    for (size_t i = 0; i < count; i++) {
        matching_move(&referrals[i], REFERRAL_STATE_WAITING, ASKER_MATCHING, "matching");
        releases[release_count++] =
            (struct release){&referrals[i], RELEASE_REASON_GROUP_CANCELLED, "revoked", {NULL, 0}};
    }
    return (matching_give_bonus(context, COLUMN(members, referral_id), count,
                matching_settings(context)->cancelled_bonus_days, error) &&
               matching_release(context, releases, release_count, error) &&
               matching_find_places(context, referrals, count, NULL, error) &&
               matching_write(context, referrals, count, error)) ||
           error_while(error, "cancelling %zu groups", slice->count);
}

/* The same members, on other days: whoever has a place or an offer is told once. */
bool matching_on_series_postponed(struct context *context, const struct series_postponed *messages,
    struct slice *slice, struct error *error)
{
    if (!matching_postpone_groups(context, messages, slice->count, error))
        return error_while(error, "postponing %zu groups", slice->count);
    for (size_t i = 0; i < slice->count; i++) {
        const struct member *members;
        struct family_told *told;
        size_t count;

        if (!matching_members(context, &messages[i].group_id, 1, &members, &count, error))
            return false;
        told = ARENA_ARRAY(context->arena, struct family_told, count);
        for (size_t j = 0; j < count; j++)
            told[j] = (struct family_told){
                .notice_id = messages[i].notice_id,
                .referral_id = members[j].referral_id,
                .purpose = PURPOSE_POSTPONED,
                .group_id = messages[i].group_id,
                .until_day = DAY_ABSENT,
            };
        matching_send_family_told(context, told, count);
    }
    return true;
}

/* Ideas are few: one at a time is counted. */
bool matching_on_idea_count_wanted(struct context *context,
    const struct idea_count_wanted *messages, struct slice *slice, struct error *error)
{
    struct idea_counted *counted = ARENA_ARRAY(context->arena, struct idea_counted, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        if (!matching_count_for_idea(context, &messages[i], &counted[i], error))
            return false;
    matching_send_idea_counted(context, counted, slice->count);
    return true;
}
