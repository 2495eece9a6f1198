/* The bytes of an identity, before they are sealed and after they are opened. */
#include "common/identity.h"

#include <string.h>

#include "common/check.h"

enum { IDENTITY_VERSION = 1 };

static bool said(const struct identity_field *field)
{
    return field->value.data && field->value.length > 0;
}

static void check_field(const struct identity_field *field)
{
    const size_t name = strlen(field->name);

    CHECK(name > 0 && name <= IDENTITY_NAME_MOST);
    CHECK(field->value.length <= IDENTITY_TEXT_MOST);
    CHECK(!memchr(field->value.data, 0, field->value.length));
}

static char *put(char *at, const char *bytes, size_t length)
{
    memcpy(at, bytes, length);
    at[length] = 0;
    return at + length + 1;
}

struct text identity_pack(struct arena *arena, const struct identity_field *fields, size_t count)
{
    size_t length = 1;
    char *bytes, *at;

    CHECK(count <= IDENTITY_FIELDS_MOST);
    for (size_t i = 0; i < count; i++) {
        if (!said(&fields[i]))
            continue;
        check_field(&fields[i]);
        length += strlen(fields[i].name) + fields[i].value.length + 2;
    }
    bytes = arena_take(arena, length);
    bytes[0] = IDENTITY_VERSION;
    at = bytes + 1;
    for (size_t i = 0; i < count; i++) {
        if (!said(&fields[i]))
            continue;
        at = put(at, fields[i].name, strlen(fields[i].name));
        at = put(at, fields[i].value.data, fields[i].value.length);
    }
    return (struct text){bytes, length};
}

/* The text up to the next NUL before `end`; absent when there is none. */
static struct text take(const char **at, const char *end)
{
    const char *start = *at;
    const char *stop = start < end ? memchr(start, 0, (size_t)(end - start)) : NULL;

    if (!stop)
        return (struct text){NULL, 0};
    *at = stop + 1;
    return (struct text){start, (size_t)(stop - start)};
}

struct text identity_get(struct text plain, const char *name)
{
    const char *at, *end;

    if (plain.length < 1 || plain.data[0] != IDENTITY_VERSION)
        return (struct text){NULL, 0};
    at = plain.data + 1;
    end = plain.data + plain.length;
    for (;;) {
        const struct text key = take(&at, end);
        const struct text value = take(&at, end);

        if (!key.data || !value.data)
            return (struct text){NULL, 0};
        if (text_is(key, name))
            return value;
    }
}
