/* Memory with one lifetime: taken in pieces, given back at once, never past its ceiling. */
#pragma once

#include <stddef.h>

struct arena;

/* A new arena that takes at most `ceiling` bytes from the system. Never NULL. */
struct arena *arena_new(size_t ceiling);
void arena_free(struct arena *arena); /* takes NULL */

/* Gives all pieces back; keeps one block for the next slice. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes, aligned for any type. Past the ceiling is a bug of a missing limit: CHECK.
 */
__attribute__((malloc, returns_nonnull)) void *arena_take(struct arena *arena, size_t size);

/* `count` zeroed elements of `size` bytes; the product is checked. */
__attribute__((malloc, returns_nonnull)) void *arena_array(
    struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of `length` bytes. */
__attribute__((returns_nonnull)) char *arena_copy(
    struct arena *arena, const void *data, size_t length);

/* A formatted, NUL-terminated string. */
__attribute__((returns_nonnull, format(printf, 2, 3))) char *arena_format(
    struct arena *arena, const char *format, ...);

/* Bytes in use, and the most that ever were (for the metrics). */
size_t arena_used(const struct arena *arena);
size_t arena_peak(const struct arena *arena);

/* realloc for what outlives every arena; where there is no more memory the process ends. */
__attribute__((returns_nonnull, warn_unused_result)) void *memory_grow(void *bytes, size_t size);

#define ARENA_NEW(arena, type) ((type *)arena_take((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))
