/* What every walker over a message's table needs: finding fields, clearing, bounds, equality. */
#include "common/message.h"

#include <stdlib.h>

#include "common/message_inside.h"
#include "common/store.h"
#include "messages.h"

static int compare_name(const void *key, const void *element)
{
    const struct text *name = key;
    const struct text other = text_of((*(const struct message_type *const *)element)->name);
    const size_t shared = name->length < other.length ? name->length : other.length;
    const int order = memcmp(name->data, other.data, shared);

    return order ? order : (name->length > other.length) - (name->length < other.length);
}

const struct message_type *message_type_of(struct text kind)
{
    if (text_empty(kind))
        return NULL;
    const struct message_type *const *found =
        bsearch(&kind, message_types, MESSAGE_TYPE_COUNT, sizeof message_types[0], compare_name);
    return found ? *found : NULL;
}

struct uuid message_subject(const struct message_type *type, const void *message)
{
    struct uuid subject = {{0}};

    if (type->subject_offset != SIZE_MAX)
        memcpy(&subject, (const char *)message + type->subject_offset, sizeof subject);
    return subject;
}

void message_clear(const struct message_type *type, void *message)
{
    memset(message, 0, type->size);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct message_field *field = &type->fields[i];
        if (field->array)
            continue;
        if (field->kind == FIELD_INT)
            element_put_int(field, field_place(field, message), INT_ABSENT);
        else if (field->kind == FIELD_DAY)
            element_put_int(field, field_place(field, message), DAY_ABSENT);
    }
}

size_t field_element_size(const struct message_field *field)
{
    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        return sizeof(struct uuid);
    case FIELD_TEXT:
        return sizeof(struct text);
    case FIELD_INT:
        return sizeof(int64_t);
    case FIELD_DAY:
    case FIELD_NAME:
        return sizeof(int32_t);
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_OBJECT:
        return field->object->size;
    }
    check_failed("a field has a kind", __FILE__, __LINE__);
}

static bool element_absent(const struct message_field *field, const void *element)
{
    struct uuid uuid;

    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        memcpy(&uuid, element, sizeof uuid);
        return uuid_absent(uuid);
    case FIELD_TEXT:
        return element_text(element).data == NULL;
    case FIELD_INT:
        return element_int(field, element) == INT_ABSENT;
    case FIELD_DAY:
        return element_int(field, element) == DAY_ABSENT;
    case FIELD_NAME:
        return element_int(field, element) == 0;
    case FIELD_BOOL:
    case FIELD_OBJECT:
        return false;
    }
    check_failed("a field has a kind", __FILE__, __LINE__);
}

bool field_absent(const struct message_field *field, const void *message)
{
    if (field->array)
        return field_count(field, message) == 0;
    if (field->kind == FIELD_OBJECT)
        return field_elements(field, message) == NULL;
    return element_absent(field, field_at(field, message));
}

void *field_make(
    const struct message_field *field, void *message, size_t count, struct arena *arena)
{
    const size_t size = field_element_size(field);
    char *elements = arena_array(arena, count, size);

    if (field->kind == FIELD_OBJECT)
        for (size_t i = 0; i < count; i++)
            message_clear(field->object, elements + i * size);
    memcpy(field_place(field, message), &elements, sizeof elements);
    if (field->array)
        memcpy((char *)message + field->count_offset, &count, sizeof count);
    return elements;
}

enum problem_kind field_wrong(const struct message_field *field, const void *element)
{
    int64_t value;

    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        return element_absent(field, element) ? PROBLEM_FORMAT : PROBLEM_NONE;
    case FIELD_TEXT:
        return text_wrong(field, element_text(element));
    case FIELD_INT:
    case FIELD_DAY:
        value = element_int(field, element);
        return value < field->least  ? PROBLEM_SMALL
               : value > field->most ? PROBLEM_LARGE
                                     : PROBLEM_NONE;
    case FIELD_NAME:
        value = element_int(field, element);
        return value < 1 || value > field->most ? PROBLEM_WORD : PROBLEM_NONE;
    case FIELD_BOOL:
    case FIELD_OBJECT:
        return PROBLEM_NONE;
    }
    check_failed("a field has a kind", __FILE__, __LINE__);
}

size_t field_find(const struct message_type *type, struct text name, size_t guess)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const size_t at = guess + i < type->field_count ? guess + i : guess + i - type->field_count;
        const struct message_field *field = &type->fields[at];
        if (field->name_length == name.length && memcmp(field->name, name.data, name.length) == 0)
            return at;
    }
    return SIZE_MAX;
}

int field_word(const struct message_field *field, struct text word)
{
    for (int i = 1; i <= (int)field->most; i++)
        if (word.length > 0 && field->names[i][0] == word.data[0] && text_is(word, field->names[i]))
            return i;
    return 0;
}

static bool element_equal(const struct message_field *field, const void *a, const void *b)
{
    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        return memcmp(a, b, sizeof(struct uuid)) == 0;
    case FIELD_TEXT:
        return !element_text(a).data == !element_text(b).data &&
               text_equal(element_text(a), element_text(b));
    case FIELD_INT:
    case FIELD_DAY:
    case FIELD_NAME:
        return element_int(field, a) == element_int(field, b);
    case FIELD_BOOL:
        return memcmp(a, b, sizeof(bool)) == 0;
    case FIELD_OBJECT:
        return message_equal(field->object, a, b);
    }
    check_failed("a field has a kind", __FILE__, __LINE__);
}

static bool field_equal(const struct message_field *field, const void *a, const void *b)
{
    const size_t count = field->array ? field_count(field, a) : 1;
    const size_t size = field_element_size(field);

    if (field_absent(field, a) || field_absent(field, b))
        return field_absent(field, a) == field_absent(field, b);
    if (field->array && count != field_count(field, b))
        return false;
    const char *ours = field_elements(field, a), *theirs = field_elements(field, b);
    for (size_t i = 0; i < count; i++)
        if (!element_equal(field, ours + i * size, theirs + i * size))
            return false;
    return true;
}

bool message_equal(const struct message_type *type, const void *a, const void *b)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (!field_equal(&type->fields[i], a, b))
            return false;
    return true;
}
