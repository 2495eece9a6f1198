/* Whole numbers from words that somebody else wrote: refused when they are not one, or not within
 * bounds. A line's end after the digits is taken. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static inline bool number_read(const char *word, int64_t least, int64_t most, int64_t *number)
{
    char *end;

    errno = 0;
    const long long value = strtoll(word, &end, 10);
    if (end == word || errno || (*end && *end != '\n') || value < least || value > most)
        return false;
    *number = value;
    return true;
}

/* For what a program of ours wrote: `otherwise` where there is no such number. */
static inline int64_t number_or(const char *word, int64_t least, int64_t most, int64_t otherwise)
{
    int64_t number;

    return number_read(word, least, most, &number) ? number : otherwise;
}
