/* Rooms, the sites they lie at and the tags they have; groups that exist and who is in them. */
#include <stdlib.h>
#include <string.h>

#include "services/planner/instance_inside.h"

static const char *const gender_words[] = {"X", "F", "M", NULL};
static const char *const sex_words[] = {"F", "M", NULL};
static const char *const parent_words[] = {"none", "wants", "must", NULL};

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Sorts names and drops doubles; returns how many are left. */
static int32_t unique_names(const char **names, size_t count)
{
    int32_t kept = 0;

    if (count > 1)
        qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
            names[kept++] = names[i];
    return kept;
}

/* Adds the texts of `record.name` that are not among the tags yet. */
static void add_tags(struct instance_reader *reader, const struct record *record, const char *list,
    const char *field)
{
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;

    entry_at(fields, "%s[%d]", list, (int)record->place);
    const json_t *tags = entry_list_or_empty(fields, record->json, field, INSTANCE_BITS);
    for (size_t i = 0; i < json_array_size(tags) && !fields->outcome; i++) {
        const char *text = entry_text_at(fields, tags, field, i);
        int32_t known = 0;

        while (text && known < instance->tag_count && strcmp(instance->tags[known], text) != 0)
            known++;
        if (!text || known < instance->tag_count)
            continue;
        if (known == INSTANCE_BITS)
            entry_wrong(fields, field, "more than %d different tags", (int)INSTANCE_BITS);
        else
            instance->tags[instance->tag_count++] = arena_copy(fields->arena, text, strlen(text));
    }
}

static void read_tags(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;

    instance->tags = ARENA_ARRAY(reader->fields.arena, const char *, INSTANCE_BITS);
    for (int32_t i = 0; i < instance->room_count; i++)
        add_tags(reader, &reader->rooms[i], "rooms", "tags");
    for (int32_t i = 0; i < instance->child_count; i++)
        add_tags(reader, &reader->children[i], "children", "needs");
    instance->tag_count = unique_names(instance->tags, (size_t)instance->tag_count);
}

static void read_sites(struct instance_reader *reader)
{
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;
    const size_t rooms = (size_t)instance->room_count;

    instance->sites = ARENA_ARRAY(fields->arena, const char *, rooms);
    for (size_t i = 0; i < rooms && !fields->outcome; i++) {
        entry_at(fields, "rooms[%d]", (int)reader->rooms[i].place);
        instance->sites[i] = entry_id(fields, reader->rooms[i].json, "site");
    }
    if (!fields->outcome)
        instance->site_count = unique_names(instance->sites, rooms);
}

static void read_room(
    struct instance_reader *reader, const json_t *record, struct instance_room *room)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;

    room->site = entry_name(fields, record, "site", instance->sites, instance->site_count);
    room->district =
        entry_name(fields, record, "district", instance->districts, instance->district_count);
    room->capacity = (int32_t)entry_int(fields, record, "capacity", 0, 1000);
    room->cost = (int32_t)entry_int_or(fields, record, "cost", 0, 1000000000, 0);
    room->tags = entry_mask(fields, entry_list_or_empty(fields, record, "tags", INSTANCE_BITS),
        "tags", instance->tags, instance->tag_count);
    room->slots = entry_mask(fields, entry_list(fields, record, "slots", INSTANCE_BITS), "slots",
        instance->slots, instance->slot_count);
}

void reader_rooms(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;

    read_tags(reader);
    read_sites(reader);
    for (int32_t i = 0; i < instance->room_count && !reader->fields.outcome; i++) {
        entry_at(&reader->fields, "rooms[%d]", (int)reader->rooms[i].place);
        read_room(reader, reader->rooms[i].json, &instance->rooms[i]);
    }
    entry_at(&reader->fields, "%s", "");
}

/* The index of a record that a field names by id. */
static int32_t find(
    struct instance_reader *reader, const json_t *record, const char *name, entry_find_fn *find_fn)
{
    const char *id = entry_id(&reader->fields, record, name);
    const int32_t index = id ? find_fn(reader->instance, id) : INSTANCE_NONE;

    if (id && index == INSTANCE_NONE)
        entry_wrong(&reader->fields, name, "\"%.60s\" is unknown", id);
    return index == INSTANCE_NONE ? 0 : index;
}

/* H13 of what is fixed. */
static void take_room(struct instance_reader *reader, const char *group, int32_t room, int32_t slot)
{
    struct instance *instance = reader->instance;

    if (reader->fields.outcome)
        return;
    if (instance->rooms[room].taken & instance_bit(slot))
        entry_contradiction(&reader->fields,
            "%s.room: %.40s is in room %.40s at %.40s, where another existing group is",
            reader->fields.path, group, instance->rooms[room].id, instance->slots[slot]);
    instance->rooms[room].taken |= instance_bit(slot);
}

/* H12 of what is fixed; INSTANCE_NONE is nobody. */
static void take_leader(
    struct instance_reader *reader, const char *group, int32_t leader, int32_t slot)
{
    struct instance *instance = reader->instance;

    if (reader->fields.outcome || leader == INSTANCE_NONE)
        return;
    if (instance->leaders[leader].taken & instance_bit(slot))
        entry_contradiction(&reader->fields,
            "%s.leaders: %.40s has leader %.40s at %.40s, who has another group then",
            reader->fields.path, group, instance->leaders[leader].id, instance->slots[slot]);
    instance->leaders[leader].taken |= instance_bit(slot);
}

/* At most two leaders by id, in the order said. */
static void read_two_leaders(
    struct instance_reader *reader, const json_t *record, const char *name, int32_t leaders[2])
{
    struct entry_reader *fields = &reader->fields;
    const json_t *list = entry_list(fields, record, name, 2);

    leaders[0] = leaders[1] = INSTANCE_NONE;
    for (size_t i = 0; i < json_array_size(list) && !fields->outcome; i++) {
        const char *id = entry_text_at(fields, list, name, i);

        leaders[i] = id ? instance_find_leader(reader->instance, id) : INSTANCE_NONE;
        if (id && leaders[i] == INSTANCE_NONE)
            entry_wrong(fields, name, "\"%.60s\" is unknown", id);
    }
}

static void read_parent_group(
    struct instance_reader *reader, const json_t *record, struct instance_group *group)
{
    struct entry_reader *fields = &reader->fields;
    const json_t *parents = entry_optional(fields, record, "parent_group");

    group->parent_room = group->parent_leaders[0] = group->parent_leaders[1] = INSTANCE_NONE;
    if (!parents)
        return;
    group->parent_room = find(reader, parents, "room", instance_find_room);
    if (entry_optional(fields, parents, "leaders"))
        read_two_leaders(reader, parents, "leaders", group->parent_leaders);
    else
        group->parent_leaders[0] = find(reader, parents, "leader", instance_find_leader);
}

static void take(struct instance_reader *reader, const struct instance_group *group)
{
    take_room(reader, group->id, group->room, group->slot);
    if (group->parent_room != INSTANCE_NONE)
        take_room(reader, group->id, group->parent_room, group->slot);
    for (int i = 0; i < 2; i++) {
        take_leader(reader, group->id, group->leaders[i], group->slot);
        take_leader(reader, group->id, group->parent_leaders[i], group->slot);
    }
}

static void read_band(
    struct entry_reader *fields, const json_t *record, struct instance_group *group)
{
    group->age_from = (int32_t)entry_int(fields, record, "age_from", 0, INSTANCE_AGE_MAX);
    group->age_to = (int32_t)entry_int(fields, record, "age_to", 0, INSTANCE_AGE_MAX);
    if (!fields->outcome && group->age_from > group->age_to)
        entry_wrong(fields, "age_to", "%d is below age_from", (int)group->age_to);
}

static void read_group(
    struct instance_reader *reader, const json_t *record, struct instance_group *group)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;

    group->theme = entry_name(fields, record, "theme", instance->themes, instance->theme_count);
    group->language =
        entry_name(fields, record, "language", instance->languages, instance->language_count);
    group->slot = entry_name(fields, record, "slot", instance->slots, instance->slot_count);
    group->gender =
        (enum instance_gender)entry_word(fields, record, "gender", gender_words, INSTANCE_MIXED);
    group->room = find(reader, record, "room", instance_find_room);
    read_band(fields, record, group);
    read_two_leaders(reader, record, "leaders", group->leaders);
    read_parent_group(reader, record, group);
    if (fields->outcome)
        return;
    group->max = (int32_t)entry_int_or(fields, record, "max", 0, INSTANCE_GROUP_CHILDREN,
        instance->policy.by_theme[group->theme].max_children);
    take(reader, group);
}

static void read_member(
    struct entry_reader *fields, const json_t *record, struct instance_member *member)
{
    member->id = entry_id(fields, record, "id");
    if (entry_optional(fields, record, "birth"))
        member->birth = entry_date(fields, record, "birth");
    member->sex = (enum instance_sex)entry_word(fields, record, "sex", sex_words, INSTANCE_FEMALE);
    member->parent = (enum instance_parent)entry_word(
        fields, record, "parent", parent_words, INSTANCE_PARENT_NONE);
}

static int by_member_id(const void *left, const void *right)
{
    return strcmp(
        ((const struct instance_member *)left)->id, ((const struct instance_member *)right)->id);
}

/* Members of one group behind those that are there, and the places that they leave. */
static void read_members(
    struct instance_reader *reader, const struct record *record, struct instance_group *group)
{
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;
    const json_t *list = entry_list_or_empty(fields, record->json, "members", MOST_MEMBERS);
    const int32_t first = instance->member_count, count = (int32_t)json_array_size(list);
    int32_t parents = 0;

    for (int32_t i = 0; i < count && !fields->outcome; i++) {
        struct instance_member *member = &instance->members[first + i];

        entry_at(fields, "groups[%d].members[%d]", (int)record->place, (int)i);
        read_member(fields, json_array_get(list, (size_t)i), member);
        member->group = (int32_t)(group - instance->groups);
        parents += member->parent != INSTANCE_PARENT_NONE;
    }
    if (fields->outcome)
        return;
    if (count > 1)
        qsort(&instance->members[first], (size_t)count, sizeof *instance->members, by_member_id);
    const int32_t capacity = instance->rooms[group->room].capacity;
    const int32_t places = (group->max < capacity ? group->max : capacity) - count;
    group->first_member = first;
    group->member_count = count;
    group->places_left = places > 0 ? places : 0;
    if (group->parent_room != INSTANCE_NONE &&
        instance->rooms[group->parent_room].capacity > parents)
        group->parent_places_left = instance->rooms[group->parent_room].capacity - parents;
    instance->member_count += count;
}

void reader_groups(struct instance_reader *reader)
{
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;
    size_t members = 0;

    for (int32_t i = 0; i < instance->group_count; i++)
        members += json_array_size(json_object_get(reader->groups[i].json, "members"));
    instance->members = ARENA_ARRAY(fields->arena, struct instance_member, members);
    for (int32_t i = 0; i < instance->group_count && !fields->outcome; i++) {
        entry_at(fields, "groups[%d]", (int)reader->groups[i].place);
        read_group(reader, reader->groups[i].json, &instance->groups[i]);
        read_members(reader, &reader->groups[i], &instance->groups[i]);
    }
    entry_at(fields, "%s", "");
}
