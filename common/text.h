/* Strings with a length. `data` NULL means absent; what the house makes is NUL-terminated too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
    const char *data; /* borrowed: lives as long as the arena or row it came from */
    size_t length;    /* bytes, without the NUL */
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static inline struct text text_of(const char *string)
{
    return (struct text){string, string ? strlen(string) : 0};
}

static inline bool text_equal(struct text a, struct text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool text_is(struct text text, const char *string)
{
    return text.data && text_equal(text, text_of(string));
}

static inline bool text_empty(struct text text)
{
    return text.length == 0;
}
