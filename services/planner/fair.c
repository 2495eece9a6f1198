/*
 * A plan by the score first; then plans of the same city in which each child brings its part of the
 * bonus: the first of its district and situation the most, the last next to nothing. Who is first
 * is said by worth, then anew by the best plan so far, whose bonus the parts make up exactly. The
 * plan with the highest score and bonus together is kept.
 */
#include "services/planner/fair.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/check.h"

enum { PASSES = 3 };

struct cell { /* the children of one situation (primary) and district (home) */
    int64_t all, placed;
};

struct fairly {
    const struct instance *instance;
    const struct planner_options *options;
    struct cell *cells;
    uint8_t *placed;
    int64_t score, bound; /* by the score alone: the best plan's, and the first pass's */
    double used_s;
};

static struct cell *cell_of(const struct fairly *fairly, const struct instance_child *child)
{
    return &fairly->cells[child->primary * fairly->instance->district_count + child->home];
}

static void count(struct fairly *fairly, const struct plan *plan)
{
    const struct instance *in = fairly->instance;

    memset(fairly->cells, 0,
        (size_t)in->theme_count * (size_t)in->district_count * sizeof *fairly->cells);
    plan_mark_placed(in, plan, fairly->placed);
    for (int32_t i = 0; i < in->child_count; i++) {
        struct cell *cell = cell_of(fairly, &in->children[i]);

        cell->all++;
        cell->placed += fairly->placed[i];
    }
}

/* Score and bonus: w x (k - k^2 / 2n) for k of the n children of each cell. */
static int64_t value_of(struct fairly *fairly, const struct plan *plan)
{
    const struct instance *in = fairly->instance;
    int64_t value = check_score(in, plan);

    count(fairly, plan);
    for (int32_t i = 0; i < in->theme_count * in->district_count; i++) {
        const struct cell *cell = &fairly->cells[i];

        if (cell->all > 0)
            value += in->policy.w_fairness * cell->placed * (2 * cell->all - cell->placed) /
                     (2 * cell->all);
    }
    return value;
}

struct turn { /* of a child in its cell */
    int32_t child, cell;
    bool placed;
    int64_t worth;
};

static int compare_turns(const void *a, const void *b)
{
    const struct turn *one = a, *other = b;

    if (one->cell != other->cell)
        return one->cell < other->cell ? -1 : 1;
    if (one->placed != other->placed)
        return one->placed ? -1 : 1;
    if (one->worth != other->worth)
        return one->worth > other->worth ? -1 : 1;
    return (one->child > other->child) - (one->child < other->child);
}

/* Each child's part of its cell's bonus: w x (2n - 2j - 1) / 2n for the j-th of n, which is what
 * the bonus grows by when it comes to j others. */
static void add_parts(const struct fairly *fairly, bool by_plan, struct instance_child *children)
{
    const struct instance *in = fairly->instance;
    struct turn *turns = memory_grow(NULL, (size_t)in->child_count * sizeof *turns);
    int32_t first = 0;

    for (int32_t i = 0; i < in->child_count; i++)
        turns[i] = (struct turn){i, (int32_t)(cell_of(fairly, &children[i]) - fairly->cells),
            by_plan && fairly->placed[i], children[i].worth};
    qsort(turns, (size_t)in->child_count, sizeof *turns, compare_turns);
    for (int32_t i = 0; i < in->child_count; i++) {
        if (turns[i].cell != turns[first].cell)
            first = i;
        const int64_t n = fairly->cells[turns[i].cell].all;

        children[turns[i].child].worth +=
            in->policy.w_fairness * (2 * (n - (i - first)) - 1) / (2 * n);
    }
    free(turns);
}

/* The city in which children bring their parts. The children are the caller's to free. */
static struct instance with_parts(const struct fairly *fairly, bool by_plan)
{
    struct instance other = *fairly->instance;
    const size_t bytes = (size_t)other.child_count * sizeof *other.children;

    other.children = memory_grow(NULL, bytes);
    memcpy(other.children, fairly->instance->children, bytes);
    add_parts(fairly, by_plan, other.children);
    return other;
}

/* What is told of a pass: the best plan by the score alone, and its bound. */
static void tell(const struct planner_progress *progress, void *data)
{
    const struct fairly *fairly = data;
    struct planner_progress told = *progress;

    if (fairly->score != PLAN_ABSENT) {
        told.phase = "fairness";
        told.score = fairly->score;
        told.bound = fairly->bound;
        told.wall_s += fairly->used_s;
    } else if (strcmp(told.phase, "done") == 0) {
        return;
    }
    fairly->options->progress(&told, fairly->options->progress_data);
}

/* Half of what is left of the time, and of the steps, but all of it for the last pass. */
static struct planner_options options_of(struct fairly *fairly, int pass, const struct plan *warm)
{
    struct planner_options options = *fairly->options;
    const double time_s = options.time_s > 0 ? options.time_s : PLANNER_TIME_S;
    const double left_s = time_s - fairly->used_s;
    const bool last = pass == PASSES - 1;

    options.time_s = left_s < 0.02 ? 0.01 : last ? left_s : left_s / 2;
    if (options.iterations > 0) {
        options.iterations >>= last ? pass : pass + 1;
        options.iterations += options.iterations == 0;
    }
    if (warm)
        options.warm = warm;
    if (options.progress) {
        options.progress = tell;
        options.progress_data = fairly;
    }
    return options;
}

static bool halted(const struct planner_options *options)
{
    return options->stop && *options->stop;
}

static int guided_pass(struct fairly *fairly, int pass, int64_t *value, struct plan *best)
{
    struct instance other = with_parts(fairly, pass > 1);
    const struct planner_options options = options_of(fairly, pass, best);
    struct plan plan;
    const int status = planner_solve(&other, &options, &plan);

    free(other.children);
    if (status != 0)
        return status;
    fairly->used_s += plan.wall_s;
    plan.score = check_score(fairly->instance, &plan);
    const int64_t reached = value_of(fairly, &plan);
    if (reached > *value) {
        *value = reached;
        fairly->score = plan.score;
        plan_clear(best);
        *best = plan;
    } else {
        plan_clear(&plan);
    }
    count(fairly, best);
    return 0;
}

int planner_solve_fairly(
    const struct instance *instance, const struct planner_options *options, struct plan *out)
{
    struct fairly fairly = {instance, options, NULL, NULL, PLAN_ABSENT, PLAN_ABSENT, 0};

    if (instance->policy.w_fairness == 0 || instance->child_count == 0)
        return planner_solve(instance, options, out);
    const struct planner_options first = options_of(&fairly, 0, NULL);
    int status = planner_solve(instance, &first, out);
    if (status != 0)
        return status;
    fairly.cells = memory_grow(NULL,
        (size_t)instance->theme_count * (size_t)instance->district_count * sizeof *fairly.cells);
    fairly.placed = memory_grow(NULL, (size_t)instance->child_count);
    fairly.score = out->score;
    fairly.bound = out->bound;
    fairly.used_s = out->wall_s;
    int64_t value = value_of(&fairly, out);
    for (int pass = 1; pass < PASSES && status == 0 && !halted(options); pass++)
        status = guided_pass(&fairly, pass, &value, out);
    out->score = check_score(instance, out);
    out->bound = fairly.bound;
    out->status = out->bound == out->score ? PLAN_OPTIMAL : PLAN_FEASIBLE;
    out->wall_s = options->iterations > 0 ? 0 : fairly.used_s;
    free(fairly.cells);
    free(fairly.placed);
    if (options->progress)
        options->progress(&(struct planner_progress){.phase = "done",
                              .score = out->score,
                              .bound = out->bound,
                              .placed = plan_placed(out),
                              .wall_s = out->wall_s},
            options->progress_data);
    return status;
}
