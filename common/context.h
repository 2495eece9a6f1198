/*
 * What a handler may use, and what it may say of each message of its slice.
 *
 * A handler works on a *slice*: all messages of one kind that waited. It reads what it needs for
 * all of them in one query, decides in pure code (core/), writes set-based, sends, returns true.
 * Returning false rolls the slice back; the skeleton runs it again one message at a time and
 * finds the one to blame.
 */
#pragma once

#include "common/arena.h"
#include "common/error.h"
#include "common/store.h"

struct message_type;

struct envelope {
    struct uuid id;      /* of the message */
    struct uuid cause;   /* the message that led to it; absent at the edge */
    struct uuid subject; /* the referral or the group it is about */
    struct text kind;    /* "referral_cleared" */
    struct text from;    /* daemon that said it */
    int64_t said_at_ms;
    int64_t version; /* of the message's schema */
};

enum outcome {
    DONE,   /* committed with the slice */
    RETRY,  /* not now: it comes again, later and later */
    REJECT, /* never: to the dead letters, where a person sees it */
};

struct verdict {
    enum outcome outcome;
    int64_t retry_after_ms; /* 0: the usual back-off */
    const char *reason;     /* of a RETRY or REJECT, for an operator; no personal data */
    const char *state_before, *state_after; /* of the referral, for the trace; NULL = unchanged */
};

struct slice { /* all of one kind that waited, in the order they were said */
    size_t count;
    const struct envelope *envelopes;
    struct verdict *verdicts; /* DONE unless the handler says otherwise */
};

/* `reason` must outlive the slice: a literal or text of the slice's arena. */
void slice_retry(struct slice *slice, size_t index, int64_t after_ms, const char *reason);
void slice_reject(struct slice *slice, size_t index, const char *reason);
void slice_moved(struct slice *slice, size_t index, const char *before, const char *after);

struct outbox;

struct quiet_periods;

struct context { /* all of it ends with the slice */
    struct tx *tx;
    struct arena *arena;
    int64_t now_ms; /* civil time of this transaction: the database's, never the host's */
    const void *settings;
    const struct quiet_periods *quiet; /* when families' clocks rest; [quiet] of the settings */
    struct outbox *outbox;
};

/*
 * Says `count` messages to every receiver of their type: rows of this transaction, express after
 * the commit. Called by the generated <daemon>_send_X functions only.
 */
void context_send(struct context *context, const struct message_type *type, const void *messages,
    size_t stride, size_t count, const char *const *receivers, size_t receiver_count);

/* What has been said, audited and put off until the commit so far; and taking back all that came
 * after it. For a step under a savepoint that did not succeed. */
struct context_mark;
const struct context_mark *context_mark(struct context *context);
void context_take_back(struct context *context, const struct context_mark *mark);

/* Runs `after` once the commit succeeded (never if it did not); `data` lives in the arena. */
void context_after_commit(struct context *context, void (*after)(void *data), void *data);

/*
 * One line in the audit chain of this process, in this transaction: who did what to which
 * referral or group, why. No names, contacts or situations.
 */
void context_audit(struct context *context, const char *actor, const char *action,
    struct uuid subject, const char *detail);
