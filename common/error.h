/* What went wrong, in words for an operator. It is the last parameter of whatever can fail. */
#pragma once

#include <stdbool.h>

enum error_kind {
    ERROR_NONE,
    ERROR_INPUT,    /* what came in is wrong: trying again does not help */
    ERROR_ABSENT,   /* the thing asked for is not there */
    ERROR_BUSY,     /* a service is away or full: trying again helps */
    ERROR_CONFLICT, /* somebody else was first, or a rule of the database said no */
};

struct error {
    enum error_kind kind;
    char text[240]; /* a sentence; cut, never overrun */
};

/* Fills `error` (may be NULL) and returns false, so that a caller can return it at once. */
__attribute__((format(printf, 3, 4))) bool error_set(
    struct error *error, enum error_kind kind, const char *format, ...);

/* Puts "doing this: " before the sentence that is there; keeps the kind; returns false. */
__attribute__((format(printf, 2, 3))) bool error_while(
    struct error *error, const char *format, ...);
