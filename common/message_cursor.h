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
bool cursor_next_any(struct cursor *cursor, struct head *head, const char **why);

/* The same; short texts, which most heads are, without a call. */
static inline bool cursor_next(struct cursor *cursor, struct head *head, const char **why)
{
    const size_t left = (size_t)(cursor->end - cursor->at);

    if (left == 0 || (*cursor->at & 0xe0U) != 0xa0U || left - 1 < (*cursor->at & 0x1fU))
        return cursor_next_any(cursor, head, why);
    head->kind = HEAD_TEXT;
    head->count = *cursor->at & 0x1fU;
    head->bytes = (struct text){(const char *)cursor->at + 1, head->count};
    cursor->at += 1 + head->count;
    return true;
}

/* Passes one value with all that is in it; the shape was checked before. */
bool cursor_skip(struct cursor *cursor);
