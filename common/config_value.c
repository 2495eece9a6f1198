/* Whole numbers with units, words and texts; no fractions, no locale, no silent overflow. */
#include "common/config_value.h"

#include <stdio.h>
#include <string.h>

#include "common/check.h"

struct unit {
    const char *name;
    int64_t size;
};

/* The largest first: bounds are shown in the largest unit that divides them. */
static const struct unit durations[] = {
    {"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit sizes[] = {
    {"GiB", 1024 * 1024 * 1024}, {"MiB", 1024 * 1024}, {"KiB", 1024}, {"", 1}};
static const struct unit plain[] = {{"", 1}};

enum { STROKES_BYTES = 128 };

static const struct unit *units_of(enum conf_type type, size_t *count)
{
    switch (type) {
    case CONF_DURATION:
        *count = COUNT(durations);
        return durations;
    case CONF_BYTES:
        *count = COUNT(sizes);
        return sizes;
    case CONF_INT:
    case CONF_TEXT:
    case CONF_BOOL:
    case CONF_CHOICE:
        break;
    }
    *count = COUNT(plain);
    return plain;
}

/* Digits with an optional minus; where they end, or NULL when there are none or too many. */
static const char *read_number(const char *said, int64_t *number)
{
    const bool minus = *said == '-';
    const char *at = said + minus;

    *number = 0;
    if (*at < '0' || *at > '9')
        return NULL;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, *at - '0', number))
            return NULL;
    if (minus)
        *number = -*number;
    return at;
}

static bool read_with_unit(enum conf_type type, const char *said, int64_t *number)
{
    size_t count;
    const struct unit *units = units_of(type, &count);
    const char *rest = read_number(said, number);

    if (!rest)
        return false;
    while (*rest == ' ')
        rest++;
    for (size_t i = 0; i < count; i++)
        if (strcmp(units[i].name, rest) == 0)
            return !__builtin_mul_overflow(*number, units[i].size, number);
    /* "0" needs no unit: nothing is nothing. */
    return *number == 0 && *rest == '\0';
}

static void show_with_unit(enum conf_type type, int64_t number, char text[static 32])
{
    size_t count, i = 0;
    const struct unit *units = units_of(type, &count);

    while (i + 1 < count && (number == 0 || number % units[i].size))
        i++;
    snprintf(text, 32, "%lld%s", (long long)(number / units[i].size), units[i].name);
}

static bool check_bounds(const struct conf_key *key, int64_t number, struct error *error)
{
    char least[32], most[32];

    if ((key->least == 0 && key->most == 0) || (number >= key->least && number <= key->most))
        return true;
    show_with_unit(key->type, key->least, least);
    show_with_unit(key->type, key->most, most);
    return error_set(error, ERROR_INPUT, "must be %s to %s", least, most);
}

static bool read_numeric(
    const struct conf_key *key, const char *said, struct conf_value *value, struct error *error)
{
    if (read_with_unit(key->type, said, &value->number))
        return check_bounds(key, value->number, error);
    if (key->type == CONF_DURATION)
        return error_set(error, ERROR_INPUT, "not a duration such as 250ms, 10s, 5min, 2h or 5d");
    if (key->type == CONF_BYTES)
        return error_set(error, ERROR_INPUT, "not a size such as 4096, 64KiB or 16MiB");
    return error_set(error, ERROR_INPUT, "not a whole number");
}

static bool read_text(
    const struct conf_key *key, const char *said, struct conf_value *value, struct error *error)
{
    const size_t length = strlen(said);

    value->text = said;
    if (key->least == 0 && key->most == 0)
        return true;
    if ((int64_t)length < key->least || (int64_t)length > key->most)
        return error_set(error, ERROR_INPUT, "must have %lld to %lld bytes", (long long)key->least,
            (long long)key->most);
    return true;
}

static bool read_bool(const char *said, struct conf_value *value, struct error *error)
{
    static const char *const yes[] = {"yes", "true", "on"}, *const no[] = {"no", "false", "off"};

    for (size_t i = 0; i < COUNT(yes); i++) {
        value->number = strcmp(said, yes[i]) == 0;
        if (value->number || strcmp(said, no[i]) == 0)
            return true;
    }
    return error_set(error, ERROR_INPUT, "not yes or no");
}

static bool read_choice(
    const struct conf_key *key, const char *said, struct conf_value *value, struct error *error)
{
    char all[160] = "";
    size_t used = 0;

    for (size_t i = 0; key->choices[i]; i++) {
        if (strcmp(key->choices[i], said) == 0) {
            value->number = (int64_t)i;
            return true;
        }
        if (used < sizeof all)
            used += (size_t)snprintf(
                all + used, sizeof all - used, "%s%s", i ? ", " : "", key->choices[i]);
    }
    return error_set(error, ERROR_INPUT, "must be one of %s", all);
}

bool conf_value_read(
    const struct conf_key *key, const char *said, struct conf_value *value, struct error *error)
{
    switch (key->type) {
    case CONF_INT:
    case CONF_DURATION:
    case CONF_BYTES:
        return read_numeric(key, said, value, error);
    case CONF_TEXT:
        return read_text(key, said, value, error);
    case CONF_BOOL:
        return read_bool(said, value, error);
    case CONF_CHOICE:
        return read_choice(key, said, value, error);
    }
    return false;
}

void conf_value_store(const struct conf_key *key, const struct conf_value *value, void *settings)
{
    char *to = (char *)settings + key->offset;
    const bool truth = value->number != 0;

    switch (key->type) {
    case CONF_INT:
    case CONF_DURATION:
    case CONF_BYTES:
    case CONF_CHOICE:
        memcpy(to, &value->number, sizeof value->number);
        return;
    case CONF_TEXT:
        memcpy(to, &value->text, sizeof value->text);
        return;
    case CONF_BOOL:
        memcpy(to, &truth, sizeof truth);
        return;
    }
}

static size_t least_of(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

size_t conf_value_strokes(const char *a, const char *b)
{
    size_t row[STROKES_BYTES]; /* row[j]: from the first i letters of a to the first j of b */
    const size_t length = strlen(b);

    CHECK(length < STROKES_BYTES);
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            const size_t above = row[j];
            row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[length];
}
