/* What the approval of groups and the board of a plan share: proposals read again, in the terms of
 * the market as it is in this transaction. */
#pragma once

#include "services/matching/matching_group_store.h"
#include "services/matching/matching_plan.h"

struct approval_of { /* all that one word of a coordinator approves */
    struct proposals proposals;
    struct ids others;          /* who waits and is looked at too; none for an approval */
    struct referral *referrals; /* their children, locked, one proposal after the other */
    size_t child_count;
    struct uuid *standing; /* ids of those that are pencilled in still, and the others */
    size_t *need;          /* by standing child: its need, or HOLD_NONE */
    size_t standing_count;
    struct round *round;
    struct planned_group *planned; /* those that name what is there */
    size_t *proposal_of;           /* by planned group */
    size_t planned_count;
    enum stale *stale; /* by proposal; STALE_NONE: it holds, or names what is there */
};

/* Of `proposals` and `others`, at least one proposal: all that follows. */
bool approval_read(struct context *context, struct approval_of *all, struct error *error);

/* Books those of the groups that hold; the others end with the reason. */
bool matching_approve_groups(struct context *context, const struct uuid *groups, size_t count,
    const char *by, struct error *error);

bool matching_refuse_group(
    struct context *context, struct uuid group_id, const char *by, struct error *error);
