/* A message as msgpack: msgpack-c's packer writes into a piece of memory that grows. */
#include <msgpack.h>

#include "common/message_inside.h"

enum { PIECE_BYTES = 2048 }; /* nearly all of our messages are smaller */

struct piece {
    struct arena *arena;
    char *bytes;
    size_t used, size;
};

/* msgpack-c's write callback. Never fails: past the most, bytes are counted and not kept. */
static int append(void *data, const char *bytes, size_t length)
{
    struct piece *piece = data;
    const size_t used = piece->used;

    piece->used += length;
    if (piece->used > MESSAGE_BYTES_MOST)
        return 0;
    if (piece->used > piece->size) {
        char *larger = arena_take(piece->arena, MESSAGE_BYTES_MOST);
        memcpy(larger, piece->bytes, used);
        piece->bytes = larger;
        piece->size = MESSAGE_BYTES_MOST;
    }
    memcpy(piece->bytes + used, bytes, length);
    return 0;
}

static void pack_object(
    msgpack_packer *packer, const struct message_type *type, const void *message);

static void pack_text(msgpack_packer *packer, struct text text)
{
    msgpack_pack_str(packer, text.length);
    msgpack_pack_str_body(packer, text.data, text.length);
}

static void pack_element(
    msgpack_packer *packer, const struct message_field *field, const void *element)
{
    bool truth;

    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        msgpack_pack_bin(packer, sizeof(struct uuid));
        msgpack_pack_bin_body(packer, element, sizeof(struct uuid));
        return;
    case FIELD_TEXT:
        pack_text(packer, element_text(element));
        return;
    case FIELD_INT:
    case FIELD_DAY:
        msgpack_pack_int64(packer, element_int(field, element));
        return;
    case FIELD_NAME:
        pack_text(packer, text_of(field->names[element_int(field, element)]));
        return;
    case FIELD_BOOL:
        memcpy(&truth, element, sizeof truth);
        (void)(truth ? msgpack_pack_true(packer) : msgpack_pack_false(packer));
        return;
    case FIELD_OBJECT:
        pack_object(packer, field->object, element);
        return;
    }
}

/* Absent optional fields are left out; a required list may be empty and is written. */
static bool is_said(const struct message_field *field, const void *message)
{
    return field->required || !field_absent(field, message);
}

static void pack_field(
    msgpack_packer *packer, const struct message_field *field, const void *message)
{
    const char *elements = field_elements(field, message);

    pack_text(packer, (struct text){field->name, field->name_length});
    if (!field->array) {
        pack_element(packer, field, elements);
        return;
    }
    const size_t count = field_count(field, message), size = field_element_size(field);
    msgpack_pack_array(packer, count);
    for (size_t i = 0; i < count; i++)
        pack_element(packer, field, elements + i * size);
}

static void pack_object(
    msgpack_packer *packer, const struct message_type *type, const void *message)
{
    size_t count = 0;

    for (size_t i = 0; i < type->field_count; i++)
        count += is_said(&type->fields[i], message);
    msgpack_pack_map(packer, count);
    for (size_t i = 0; i < type->field_count; i++)
        if (is_said(&type->fields[i], message))
            pack_field(packer, &type->fields[i], message);
}

bool message_pack(const struct message_type *type, const void *message, struct arena *arena,
    struct text *bytes, struct error *error)
{
    char first[PIECE_BYTES];
    struct piece piece = {arena, first, 0, sizeof first};
    struct message_problems problems;
    msgpack_packer packer;

    if (!message_check(type, message, arena, &problems))
        return problems_error(&problems, type, error);
    msgpack_packer_init(&packer, &piece, append);
    pack_object(&packer, type, message);
    if (piece.used > MESSAGE_BYTES_MOST)
        return error_set(
            error, ERROR_INPUT, "%s: %zu bytes are too many for a message", type->name, piece.used);
    *bytes = (struct text){piece.bytes, piece.used};
    if (piece.bytes == first)
        bytes->data = arena_copy(arena, first, piece.used);
    return true;
}
