/* The bounds of a whole message: what is missing, too few, too many, or wrong in itself. */
#include "common/message_inside.h"

static bool check_object(const struct message_type *type, const void *message,
    const struct path *before, struct judge *judge);

static bool check_element(const struct message_field *field, const void *element,
    const struct path *path, struct judge *judge)
{
    if (field->kind == FIELD_OBJECT)
        return check_object(field->object, element, path, judge);
    const enum problem_kind wrong = field_wrong(field, element);
    return wrong == PROBLEM_NONE || judge_says(judge, wrong, field, path);
}

static bool check_array(const struct message_field *field, const void *message,
    const struct path *path, struct judge *judge)
{
    const size_t count = field_count(field, message), size = field_element_size(field);
    const char *elements = field_elements(field, message);
    bool right = true;

    if (count > field->items_most)
        return judge_says(judge, PROBLEM_MANY, field, path);
    if (count < field->items_least && (field->required || count > 0))
        return judge_says(judge, PROBLEM_FEW, field, path);
    for (size_t i = 0; i < count; i++) {
        const struct path item = {path, NULL, i};
        right = check_element(field, elements + i * size, &item, judge) && right;
    }
    return right;
}

static bool check_object(const struct message_type *type, const void *message,
    const struct path *before, struct judge *judge)
{
    bool right = true;

    for (size_t i = 0; i < type->field_count; i++) {
        const struct message_field *field = &type->fields[i];
        const struct path path = {before, field->name, 0};
        if (field->array)
            right = check_array(field, message, &path, judge) && right;
        else if (!field_absent(field, message))
            right = check_element(field, field_elements(field, message), &path, judge) && right;
        else if (field->required)
            right = judge_says(judge, PROBLEM_MISSING, field, &path);
    }
    return right;
}

bool message_check(const struct message_type *type, const void *message, struct arena *arena,
    struct message_problems *problems)
{
    struct judge judge = {arena, problems};

    problems->count = 0;
    return check_object(type, message, NULL, &judge);
}
