/*
 * Column generation: solve the master problem, price groups at its duals, add those that would pay,
 * again, until none would. Prices are smoothed towards those of the best bound (Wentges).
 */
#pragma once

#include "services/planner/master.h"
#include "services/planner/search.h"

struct generation {
    const struct problem *problem;
    struct master *master;
    struct bounder *bounder;
    struct prices best;    /* the prices of the best bound */
    struct prices lp, mix; /* of the last solve; smoothed */
    int64_t bound;         /* thousandths; the least so far */
    int32_t rounds;
    bool converged;
};

struct generation *generation_new(const struct problem *problem);
void generation_free(struct generation *generation); /* takes NULL */

/* Adds the open groups of a draft as columns. */
void generation_learn(struct generation *generation, const struct draft *draft);

/* Rounds until nothing pays, the bound is at the score of `best` or the budget is used up. */
void generation_run(struct generation *generation, const struct budget *budget,
    const struct draft *best, int32_t rounds);

/* Hands the best of the found columns to the master, at most so many; says how many are new. */
int32_t generation_take(struct generation *generation, struct columns *found, int32_t most);

/* Brings the prices near the best by subgradient steps, before the first linear program. */
void generation_ascend(struct generation *generation, const struct budget *budget,
    const struct draft *draft, int32_t steps);

/* The bound in whole points. */
int64_t generation_bound(const struct generation *generation);
