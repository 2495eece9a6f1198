/* What is right field by field and cannot all be true: no plan would keep the rules. Exit 3. */
#include <stdlib.h>

#include "services/planner/instance_inside.h"

static bool are_siblings(const struct instance_reader *reader, struct instance_pair pair)
{
    const struct instance *instance = reader->instance;

    if (pair.second < instance->child_count)
        return instance->children[pair.first].unit == instance->children[pair.second].unit;
    for (int32_t low = 0, high = reader->sibling_member_count - 1; low <= high;) {
        const int32_t middle = low + (high - low) / 2;
        const struct instance_pair other = reader->sibling_members[middle];

        if (other.first == pair.first && other.second == pair.second)
            return true;
        if (other.first < pair.first || (other.first == pair.first && other.second < pair.second))
            low = middle + 1;
        else
            high = middle - 1;
    }
    return false;
}

static const struct instance_group *group_of(const struct instance *instance, int32_t person)
{
    return person < instance->child_count
               ? NULL
               : &instance->groups[instance->members[person - instance->child_count].group];
}

/* Members who must be apart and are not: H16 in one group, H17 at one site in one slot. */
static bool already_meet(
    const struct instance *instance, struct instance_pair pair, const char *list)
{
    const struct instance_group *a = group_of(instance, pair.first);
    const struct instance_group *b = group_of(instance, pair.second);

    if (!a || !b)
        return false;
    if (list[0] == 'a')
        return a == b;
    return a->slot == b->slot && instance->rooms[a->room].site == instance->rooms[b->room].site;
}

static void look_at_pairs(struct instance_reader *reader, const struct instance_pair *pairs,
    int32_t count, const char *list)
{
    const struct instance *instance = reader->instance;

    for (int32_t i = 0; i < count && !reader->fields.outcome; i++) {
        const char *first = instance_person_id(instance, pairs[i].first);
        const char *second = instance_person_id(instance, pairs[i].second);

        if (pairs[i].first < instance->child_count && are_siblings(reader, pairs[i]))
            entry_contradiction(&reader->fields,
                "together: %.60s and %.60s belong together and are in %s too", first, second, list);
        else if (already_meet(instance, pairs[i], list))
            entry_contradiction(&reader->fields,
                "%s: %.60s and %.60s have confirmed places where they meet", list, first, second);
    }
}

void reader_contradictions(struct instance_reader *reader)
{
    const struct instance *instance = reader->instance;

    look_at_pairs(reader, instance->apart, instance->apart_count, "apart");
    look_at_pairs(reader, instance->must_not_meet, instance->must_not_meet_count, "must_not_meet");
}
