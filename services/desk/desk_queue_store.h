/* What the pages of the machinery read and ask for: queues, leases, switches, the shape of what
 * waits. Rows live in the slice's arena; numbers that are not there are INT_ABSENT. */
#pragma once

#include "common/context.h"

enum { PACE_MINUTES = 30 };

struct queue_row {
    struct text receiver;
    struct text wanted, wanted_by, wanted_why; /* absent: nobody has switched it */
    int64_t wanted_since_ms;
    int64_t depth, later, dead, oldest_s;
    int64_t said_tenths, handled_tenths; /* tenths of a message a minute, by the last five */
    int64_t rejected;
    int64_t p50_us, p95_us, p99_us; /* from said to handled */
};

struct lease_row {
    struct text daemon, instance, state;
    int64_t queued, since_ms;
};

struct pace_row { /* messages handled in each of the last minutes, the oldest first */
    struct text receiver;
    int64_t handled[PACE_MINUTES];
};

struct shape_row {
    struct text situation; /* its word; "all", "unknown" */
    int64_t waiting[6];    /* below 7, 14, 28, 56, 112 days, and longer */
    int64_t all, oldest_days;
};

struct oldest_row { /* the child that has waited longest */
    bool found;
    struct uuid referral_id;
    struct text code, state;
    int64_t received_ms;
};

bool desk_look_queues(
    struct context *context, const struct queue_row **queues, size_t *count, struct error *error);
bool desk_look_pace(
    struct context *context, const struct pace_row **paces, size_t *count, struct error *error);
bool desk_look_leases(
    struct context *context, const struct lease_row **leases, size_t *count, struct error *error);
bool desk_look_shape(
    struct context *context, const struct shape_row **rows, size_t *count, struct error *error);
bool desk_look_oldest(struct context *context, struct oldest_row *oldest, struct error *error);

/* Writes down what an operator wants of a daemon: "run", "pause" or "drain". */
bool desk_want(struct context *context, struct text daemon, struct text wanted, struct text who,
    struct text why, struct error *error);
