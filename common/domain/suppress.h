/*
 * Small numbers in a table with totals: which cells may be shown, so that no reader can reckon a
 * hidden one from the rest. Pure.
 *
 * A count of 1 to 4 could point at a child and is never shown. Where the totals would give it away,
 * others are hidden with it, those that tell least first (secondary suppression).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

enum { SUPPRESS_LEAST = 5 /* the least count that is shown; none at all, 0, is shown too */ };

enum suppress_mark {
    SUPPRESS_SHOWN,
    SUPPRESS_SMALL,  /* shown as "< 5" */
    SUPPRESS_HIDDEN, /* shown as "..": would give a small one away */
};

struct suppress_table {
    size_t rows, columns;
    /* (rows + 1) x (columns + 1): the last of each row and column is its total. */
    const int64_t *counts;
    /* As many. What is SUPPRESS_HIDDEN before stays hidden: another table with the same totals
     * hides it. */
    enum suppress_mark *marks;
    bool row_totals, column_totals; /* which are printed at all; both: the grand total too */
};

/* Fills the totals of `counts` from its inner cells. */
void suppress_totals(int64_t *counts, size_t rows, size_t columns);

/* Fills `marks`. Where even "< 5" tells too much (four such in a row of "< 5" are four ones), the
 * small ones of the whole table become SUPPRESS_HIDDEN too. */
void suppress_decide(struct arena *arena, const struct suppress_table *table);
