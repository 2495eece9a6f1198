/* What is wrong with a message, in words: where, a stable code, a sentence that quotes nothing. */
#include <inttypes.h>
#include <stdio.h>

#include "common/domain/date.h"
#include "common/message_inside.h"

static const char *const codes[PROBLEM_COUNT] = {
    [PROBLEM_NONE] = "none",
    [PROBLEM_BODY] = "unreadable",
    [PROBLEM_FIELD] = "unknown_field",
    [PROBLEM_MISSING] = "missing",
    [PROBLEM_TYPE] = "wrong_type",
    [PROBLEM_TWICE] = "twice",
    [PROBLEM_FEW] = "too_few",
    [PROBLEM_MANY] = "too_many",
    [PROBLEM_SHORT] = "too_short",
    [PROBLEM_LONG] = "too_long",
    [PROBLEM_SMALL] = "too_small",
    [PROBLEM_LARGE] = "too_large",
    [PROBLEM_WORD] = "unknown_value",
    [PROBLEM_FORMAT] = "bad_format",
    [PROBLEM_CHARACTER] = "bad_character",
};

const char *problem_code(enum problem_kind kind)
{
    CHECK(kind < PROBLEM_COUNT);
    return codes[kind];
}

const struct message_problem *problem_at(const struct message_problems *problems, const char *path)
{
    for (size_t i = 0; i < problems->count; i++)
        if (text_is(problems->list[i].path, path))
            return &problems->list[i];
    return NULL;
}

struct text path_text(const struct path *path, struct arena *arena)
{
    if (!path)
        return TEXT("");
    const struct text before = path_text(path->before, arena);
    const char *dot = before.length ? "." : "";
    return text_of(path->name ? arena_format(arena, "%s%s%s", before.data, dot, path->name)
                              : arena_format(arena, "%s%s%zu", before.data, dot, path->index));
}

static const char *type_name(const struct message_field *field)
{
    static const char *const names[] = {
        [FIELD_UUID] = "an id",
        [FIELD_TEXT] = "a text",
        [FIELD_INT] = "a whole number",
        [FIELD_DAY] = "a day, YYYY-MM-DD",
        [FIELD_NAME] = "a word",
        [FIELD_BOOL] = "true or false",
        [FIELD_OBJECT] = "an object",
    };

    return names[field->kind];
}

/* A bound in the field's own unit. */
static const char *bound(const struct message_field *field, int64_t value, struct arena *arena)
{
    char day[DATE_TEXT + 1];

    if (field->kind != FIELD_DAY)
        return arena_format(arena, "%" PRId64, value);
    date_format((int32_t)value, day);
    return arena_format(arena, "%s", day);
}

static const char *words(const struct message_field *field, struct arena *arena)
{
    const char *list = field->names[1];

    for (int64_t i = 2; i <= field->most; i++)
        list = arena_format(arena, "%s, %s", list, field->names[i]);
    return list;
}

static const char *sentence(
    enum problem_kind kind, const struct message_field *field, struct arena *arena)
{
    switch (kind) {
    case PROBLEM_FIELD:
        return "This field is not known here.";
    case PROBLEM_MISSING:
        return "This field is needed.";
    case PROBLEM_TYPE:
        return arena_format(
            arena, "Expected %s%s.", field->array ? "a list of: " : "", type_name(field));
    case PROBLEM_TWICE:
        return "This field stands twice.";
    case PROBLEM_FEW:
        return arena_format(arena, "Expected at least %u of them.", field->items_least);
    case PROBLEM_MANY:
        return arena_format(arena, "Expected at most %u of them.", field->items_most);
    case PROBLEM_SHORT:
        return arena_format(arena, "Expected at least %" PRId64 " characters.", field->least);
    case PROBLEM_LONG:
        return arena_format(arena, "Expected at most %" PRId64 " characters.",
            field->graphemes_most ? field->graphemes_most : field->most);
    case PROBLEM_SMALL:
        return arena_format(arena, "Expected %s or more.", bound(field, field->least, arena));
    case PROBLEM_LARGE:
        return arena_format(arena, "Expected %s or less.", bound(field, field->most, arena));
    case PROBLEM_WORD:
        return arena_format(arena, "Expected one of: %s.", words(field, arena));
    case PROBLEM_FORMAT:
        return field->kind == FIELD_TEXT ? "Expected small letters and hyphens."
                                         : arena_format(arena, "Expected %s.", type_name(field));
    case PROBLEM_CHARACTER:
        return "A character is not allowed here.";
    case PROBLEM_NONE:
    case PROBLEM_BODY:
    case PROBLEM_COUNT:
        break;
    }
    return "The message could not be read.";
}

bool judge_says(struct judge *judge, enum problem_kind kind, const struct message_field *field,
    const struct path *path)
{
    struct message_problems *problems = judge->problems;

    if (problems->count < PROBLEMS_MOST)
        problems->list[problems->count++] = (struct message_problem){
            kind, path_text(path, judge->arena), text_of(sentence(kind, field, judge->arena))};
    return false;
}

bool problems_error(
    const struct message_problems *problems, const struct message_type *type, struct error *error)
{
    const struct message_problem *first = &problems->list[0];

    CHECK(problems->count > 0);
    if (text_empty(first->path))
        return error_set(error, ERROR_INPUT, "%s: %s", type->name, first->sentence.data);
    return error_set(error, ERROR_INPUT, "%s: %s: %s (%s)", type->name, first->path.data,
        first->sentence.data, problem_code(first->kind));
}
