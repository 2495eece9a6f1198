/*
 * Any body of a browser as a referral form: decoded, read, checked. What is read without a problem
 * is within its bounds, and is the same after msgpack and back.
 */
#include "common/check.h"
#include "common/http.h"
#include "common/message.h"
#include "common/urlform.h"
#include "forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_form(const struct message_type *type, struct text body, struct arena *arena)
{
    void *first = arena_take(arena, type->size), *second = arena_take(arena, type->size);
    const struct http_field *fields;
    struct message_problems problems;
    struct error error;
    struct text bytes;
    size_t count;

    if (!urlform_parse(arena, body, &fields, &count, &error))
        return;
    if (!message_from_fields(type, fields, count, arena, first, &problems)) {
        CHECK(problems.count > 0 && problems.count <= PROBLEMS_MOST);
        return;
    }
    CHECK(problems.count == 0);
    CHECK(message_check(type, first, arena, &problems));
    CHECK(message_pack(type, first, arena, &bytes, &error));
    CHECK(message_unpack(type, bytes, arena, second, &error));
    CHECK(message_equal(type, first, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(64U << 20);
    const struct text body = {(const char *)data, size};

    read_form(&referral_form_type, body, arena);
    read_form(&answer_form_type, body, arena);
    arena_free(arena);
    return 0;
}
