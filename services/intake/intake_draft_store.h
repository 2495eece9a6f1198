/* Rows of intake.draft: sealed bytes and hashes only. */
#pragma once

#include "common/context.h"
#include "services/intake/intake_parts.h"

struct draft_row {
    bool found;
    struct text session_hash; /* TOKEN_HASH bytes */
    int64_t number;
    enum door door;
    int64_t changed_ms;
    struct text sealed, receipt; /* one of them */
    struct text code_box;        /* or absent */
};

/* One, locked until the commit when `lock`; not what has not been changed since `since_ms`. */
bool draft_store_find(struct context *context, struct text session_hash, int64_t number,
    int64_t since_ms, bool lock, struct draft_row *row, struct error *error);
bool draft_store_by_code(struct context *context, struct text code_hash, int64_t since_ms,
    struct draft_row *row, struct error *error);

/* Those of a browser that are not sent, the newest first. */
bool draft_store_list(struct context *context, struct text session_hash, int64_t since_ms,
    struct draft_row *rows, size_t most, size_t *count, struct error *error);

/* The next number of that browser; 0: it has as many as one may have. */
bool draft_store_next(
    struct context *context, struct text session_hash, int64_t *number, struct error *error);
bool draft_store_add(struct context *context, const struct draft_row *row, struct error *error);
bool draft_store_save(struct context *context, const struct draft_row *row, struct error *error);
bool draft_store_code(struct context *context, const struct draft_row *row, struct text code_hash,
    struct error *error);
/* Nothing of what was typed stays. */
bool draft_store_sent(struct context *context, const struct draft_row *row, struct error *error);
bool draft_store_forget(struct context *context, struct text session_hash, struct error *error);
/* Deletes what is older, and counts what is left. */
bool draft_store_sweep(
    struct context *context, int64_t before_ms, int64_t *left, struct error *error);
