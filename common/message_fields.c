/* A message from an urlencoded form: flat names, a list as the same name again. */
#include "common/domain/date.h"
#include "common/http.h"
#include "common/message_inside.h"

enum { CHAINS = 64, NAME_MOST = 160 /* three names of 41 and an index */ };

struct form { /* fields by a hash of their names, each chain in the order they came */
    struct judge judge;
    const struct http_field *fields;
    size_t count;
    size_t first[CHAINS], *next; /* index + 1; 0 = the end */
};

static bool fill(struct form *form, const struct message_type *type, void *message,
    const struct path *before, bool *there);

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static struct text trim(struct text text)
{
    while (text.length > 0 && is_space(text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && is_space(text.data[text.length - 1]))
        text.length--;
    return text;
}

static size_t chain(struct text name)
{
    size_t hash = name.length;

    for (size_t i = 0; i < name.length; i++)
        hash = hash * 31 + (unsigned char)name.data[i];
    return hash % CHAINS;
}

static void make_chains(struct form *form)
{
    form->next = ARENA_ARRAY(form->judge.arena, size_t, form->count + 1);
    for (size_t i = form->count; i > 0; i--) {
        size_t *first = &form->first[chain(form->fields[i - 1].name)];
        form->next[i] = *first;
        *first = i;
    }
}

/* The path as a field's name, into `name`: this is asked for each field of each form. */
static struct text name_of(const struct path *path, char *name)
{
    size_t length = 0;

    if (path->before) {
        length = name_of(path->before, name).length;
        name[length++] = '.';
    }
    if (path->name) {
        const size_t more = strlen(path->name);
        CHECK(length + more < NAME_MOST - 4);
        memcpy(name + length, path->name, more);
        return (struct text){name, length + more};
    }
    CHECK(path->index < 100);
    if (path->index >= 10)
        name[length++] = (char)('0' + path->index / 10);
    name[length++] = (char)('0' + path->index % 10);
    return (struct text){name, length};
}

/* The values of that name that are not empty; at most `most` into `values`; returns how many there
 * are. */
static size_t find(
    const struct form *form, const struct path *path, struct text *values, size_t most)
{
    char buffer[NAME_MOST];
    const struct text name = name_of(path, buffer);
    size_t found = 0;

    for (size_t i = form->first[chain(name)]; i > 0; i = form->next[i]) {
        if (!text_equal(form->fields[i - 1].name, name))
            continue;
        const struct text value = trim(form->fields[i - 1].value);
        if (text_empty(value))
            continue;
        if (found < most)
            values[found] = value;
        found++;
    }
    return found;
}

/* A whole number in ASCII digits, perhaps with a minus. */
static bool parse_int(struct text text, int64_t *value)
{
    const bool minus = text.length > 0 && text.data[0] == '-';
    int64_t number = 0;

    if (text.length == (size_t)minus)
        return false;
    for (size_t i = minus; i < text.length; i++) {
        const int64_t digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, minus ? -digit : digit, &number))
            return false;
    }
    *value = number;
    return true;
}

static bool parse_bool(struct text text, bool *truth)
{
    *truth =
        text_is(text, "true") || text_is(text, "yes") || text_is(text, "on") || text_is(text, "1");
    return *truth || text_is(text, "false") || text_is(text, "no") || text_is(text, "0");
}

static enum problem_kind put_int(const struct message_field *field, int64_t value, void *element)
{
    if (value < field->least)
        return PROBLEM_SMALL;
    if (value > field->most)
        return PROBLEM_LARGE;
    element_put_int(field, element, value);
    return PROBLEM_NONE;
}

static enum problem_kind put(
    struct arena *arena, const struct message_field *field, struct text value, void *element)
{
    struct text copy;
    int64_t number;
    int32_t day;

    switch ((enum field_kind)field->kind) {
    case FIELD_UUID:
        return uuid_parse(value, element) ? field_wrong(field, element) : PROBLEM_FORMAT;
    case FIELD_TEXT:
        copy = (struct text){arena_copy(arena, value.data, value.length), value.length};
        memcpy(element, &copy, sizeof copy);
        return text_wrong(field, copy);
    case FIELD_INT:
        return parse_int(value, &number) ? put_int(field, number, element) : PROBLEM_FORMAT;
    case FIELD_DAY:
        return date_parse(value, &day) ? put_int(field, day, element) : PROBLEM_FORMAT;
    case FIELD_NAME:
        element_put_int(field, element, field_word(field, value));
        return field_wrong(field, element);
    case FIELD_BOOL:
        return parse_bool(value, element) ? PROBLEM_NONE : PROBLEM_FORMAT;
    case FIELD_OBJECT:
        break;
    }
    return PROBLEM_TYPE;
}

/* The day in three boxes. All empty = absent; anything but a day that exists is told once. */
static bool fill_boxes(struct form *form, const struct message_field *field, void *message,
    const struct path *path, bool *there)
{
    static const char *const boxes[] = {"year", "month", "day"};
    int64_t parts[COUNT(boxes)];
    size_t filled = 0, numbers = 0;

    for (size_t i = 0; i < COUNT(boxes); i++) {
        const struct path box = {path, boxes[i], 0};
        struct text value;
        if (find(form, &box, &value, 1) == 0)
            continue;
        filled++;
        numbers += parse_int(value, &parts[i]) && parts[i] >= 1 && parts[i] <= 9999;
    }
    *there = filled > 0;
    if (filled == 0)
        return true;
    const int32_t day = numbers == COUNT(boxes)
                            ? date_from_civil((int)parts[0], (int)parts[1], (int)parts[2])
                            : DAY_ABSENT;
    const enum problem_kind wrong =
        day == DAY_ABSENT ? PROBLEM_FORMAT : put_int(field, day, field_place(field, message));
    return wrong == PROBLEM_NONE || judge_says(&form->judge, wrong, field, path);
}

static bool fill_one(struct form *form, const struct message_field *field, void *message,
    const struct path *path, bool *there)
{
    struct text value;
    const size_t found = find(form, path, &value, 1);
    enum problem_kind wrong = PROBLEM_TWICE;

    *there = found > 0;
    if (found == 0 && field->kind == FIELD_DAY)
        return fill_boxes(form, field, message, path, there);
    if (found == 0)
        return true;
    if (found == 1)
        wrong = put(form->judge.arena, field, value, field_place(field, message));
    return wrong == PROBLEM_NONE || judge_says(&form->judge, wrong, field, path);
}

static bool fill_list(struct form *form, const struct message_field *field, void *message,
    const struct path *path, bool *there)
{
    const size_t size = field_element_size(field);
    const size_t found = find(form, path, NULL, 0);
    bool right = true;

    *there = found > 0;
    if (found == 0)
        return true;
    if (found > field->items_most || found < field->items_least)
        return judge_says(
            &form->judge, found > field->items_most ? PROBLEM_MANY : PROBLEM_FEW, field, path);
    struct text *values = ARENA_ARRAY(form->judge.arena, struct text, found);
    find(form, path, values, found);
    char *elements = field_make(field, message, found, form->judge.arena);
    for (size_t i = 0; i < found; i++) {
        const struct path at = {path, NULL, i};
        const enum problem_kind wrong =
            put(form->judge.arena, field, values[i], elements + i * size);
        if (wrong != PROBLEM_NONE)
            right = judge_says(&form->judge, wrong, field, &at);
    }
    return right;
}

/* Whether any field of the form begins with the path's name and a dot, and says something. */
static bool is_begun(const struct form *form, const struct path *path)
{
    char buffer[NAME_MOST];
    const struct text name = name_of(path, buffer);

    for (size_t i = 0; i < form->count; i++) {
        const struct text other = form->fields[i].name;
        if (other.length > name.length && other.data[name.length] == '.' &&
            memcmp(other.data, name.data, name.length) == 0 &&
            !text_empty(trim(form->fields[i].value)))
            return true;
    }
    return false;
}

/* `guardians.0`, `guardians.1`: numbers of which nothing is filled in leave no gap. */
static bool fill_objects(struct form *form, const struct message_field *field, void *message,
    const struct path *path, bool *there)
{
    const size_t most = field->array ? field->items_most : 1, size = field->object->size;
    size_t indexes[PROBLEMS_MOST], found = 0;
    bool right = true, begun;

    CHECK(most < COUNT(indexes));
    for (size_t i = 0; i <= most; i++) { /* one more, to tell that there are too many */
        const struct path item = {path, NULL, i};
        if (field->array ? is_begun(form, &item) : i == 0 && is_begun(form, path))
            indexes[found++] = i;
    }
    *there = found > 0;
    if (found == 0)
        return true;
    if (found > most)
        return judge_says(&form->judge, PROBLEM_MANY, field, path);
    char *elements = field_make(field, message, found, form->judge.arena);
    for (size_t i = 0; i < found; i++) {
        const struct path item = {path, NULL, indexes[i]};
        right =
            fill(form, field->object, elements + i * size, field->array ? &item : path, &begun) &&
            right;
    }
    return right;
}

static bool fill(struct form *form, const struct message_type *type, void *message,
    const struct path *before, bool *there)
{
    bool right = true;

    *there = false;
    for (size_t i = 0; i < type->field_count; i++) {
        const struct message_field *field = &type->fields[i];
        const struct path path = {before, field->name, 0};
        bool one;
        const bool good = field->kind == FIELD_OBJECT
                              ? fill_objects(form, field, message, &path, &one)
                          : field->array ? fill_list(form, field, message, &path, &one)
                                         : fill_one(form, field, message, &path, &one);
        right = good && right;
        *there = *there || one;
        if (good && !one && field->required)
            right = judge_says(&form->judge, PROBLEM_MISSING, field, &path);
    }
    return right;
}

bool message_from_fields(const struct message_type *type, const struct http_field *fields,
    size_t count, struct arena *arena, void *message, struct message_problems *problems)
{
    struct form form = {.judge = {arena, problems}, .fields = fields, .count = count};
    bool there;

    problems->count = 0;
    make_chains(&form);
    message_clear(type, message);
    return fill(&form, type, message, NULL, &there);
}
