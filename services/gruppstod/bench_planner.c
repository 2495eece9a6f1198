/*
 * gruppstod bench planner [--only NAMES] [--seconds S] [--svg FILE] [--generator FILE]
 *                         [--rounds N] [--arrivals N] [--waiting N]
 *
 * Prints the planner's table, row by row as they come, then the rolling simulation; -o json gives
 * one object a line. All of it takes a quarter of an hour; --only city-1,rolling takes less.
 */
#include "services/gruppstod/bench_planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/check.h"
#include "common/number.h"
#include "services/gruppstod/bench.h"

#define PROVEN(points, most_s)                                                                     \
    {                                                                                              \
        .score = (points), .bound = (points), .seconds = (most_s), .proven = true                  \
    }

/* The last column is what is asked for; the one before it is what a prototype reached. */
static const struct planner_case cases[] = {
    {"district-1", "district", "1", 10, "30,936 proven", PROVEN(30936, 0.2)},
    {"district-2", "district", "2", 10, "15,792 proven", PROVEN(15792, 0.2)},
    {"district-3", "district", "3", 10, "19,560 proven", PROVEN(19560, 0.2)},
    {"120-1", "120", "1", 20, "54,094 proven", PROVEN(54094, 1)},
    {"120-2", "120", "2", 20, "46,439 proven", PROVEN(46439, 1)},
    {"250-1", "250", "1", 60, "117,922 proven in 13 s", PROVEN(117922, 10)},
    {"city-1", "city", "1", 60, "648,414 (502) <= 669,544 in 117 s",
        {.score = 648414, .bound = 664000, .seconds = 60}},
    {"city-2", "city", "2", 60, "650,255 (505) <= 659,949",
        {.score = 650256, .gap = 0.015, .seconds = 60}},
    {"city-3", "city", "3", 60, "696,615 (529) <= 714,753",
        {.score = 696616, .gap = 0.015, .seconds = 60}},
    {"large-1", "large", "1", 300, "2,331,612 (1,565) <= 2,519,629 in 622 s",
        {.score = 2331613, .gap = 0.03, .seconds = 300}},
    {"nation-1", "nation", "1", 300, "13,080 placed in 24 s, 240 MB",
        {.placed = 14500, .gap = 1, .seconds = 300, .memory_mb = 2048}},
};

static double gap_of(const struct planner_figures *figures)
{
    const struct plan plan = {.score = figures->score, .bound = figures->bound};

    return plan_gap(&plan);
}

/* NULL, or which of the goals is missed. */
static const char *missed(const struct planner_goal *goal, const struct planner_figures *figures)
{
    if (figures->complaints > 0)
        return "rules broken";
    if (figures->score < goal->score || figures->placed < goal->placed)
        return goal->placed ? "placed" : "score";
    if (goal->bound && (figures->bound == PLAN_ABSENT || figures->bound > goal->bound))
        return "bound";
    if (goal->proven && figures->bound != figures->score)
        return "not proven";
    if (goal->gap > 0 && (figures->bound == PLAN_ABSENT || gap_of(figures) > goal->gap))
        return "gap";
    if (figures->solve_s > goal->seconds * 1.1)
        return "time";
    return goal->memory_mb > 0 && figures->memory_mb > goal->memory_mb ? "memory" : NULL;
}

const char *planner_number(struct arena *arena, int64_t value)
{
    char digits[24], *out = arena_take(arena, 40);
    size_t length, to = 0;

    if (value == PLAN_ABSENT)
        return "-";
    length = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)value);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-')
            out[to++] = ',';
        out[to++] = digits[i];
    }
    return out;
}

static void print_head(const struct shell *shell)
{
    if (shell->output != OUTPUT_JSON)
        printf("%-10s %8s %6s %7s %10s %7s %10s %7s %8s %7s  %-13s %s\n", "instance", "children",
            "alone", "by hand", "score", "placed", "bound", "gap", "seconds", "MB", "goal",
            "prototype");
}

static void print_json(const struct planner_case *asked, const struct planner_figures *figures)
{
    const char *why = missed(&asked->goal, figures);

    printf("{\"bench\": \"planner\", \"instance\": \"%s\", \"children\": %d, \"alone_placed\": %d,"
           " \"alone_score\": %lld, \"hand_placed\": %d, \"hand_score\": %lld, \"score\": %lld,"
           " \"placed\": %d, \"new_groups\": %d, ",
        asked->name, (int)figures->children, (int)figures->alone_placed,
        (long long)figures->alone_score, (int)figures->hand_placed, (long long)figures->hand_score,
        (long long)figures->score, (int)figures->placed, (int)figures->groups);
    if (figures->bound != PLAN_ABSENT)
        printf("\"bound\": %lld, ", (long long)figures->bound);
    printf("\"gap\": %.5f, \"read_s\": %.2f, \"solve_s\": %.2f, \"memory_mb\": %.0f,"
           " \"missed\": \"%s\"}\n",
        gap_of(figures), figures->read_s, figures->solve_s, figures->memory_mb, why ? why : "");
}

static void print_row(const struct shell *shell, const struct planner_case *asked,
    const struct planner_figures *figures)
{
    const char *why = missed(&asked->goal, figures);

    if (shell->output == OUTPUT_JSON)
        print_json(asked, figures);
    else
        printf("%-10s %8s %6s %7s %10s %7s %10s %6.2f%% %8.2f %7.0f  %-13s %s\n", asked->name,
            planner_number(shell->arena, figures->children),
            planner_number(shell->arena, figures->alone_placed),
            figures->hand_made ? planner_number(shell->arena, figures->hand_placed) : "-",
            planner_number(shell->arena, figures->score),
            planner_number(shell->arena, figures->placed),
            planner_number(shell->arena, figures->bound), 100 * gap_of(figures), figures->solve_s,
            figures->memory_mb, why ? arena_format(shell->arena, "no: %s", why) : "yes",
            asked->prototype);
    fflush(stdout);
}

static bool is_asked(const struct planner_wish *wish, const char *name)
{
    const size_t length = strlen(name);
    const char *at = wish->only;

    if (!at)
        return true;
    while ((at = strstr(at, name))) {
        if ((at == wish->only || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
            return true;
        at += length;
    }
    return false;
}

static bool bench_instances(
    const struct shell *shell, const struct planner_wish *wish, struct error *error)
{
    struct planner_figures *figures =
        ARENA_ARRAY(shell->arena, struct planner_figures, COUNT(cases));
    bool any = false;

    for (size_t i = 0; i < COUNT(cases); i++) {
        if (!is_asked(wish, cases[i].name))
            continue;
        if (!any)
            print_head(shell);
        any = true;
        if (!planner_measure(shell, wish, &cases[i], &figures[i], error))
            return error_while(error, "%s", cases[i].name);
        print_row(shell, &cases[i], &figures[i]);
    }
    if (!any)
        return true;
    fprintf(stderr, "score and bound over time: %s\n", wish->svg);
    return planner_draw_curves(shell->arena, wish->svg, cases, figures, COUNT(cases), error);
}

static void print_rolling(
    const struct shell *shell, const char *way, const struct rolling_figures *figures)
{
    if (shell->output == OUTPUT_JSON)
        printf("{\"bench\": \"rolling\", \"way\": \"%s\", \"arrived\": %d, \"placed\": %d,"
               " \"median_days\": %d, \"mean_days\": %d, \"urgent_median_days\": %d, \"left\": %d,"
               " \"left_over_180_days\": %d}\n",
            way, (int)figures->arrived, (int)figures->placed, (int)figures->median_days,
            (int)figures->mean_days, (int)figures->urgent_median_days, (int)figures->left,
            (int)figures->left_long);
    else
        printf("%-18s %7d %7d %11d %9d %11d %6d %13d\n", way, (int)figures->arrived,
            (int)figures->placed, (int)figures->median_days, (int)figures->mean_days,
            (int)figures->urgent_median_days, (int)figures->left, (int)figures->left_long);
    fflush(stdout);
}

static bool bench_rolling(
    const struct shell *shell, const struct planner_wish *wish, struct error *error)
{
    static const char *const names[] = {"districts alone", "one list by hand", "planned"};
    struct rolling_figures figures;

    if (!is_asked(wish, "rolling"))
        return true;
    if (shell->output != OUTPUT_JSON)
        printf("\n%lld rounds of 4 weeks\n%-18s %7s %7s %11s %9s %11s %6s %13s\n",
            (long long)wish->rounds, "", "arrived", "placed", "median days", "mean days",
            "urgent days", "left", "left > 180 d");
    for (int way = 0; way < ROLLING_WAYS; way++) {
        if (!planner_roll(shell, wish, (enum rolling_way)way, &figures, error))
            return error_while(error, "%s", names[way]);
        print_rolling(shell, names[way], &figures);
    }
    return true;
}

static bool read_wish(struct planner_wish *wish, int argc, char **argv)
{
    for (int i = 2; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        bool right = true;

        if (strcmp(name, "--only") == 0)
            wish->only = value;
        else if (strcmp(name, "--generator") == 0)
            wish->generator = value;
        else if (strcmp(name, "--svg") == 0)
            wish->svg = value;
        else if (strcmp(name, "--seconds") == 0)
            right = (wish->seconds = (double)number_or(value, 1, 86400, 0)) > 0;
        else if (strcmp(name, "--rounds") == 0)
            right = number_read(value, 1, 100, &wish->rounds);
        else if (strcmp(name, "--arrivals") == 0)
            right = number_read(value, 1, 10000, &wish->arrivals);
        else if (strcmp(name, "--waiting") == 0)
            right = number_read(value, 0, 10000, &wish->waiting);
        else
            right = false;
        if (!right)
            return false;
    }
    return argc % 2 == 0;
}

int bench_planner(struct shell *shell, int argc, char **argv)
{
    struct error error = {ERROR_NONE, ""};
    struct planner_wish wish = {
        .generator = arena_format(shell->arena, "%s/tests/planner/gen.py", shell->release),
        .svg = arena_format(shell->arena, "%s/planner-anytime.svg", shell->var),
        .rounds = 18,
        .arrivals = 60,
    };

    if (!read_wish(&wish, argc, argv)) {
        fputs("usage: gruppstod bench planner [--only NAME,NAME] [--seconds S] [--svg FILE]"
              " [--generator FILE]\n       [--rounds N] [--arrivals N] [--waiting N]\nnames:",
            stderr);
        for (size_t i = 0; i < COUNT(cases); i++)
            fprintf(stderr, " %s", cases[i].name);
        fputs(" rolling\n", stderr);
        return EX_USAGE;
    }
    if (bench_instances(shell, &wish, &error) && bench_rolling(shell, &wish, &error))
        return EX_OK;
    return shell_fail(EX_SOFTWARE, &error, NULL);
}
