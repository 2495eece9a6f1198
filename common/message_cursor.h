/* Reads msgpack head by head. It never promises memory: a count is only a number here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"

enum head_kind {
    HEAD_NIL,
    HEAD_BOOL,
    HEAD_INT,   /* fits in int64_t */
    HEAD_HUGE,  /* a whole number that does not */
    HEAD_FLOAT, /* finite */
    HEAD_TEXT,  /* str: `bytes` */
    HEAD_BYTES, /* bin: `bytes` */
    HEAD_ARRAY, /* `count` values follow */
    HEAD_MAP    /* `count` keys and values follow */
};

struct head {
    enum head_kind kind;
    int64_t number; /* HEAD_BOOL, HEAD_INT */
    size_t count;
    struct text bytes; /* borrowed */
};

struct cursor {
    const unsigned char *at, *end;
};

static inline struct cursor cursor_of(struct text bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.data;

    return (struct cursor){at, at + bytes.length};
}

/*
 * The next head, and with it the bytes of a str or bin. False, with the reason in `*why`, for what
 * is cut short, promises more than is there, an extension type, a reserved byte, NaN or infinity.
 */
bool cursor_next(struct cursor *cursor, struct head *head, const char **why);

/* Passes one value with all that is in it; the shape was checked before. */
bool cursor_skip(struct cursor *cursor);
