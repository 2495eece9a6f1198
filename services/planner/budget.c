/* The clock and the iterations behind budget.h. */
#include "services/planner/budget.h"

#include "common/clock.h"

#define FOREVER_S 1e9

static double now_s(void)
{
    return (double)clock_monotonic_us() * 1e-6;
}

void effort_start(struct effort *effort, const struct planner_options *options)
{
    *effort = (struct effort){.options = options, .start_s = now_s(), .told_s = -1};
}

double effort_seconds(const struct effort *effort)
{
    return now_s() - effort->start_s;
}

struct budget budget_all(struct effort *effort)
{
    const struct planner_options *options = effort->options;

    if (options->iterations > 0)
        return (struct budget){effort, FOREVER_S, options->iterations};
    return (struct budget){
        effort, options->time_s > 0 ? options->time_s : PLANNER_TIME_S, INT64_MAX};
}

struct budget budget_part(const struct budget *whole, int percent)
{
    struct budget part = *whole;

    if (budget_timed(whole)) {
        double now = effort_seconds(whole->effort);

        if (now < whole->until_s)
            part.until_s = now + (whole->until_s - now) * percent / 100.0;
    } else if (whole->effort->used < whole->until_used) {
        part.until_used =
            whole->effort->used + (whole->until_used - whole->effort->used) * percent / 100;
    }
    return part;
}

struct budget budget_steps(const struct budget *whole, int64_t steps)
{
    struct budget part = *whole;

    if (part.until_used - steps > whole->effort->used)
        part.until_used = whole->effort->used + steps;
    return part;
}

double budget_progress(const struct budget *from, const struct budget *budget)
{
    double all = budget_timed(budget) ? budget->until_s - from->until_s
                                      : (double)(budget->until_used - from->until_used);
    double done = budget_timed(budget) ? effort_seconds(budget->effort) - from->until_s
                                       : (double)(budget->effort->used - from->until_used);

    return all <= 0 || done >= all ? 1 : done / all;
}

struct budget budget_now(const struct budget *whole)
{
    return (struct budget){whole->effort, effort_seconds(whole->effort), whole->effort->used};
}

bool budget_over(const struct budget *budget)
{
    const struct planner_options *options = budget->effort->options;

    if (options->stop && *options->stop)
        return true;
    if (budget->effort->used >= budget->until_used)
        return true;
    return budget_timed(budget) && effort_seconds(budget->effort) >= budget->until_s;
}

double budget_seconds_left(const struct budget *budget)
{
    double left = budget->until_s - effort_seconds(budget->effort);

    return !budget_timed(budget) ? FOREVER_S : left > 0 ? left : 0;
}

int64_t budget_iterations_left(const struct budget *budget)
{
    int64_t left = budget->until_used - budget->effort->used;

    return budget_timed(budget) ? INT64_MAX : left > 0 ? left : 0;
}

void effort_tell(struct effort *effort, const char *phase, int64_t score, int64_t bound,
    int32_t placed, bool better)
{
    double now = effort_seconds(effort);
    struct planner_progress progress = {.phase = phase,
        .score = effort->base_score + score,
        .bound = bound == PLAN_ABSENT || effort->base_bound == PLAN_ABSENT
                     ? PLAN_ABSENT
                     : effort->base_bound + bound,
        .placed = effort->base_placed + placed,
        .iterations = effort->used,
        .wall_s = now};

    if (!effort->options->progress || (!better && now < effort->told_s + 1.0))
        return;
    effort->told_s = now;
    effort->options->progress(&progress, effort->options->progress_data);
}
