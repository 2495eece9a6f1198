/*
 * Each declared metric has cells, one for each label value (a histogram: one for each bucket and
 * one for the sum), found by the metric's place in its table. Cells are relaxed atomics: a page may
 * show two counters a moment apart, never half a number.
 */
#include "common/metrics.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/metrics_process.h"

enum { TABLES = 32 }; /* a daemon's own, and one for each module of common/ that counts */

struct family {
    const struct metric *metric;
    const int64_t *bounds;
    size_t bound_count, label_count;
    size_t width; /* cells of one label value */
    _Atomic int64_t *cells;
};

static struct {
    size_t count;
    struct {
        const struct metric *metrics;
        size_t count;
        struct family *families;
    } tables[TABLES];
} declared;

/* From half a millisecond (a commit is 1 to 5) to the 10 s after which nobody waits. */
static const int64_t usual_seconds[] = {500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,
    500000, 1000000, 2500000, 5000000, 10000000};
static const int64_t usual_counts[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
static const int64_t usual_bytes[] = {256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304};

static bool ends_in(const char *name, const char *end)
{
    const size_t length = strlen(name), end_length = strlen(end);

    return length >= end_length && strcmp(name + length - end_length, end) == 0;
}

/* The naming rules of Prometheus, so that `promtool check metrics` has nothing to say. */
static void check_names(const struct metric *metric)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

    CHECK(metric->name[strspn(metric->name, letters)] == '\0' && metric->help[0]);
    CHECK(ends_in(metric->name, "_total") == (metric->kind == METRIC_COUNTER));
    CHECK((metric->unit == METRIC_SECONDS) == (strstr(metric->name, "_seconds") != NULL));
    CHECK((metric->unit == METRIC_BYTES) == (strstr(metric->name, "_bytes") != NULL));
    CHECK(!metric->label == !metric->label_values);
    CHECK(!metric->label || metric->label[strspn(metric->label, letters)] == '\0');
}

static void choose_bounds(struct family *family)
{
    const struct metric *metric = family->metric;

    family->bounds = metric->bounds;
    family->bound_count = metric->bound_count;
    if (!metric->bounds && metric->unit == METRIC_SECONDS) {
        family->bounds = usual_seconds;
        family->bound_count = COUNT(usual_seconds);
    } else if (!metric->bounds && metric->unit == METRIC_BYTES) {
        family->bounds = usual_bytes;
        family->bound_count = COUNT(usual_bytes);
    } else if (!metric->bounds) {
        family->bounds = usual_counts;
        family->bound_count = COUNT(usual_counts);
    }
    CHECK(family->bound_count > 0 && family->bound_count <= METRIC_BOUNDS);
    for (size_t i = 1; i < family->bound_count; i++)
        CHECK(family->bounds[i - 1] < family->bounds[i]);
}

static void open_family(struct family *family, const struct metric *metric)
{
    check_names(metric);
    family->metric = metric;
    family->label_count = metric->label ? 0 : 1;
    while (metric->label && metric->label_values[family->label_count])
        family->label_count++;
    CHECK(family->label_count > 0 && family->label_count <= METRIC_LABEL_VALUES);
    family->width = 1;
    if (metric->kind == METRIC_HISTOGRAM) {
        choose_bounds(family);
        family->width = family->bound_count + 2; /* the buckets, that without bound, the sum */
    }
    family->cells = calloc(family->label_count * family->width, sizeof *family->cells);
    CHECK(family->cells);
}

void metrics_declare(const struct metric *table, size_t count)
{
    CHECK(declared.count < TABLES && count > 0);
    struct family *families = calloc(count, sizeof *families);
    CHECK(families);
    for (size_t i = 0; i < count; i++)
        open_family(&families[i], &table[i]);
    declared.tables[declared.count].metrics = table;
    declared.tables[declared.count].count = count;
    declared.tables[declared.count].families = families;
    declared.count++;
}

void metrics_forget(void)
{
    for (size_t t = 0; t < declared.count; t++) {
        for (size_t i = 0; i < declared.tables[t].count; i++)
            free((void *)declared.tables[t].families[i].cells);
        free(declared.tables[t].families);
    }
    declared.count = 0;
}

/* The cells of that label value; NULL when the metric is not declared. */
static _Atomic int64_t *cells_of(
    const struct metric *metric, size_t label, const struct family **family)
{
    for (size_t t = 0; t < declared.count; t++) {
        const struct metric *first = declared.tables[t].metrics;

        if (metric < first || metric >= first + declared.tables[t].count)
            continue;
        *family = &declared.tables[t].families[metric - first];
        CHECK(label < (*family)->label_count);
        return (*family)->cells + label * (*family)->width;
    }
    return NULL;
}

void metrics_add(const struct metric *metric, size_t label, uint64_t amount)
{
    const struct family *family;
    _Atomic int64_t *cell = cells_of(metric, label, &family);

    CHECK(metric->kind == METRIC_COUNTER);
    if (cell)
        atomic_fetch_add_explicit(cell, (int64_t)amount, memory_order_relaxed);
}

void metrics_set(const struct metric *metric, size_t label, int64_t value)
{
    const struct family *family;
    _Atomic int64_t *cell = cells_of(metric, label, &family);

    CHECK(metric->kind == METRIC_GAUGE);
    if (cell)
        atomic_store_explicit(cell, value, memory_order_relaxed);
}

void metrics_observe(const struct metric *metric, size_t label, int64_t value)
{
    const struct family *family;
    _Atomic int64_t *cells = cells_of(metric, label, &family);
    size_t bucket = 0;

    CHECK(metric->kind == METRIC_HISTOGRAM);
    if (!cells)
        return;
    while (bucket < family->bound_count && value > family->bounds[bucket])
        bucket++;
    atomic_fetch_add_explicit(&cells[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&cells[family->width - 1], value, memory_order_relaxed);
}

static int64_t cell_value(_Atomic int64_t *cell)
{
    return atomic_load_explicit(cell, memory_order_relaxed);
}

int64_t metrics_value(const struct metric *metric, size_t label)
{
    const struct family *family;
    _Atomic int64_t *cells = cells_of(metric, label, &family);
    int64_t sum = 0;

    for (size_t i = 0; cells && i < (family->width == 1 ? 1 : family->width - 1); i++)
        sum += cell_value(&cells[i]);
    return sum;
}

static void write_escaped(FILE *out, const char *text, bool quotes)
{
    for (; *text; text++) {
        if (*text == '\\' || (quotes && *text == '"'))
            fputc('\\', out);
        if (*text == '\n')
            fputs("\\n", out);
        else
            fputc(*text, out);
    }
}

/* Microseconds as seconds, without the noughts at the end. */
static void write_number(FILE *out, enum metric_unit unit, int64_t value)
{
    if (unit != METRIC_SECONDS) {
        fprintf(out, "%lld", (long long)value);
        return;
    }
    const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned part = (unsigned)(size % 1000000);
    int digits = 6;

    fprintf(out, "%s%llu", value < 0 ? "-" : "", (unsigned long long)(size / 1000000));
    while (part && part % 10 == 0) {
        part /= 10;
        digits--;
    }
    if (part)
        fprintf(out, ".%0*u", digits, part);
}

/* gruppstod_NAME_ENDING{label="value",le="bound"} - the number follows. */
static void write_series(
    FILE *out, const struct family *family, const char *ending, size_t label, const int64_t *bound)
{
    const struct metric *metric = family->metric;
    const bool has_bound = bound || strcmp(ending, "_bucket") == 0;

    fprintf(out, "gruppstod_%s%s", metric->name, ending);
    if (metric->label || has_bound)
        fputc('{', out);
    if (metric->label) {
        fprintf(out, "%s=\"", metric->label);
        write_escaped(out, metric->label_values[label], true);
        fprintf(out, "\"%s", has_bound ? "," : "");
    }
    if (has_bound)
        fputs("le=\"", out);
    if (bound)
        write_number(out, metric->unit, *bound);
    if (has_bound)
        fputs(bound ? "\"" : "+Inf\"", out);
    fputs(metric->label || has_bound ? "} " : " ", out);
}

static void write_histogram(FILE *out, const struct family *family, size_t label)
{
    _Atomic int64_t *cells = family->cells + label * family->width;
    int64_t so_far = 0;

    for (size_t i = 0; i <= family->bound_count; i++) {
        so_far += cell_value(&cells[i]);
        write_series(
            out, family, "_bucket", label, i < family->bound_count ? &family->bounds[i] : NULL);
        fprintf(out, "%lld\n", (long long)so_far);
    }
    write_series(out, family, "_sum", label, NULL);
    write_number(out, family->metric->unit, cell_value(&cells[family->width - 1]));
    fputc('\n', out);
    write_series(out, family, "_count", label, NULL);
    fprintf(out, "%lld\n", (long long)so_far);
}

static void write_family(FILE *out, const struct family *family)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    const struct metric *metric = family->metric;

    fprintf(out, "# HELP gruppstod_%s ", metric->name);
    write_escaped(out, metric->help, false);
    fprintf(out, "\n# TYPE gruppstod_%s %s\n", metric->name, kinds[metric->kind]);
    for (size_t label = 0; label < family->label_count; label++) {
        if (metric->kind == METRIC_HISTOGRAM) {
            write_histogram(out, family, label);
            continue;
        }
        write_series(out, family, "", label, NULL);
        write_number(out, metric->unit, cell_value(&family->cells[label]));
        fputc('\n', out);
    }
}

struct text metrics_render(struct arena *arena)
{
    char *page = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&page, &length);

    CHECK(out);
    for (size_t t = 0; t < declared.count; t++)
        for (size_t i = 0; i < declared.tables[t].count; i++)
            write_family(out, &declared.tables[t].families[i]);
    metrics_process(out);
    CHECK(fclose(out) == 0);
    const struct text text = {arena_copy(arena, page, length), length};
    free(page);
    return text;
}
