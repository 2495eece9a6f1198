/*
 * Score and bound over time, drawn: the two lines close in on the best plan there is. Time is on a
 * logarithmic axis, because most of it happens in the first second.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "services/gruppstod/bench_planner.h"

enum {
    WIDTH = 820,
    PANEL = 250, /* of one instance, in pixels as all here */
    LEFT = 84,
    RIGHT = 170,
    TOP = 44,
    BOTTOM = 36,
};

static const double first_s = 0.05; /* where the axis begins */

struct scale {
    FILE *file;
    struct arena *arena;
    double last_s;
    double low, high; /* points */
    double top;       /* of the panel */
};

static double x_of(const struct scale *scale, double seconds)
{
    const double at = seconds < first_s ? first_s : seconds;

    return LEFT + (WIDTH - LEFT - RIGHT) * log(at / first_s) / log(scale->last_s / first_s);
}

static double y_of(const struct scale *scale, double points)
{
    const double held = points < scale->low    ? scale->low
                        : points > scale->high ? scale->high
                                               : points;
    const double share = (held - scale->low) / (scale->high - scale->low);

    return scale->top + PANEL - BOTTOM - share * (PANEL - BOTTOM - TOP);
}

/* From what hands make to a bit above the bound; a first bound far above is cut off. */
static struct scale scale_for(
    struct arena *arena, FILE *file, const struct planner_figures *figures, double top)
{
    const struct curve_point *last = &figures->points[figures->point_count - 1];
    const double best = (double)figures->score;
    const double bound = figures->bound == PLAN_ABSENT ? best : (double)figures->bound;
    double low = (double)(figures->hand_made ? figures->hand_score : figures->alone_score);

    for (int32_t i = 0; i < figures->point_count; i++)
        if (figures->points[i].score > 0 && (double)figures->points[i].score < low)
            low = (double)figures->points[i].score;
    const double room = bound > low ? bound - low : 1;
    return (struct scale){file, arena, last->seconds > 1 ? last->seconds : 1, low - 0.05 * room,
        bound + 0.2 * room, top};
}

static double round_step(double span)
{
    const double power = pow(10, floor(log10(span)));

    return span / power >= 5 ? power : span / power >= 2 ? power / 2 : power / 5;
}

static void draw_points_axis(const struct scale *scale)
{
    const int64_t step = (int64_t)ceil(round_step(scale->high - scale->low));

    for (int64_t points = (int64_t)ceil(scale->low / (double)step) * step;
         points <= (int64_t)scale->high; points += step) {
        const double y = y_of(scale, (double)points);
        fprintf(scale->file, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
            LEFT, WIDTH - RIGHT, y, y);
        fprintf(scale->file, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 8, y + 4,
            planner_number(scale->arena, points));
    }
}

static void draw_time_axis(const struct scale *scale)
{
    static const double marks[] = {0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000};
    const double bottom = scale->top + PANEL - BOTTOM;

    for (size_t i = 0; i < COUNT(marks) && marks[i] <= scale->last_s; i++) {
        const double x = x_of(scale, marks[i]);
        fprintf(scale->file,
            "<line class=\"tick\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>", x, x, bottom,
            bottom + 5);
        fprintf(scale->file, "<text class=\"middle\" x=\"%.1f\" y=\"%.1f\">%g s</text>\n", x,
            bottom + 20, marks[i]);
    }
}

/* A staircase: what was known holds until something better is. */
static void draw_line(const struct scale *scale, const struct planner_figures *figures,
    const char *name, bool is_bound)
{
    double y = NAN;

    fprintf(scale->file, "<path class=\"%s\" d=\"", name);
    for (int32_t i = 0; i < figures->point_count; i++) {
        const struct curve_point *point = &figures->points[i];
        const int64_t points = is_bound ? point->bound : point->score;
        const double x = x_of(scale, point->seconds);
        if (points == PLAN_ABSENT)
            continue;
        if (isnan(y))
            fprintf(scale->file, "M%.1f %.1f", x, y_of(scale, (double)points));
        else
            fprintf(scale->file, "H%.1fV%.1f", x, y_of(scale, (double)points));
        y = y_of(scale, (double)points);
    }
    fprintf(scale->file, "\"/>\n");
}

/* What a line is called, at its end; two that would touch are pushed apart. */
static void draw_names(const struct scale *scale, const struct planner_figures *figures)
{
    const bool bounded = figures->bound != PLAN_ABSENT;
    const double score = y_of(scale, (double)figures->score);
    double bound = bounded ? y_of(scale, (double)figures->bound) : 0;
    const bool near = bounded && score - bound < 16;

    if (near)
        bound = score - 16;
    if (bounded)
        fprintf(scale->file, "<text class=\"of-bound\" x=\"%d\" y=\"%.1f\">bound %s</text>\n",
            WIDTH - RIGHT + 8, bound + 2, planner_number(scale->arena, figures->bound));
    fprintf(scale->file, "<text class=\"of-score\" x=\"%d\" y=\"%.1f\">score %s</text>\n",
        WIDTH - RIGHT + 8, score + 6, planner_number(scale->arena, figures->score));
    if (figures->hand_made) {
        const double hand = y_of(scale, (double)figures->hand_score);
        fprintf(scale->file, "<line class=\"hand\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
            LEFT, WIDTH - RIGHT, hand, hand);
        if (hand - score > 16)
            fprintf(scale->file, "<text x=\"%d\" y=\"%.1f\">by hand %s</text>\n", WIDTH - RIGHT + 8,
                hand + 4, planner_number(scale->arena, figures->hand_score));
    }
}

static void draw_panel(struct arena *arena, FILE *file, const struct planner_case *asked,
    const struct planner_figures *figures, double top)
{
    const struct scale scale = scale_for(arena, file, figures, top);
    const double gap = figures->bound > 0 ? 100.0 * (double)(figures->bound - figures->score) /
                                                (double)figures->bound
                                          : 100;

    fprintf(file, "<text class=\"title\" x=\"%d\" y=\"%.1f\">%s: %d of %d children placed, ", LEFT,
        top + 24, asked->name, (int)figures->placed, (int)figures->children);
    if (figures->bound == figures->score)
        fprintf(file, "proven best after %.1f s</text>\n", figures->solve_s);
    else
        fprintf(file, "at most %.2f %% from the best</text>\n", gap);
    draw_points_axis(&scale);
    draw_time_axis(&scale);
    draw_line(&scale, figures, "bound", true);
    draw_line(&scale, figures, "score", false);
    draw_names(&scale, figures);
}

static const char style[] =
    "<style>text{font:12px sans-serif;fill:#333}.title{font-size:15px;font-weight:bold}"
    ".end{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:#ddd}.tick{stroke:#888}"
    "path{fill:none;stroke-width:2}.score{stroke:#0b5fa5}.of-score{fill:#0b5fa5}"
    ".bound{stroke:#b3541e}.of-bound{fill:#b3541e}.hand{stroke:#777;stroke-dasharray:4 4}</style>";

static bool is_drawn(const struct planner_figures *figures)
{
    return figures->point_count > 0 && figures->solve_s >= 1;
}

bool planner_draw_curves(struct arena *arena, const char *path, const struct planner_case *cases,
    const struct planner_figures *figures, size_t count, struct error *error)
{
    int panels = 0;
    FILE *file = fopen(path, "w");

    if (!file)
        return error_set(error, ERROR_ABSENT, "%s: %s", path, strerror(errno));
    for (size_t i = 0; i < count; i++)
        panels += is_drawn(&figures[i]);
    fprintf(file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
        "role=\"img\">\n<title>Score and bound over time</title>\n%s\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
        WIDTH, panels * PANEL + 8, WIDTH, style);
    panels = 0;
    for (size_t i = 0; i < count; i++)
        if (is_drawn(&figures[i]))
            draw_panel(arena, file, &cases[i], &figures[i], panels++ * (double)PANEL);
    fputs("</svg>\n", file);
    return fclose(file) == 0 || error_set(error, ERROR_BUSY, "%s: %s", path, strerror(errno));
}
