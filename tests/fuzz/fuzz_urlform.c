/* Any body: refused with a sentence, or fields that are clean text and survive being encoded. */
#include <stdint.h>
#include <string.h>

#include "common/check.h"
#include "common/http.h"
#include "common/urlform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct arena *arena, struct text text)
{
    CHECK(strlen(text.data) == text.length && urlform_utf8(text.data, text.length));
    const struct text coded = urlform_encode(arena, text);
    char *pair = arena_format(arena, "a=%s", coded.data);
    const struct http_field *again;
    size_t count;
    CHECK(urlform_parse(arena, text_of(pair), &again, &count, NULL) && count == 1);
    CHECK(text_equal(again[0].value, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(64 * 1024 * 1024);
    const struct http_field *fields;
    struct error error = {.text = ""};
    size_t count;

    if (urlform_parse(arena, (struct text){(const char *)data, size}, &fields, &count, &error)) {
        CHECK(count <= URLFORM_FIELDS_MOST);
        for (size_t i = 0; i < count; i++) {
            CHECK(fields[i].name.length > 0 && fields[i].name.length <= URLFORM_NAME_MOST);
            check_text(arena, fields[i].name);
            check_text(arena, fields[i].value);
        }
    } else {
        CHECK(error.text[0] != '\0');
    }
    arena_free(arena);
    return 0;
}
