/* Changing an instance's JSON for a question; see the header. */
#include "services/planner/whatif.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "common/number.h"

static const char *const options[WHATIF_COUNT] = {
    [WHATIF_LEADER] = "--leader",
    [WHATIF_ROOM] = "--room",
    [WHATIF_SLOT] = "--slot",
    [WHATIF_BAND] = "--band",
    [WHATIF_TRAVEL] = "--travel",
    [WHATIF_MINIMUM] = "--minimum",
};

enum whatif_kind whatif_kind_of(const char *option)
{
    int kind = 0;

    while (kind < WHATIF_COUNT && strcmp(options[kind], option) != 0)
        kind++;
    return (enum whatif_kind)kind;
}

const char *whatif_option(enum whatif_kind kind)
{
    return options[kind];
}

/* A list of the texts between "+" signs. */
static json_t *split(const char *value, size_t length)
{
    json_t *list = json_array();

    for (size_t i = 0; i < length;) {
        size_t end = i;

        while (end < length && value[end] != '+')
            end++;
        json_array_append_new(list, json_stringn(value + i, end - i));
        i = end + 1;
    }
    return list;
}

/* What a field of a leader or room may say, and which type it has. */
struct field {
    const char *name, *in_file;
    enum { FIELD_LIST, FIELD_NUMBER, FIELD_TEXT, FIELD_YES } type;
};

static bool set_field(json_t *record, const struct field *field, const char *value, size_t length,
    struct error *error)
{
    char number[24];
    int64_t whole;

    switch (field->type) {
    case FIELD_LIST:
        json_object_set_new(record, field->in_file, split(value, length));
        return true;
    case FIELD_TEXT:
        json_object_set_new(record, field->in_file, json_stringn(value, length));
        return true;
    case FIELD_YES:
        json_object_set_new(
            record, field->in_file, json_boolean(length == 3 && strncmp(value, "yes", 3) == 0));
        return true;
    case FIELD_NUMBER:
        snprintf(number, sizeof number, "%.*s", (int)(length < 23 ? length : 23), value);
        if (!number_read(number, 0, INT32_MAX, &whole))
            return error_set(error, ERROR_INPUT, "%s: %s is no number", field->name, number);
        json_object_set_new(record, field->in_file, json_integer(whole));
        return true;
    }
    return false;
}

/* The record of a list with this id; NULL where there is none. */
static json_t *find_record(const json_t *list, const char *id, size_t length)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *record = json_array_get(list, i);
        const char *own = json_string_value(json_object_get(record, "id"));

        if (own && strlen(own) == length && strncmp(own, id, length) == 0)
            return record;
    }
    return NULL;
}

/* "like=l1,slots=mon1500+tue1500": a copy of somebody, or of the usual one, with its own fields. */
static json_t *make_record(const json_t *list, json_t *usual, const char *value,
    const struct field *fields, size_t count, struct error *error)
{
    json_t *record = usual;

    for (const char *at = value; *at;) {
        const size_t length = strcspn(at, ","), name = strcspn(at, "=,");
        const char *said = at + name + (at[name] == '=');
        const size_t said_length = length > name ? length - name - 1 : 0;
        size_t i = 0;

        while (
            i < count && (strlen(fields[i].name) != name || strncmp(fields[i].name, at, name) != 0))
            i++;
        if (name == 4 && strncmp(at, "like", 4) == 0) {
            json_t *model = find_record(list, said, said_length);

            if (!model) {
                error_set(error, ERROR_INPUT, "%.*s is unknown", (int)said_length, said);
                break;
            }
            json_object_update(record, model);
        } else if (i == count) {
            error_set(error, ERROR_INPUT, "%.*s is nothing that can be said", (int)name, at);
            break;
        } else if (!set_field(record, &fields[i], said, said_length, error)) {
            break;
        }
        at += length;
        if (!*at)
            return record;
        at++;
    }
    if (!*value)
        return record;
    json_decref(record);
    return NULL;
}

/* An id that nobody has: x, xx, xxx ... */
static void set_new_id(const json_t *list, json_t *record)
{
    char id[60] = "new";

    while (find_record(list, id, strlen(id)) && strlen(id) + 1 < sizeof id)
        memcpy(id + strlen(id), "x", 2);
    json_object_set_new(record, "id", json_string(id));
}

static bool add_leader(json_t *document, const char *value, struct error *error)
{
    static const struct field fields[] = {
        {"themes", "themes", FIELD_LIST},
        {"languages", "languages", FIELD_LIST},
        {"slots", "slots", FIELD_LIST},
        {"districts", "districts", FIELD_LIST},
        {"groups", "max_groups", FIELD_NUMBER},
        {"parents", "parents", FIELD_YES},
        {"experienced", "experienced", FIELD_YES},
    };
    json_t *list = json_object_get(document, "leaders");
    json_t *usual = json_object();

    json_object_set(usual, "themes", json_object_get(document, "themes"));
    json_object_set(usual, "languages", json_object_get(document, "languages"));
    json_object_set(usual, "slots", json_object_get(document, "slots"));
    json_object_set(usual, "districts", json_object_get(document, "districts"));
    json_object_set_new(usual, "max_groups", json_integer(1));
    json_object_set_new(usual, "experienced", json_true());
    json_object_set(usual, "contract_until", json_object_get(document, "term_end"));
    json_t *record = make_record(list, usual, value, fields, COUNT(fields), error);
    if (!record)
        return false;
    json_object_del(record, "avoid");
    set_new_id(list, record);
    return json_array_append_new(list, record) == 0;
}

static bool add_room(json_t *document, const char *value, struct error *error)
{
    static const struct field fields[] = {
        {"district", "district", FIELD_TEXT},
        {"capacity", "capacity", FIELD_NUMBER},
        {"slots", "slots", FIELD_LIST},
        {"tags", "tags", FIELD_LIST},
        {"site", "site", FIELD_TEXT},
    };
    json_t *list = json_object_get(document, "rooms");
    json_t *usual = json_object();

    json_object_set(usual, "district", json_array_get(json_object_get(document, "districts"), 0));
    json_object_set_new(usual, "capacity", json_integer(8));
    json_object_set(usual, "slots", json_object_get(document, "slots"));
    json_object_set_new(usual, "site", json_string("a new site"));
    json_t *record = make_record(list, usual, value, fields, COUNT(fields), error);
    if (!record)
        return false;
    set_new_id(list, record);
    return json_array_append_new(list, record) == 0;
}

static bool open_slot(json_t *document, const char *value, struct error *error)
{
    json_t *rooms = json_object_get(document, "rooms");
    const json_t *slots = json_object_get(document, "slots");
    bool known = false;

    for (size_t i = 0; i < json_array_size(slots); i++)
        known |= strcmp(json_string_value(json_array_get(slots, i)), value) == 0;
    if (!known)
        return error_set(error, ERROR_INPUT, "slot %.60s is unknown", value);
    for (size_t i = 0; i < json_array_size(rooms); i++) {
        json_t *room = json_array_get(rooms, i);
        json_t *open = json_deep_copy(json_object_get(room, "slots"));

        json_array_append_new(open, json_string(value)); /* twice is once */
        json_object_set_new(room, "slots", open);
    }
    return true;
}

static json_t *policy_of(json_t *document)
{
    json_t *policy = json_object_get(document, "policy");

    if (json_is_object(policy))
        return policy;
    json_object_set_new(document, "policy", json_object());
    return json_object_get(document, "policy");
}

/* Sets a limit of the policy and of each theme that has one of its own; `add` is added to what
 * is there, or `set` replaces it. */
static void set_limit(json_t *document, const char *name, int64_t usual, int64_t add, int64_t set)
{
    json_t *policy = policy_of(document), *own;
    json_t *by_theme = json_object_get(policy, "by_theme");
    const json_t *said = json_object_get(policy, name);
    const char *theme;

    json_object_set_new(policy, name,
        json_integer(set > 0 ? set : (said ? json_integer_value(said) : usual) + add));
    json_object_foreach(by_theme, theme, own)
    {
        said = json_object_get(own, name);
        if (said)
            json_object_set_new(
                own, name, json_integer(set > 0 ? set : json_integer_value(said) + add));
    }
}

static void travel_longer(json_t *document, int64_t minutes)
{
    json_t *children = json_object_get(document, "children");

    for (size_t i = 0; i < json_array_size(children); i++) {
        json_t *child = json_array_get(children, i);
        const int64_t most = json_integer_value(json_object_get(child, "max_travel"));

        json_object_set_new(child, "max_travel", json_integer(most + minutes));
    }
}

bool whatif_change(json_t *document, struct whatif whatif, struct error *error)
{
    const bool counted = whatif.kind >= WHATIF_BAND;
    int64_t number = 0;

    if (counted && !number_read(whatif.value, 1, 1000, &number))
        return error_set(error, ERROR_INPUT, "%s %.60s: a number of 1 to 1000 is wanted",
            options[whatif.kind], whatif.value);
    switch (whatif.kind) {
    case WHATIF_LEADER:
        return add_leader(document, whatif.value, error);
    case WHATIF_ROOM:
        return add_room(document, whatif.value, error);
    case WHATIF_SLOT:
        return open_slot(document, whatif.value, error);
    case WHATIF_BAND:
        set_limit(document, "max_band_years", 3, number, 0);
        return true;
    case WHATIF_TRAVEL:
        travel_longer(document, number);
        return true;
    case WHATIF_MINIMUM:
        set_limit(document, "min_children", 4, 0, number);
        return true;
    case WHATIF_COUNT:
        break;
    }
    return false;
}
