/* A table that people keep in a spreadsheet: columns by name in any order, cells with a right form,
 * and each fault noted with the line and the column that it is in. */
#pragma once

#include <stdint.h>

#include "common/arena.h"
#include "common/csv.h"
#include "common/error.h"

struct sheet_column {
    const char *name, *swedish; /* either may head the column */
    bool needed;                /* every row has it */
    const char *form;           /* how it is written, for --help and for faults */
};

enum {
    SHEET_COLUMNS_MOST = 24,
    SHEET_ROWS_MOST = 5000, /* leaders of the country, rooms of a region */
    SHEET_FAULTS_MOST = 200,
};

struct sheet {
    struct arena *arena;
    const char *name; /* of the file */
    struct csv csv;
    const struct sheet_column *columns;
    size_t places[SHEET_COLUMNS_MOST]; /* in the file; SIZE_MAX: not there */
    const char **faults;
    size_t fault_count;
};

/* False when it is no table at all. A column that is missing, or that nobody knows, is a fault. */
bool sheet_open(struct arena *arena, const char *name, struct text bytes,
    const struct sheet_column *columns, size_t count, struct sheet *sheet, struct error *error);

/* "file:line: column: sentence". */
__attribute__((format(printf, 4, 5))) void sheet_wrong(
    struct sheet *sheet, size_t row, size_t column, const char *format, ...);

/* The cell without the spaces round it; absent when it is empty or the file has no such column. */
struct text sheet_cell(const struct sheet *sheet, size_t row, size_t column);

/* These note a fault and give what is absent when the cell is wrong; also when it is empty, which
 * is a fault of a column that is needed. */
struct text sheet_text(struct sheet *sheet, size_t row, size_t column, size_t most);
int64_t sheet_number(struct sheet *sheet, size_t row, size_t column, int64_t least, int64_t most);
int32_t sheet_day(struct sheet *sheet, size_t row, size_t column);

struct sheet_word {
    const char *word, *means; /* several words may mean the same */
};
/* What the word means, whatever its case; NULL. */
const char *sheet_word(
    struct sheet *sheet, size_t row, size_t column, const struct sheet_word *words, size_t count);
/* "true", "false" (yes, no, ja, nej), or NULL. */
const char *sheet_truth(struct sheet *sheet, size_t row, size_t column);

/* A cell with several words, parted by a comma, a bar or a character of `also`; "-" is a list of
 * none. More than `most` is a fault. */
struct sheet_list {
    bool said; /* the cell is not empty */
    struct text *items;
    size_t count;
};
struct sheet_list sheet_list(
    struct sheet *sheet, size_t row, size_t column, const char *also, size_t most);

/* The word in English or Swedish ("tue", "tis") at *at, which goes past it; -1: none. */
int sheet_weekday(const char **at);
/* "15:00" or "15.00" at *at, which goes past it, in minutes; -1: none. */
int32_t sheet_hour(const char **at);
/* Past spaces. */
void sheet_pass_spaces(const char **at);
