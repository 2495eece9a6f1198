/*
 * The Lagrangian bound: what no plan can score more than, at any prices that are not negative.
 *
 * Every unit, spot and leader is sold once at its price: the sum of the prices of units and spots,
 * the best that the leaders can earn in their shifts, the best that each host and each spot can
 * make after paying. All in integers, so the bound holds exactly, also when the prices are poor.
 */
#pragma once

#include "services/planner/columns.h"

/* Prices (duals) of one problem, in thousandths; each at least 0. */
struct prices {
    const struct problem *problem;
    int64_t *unit;  /* by unit */
    int64_t *staff; /* by staff * KINDS + kind */
    int64_t *spot;  /* by spot */
    int64_t share;  /* of the row of the parents' share */
};

struct prices prices_new(const struct problem *problem); /* all 0 */
void prices_free(struct prices *prices);
void prices_copy(struct prices *to, const struct prices *from);

/* to = (from * percent + to * (100 - percent)) / 100 */
void prices_blend(struct prices *to, const struct prices *from, int percent);

struct bounder;

struct bounder *bounder_new(const struct problem *problem);
void bounder_free(struct bounder *bounder); /* takes NULL */

/*
 * The bound at these prices, in thousandths. `found` (may be NULL) gets the best group of each
 * cell that is worth more than `least` thousandths at them.
 */
int64_t bounder_price(
    struct bounder *bounder, const struct prices *prices, int64_t least, struct columns *found);

/*
 * What the last bound would use of each unit (by unit), and of each staff less what the leaders
 * offer (by staff * KINDS + kind): 1 less, and 0 less, is the subgradient.
 */
void bounder_usage(
    const struct bounder *bounder, const struct prices *prices, int32_t *units, int32_t *staff);

/* Inside the last bound: how much each spot could make (by spot), thousandths. */
const int64_t *bounder_spot_best(const struct bounder *bounder);

/* What the leaders earn at most in their shifts, in thousandths. */
int64_t bounder_leaders(struct bounder *bounder, const struct prices *prices);
