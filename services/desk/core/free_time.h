/* When a room is free on a day: what is left of its open hours. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct day_span { /* minutes since midnight, the end not in it */
    int32_t from, to;
};

/* Puts what `open` leaves when `taken` is taken out of it into `free`, in order, at most `most`;
 * spans may overlap and come in any order. Gives how many. Pieces shorter than `least` are left
 * out. */
size_t free_time(const struct day_span *open, size_t open_count, const struct day_span *taken,
    size_t taken_count, int32_t least, struct day_span *free, size_t most);
