/* What became of plans, for the operator: schemas/sql/080_planner.sql. */
#pragma once

#include "services/matching/matching.h"

struct plan_row {
    struct uuid plan_id;
    int64_t children;                   /* who waited */
    int64_t groups, additions, dropped; /* proposed, filled up, held no more */
    int64_t score, bound;               /* the planner's; bound: INT_ABSENT when it is not known */
    bool optimal;
};

/* One copy of matching asks the planner, the others are ready: the lock is this connection's, so
 * that it is free the moment the process ends. False in `active`: another copy has it. */
bool matching_lead_planner(struct context *context, bool *active, struct error *error);

/* The last hundred stay, and those that proposals came with. */
bool matching_note_plan(struct context *context, const struct plan_row *row, struct error *error);

/* Why there are no plans; absent: there are again. */
bool matching_note_trouble(struct context *context, struct text why, struct error *error);
