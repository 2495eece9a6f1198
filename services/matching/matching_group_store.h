/* Groups: proposed ones, and those that scheduling has booked. */
#pragma once

#include "messages.h"
#include "services/matching/matching_store.h"

struct proposal {               /* a row of matching.proposal with its children */
    struct group_wanted wanted; /* what scheduling is told when it is approved */
    struct uuid plan_id;        /* absent: it came with no plan */
    struct text district, site, needs, why;
    int64_t parents_most; /* INT_ABSENT: no parent group */
    int64_t decide_by_ms; /* a coordinator's clock: it runs through families' quiet periods */
    int64_t score;
    const struct uuid *children; /* referrals */
    size_t child_count;
};

bool matching_add_proposal(struct context *context, const struct proposal *proposal,
    const char *state, struct error *error);

struct proposals {
    const struct proposal *proposals;
    size_t count;
};

/* What of this plan, or of these groups, nobody has decided yet, whole and locked, with the
 * children that are pencilled in still. */
bool matching_take_proposals(struct context *context, struct uuid plan_id,
    const struct uuid *groups, size_t count, struct proposals *proposals, struct error *error);

/* Those of the ids that are in the state `from` go to `to`; they come back as above. */
bool matching_move_proposals(struct context *context, const struct uuid *first, size_t stride,
    size_t count, const char *from, const char *to, const char *by, struct proposals *moved,
    struct error *error);

/* Proposals whose time is over, the oldest first; those that somebody is deciding on right now are
 * left alone. */
bool matching_run_out_proposals(struct context *context, size_t most, const struct uuid **groups,
    size_t *count, struct error *error);

/* Why groups that have failed did not hold any more. */
bool matching_note_stale(struct context *context, const struct uuid *groups,
    const enum stale *reasons, size_t count, struct error *error);

/* Why scheduling could not book: the next round tries something else. */
bool matching_note_refusals(struct context *context, const struct group_refused *messages,
    size_t count, struct error *error);

/* Booked groups, as matching proposed them, or as scheduling tells when it did not. `known[i]`:
 * there is such a group. */
bool matching_add_groups(struct context *context, const struct group_booked *messages, size_t count,
    bool *known, struct error *error);

/* The days of their series, unless a later change has been read. */
bool matching_change_series(struct context *context, const struct series_changed *messages,
    size_t count, struct error *error);

bool matching_confirm_groups(struct context *context, const struct group_confirmed *messages,
    size_t count, struct error *error);

bool matching_postpone_groups(struct context *context, const struct series_postponed *messages,
    size_t count, struct error *error);

/* Nobody new comes in; who was in loses the place by matching_release. */
bool matching_close_groups(struct context *context, const struct group_cancelled *messages,
    size_t count, struct error *error);

/* Groups whose last meeting has been: their places no longer count as the children's one place. */
bool matching_end_groups(struct context *context, int32_t today, struct error *error);

/* How many waiting children would fit a group that is only an idea, at its best time. */
bool matching_count_for_idea(struct context *context, const struct idea_count_wanted *idea,
    struct idea_counted *counted, struct error *error);
