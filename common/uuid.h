/* RFC 9562 UUIDs, version 7: ids are ours, chosen before the database is asked, and ordered by
 * time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

struct uuid {
    uint8_t bytes[16]; /* network order; all zero = absent */
};

enum { UUID_TEXT = 36 }; /* characters, without the NUL */

/* A new id: unix milliseconds, a counter within the millisecond, 62 random bits. */
struct uuid uuid_new(int64_t now_ms);

/* The smallest id of that millisecond: the lower end of a range by time. */
struct uuid uuid_at(int64_t ms);
int64_t uuid_ms(struct uuid uuid);

bool uuid_parse(struct text text, struct uuid *uuid);
void uuid_format(struct uuid uuid, char text[static UUID_TEXT + 1]);
bool uuid_absent(struct uuid uuid);
bool uuid_equal(struct uuid a, struct uuid b);
int uuid_compare(const void *a, const void *b); /* for qsort and bsearch over struct uuid */
