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
