/*
 * PostgreSQL: one connection, prepared set-based statements, binary both ways.
 *
 * SQL stands only in *_store.c files, one sentence a function, as `static const struct statement`.
 * Parameters are values or whole columns: a slice of messages goes in as arrays ($1::uuid[], ...),
 * so a statement costs the same few microseconds for one message and for two hundred.
 * A value that is absent in its own type (common/store.h: INT_ABSENT, DAY_ABSENT, nil uuid, text
 * without data, enum 0) is NULL on the way out, and NULL is absent on the way in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"
#include "common/uuid.h"

#define INT_ABSENT INT64_MIN
#define DAY_ABSENT INT32_MIN

struct store; /* one connection and its prepared statements; one thread */
struct tx;    /* the open transaction of a store */
struct rows;  /* an answer; lives until its transaction ends */

struct statement {
    const char *name; /* unique in the process: "matching_hold_places" */
    const char *sql;
};

/* Columns of an array of structs: `COLUMN(messages, referral_id), count`. */
#define COLUMN(array, field) &(array)[0].field, sizeof((array)[0])

/* At most this many parameters a statement: more is a table that wants splitting. */
enum { PARAMS_MOST = 40 };

struct params;
struct params *params_new(struct arena *arena);
void param_uuid(struct params *params, struct uuid value);
void param_text(struct params *params, struct text value);
void param_string(struct params *params, const char *value); /* NULL = absent */
void param_int(struct params *params, int64_t value);        /* bigint */
void param_bool(struct params *params, bool value);
void param_day(struct params *params, int32_t day);       /* date */
void param_time(struct params *params, int64_t ms);       /* timestamptz */
void param_bytes(struct params *params, struct text raw); /* bytea */

/* Whole columns: the first value, the stride in bytes to the next, how many. Copied. */
void param_uuids(struct params *params, const struct uuid *first, size_t stride, size_t count);
void param_texts(struct params *params, const struct text *first, size_t stride, size_t count);
void param_ints(struct params *params, const int64_t *first, size_t stride, size_t count);
void param_bools(struct params *params, const bool *first, size_t stride, size_t count);
void param_days(struct params *params, const int32_t *first, size_t stride, size_t count);
void param_times(struct params *params, const int64_t *first, size_t stride, size_t count);
void param_bytes_column(
    struct params *params, const struct text *first, size_t stride, size_t count);

/* An enum column as text[]: `names` is the generated table, index = value. `first` points to an
 * enum (int-sized). */
void param_names(struct params *params, const void *first, size_t stride, size_t count,
    const char *const *names);

/*
 * Runs a statement in the transaction. `params` may be NULL. tx_run asks for no rows and may be
 * sent together with what follows: then its failure is told by the next tx_query or the commit.
 * Errors: ERROR_CONFLICT (a constraint said no; text names it), ERROR_BUSY (connection, lock or
 * serialization: try again), ERROR_INPUT (anything else).
 */
bool tx_run(
    struct tx *tx, const struct statement *statement, struct params *params, struct error *error);
bool tx_query(struct tx *tx, const struct statement *statement, struct params *params,
    struct rows **rows, struct error *error);

size_t rows_count(const struct rows *rows);
bool row_null(const struct rows *rows, size_t row, int column);
struct uuid row_uuid(const struct rows *rows, size_t row, int column);
struct text row_text(const struct rows *rows, size_t row, int column); /* text, name, bytea */
int64_t row_int(const struct rows *rows, size_t row, int column);      /* int2, int4, int8 */
bool row_bool(const struct rows *rows, size_t row, int column);        /* NULL = false */
int32_t row_day(const struct rows *rows, size_t row, int column);      /* date */
int64_t row_time(const struct rows *rows, size_t row, int column);     /* timestamptz, ms */
double row_double(const struct rows *rows, size_t row, int column);    /* float8; reports only */
/* The enum value whose name the column holds; 0 for NULL; a name not in the table is a bug. */
int row_name(
    const struct rows *rows, size_t row, int column, const char *const *names, size_t count);
/* One-dimensional arrays of uuid, text, int8; elements in `arena`. */
size_t row_uuids(const struct rows *rows, size_t row, int column, struct arena *arena,
    const struct uuid **values);
size_t row_texts(const struct rows *rows, size_t row, int column, struct arena *arena,
    const struct text **values);
size_t row_ints(
    const struct rows *rows, size_t row, int column, struct arena *arena, const int64_t **values);

/* --- for the skeleton and the commands; handlers get an open transaction in their context --- */

struct store_options {
    const char *conninfo; /* libpq's; the skeleton adds timeouts, keepalives, application_name */
    const char *role;     /* login role, also in application_name */
};

/* Connects (within 5 s) or says why not. */
struct store *store_open(const struct store_options *options, struct error *error);
void store_close(struct store *store); /* takes NULL */
bool store_alive(const struct store *store);
/* One attempt to connect again after a loss. */
bool store_reconnect(struct store *store, struct error *error);
/* Descriptor of the connection, to notice a server that goes away. */
int store_fd(const struct store *store);

enum durability {
    DURABILITY_FULL,    /* the commit returns when it is on disk */
    DURABILITY_RELAXED, /* synchronous_commit = off: a lost commit is done again from its messages
                         */
};

struct tx *tx_begin(struct store *store, struct arena *arena, struct error *error);
/* common.civil_now() of this transaction in ms, read with the begin. */
int64_t tx_now_ms(const struct tx *tx);
/* False: nothing is known of the outcome if the kind is ERROR_BUSY, else it was rolled back. */
bool tx_commit(struct tx *tx, enum durability durability, struct error *error);
void tx_rollback(struct tx *tx); /* takes NULL */
/* A savepoint round one step that may fail without losing the slice. */
bool tx_savepoint(struct tx *tx, struct error *error);
bool tx_rollback_to_savepoint(struct tx *tx, struct error *error);
/* What was done since the last savepoint is the outer one's; many steps nest no deeper than one. */
bool tx_release_savepoint(struct tx *tx, struct error *error);
