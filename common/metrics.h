/* Counters, gauges and histograms of this process, and their Prometheus text. What can be counted
 * is declared in static tables: the labels are bounded, so no stranger can make a time series. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/text.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* Numbers are whole inside; the page shows Prometheus's base units. */
enum metric_unit {
    METRIC_COUNT,   /* things */
    METRIC_SECONDS, /* given in microseconds, shown in seconds */
    METRIC_BYTES,
};

struct metric {
    const char *name; /* without "gruppstod_"; ends in _seconds, _bytes, and a counter in _total */
    const char *help; /* a sentence */
    enum metric_kind kind;
    enum metric_unit unit;
    const char *label;               /* its name; NULL = no label */
    const char *const *label_values; /* all that can ever be, with a NULL at the end */
    const int64_t *bounds;           /* histograms: upper bounds, rising; NULL = the usual ones */
    size_t bound_count;
};

enum { METRIC_LABEL_VALUES = 64, METRIC_BOUNDS = 24 }; /* at most: a page stays under 1 MiB */

/* Adds a table; at the start, before threads. The table must stay. */
void metrics_declare(const struct metric *table, size_t count);

/* Back to nothing declared: for tests. */
void metrics_forget(void);

/* `label` is the index in label_values, 0 without a label. From any thread; never blocks. A metric
 * that was not declared is passed over, so that library code can count in a program without. */
void metrics_add(const struct metric *metric, size_t label, uint64_t amount);
void metrics_set(const struct metric *metric, size_t label, int64_t value);
void metrics_observe(const struct metric *metric, size_t label, int64_t value);

/* What stands there now: a counter's or a gauge's value, or how often a histogram was told. */
int64_t metrics_value(const struct metric *metric, size_t label);

/* The whole page in text format 0.0.4, with the process_* metrics every exporter has. */
struct text metrics_render(struct arena *arena);

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
