/* The rows and columns of the linear program behind master.h. */
#include "services/planner/master.h"

#include <stdlib.h>
#include <string.h>

#include <coin/Clp_C_Interface.h>

#include "common/arena.h"
#include "common/check.h"
#include "services/planner/rows.h"

/* Clp counts the processor's seconds, we the wall's: what it may have of ours. */
#define CLOCK_SHARE 0.6

struct master {
    const struct problem *problem;
    struct rows rows;
    Clp_Simplex *lp;
    struct columns columns; /* those in the program, in its order after the fixed ones */
    int32_t waiting;        /* the first of them that is not in the program yet */
    double objective;
};

static void start_program(struct master *master)
{
    const struct rows *rows = &master->rows;
    double *lower = memory_grow(NULL, ((size_t)rows->row_count + 1) * sizeof *lower);
    CoinBigIndex start = 0;

    for (int32_t r = 0; r < rows->row_count; r++)
        lower[r] = -1e30;
    master->lp = Clp_newModel();
    Clp_setLogLevel(master->lp, 0);
    Clp_loadProblem(
        master->lp, 0, rows->row_count, &start, NULL, NULL, NULL, NULL, NULL, lower, rows->limits);
    Clp_addColumns(master->lp, rows->fixed.count, rows->fixed.lower, rows->fixed.upper,
        rows->fixed.cost, rows->fixed.starts, rows->fixed.rows, rows->fixed.elements);
    free(lower);
}

struct master *master_new(const struct problem *problem)
{
    struct master *master = memory_grow(NULL, sizeof *master);

    memset(master, 0, sizeof *master);
    master->problem = problem;
    rows_make(&master->rows, problem);
    start_program(master);
    return master;
}

void master_free(struct master *master)
{
    if (!master)
        return;
    Clp_deleteModel(master->lp);
    rows_free(&master->rows);
    columns_free(&master->columns);
    free(master);
}

bool master_add(struct master *master, const struct pick *pick)
{
    bool fresh;

    columns_add(&master->columns, pick, &fresh);
    return fresh;
}

/* Gives the columns that wait to the program. */
static void hand_over(struct master *master)
{
    struct matrix matrix = {0};

    for (int32_t i = master->waiting; i < master->columns.count; i++)
        rows_add_column(&master->rows, &matrix, &master->columns, i,
            rows_of_staff(&master->rows, &master->columns.items[i]));
    if (matrix.count)
        Clp_addColumns(master->lp, matrix.count, matrix.lower, matrix.upper, matrix.cost,
            matrix.starts, matrix.rows, matrix.elements);
    master->waiting = master->columns.count;
    matrix_free(&matrix);
}

bool master_solve(struct master *master, const struct budget *budget)
{
    hand_over(master);
    if (budget_timed(budget))
        Clp_setMaximumSeconds(master->lp, budget_seconds_left(budget) * CLOCK_SHARE + 0.01);
    Clp_primal(master->lp, 0); /* columns came: the old basis is primal feasible */
    master->objective = -Clp_objectiveValue(master->lp);
    return Clp_status(master->lp) == 0;
}

double master_objective(const struct master *master)
{
    return master->objective;
}

static int64_t price_of(double dual)
{
    return dual >= 0 ? 0 : (int64_t)(-dual * MILLI + 0.5);
}

void master_prices(const struct master *master, struct prices *out)
{
    const struct problem *problem = master->problem;
    const struct rows *rows = &master->rows;
    const double *duals = Clp_dualRowSolution(master->lp);

    for (int32_t u = 0; u < problem->unit_count; u++)
        out->unit[u] = price_of(duals[rows->first_unit + u]);
    for (int32_t s = 0; s < problem->spot_count; s++)
        out->spot[s] = price_of(duals[rows->first_spot + s]);
    out->share = price_of(duals[rows->share]);
    for (int32_t t = 0; t < problem->staff_count; t++) {
        const double *dual = duals + rows->first_staff + t * KINDS;
        int64_t *price = out->staff + t * KINDS;

        price[KIND_SECOND] = price_of(dual[KIND_SECOND]);
        price[KIND_LEAD] = price[KIND_SECOND] + price_of(dual[KIND_LEAD]);
        price[KIND_PARENT] = price_of(dual[KIND_PARENT]);
    }
}

int32_t master_column_count(const struct master *master)
{
    return master->columns.count;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The reduced cost up to which `most` columns stay. */
static double purge_limit(const double *reduced, int32_t count, int32_t most)
{
    double *sorted = memory_grow(NULL, (size_t)count * sizeof *sorted);
    double limit;

    memcpy(sorted, reduced, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, compare_doubles);
    limit = sorted[most];
    free(sorted);
    return limit;
}

void master_purge(struct master *master, int32_t most)
{
    int32_t first = master->rows.fixed.count, count = master->columns.count, dropped = 0;
    const double *reduced = Clp_dualColumnSolution(master->lp) + first;
    const double *taken = Clp_primalColumnSolution(master->lp) + first;
    struct columns kept = {0};
    int32_t *which;
    double limit;

    if (count <= most + most / 2)
        return;
    limit = purge_limit(reduced, count, most);
    which = memory_grow(NULL, (size_t)count * sizeof *which);
    for (int32_t i = 0; i < count; i++) {
        struct pick pick;
        bool fresh;

        if (reduced[i] > limit && taken[i] < 1e-9 &&
            Clp_getColumnStatus(master->lp, first + i) != 1) {
            which[dropped++] = first + i;
            continue;
        }
        columns_pick(master->problem, &master->columns, i, &pick);
        columns_add(&kept, &pick, &fresh);
    }
    Clp_deleteColumns(master->lp, dropped, which);
    columns_free(&master->columns);
    master->columns = kept;
    master->waiting = kept.count;
    free(which);
}
