/* When a room is open: a weekday, and from when to when. As messages and people write it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"

struct opening {
    int weekday; /* 0 = Monday */
    int32_t opens_min, closes_min;
};

enum { OPENING_TEXT = 13, OPENINGS_A_DAY = 6 };

/* "0 15:00 20:00", and only what closes after it opens, at the latest at midnight. */
bool opening_parse(struct text text, struct opening *opening);
void opening_format(const struct opening *opening, char text[static OPENING_TEXT + 1]);

/* What people write of one day: "14-20", "14.00–17.00, 18:30–21". Gives how many, 0 for nothing
 * written; -1 when it cannot be read, is more than OPENINGS_A_DAY, or overlaps. */
int openings_read(struct text words, int weekday, struct opening found[static OPENINGS_A_DAY]);

/* Whether no two of them overlap. */
bool openings_apart(const struct opening *openings, size_t count);
