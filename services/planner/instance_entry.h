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

enum { ENTRY_PATH = 120, ENTRY_ID = 100 /* bytes of an id */ };

struct entry_reader {
    struct arena *arena; /* what is read and kept */
    struct error *error;
    enum instance_outcome outcome;
    char path[ENTRY_PATH]; /* of the record being read: "children[3]" or "" */
};

/* "children[3].birth: sentence", exit 2. Only the first fault is kept. `name` may be NULL. */
__attribute__((format(printf, 3, 4))) void entry_wrong(
    struct entry_reader *reader, const char *name, const char *format, ...);

/* A contradiction in the fixed data, exit 3. */
__attribute__((format(printf, 2, 3))) void entry_contradiction(
    struct entry_reader *reader, const char *format, ...);

/* Where the following fields lie: "list[index]" or, within it, "groups[2].members[0]". */
__attribute__((format(printf, 2, 3))) void entry_at(
    struct entry_reader *reader, const char *format, ...);

/* The field; NULL where it is absent or null, which is a fault unless it may be. */
const json_t *entry_required(struct entry_reader *reader, const json_t *record, const char *name);
const json_t *entry_optional(struct entry_reader *reader, const json_t *record, const char *name);

int64_t entry_int(struct entry_reader *reader, const json_t *record, const char *name,
    int64_t least, int64_t most);
int64_t entry_int_or(struct entry_reader *reader, const json_t *record, const char *name,
    int64_t least, int64_t most, int64_t otherwise);
bool entry_bool_or_false(struct entry_reader *reader, const json_t *record, const char *name);

/* A text of 1 to ENTRY_ID bytes, a copy in the arena; never NULL unless there was a fault. */
const char *entry_id(struct entry_reader *reader, const json_t *record, const char *name);

/* One of `words` (the last is NULL), its place; `otherwise` where the field is absent, or
 * INSTANCE_NONE when it must be there. */
int32_t entry_word(struct entry_reader *reader, const json_t *record, const char *name,
    const char *const *words, int32_t otherwise);

/* YYYY-MM-DD, days since 1970. */
int32_t entry_date(struct entry_reader *reader, const json_t *record, const char *name);

/* A list of at most `most`; NULL, which jansson counts as empty, where it is absent. */
const json_t *entry_list(
    struct entry_reader *reader, const json_t *record, const char *name, size_t most);
const json_t *entry_list_or_empty(
    struct entry_reader *reader, const json_t *record, const char *name, size_t most);

/* A list at the top level of the document, of records. */
const json_t *entry_records(
    struct entry_reader *reader, const json_t *document, const char *name, size_t most);

/* The i-th of a list as a text; `name` is the list's, for the path. */
const char *entry_text_at(
    struct entry_reader *reader, const json_t *list, const char *name, size_t i);

/* The index of a name that the field says; names are sorted. */
int32_t entry_name(struct entry_reader *reader, const json_t *record, const char *name,
    const char *const *names, int32_t count);

/* A list of names as bits. */
uint64_t entry_mask(struct entry_reader *reader, const json_t *list, const char *name,
    const char *const *names, int32_t count);

/* Indices of a list of names, ascending, each once. `find` gives INSTANCE_NONE for unknown ids. */
typedef int32_t entry_find_fn(const struct instance *instance, const char *id);
struct instance_span entry_indices(struct entry_reader *reader, const json_t *list,
    const char *name, entry_find_fn *find, const struct instance *instance);

/* Sorts indices ascending and drops doubles; returns how many are left. */
int32_t entry_sort_indices(int32_t *items, int32_t count);
