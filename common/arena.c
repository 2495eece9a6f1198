/* A list of blocks, the newest first; a piece never moves. */
#include "common/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"

/* A first block holds a usual slice, so that most slices never ask the system for memory. */
enum { BLOCK_BYTES = 64 * 1024 };

struct block {
    struct block *older;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t ceiling, taken; /* bytes from the system */
    size_t used, peak;     /* bytes in pieces */
};

struct arena *arena_new(size_t ceiling)
{
    struct arena *arena = calloc(1, sizeof *arena);

    CHECK(arena);
    arena->ceiling = ceiling;
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->newest) {
        struct block *block = arena->newest;
        arena->newest = block->older;
        free(block);
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    while (arena->newest && (arena->newest->older || arena->newest->size > BLOCK_BYTES)) {
        struct block *block = arena->newest;
        arena->newest = block->older;
        arena->taken -= block->size;
        free(block);
    }
    if (arena->newest)
        arena->newest->used = 0;
    arena->used = 0;
}

static void add_block(struct arena *arena, size_t size)
{
    const size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;

    CHECK(bytes <= arena->ceiling && arena->taken <= arena->ceiling - bytes);
    struct block *block = malloc(sizeof *block + bytes);
    CHECK(block);
    block->older = arena->newest;
    block->size = bytes;
    block->used = 0;
    arena->newest = block;
    arena->taken += bytes;
}

void *arena_take(struct arena *arena, size_t size)
{
    const size_t step = alignof(max_align_t);

    CHECK(size <= arena->ceiling);
    const size_t rounded = (size + step - 1) / step * step;
    if (!arena->newest || arena->newest->size - arena->newest->used < rounded)
        add_block(arena, rounded);
    void *piece = arena->newest->bytes + arena->newest->used;
    arena->newest->used += rounded;
    arena->used += rounded;
    if (arena->used > arena->peak)
        arena->peak = arena->used;
    return memset(piece, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    CHECK(!__builtin_mul_overflow(count, size, &bytes));
    return arena_take(arena, bytes);
}

char *arena_copy(struct arena *arena, const void *data, size_t length)
{
    char *copy = arena_take(arena, length + 1);

    if (length)
        memcpy(copy, data, length);
    return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);
    char *string = arena_take(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(string, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return string;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

size_t arena_peak(const struct arena *arena)
{
    return arena->peak;
}

void *memory_grow(void *bytes, size_t size)
{
    void *more = realloc(bytes, size);

    CHECK(more);
    return more;
}
