/* The coverage map: where a district's tile stands, and what may be told of how many wait. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"

enum { MAP_COLUMNS = 5, MAP_SMALL = 5 /* fewer children than this point out a person */ };

struct map_tile {
    int column, row;
};

/* Puts the districts where they lie to each other; one that the map does not know comes below. */
void map_place(const struct text *codes, size_t count, struct map_tile *tiles);

/* How many children is told as a span of five, so that no difference between two views, or between
 * a sum and its parts, tells of one child. Nobody: from = to = 0. */
struct map_span {
    int64_t from, to;
};
struct map_span map_span(int64_t children);

/* 0 (nobody) to 4 (many): how dark the tile is. */
int map_level(int64_t children);
