/* Plans and the groups they propose, read as gruppstod_desk_list. */
#pragma once

#include "common/context.h"
#include "services/desk/desk_group_store.h"
#include "vocabulary.h"

enum {
    DESK_PROPOSALS_MOST = 200 /* of all plans: what a page shows is what its button approves */
};

struct plan_row {
    struct uuid plan_id;
    int64_t planned_at_ms, groups, waiting; /* who waited when it was made */
    int64_t score, gap_basis_points;        /* the gap is absent when no bound is known */
    bool optimal;
};
/* Plans of which somebody has to decide still, the newest first. */
bool desk_look_plans(
    struct context *context, const struct plan_row **plans, size_t *count, struct error *error);

struct proposal_row {
    struct uuid group_id, plan_id; /* the plan is absent when it came with none */
    enum situation situation;
    struct text programme, language, site, district, leaders; /* work names, with commas */
    int64_t age_from, age_to, children;
    struct weekly when;
    int64_t decide_by_ms;
    bool parent_group;
};
/* What is proposed, the largest groups first. */
bool desk_look_proposals(struct context *context, const struct proposal_row **proposals,
    size_t *count, struct error *error);

struct past_row { /* a proposal that came to nothing */
    enum situation situation;
    int64_t age_from, age_to, children, ended_at_ms, planned_at_ms;
    struct weekly when;
    enum stale stale;             /* why it did not hold when it was approved, */
    enum booking_refusal refusal; /* or why it could not be booked; else nobody decided in time */
};
/* Those that ended after `since_ms`, the latest first. */
bool desk_look_past_proposals(struct context *context, int64_t since_ms,
    const struct past_row **past, size_t *count, struct error *error);

bool desk_look_is_proposed(
    struct context *context, struct uuid group_id, bool *proposed, struct error *error);
bool desk_look_plan_stands(
    struct context *context, struct uuid plan_id, bool *stands, struct error *error);
