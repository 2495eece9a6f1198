/*
 * Reading `gruppstod-instance/1`: JSON to the structs of instance.h.
 *
 * Ids are read and sorted first, so that whatever names somebody finds them; then each kind in an
 * order in which all that it names is there already. Last come the contradictions across records.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "services/planner/instance_inside.h"

/* The arena's ceiling: MOST_VALUES of the scan, each a struct's share of at most 300 bytes. */
static const size_t arena_ceiling = (size_t)2 << 30;

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int by_id(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    const int order = strcmp(a->id, b->id);

    return order ? order : (a->place > b->place) - (a->place < b->place);
}

struct record *reader_records(
    struct instance_reader *reader, const char *name, size_t most, int32_t *count)
{
    struct entry_reader *fields = &reader->fields;
    const json_t *list = entry_records(fields, reader->document, name, most);
    const int32_t size = (int32_t)json_array_size(list);
    struct record *records = ARENA_ARRAY(fields->arena, struct record, (size_t)size);

    for (int32_t i = 0; i < size && !fields->outcome; i++) {
        const json_t *json = json_array_get(list, (size_t)i);

        entry_at(fields, "%s[%d]", name, (int)i);
        records[i] = (struct record){entry_id(fields, json, "id"), json, i};
    }
    if (fields->outcome)
        return NULL;
    if (size > 1)
        qsort(records, (size_t)size, sizeof *records, by_id);
    for (int32_t i = 1; i < size; i++)
        if (strcmp(records[i].id, records[i - 1].id) == 0) {
            entry_at(fields, "%s[%d]", name, (int)records[i].place);
            entry_wrong(fields, "id", "\"%.60s\" is the id of %s[%d] too", records[i].id, name,
                (int)records[i - 1].place);
        }
    entry_at(fields, "%s", "");
    *count = size;
    return records;
}

/* A list of different names, sorted. */
static const char **read_names(
    struct instance_reader *reader, const char *name, size_t most, int32_t *count)
{
    struct entry_reader *fields = &reader->fields;
    const json_t *list = entry_list(fields, reader->document, name, most);
    const size_t size = json_array_size(list);
    const char **names = ARENA_ARRAY(fields->arena, const char *, size);

    for (size_t i = 0; i < size && !fields->outcome; i++) {
        const char *text = entry_text_at(fields, list, name, i);
        names[i] = text ? arena_copy(fields->arena, text, strlen(text)) : "";
    }
    if (fields->outcome)
        return names;
    if (size > 1)
        qsort(names, size, sizeof *names, by_text);
    for (size_t i = 1; i < size; i++)
        if (strcmp(names[i], names[i - 1]) == 0)
            entry_wrong(fields, name, "\"%.60s\" is in it twice", names[i]);
    *count = (int32_t)size;
    return names;
}

/* One row of the file's matrix into the sorted one; `place` is each file index' sorted index. */
static void read_travel_row(struct instance_reader *reader, const json_t *row, size_t i,
    const int32_t *place, int32_t *minutes)
{
    struct entry_reader *fields = &reader->fields;
    const size_t districts = (size_t)reader->instance->district_count;

    entry_at(fields, "travel[%zu]", i);
    if (!json_is_array(row) || json_array_size(row) != districts) {
        entry_wrong(fields, NULL, "a list of %zu minutes is wanted, one a district", districts);
        return;
    }
    for (size_t j = 0; j < districts && !fields->outcome; j++) {
        const json_t *value = json_array_get(row, j);
        const json_int_t number = json_integer_value(value);

        if (!json_is_integer(value) || number < 0 || number > MOST_MINUTES) {
            entry_at(fields, "travel[%zu][%zu]", i, j);
            entry_wrong(fields, NULL, "whole minutes from 0 to %d are wanted", (int)MOST_MINUTES);
        }
        minutes[(size_t)place[i] * districts + (size_t)place[j]] = (int32_t)number;
    }
}

static void read_travel(struct instance_reader *reader)
{
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;
    const size_t districts = (size_t)instance->district_count;
    const json_t *names = json_object_get(reader->document, "districts");
    const json_t *rows = entry_list(fields, reader->document, "travel", MOST_DISTRICTS);
    int32_t *place = ARENA_ARRAY(fields->arena, int32_t, districts);
    int32_t *minutes = ARENA_ARRAY(fields->arena, int32_t, districts * districts);

    if (!fields->outcome && json_array_size(rows) != districts)
        entry_wrong(fields, "travel", "%zu rows are wanted, one a district", districts);
    for (size_t i = 0; i < districts && !fields->outcome; i++)
        place[i] = instance_find_name(instance->districts, instance->district_count,
            json_string_value(json_array_get(names, i)));
    for (size_t i = 0; i < districts && !fields->outcome; i++)
        read_travel_row(reader, json_array_get(rows, i), i, place, minutes);
    entry_at(fields, "%s", "");
    instance->travel = minutes;
}

static void read_head(struct instance_reader *reader)
{
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;
    static const char *const formats[] = {"gruppstod-instance/1", NULL};
    const json_t *name = entry_optional(fields, reader->document, "name");

    entry_word(fields, reader->document, "format", formats, INSTANCE_NONE);
    instance->name = name ? entry_id(fields, reader->document, "name") : "";
    instance->plan_date = entry_date(fields, reader->document, "plan_date");
    instance->term_end = entry_date(fields, reader->document, "term_end");
    if (!fields->outcome && instance->term_end < instance->plan_date)
        entry_contradiction(fields, "term_end: the term ends before plan_date");
}

static void read_ids(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;
    struct arena *arena = reader->fields.arena;

    reader->rooms = reader_records(reader, "rooms", MOST_ROOMS, &instance->room_count);
    reader->leaders = reader_records(reader, "leaders", MOST_LEADERS, &instance->leader_count);
    reader->children = reader_records(reader, "children", MOST_CHILDREN, &instance->child_count);
    if (entry_optional(&reader->fields, reader->document, "groups"))
        reader->groups = reader_records(reader, "groups", MOST_GROUPS, &instance->group_count);
    if (reader->fields.outcome)
        return;
    instance->rooms = ARENA_ARRAY(arena, struct instance_room, (size_t)instance->room_count);
    instance->leaders = ARENA_ARRAY(arena, struct instance_leader, (size_t)instance->leader_count);
    instance->groups = ARENA_ARRAY(arena, struct instance_group, (size_t)instance->group_count);
    instance->children = ARENA_ARRAY(arena, struct instance_child, (size_t)instance->child_count);
    for (int32_t i = 0; i < instance->room_count; i++)
        instance->rooms[i].id = reader->rooms[i].id;
    for (int32_t i = 0; i < instance->leader_count; i++)
        instance->leaders[i].id = reader->leaders[i].id;
    for (int32_t i = 0; i < instance->group_count; i++)
        instance->groups[i].id = reader->groups[i].id;
    for (int32_t i = 0; i < instance->child_count; i++)
        instance->children[i].id = reader->children[i].id;
}

static void read_document(struct instance_reader *reader)
{
    static void (*const steps[])(struct instance_reader *) = {read_head, read_travel, reader_policy,
        read_ids, reader_rooms, reader_groups, reader_index_members, reader_leaders,
        reader_children, reader_units, reader_pairs, reader_contradictions};
    struct instance *instance = reader->instance;

    instance->themes = read_names(reader, "themes", INSTANCE_BITS, &instance->theme_count);
    instance->languages = read_names(reader, "languages", INSTANCE_BITS, &instance->language_count);
    instance->slots = read_names(reader, "slots", INSTANCE_BITS, &instance->slot_count);
    instance->districts =
        read_names(reader, "districts", MOST_DISTRICTS, &instance->district_count);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !reader->fields.outcome; i++)
        steps[i](reader);
}

enum instance_outcome instance_read(
    const char *json, size_t length, struct instance **out, struct error *error)
{
    json_error_t trouble;

    *out = NULL;
    if (!instance_scan(json, length, error))
        return INSTANCE_MALFORMED;
    json_t *document = json_loadb(json, length, JSON_REJECT_DUPLICATES, &trouble);
    if (!document) {
        error_set(error, ERROR_INPUT, "line %d, column %d: %s", trouble.line, trouble.column,
            trouble.text);
        return INSTANCE_MALFORMED;
    }
    struct arena *arena = arena_new(arena_ceiling);
    struct instance *instance = ARENA_NEW(arena, struct instance);
    struct instance_reader reader = {
        .fields = {.arena = arena, .error = error}, .document = document, .instance = instance};

    instance->arena = arena;
    if (json_is_object(document))
        read_document(&reader);
    else
        entry_wrong(&reader.fields, "the file", "an object is wanted");
    json_decref(document);
    if (reader.fields.outcome)
        arena_free(arena);
    else
        *out = instance;
    return reader.fields.outcome;
}
