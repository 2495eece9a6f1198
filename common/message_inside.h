/* What the message_*.c files share: where a field lies, whether it is there, what is wrong. */
#pragma once

#include <string.h>

#include "common/check.h"
#include "common/message.h"
#include "common/urlform.h"

/* The way to a value, for the words about it; only made into text when something is wrong. */
struct path {
    const struct path *before; /* NULL at the message itself */
    const char *name;          /* NULL: `index` of a list */
    size_t index;
};

/* "guardians.0.email" */
struct text path_text(const struct path *path, struct arena *arena);

/* Where problems go: a list, or nothing but the first. */
struct judge {
    struct arena *arena;
    struct message_problems *problems;
};

/* Notes the problem; returns false. */
bool judge_says(struct judge *judge, enum problem_kind kind, const struct message_field *field,
    const struct path *path);

/* The first problem as an error; returns false. */
bool problems_error(
    const struct message_problems *problems, const struct message_type *type, struct error *error);

/* Bytes of one element of a field; a single object is a pointer to its struct. */
size_t field_element_size(const struct message_field *field);

/* Absent in its own type. An array is absent when it is empty; a bool never is. */
bool field_absent(const struct message_field *field, const void *message);

/* What is wrong with one element that is there, by the field's bounds. */
enum problem_kind field_wrong(const struct message_field *field, const void *element);

/* The index of the field of that name; `guess` is looked at first. SIZE_MAX = none. */
size_t field_find(const struct message_type *type, struct text name, size_t guess);

/* The value of an enumeration's word, 0 for none. */
int field_word(const struct message_field *field, struct text word);

/* Valid UTF-8; plain ASCII, which most texts are, without a call. */
static inline bool text_utf8(struct text text)
{
    uint64_t high = 0, word;
    size_t i = 0;

    for (; i + sizeof word <= text.length; i += sizeof word) {
        memcpy(&word, text.data + i, sizeof word);
        high |= word;
    }
    for (; i < text.length; i++)
        high |= (unsigned char)text.data[i];
    return !(high & UINT64_C(0x8080808080808080)) || urlform_utf8(text.data, text.length);
}

/* Characters, control characters, pattern and length of a text (message_text.c). */
enum problem_kind text_wrong(const struct message_field *field, struct text text);

static inline const void *field_at(const struct message_field *field, const void *message)
{
    return (const char *)message + field->offset;
}

static inline void *field_place(const struct message_field *field, void *message)
{
    return (char *)message + field->offset;
}

static inline size_t field_count(const struct message_field *field, const void *message)
{
    size_t count;

    memcpy(&count, (const char *)message + field->count_offset, sizeof count);
    return count;
}

/* The elements of an array, or the single value; of an object its struct. */
static inline const void *field_elements(const struct message_field *field, const void *message)
{
    const void *elements;

    if (!field->array && field->kind != FIELD_OBJECT)
        return field_at(field, message);
    memcpy(&elements, field_at(field, message), sizeof elements);
    return elements;
}

/* Room for `count` elements, cleared, and set in the message. */
void *field_make(
    const struct message_field *field, void *message, size_t count, struct arena *arena);

static inline struct text element_text(const void *element)
{
    struct text text;

    memcpy(&text, element, sizeof text);
    return text;
}

static inline int64_t element_int(const struct message_field *field, const void *element)
{
    int64_t wide;
    int32_t narrow;

    if (field->kind == FIELD_INT) {
        memcpy(&wide, element, sizeof wide);
        return wide;
    }
    memcpy(&narrow, element, sizeof narrow); /* days and enums have four bytes */
    return narrow;
}

/* Stores a number that is within the field's bounds. */
static inline void element_put_int(const struct message_field *field, void *element, int64_t value)
{
    const int32_t narrow = (int32_t)value;

    if (field->kind == FIELD_INT)
        memcpy(element, &value, sizeof value);
    else
        memcpy(element, &narrow, sizeof narrow);
}
