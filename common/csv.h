/* Tables as text: RFC 4180 read strictly, with semicolons, tabs or commas. A table that is not
 * clean is refused with its line, not mended. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

enum {
    CSV_COLUMNS_MOST = 64,                 /* our widest table has some 20 */
    CSV_ROWS_MOST = 200000,                /* all schools of the country, many times over */
    CSV_BYTES_MOST = 64 * 1024 * 1024 - 1, /* of a file */
};

struct csv {
    const char *name; /* for error messages; borrowed */
    size_t columns, rows;
    const struct text *head;  /* the names of the columns */
    const struct text *cells; /* rows * columns; an empty cell is absent: data NULL */
    const int *lines;         /* where each row begins in the file, from 1 */
};

/*
 * The first line has the names; lines before it that begin with # are remarks, such as a source.
 * The separator is ; when the first line has one, else a tab when it has one, else a comma. Every
 * row has as many cells. Lines end with LF or CRLF; a cell in "quotes" may hold anything, with ""
 * for a quote. Texts are copies in `arena`, NUL-terminated. ERROR_INPUT names file and line.
 */
bool csv_parse(struct arena *arena, const char *name, struct text content, struct csv *csv,
    struct error *error);

/* What a spreadsheet writes, as csv_parse wants it: a byte order mark taken off, Windows-1252 made
 * UTF-8. What is UTF-8 already stays as it is. */
struct text csv_clean(struct arena *arena, struct text content);

/* Reads a file; ERROR_ABSENT when it is not there. */
bool csv_read(struct arena *arena, const char *path, struct csv *csv, struct error *error);

/* The index of a column; ERROR_INPUT when the table has none of that name. */
bool csv_column(const struct csv *csv, const char *name, size_t *column, struct error *error);

/* The first cell of a column and the stride to the next, as statements want whole columns. */
#define CSV_COLUMN(csv, column) &(csv)->cells[column], (csv)->columns * sizeof *(csv)->cells

/*
 * Writing one, for a spreadsheet: UTF-8 with a byte order mark, semicolons, CRLF. What a program
 * would take for a formula (= + - @ and control characters first) gets an apostrophe before it; our
 * own numbers are never below 0.
 */
struct csv_writer;
struct csv_writer *csv_writer_new(struct arena *arena);
void csv_cell(struct csv_writer *csv, struct text cell); /* absent: an empty one */
void csv_end_row(struct csv_writer *csv);
struct text csv_text(const struct csv_writer *csv);
