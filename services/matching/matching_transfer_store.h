/* SQL of children who go from one group to another, and of what coordinators were answered. */
#pragma once

#include "services/matching/matching_place_store.h"
#include "services/matching/matching_store.h"

struct group_now { /* of matching.open_group, locked */
    bool known, closed, confirmed;
    int32_t entry_until;
};
/* Both at once, in the order of their ids. */
bool matching_lock_groups(struct context *context, const struct uuid ids[2],
    struct group_now groups[2], struct error *error);

/* Nobody new comes in. */
bool matching_close_group(struct context *context, struct uuid group_id, struct error *error);

struct place_now { /* the place of a referral, held or taken; an absent group_id: none */
    struct uuid group_id, offer_id;
    int64_t place_no;
    bool taken, calling_back, parent_joins;
};
/* `places[i]` belongs to referrals[i]. */
bool matching_load_places(struct context *context, const struct referral *referrals, size_t count,
    struct place_now *places, struct error *error);

struct transfer {
    struct uuid referral_id, child_id;
    struct uuid old_offer, new_offer;
    struct uuid from;
    int64_t old_no, new_no;
    int64_t expires_at_ms; /* of the new offer, while it is pending */
    bool taken, calling_back, parent_joins;
};
/* The new places are taken first, then the offers change and the old places fall free. All go to
 * `into` and come from one group. */
bool matching_move_places(struct context *context, struct uuid into,
    const struct transfer *transfers, size_t count, struct error *error);

/* What a coordinator asked for and was answered: written once for each act. */
struct move_act {
    struct uuid act_id, referral_id, group_id, by;
    enum place_refusal refusal; /* NONE: done */
    struct text way_out;        /* or absent */
};
bool matching_note_act(struct context *context, const struct move_act *act, struct error *error);
bool matching_knows_act(
    struct context *context, struct uuid act_id, bool *known, struct error *error);

/* Children of a group that was cancelled come earlier in turn by so many days. */
bool matching_give_bonus(struct context *context, const struct uuid *first, size_t stride,
    size_t count, int64_t days, struct error *error);
