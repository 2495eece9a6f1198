/*
 * Measuring the house on itself: each bench makes a state folder of its own beside the real one,
 * runs, prints one line of JSON, and takes the folder away again.
 */
#pragma once

#include "services/gruppstod/shell.h"

struct bench {          /* one run's surroundings */
    struct shell shell; /* of the bench's own state folder */
    const char *name;
    int64_t referrals; /* how many to send */
    bool express, snapshot;
    void *holder; /* the connection that holds the old snapshot, or NULL */
};

struct figures {
    double seconds;
    int64_t done;
    double p50_ms, p99_ms;
    double cpu_ms;        /* of daemons and PostgreSQL together, all of it */
    double client_cpu_ms; /* of the load's own process */
    double pss_mb;
    double insert_tps; /* pgbench, one row a transaction, in the same cluster */
    const char *more;  /* further JSON members, or "" */
};

/* A fresh state folder with its cluster running and migrated; settings from `ini`. */
bool bench_open(
    struct bench *bench, const struct shell *outer, const char *ini, struct error *error);
void bench_close(struct bench *bench);
void bench_print(const struct bench *bench, const struct figures *figures);

/* CPU that the supervisor's daemons and PostgreSQL have used up to now, ms. */
double bench_cpu_ms(const struct bench *bench);
/* The same where the stages are children of ours. */
double bench_family_ms(const struct bench *bench, const int *pids, size_t count);
/* Proportional set size of all daemons, MB: each tells its own on /metrics. */
double bench_pss_mb(struct bench *bench);
/* pgbench's rate of single-row inserts, 8 clients, fsync as in the cluster. */
double bench_insert_tps(struct bench *bench);

/* A transaction that sees the database as it is now and stays open: dead rows pile up. */
bool bench_hold_snapshot(struct bench *bench, struct error *error);
void bench_drop_snapshot(struct bench *bench);

bool bench_queue(struct bench *bench, struct figures *figures, struct error *error);

int compare_doubles(const void *a, const void *b);
double percentile(double *sorted, size_t count, double share);
