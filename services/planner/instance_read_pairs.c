/* Who belongs together and who must stay apart: units, pairs, closed doors. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "services/planner/instance_inside.h"

static int by_both(const void *left, const void *right)
{
    const struct instance_pair *a = left, *b = right;

    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->second > b->second) - (a->second < b->second);
}

int32_t reader_sort_pairs(struct instance_pair *pairs, int32_t count)
{
    int32_t kept = 0;

    if (count > 1)
        qsort(pairs, (size_t)count, sizeof *pairs, by_both);
    for (int32_t i = 0; i < count; i++)
        if (i == 0 || by_both(&pairs[i], &pairs[i - 1]) != 0)
            pairs[kept++] = pairs[i];
    return kept;
}

void reader_spread(
    struct instance_reader *reader, const struct instance_pair *pairs, int32_t count, size_t offset)
{
    int32_t *items = ARENA_ARRAY(reader->fields.arena, int32_t, (size_t)count);

    for (int32_t i = 0; i < count; i++) {
        char *child = (char *)&reader->instance->children[pairs[i].first];
        struct instance_span *span = (struct instance_span *)(void *)(child + offset);

        items[i] = pairs[i].second;
        if (span->count++ == 0)
            span->items = &items[i];
    }
}

/* Pairs of persons, each once and the smaller first. */
static struct instance_pair *read_pairs(
    struct instance_reader *reader, const char *name, int32_t *count)
{
    struct entry_reader *fields = &reader->fields;
    const json_t *list = entry_list_or_empty(fields, reader->document, name, MOST_PAIRS);
    const size_t size = json_array_size(list);
    struct instance_pair *pairs = ARENA_ARRAY(fields->arena, struct instance_pair, size);

    for (size_t i = 0; i < size && !fields->outcome; i++) {
        const json_t *two = json_array_get(list, i);

        entry_at(fields, "%s[%zu]", name, i);
        if (json_array_size(two) != 2)
            entry_wrong(fields, NULL, "a list of two ids is wanted");
        const int32_t a = reader_person_at(reader, two, 0), b = reader_person_at(reader, two, 1);
        if (!fields->outcome && a == b)
            entry_wrong(fields, NULL, "somebody is paired with himself or herself");
        pairs[i] = a < b ? (struct instance_pair){a, b} : (struct instance_pair){b, a};
    }
    entry_at(fields, "%s", "");
    *count = fields->outcome ? 0 : reader_sort_pairs(pairs, (int32_t)size);
    return pairs;
}

/* Both directions of the pairs that have a child in them, as spans of the children. */
static void spread_pairs(
    struct instance_reader *reader, const struct instance_pair *pairs, int32_t count, size_t offset)
{
    const int32_t children = reader->instance->child_count;
    struct instance_pair *both =
        ARENA_ARRAY(reader->fields.arena, struct instance_pair, 2 * (size_t)count);
    int32_t kept = 0;

    for (int32_t i = 0; i < count; i++) {
        if (pairs[i].first < children)
            both[kept++] = pairs[i];
        if (pairs[i].second < children)
            both[kept++] = (struct instance_pair){pairs[i].second, pairs[i].first};
    }
    kept = reader_sort_pairs(both, kept);
    reader_spread(reader, both, kept, offset);
}

static int by_closed(const void *left, const void *right)
{
    const struct instance_closed *a = left, *b = right;

    if (a->child != b->child)
        return a->child < b->child ? -1 : 1;
    if (a->site != b->site)
        return a->site < b->site ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

/* One [child, site, slot]; false when it is of a member, whom nothing here moves. */
static bool read_one_closed(
    struct instance_reader *reader, const json_t *three, struct instance_closed *closed)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;

    if (json_array_size(three) != 3)
        entry_wrong(fields, NULL, "a list of child, site and slot is wanted");
    closed->child = reader_person_at(reader, three, 0);
    const char *site = entry_text_at(fields, three, "", 1);
    const char *slot = entry_text_at(fields, three, "", 2);
    if (fields->outcome)
        return false;
    closed->site = instance_find_name(instance->sites, instance->site_count, site);
    closed->slot = instance_find_name(instance->slots, instance->slot_count, slot);
    if (closed->site == INSTANCE_NONE)
        entry_wrong(fields, NULL, "site \"%.60s\" is unknown", site);
    if (closed->slot == INSTANCE_NONE)
        entry_wrong(fields, NULL, "slot \"%.60s\" is unknown", slot);
    return closed->child < instance->child_count;
}

static void read_closed(struct instance_reader *reader)
{
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;
    const json_t *list = entry_list_or_empty(fields, reader->document, "closed", MOST_PAIRS);
    const size_t size = json_array_size(list);
    struct instance_closed *closed = ARENA_ARRAY(fields->arena, struct instance_closed, size);
    struct instance_pair *pairs = ARENA_ARRAY(fields->arena, struct instance_pair, size);
    int32_t count = 0;

    for (size_t i = 0; i < size && !fields->outcome; i++) {
        entry_at(fields, "closed[%zu]", i);
        if (read_one_closed(reader, json_array_get(list, i), &closed[count]))
            count++;
    }
    entry_at(fields, "%s", "");
    if (fields->outcome)
        return;
    if (count > 1)
        qsort(closed, (size_t)count, sizeof *closed, by_closed);
    for (int32_t i = 0; i < count; i++)
        pairs[i] = (struct instance_pair){
            closed[i].child, closed[i].site * INSTANCE_BITS + closed[i].slot};
    instance->closed = closed;
    instance->closed_count = count;
    count = reader_sort_pairs(pairs, count);
    reader_spread(reader, pairs, count, offsetof(struct instance_child, closed));
}

void reader_pairs(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;

    instance->apart = read_pairs(reader, "apart", &instance->apart_count);
    instance->must_not_meet = read_pairs(reader, "must_not_meet", &instance->must_not_meet_count);
    read_closed(reader);
    if (reader->fields.outcome)
        return;
    spread_pairs(
        reader, instance->apart, instance->apart_count, offsetof(struct instance_child, apart));
    spread_pairs(reader, instance->must_not_meet, instance->must_not_meet_count,
        offsetof(struct instance_child, must_not_meet));
}
