/*
 * Children who go to another group because a person says so: one child, or all of a group that is
 * merged into another.
 *
 * All rules are read again; the new place is taken before the old one is left, in one transaction;
 * the child keeps its time in the queue, its state where that holds there too, and is told once.
 * Where one rule says no, nothing changes, and the person is told which and what would do.
 */
#include "common/check.h"
#include "common/domain/local_time.h"
#include "matching_port.h"
#include "services/matching/core/place_why.h"
#include "services/matching/matching_transfer_store.h"

struct moving { /* who goes, from where, and what the rules see */
    struct uuid from, into;
    struct group_now there;
    struct referral *referrals;
    struct place_now *places;
    size_t count;
    struct city city;
    struct needs needs;
    struct pairs pairs;
    struct open_groups groups;
    size_t target; /* among the groups; groups.count: it is not open */
};

/* What stands in the way, and what would do instead. */
struct move_answer {
    enum place_refusal refusal;
    struct text way_out;
};

static struct place_view view_of(const struct context *context, const struct moving *moving)
{
    return (struct place_view){
        .needs = moving->needs.needs,
        .need_count = moving->needs.count,
        .groups = moving->groups.groups,
        .group_count = moving->groups.count,
        .pairs = moving->pairs.pairs,
        .pair_count = moving->pairs.count,
        .travel = moving->city.travel,
        .points = points_usual(),
        .today = local_day(context->now_ms),
    };
}

/* Who moves along is in no one's way, and a person may offer a pair again. */
static void leave_behind(struct moving *moving)
{
    size_t kept = 0;

    for (size_t i = 0; i < moving->pairs.count; i++)
        if (moving->count == 1 || !uuid_equal(moving->pairs.pairs[i].group_id, moving->from))
            moving->pairs.pairs[kept++] = moving->pairs.pairs[i];
    moving->pairs.count = kept;
    for (size_t i = 0; i < moving->needs.count; i++)
        moving->needs.needs[i].declined_count = 0;
    moving->target = moving->groups.count;
    for (size_t i = 0; i < moving->groups.count; i++) {
        struct open_group *group = &moving->groups.groups[i];

        if (uuid_equal(group->group_id, moving->into))
            moving->target = i;
        if (uuid_equal(group->group_id, moving->from)) /* never the way out */
            group->used = (INT64_C(1) << group->places) - 1;
    }
}

static bool load_moving(struct context *context, struct moving *moving, struct error *error)
{
    const struct uuid both[2] = {moving->from, moving->into};
    struct uuid *ids = ARENA_ARRAY(context->arena, struct uuid, moving->count);
    struct group_now groups[2];

    for (size_t i = 0; i < moving->count; i++)
        ids[i] = moving->referrals[i].referral_id;
    if (!matching_lock_groups(context, both, groups, error) ||
        !matching_load_places(context, moving->referrals, moving->count, moving->places, error) ||
        !matching_load_city(context, &moving->city, error) ||
        !matching_load_needs(context, ids, moving->count, &moving->city, &moving->needs, error) ||
        !matching_load_pairs(context, &moving->needs, &moving->city, &moving->pairs, error) ||
        !matching_load_all_groups(context, &moving->city, &moving->groups, error))
        return error_while(error, "looking at a move to another group");
    moving->there = groups[1];
    leave_behind(moving);
    return true;
}

static int places_free(const struct open_group *group)
{
    return __builtin_popcountll(
        (uint64_t)~group->used & ((UINT64_C(1) << group->places) - UINT64_C(1)));
}

static struct text id_word(struct context *context, const char *key, struct uuid id)
{
    char text[UUID_TEXT + 1];

    uuid_format(id, text);
    return text_of(arena_format(context->arena, "%s=%s", key, text));
}

/* The best group that would take the child, if there is one. */
static struct text nearest(struct context *context, const struct moving *moving)
{
    struct place_view view = view_of(context, moving);
    const struct place_decision *decisions;

    if (moving->target < moving->groups.count) {
        struct open_group *group = &moving->groups.groups[moving->target];
        group->used = (INT64_C(1) << group->places) - 1;
    }
    decisions = place_decide(context->arena, &view);
    return decisions[0].group == PLACE_NOWHERE
               ? (struct text){NULL, 0}
               : id_word(context, "group", view.groups[decisions[0].group].group_id);
}

static struct move_answer refuse(
    struct context *context, const struct moving *moving, enum place_refusal refusal, size_t need)
{
    struct move_answer answer = {refusal, {NULL, 0}};

    if (moving->needs.count == 0)
        return answer;
    answer.way_out = moving->count == 1
                         ? nearest(context, moving)
                         : id_word(context, "referral", moving->needs.needs[need].referral_id);
    return answer;
}

static bool all_hold_places(const struct moving *moving)
{
    for (size_t i = 0; i < moving->count; i++)
        if (uuid_absent(moving->from) || !uuid_equal(moving->places[i].group_id, moving->from))
            return false;
    return moving->needs.count == moving->count;
}

/* Whether all of them fit at once: places, and the parents' room. */
static struct move_answer fit_together(struct context *context, const struct moving *moving)
{
    const struct open_group *group = &moving->groups.groups[moving->target];
    const int places = places_free(group);
    int parents = 0;

    for (size_t i = 0; i < moving->needs.count; i++)
        parents += moving->needs.needs[i].parent_wish != PARENT_WISH_NO;
    if (places < (int)moving->count)
        return (struct move_answer){
            PLACE_REFUSAL_FULL, text_of(arena_format(context->arena, "places=%d", places))};
    if (group->parents_left >= 0 && parents > group->parents_left)
        return (struct move_answer){PLACE_REFUSAL_PARENTS_FULL,
            text_of(arena_format(context->arena, "places=%d", group->parents_left))};
    return (struct move_answer){PLACE_REFUSAL_NONE, {NULL, 0}};
}

static struct move_answer decide(struct context *context, const struct moving *moving)
{
    const struct place_view view = view_of(context, moving);

    if (!all_hold_places(moving))
        return (struct move_answer){PLACE_REFUSAL_NO_PLACE_BEFORE, {NULL, 0}};
    if (uuid_equal(moving->from, moving->into))
        return refuse(context, moving, PLACE_REFUSAL_SAME_GROUP, 0);
    if (!moving->there.known || moving->there.closed)
        return refuse(context, moving, PLACE_REFUSAL_GROUP_CLOSED, 0);
    if (moving->there.entry_until < view.today || moving->target == moving->groups.count)
        return refuse(context, moving, PLACE_REFUSAL_ENTRY_OVER, 0);
    for (size_t i = 0; i < moving->needs.count; i++) {
        const enum place_refusal why = place_why(&view, i, moving->target);

        if (why != PLACE_REFUSAL_NONE)
            return refuse(context, moving, why, i);
    }
    return fit_together(context, moving);
}

/* --- what follows --- */

struct told {
    struct place_taken *taken;
    struct place_released *released;
    struct place_offered *offered;
    struct referral_placed *placed;
    struct family_told *families;
    size_t taken_count, released_count, offered_count, placed_count, family_count;
};

static struct told new_told(struct context *context, size_t count)
{
    struct arena *arena = context->arena;

    return (struct told){
        .taken = ARENA_ARRAY(arena, struct place_taken, count),
        .released = ARENA_ARRAY(arena, struct place_released, count),
        .offered = ARENA_ARRAY(arena, struct place_offered, count),
        .placed = ARENA_ARRAY(arena, struct referral_placed, count),
        .families = ARENA_ARRAY(arena, struct family_told, count),
    };
}

static struct transfer transfer_of(struct context *context, const struct moving *moving,
    size_t index, const struct place_now *place, int64_t *used)
{
    const struct matching_settings *settings = matching_settings(context);
    const int free_bit = __builtin_ctzll(~(uint64_t)*used);

    *used |= INT64_C(1) << free_bit;
    return (struct transfer){
        .referral_id = moving->referrals[index].referral_id,
        .child_id = moving->referrals[index].child_id,
        .old_offer = place->offer_id,
        .new_offer = uuid_new(context->now_ms),
        .from = place->group_id,
        .old_no = place->place_no,
        .new_no = free_bit + 1,
        .expires_at_ms = matching_family_limit_ms(
            context, place->calling_back ? settings->call_back_days : settings->offer_days),
        .taken = place->taken,
        .calling_back = place->calling_back,
        .parent_joins = place->parent_joins,
    };
}

/* The state follows the group that it is in now: `placed` means that the group will start. */
static bool settle_state(struct context *context, const struct moving *moving,
    struct referral *referral, const struct transfer *transfer, struct told *told)
{
    const bool starts = moving->there.confirmed;

    referral->group_id = moving->into;
    if (referral->state == REFERRAL_STATE_ACCEPTED && starts) {
        told->placed_count += matching_placed(
            context, referral, transfer->new_offer, &told->placed[told->placed_count]);
        return false;
    }
    if (referral->state == REFERRAL_STATE_MEETING)
        return matching_move(referral, REFERRAL_STATE_OFFERED, ASKER_MATCHING, referral->by);
    if (referral->state == REFERRAL_STATE_PLACED && !starts)
        return matching_move(referral, REFERRAL_STATE_ACCEPTED, ASKER_MATCHING, referral->by);
    referral->version++;
    referral->changed = true;
    return true;
}

static void tell_taken(struct context *context, const struct moving *moving,
    const struct referral *referral, const struct transfer *transfer, struct told *told)
{
    told->taken[told->taken_count++] = (struct place_taken){
        .referral_id = referral->referral_id,
        .version = referral->version,
        .child_id = referral->child_id,
        .group_id = moving->into,
        .place_no = transfer->new_no,
        .offer_id = transfer->new_offer,
        .moved_from = transfer->from,
        .taken_at_ms = context->now_ms,
    };
}

static void tell_offered(const struct moving *moving, const struct referral *referral,
    const struct transfer *transfer, struct told *told)
{
    told->offered[told->offered_count++] = (struct place_offered){
        .offer_id = transfer->new_offer,
        .referral_id = referral->referral_id,
        .version = referral->version,
        .child_id = referral->child_id,
        .group_id = moving->into,
        .place_no = transfer->new_no,
        .expires_at_ms = transfer->expires_at_ms,
        .clearance_id = referral->clearance_id,
        .answers_version = referral->answers_version,
    };
}

/* A family that has said yes is told that it is another group; one with an offer out gets a new
 * offer; one whose group starts for certain only now gets the letter of the start: one each. */
static void settle(struct context *context, const struct moving *moving, size_t index,
    const struct transfer *transfer, enum purpose purpose, struct told *told)
{
    struct referral *referral = &moving->referrals[index];
    const bool untold = settle_state(context, moving, referral, transfer, told);

    if (transfer->taken)
        tell_taken(context, moving, referral, transfer, told);
    else
        tell_offered(moving, referral, transfer, told);
    told->released[told->released_count++] = (struct place_released){
        .referral_id = referral->referral_id,
        .version = referral->version,
        .group_id = transfer->from,
        .place_no = transfer->old_no,
        .reason = RELEASE_REASON_MOVED,
        .was_taken = transfer->taken,
    };
    if (transfer->taken && untold)
        told->families[told->family_count++] = (struct family_told){
            .notice_id = transfer->new_offer,
            .referral_id = referral->referral_id,
            .purpose = purpose,
            .group_id = moving->into,
            .until_day = DAY_ABSENT,
        };
}

static bool carry_out(
    struct context *context, struct moving *moving, enum purpose purpose, struct error *error)
{
    struct transfer *transfers = ARENA_ARRAY(context->arena, struct transfer, moving->count);
    struct told told = new_told(context, moving->count);
    int64_t used = moving->groups.groups[moving->target].used;

    for (size_t i = 0; i < moving->count; i++)
        transfers[i] = transfer_of(context, moving, i, &moving->places[i], &used);
    if (!matching_move_places(context, moving->into, transfers, moving->count, error))
        return false;
    for (size_t i = 0; i < moving->count; i++)
        settle(context, moving, i, &transfers[i], purpose, &told);
    if (!matching_write(context, moving->referrals, moving->count, error))
        return false;
    matching_send_place_taken(context, told.taken, told.taken_count);
    matching_send_place_offered(context, told.offered, told.offered_count);
    matching_send_place_released(context, told.released, told.released_count);
    matching_send_referral_placed(context, told.placed, told.placed_count);
    matching_send_family_told(context, told.families, told.family_count);
    return true;
}

static const char *person(struct context *context, struct uuid by)
{
    char *text = arena_take(context->arena, UUID_TEXT + 1);

    uuid_format(by, text);
    return text;
}

static bool move_one(struct context *context, const struct place_move_wanted *message,
    struct referral *referral, struct error *error)
{
    struct moving moving = {
        .from = referral->group_id,
        .into = message->group_id,
        .referrals = referral,
        .places = ARENA_NEW(context->arena, struct place_now),
        .count = 1,
    };
    struct move_act act = {message->act_id, message->referral_id, message->group_id, message->by,
        PLACE_REFUSAL_CHANGED_MEANWHILE, {NULL, 0}};

    if (referral->state != REFERRAL_STATE_NONE && referral->version == message->seen_version) {
        if (!load_moving(context, &moving, error))
            return false;
        const struct move_answer answer = decide(context, &moving);
        act.refusal = answer.refusal;
        act.way_out = answer.way_out;
    }
    context_audit(context, person(context, message->by), "place_move_wanted", message->referral_id,
        act.refusal ? place_refusal_names[act.refusal] : "moved");
    referral->by = person(context, message->by);
    return (act.refusal != PLACE_REFUSAL_NONE ||
               carry_out(context, &moving, PURPOSE_MOVED, error)) &&
           matching_note_act(context, &act, error);
}

/* People move one child at a time, so one at a time is looked at. */
bool matching_on_place_move_wanted(struct context *context,
    const struct place_move_wanted *messages, struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        struct referral referral;
        bool known;

        if (!matching_knows_act(context, messages[i].act_id, &known, error))
            return false;
        if (known)
            continue;
        if (!matching_load(
                context, &messages[i].referral_id, sizeof(struct uuid), 1, &referral, error) ||
            !move_one(context, &messages[i], &referral, error))
            return error_while(error, "moving a child to another group");
    }
    return true;
}

static bool merge_one(
    struct context *context, const struct merge_wanted *message, struct error *error)
{
    const struct uuid both[2] = {message->group_id, message->into_id};
    struct moving moving = {.from = message->group_id, .into = message->into_id};
    struct move_answer answer = {PLACE_REFUSAL_NONE, {NULL, 0}};
    const struct member *members;
    struct group_now groups[2];

    if (!matching_lock_groups(context, both, groups, error) ||
        !matching_members(context, &message->group_id, 1, &members, &moving.count, error))
        return false;
    moving.referrals = ARENA_ARRAY(context->arena, struct referral, moving.count);
    moving.places = ARENA_ARRAY(context->arena, struct place_now, moving.count);
    if (moving.count > 0) {
        if (!matching_load(
                context, COLUMN(members, referral_id), moving.count, moving.referrals, error) ||
            !load_moving(context, &moving, error))
            return false;
        answer = decide(context, &moving);
        for (size_t i = 0; i < moving.count; i++)
            moving.referrals[i].by = person(context, message->by);
        if (answer.refusal == PLACE_REFUSAL_NONE &&
            !carry_out(context, &moving, PURPOSE_MERGED, error))
            return false;
    }
    if (answer.refusal == PLACE_REFUSAL_NONE &&
        !matching_close_group(context, message->group_id, error))
        return false;
    matching_send_merge_settled(context,
        &(struct merge_settled){message->act_id, message->group_id, message->into_id, message->by,
            answer.refusal, answer.way_out},
        1);
    return true;
}

bool matching_on_merge_wanted(struct context *context, const struct merge_wanted *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++)
        if (!merge_one(context, &messages[i], error))
            return error_while(error, "merging two groups");
    return true;
}
