/* Union-find over districts, behind components.h. */
#include "services/planner/components.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

enum { SHARED_MOST = 20000 }; /* units that are solved at once for the sake of the parents' share */

static int32_t root_of(int32_t *parent, int32_t d)
{
    while (parent[d] != d) {
        parent[d] = parent[parent[d]];
        d = parent[d];
    }
    return d;
}

static void join(int32_t *parent, int32_t a, int32_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

static void join_leaders(const struct instance *instance, int32_t *parent)
{
    for (int32_t l = 0; l < instance->leader_count; l++) {
        const struct instance_leader *leader = &instance->leaders[l];

        for (int32_t i = 1; i < leader->districts.count && leader->contract_holds; i++)
            join(parent, leader->districts.items[0], leader->districts.items[i]);
    }
}

static bool reaches(const struct instance *instance, const struct instance_unit *unit, int32_t d)
{
    for (int32_t i = 0; i < unit->children.count; i++) {
        const struct instance_child *child = &instance->children[unit->children.items[i]];

        if (instance_travel(instance, child->home, d) > child->max_travel)
            return false;
    }
    return true;
}

/* Joins the districts with rooms that a unit can reach; of_unit becomes the first of them. */
static void join_units(const struct instance *instance, int32_t *parent, int32_t *of_unit)
{
    uint8_t *rooms = memory_grow(NULL, (size_t)instance->district_count + 1);

    memset(rooms, 0, (size_t)instance->district_count + 1);
    for (int32_t r = 0; r < instance->room_count; r++)
        rooms[instance->rooms[r].district] = 1;
    for (int32_t u = 0; u < instance->unit_count; u++) {
        of_unit[u] = NONE;
        for (int32_t d = 0; d < instance->district_count; d++) {
            if (!rooms[d] || !reaches(instance, &instance->units[u], d))
                continue;
            if (of_unit[u] == NONE)
                of_unit[u] = d;
            join(parent, of_unit[u], d);
        }
    }
    free(rooms);
}

struct components components_find(const struct instance *instance)
{
    size_t districts = (size_t)instance->district_count + 1;
    struct components found = {.count = 0};
    int32_t *parent = memory_grow(NULL, districts * sizeof *parent);
    bool whole = instance->policy.parent_share > 0 && instance->unit_count <= SHARED_MOST;

    found.of_unit = memory_grow(NULL, ((size_t)instance->unit_count + 1) * sizeof(int32_t));
    found.of_district = memory_grow(NULL, districts * sizeof(int32_t));
    found.units = memory_grow(NULL, districts * sizeof(int32_t));
    for (int32_t d = 0; d < instance->district_count; d++)
        parent[d] = whole ? 0 : d;
    join_leaders(instance, parent);
    join_units(instance, parent, found.of_unit);
    for (int32_t d = 0; d < instance->district_count; d++) {
        if (root_of(parent, d) == d) {
            found.units[found.count] = 0;
            found.of_district[d] = found.count++;
        } else {
            found.of_district[d] = found.of_district[root_of(parent, d)];
        }
    }
    for (int32_t u = 0; u < instance->unit_count; u++)
        if (found.of_unit[u] != NONE) {
            found.of_unit[u] = found.of_district[found.of_unit[u]];
            found.units[found.of_unit[u]]++;
        }
    free(parent);
    return found;
}

void components_free(struct components *components)
{
    free(components->of_unit);
    free(components->of_district);
    free(components->units);
    *components = (struct components){0};
}
