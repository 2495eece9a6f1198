/* Looking things up in an instance, and its end. Reading one is in instance_read.c. */
#include "services/planner/instance.h"

#include <string.h>

#include "common/arena.h"

int32_t instance_find_name(const char *const *names, int32_t count, const char *name)
{
    int32_t low = 0, high = count - 1;

    while (low <= high) {
        const int32_t middle = low + (high - low) / 2;
        const int order = strcmp(name, names[middle]);

        if (order == 0)
            return middle;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return INSTANCE_NONE;
}

/* The same in an array of structs whose first field is the id, each `size` bytes long. */
static int32_t find_id(const void *structs, int32_t count, size_t size, const char *id)
{
    const char *bytes = structs;
    int32_t low = 0, high = count - 1;

    while (low <= high) {
        const int32_t middle = low + (high - low) / 2;
        const char *const *other = (const void *)(bytes + (size_t)middle * size);
        const int order = strcmp(id, *other);

        if (order == 0)
            return middle;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return INSTANCE_NONE;
}

int32_t instance_find_room(const struct instance *instance, const char *id)
{
    return find_id(instance->rooms, instance->room_count, sizeof *instance->rooms, id);
}

int32_t instance_find_leader(const struct instance *instance, const char *id)
{
    return find_id(instance->leaders, instance->leader_count, sizeof *instance->leaders, id);
}

int32_t instance_find_group(const struct instance *instance, const char *id)
{
    return find_id(instance->groups, instance->group_count, sizeof *instance->groups, id);
}

int32_t instance_find_child(const struct instance *instance, const char *id)
{
    return find_id(instance->children, instance->child_count, sizeof *instance->children, id);
}

const char *instance_person_id(const struct instance *instance, int32_t person)
{
    if (person < instance->child_count)
        return instance->children[person].id;
    return instance->members[person - instance->child_count].id;
}

void instance_free(struct instance *instance)
{
    if (instance)
        arena_free(instance->arena);
}
