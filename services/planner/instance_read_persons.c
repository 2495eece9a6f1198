/* Persons: children who wait and members of groups, by id; who of them belongs together. */
#include <stdlib.h>
#include <string.h>

#include "services/planner/instance_inside.h"

/* Compares an id with the member that an index of members_by_id names. */
static int by_indexed_id(const void *left, const void *right, void *data)
{
    const struct instance_member *members = data;

    return strcmp(members[*(const int32_t *)left].id, members[*(const int32_t *)right].id);
}

/* Members by id, so that pairs find them; somebody who is in two groups, or waits too, is H1. */
void reader_index_members(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;
    const int32_t count = instance->member_count;
    int32_t *order = ARENA_ARRAY(reader->fields.arena, int32_t, (size_t)count);

    for (int32_t i = 0; i < count; i++)
        order[i] = i;
    if (count > 1)
        qsort_r(order, (size_t)count, sizeof *order, by_indexed_id, instance->members);
    for (int32_t i = 0; i < count; i++) {
        const char *id = instance->members[order[i]].id;

        if (i > 0 && strcmp(id, instance->members[order[i - 1]].id) == 0)
            entry_contradiction(
                &reader->fields, "groups: %.60s is a member of two existing groups", id);
        if (instance_find_child(instance, id) != INSTANCE_NONE)
            entry_contradiction(
                &reader->fields, "groups: %.60s is a member of a group and waits too", id);
    }
    reader->members_by_id = order;
}

int32_t reader_find_person(const struct instance_reader *reader, const char *id)
{
    const struct instance *instance = reader->instance;
    const int32_t child = instance_find_child(instance, id);
    int32_t low = 0, high = instance->member_count - 1;

    if (child != INSTANCE_NONE)
        return child;
    while (low <= high) {
        const int32_t middle = low + (high - low) / 2;
        const int32_t member = reader->members_by_id[middle];
        const int order = strcmp(id, instance->members[member].id);

        if (order == 0)
            return instance->child_count + member;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return INSTANCE_NONE;
}

int32_t reader_person_at(struct instance_reader *reader, const json_t *list, size_t i)
{
    const char *id = entry_text_at(&reader->fields, list, "", i);
    const int32_t person = id ? reader_find_person(reader, id) : INSTANCE_NONE;

    if (id && person == INSTANCE_NONE)
        entry_wrong(&reader->fields, NULL, "\"%.60s\" is unknown", id);
    return person;
}

/* The first child of a unit that is being joined (union-find with path halving). */
static int32_t root_of(int32_t *parent, int32_t child)
{
    while (parent[child] != child)
        child = parent[child] = parent[parent[child]];
    return child;
}

/* A child who has siblings in a group may join only it; in two groups, none (H15). */
static void bind(int32_t *only_group, int32_t child, int32_t group)
{
    if (only_group[child] == INSTANCE_NONE)
        only_group[child] = group;
    else if (only_group[child] != group)
        only_group[child] = INSTANCE_NOWHERE;
}

/* What one list says: its children are one unit, bound to the group of its members. */
static void join_list(struct instance_reader *reader, const int32_t *persons, int32_t count,
    int32_t *parent, int32_t *only_group)
{
    const struct instance *instance = reader->instance;
    const int32_t children = instance->child_count;

    for (int32_t i = 0; i < count && persons[i] < children; i++) {
        const int32_t a = root_of(parent, persons[0]), b = root_of(parent, persons[i]);

        parent[a > b ? a : b] = a < b ? a : b;
        for (int32_t j = i + 1; j < count; j++)
            if (persons[j] >= children) {
                bind(only_group, persons[i], instance->members[persons[j] - children].group);
                reader->sibling_members[reader->sibling_member_count++] =
                    (struct instance_pair){persons[i], persons[j]};
            }
    }
}

/* Reads one list; persons ascending, so that its children come before its members. */
static int32_t read_list(
    struct instance_reader *reader, const json_t *list, size_t place, int32_t *persons)
{
    struct entry_reader *fields = &reader->fields;
    const size_t size = json_array_size(list);

    entry_at(fields, "together[%zu]", place);
    if (!json_is_array(list) || size > MOST_SIBLINGS) {
        entry_wrong(fields, NULL, "a list of at most %d ids is wanted", (int)MOST_SIBLINGS);
        return 0;
    }
    for (size_t i = 0; i < size && !fields->outcome; i++)
        persons[i] = reader_person_at(reader, list, i);
    return fields->outcome ? 0 : entry_sort_indices(persons, (int32_t)size);
}

/* Units in the order of their first child, with their children and the group they are bound to. */
static void make_units(struct instance_reader *reader, int32_t *parent, const int32_t *only_group)
{
    struct instance *instance = reader->instance;
    const int32_t children = instance->child_count;
    struct arena *arena = reader->fields.arena;
    int32_t *items = ARENA_ARRAY(arena, int32_t, (size_t)children);
    int32_t *next = ARENA_ARRAY(arena, int32_t, (size_t)children); /* where a unit's next goes */
    int32_t used = 0;

    instance->units = ARENA_ARRAY(arena, struct instance_unit, (size_t)children);
    for (int32_t i = 0; i < children; i++) {
        const int32_t root = root_of(parent, i);

        if (root == i) {
            instance->children[i].unit = instance->unit_count;
            instance->units[instance->unit_count++].only_group = INSTANCE_NONE;
        }
        instance->children[i].unit = instance->children[root].unit;
        instance->units[instance->children[i].unit].children.count++;
    }
    for (int32_t i = 0; i < instance->unit_count; used += instance->units[i++].children.count)
        next[i] = used;
    for (int32_t i = 0; i < children; i++) {
        struct instance_unit *unit = &instance->units[instance->children[i].unit];
        int32_t *place = &next[instance->children[i].unit];

        if (!unit->children.items)
            unit->children.items = &items[*place];
        items[(*place)++] = i;
        if (only_group[i] != INSTANCE_NONE)
            bind(&unit->only_group, 0, only_group[i]);
    }
}

void reader_units(struct instance_reader *reader)
{
    struct entry_reader *fields = &reader->fields;
    const size_t children = (size_t)reader->instance->child_count;
    const json_t *lists = entry_list_or_empty(fields, reader->document, "together", MOST_PAIRS);
    int32_t *parent = ARENA_ARRAY(fields->arena, int32_t, children);
    int32_t *only_group = ARENA_ARRAY(fields->arena, int32_t, children);
    size_t pairs = 0;
    int32_t persons[MOST_SIBLINGS];

    for (size_t i = 0; i < children; i++) {
        parent[i] = (int32_t)i;
        only_group[i] = INSTANCE_NONE;
    }
    for (size_t i = 0; i < json_array_size(lists); i++) {
        const size_t size = json_array_size(json_array_get(lists, i));
        pairs += size < MOST_SIBLINGS ? size * size / 4 + 1 : MOST_SIBLINGS * MOST_SIBLINGS;
    }
    reader->sibling_members = ARENA_ARRAY(fields->arena, struct instance_pair, pairs);
    for (size_t i = 0; i < json_array_size(lists) && !fields->outcome; i++) {
        const int32_t count = read_list(reader, json_array_get(lists, i), i, persons);
        join_list(reader, persons, count, parent, only_group);
    }
    entry_at(fields, "%s", "");
    if (fields->outcome)
        return;
    make_units(reader, parent, only_group);
    reader->sibling_member_count =
        reader_sort_pairs(reader->sibling_members, reader->sibling_member_count);
}
