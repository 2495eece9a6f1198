/*
 * How long a solve may go on: by the clock, or by iterations when the result must be the same
 * everywhere. An iteration is one step of the search; heavier work pays several. With an iteration
 * limit the clock decides nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "services/planner/planner.h"

/* Shared by all phases of a solve. */
struct effort {
    const struct planner_options *options;
    double start_s, told_s;
    int64_t used;                   /* iterations */
    int64_t base_score, base_bound; /* of the parts that are done */
    int32_t base_placed;
};

/* A share of the effort: where it ends. */
struct budget {
    struct effort *effort;
    double until_s; /* seconds since the start */
    int64_t until_used;
};

void effort_start(struct effort *effort, const struct planner_options *options);
double effort_seconds(const struct effort *effort); /* since the start */

/* The whole of it. */
struct budget budget_all(struct effort *effort);

/* From now on `percent` of what is left of `whole`. */
struct budget budget_part(const struct budget *whole, int percent);

/* At most so many iterations of it, also where the clock decides. */
struct budget budget_steps(const struct budget *whole, int64_t steps);

/* A mark of now, and how far between the mark and the end we are: 0 to 1. */
struct budget budget_now(const struct budget *whole);
double budget_progress(const struct budget *mark, const struct budget *budget);

/* True when it is used up, or somebody asked to stop. */
bool budget_over(const struct budget *budget);

/* Seconds left; a large number with an iteration limit. */
double budget_seconds_left(const struct budget *budget);

/* Iterations left; a large number without a limit. */
int64_t budget_iterations_left(const struct budget *budget);

static inline bool budget_timed(const struct budget *budget)
{
    return budget->effort->options->iterations <= 0;
}

static inline void budget_pay(const struct budget *budget, int64_t iterations)
{
    budget->effort->used += iterations;
}

/* Tells the progress: at once when `better`, else once a second. */
void effort_tell(struct effort *effort, const char *phase, int64_t score, int64_t bound,
    int32_t placed, bool better);
