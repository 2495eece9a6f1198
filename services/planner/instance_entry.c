/* Fields of a JSON document with a type, limits and a path; see the header for the manner. */
#include "services/planner/instance_entry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/date.h"
#include "common/text.h"

void entry_wrong(struct entry_reader *reader, const char *name, const char *format, ...)
{
    char sentence[160];
    va_list arguments;

    if (reader->outcome)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    reader->outcome = INSTANCE_MALFORMED;
    error_set(reader->error, ERROR_INPUT, "%s%s%s: %s", reader->path,
        *reader->path && name && *name != '[' ? "." : "", name ? name : "", sentence);
}

void entry_contradiction(struct entry_reader *reader, const char *format, ...)
{
    char sentence[200];
    va_list arguments;

    if (reader->outcome)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    reader->outcome = INSTANCE_CONTRADICTION;
    error_set(reader->error, ERROR_CONFLICT, "%s", sentence);
}

void entry_at(struct entry_reader *reader, const char *format, ...)
{
    va_list arguments;

    if (reader->outcome)
        return;
    va_start(arguments, format);
    vsnprintf(reader->path, sizeof reader->path, format, arguments);
    va_end(arguments);
}

const json_t *entry_optional(struct entry_reader *reader, const json_t *record, const char *name)
{
    if (reader->outcome)
        return NULL;
    if (!json_is_object(record)) {
        entry_wrong(reader, NULL, "an object is wanted here");
        return NULL;
    }
    const json_t *value = json_object_get(record, name);
    return json_is_null(value) ? NULL : value;
}

const json_t *entry_required(struct entry_reader *reader, const json_t *record, const char *name)
{
    const json_t *value = entry_optional(reader, record, name);

    if (!value)
        entry_wrong(reader, name, "it is missing");
    return value;
}

static int64_t whole_number(
    struct entry_reader *reader, const json_t *value, const char *name, int64_t least, int64_t most)
{
    if (!value)
        return 0;
    if (!json_is_integer(value)) {
        entry_wrong(reader, name, "a whole number is wanted");
        return 0;
    }
    const int64_t number = json_integer_value(value);
    if (number < least || number > most) {
        entry_wrong(reader, name, "%lld is not within %lld to %lld", (long long)number,
            (long long)least, (long long)most);
        return 0;
    }
    return number;
}

int64_t entry_int(struct entry_reader *reader, const json_t *record, const char *name,
    int64_t least, int64_t most)
{
    return whole_number(reader, entry_required(reader, record, name), name, least, most);
}

int64_t entry_int_or(struct entry_reader *reader, const json_t *record, const char *name,
    int64_t least, int64_t most, int64_t otherwise)
{
    const json_t *value = entry_optional(reader, record, name);

    return value ? whole_number(reader, value, name, least, most) : otherwise;
}

bool entry_bool_or_false(struct entry_reader *reader, const json_t *record, const char *name)
{
    const json_t *value = entry_optional(reader, record, name);

    if (value && !json_is_boolean(value))
        entry_wrong(reader, name, "true or false is wanted");
    return json_is_true(value);
}

/* A fault of the i-th of a list: the path is made only when it is needed. */
static void item_wrong(
    struct entry_reader *reader, const char *name, size_t i, const char *sentence)
{
    char path[64];

    snprintf(path, sizeof path, "%.30s[%zu]", name, i);
    entry_wrong(reader, path, "%s", sentence);
}

static bool is_text(const json_t *value)
{
    const size_t length = json_string_length(value);

    return json_is_string(value) && length > 0 && length <= ENTRY_ID;
}

static const char wanted_text[] = "a text of 1 to 100 bytes is wanted";

/* `value` as a text of at most ENTRY_ID bytes, borrowed from the document. */
static const char *text_value(struct entry_reader *reader, const json_t *value, const char *name)
{
    if (!value)
        return NULL;
    if (!is_text(value)) {
        entry_wrong(reader, name, "%s", wanted_text);
        return NULL;
    }
    return json_string_value(value);
}

const char *entry_id(struct entry_reader *reader, const json_t *record, const char *name)
{
    const char *text = text_value(reader, entry_required(reader, record, name), name);

    return text ? arena_copy(reader->arena, text, strlen(text)) : NULL;
}

int32_t entry_word(struct entry_reader *reader, const json_t *record, const char *name,
    const char *const *words, int32_t otherwise)
{
    const json_t *value = otherwise == INSTANCE_NONE ? entry_required(reader, record, name)
                                                     : entry_optional(reader, record, name);
    const char *text = text_value(reader, value, name);

    if (!text)
        return otherwise == INSTANCE_NONE ? 0 : otherwise;
    for (int32_t i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    entry_wrong(reader, name, "\"%.40s\" is not one of the words it may be", text);
    return 0;
}

int32_t entry_date(struct entry_reader *reader, const json_t *record, const char *name)
{
    const char *text = text_value(reader, entry_required(reader, record, name), name);
    int32_t day = 0;

    if (text && !date_parse(text_of(text), &day)) {
        entry_wrong(reader, name, "%.20s is not a day that exists, YYYY-MM-DD", text);
        return 0;
    }
    return day;
}

static const json_t *list_value(
    struct entry_reader *reader, const json_t *value, const char *name, size_t most)
{
    if (!value)
        return NULL;
    if (!json_is_array(value)) {
        entry_wrong(reader, name, "a list is wanted");
        return NULL;
    }
    if (json_array_size(value) > most) {
        entry_wrong(
            reader, name, "%zu are too many; %zu is the most", json_array_size(value), most);
        return NULL;
    }
    return value;
}

const json_t *entry_list(
    struct entry_reader *reader, const json_t *record, const char *name, size_t most)
{
    return list_value(reader, entry_required(reader, record, name), name, most);
}

const json_t *entry_list_or_empty(
    struct entry_reader *reader, const json_t *record, const char *name, size_t most)
{
    return list_value(reader, entry_optional(reader, record, name), name, most);
}

const json_t *entry_records(
    struct entry_reader *reader, const json_t *document, const char *name, size_t most)
{
    const json_t *list = entry_list(reader, document, name, most);

    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_object(json_array_get(list, i))) {
            item_wrong(reader, name, i, "an object is wanted");
            return NULL;
        }
    return list;
}

const char *entry_text_at(
    struct entry_reader *reader, const json_t *list, const char *name, size_t i)
{
    const json_t *value = json_array_get(list, i);

    if (reader->outcome)
        return NULL;
    if (!is_text(value)) {
        item_wrong(reader, name, i, wanted_text);
        return NULL;
    }
    return json_string_value(value);
}

int32_t entry_name(struct entry_reader *reader, const json_t *record, const char *name,
    const char *const *names, int32_t count)
{
    const char *text = text_value(reader, entry_required(reader, record, name), name);

    if (!text)
        return 0;
    const int32_t index = instance_find_name(names, count, text);
    if (index == INSTANCE_NONE)
        entry_wrong(reader, name, "\"%.60s\" is unknown", text);
    return index == INSTANCE_NONE ? 0 : index;
}

static void item_unknown(struct entry_reader *reader, const char *name, size_t i, const char *text)
{
    char sentence[80];

    snprintf(sentence, sizeof sentence, "\"%.60s\" is unknown", text ? text : "");
    item_wrong(reader, name, i, sentence);
}

uint64_t entry_mask(struct entry_reader *reader, const json_t *list, const char *name,
    const char *const *names, int32_t count)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < json_array_size(list) && !reader->outcome; i++) {
        const char *text = entry_text_at(reader, list, name, i);
        const int32_t index = text ? instance_find_name(names, count, text) : INSTANCE_NONE;

        if (index == INSTANCE_NONE)
            item_unknown(reader, name, i, text);
        else
            mask |= instance_bit(index);
    }
    return mask;
}

static int by_value(const void *left, const void *right)
{
    const int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

int32_t entry_sort_indices(int32_t *items, int32_t count)
{
    int32_t kept = 0;

    if (count > 1)
        qsort(items, (size_t)count, sizeof *items, by_value);
    for (int32_t i = 0; i < count; i++)
        if (i == 0 || items[i] != items[i - 1])
            items[kept++] = items[i];
    return kept;
}

struct instance_span entry_indices(struct entry_reader *reader, const json_t *list,
    const char *name, entry_find_fn *find, const struct instance *instance)
{
    const size_t size = json_array_size(list);
    int32_t *items = ARENA_ARRAY(reader->arena, int32_t, size);

    for (size_t i = 0; i < size && !reader->outcome; i++) {
        const char *text = entry_text_at(reader, list, name, i);

        items[i] = text ? find(instance, text) : INSTANCE_NONE;
        if (items[i] == INSTANCE_NONE)
            item_unknown(reader, name, i, text);
    }
    return (struct instance_span){items, entry_sort_indices(items, (int32_t)size)};
}
