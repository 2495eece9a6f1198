/*
 * Any page, partial and translation: refused with a sentence, or rendered within the limits.
 *
 * The input is cut at its NUL bytes into page, partial, .po file and the text of a value. What the
 * value brings must never be seen as markup.
 */
#include <stdint.h>
#include <string.h>

#include "common/check.h"
#include "common/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PIECES = 4 };

static struct value *values(struct arena *arena, const char *text)
{
    struct value *root = value_object(arena);
    struct value *list = value_add_list(root, "l");

    value_set_string(root, "a", text);
    value_set_int(root, "n", -12);
    value_set_bool(root, "t", true);
    value_set_message(value_add_object(root, "o"), "m", text);
    for (int i = 0; i < 3; i++)
        value_set_string(value_append_object(list), "a", "x");
    return root;
}

static void render(const struct embedded_file *files, struct arena *arena, const char *text)
{
    struct error error = {.text = ""};
    struct i18n *i18n = i18n_open(files, 3, &error);
    struct template_set *set = i18n ? template_set_open(files, 3, i18n, &error) : NULL;
    struct text page;

    CHECK(set || error.text[0] != '\0');
    for (unsigned language = 0; set && language < 2; language++)
        if (template_render(set, "a.html", language, values(arena, text), arena, &page, &error))
            CHECK(page.length <= TEMPLATE_OUTPUT_MOST);
    template_set_close(set);
    i18n_close(i18n);
}

/* However the text looks, {{a}} shows it without a byte that HTML reads as markup. */
static void never_markup(struct arena *arena, const char *text)
{
    const struct embedded_file file = {"a.html", TEXT("{{a}}")};
    struct error error;
    struct template_set *set = template_set_open(&file, 1, NULL, &error);
    struct text page;

    CHECK(set);
    if (template_render(set, "a.html", 0, values(arena, text), arena, &page, &error))
        CHECK(!strpbrk(page.data, "<>\"'"));
    template_set_close(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(256 * 1024 * 1024);
    const char *copy = arena_copy(arena, data, size), *end = copy + size;
    const char *pieces[PIECES] = {copy, end, end, end};

    for (size_t i = 1; i < PIECES && pieces[i - 1] + strlen(pieces[i - 1]) < end; i++)
        pieces[i] = pieces[i - 1] + strlen(pieces[i - 1]) + 1;
    const struct embedded_file files[] = {{"a.html", text_of(pieces[0])},
        {"b.html", text_of(pieces[1])}, {"po/en.po", text_of(pieces[2])}};
    render(files, arena, pieces[3]);
    never_markup(arena, pieces[3]);
    arena_free(arena);
    return 0;
}
