/*
 * What the files of matching share: its settings, and the state of a referral while a slice works
 * on it. Every handler goes the same way: load the referrals of the slice (locked), decide, change
 * the rows in memory, write all of them at once, say what follows.
 */
#pragma once

#include "common/context.h"
#include "common/domain/referral_state.h"
#include "services/matching/core/place.h"

struct matching_settings {
    int64_t offer_days;     /* working days to answer an offer */
    int64_t call_back_days; /* working days more, while a person calls */
    int64_t partner_days;   /* working days until a partner has confirmed */
    int64_t contact_days;   /* working days until a cleared family has been called */
    bool approve_groups_automatically;
    int64_t offer_margin;    /* children more than the least, when the programme says nothing */
    int64_t patience_days;   /* who has waited so long is not kept for the margin */
    int64_t plan_ahead_days; /* from the proposal to the earliest start */
    int64_t band_years;      /* ages in one group */
    int64_t parent_aim;      /* percent of groups with a parent group that is striven for */
    int64_t parent_share;    /* percent of a plan's groups that must have one */
    int64_t plan_time_ms;    /* of the planner, for one plan */
    int64_t form_most;       /* children looked at in one round */
    int64_t groups_most;     /* groups proposed in one round */
    int64_t proposal_days;   /* working days in which a coordinator decides about a new group */
    int64_t cancelled_bonus_days; /* by which a child of a cancelled group moves up in turn */
    int64_t refused_days;     /* a refused room, time and programme is not proposed again before */
    bool wait_letters;        /* families are told by letter why they wait: */
    int64_t wait_letter_days; /* first when they have waited so long, */
    int64_t wait_letter_again_days; /* then so often */
    int64_t tell_every_ms;
    int64_t expire_every_ms, form_every_ms, fill_every_ms, wake_every_ms;
    int64_t board_every_ms;
};

struct referral { /* a row of matching.referral, as it is and as it shall be */
    struct uuid referral_id, child_id, clearance_id, group_id;
    enum referral_state state, was; /* `was`: as loaded; NONE: the referral is not known */
    int64_t version, heard, answers_version, urgency;
    int64_t received_at_ms;
    int32_t until_day;   /* set with the states parked and handed_over */
    struct text partner; /* set with the state handed_over */
    bool red;
    bool changed;
    const char *by; /* who moved it: "intake", "matching", or a person's id */
};

/* The settings of this process, from the context of a handler. */
static inline const struct matching_settings *matching_settings(const struct context *context)
{
    return context->settings;
}

/* --- matching_move.c: one referral at a time, in memory --- */

/* Moves if the table of states allows it; else nothing is changed and false is returned. */
bool matching_move(
    struct referral *referral, enum referral_state to, enum asker asker, const char *by);

/* The slice is written as a whole, so a referral is moved by one of its messages only: the next one
 * is sent back for a moment. `referrals` belong to the slice's messages one by one. */
bool matching_twice(struct slice *slice, size_t index, const struct referral *referrals);

/* Whether intake's message is the next about its referral. An older one changes nothing; one that
 * comes before its turn is sent back for 100 ms. */
bool matching_in_turn(
    struct slice *slice, size_t index, struct referral *referrals, int64_t version);

/* The states as they are now, and what the trace is told of those that have changed since. */
const enum referral_state *matching_states(
    struct context *context, const struct referral *referrals, size_t count);
void matching_trace(
    struct slice *slice, const struct referral *referrals, const enum referral_state *before);

/* A task for a person, due at the end of the `days`-th working day; 0: now. */
struct task_wanted;
void matching_ask(struct context *context, const struct referral *referral, int kind, int64_t days,
    const char *note, struct task_wanted *task);

/* The end of the `days`-th working day from now; families' clocks rest in quiet periods. */
int64_t matching_family_limit_ms(const struct context *context, int64_t days);

/* --- matching_place.c: the one path to a place --- */

/*
 * Looks for places for the referrals that are in the state waiting; writes places and offers, says
 * place_offered, and moves them to offered. The rest stay as they are. Only groups that those who
 * wait have been asked about already count, or, with `only`, this one.
 */
bool matching_find_places(struct context *context, struct referral *referrals, size_t count,
    const struct uuid *only, struct error *error);

/* The same for places that fell free: not the first in turn, but whoever they are worth most to. */
bool matching_fill_places(
    struct context *context, struct referral *referrals, size_t count, struct error *error);

/* Gives the places of these referrals back: held or taken, offers revoked (or as `state` says),
 * place_released said. Referrals without a place are passed over. */
struct release {
    struct referral *referral;
    enum release_reason reason;
    const char *offer_state; /* "declined", "expired", "revoked" */
    struct text detail;      /* the decline reason's word, or absent */
};
bool matching_release(
    struct context *context, const struct release *releases, size_t count, struct error *error);

/* --- matching_answer.c --- */

/* Moves an accepted referral to placed, when its group is confirmed; fills what is said of it. */
struct referral_placed;
bool matching_placed(struct context *context, struct referral *referral, struct uuid offer_id,
    struct referral_placed *placed);

/* --- matching_form.c: new groups and wait reasons --- */

bool matching_form(struct context *context, struct error *error);

/* --- matching_group.c --- */

/* The children of proposals that came to nothing wait again, each at its old time. */
struct proposals;
bool matching_let_go(
    struct context *context, const struct proposals *proposals, struct error *error);

bool matching_expire_proposals(struct context *context, struct error *error);

/* --- matching_board.c --- */

bool matching_look_at_boards(struct context *context, struct error *error);

/* --- matching_wait.c --- */

bool matching_tell_waits(struct context *context, struct error *error);

/* --- matching_rhythm.c --- */

bool matching_fill(struct context *context, struct error *error);
bool matching_expire(struct context *context, struct error *error);
bool matching_wake(struct context *context, struct error *error);
bool matching_take_back(struct context *context, struct error *error);
