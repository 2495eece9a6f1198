/* The matrix behind rows.h. */
#include "services/planner/rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

void matrix_open(struct matrix *matrix, double cost, double upper)
{
    if (matrix->count == matrix->room) {
        size_t room = (size_t)matrix->room * 2 + 256;

        matrix->room = (int32_t)room;
        matrix->lower = memory_grow(matrix->lower, room * sizeof(double));
        matrix->upper = memory_grow(matrix->upper, room * sizeof(double));
        matrix->cost = memory_grow(matrix->cost, room * sizeof(double));
        matrix->starts = memory_grow(matrix->starts, (room + 1) * sizeof(CoinBigIndex));
    }
    matrix->lower[matrix->count] = 0;
    matrix->upper[matrix->count] = upper;
    matrix->cost[matrix->count] = cost;
    matrix->starts[matrix->count++] = matrix->element_count;
    matrix->starts[matrix->count] = matrix->element_count;
}

void matrix_put(struct matrix *matrix, int32_t row, double element)
{
    if (matrix->element_count == matrix->element_room) {
        size_t room = (size_t)matrix->element_room * 2 + 1024;

        matrix->element_room = (CoinBigIndex)room;
        matrix->rows = memory_grow(matrix->rows, room * sizeof(int));
        matrix->elements = memory_grow(matrix->elements, room * sizeof(double));
    }
    matrix->rows[matrix->element_count] = row;
    matrix->elements[matrix->element_count++] = element;
    matrix->starts[matrix->count] = matrix->element_count;
}

void matrix_free(struct matrix *matrix)
{
    free(matrix->lower);
    free(matrix->upper);
    free(matrix->cost);
    free(matrix->elements);
    free(matrix->starts);
    free(matrix->rows);
    *matrix = (struct matrix){0};
}

static void number_rows(struct rows *rows)
{
    const struct problem *problem = rows->problem;

    rows->first_unit = 0;
    rows->first_spot = rows->first_unit + problem->unit_count;
    rows->first_staff = rows->first_spot + problem->spot_count;
    rows->first_shift = rows->first_staff + problem->staff_count * KINDS;
    rows->first_leader = rows->first_shift + problem->shift_count;
    rows->first_host = rows->first_leader + problem->leader_count;
    rows->share = rows->first_host + problem->host_count * 2;
    rows->row_count = rows->share + 1;
    rows->limits = memory_grow(NULL, ((size_t)rows->row_count + 1) * sizeof(double));
    for (int32_t r = 0; r < rows->row_count; r++)
        rows->limits[r] = r >= rows->first_staff && r < rows->first_shift ? 0 : 1;
    rows->limits[rows->share] = 0;
    for (int32_t l = 0; l < problem->leader_count; l++)
        rows->limits[rows->first_leader + l] = problem->leaders[l].most;
    for (int32_t h = 0; h < problem->host_count; h++) {
        const struct host *host = &problem->hosts[h];

        rows->limits[rows->first_host + h * 2] = host->places;
        rows->limits[rows->first_host + h * 2 + 1] =
            host->with_parents ? host->parent_places : GROUP_MOST;
    }
}

static void add_offers(struct rows *rows)
{
    const struct problem *problem = rows->problem;

    for (int32_t h = 0; h < problem->host_count; h++) {
        const struct host *host = &problem->hosts[h];

        for (int32_t i = 0; i < host->offer_count; i++) {
            const struct offer *offer = &problem->offers[host->first_offer + i];
            const struct unit *unit = &problem->units[offer->unit];

            matrix_open(&rows->fixed, -(double)offer->value / MILLI, 1);
            matrix_put(&rows->fixed, rows->first_unit + offer->unit, 1);
            matrix_put(&rows->fixed, rows->first_host + h * 2, unit->weight);
            if (host->with_parents && unit->joiners)
                matrix_put(&rows->fixed, rows->first_host + h * 2 + 1, unit->joiners);
        }
    }
    rows->offer_count = rows->fixed.count;
}

/* A leader in a shift: one of the two of a group (`parent` false), or one of a parent group. The
 * experienced count in both rows of the staff: all leaders are twice the groups, the experienced
 * at least as many. */
static void add_sitting(struct rows *rows, int32_t shift, int32_t first, bool parent)
{
    int32_t leader = rows->problem->shifts[shift].leader;

    matrix_open(&rows->fixed, 0, 1);
    matrix_put(&rows->fixed, first + (parent ? KIND_PARENT : KIND_SECOND), -1);
    if (!parent && rows->problem->leaders[leader].experienced)
        matrix_put(&rows->fixed, first + KIND_LEAD, -1);
    matrix_put(&rows->fixed, rows->first_shift + shift, 1);
    if (rows->problem->leaders[leader].most < rows->problem->leaders[leader].shift_count)
        matrix_put(&rows->fixed, rows->first_leader + leader, 1);
}

/* Who can sit where for a staff, in the rows from `first` on: the network of the leaders. Bit i of
 * `without`: not the staff's shift i. */
static void add_sittings(
    struct rows *rows, const struct staff *staff, int32_t first, uint64_t without)
{
    const struct problem *problem = rows->problem;

    for (int32_t i = 0; i < staff->shifts.count && staff->able; i++) {
        int32_t shift = problem->list[staff->shifts.first + i];

        if (i < INSTANCE_BITS && (without & instance_bit(i)))
            continue;
        add_sitting(rows, shift, first, false);
        if (problem->leaders[problem->shifts[shift].leader].parents && staff->parents)
            add_sitting(rows, shift, first, true);
    }
}

void rows_make(struct rows *rows, const struct problem *problem)
{
    *rows = (struct rows){.problem = problem};
    number_rows(rows);
    add_offers(rows);
    for (int32_t t = 0; t < problem->staff_count; t++)
        add_sittings(rows, &problem->staff[t], rows->first_staff + t * KINDS, 0);
}

static bool avoids(const struct problem *problem, const struct leader *leader,
    const struct columns *columns, const struct column *column)
{
    for (int32_t i = 0; i < leader->avoid.count; i++)
        for (int32_t k = 0; k < column->unit_count; k++)
            if (columns->units[column->first_unit + k] == problem->list[leader->avoid.first + i])
                return true;
    return false;
}

uint64_t rows_avoided(const struct problem *problem, const struct columns *columns, int32_t index)
{
    const struct column *column = &columns->items[index];
    const struct staff *staff = &problem->staff[problem->cells[column->cell].staff];
    uint64_t avoided = 0;
    bool any = false;

    for (int32_t k = 0; k < column->unit_count; k++)
        any |= (problem->units[columns->units[column->first_unit + k]].marks & MARK_AVOIDED) != 0;
    for (int32_t i = 0; any && i < staff->shifts.count && i < INSTANCE_BITS; i++) {
        int32_t leader = problem->shifts[problem->list[staff->shifts.first + i]].leader;

        if (avoids(problem, &problem->leaders[leader], columns, column))
            avoided |= instance_bit(i);
    }
    return avoided;
}

int32_t rows_add_staff(struct rows *rows, int32_t staff, uint64_t without)
{
    int32_t first = rows->row_count;

    rows->row_count += KINDS;
    rows->limits = memory_grow(rows->limits, ((size_t)rows->row_count + 1) * sizeof *rows->limits);
    for (int kind = 0; kind < KINDS; kind++)
        rows->limits[first + kind] = 0;
    add_sittings(rows, &rows->problem->staff[staff], first, without);
    return first;
}

int32_t rows_of_staff(const struct rows *rows, const struct column *column)
{
    return rows->first_staff + rows->problem->cells[column->cell].staff * KINDS;
}

void rows_free(struct rows *rows)
{
    free(rows->limits);
    matrix_free(&rows->fixed);
    *rows = (struct rows){0};
}

void rows_add_column(const struct rows *rows, struct matrix *matrix, const struct columns *columns,
    int32_t index, int32_t first_staff)
{
    const struct column *column = &columns->items[index];
    int32_t staff = rows->problem->cells[column->cell].staff;
    int32_t share = rows->problem->instance->policy.parent_share;

    matrix_open(matrix, -(double)column->score, 1);
    for (int32_t i = 0; i < column->unit_count; i++)
        matrix_put(matrix, rows->first_unit + columns->units[column->first_unit + i], 1);
    matrix_put(matrix, rows->first_spot + column->spot, 1);
    matrix_put(matrix, first_staff + KIND_LEAD, 1);
    matrix_put(matrix, first_staff + KIND_SECOND, 2);
    if (share)
        matrix_put(matrix, rows->share, share - (column->parent_spot != NONE ? 100 : 0));
    if (column->parent_spot != NONE) {
        matrix_put(matrix, rows->first_spot + column->parent_spot, 1);
        matrix_put(matrix, first_staff + KIND_PARENT, rows->problem->staff[staff].parent_leaders);
    }
}
