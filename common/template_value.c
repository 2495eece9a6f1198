/* The tree that a page shows: small nodes in an arena, the newest field of a name first. */
#include "common/check.h"
#include "common/template_inside.h"

static struct value *make(struct arena *arena, enum value_kind kind)
{
    struct value *value = ARENA_NEW(arena, struct value);

    value->kind = kind;
    value->arena = arena;
    return value;
}

struct value *value_object(struct arena *arena)
{
    return make(arena, VALUE_OBJECT);
}

void value_set(struct value *object, const char *name, struct value *value)
{
    CHECK(object->kind == VALUE_OBJECT && name[0] != '\0' && value != object);
    struct value_field *field = ARENA_NEW(object->arena, struct value_field);
    *field = (struct value_field){.older = object->fields, .name = text_of(name), .value = value};
    object->fields = field;
}

static struct value *text_value(struct arena *arena, struct text text)
{
    struct value *value = make(arena, VALUE_TEXT);

    value->text = text;
    return value;
}

void value_set_text(struct value *object, const char *name, struct text text)
{
    value_set(object, name, text_value(object->arena, text));
}

void value_set_string(struct value *object, const char *name, const char *string)
{
    value_set_text(object, name, text_of(string));
}

static struct value *message_value(struct arena *arena, const char *swedish)
{
    struct value *value = make(arena, VALUE_MESSAGE);

    value->text = text_of(swedish);
    return value;
}

void value_set_message(struct value *object, const char *name, const char *swedish)
{
    value_set(object, name, message_value(object->arena, swedish));
}

void value_set_bool(struct value *object, const char *name, bool truth)
{
    struct value *value = make(object->arena, VALUE_BOOL);

    value->number = truth;
    value_set(object, name, value);
}

void value_set_int(struct value *object, const char *name, int64_t number)
{
    struct value *value = make(object->arena, VALUE_INT);

    value->number = number;
    value_set(object, name, value);
}

struct value *value_add_object(struct value *object, const char *name)
{
    struct value *value = make(object->arena, VALUE_OBJECT);

    value_set(object, name, value);
    return value;
}

struct value *value_add_list(struct value *object, const char *name)
{
    struct value *value = make(object->arena, VALUE_LIST);

    value_set(object, name, value);
    return value;
}

void value_append(struct value *list, struct value *value)
{
    CHECK(list->kind == VALUE_LIST && value != list);
    struct value_item *item = ARENA_NEW(list->arena, struct value_item);
    item->value = value;
    if (list->last)
        list->last->next = item;
    else
        list->first = item;
    list->last = item;
}

struct value *value_append_object(struct value *list)
{
    struct value *value = make(list->arena, VALUE_OBJECT);

    value_append(list, value);
    return value;
}

void value_append_text(struct value *list, struct text text)
{
    value_append(list, text_value(list->arena, text));
}

void value_append_message(struct value *list, const char *swedish)
{
    value_append(list, message_value(list->arena, swedish));
}

const struct value *value_field_of(const struct value *value, struct text name)
{
    if (!value || value->kind != VALUE_OBJECT)
        return NULL;
    for (const struct value_field *field = value->fields; field; field = field->older)
        if (text_equal(field->name, name))
            return field->value;
    return NULL;
}

bool value_is_true(const struct value *value)
{
    if (!value)
        return false;
    switch (value->kind) {
    case VALUE_TEXT:
    case VALUE_MESSAGE:
        return value->text.length > 0;
    case VALUE_BOOL:
    case VALUE_INT:
        return value->number != 0;
    case VALUE_OBJECT:
        return true;
    case VALUE_LIST:
        return value->first != NULL;
    }
    return false;
}
