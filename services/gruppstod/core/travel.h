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

struct travel_ways {
    const struct travel_link *links;
    size_t link_count;
    int64_t boarding; /* of each link's minutes: walking and waiting, which a longer way has once */
    int64_t within;   /* minutes inside one district */
};

/* Fills minutes[count * count] with the shortest ways between all districts. */
void travel_shortest(const struct travel_ways *ways, size_t count, int64_t *minutes);
