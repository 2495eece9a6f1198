/* Any bytes as the JSON of a referral form or a message: read or refused with problems; what is
 * read is printed, and the print is read as the same. */
#include "common/check.h"
#include "common/message.h"
#include "forms.h"
#include "messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void there_and_back(const struct message_type *type, struct text json, struct arena *arena)
{
    void *first = arena_take(arena, type->size), *second = arena_take(arena, type->size);
    struct message_problems problems;

    if (!message_from_json(type, json, arena, first, &problems)) {
        CHECK(problems.count > 0 && problems.count <= PROBLEMS_MOST);
        return;
    }
    CHECK(problems.count == 0);
    CHECK(message_check(type, first, arena, &problems));
    CHECK(message_from_json(type, message_to_json(type, first, arena), arena, second, &problems));
    CHECK(message_equal(type, first, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *arena = arena_new(64U << 20);
    const struct text json = {(const char *)data + 1, size - 1};
    const size_t chosen = data[0] % (MESSAGE_TYPE_COUNT + 1);

    there_and_back(
        chosen < MESSAGE_TYPE_COUNT ? message_types[chosen] : &referral_form_type, json, arena);
    arena_free(arena);
    return 0;
}
