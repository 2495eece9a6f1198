/*
 * The rows that the linear and the integer program share, and how a column looks in them.
 * Everything is minimised: costs are points below zero, and rows are all "at most".
 */
#pragma once

#include <coin/Coin_C_defines.h>

#include "services/planner/columns.h"

/* Columns of a sparse matrix, as Clp takes them. All zero is empty. */
struct matrix {
    int32_t count, room;
    CoinBigIndex element_count, element_room;
    double *lower, *upper, *cost, *elements;
    CoinBigIndex *starts; /* count + 1 */
    int *rows;
};

void matrix_open(struct matrix *matrix, double cost, double upper); /* begins a column */
void matrix_put(struct matrix *matrix, int32_t row, double element);
void matrix_free(struct matrix *matrix);

struct rows {
    const struct problem *problem;
    int32_t row_count;
    int32_t first_unit, first_spot, first_staff, first_seat, first_leader, first_host, share;
    double *limits;      /* by row */
    struct matrix fixed; /* offers of hosts, then who sits where for what */
    int32_t offer_count;
};

void rows_make(struct rows *rows, const struct problem *problem);
void rows_free(struct rows *rows);

/* Puts a column of the pool into the matrix. */
void rows_add_column(
    const struct rows *rows, struct matrix *matrix, const struct columns *columns, int32_t index);
