/* A message from and to JSON. jansson reads; what it would let pass is looked at before. */
#include <jansson.h>

#include "common/domain/date.h"
#include "common/message_inside.h"

enum { UNKNOWN_SHOWN = 64 }; /* bytes of an unknown field's name that are told back */

/* --- in --- */

/* Brackets outside strings, before the parser spends anything on them. */
static bool is_deep(struct text json)
{
    int depth = 0;
    bool inside = false;

    for (size_t i = 0; i < json.length; i++) {
        const char byte = json.data[i];
        if (inside && byte == '\\')
            i++;
        else if (byte == '"')
            inside = !inside;
        else if (!inside && (byte == '{' || byte == '['))
            depth++;
        else if (!inside && (byte == '}' || byte == ']'))
            depth--;
        if (depth > MESSAGE_DEPTH_MOST)
            return true;
    }
    return false;
}

static bool unreadable(struct judge *judge, const char *sentence)
{
    judge->problems->list[0] = (struct message_problem){PROBLEM_BODY, TEXT(""), text_of(sentence)};
    judge->problems->count = 1;
    return false;
}

static bool from_object(struct judge *judge, const struct message_type *type, json_t *object,
    void *message, const struct path *before);

static enum problem_kind from_number(
    const struct message_field *field, int64_t value, void *element)
{
    if (value < field->least)
        return PROBLEM_SMALL;
    if (value > field->most)
        return PROBLEM_LARGE;
    element_put_int(field, element, value);
    return PROBLEM_NONE;
}

static enum problem_kind from_string(
    struct arena *arena, const struct message_field *field, struct text text, void *element)
{
    struct text copy;
    int32_t day;

    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        return uuid_parse(text, element) ? field_wrong(field, element) : PROBLEM_FORMAT;
    case FIELD_TEXT:
        copy = (struct text){arena_copy(arena, text.data, text.length), text.length};
        memcpy(element, &copy, sizeof copy);
        return text_wrong(field, text);
    case FIELD_DAY:
        return date_parse(text, &day) ? from_number(field, day, element) : PROBLEM_FORMAT;
    case FIELD_NAME:
        element_put_int(field, element, field_word(field, text));
        return field_wrong(field, element);
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_OBJECT:
        break;
    }
    return PROBLEM_TYPE;
}

static enum problem_kind from_scalar(
    struct arena *arena, const struct message_field *field, const json_t *value, void *element)
{
    bool truth;

    if (json_is_string(value))
        return from_string(arena, field,
            (struct text){json_string_value(value), json_string_length(value)}, element);
    if (json_is_integer(value) && field->kind == FIELD_INT)
        return from_number(field, json_integer_value(value), element);
    if (!json_is_boolean(value) || field->kind != FIELD_BOOL)
        return PROBLEM_TYPE;
    truth = json_is_true(value);
    memcpy(element, &truth, sizeof truth);
    return PROBLEM_NONE;
}

static bool from_value(struct judge *judge, const struct message_field *field, json_t *value,
    void *element, const struct path *path)
{
    if (field->kind == FIELD_OBJECT && json_is_object(value))
        return from_object(judge, field->object, value, element, path);
    const enum problem_kind wrong = from_scalar(judge->arena, field, value, element);
    return wrong == PROBLEM_NONE || judge_says(judge, wrong, field, path);
}

static bool from_array(struct judge *judge, const struct message_field *field, json_t *value,
    void *message, const struct path *path)
{
    const size_t count = json_array_size(value), size = field_element_size(field);
    bool right = true;

    if (!json_is_array(value))
        return judge_says(judge, PROBLEM_TYPE, field, path);
    if (count > field->items_most || count < field->items_least)
        return judge_says(
            judge, count > field->items_most ? PROBLEM_MANY : PROBLEM_FEW, field, path);
    char *elements = field_make(field, message, count, judge->arena);
    for (size_t i = 0; i < count; i++) {
        const struct path at = {path, NULL, i};
        right =
            from_value(judge, field, json_array_get(value, i), elements + i * size, &at) && right;
    }
    return right;
}

static bool from_field(struct judge *judge, const struct message_field *field, json_t *value,
    void *message, const struct path *path)
{
    if (!value || json_is_null(value))
        return !field->required || judge_says(judge, PROBLEM_MISSING, field, path);
    if (field->array)
        return from_array(judge, field, value, message, path);
    void *place = field_place(field, message);
    if (field->kind == FIELD_OBJECT && json_is_object(value))
        place = field_make(field, message, 1, judge->arena);
    return from_value(judge, field, value, place, path);
}

/* Names that the type does not have: a message skips them, a form tells each. */
static bool refuse_unknown(
    struct judge *judge, const struct message_type *type, json_t *object, const struct path *before)
{
    const char *name;
    json_t *value;
    bool right = true;

    json_object_foreach(object, name, value)
    {
        const struct path path = {
            before, arena_format(judge->arena, "%.*s", UNKNOWN_SHOWN, name), 0};
        if (field_find(type, text_of(name), 0) == SIZE_MAX)
            right = judge_says(judge, PROBLEM_FIELD, NULL, &path);
    }
    return right;
}

static bool from_object(struct judge *judge, const struct message_type *type, json_t *object,
    void *message, const struct path *before)
{
    bool right = !type->closed || refuse_unknown(judge, type, object, before);

    for (size_t i = 0; i < type->field_count; i++) {
        const struct message_field *field = &type->fields[i];
        const struct path path = {before, field->name, 0};
        right =
            from_field(judge, field, json_object_get(object, field->name), message, &path) && right;
    }
    return right;
}

bool message_from_json(const struct message_type *type, struct text json, struct arena *arena,
    void *message, struct message_problems *problems)
{
    struct judge judge = {arena, problems};
    json_error_t trouble;
    bool right;

    problems->count = 0;
    message_clear(type, message);
    if (json.length > MESSAGE_BYTES_MOST)
        return unreadable(&judge, "The body is too long.");
    if (is_deep(json))
        return unreadable(&judge, "The JSON is too deep.");
    json_t *root =
        json_loadb(json.data ? json.data : "", json.length, JSON_REJECT_DUPLICATES, &trouble);
    if (!root)
        return unreadable(
            &judge, arena_format(arena, "The body is no clean JSON: line %d, column %d.",
                        trouble.line, trouble.column));
    if (json_is_object(root))
        right = from_object(&judge, type, root, message, NULL);
    else
        right = unreadable(&judge, "The body is no JSON object.");
    json_decref(root);
    return right;
}

/* --- out --- */

enum view { VIEW_WHOLE, VIEW_MASKED };

static json_t *to_object(const struct message_type *type, const void *message, enum view view);

static json_t *to_value(const struct message_field *field, const void *element, enum view view)
{
    char id[UUID_TEXT + 1], day[DATE_TEXT + 1];
    struct uuid uuid;
    struct text text;
    bool truth;

    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        memcpy(&uuid, element, sizeof uuid);
        uuid_format(uuid, id);
        return json_string(id);
    case FIELD_TEXT:
        text = element_text(element);
        return json_stringn(text.data, text.length);
    case FIELD_INT:
        return json_integer(element_int(field, element));
    case FIELD_DAY:
        date_format((int32_t)element_int(field, element), day);
        return json_string(day);
    case FIELD_NAME:
        return json_string(field->names[element_int(field, element)]);
    case FIELD_BOOL:
        memcpy(&truth, element, sizeof truth);
        return json_boolean(truth);
    case FIELD_OBJECT:
        return to_object(field->object, element, view);
    }
    check_failed("a field has a kind", __FILE__, __LINE__);
}

static json_t *to_field(const struct message_field *field, const void *message, enum view view)
{
    const size_t size = field_element_size(field);
    const char *elements = field_elements(field, message);

    if (view == VIEW_MASKED && field->privacy != PRIVACY_OPEN && field->kind != FIELD_OBJECT)
        return json_string("***");
    if (!field->array)
        return to_value(field, elements, view);
    json_t *list = json_array();
    for (size_t i = 0; i < field_count(field, message); i++)
        CHECK(json_array_append_new(list, to_value(field, elements + i * size, view)) == 0);
    return list;
}

static json_t *to_object(const struct message_type *type, const void *message, enum view view)
{
    json_t *object = json_object();

    for (size_t i = 0; i < type->field_count; i++) {
        const struct message_field *field = &type->fields[i];
        if (field->required || !field_absent(field, message))
            CHECK(json_object_set_new(object, field->name, to_field(field, message, view)) == 0);
    }
    return object;
}

static struct text print(
    const struct message_type *type, const void *message, enum view view, struct arena *arena)
{
    json_t *root = to_object(type, message, view);
    char *dumped = json_dumps(root, JSON_COMPACT);

    CHECK(dumped);
    const size_t length = strlen(dumped);
    const struct text text = {arena_copy(arena, dumped, length), length};
    free(dumped);
    json_decref(root);
    return text;
}

struct text message_to_json(
    const struct message_type *type, const void *message, struct arena *arena)
{
    return print(type, message, VIEW_WHOLE, arena);
}

struct text message_print_redacted(
    const struct message_type *type, const void *message, struct arena *arena)
{
    return print(type, message, VIEW_MASKED, arena);
}
