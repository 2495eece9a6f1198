#include "services/matching/core/words.h"

struct words words_new(struct arena *arena, size_t most)
{
    return (struct words){.words = ARENA_ARRAY(arena, struct text, most), .most = most};
}

int words_find(const struct words *words, struct text word)
{
    /* A few dozen words: a search by hash would cost more. */
    for (size_t i = 0; i < words->count; i++)
        if (text_equal(words->words[i], word))
            return (int)i;
    return WORDS_NONE;
}

int words_take(struct words *words, struct text word)
{
    int found = words_find(words, word);

    if (found != WORDS_NONE || words->count == words->most)
        return found;
    words->words[words->count] = word;
    return (int)words->count++;
}
