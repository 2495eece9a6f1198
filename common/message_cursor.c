/* The heads of msgpack by its specification: one table by the first byte. */
#include "common/message_cursor.h"

#include <math.h>
#include <string.h>

static bool stop(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

/* `size` bytes, the highest first. */
static bool take_number(struct cursor *cursor, size_t size, uint64_t *number, const char **why)
{
    if ((size_t)(cursor->end - cursor->at) < size)
        return stop(why, "it is cut short");
    *number = 0;
    for (size_t i = 0; i < size; i++)
        *number = *number << 8 | cursor->at[i];
    cursor->at += size;
    return true;
}

static bool take_bytes(struct cursor *cursor, struct head *head, const char **why)
{
    if (head->count > (size_t)(cursor->end - cursor->at))
        return stop(why, "a text is longer than what is left");
    head->bytes = (struct text){(const char *)cursor->at, head->count};
    cursor->at += head->count;
    return true;
}

/* Each value takes a byte at least, so a count is refused before anybody believes it. */
static bool hold_count(const struct cursor *cursor, const struct head *head, const char **why)
{
    const size_t left = (size_t)(cursor->end - cursor->at);

    if (head->count > (head->kind == HEAD_MAP ? left / 2 : left))
        return stop(why, "a count is more than what is left");
    return true;
}

static bool take_sized(
    struct cursor *cursor, struct head *head, enum head_kind kind, size_t size, const char **why)
{
    uint64_t count;

    if (!take_number(cursor, size, &count, why))
        return false;
    head->kind = kind;
    head->count = (size_t)count;
    if (kind == HEAD_TEXT || kind == HEAD_BYTES)
        return take_bytes(cursor, head, why);
    return hold_count(cursor, head, why);
}

static bool take_unsigned(struct cursor *cursor, struct head *head, size_t size, const char **why)
{
    uint64_t number;

    if (!take_number(cursor, size, &number, why))
        return false;
    head->kind = number > INT64_MAX ? HEAD_HUGE : HEAD_INT;
    head->number = (int64_t)number;
    return true;
}

static bool take_signed(struct cursor *cursor, struct head *head, size_t size, const char **why)
{
    uint64_t number;

    if (!take_number(cursor, size, &number, why))
        return false;
    const unsigned shift = (unsigned)(64 - 8 * size);
    head->kind = HEAD_INT;
    head->number = (int64_t)(number << shift) >> shift;
    return true;
}

static bool take_float(struct cursor *cursor, struct head *head, size_t size, const char **why)
{
    uint64_t bits;
    double value;

    if (!take_number(cursor, size, &bits, why))
        return false;
    if (size == sizeof(float)) {
        const uint32_t narrow = (uint32_t)bits;
        float single;
        memcpy(&single, &narrow, sizeof single);
        value = (double)single;
    } else {
        memcpy(&value, &bits, sizeof value);
    }
    head->kind = HEAD_FLOAT;
    return isfinite(value) ? true : stop(why, "a number is not finite");
}

/* What has its number or count in the first byte. */
static bool take_small(struct cursor *cursor, struct head *head, unsigned byte, const char **why)
{
    if (byte < 0x80 || byte >= 0xe0) {
        head->kind = HEAD_INT;
        head->number = byte < 0x80 ? (int64_t)byte : (int64_t)byte - 256;
        return true;
    }
    if (byte < 0xa0) {
        head->kind = byte < 0x90 ? HEAD_MAP : HEAD_ARRAY;
        head->count = byte & 0x0fU;
        return hold_count(cursor, head, why);
    }
    head->kind = HEAD_TEXT;
    head->count = byte & 0x1fU;
    return take_bytes(cursor, head, why);
}

bool cursor_next_any(struct cursor *cursor, struct head *head, const char **why)
{
    if (cursor->at == cursor->end)
        return stop(why, "it is cut short");
    const unsigned byte = *cursor->at++;
    if (byte < 0xc0 || byte >= 0xe0)
        return take_small(cursor, head, byte, why);
    switch (byte) {
    case 0xc0:
        head->kind = HEAD_NIL;
        return true;
    case 0xc2:
    case 0xc3:
        head->kind = HEAD_BOOL;
        head->number = byte & 1U;
        return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
        return take_sized(cursor, head, HEAD_BYTES, (size_t)1 << (byte - 0xc4), why);
    case 0xca:
    case 0xcb:
        return take_float(cursor, head, (size_t)4 << (byte - 0xca), why);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
        return take_unsigned(cursor, head, (size_t)1 << (byte - 0xcc), why);
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
        return take_signed(cursor, head, (size_t)1 << (byte - 0xd0), why);
    case 0xd9:
    case 0xda:
    case 0xdb:
        return take_sized(cursor, head, HEAD_TEXT, (size_t)1 << (byte - 0xd9), why);
    case 0xdc:
    case 0xdd:
        return take_sized(cursor, head, HEAD_ARRAY, (size_t)2 << (byte - 0xdc), why);
    case 0xde:
    case 0xdf:
        return take_sized(cursor, head, HEAD_MAP, (size_t)2 << (byte - 0xde), why);
    default:
        return stop(why, "an extension or a reserved byte stands in it");
    }
}

bool cursor_skip(struct cursor *cursor)
{
    const char *why;
    struct head head;

    for (size_t left = 1; left > 0; left--) {
        if (!cursor_next(cursor, &head, &why))
            return false;
        if (head.kind == HEAD_ARRAY)
            left += head.count;
        if (head.kind == HEAD_MAP)
            left += 2 * head.count;
    }
    return true;
}
