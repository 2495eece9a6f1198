/* Words as small numbers, so that a set of them is a mask: languages, districts, sites. */
#pragma once

#include <stddef.h>

#include "common/arena.h"
#include "common/text.h"

struct words {
    struct text *words;
    size_t count, most;
};

enum { WORDS_NONE = -1 };

/* `most` words at the most; a mask holds 64. */
struct words words_new(struct arena *arena, size_t most);

/* The number of the word, a new one when it is not there; WORDS_NONE when there is no room. The
 * bytes are borrowed. */
int words_take(struct words *words, struct text word);

/* WORDS_NONE when it is not there. */
int words_find(const struct words *words, struct text word);
