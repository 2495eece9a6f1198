/* The figures of the reports: each sentence of SQL gives row, column and count of one table. */
#pragma once

#include "common/store.h"

enum report_kind {
    REPORT_WAIT,       /* when the first offer came, by situation */
    REPORT_DISTRICT,   /* who waits, by district and situation */
    REPORT_REASON,     /* who waits, by reason and situation: the same children */
    REPORT_GROUPS,     /* groups, by district and situation: no children, nothing to hide */
    REPORT_PLACED,     /* children with a place, by district and situation */
    REPORT_ATTENDANCE, /* presence, by situation */
    REPORT_COUNT
};

struct report_table {
    const char *name, *title, *rows; /* rows: what the first column holds */
    struct statement statement;
    bool open; /* nothing in it is about children */
};
const struct report_table *report_table_of(enum report_kind kind);

/* situation, children with an offer, days to it (median, 9 of 10), children placed, days to that
 * (median, 9 of 10): for those with five or more. */
bool report_read_days(struct tx *tx, struct rows **rows, struct error *error);
