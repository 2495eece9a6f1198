/*
 * bench planner: how good the plans are, on instances that anybody can make again.
 *
 * Each instance is made by tests/planner/gen.py of this release (or the script of --generator), and
 * solved in a process of its own, so that its memory is its own. Beside it stands what people do by
 * hand (bench_hand.h), and what PLANNER's "Quality to reach" asks for.
 */
#pragma once

#include "services/gruppstod/bench_hand.h"
#include "services/gruppstod/shell.h"

enum { CURVE_POINTS = 400 };

struct planner_goal { /* what is asked for; 0: nothing */
    int64_t score, bound;
    int32_t placed;
    double gap, seconds, memory_mb;
    bool proven;
};

struct planner_case {
    const char *name, *size, *seed; /* gen.py's words */
    double seconds;                 /* the time limit */
    const char *prototype;          /* its figures, as text */
    struct planner_goal goal;
};

struct curve_point {
    double seconds;
    int64_t score, bound; /* PLAN_ABSENT while there is none */
};

struct planner_figures {
    int32_t children, complaints; /* the checker's, of all three plans */
    int32_t alone_placed, hand_placed, placed, groups;
    int64_t alone_score, hand_score, score, bound;
    double read_s, solve_s, memory_mb;
    bool hand_made; /* by hand was reckoned; a nation's one list is not */
    int32_t point_count;
    struct curve_point points[CURVE_POINTS];
};

/* One round of 4 weeks after another, with what each way of planning makes of the same arrivals. */
struct rolling_figures {
    int32_t arrived, placed, left, left_long; /* long: waited over 180 days */
    int32_t median_days, urgent_median_days, mean_days;
};

struct planner_wish {
    const char *only;                  /* names with commas between, or NULL: all */
    const char *generator;             /* path */
    const char *svg;                   /* path of the curves */
    double seconds;                    /* most for each instance; 0: as the table says */
    int64_t rounds, arrivals, waiting; /* of the rolling simulation: a round's, at the start */
};

/* Makes and solves one instance. False with a sentence where it cannot be made or read. */
bool planner_measure(const struct shell *shell, const struct planner_wish *wish,
    const struct planner_case *asked, struct planner_figures *figures, struct error *error);

/* Writes the instance of gen.py's words to a file, whose path it returns; NULL with an error. */
const char *planner_generate(const struct shell *shell, const struct planner_wish *wish,
    const char *const *words, struct error *error);

/* 648,414; "-" for PLAN_ABSENT. */
const char *planner_number(struct arena *arena, int64_t value);

/* Score and bound over time, one picture for each of `count` instances that took a second. */
bool planner_draw_curves(struct arena *arena, const char *path, const struct planner_case *cases,
    const struct planner_figures *figures, size_t count, struct error *error);

enum rolling_way { ROLLING_DISTRICTS, ROLLING_HAND, ROLLING_PLANNED, ROLLING_WAYS };

bool planner_roll(const struct shell *shell, const struct planner_wish *wish, enum rolling_way way,
    struct rolling_figures *figures, struct error *error);

int bench_planner(struct shell *shell, int argc, char **argv);
