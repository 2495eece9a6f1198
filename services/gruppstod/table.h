/* Rows of words for people and programs: aligned, JSON or CSV, as -o says. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/shell.h"

struct column {
    const char *name; /* of JSON and CSV: lower_case */
    const char *head; /* of the table, NULL: only with -o wide, json, csv */
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

/* A text as a JSON string with its quotes. */
const char *table_json(struct arena *arena, struct text text);
