/*
 * The restricted master problem as a linear program (Clp): which of the columns known so far to
 * take, each unit and spot once, hosts' places, and for each staff two leaders, one experienced,
 * coupled to a network of who can sit where. Its duals are the prices.
 */
#pragma once

#include "services/planner/bound.h"
#include "services/planner/budget.h"

struct master;

struct master *master_new(const struct problem *problem);
void master_free(struct master *master); /* takes NULL */

/* Adds the group unless it is in. True when it was new. */
bool master_add(struct master *master, const struct pick *pick);

/* Solves; false where Clp gave up, or the budget's clock ran out meanwhile. */
bool master_solve(struct master *master, const struct budget *budget);

double master_objective(const struct master *master); /* points */

/* The prices of the last solve, clipped at 0. */
void master_prices(const struct master *master, struct prices *out);

/* Drops columns that have been far from any use; keeps those that pay. */
void master_purge(struct master *master, int32_t most);

int32_t master_column_count(const struct master *master);
