/* The machinery as staff see it: queues, leases, what operators want, dead letters. */
#pragma once

#include "common/context.h"

struct queue_row {
    struct text daemon, wanted, wanted_by, wanted_why;
    int64_t depth, later, dead, oldest_s, wanted_since_ms; /* INT_ABSENT: nothing waits */
};
bool desk_look_queues(
    struct context *context, const struct queue_row **queues, size_t *count, struct error *error);

struct lease_row {
    struct text daemon, instance, state;
    int64_t queued, since_ms;
};
bool desk_look_leases(
    struct context *context, const struct lease_row **leases, size_t *count, struct error *error);

struct dead_row { /* dead letters with the same receiver, kind and reason */
    struct text receiver, kind, reason, owner;
    int64_t count, oldest_ms;
    struct uuid subject; /* of the oldest */
};
bool desk_look_dead(
    struct context *context, const struct dead_row **dead, size_t *count, struct error *error);

/* Sends all of one kind and reason again; `*moved` tells how many there were. */
bool desk_retry_dead(struct context *context, struct text receiver, struct text kind,
    struct text reason, struct text who, int64_t *moved, struct error *error);

/* `wanted` is run, pause or drain. */
bool desk_want(struct context *context, struct text daemon, struct text wanted, struct text who,
    struct text why, struct error *error);
