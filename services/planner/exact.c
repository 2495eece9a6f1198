/* Rows, the call of CBC, and the way back from its answer to leaders, behind exact.h. */
#include "services/planner/exact.h"

#include <coin/Cbc_C_Interface.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/greedy.h"
#include "services/planner/rows.h"

enum { TRIES = 60, NAME_SIZE = 32 };

/* CBC looks at no clock until its first linear program is solved: it is called only with time for
 * that. */
enum { COLUMNS_A_SECOND = 9000 };

struct exact {
    const struct problem *problem;
    const struct columns *columns;
    struct rows rows;
    const struct effort *effort;
    Cbc_Model *model;
    int32_t first_column; /* in the program, of the groups */
    int32_t *staff_rows;  /* by column: the rows where it asks for leaders */
    int *forbidden;       /* sets of its columns, each ended by NONE */
    int32_t forbidden_count;
};

/* Groups with somebody whom leaders must not meet ask for leaders in rows without those leaders,
 * one set of rows for each staff and set of leaders. */
static void part_staff(struct exact *exact)
{
    const struct columns *columns = exact->columns;
    uint64_t *avoided = memory_grow(NULL, ((size_t)columns->count + 1) * sizeof *avoided);

    exact->staff_rows = memory_grow(NULL, ((size_t)columns->count + 1) * sizeof *exact->staff_rows);
    for (int32_t i = 0; i < columns->count; i++) {
        int32_t staff = exact->problem->cells[columns->items[i].cell].staff;

        avoided[i] = rows_avoided(exact->problem, columns, i);
        exact->staff_rows[i] = avoided[i] ? NONE : rows_of_staff(&exact->rows, &columns->items[i]);
        for (int32_t k = i - 1; k >= 0 && exact->staff_rows[i] == NONE; k--)
            if (avoided[k] == avoided[i] &&
                exact->problem->cells[columns->items[k].cell].staff == staff)
                exact->staff_rows[i] = exact->staff_rows[k];
        if (exact->staff_rows[i] == NONE)
            exact->staff_rows[i] = rows_add_staff(&exact->rows, staff, avoided[i]);
    }
    free(avoided);
}

static void load(struct exact *exact)
{
    const struct matrix *fixed = &exact->rows.fixed;
    int32_t rows = exact->rows.row_count;
    struct matrix all = {0};
    double *lower = memory_grow(NULL, ((size_t)rows + 1) * sizeof *lower);

    for (int32_t r = 0; r < rows; r++)
        lower[r] = -1e30;
    for (int32_t c = 0; c < fixed->count; c++) {
        matrix_open(&all, fixed->cost[c], fixed->upper[c]);
        for (CoinBigIndex e = fixed->starts[c]; e < fixed->starts[c + 1]; e++)
            matrix_put(&all, fixed->rows[e], fixed->elements[e]);
    }
    exact->first_column = all.count;
    for (int32_t i = 0; i < exact->columns->count; i++)
        rows_add_column(&exact->rows, &all, exact->columns, i, exact->staff_rows[i]);
    Cbc_loadProblem(exact->model, all.count, rows, all.starts, all.rows, all.elements, all.lower,
        all.upper, all.cost, lower, exact->rows.limits);
    for (int32_t c = 0; c < exact->rows.offer_count; c++)
        Cbc_setInteger(exact->model, c);
    for (int32_t i = 0; i < exact->columns->count; i++)
        Cbc_setInteger(exact->model, exact->first_column + i);
    matrix_free(&all);
    free(lower);
}

static void add_row(
    struct exact *exact, int32_t count, const int *columns, const double *elements, double limit)
{
    if (count)
        Cbc_addRow(exact->model, "", count, columns, elements, 'L', limit);
}

static bool column_has(const struct columns *columns, int32_t index, int32_t unit)
{
    const struct column *column = &columns->items[index];

    for (int32_t i = 0; i < column->unit_count; i++)
        if (columns->units[column->first_unit + i] == unit)
            return true;
    return false;
}

/* H17: of the groups and offers with one or the other at a site in a slot, at most one. */
static void add_meeting_rows(struct exact *exact, int32_t one, int32_t other)
{
    const struct problem *problem = exact->problem;
    const struct columns *columns = exact->columns;
    size_t room = (size_t)columns->count + (size_t)exact->rows.offer_count + 1;
    int32_t *door = memory_grow(NULL, room * sizeof *door);
    int *which = memory_grow(NULL, room * sizeof *which),
        *row = memory_grow(NULL, room * sizeof *row);
    double *ones = memory_grow(NULL, room * sizeof *ones);
    int32_t count = 0, offer = 0;

    for (int32_t h = 0; h < problem->host_count; h++)
        for (int32_t i = 0; i < problem->hosts[h].offer_count; i++, offer++) {
            int32_t unit = problem->offers[problem->hosts[h].first_offer + i].unit;

            if (unit == one || unit == other) {
                door[count] = problem->hosts[h].site * INSTANCE_BITS + problem->hosts[h].slot;
                which[count++] = offer;
            }
        }
    for (int32_t i = 0; i < columns->count; i++)
        if (column_has(columns, i, one) || column_has(columns, i, other)) {
            const struct spot *spot = &problem->spots[columns->items[i].spot];

            door[count] = spot->site * INSTANCE_BITS + spot->slot;
            which[count++] = exact->first_column + i;
        }
    for (int32_t i = 0; i < count; i++) {
        int32_t same = 0;

        for (int32_t k = 0; k < count; k++)
            if (door[k] == door[i]) {
                ones[same] = 1;
                row[same++] = which[k];
                if (k < i)
                    same = -count - 1; /* this door had its row */
                if (same < 0)
                    break;
            }
        if (same > 1)
            add_row(exact, same, row, ones, 1);
    }
    free(door);
    free(which);
    free(row);
    free(ones);
}

/* H16, H17 among the additions to one host. */
static void add_host_rows(struct exact *exact)
{
    const struct problem *problem = exact->problem;
    int32_t first = 0;

    for (int32_t h = 0; h < problem->host_count; h++) {
        const struct host *host = &problem->hosts[h];
        const struct offer *offers = problem->offers + host->first_offer;

        for (int32_t a = 0; a < host->offer_count; a++)
            for (int32_t b = a + 1; b < host->offer_count; b++) {
                const struct span *span = &problem->units[offers[a].unit].conflicts;

                for (int32_t i = 0; i < span->count; i++)
                    if (problem->list[span->first + i] == offers[b].unit)
                        add_row(exact, 2, (int[]){first + a, first + b}, (double[]){1, 1}, 1);
            }
        first += host->offer_count;
    }
}

static void add_pair_rows(struct exact *exact)
{
    const struct problem *problem = exact->problem;

    for (int32_t u = 0; u < problem->unit_count; u++)
        for (int32_t i = 0; i < problem->units[u].meets.count; i++) {
            int32_t other = problem->list[problem->units[u].meets.first + i];

            if (u < other)
                add_meeting_rows(exact, u, other);
        }
    add_host_rows(exact);
}

/* Never again exactly these groups: their leaders cannot be found (H11, avoid). */
static void forbid(struct exact *exact, const double *solution)
{
    int32_t count = exact->columns->count;

    exact->forbidden = memory_grow(
        exact->forbidden, ((size_t)exact->forbidden_count + (size_t)count + 1) * sizeof(int));
    for (int32_t i = 0; i < count; i++)
        if (solution[exact->first_column + i] > 0.5)
            exact->forbidden[exact->forbidden_count++] = exact->first_column + i;
    exact->forbidden[exact->forbidden_count++] = NONE;
}

static void add_forbidden_rows(struct exact *exact)
{
    double *ones = memory_grow(NULL, ((size_t)exact->columns->count + 1) * sizeof *ones);

    for (int32_t i = 0; i < exact->columns->count; i++)
        ones[i] = 1;
    for (int32_t first = 0, at = 0; at < exact->forbidden_count; at++)
        if (exact->forbidden[at] == NONE) {
            add_row(exact, at - first, exact->forbidden + first, ones, at - first - 1);
            first = at + 1;
        }
    free(ones);
}

/* Opens what the program chose. False where leaders are missing. */
static bool open_solution(struct exact *exact, const double *solution, struct draft *draft)
{
    const struct problem *problem = exact->problem;
    int32_t offer = 0;

    draft_clear(draft);
    for (int32_t i = 0; i < exact->columns->count; i++)
        if (solution[exact->first_column + i] > 0.5) {
            struct pick pick;

            columns_pick(problem, exact->columns, i, &pick);
            if (!draft_open(draft, &pick))
                return false;
        }
    for (int32_t h = 0; h < problem->host_count; h++)
        for (int32_t i = 0; i < problem->hosts[h].offer_count; i++, offer++)
            if (solution[offer] > 0.5 &&
                !draft_add(draft, h, &problem->offers[problem->hosts[h].first_offer + i]))
                return false;
    return true;
}

static void set_limits(struct exact *exact, int64_t score, double seconds, int64_t nodes)
{
    char text[NAME_SIZE];

    Cbc_setLogLevel(exact->model, getenv("CBC_LOG") ? 1 : 0);
    snprintf(text, sizeof text, "%.3f", -(double)score - 0.5);
    Cbc_setParameter(exact->model, "cutoff", text);
    Cbc_setParameter(exact->model, "increment", "0.999");
    Cbc_setParameter(exact->model, "ratioGap", "0");
    Cbc_setParameter(exact->model, "allowableGap", "0");
    if (nodes < INT32_MAX) {
        snprintf(text, sizeof text, "%d", (int)nodes);
        Cbc_setParameter(exact->model, "maxNodes", text);
    }
    if (seconds < 1e8) {
        snprintf(text, sizeof text, "%.2f", seconds);
        Cbc_setParameter(exact->model, "seconds", text);
        Cbc_setParameter(exact->model, "timeMode", "elapsed");
    }
}

static bool found_one(const struct exact *exact, int64_t score)
{
    return Cbc_numberSavedSolutions(exact->model) > 0 && Cbc_bestSolution(exact->model) &&
           Cbc_getObjValue(exact->model) < -(double)score - 0.5 &&
           Cbc_getObjValue(exact->model) > -1e300;
}

/* Whether CBC came to an end by itself. Where the clock stops it in its preprocessing, CBC 2.10
 * says "infeasible" as if it knew: its word counts only well within the limit. */
static bool solve_to_end(struct exact *exact, double seconds)
{
    const double start = effort_seconds(exact->effort);

    Cbc_solve(exact->model);
    return effort_seconds(exact->effort) - start < 0.9 * seconds &&
           (Cbc_isProvenOptimal(exact->model) || Cbc_isProvenInfeasible(exact->model));
}

/* One call of CBC. */
static enum exact_outcome attempt(struct exact *exact, struct draft *best, struct draft *draft,
    double seconds, int64_t nodes, bool *again)
{
    *again = false;
    set_limits(exact, best->score, seconds, nodes);
    const bool ended = solve_to_end(exact, seconds);
    if (!found_one(exact, best->score))
        return ended ? EXACT_PROVEN : EXACT_NOTHING;
    if (!open_solution(exact, Cbc_bestSolution(exact->model), draft)) {
        forbid(exact, Cbc_bestSolution(exact->model));
        *again = true;
        return EXACT_NOTHING;
    }
    if (draft->score <= best->score || greedy_parents_missing(draft))
        return EXACT_NOTHING;
    draft_copy(best, draft);
    return ended ? EXACT_PROVEN : EXACT_BETTER;
}

enum exact_outcome exact_solve(const struct columns *columns, struct draft *best,
    const struct budget *budget, double seconds, int64_t nodes)
{
    struct exact exact = {.problem = best->problem, .columns = columns, .effort = budget->effort};
    struct draft *draft = draft_new(best->problem);
    enum exact_outcome outcome = EXACT_NOTHING;
    double start = effort_seconds(budget->effort);
    bool again = true;

    rows_make(&exact.rows, best->problem);
    part_staff(&exact);
    for (int i = 0; i < TRIES && again && !budget_over(budget); i++) {
        double left = seconds - (effort_seconds(budget->effort) - start);

        if (budget_timed(budget) && left * COLUMNS_A_SECOND < columns->count)
            break;
        exact.model = Cbc_newModel(); /* anew: 2.10 does not see rows that come after a solve */
        load(&exact);
        add_pair_rows(&exact);
        add_forbidden_rows(&exact);
        outcome = attempt(&exact, best, draft,
            budget_timed(budget) ? (left > 0.01 ? left : 0.01) : 1e9, nodes, &again);
        Cbc_deleteModel(exact.model);
    }
    free(exact.staff_rows);
    free(exact.forbidden);
    rows_free(&exact.rows);
    draft_free(draft);
    return outcome;
}
