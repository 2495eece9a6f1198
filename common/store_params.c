/*
 * Values and whole columns in PostgreSQL's binary format (the _send functions of backend/utils/adt;
 * arrays: array_send in arrayfuncs.c): big-endian, dates from 2000-01-01.
 */
#include <string.h>

#include "common/check.h"
#include "common/store_parts.h"

/* Type oids of pg_type.dat; stable since they were first given. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_TEXT = 25,
    OID_DATE = 1082,
    OID_TIMESTAMPTZ = 1184,
    OID_UUID = 2950,
};
enum {
    OID_BOOL_ARRAY = 1000,
    OID_BYTEA_ARRAY = 1001,
    OID_TEXT_ARRAY = 1009,
    OID_INT8_ARRAY = 1016,
    OID_DATE_ARRAY = 1182,
    OID_TIMESTAMPTZ_ARRAY = 1185,
    OID_UUID_ARRAY = 2951,
};

enum { DAYS_TO_2000 = 10957, ARRAY_HEAD = 20 };
#define MS_TO_2000 ((int64_t)DAYS_TO_2000 * 86400000)

static void put32(char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(value >> (24 - 8 * i));
}

static void put64(char *to, uint64_t value)
{
    put32(to, (uint32_t)(value >> 32));
    put32(to + 4, (uint32_t)value);
}

struct params *params_new(struct arena *arena)
{
    struct params *params = ARENA_NEW(arena, struct params);

    params->arena = arena;
    return params;
}

static void add(struct params *params, Oid type, const char *value, size_t length)
{
    CHECK(params->count < PARAMS_MOST);
    params->types[params->count] = type;
    params->values[params->count] = value;
    params->lengths[params->count] = (int)length;
    params->formats[params->count] = 1;
    params->count++;
}

/* Each of these writes one value at `to` and returns its bytes, or -1 for NULL. */
typedef int write_fn(char *to, const void *value);

static int write_uuid(char *to, const void *value)
{
    const struct uuid *uuid = value;

    if (uuid_absent(*uuid))
        return -1;
    memcpy(to, uuid->bytes, 16);
    return 16;
}

static int write_int(char *to, const void *value)
{
    int64_t number;

    memcpy(&number, value, sizeof number);
    if (number == INT_ABSENT)
        return -1;
    put64(to, (uint64_t)number);
    return 8;
}

static int write_bool(char *to, const void *value)
{
    const bool *truth = value;

    *to = *truth ? 1 : 0;
    return 1;
}

static int write_day(char *to, const void *value)
{
    int32_t day;

    memcpy(&day, value, sizeof day);
    if (day == DAY_ABSENT)
        return -1;
    put32(to, (uint32_t)(day - DAYS_TO_2000));
    return 4;
}

static int write_time(char *to, const void *value)
{
    int64_t ms;

    memcpy(&ms, value, sizeof ms);
    if (ms == INT_ABSENT)
        return -1;
    put64(to, (uint64_t)((ms - MS_TO_2000) * 1000));
    return 8;
}

static void add_value(struct params *params, Oid type, write_fn *write, const void *value)
{
    char *bytes = arena_take(params->arena, 16);
    const int length = write(bytes, value);

    add(params, type, length < 0 ? NULL : bytes, length < 0 ? 0 : (size_t)length);
}

void param_uuid(struct params *params, struct uuid value)
{
    add_value(params, OID_UUID, write_uuid, &value);
}

void param_text(struct params *params, struct text value)
{
    add(params, OID_TEXT, value.data, value.length);
}

void param_string(struct params *params, const char *value)
{
    param_text(params, text_of(value));
}

void param_int(struct params *params, int64_t value)
{
    add_value(params, OID_INT8, write_int, &value);
}

void param_bool(struct params *params, bool value)
{
    add_value(params, OID_BOOL, write_bool, &value);
}

void param_day(struct params *params, int32_t day)
{
    add_value(params, OID_DATE, write_day, &day);
}

void param_time(struct params *params, int64_t ms)
{
    add_value(params, OID_TIMESTAMPTZ, write_time, &ms);
}

void param_bytes(struct params *params, struct text raw)
{
    add(params, OID_BYTEA, raw.data, raw.length);
}

/* One dimension, lower bound 1; the head of array_recv's input. */
static char *put_array_head(char *to, Oid element, size_t count)
{
    put32(to, count ? 1 : 0);
    put32(to + 4, 1);
    put32(to + 8, element);
    if (!count)
        return to + 12;
    put32(to + 12, (uint32_t)count);
    put32(to + 16, 1);
    return to + ARRAY_HEAD;
}

struct column {
    Oid array, element;
    size_t value_most; /* bytes of the longest value */
    write_fn *write;
};

static void add_column(struct params *params, const struct column *column, const void *first,
    size_t stride, size_t count)
{
    char *bytes = arena_take(params->arena, ARRAY_HEAD + count * (4 + column->value_most));
    char *to = put_array_head(bytes, column->element, count);

    for (size_t i = 0; i < count; i++) {
        const int length = column->write(to + 4, (const char *)first + i * stride);
        put32(to, (uint32_t)length);
        to += 4 + (length > 0 ? length : 0);
    }
    add(params, column->array, bytes, (size_t)(to - bytes));
}

void param_uuids(struct params *params, const struct uuid *first, size_t stride, size_t count)
{
    static const struct column column = {OID_UUID_ARRAY, OID_UUID, 16, write_uuid};

    add_column(params, &column, first, stride, count);
}

void param_ints(struct params *params, const int64_t *first, size_t stride, size_t count)
{
    static const struct column column = {OID_INT8_ARRAY, OID_INT8, 8, write_int};

    add_column(params, &column, first, stride, count);
}

void param_bools(struct params *params, const bool *first, size_t stride, size_t count)
{
    static const struct column column = {OID_BOOL_ARRAY, OID_BOOL, 1, write_bool};

    add_column(params, &column, first, stride, count);
}

void param_days(struct params *params, const int32_t *first, size_t stride, size_t count)
{
    static const struct column column = {OID_DATE_ARRAY, OID_DATE, 4, write_day};

    add_column(params, &column, first, stride, count);
}

void param_times(struct params *params, const int64_t *first, size_t stride, size_t count)
{
    static const struct column column = {OID_TIMESTAMPTZ_ARRAY, OID_TIMESTAMPTZ, 8, write_time};

    add_column(params, &column, first, stride, count);
}

static void add_texts(
    struct params *params, Oid array, Oid element, const struct text *texts, size_t count)
{
    size_t bytes = ARRAY_HEAD;

    for (size_t i = 0; i < count; i++)
        bytes += 4 + texts[i].length;
    char *start = arena_take(params->arena, bytes);
    char *to = put_array_head(start, element, count);
    for (size_t i = 0; i < count; i++) {
        put32(to, texts[i].data ? (uint32_t)texts[i].length : UINT32_MAX);
        to += 4;
        if (texts[i].length)
            memcpy(to, texts[i].data, texts[i].length);
        to += texts[i].length;
    }
    add(params, array, start, (size_t)(to - start));
}

static const struct text *gather(
    struct params *params, const struct text *first, size_t stride, size_t count)
{
    struct text *texts = ARENA_ARRAY(params->arena, struct text, count);

    for (size_t i = 0; i < count; i++)
        memcpy(&texts[i], (const char *)first + i * stride, sizeof texts[i]);
    return texts;
}

void param_texts(struct params *params, const struct text *first, size_t stride, size_t count)
{
    add_texts(params, OID_TEXT_ARRAY, OID_TEXT, gather(params, first, stride, count), count);
}

void param_bytes_column(
    struct params *params, const struct text *first, size_t stride, size_t count)
{
    add_texts(params, OID_BYTEA_ARRAY, OID_BYTEA, gather(params, first, stride, count), count);
}

void param_names(
    struct params *params, const void *first, size_t stride, size_t count, const char *const *names)
{
    struct text *texts = ARENA_ARRAY(params->arena, struct text, count);

    for (size_t i = 0; i < count; i++) {
        int value;
        memcpy(&value, (const char *)first + i * stride, sizeof value);
        texts[i] = text_of(names[value]);
    }
    add_texts(params, OID_TEXT_ARRAY, OID_TEXT, texts, count);
}
