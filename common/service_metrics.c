/* What every daemon counts. */
#include "common/check.h"
#include "common/service_parts.h"

static const char *const outcomes[] = {"done", "retry", "reject", NULL};
static const char *const express_ends[] = {"sent", "dropped", "heard", "refused", NULL};
static const char *const quarantine_ends[] = {"done", "died", "failed", NULL};
static const char *const classes[] = {"2xx", "3xx", "4xx", "5xx", NULL};
static const int64_t sizes[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

static const struct metric metrics[] = {
    [METRIC_MESSAGES] = {"messages_total", "Messages handled, by what became of them.",
        METRIC_COUNTER, METRIC_COUNT, "outcome", outcomes, NULL, 0},
    [METRIC_SLICE_SECONDS] = {"slice_seconds", "Time from claim to commit of a slice.",
        METRIC_HISTOGRAM, METRIC_SECONDS, NULL, NULL, NULL, 0},
    [METRIC_SLICE_SIZE] = {"slice_messages", "Messages of a slice.", METRIC_HISTOGRAM, METRIC_COUNT,
        NULL, NULL, sizes, COUNT(sizes)},
    [METRIC_QUEUED] = {"queued_messages", "Hints that wait in this process.", METRIC_GAUGE,
        METRIC_COUNT, NULL, NULL, NULL, 0},
    [METRIC_EXPRESS] = {"express_messages", "Messages on the express since the start.",
        METRIC_GAUGE, METRIC_COUNT, "end", express_ends, NULL, 0},
    [METRIC_HTTP] = {"http_responses_total", "Answers by class of status.", METRIC_COUNTER,
        METRIC_COUNT, "class", classes, NULL, 0},
    [METRIC_QUARANTINE] = {"quarantine_ends_total",
        "Processes that handled suspected messages, by how they ended: died is a killer's try.",
        METRIC_COUNTER, METRIC_COUNT, "end", quarantine_ends, NULL, 0},
    [METRIC_STORE_LOST] = {"store_lost_total", "Times the database went away.", METRIC_COUNTER,
        METRIC_COUNT, NULL, NULL, NULL, 0},
    [METRIC_ARENA_PEAK] = {"arena_peak_bytes", "The most memory a slice ever took.", METRIC_GAUGE,
        METRIC_BYTES, NULL, NULL, NULL, 0},
};

void service_metrics_declare(void)
{
    metrics_declare(metrics, COUNT(metrics));
}

const struct metric *service_metric(enum service_metric metric)
{
    return &metrics[metric];
}
