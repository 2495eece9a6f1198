/* application/x-www-form-urlencoded, strictly: a body that is not clean is refused, not mended. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

struct http_field;

enum {
    URLFORM_FIELDS_MOST = 200, /* our largest form has some 60; 5,000 is an attack */
    URLFORM_NAME_MOST = 64     /* bytes of a decoded name: ours are words */
};

/*
 * Decodes `coded` in place and fills at most `most` fields, whose texts point into it and are
 * NUL-terminated. `coded` must have one byte of room after `length`. A bad escape, a NUL, other
 * control bytes than tab, CR and LF, invalid UTF-8, an empty or long name, or too many fields:
 * false with a sentence; `coded` is then spoilt.
 */
bool urlform_decode(char *coded, size_t length, struct http_field *fields, size_t most,
    size_t *count, struct error *error);

/* The same from a text that must stay as it is: the fields are made in `arena`. */
bool urlform_parse(struct arena *arena, struct text coded, const struct http_field **fields,
    size_t *count, struct error *error);

/* Decodes the %-escapes of one piece (a path's, where + is a plus). False as urlform_decode. */
bool urlform_unescape(char *coded, size_t length, size_t *decoded_length, struct error *error);

/* The first field of that name; absent = data NULL. */
struct text urlform_get(const struct http_field *fields, size_t count, const char *name);

/* `value` with everything but RFC 3986's unreserved characters as %XX: fit for a path or a query.
 */
struct text urlform_encode(struct arena *arena, struct text value);

/* Valid UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool urlform_utf8(const char *data, size_t length);
