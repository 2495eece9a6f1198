/*
 * Large neighbourhood search: takes some groups of a plan apart, near each other in slot and
 * place, opens the best again over the cells there, and keeps what is not much worse.
 */
#pragma once

#include "services/planner/budget.h"
#include "services/planner/greedy.h"

struct search;

/* `guide` (borrowed, may be NULL or change between runs) leads the opening. */
struct search *search_new(const struct problem *problem, uint64_t seed);
void search_free(struct search *search); /* takes NULL */

/* Opens what it can from nothing; `best` gets it when it is better. */
void search_greedy(struct search *search, struct draft *best, const struct guide *guide);

/* Searches from `best`, and leaves the best found in it. `bound`: stop when it is reached. */
void search_run(struct search *search, struct draft *best, const struct guide *guide,
    const struct budget *budget, int64_t bound);

/* The score less a fine for each parent group that the policy's share misses. */
int64_t search_worth(const struct draft *draft);
