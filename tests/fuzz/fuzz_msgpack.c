/*
 * Any bytes as a message of any type, and as an envelope: read or refused, never a crash. The first
 * byte chooses the type. What is read is written again, and the written bytes are read as the same
 * message; what has a good shape is read by msgpack-c as well.
 */
#include <msgpack.h>

#include "common/check.h"
#include "common/context.h"
#include "common/message.h"
#include "forms.h"
#include "messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_by_msgpack_c(struct text bytes)
{
    msgpack_unpacked read;
    size_t offset = 0;

    msgpack_unpacked_init(&read);
    CHECK(msgpack_unpack_next(&read, bytes.data, bytes.length, &offset) == MSGPACK_UNPACK_SUCCESS);
    CHECK(offset == bytes.length);
    msgpack_unpacked_destroy(&read);
}

static void there_and_back(const struct message_type *type, struct text bytes, struct arena *arena)
{
    void *first = arena_take(arena, type->size), *second = arena_take(arena, type->size);
    struct error error;
    struct text again;

    if (!message_unpack(type, bytes, arena, first, &error)) {
        CHECK(error.kind == ERROR_INPUT);
        return;
    }
    CHECK(message_pack(type, first, arena, &again, &error));
    CHECK(message_unpack(type, again, arena, second, &error));
    CHECK(message_equal(type, first, second));
    CHECK(message_print_redacted(type, first, arena).length >= 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *arena = arena_new(16U << 20);
    const struct text bytes = {(const char *)data + 1, size - 1};
    const size_t chosen = data[0] % (MESSAGE_TYPE_COUNT + 3);
    struct envelope envelope;
    struct error error;

    if (message_shape(bytes, &error))
        read_by_msgpack_c(bytes);
    if (chosen < MESSAGE_TYPE_COUNT)
        there_and_back(message_types[chosen], bytes, arena);
    else if (chosen == MESSAGE_TYPE_COUNT)
        there_and_back(&referral_form_type, bytes, arena);
    else if (chosen == MESSAGE_TYPE_COUNT + 1)
        there_and_back(&answer_form_type, bytes, arena);
    else
        (void)envelope_unpack(bytes, arena, &envelope, &error);
    arena_free(arena);
    return 0;
}
