/*
 * Typed fields of a JSON document, with the path of the first one that is wrong.
 *
 * A reader is sticky: after the first fault every call gives 0, NULL or INSTANCE_NONE at once, so
 * that readers of records need no check a line; loops ask `reader->outcome`.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "services/planner/instance.h"

enum { FIELD_PATH = 120, FIELD_ID = 100 /* bytes of an id */ };

struct field_reader {
    struct arena *arena; /* what is read and kept */
    struct error *error;
    enum instance_outcome outcome;
    char path[FIELD_PATH]; /* of the record being read: "children[3]" or "" */
};

/* "children[3].birth: sentence", exit 2. Only the first fault is kept. `name` may be NULL. */
__attribute__((format(printf, 3, 4))) void field_wrong(
    struct field_reader *reader, const char *name, const char *format, ...);

/* A contradiction in the fixed data, exit 3. */
__attribute__((format(printf, 2, 3))) void field_contradiction(
    struct field_reader *reader, const char *format, ...);

/* Where the following fields lie: "list[index]" or, within it, "groups[2].members[0]". */
__attribute__((format(printf, 2, 3))) void field_at(
    struct field_reader *reader, const char *format, ...);

/* The field; NULL where it is absent or null, which is a fault unless it may be. */
const json_t *field_required(struct field_reader *reader, const json_t *record, const char *name);
const json_t *field_optional(struct field_reader *reader, const json_t *record, const char *name);

int64_t field_int(struct field_reader *reader, const json_t *record, const char *name,
    int64_t least, int64_t most);
int64_t field_int_or(struct field_reader *reader, const json_t *record, const char *name,
    int64_t least, int64_t most, int64_t otherwise);
bool field_bool_or_false(struct field_reader *reader, const json_t *record, const char *name);

/* A text of 1 to FIELD_ID bytes, a copy in the arena; never NULL unless there was a fault. */
const char *field_id(struct field_reader *reader, const json_t *record, const char *name);

/* One of `words` (the last is NULL), its place; `otherwise` where the field is absent, or
 * INSTANCE_NONE when it must be there. */
int32_t field_word(struct field_reader *reader, const json_t *record, const char *name,
    const char *const *words, int32_t otherwise);

/* YYYY-MM-DD, days since 1970. */
int32_t field_date(struct field_reader *reader, const json_t *record, const char *name);

/* A list of at most `most`; NULL, which jansson counts as empty, where it is absent. */
const json_t *field_list(
    struct field_reader *reader, const json_t *record, const char *name, size_t most);
const json_t *field_list_or_empty(
    struct field_reader *reader, const json_t *record, const char *name, size_t most);

/* A list at the top level of the document, of records. */
const json_t *field_records(
    struct field_reader *reader, const json_t *document, const char *name, size_t most);

/* The i-th of a list as a text; `name` is the list's, for the path. */
const char *field_text_at(
    struct field_reader *reader, const json_t *list, const char *name, size_t i);

/* The index of a name that the field says; names are sorted. */
int32_t field_name(struct field_reader *reader, const json_t *record, const char *name,
    const char *const *names, int32_t count);

/* A list of names as bits. */
uint64_t field_mask(struct field_reader *reader, const json_t *list, const char *name,
    const char *const *names, int32_t count);

/* Indices of a list of names, ascending, each once. `find` gives INSTANCE_NONE for unknown ids. */
typedef int32_t field_find_fn(const struct instance *instance, const char *id);
struct instance_span field_indices(struct field_reader *reader, const json_t *list,
    const char *name, field_find_fn *find, const struct instance *instance);

/* Sorts indices ascending and drops doubles; returns how many are left. */
int32_t field_sort_indices(int32_t *items, int32_t count);
