/* Reading answers in PostgreSQL's binary format; absent values as in common/store.h. */
#include <string.h>

#include "common/check.h"
#include "common/store_parts.h"

enum { DAYS_TO_2000 = 10957 };
#define MS_TO_2000 ((int64_t)DAYS_TO_2000 * 86400000)

static uint32_t get32(const char *from)
{
    const unsigned char *bytes = (const unsigned char *)from;

    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint64_t get64(const char *from)
{
    return (uint64_t)get32(from) << 32 | get32(from + 4);
}

size_t rows_count(const struct rows *rows)
{
    return (size_t)PQntuples(rows->result);
}

bool row_null(const struct rows *rows, size_t row, int column)
{
    CHECK(column < PQnfields(rows->result) && row < rows_count(rows));
    return PQgetisnull(rows->result, (int)row, column);
}

static struct text raw(const struct rows *rows, size_t row, int column)
{
    if (row_null(rows, row, column))
        return (struct text){NULL, 0};
    return (struct text){PQgetvalue(rows->result, (int)row, column),
        (size_t)PQgetlength(rows->result, (int)row, column)};
}

struct uuid row_uuid(const struct rows *rows, size_t row, int column)
{
    const struct text value = raw(rows, row, column);
    struct uuid uuid = {.bytes = {0}};

    CHECK(!value.data || value.length == 16);
    if (value.data)
        memcpy(uuid.bytes, value.data, 16);
    return uuid;
}

struct text row_text(const struct rows *rows, size_t row, int column)
{
    return raw(rows, row, column);
}

static int64_t integer(struct text value)
{
    if (!value.data)
        return INT_ABSENT;
    if (value.length == 8)
        return (int64_t)get64(value.data);
    if (value.length == 4)
        return (int32_t)get32(value.data);
    CHECK(value.length == 2);
    return (int16_t)((unsigned char)value.data[0] << 8 | (unsigned char)value.data[1]);
}

int64_t row_int(const struct rows *rows, size_t row, int column)
{
    return integer(raw(rows, row, column));
}

bool row_bool(const struct rows *rows, size_t row, int column)
{
    const struct text value = raw(rows, row, column);

    CHECK(!value.data || value.length == 1);
    return value.data && value.data[0];
}

int32_t row_day(const struct rows *rows, size_t row, int column)
{
    const struct text value = raw(rows, row, column);

    CHECK(!value.data || value.length == 4);
    return value.data ? (int32_t)get32(value.data) + DAYS_TO_2000 : DAY_ABSENT;
}

int64_t row_time(const struct rows *rows, size_t row, int column)
{
    const struct text value = raw(rows, row, column);

    CHECK(!value.data || value.length == 8);
    if (!value.data)
        return INT_ABSENT;
    const int64_t us = (int64_t)get64(value.data);
    return (us >= 0 ? us / 1000 : -((-us + 999) / 1000)) + MS_TO_2000;
}

double row_double(const struct rows *rows, size_t row, int column)
{
    const struct text value = raw(rows, row, column);
    double number = 0;

    CHECK(!value.data || value.length == 8);
    if (value.data) {
        const uint64_t bits = get64(value.data);
        memcpy(&number, &bits, sizeof number);
    }
    return number;
}

int row_name(
    const struct rows *rows, size_t row, int column, const char *const *names, size_t count)
{
    const struct text value = raw(rows, row, column);

    if (!value.data)
        return 0;
    for (size_t i = 1; i < count; i++)
        if (text_is(value, names[i]))
            return (int)i;
    const bool name_in_vocabulary = false;
    CHECK(name_in_vocabulary);
    return 0;
}

/* The head of a one-dimensional array; returns its elements' start and how many there are. */
static const char *array_elements(struct text value, size_t *count)
{
    *count = 0;
    if (!value.data || get32(value.data) == 0)
        return NULL;
    CHECK(value.length >= 20 && get32(value.data) == 1);
    *count = get32(value.data + 12);
    return value.data + 20;
}

/* The element at *at, which moves on to the next one. */
static struct text next_element(const char **at)
{
    const uint32_t length = get32(*at);

    *at += 4;
    if (length == UINT32_MAX)
        return (struct text){NULL, 0};
    const struct text element = {*at, length};
    *at += length;
    return element;
}

size_t row_uuids(const struct rows *rows, size_t row, int column, struct arena *arena,
    const struct uuid **values)
{
    size_t count;
    const char *at = array_elements(raw(rows, row, column), &count);
    struct uuid *uuids = ARENA_ARRAY(arena, struct uuid, count);

    for (size_t i = 0; i < count; i++) {
        const struct text element = next_element(&at);
        if (element.data)
            memcpy(uuids[i].bytes, element.data, sizeof uuids[i].bytes);
    }
    *values = uuids;
    return count;
}

size_t row_texts(const struct rows *rows, size_t row, int column, struct arena *arena,
    const struct text **values)
{
    size_t count;
    const char *at = array_elements(raw(rows, row, column), &count);
    struct text *texts = ARENA_ARRAY(arena, struct text, count);

    for (size_t i = 0; i < count; i++) {
        const struct text element = next_element(&at);
        if (element.data)
            texts[i] =
                (struct text){arena_copy(arena, element.data, element.length), element.length};
    }
    *values = texts;
    return count;
}

size_t row_ints(
    const struct rows *rows, size_t row, int column, struct arena *arena, const int64_t **values)
{
    size_t count;
    const char *at = array_elements(raw(rows, row, column), &count);
    int64_t *numbers = ARENA_ARRAY(arena, int64_t, count);

    for (size_t i = 0; i < count; i++)
        numbers[i] = integer(next_element(&at));
    *values = numbers;
    return count;
}
