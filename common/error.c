/* Errors are values: a kind for the program, a sentence for a person. */
#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    va_list arguments;

    if (!error)
        return false;
    error->kind = kind;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

bool error_while(struct error *error, const char *format, ...)
{
    char doing[sizeof error->text], was[sizeof error->text];
    va_list arguments;

    if (!error)
        return false;
    memcpy(was, error->text, sizeof was);
    va_start(arguments, format);
    vsnprintf(doing, sizeof doing, format, arguments);
    va_end(arguments);
    const size_t used = strnlen(doing, sizeof doing / 2);
    snprintf(error->text, sizeof error->text, "%.*s: %.*s", (int)used, doing,
        (int)(sizeof error->text - used - 3), was);
    return false;
}
