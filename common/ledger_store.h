/*
 * The durable queue in SQL: what is said in a transaction, what a slice claims (delete first),
 * hops, the sweep, what comes again later, dead letters, leases.
 *
 * Ids of messages are version 7 by the machine's clock, so a range of ids is a range of time.
 */
#pragma once

#include "common/context.h"

/* The daemons that hear durable messages; ledger.<name> is the queue of each. */
enum receiver {
    RECEIVER_INTAKE,
    RECEIVER_MATCHING,
    RECEIVER_SCHEDULING,
    RECEIVER_NOTIFICATION,
    RECEIVER_EVALUATION,
    RECEIVER_DESK,
    RECEIVER_COUNT,
    RECEIVER_NONE = RECEIVER_COUNT,
};

const char *receiver_name(enum receiver receiver); /* of one that is */
enum receiver receiver_of(struct text name);       /* RECEIVER_NONE for a stranger */

/* A message as a row. */
struct said {
    struct envelope envelope;
    struct text body; /* msgpack */
};

/* A message that was claimed, with what the ledger knows of its past. */
struct claimed {
    struct said said;
    int64_t tries, failures;
};

/* A message that the sweep hands out. */
struct handed {
    struct uuid id;
    int64_t tries; /* this one included; more than 1: it was handed out before and not handled */
};

/* Where a message waits. */
enum shelf {
    SHELF_HINTED, /* ledger.<receiver>, but only what no sweep has handed out: a hint is no try */
    SHELF_FRESH,  /* ledger.<receiver> */
    SHELF_LATER,  /* ledger.later */
};

bool ledger_say(struct tx *tx, struct arena *arena, enum receiver receiver, const struct said *said,
    size_t count, struct error *error);

/* The first statement of a slice: what comes back is ours, what does not was handled already.
 * Sorted by id. */
bool ledger_claim(struct tx *tx, struct arena *arena, enum receiver receiver, enum shelf shelf,
    const struct uuid *ids, size_t count, struct claimed **claimed, size_t *claimed_count,
    struct error *error);

/* A handled message: one row, never changed. */
struct hop {
    const struct claimed *message;
    const char *outcome, *state_before, *state_after, *reason; /* names or NULL */
};
bool ledger_write_hops(struct tx *tx, struct arena *arena, enum receiver receiver, int64_t now_ms,
    const struct hop *hops, size_t count, struct error *error);

struct postponed {
    const struct claimed *message;
    int64_t after_ms;
    const char *reason;
};
bool ledger_postpone(struct tx *tx, struct arena *arena, enum receiver receiver,
    const struct postponed *postponed, size_t count, struct error *error);

struct died {
    const struct claimed *message;
    const char *reason;
};
bool ledger_bury(struct tx *tx, struct arena *arena, enum receiver receiver,
    const struct died *died, size_t count, int64_t now_ms, struct error *error);

/* Which messages a sweep hands out. */
enum suspicion {
    UNSUSPECTED, /* never handed out before: many at a time, the oldest first */
    SUSPECTED,   /* handed out and not handled, so it may have killed: one at a time, those that had
                    the fewest chances first */
};

/*
 * Hands out up to `most` messages said between the ids `from` and `to` that no living copy was
 * handed in the last 10 s; counts the try, for the caller to commit before it handles them.
 */
bool ledger_sweep(struct tx *tx, struct arena *arena, enum receiver receiver, const char *instance,
    struct uuid from, struct uuid to, enum suspicion suspicion, size_t most, struct handed **handed,
    size_t *count, struct error *error);

/* The same for what is due to come again. */
bool ledger_due(struct tx *tx, struct arena *arena, enum receiver receiver, const char *instance,
    enum suspicion suspicion, size_t most, struct handed **handed, size_t *count,
    struct error *error);

/* Whether a sweep of SUSPECTED would find anything there; `from` and `to` are for fresh ones. */
bool ledger_suspects(struct tx *tx, struct arena *arena, enum receiver receiver, enum shelf shelf,
    struct uuid from, struct uuid to, bool *any, struct error *error);

/* At a start: what an earlier life of this instance was handed may be handed out at once. */
bool ledger_take_back(struct tx *tx, struct arena *arena, enum receiver receiver,
    const char *instance, struct error *error);

/* The oldest message from the id `from` on; `oldest` stays as it is when there is none. */
bool ledger_oldest(struct tx *tx, struct arena *arena, enum receiver receiver, struct uuid from,
    struct uuid *oldest, struct error *error);

struct lease {
    struct text daemon, instance, endpoint;
};
/* Renews this copy's lease for 3 s and reads everybody's, and what the operator wants of us. */
bool ledger_renew(struct tx *tx, struct arena *arena, const char *daemon, const char *instance,
    const char *endpoint, size_t queued, const char *state, int http_port, struct lease **leases,
    size_t *count, struct text *wanted, struct error *error);
/* Forgets this session's plans: those made while a table was nearly empty read all of it. */
bool ledger_plan_anew(struct tx *tx, struct error *error);
bool ledger_leave(struct tx *tx, struct arena *arena, const char *daemon, const char *instance,
    struct error *error);

struct audited {
    struct uuid subject;
    int64_t seq;
    struct text actor, action, detail, mac;
};
bool ledger_audit(struct tx *tx, struct arena *arena, struct uuid writer, int64_t now_ms,
    const struct audited *entries, size_t count, struct error *error);

/* One copy of a daemon does a rhythm at a time: the lock ends with the transaction. False in `held`
 * when another copy has it. */
bool ledger_lock_rhythm(struct tx *tx, struct arena *arena, const char *daemon, const char *rhythm,
    bool *held, struct error *error);

/* The newest migration that is applied. */
bool ledger_schema(struct tx *tx, struct arena *arena, int64_t *number, struct error *error);
