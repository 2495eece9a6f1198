/* Files that are too big, too deep or too full are refused before a tree is built of them. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "services/planner/instance_inside.h"

/* A nation of 50,000 children is 25 MB, 1.5 million values, 5 deep. */
enum { MOST_BYTES = 128 * 1024 * 1024, MOST_VALUES = 6000000, MOST_DEPTH = 32 };

static bool too_big(struct error *error)
{
    return error_set(error, ERROR_INPUT, "the file: it is larger than %d MB, which is the most",
        MOST_BYTES / (1024 * 1024));
}

/* The end of a string that begins at json[i]: its closing quote, or the end of the text. */
static size_t string_end(const char *json, size_t length, size_t i)
{
    for (i++; i < length && json[i] != '"'; i++)
        if (json[i] == '\\')
            i++;
    return i;
}

bool instance_scan(const char *json, size_t length, struct error *error)
{
    size_t values = 0;
    int depth = 0;

    if (length > MOST_BYTES)
        return too_big(error);
    for (size_t i = 0; i < length; i++) {
        const char c = json[i];

        if (c == '"')
            i = string_end(json, length, i);
        else if (c == '[' || c == '{')
            depth++;
        else if (c == ']' || c == '}')
            depth--;
        else if (c == ',')
            values++;
        if (depth > MOST_DEPTH)
            return error_set(error, ERROR_INPUT, "the file: it is nested deeper than %d levels",
                (int)MOST_DEPTH);
        if (values > MOST_VALUES)
            return error_set(
                error, ERROR_INPUT, "the file: it has more than %d values", (int)MOST_VALUES);
    }
    return true;
}

char *instance_slurp(FILE *stream, size_t *length, struct error *error)
{
    size_t capacity = 1 << 20;
    char *bytes = memory_grow(NULL, capacity);
    struct stat status;

    if (fstat(fileno(stream), &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size > MOST_BYTES) {
        too_big(error);
        free(bytes);
        return NULL;
    }
    *length = 0;
    for (size_t got = 1; got > 0 && *length <= MOST_BYTES; *length += got) {
        if (capacity - *length < 1 << 16)
            bytes = memory_grow(bytes, capacity *= 2);
        got = fread(bytes + *length, 1, capacity - *length, stream);
    }
    if (!ferror(stream) && *length <= MOST_BYTES)
        return bytes;
    if (ferror(stream))
        error_set(error, ERROR_INPUT, "the file: it cannot be read");
    else
        too_big(error);
    free(bytes);
    return NULL;
}

enum instance_outcome instance_read_stream(FILE *stream, struct instance **out, struct error *error)
{
    size_t length;
    char *json = instance_slurp(stream, &length, error);

    *out = NULL;
    if (!json)
        return INSTANCE_MALFORMED;
    const enum instance_outcome outcome = instance_read(json, length, out, error);
    free(json);
    return outcome;
}
