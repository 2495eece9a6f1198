/*
 * A message from msgpack. The shape is walked first, with our own cursor, because msgpack-c sets
 * memory aside by the promised count (six bytes ask for 256 GiB); since that walk reads every head
 * anyway, the fields are read with the same cursor.
 */
#include "common/message_cursor.h"
#include "common/message_inside.h"

/* --- shape --- */

static bool shape_value(struct cursor *cursor, unsigned depth, const char **why);

static bool shape_stop(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

/* Keys whose bit is free are new; the others are compared. Six bits of length and ends spread ours
 * well enough. */
static bool is_again(const struct text *keys, size_t count, struct text key, uint64_t *bits)
{
    unsigned spread = (unsigned)key.length;

    if (key.length > 0)
        spread = spread * 31 + (unsigned char)key.data[0] * 7U +
                 (unsigned char)key.data[key.length - 1] + (unsigned char)key.data[key.length / 2];
    const uint64_t bit = UINT64_C(1) << (spread & 63U);
    const bool known = *bits & bit;
    *bits |= bit;
    for (size_t i = 0; known && i < count; i++)
        if (text_equal(keys[i], key))
            return true;
    return false;
}

static bool shape_map(struct cursor *cursor, size_t count, unsigned depth, const char **why)
{
    struct text keys[MESSAGE_KEYS_MOST];
    uint64_t bits = 0;
    struct head head;

    if (count > MESSAGE_KEYS_MOST)
        return shape_stop(why, "a map has too many keys");
    for (size_t i = 0; i < count; i++) {
        if (!cursor_next(cursor, &head, why))
            return false;
        if (head.kind != HEAD_TEXT)
            return shape_stop(why, "a key is no text");
        if (is_again(keys, i, head.bytes, &bits))
            return shape_stop(why, "a key stands twice");
        if (!text_utf8(head.bytes))
            return shape_stop(why, "a key is not valid UTF-8");
        keys[i] = head.bytes;
        if (!shape_value(cursor, depth, why))
            return false;
    }
    return true;
}

static bool shape_value(struct cursor *cursor, unsigned depth, const char **why)
{
    struct head head;

    if (!cursor_next(cursor, &head, why))
        return false;
    if (head.kind == HEAD_TEXT && !text_utf8(head.bytes))
        return shape_stop(why, "a text is not valid UTF-8");
    if (head.kind != HEAD_ARRAY && head.kind != HEAD_MAP)
        return true;
    if (depth == MESSAGE_DEPTH_MOST)
        return shape_stop(why, "it is too deep");
    if (head.kind == HEAD_MAP)
        return shape_map(cursor, head.count, depth + 1, why);
    for (size_t i = 0; i < head.count; i++)
        if (!shape_value(cursor, depth + 1, why))
            return false;
    return true;
}

bool message_shape(struct text bytes, struct error *error)
{
    struct cursor cursor = cursor_of(bytes);
    const char *why;

    if (bytes.length > MESSAGE_BYTES_MOST)
        return error_set(error, ERROR_INPUT, "bad msgpack: it is too long");
    if (!shape_value(&cursor, 0, &why))
        return error_set(error, ERROR_INPUT, "bad msgpack: %s", why);
    if (cursor.at != cursor.end)
        return error_set(error, ERROR_INPUT, "bad msgpack: bytes after the end");
    return true;
}

/* --- fields --- */

struct reader {
    struct cursor cursor;
    struct judge judge; /* stops at the first problem */
};

static bool read_object(struct reader *reader, const struct message_type *type, size_t count,
    void *message, const struct path *before);

static enum problem_kind read_number(
    const struct message_field *field, const struct head *head, void *element)
{
    if (head->kind == HEAD_HUGE)
        return PROBLEM_LARGE;
    if (head->kind != HEAD_INT)
        return PROBLEM_TYPE;
    if (head->number < field->least)
        return PROBLEM_SMALL;
    if (head->number > field->most)
        return PROBLEM_LARGE;
    element_put_int(field, element, head->number);
    return PROBLEM_NONE;
}

static enum problem_kind read_scalar(struct reader *reader, const struct message_field *field,
    const struct head *head, void *element)
{
    struct text copy;
    bool truth;

    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        if (head->kind != HEAD_BYTES || head->count != sizeof(struct uuid))
            return PROBLEM_TYPE;
        memcpy(element, head->bytes.data, sizeof(struct uuid));
        return field_wrong(field, element);
    case FIELD_TEXT:
        if (head->kind != HEAD_TEXT)
            return PROBLEM_TYPE;
        copy = (struct text){
            arena_copy(reader->judge.arena, head->bytes.data, head->count), head->count};
        memcpy(element, &copy, sizeof copy);
        return text_wrong(field, head->bytes);
    case FIELD_INT:
    case FIELD_DAY:
        return read_number(field, head, element);
    case FIELD_NAME:
        if (head->kind != HEAD_TEXT)
            return PROBLEM_TYPE;
        element_put_int(field, element, field_word(field, head->bytes));
        return field_wrong(field, element);
    case FIELD_BOOL:
        if (head->kind != HEAD_BOOL)
            return PROBLEM_TYPE;
        truth = head->number != 0;
        memcpy(element, &truth, sizeof truth);
        return PROBLEM_NONE;
    case FIELD_OBJECT:
        break;
    }
    return PROBLEM_TYPE;
}

static bool read_element(struct reader *reader, const struct message_field *field,
    const struct head *head, void *element, const struct path *path)
{
    if (field->kind == FIELD_OBJECT && head->kind == HEAD_MAP)
        return read_object(reader, field->object, head->count, element, path);
    const enum problem_kind wrong = read_scalar(reader, field, head, element);
    return wrong == PROBLEM_NONE || judge_says(&reader->judge, wrong, field, path);
}

static bool read_array(struct reader *reader, const struct message_field *field,
    const struct head *head, void *message, const struct path *path)
{
    const char *why;
    struct head item;

    if (head->kind != HEAD_ARRAY)
        return judge_says(&reader->judge, PROBLEM_TYPE, field, path);
    if (head->count > field->items_most)
        return judge_says(&reader->judge, PROBLEM_MANY, field, path);
    if (head->count < field->items_least)
        return judge_says(&reader->judge, PROBLEM_FEW, field, path);
    char *elements = field_make(field, message, head->count, reader->judge.arena);
    const size_t size = field_element_size(field);
    for (size_t i = 0; i < head->count; i++) {
        const struct path at = {path, NULL, i};
        CHECK(cursor_next(&reader->cursor, &item, &why));
        if (!read_element(reader, field, &item, elements + i * size, &at))
            return false;
    }
    return true;
}

/* `*there` tells whether the field has a value; nil has none. */
static bool read_field(struct reader *reader, const struct message_field *field, void *message,
    const struct path *path, bool *there)
{
    const char *why;
    struct head head;
    void *place = field_place(field, message);

    CHECK(cursor_next(&reader->cursor, &head, &why));
    *there = head.kind != HEAD_NIL;
    if (!*there)
        return true;
    if (field->array)
        return read_array(reader, field, &head, message, path);
    if (field->kind == FIELD_OBJECT && head.kind == HEAD_MAP)
        place = field_make(field, message, 1, reader->judge.arena);
    return read_element(reader, field, &head, place, path);
}

static bool find_missing(struct reader *reader, const struct message_type *type, uint64_t seen,
    const struct path *before)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct path path = {before, type->fields[i].name, 0};
        if (type->fields[i].required && !(seen >> i & 1U))
            return judge_says(&reader->judge, PROBLEM_MISSING, &type->fields[i], &path);
    }
    return true;
}

/* A key that the type does not have: skipped, or refused by a form. The name is the sender's own
 * and is not repeated. */
static bool pass_unknown(
    struct reader *reader, const struct message_type *type, const struct path *before)
{
    if (type->closed)
        return judge_says(&reader->judge, PROBLEM_FIELD, NULL, before);
    CHECK(cursor_skip(&reader->cursor));
    return true;
}

static bool read_object(struct reader *reader, const struct message_type *type, size_t count,
    void *message, const struct path *before)
{
    const char *why;
    struct head key;
    uint64_t seen = 0;
    size_t guess = 0; /* writers keep the schema's order */

    for (size_t i = 0; i < count; i++) {
        CHECK(cursor_next(&reader->cursor, &key, &why));
        const size_t at = field_find(type, key.bytes, guess);
        if (at == SIZE_MAX) {
            if (!pass_unknown(reader, type, before))
                return false;
            continue;
        }
        const struct path path = {before, type->fields[at].name, 0};
        bool there;
        if (!read_field(reader, &type->fields[at], message, &path, &there))
            return false;
        seen |= (uint64_t)there << at;
        guess = at + 1;
    }
    return find_missing(reader, type, seen, before);
}

bool message_unpack(const struct message_type *type, struct text bytes, struct arena *arena,
    void *message, struct error *error)
{
    struct message_problems problems;
    struct reader reader = {cursor_of(bytes), {arena, &problems}};
    const char *why;
    struct head head;

    if (!message_shape(bytes, error))
        return error_while(error, "%s", type->name);
    CHECK(cursor_next(&reader.cursor, &head, &why));
    if (head.kind != HEAD_MAP)
        return error_set(error, ERROR_INPUT, "%s: the message is no map", type->name);
    message_clear(type, message);
    problems.count = 0;
    if (!read_object(&reader, type, head.count, message, NULL))
        return problems_error(&problems, type, error);
    return true;
}

bool message_unpack_all(const struct message_type *type, const struct text *bodies, size_t count,
    struct arena *arena, const void **messages, size_t *bad, struct error *error)
{
    char *array = arena_array(arena, count, type->size);

    for (size_t i = 0; i < count; i++)
        if (!message_unpack(type, bodies[i], arena, array + i * type->size, error)) {
            *bad = i;
            return false;
        }
    *messages = array;
    return true;
}
