/* Floyd and Warshall's way: some ten districts, once a loading. */
#include "services/gruppstod/core/travel.h"

#include "common/check.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void travel_shortest(const struct travel_link *links, size_t link_count, size_t count,
    int64_t within, int64_t *minutes)
{
    CHECK(count <= TRAVEL_DISTRICTS_MOST);
    for (size_t i = 0; i < count * count; i++)
        minutes[i] = TRAVEL_NONE;
    for (size_t i = 0; i < link_count; i++) {
        const size_t there = links[i].a * count + links[i].b;
        const size_t back = links[i].b * count + links[i].a;
        CHECK(links[i].a < count && links[i].b < count && links[i].minutes >= 0);
        minutes[there] = least(minutes[there], links[i].minutes);
        minutes[back] = least(minutes[back], links[i].minutes);
    }
    for (size_t by = 0; by < count; by++)
        for (size_t from = 0; from < count; from++)
            for (size_t to = 0; to < count; to++)
                minutes[from * count + to] = least(minutes[from * count + to],
                    minutes[from * count + by] + minutes[by * count + to]);
    for (size_t i = 0; i < count; i++)
        minutes[i * count + i] = within;
}
