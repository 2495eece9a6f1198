/* What the files of the skeleton share: the running daemon. */
#pragma once

#include <sys/types.h>

#include "common/bus.h"
#include "common/domain/holiday.h"
#include "common/ledger_store.h"
#include "common/metrics.h"
#include "common/secrets.h"
#include "common/service.h"
#include "common/token.h"

enum {
    QUEUE_MOST = 16384,    /* hints that wait: some seconds of work; the sweep finds the rest */
    PAGES_MOST = 192,      /* routes of a daemon with the skeleton's own */
    REQUESTS_MOST = 256,   /* HTTP requests of one draught: about one group commit */
    FAILURES_MOST = 5,     /* of a handler before the dead letter (SAFETY I9) */
    GAP_WAITS_MOST = 60,   /* returns "not yet" before the dead letter: some ten minutes in all */
    PLAN_LEAST_MS = 500,   /* tables may be empty at a start: plans are soon made anew, */
    PLAN_MOST_MS = 600000, /* then seldom, when they have grown */
    DEATHS_MOST = 3,       /* handed out in company once, then alone twice: then it kills no more */
};

struct core_settings { /* what every daemon has */
    const char *conninfo, *bus_folder, *http_address;
    bool express;
    int64_t sweep_every_ms, sweep_age_ms, sweep_whole_every_ms, slice_most, lease_every_ms;
    int64_t http_port, http_threads, http_queue_most;
    int64_t log_level, arena_most;
    int64_t quiet_week_from, quiet_week_to, quiet_winter_from, quiet_winter_to;
};

struct chain { /* of the audit log: one a process */
    struct uuid writer;
    int64_t seq;
    uint8_t mac[TOKEN_MAC];
};

struct after_commit {
    struct after_commit *next;
    void (*call)(void *data);
    void *data;
};

struct audit_line {
    struct audit_line *next;
    struct text actor, action, detail;
    struct uuid subject;
};

struct box { /* what is said to one receiver in this transaction */
    struct said *said;
    size_t count, room;
};

struct outbox {
    struct daemon *daemon;
    struct box boxes[RECEIVER_COUNT];
    struct after_commit *after, **after_end;
    struct audit_line *audit, **audit_end;
    size_t audit_count;
    struct error failure;         /* of a message that breaks its schema; told by the commit */
    const struct claimed *causes; /* the slice's messages, to find what led to what is said */
    size_t cause_count;
    size_t *cause_slots, cause_slot_count; /* subject -> index + 1 */
};

struct quarantine { /* the process that handles what may kill, as its daemon sees it */
    pid_t pid;      /* 0: none runs */
    int fd;         /* readable when it has ended */
    char name[128]; /* whose hand-outs its are, beside the daemon's own */
};

struct daemon {
    const struct service *service;
    struct house house;
    struct core_settings core;
    struct quiet_periods quiet;
    struct config *config;
    struct reactor *reactor;
    struct store *store;
    struct secrets *secrets;
    struct bus *bus;
    struct http *http;
    struct arena *arena;
    enum receiver receiver; /* whose queue it works; RECEIVER_NONE has none */
    struct chain chain;

    struct uuid queue[QUEUE_MOST]; /* a ring of hints */
    size_t queue_first, queue_count;
    bool work_soon;

    struct page pages[PAGES_MOST];
    struct http_pattern patterns[PAGES_MOST];
    size_t page_count;

    struct uuid low_water;  /* nothing older waits in the ledger */
    int64_t swept_whole_ms; /* when all since the low-water mark was looked at */
    int64_t swept_ms;       /* everything said before was looked at, but for late commits */
    bool starting;          /* the first sweep is not done */
    bool taken_back;        /* what an earlier life was handed and did not handle */

    struct quarantine quarantine;
    pid_t parent; /* the daemon whose quarantine this process is; 0: it is the daemon itself */

    enum { RUNNING, PAUSED, DRAINING } state;
    bool away; /* PostgreSQL is */
    bool stopping;
    int64_t reconnect_ms;
    int64_t plan_ms, plan_every_ms; /* when plans are made anew, and how long after that again */
};

/* --- service_slice.c --- */
void outbox_open(struct outbox *outbox, struct daemon *daemon, struct arena *arena);
/* Says, audits and commits; then the express and what waits for the commit. */
bool outbox_commit(struct outbox *outbox, struct context *context, enum durability durability,
    struct error *error);
void slice_hear(struct uuid id, void *daemon);
void slice_work(void *daemon);
/* Handles these messages now, halving until the one to blame is alone. */
void slice_handle(struct daemon *daemon, enum shelf shelf, const struct uuid *ids, size_t count);

/* --- service_sweep.c --- */
void sweep_tick(void *daemon);
void sweep_all(struct daemon *daemon); /* at a start and after a reconnect */
/* The quarantine's: all that waits, however young, the suspected alone; false while there is more
 * or when the database is away. */
bool sweep_out(struct daemon *daemon);

/* --- service_quarantine.c --- */
bool quarantine_runs(const struct daemon *daemon);
void quarantine_start(struct daemon *daemon); /* unless it runs */
void quarantine_stop(struct daemon *daemon);  /* asks it to end, and does not wait */
void quarantine_close(struct daemon *daemon); /* asks, and waits until it has */
/* The process itself: ends with its daemon, whatever ends that; false when it is gone already. */
bool quarantine_enter(const struct daemon *daemon);
int quarantine_run(struct daemon *daemon); /* its exit code */

/* --- service_pages.c --- */
void pages_prepare(struct daemon *daemon);
void pages_work(void *daemon);

/* --- service.c --- */
void daemon_lost_store(struct daemon *daemon, const struct error *error);
bool daemon_begin(
    struct daemon *daemon, struct context *context, struct outbox *outbox, struct error *error);

/* --- metrics of every daemon --- */
enum service_metric {
    METRIC_MESSAGES,
    METRIC_SLICE_SECONDS,
    METRIC_SLICE_SIZE,
    METRIC_QUEUED,
    METRIC_EXPRESS,
    METRIC_HTTP,
    METRIC_QUARANTINE,
    METRIC_STORE_LOST,
    METRIC_ARENA_PEAK,
};
void service_metrics_declare(void);
const struct metric *service_metric(enum service_metric metric);
