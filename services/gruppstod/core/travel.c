/* Floyd and Warshall's way: some ten districts, once a loading. */
#include "services/gruppstod/core/travel.h"

#include "common/check.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void travel_shortest(const struct travel_ways *ways, size_t count, int64_t *minutes)
{
    CHECK(count <= TRAVEL_DISTRICTS_MOST);
    for (size_t i = 0; i < count * count; i++)
        minutes[i] = TRAVEL_NONE;
    for (size_t i = 0; i < ways->link_count; i++) {
        const struct travel_link *link = &ways->links[i];
        const size_t there = link->a * count + link->b, back = link->b * count + link->a;
        CHECK(link->a < count && link->b < count && link->minutes >= ways->boarding);
        minutes[there] = least(minutes[there], link->minutes - ways->boarding);
        minutes[back] = minutes[there];
    }
    for (size_t by = 0; by < count; by++)
        for (size_t from = 0; from < count; from++)
            for (size_t to = 0; to < count; to++)
                minutes[from * count + to] = least(minutes[from * count + to],
                    minutes[from * count + by] + minutes[by * count + to]);
    for (size_t i = 0; i < count * count; i++)
        minutes[i] =
            i / count == i % count ? ways->within : least(minutes[i] + ways->boarding, TRAVEL_NONE);
}
