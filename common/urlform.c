/* One pass over the bytes: cut at & and =, decode each piece where it lies, check what came out. */
#include "common/urlform.h"

#include <string.h>

#include "common/http.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Bytes of the sequence at `at`, 0 = not valid. RFC 3629, section 4. */
static size_t sequence_length(const unsigned char *at, size_t left)
{
    const unsigned char first = at[0];
    const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

    if (length == 1)
        return 1;
    if (first < 0xc2 || first > 0xf4 || left < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ||
        (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

bool urlform_utf8(const char *data, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)data;

    for (size_t i = 0; i < length;) {
        const size_t step = sequence_length(bytes + i, length - i);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

static bool has_control(const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)data[i];
        if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
            return true;
    }
    return false;
}

/* Decodes in place; `plus` is what a + stands for. */
static bool unescape(
    char *coded, size_t length, char plus, size_t *decoded_length, struct error *error)
{
    size_t to = 0;

    for (size_t from = 0; from < length; from++) {
        char c = coded[from] == '+' ? plus : coded[from];
        if (c == '%') {
            const int high = length - from > 2 ? hex_value(coded[from + 1]) : -1;
            const int low = length - from > 2 ? hex_value(coded[from + 2]) : -1;
            if (high < 0 || low < 0)
                return error_set(error, ERROR_INPUT, "a %% without two hexadecimal digits");
            c = (char)(high << 4 | low);
            from += 2;
        }
        coded[to++] = c;
    }
    coded[to] = '\0';
    *decoded_length = to;
    if (has_control(coded, to))
        return error_set(error, ERROR_INPUT, "a control character");
    if (!urlform_utf8(coded, to))
        return error_set(error, ERROR_INPUT, "invalid UTF-8");
    return true;
}

bool urlform_unescape(char *coded, size_t length, size_t *decoded_length, struct error *error)
{
    if (!unescape(coded, length, '+', decoded_length, error))
        return false;
    if (strpbrk(coded, "\t\r\n"))
        return error_set(error, ERROR_INPUT, "a control character");
    return true;
}

/* `piece` is name or name=value; the byte after it may be written. */
static bool decode_field(char *piece, size_t length, struct http_field *field, struct error *error)
{
    char *equals = memchr(piece, '=', length);
    const size_t name_length = equals ? (size_t)(equals - piece) : length;
    char *value = piece + name_length + (equals != NULL);
    const size_t value_length = equals ? length - name_length - 1 : 0;

    if (!unescape(value, value_length, ' ', &field->value.length, error) ||
        !unescape(piece, name_length, ' ', &field->name.length, error))
        return false;
    field->name.data = piece;
    field->value.data = value;
    if (field->name.length == 0 || field->name.length > URLFORM_NAME_MOST)
        return error_set(error, ERROR_INPUT, "a field's name is empty or too long");
    return true;
}

bool urlform_decode(char *coded, size_t length, struct http_field *fields, size_t most,
    size_t *count, struct error *error)
{
    size_t found = 0;

    for (size_t at = 0; at < length;) {
        const char *and = memchr(coded + at, '&', length - at);
        const size_t piece = and? (size_t)(and-coded) - at : length - at;
        if (piece > 0) { /* a&&b and a& are written by real clients */
            if (found == most || found == URLFORM_FIELDS_MOST)
                return error_set(error, ERROR_INPUT, "more than %zu fields", found);
            if (!decode_field(coded + at, piece, &fields[found], error))
                return error_while(error, "field %zu", found + 1);
            found++;
        }
        at += piece + 1;
    }
    *count = found;
    return true;
}

bool urlform_parse(struct arena *arena, struct text coded, const struct http_field **fields,
    size_t *count, struct error *error)
{
    size_t most = 1;

    for (size_t i = 0; i < coded.length; i++)
        most += coded.data[i] == '&';
    most = most > URLFORM_FIELDS_MOST ? URLFORM_FIELDS_MOST : most;
    struct http_field *made = ARENA_ARRAY(arena, struct http_field, most);
    char *copy = arena_copy(arena, coded.data, coded.length);
    if (!urlform_decode(copy, coded.length, made, most, count, error))
        return false;
    *fields = made;
    return true;
}

struct text urlform_get(const struct http_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(fields[i].name, name))
            return fields[i].value;
    return (struct text){NULL, 0};
}

/* RFC 3986, 2.3. */
static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

struct text urlform_encode(struct arena *arena, struct text value)
{
    static const char digits[] = "0123456789ABCDEF";
    char *coded = arena_take(arena, value.length * 3 + 1), *to = coded;

    for (size_t i = 0; i < value.length; i++) {
        const unsigned char c = (unsigned char)value.data[i];
        if (is_unreserved((char)c)) {
            *to++ = (char)c;
        } else {
            *to++ = '%';
            *to++ = digits[c >> 4];
            *to++ = digits[c & 15];
        }
    }
    *to = '\0';
    return (struct text){coded, (size_t)(to - coded)};
}
