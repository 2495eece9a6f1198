/* Minutes between all districts from the links between neighbours. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    TRAVEL_DISTRICTS_MOST = 300, /* municipalities of the country; a city has some ten */
    TRAVEL_NONE = 600,           /* no way: longer than any family travels */
};

struct travel_link {
    size_t a, b; /* indexes of districts */
    int64_t minutes;
};

/* Fills minutes[count * count] with the shortest ways; `within` is a way inside one district. */
void travel_shortest(const struct travel_link *links, size_t link_count, size_t count,
    int64_t within, int64_t *minutes);
