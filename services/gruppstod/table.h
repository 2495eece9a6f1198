/* Rows of words for people and programs: aligned, JSON or CSV, as -o says. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/shell.h"

/*
 * What a text from the database stands for: JSON tells it as it is, a table as people read it. A
 * time comes as RFC 3339 (to_json writes it so), and a table cuts it to what CELL says.
 */
enum cell {
    CELL_WORD,
    CELL_NUMBER,
    CELL_AGE, /* whole seconds */
    CELL_TRUTH,
    CELL_MINUTE, /* times, to so much of them */
    CELL_SECOND,
    CELL_MILLISECOND,
    CELL_REASON /* of waiting: "reason|detail|district" is told in words everywhere */
};

struct column {
    const char *name; /* of JSON and CSV: lower_case */
    const char *head; /* of the table, NULL: only with -o wide, json, csv */
    enum cell cell;
};

struct listing { /* what a `get` or another reading command shows: every value as text */
    const char *name;
    struct statement statement;
    const struct column *columns;
    size_t column_count;
    const char *empty; /* the sentence when there is nothing */
};

/* Prints rows whose columns are all text. */
void table_print(const struct shell *shell, const struct listing *listing, const struct rows *rows);

/* A row of CSV, as RFC 4180 wants it, harmless in a spreadsheet. */
void table_csv(const struct text *cells, size_t count);

/* A text as a JSON string with its quotes. */
const char *table_json(struct arena *arena, struct text text);
