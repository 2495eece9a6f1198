/* Reading `gruppstod-plan/1`, made by us or by another planner. */
#include <stdlib.h>
#include <string.h>

#include "services/planner/check.h"
#include "services/planner/instance_inside.h"
#include "services/planner/plan.h"

enum { MOST_PLAN_GROUPS = 20000, MOST_LISTED = 1000 };

struct plan_reader {
    struct entry_reader fields;
    const struct instance *instance;
    struct plan *plan;
    struct complaints *complaints; /* may be NULL */
};

/* The rule that a list of the plan is under. */
static const char *rule_of(const char *name)
{
    if (strcmp(name, "leaders") == 0)
        return "H11";
    if (strcmp(name, "leader") == 0)
        return "H14";
    return strcmp(name, "room") == 0 ? "H13" : strcmp(name, "group") == 0 ? "H19" : "H1";
}

/* What a right plan would not say, but can be read. */
static void mention(struct plan_reader *reader, int32_t about, const char *rule,
    const char *sentence, const char *id)
{
    if (reader->complaints)
        complain(
            reader->complaints, about, "%s %s: %s %.60s", rule, reader->fields.path, sentence, id);
    else
        entry_wrong(&reader->fields, NULL, "%s %.60s", sentence, id);
}

/* An id's index by one of the instance's finders. */
static int32_t find(struct plan_reader *reader, int32_t about, const json_t *record,
    const char *name, entry_find_fn *find_fn)
{
    const char *id = entry_id(&reader->fields, record, name);
    const int32_t index = id ? find_fn(reader->instance, id) : INSTANCE_NONE;

    if (id && index == INSTANCE_NONE)
        mention(reader, about, rule_of(name), "an unknown id,", id);
    return index;
}

static int32_t find_theme(const struct instance *instance, const char *name)
{
    return instance_find_name(instance->themes, instance->theme_count, name);
}

static int32_t find_language(const struct instance *instance, const char *name)
{
    return instance_find_name(instance->languages, instance->language_count, name);
}

static int32_t find_slot(const struct instance *instance, const char *name)
{
    return instance_find_name(instance->slots, instance->slot_count, name);
}

/* Ids of a list into `out`, which has room for `room` of them; returns how many it holds. */
static int32_t read_list(struct plan_reader *reader, int32_t about, const json_t *record,
    const char *name, entry_find_fn *find_fn, int32_t *out, int32_t room)
{
    struct entry_reader *fields = &reader->fields;
    const json_t *list = entry_list(fields, record, name, MOST_LISTED);
    const int32_t size = (int32_t)json_array_size(list);

    for (int32_t i = 0; i < size && i < room && !fields->outcome; i++) {
        const char *id = entry_text_at(fields, list, name, (size_t)i);

        out[i] = id ? find_fn(reader->instance, id) : INSTANCE_NONE;
        if (id && out[i] == INSTANCE_NONE)
            mention(reader, about, rule_of(name), "an unknown id,", id);
    }
    if (size > room)
        mention(reader, about, strcmp(name, "children") == 0 ? "H2" : rule_of(name), "too many in",
            name);
    return size < room ? size : room;
}

static void read_parent_group(
    struct plan_reader *reader, int32_t about, const json_t *record, struct plan_group *group)
{
    const json_t *parents = entry_optional(&reader->fields, record, "parent_group");

    group->parent_room = group->parent_leaders[0] = group->parent_leaders[1] = INSTANCE_NONE;
    if (!parents)
        return;
    group->parent_room = find(reader, about, parents, "room", instance_find_room);
    if (group->parent_room == INSTANCE_NONE)
        return;
    if (entry_optional(&reader->fields, parents, "leaders"))
        read_list(
            reader, about, parents, "leaders", instance_find_leader, group->parent_leaders, 2);
    else
        group->parent_leaders[0] = find(reader, about, parents, "leader", instance_find_leader);
}

static void read_group(struct plan_reader *reader, int32_t i, const json_t *record)
{
    static const char *const genders[] = {"X", "F", "M", NULL};
    struct entry_reader *fields = &reader->fields;
    struct plan_group *group = &reader->plan->groups[i];

    entry_at(fields, "groups[%d]", (int)i);
    const char *id = entry_id(fields, record, "id");
    if (id && strlen(id) >= PLAN_ID_SIZE)
        entry_wrong(fields, "id", "at most %d bytes are read", PLAN_ID_SIZE - 1);
    snprintf(group->id, sizeof group->id, "%.63s", id ? id : "");
    group->theme = find(reader, i, record, "theme", find_theme);
    group->language = find(reader, i, record, "language", find_language);
    group->slot = find(reader, i, record, "slot", find_slot);
    group->room = find(reader, i, record, "room", instance_find_room);
    group->age_from = (int32_t)entry_int(fields, record, "age_from", -1000, 1000);
    group->age_to = (int32_t)entry_int(fields, record, "age_to", -1000, 1000);
    group->gender =
        (enum instance_gender)entry_word(fields, record, "gender", genders, INSTANCE_MIXED);
    group->leaders[0] = group->leaders[1] = INSTANCE_NONE;
    read_list(reader, i, record, "leaders", instance_find_leader, group->leaders, 2);
    read_parent_group(reader, i, record, group);
    group->child_count = read_list(reader, i, record, "children", instance_find_child,
        group->children, INSTANCE_GROUP_CHILDREN);
}

static void read_addition(struct plan_reader *reader, int32_t i, const json_t *record)
{
    struct plan_addition *addition = &reader->plan->additions[i];
    const int32_t about = reader->plan->group_count + i;

    entry_at(&reader->fields, "additions[%d]", (int)i);
    addition->group = find(reader, about, record, "group", instance_find_group);
    addition->child_count = read_list(reader, about, record, "children", instance_find_child,
        addition->children, INSTANCE_GROUP_CHILDREN);
}

/* A list of records that may be absent, and zeroed room for as many structs. */
static const json_t *read_records(struct plan_reader *reader, const json_t *document,
    const char *name, size_t size, void **structs, int32_t *count)
{
    const json_t *list = entry_optional(&reader->fields, document, name)
                             ? entry_records(&reader->fields, document, name, MOST_PLAN_GROUPS)
                             : NULL;
    const size_t records = json_array_size(list);

    *structs = memset(memory_grow(NULL, (records + 1) * size), 0, (records + 1) * size);
    *count = (int32_t)records;
    return list;
}

static const json_t *claim(struct plan_reader *reader, const json_t *document, const char *name)
{
    if (reader->complaints && !reader->fields.outcome && !json_object_get(document, name))
        complain(reader->complaints, INSTANCE_NONE, "%s: it is missing", name);
    return entry_optional(&reader->fields, document, name);
}

/* A number that a plan should say of itself; PLAN_ABSENT where it is absent or null. */
static int64_t read_claim(struct plan_reader *reader, const json_t *document, const char *name)
{
    const json_t *value = claim(reader, document, name);

    if (!value)
        return PLAN_ABSENT;
    if (!json_is_integer(value)) {
        entry_wrong(&reader->fields, name, "a whole number is wanted");
        return PLAN_ABSENT;
    }
    return json_integer_value(value);
}

/* Others may have rounded it: a thousandth is no lie. */
static void read_gap(struct plan_reader *reader, const json_t *document)
{
    const json_t *value = claim(reader, document, "gap");
    const double said = json_number_value(value), is = plan_gap(reader->plan);

    if (value && !json_is_number(value))
        entry_wrong(&reader->fields, "gap", "a number is wanted");
    else if (value && reader->complaints && reader->plan->score != PLAN_ABSENT &&
             reader->plan->bound != PLAN_ABSENT && (said > is + 0.001 || said < is - 0.001))
        complain(reader->complaints, INSTANCE_NONE, "gap: %.6f is claimed, it is %.6f", said, is);
}

static void read_claims(struct plan_reader *reader, const json_t *document)
{
    struct plan *plan = reader->plan;
    const json_t *status = entry_optional(&reader->fields, document, "status");
    const char *word = json_string_value(status);

    plan->score = read_claim(reader, document, "score");
    plan->bound = read_claim(reader, document, "bound");
    read_gap(reader, document);
    plan->status = !word                           ? PLAN_UNKNOWN
                   : strcmp(word, "optimal") == 0  ? PLAN_OPTIMAL
                   : strcmp(word, "feasible") == 0 ? PLAN_FEASIBLE
                                                   : PLAN_UNKNOWN;
    const json_t *seed = entry_optional(&reader->fields, document, "seed");
    plan->seed = json_is_integer(seed) ? (uint64_t)json_integer_value(seed) : 0;
    plan->wall_s = json_number_value(entry_optional(&reader->fields, document, "wall_s"));
}

static void read_document(struct plan_reader *reader, const json_t *document)
{
    struct plan *plan = reader->plan;
    void *groups, *additions;
    const json_t *list =
        read_records(reader, document, "groups", sizeof *plan->groups, &groups, &plan->group_count);

    plan->groups = groups;
    for (int32_t i = 0; i < plan->group_count && !reader->fields.outcome; i++)
        read_group(reader, i, json_array_get(list, (size_t)i));
    entry_at(&reader->fields, "%s", "");
    list = read_records(
        reader, document, "additions", sizeof *plan->additions, &additions, &plan->addition_count);
    plan->additions = additions;
    for (int32_t i = 0; i < plan->addition_count && !reader->fields.outcome; i++)
        read_addition(reader, i, json_array_get(list, (size_t)i));
    entry_at(&reader->fields, "%s", "");
    read_claims(reader, document);
}

bool plan_read(const struct instance *instance, const char *json, size_t length, struct plan *out,
    struct complaints *complaints, struct error *error)
{
    json_error_t trouble;

    memset(out, 0, sizeof *out);
    if (!instance_scan(json, length, error))
        return false;
    json_t *document = json_loadb(json, length, JSON_REJECT_DUPLICATES, &trouble);
    if (!document)
        return error_set(error, ERROR_INPUT, "line %d, column %d: %s", trouble.line, trouble.column,
            trouble.text);
    struct plan_reader reader = {.fields = {.arena = arena_new((size_t)1 << 30), .error = error},
        .instance = instance,
        .plan = out,
        .complaints = complaints};

    if (json_is_object(document))
        read_document(&reader, document);
    else
        entry_wrong(&reader.fields, "the file", "an object is wanted");
    json_decref(document);
    arena_free(reader.fields.arena);
    if (reader.fields.outcome)
        plan_clear(out);
    return !reader.fields.outcome;
}

bool plan_read_stream(const struct instance *instance, FILE *stream, struct plan *out,
    struct complaints *complaints, struct error *error)
{
    size_t length;
    char *json = instance_slurp(stream, &length, error);

    memset(out, 0, sizeof *out);
    if (!json)
        return false;
    const bool read = plan_read(instance, json, length, out, complaints, error);
    free(json);
    return read;
}
