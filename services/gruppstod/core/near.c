#include "services/gruppstod/core/near.h"

#include <stdint.h>

enum { LETTERS_MOST = 60, FAR = 1000 };

struct letters { /* of a word, without their case */
    uint16_t at[LETTERS_MOST];
    size_t count;
};

/* Å Ä Ö and their like are two bytes each, whose second differs by 32 between the cases. */
static struct letters letters_of(struct text word)
{
    struct letters letters = {.count = 0};

    for (size_t i = 0; i < word.length && letters.count < LETTERS_MOST; i++) {
        unsigned int byte = (unsigned char)word.data[i];
        if (byte == 0xc3 && i + 1 < word.length) {
            const unsigned int second = (unsigned char)word.data[++i];
            byte = 0xc300U | (second < 0x9f ? second | 0x20U : second);
        } else if (byte >= 'A' && byte <= 'Z') {
            byte += 'a' - 'A';
        }
        letters.at[letters.count++] = (uint16_t)byte;
    }
    return letters;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to change, add or leave out (Levenshtein), one row of the table at a time. */
static size_t distance(const struct letters *a, const struct letters *b)
{
    size_t row[LETTERS_MOST + 1];

    for (size_t j = 0; j <= b->count; j++)
        row[j] = j;
    for (size_t i = 1; i <= a->count; i++) {
        size_t before = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b->count; j++) {
            const size_t changed = before + (a->at[i - 1] != b->at[j - 1]);
            before = row[j];
            row[j] = least(changed, 1 + least(row[j], row[j - 1]));
        }
    }
    return row[b->count];
}

static bool holds(const struct letters *whole, const struct letters *part)
{
    for (size_t from = 0; from + part->count <= whole->count; from++) {
        size_t same = 0;
        while (same < part->count && whole->at[from + same] == part->at[same])
            same++;
        if (same == part->count)
            return true;
    }
    return false;
}

static size_t farness(const struct letters *word, const struct letters *meant)
{
    enum { PART_LEAST = 3 };
    const size_t apart = distance(word, meant);
    const size_t longer = word->count > meant->count ? word->count : meant->count;

    if (meant->count >= PART_LEAST && holds(word, meant))
        return 1;
    if (word->count >= PART_LEAST && holds(meant, word))
        return least(apart, 2);
    return 3 * apart <= longer ? apart : FAR;
}

size_t near_find(
    const struct text *words, size_t count, struct text meant, size_t places[static NEAR_MOST])
{
    const struct letters asked = letters_of(meant);
    size_t far[NEAR_MOST], found = 0;

    for (size_t i = 0; i < count; i++) {
        const struct letters word = letters_of(words[i]);
        const size_t away = farness(&word, &asked);
        size_t at = found;

        if (away == FAR || (found == NEAR_MOST && far[found - 1] <= away))
            continue;
        if (found < NEAR_MOST)
            found++;
        else
            at = found - 1;
        for (; at > 0 && far[at - 1] > away; at--) {
            far[at] = far[at - 1];
            places[at] = places[at - 1];
        }
        far[at] = away;
        places[at] = i;
    }
    return found;
}
