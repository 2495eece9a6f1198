/* The state of referrals and the waiting list, as matching.c and its neighbours read and write it:
 * schemas/sql/030_matching.sql. */
#pragma once

#include "messages.h"
#include "services/matching/matching.h"

/* One active round for each rhythm in all copies of matching; false in `mine`: another has it. */
bool matching_lock_rhythm(
    struct context *context, const char *rhythm, bool *mine, struct error *error);

/* New referrals and their cases; those that are known already are passed over. `entered[i]`: it is
 * new, and this is its state. */
bool matching_add_referrals(struct context *context, const struct referral_received *messages,
    size_t count, enum referral_state *entered, struct error *error);

/* Locks and loads; `referrals[i]` belongs to ids[i]. An unknown one has the state NONE; one that
 * stands before it in the same slice is loaded once more, the same. */
bool matching_load(struct context *context, const struct uuid *first, size_t stride, size_t count,
    struct referral *referrals, struct error *error);

/* Referrals with a place in these groups, held or taken. */
struct member {
    struct uuid referral_id, offer_id;
};
bool matching_members(struct context *context, const struct uuid *groups, size_t count,
    const struct member **members, size_t *member_count, struct error *error);

struct ids {
    const struct uuid *ids;
    size_t count;
};
/* Parked referrals whose day has come. */
bool matching_parked_until(
    struct context *context, int32_t today, struct ids *ids, struct error *error);

/* Children that a partner has not confirmed in time: the last day is over. */
bool matching_handed_over_until(
    struct context *context, int32_t today, struct ids *ids, struct error *error);

/* Writes all that are marked as changed, and keeps the waiting list and the parked in step. */
bool matching_write(
    struct context *context, struct referral *referrals, size_t count, struct error *error);

/* A red answer about referrals that have not come in yet. */
bool matching_note_unseen(struct context *context, const struct referral_red *messages,
    const bool *unseen, size_t count, struct error *error);

/* What a no changes in the need: the declined group's slot does not fit, its way is too long. */
struct need_change {
    struct uuid referral_id, group_id;
    bool another_slot, nearer;
};
bool matching_change_needs(
    struct context *context, const struct need_change *changes, size_t count, struct error *error);

/* The reason of each that waits, where it has changed. */
struct wait_row {
    struct uuid referral_id;
    enum wait_reason reason;
    struct text detail;
    struct text why; /* the planner's sentence, for an operator; or absent */
};
bool matching_note_waits(
    struct context *context, const struct wait_row *rows, size_t count, struct error *error);
