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
    int32_t first_unit, first_spot, first_staff, first_shift, first_leader, first_host, share;
    double *limits;      /* by row */
    struct matrix fixed; /* offers of hosts, then who sits where for what */
    int32_t offer_count;
};

void rows_make(struct rows *rows, const struct problem *problem);
void rows_free(struct rows *rows);

/* Puts a column of the pool into the matrix; its leaders are asked of the rows from `first_staff`
 * on: those of its staff (rows_of_staff), or others made by rows_add_staff. */
void rows_add_column(const struct rows *rows, struct matrix *matrix, const struct columns *columns,
    int32_t index, int32_t first_staff);
int32_t rows_of_staff(const struct rows *rows, const struct column *column);

/* Which shifts of the column's staff are of leaders who must not meet somebody of the group (H11):
 * bit i for the staff's shift i; those past the last bit are not looked at. */
uint64_t rows_avoided(const struct problem *problem, const struct columns *columns, int32_t index);

/* Rows of their own for groups that must do without some shifts of a staff. Gives the first. */
int32_t rows_add_staff(struct rows *rows, int32_t staff, uint64_t without);
