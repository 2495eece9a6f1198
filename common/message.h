/*
 * Reads and writes any message or form from its generated table: msgpack, JSON, urlencoded fields,
 * equality, redacted print. One walker for all of them; schemas/generate.py writes the tables.
 *
 * What comes in is checked twice before a handler sees it: its shape (depth, counts against the
 * bytes that are left, UTF-8, no key twice, nothing after the end), then each field against its
 * bounds. Unknown fields of a message are skipped, so that an older reader understands a newer
 * writer; a form refuses them, because a misspelt "protected_identity" must not be lost.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"
#include "common/uuid.h"

struct envelope;
struct http_field;
struct message_type;

enum {
    MESSAGE_BYTES_MOST = 60 * 1024, /* packed: an express frame holds 64 KiB with its envelope */
    MESSAGE_DEPTH_MOST = 8,         /* ours have three levels: form, guardians, guardian */
    MESSAGE_FIELDS_MOST = 63,       /* of one type: seen fields are bits of a word */
    MESSAGE_KEYS_MOST = 256,        /* of any map that comes in: keys are compared in pairs */
    PROBLEMS_MOST = 50              /* wrong fields that are told at once */
};

/* How a field lies in its struct; an array is `const T *name; size_t name_count`. */
enum field_kind {
    FIELD_UUID,  /* struct uuid; all zero = absent */
    FIELD_TEXT,  /* struct text; data NULL = absent */
    FIELD_INT,   /* int64_t; INT_ABSENT */
    FIELD_DAY,   /* int32_t; DAY_ABSENT */
    FIELD_NAME,  /* an enum; 0 = absent */
    FIELD_BOOL,  /* bool; always there */
    FIELD_OBJECT /* const struct ...; a single one is a pointer, NULL = absent */
};

enum field_privacy {
    PRIVACY_OPEN,     /* may stand in a list, a trace, a figure */
    PRIVACY_PERSONAL, /* about a child or a family; masked unless somebody asks and it is noted */
    PRIVACY_SECRET    /* who they are; only in forms, sealed at once */
};

enum field_pattern {
    PATTERN_LINE,  /* no control characters, no bidi controls */
    PATTERN_LINES, /* the same, but tab, CR and LF may stand in it */
    PATTERN_WORD   /* ^[a-z][a-z-]{1,30}$ */
};

struct message_field {
    const char *name;
    const char *sentence;
    const char *const *names;          /* FIELD_NAME: the generated table, [0] = NULL */
    const struct message_type *object; /* FIELD_OBJECT */
    int64_t least, most;               /* value, day, or characters of a text */
    uint32_t offset;                   /* in the struct */
    uint32_t count_offset;             /* of an array's size_t */
    uint16_t items_least, items_most;  /* of an array */
    uint16_t graphemes_most;           /* of a text; 0 = no other bound than `most` */
    uint8_t name_length;
    uint8_t kind, pattern, privacy; /* enum field_kind, field_pattern, field_privacy */
    bool required, array;
};

struct message_type {
    const char *name;
    const char *title;
    const char *schema; /* JSON Schema 2020-12 as text, references resolved; forms only */
    const struct message_field *fields;
    size_t field_count;
    size_t size;           /* of the struct */
    size_t subject_offset; /* of its struct uuid; SIZE_MAX when there is none */
    int64_t version;
    bool durable; /* false: express only, never in the ledger */
    bool closed;  /* a form: unknown fields are refused */
};

struct message_grant { /* `from` may say `kind` to `to`, in the ledger */
    const char *kind, *from, *to;
};

/* The type of that name, or NULL. Messages only, no forms. */
const struct message_type *message_type_of(struct text kind);

/* The subject of a message, for its envelope. */
struct uuid message_subject(const struct message_type *type, const void *message);

/* All fields absent (0, NULL, INT_ABSENT, DAY_ABSENT): the start of a message to say. */
void message_clear(const struct message_type *type, void *message);

/* --- msgpack: the ledger's and the express's bytes --- */

/*
 * The body, a map with the schema's names; absent optional fields are left out. False when a field
 * is missing or out of its bounds: what is said keeps the same law as what is heard.
 */
bool message_pack(const struct message_type *type, const void *message, struct arena *arena,
    struct text *bytes, struct error *error);

/*
 * The other way; texts and arrays are copies in `arena`. False with ERROR_INPUT and the path of the
 * field for anything that is not a whole, clean message of that type.
 */
bool message_unpack(const struct message_type *type, struct text bytes, struct arena *arena,
    void *message, struct error *error);

/* A slice: `*messages` is an array of the type's structs. False: `*bad` is the one to blame. */
bool message_unpack_all(const struct message_type *type, const struct text *bodies, size_t count,
    struct arena *arena, const void **messages, size_t *bad, struct error *error);

/* The shape alone: one msgpack value, bounded, clean. No memory is set aside by it. */
bool message_shape(struct text bytes, struct error *error);

bool envelope_pack(
    const struct envelope *envelope, struct arena *arena, struct text *bytes, struct error *error);
bool envelope_unpack(
    struct text bytes, struct arena *arena, struct envelope *envelope, struct error *error);

/* --- what people and partners send: every wrong field is told, not only the first --- */

enum problem_kind {
    PROBLEM_NONE,
    PROBLEM_BODY,      /* not read at all: no JSON, a key twice, too deep */
    PROBLEM_FIELD,     /* a field that the form does not have */
    PROBLEM_MISSING,   /* a required field */
    PROBLEM_TYPE,      /* a number for a text, ... */
    PROBLEM_TWICE,     /* a field that is no list stands twice */
    PROBLEM_FEW,       /* items of a list */
    PROBLEM_MANY,      /* items of a list */
    PROBLEM_SHORT,     /* a text */
    PROBLEM_LONG,      /* a text */
    PROBLEM_SMALL,     /* a number or a day */
    PROBLEM_LARGE,     /* a number or a day */
    PROBLEM_WORD,      /* none of the words of an enumeration */
    PROBLEM_FORMAT,    /* no id, no day, no key of the data */
    PROBLEM_CHARACTER, /* a control character, or one that turns the direction of text */
    PROBLEM_COUNT
};

struct message_problem {
    enum problem_kind kind;
    struct text path;     /* "guardians.0.email"; empty = the body */
    struct text sentence; /* English, without what was sent; pages have their own words */
};

struct message_problems { /* the first PROBLEMS_MOST */
    struct message_problem list[PROBLEMS_MOST];
    size_t count;
};

/* "too_long": stable, for problem+json and for the pages' messages. */
const char *problem_code(enum problem_kind kind);

/* The first problem of a field, or NULL: for the words at the field. */
const struct message_problem *problem_at(const struct message_problems *problems, const char *path);

/* From JSON: strict (no key twice, nothing after the end, no lone surrogate, depth bounded). */
bool message_from_json(const struct message_type *type, struct text json, struct arena *arena,
    void *message, struct message_problems *problems);

/*
 * From an urlencoded form's fields. An object's field is `referrer.name`, a list's
 * `guardians.0.name`; a list of words comes as the same name again. Spaces around a value go, an
 * empty value is absent, a day may come as `birth_date.year`, `.month`, `.day`. Names that the
 * form does not have are the page's own and skipped.
 */
bool message_from_fields(const struct message_type *type, const struct http_field *fields,
    size_t count, struct arena *arena, void *message, struct message_problems *problems);

/* The bounds alone, of a struct that a program filled. */
bool message_check(const struct message_type *type, const void *message, struct arena *arena,
    struct message_problems *problems);

/* --- for people --- */

/* Compact JSON, fields in the schema's order, absent ones left out. Of what was read or checked: a
 * value out of its bounds is a bug here. */
struct text message_to_json(
    const struct message_type *type, const void *message, struct arena *arena);

/* The same with "***" for whatever is personal or secret. */
struct text message_print_redacted(
    const struct message_type *type, const void *message, struct arena *arena);

bool message_equal(const struct message_type *type, const void *a, const void *b);
