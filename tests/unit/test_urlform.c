/* Forms by lines of text, and the limits on their size. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/http.h"
#include "common/urlform.h"

static struct arena *arena;

/* The body with the bytes a line of text cannot hold. */
static struct text body_of(const char *text, bool is_form)
{
    const size_t length = strlen(text);
    char *body = arena_copy(arena, text, length);

    for (size_t i = 0; is_form && i < length; i++)
        body[i] = body[i] == '_' ? '\0' : body[i] == '~' ? '\xff' : body[i];
    return (struct text){body, length};
}

static void show_text(FILE *out, struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.data[i];
        if (c == '\r' || c == '\n' || c == '\t')
            fputs(c == '\r' ? "<cr>" : c == '\n' ? "<lf>" : "<tab>", out);
        else
            fputc(c, out);
    }
    assert_int_equal(text.data[text.length], '\0');
}

static void show_fields(FILE *out, const struct http_field *fields, size_t count)
{
    if (count == 0)
        fputc('-', out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? "|" : "", out);
        show_text(out, fields[i].name);
        fputc('=', out);
        show_text(out, fields[i].value);
    }
}

static void show_form(FILE *out, const char *body)
{
    const struct http_field *fields;
    struct error error;
    size_t count;

    if (urlform_parse(arena, body_of(body, true), &fields, &count, &error))
        show_fields(out, fields, count);
    else
        fputs(error.text, out);
}

static void show_unescaped(FILE *out, const char *text)
{
    char *copy = arena_copy(arena, text, strlen(text));
    struct error error;
    size_t length;

    if (urlform_unescape(copy, strlen(text), &length, &error))
        show_text(out, (struct text){copy, length});
    else
        fputs(error.text, out);
}

static void check(const struct case_line *line)
{
    char got[1000] = "";
    FILE *out = fmemopen(got, sizeof got, "w");

    assert_non_null(out);
    if (strcmp(line->verb, "form") == 0)
        show_form(out, line->arguments[0]);
    else if (strcmp(line->verb, "encode") == 0)
        show_text(out, urlform_encode(arena, body_of(line->arguments[0], false)));
    else
        show_unescaped(out, line->arguments[0]);
    fclose(out);
    case_expect(line, got);
    arena_reset(arena);
}

static void rules_hold(void **state)
{
    (void)state;
    cases_run("urlform.txt", check);
}

static bool parses(size_t fields)
{
    char *body = arena_take(arena, 4 * fields + 1);
    const struct http_field *found;
    struct error error;
    size_t count;

    for (size_t i = 0; i < fields; i++)
        memcpy(body + 4 * i, "a=b&", 4);
    return urlform_parse(arena, (struct text){body, 4 * fields}, &found, &count, &error) &&
           count == fields;
}

static void fields_are_counted(void **state)
{
    (void)state;
    assert_true(parses(0));
    assert_true(parses(URLFORM_FIELDS_MOST));
    assert_false(parses(URLFORM_FIELDS_MOST + 1));
    assert_false(parses(5000));
}

static void first_field_of_a_name_is_found(void **state)
{
    const struct http_field *fields;
    size_t count;

    (void)state;
    assert_true(urlform_parse(arena, TEXT("a=1&b=&a=2"), &fields, &count, NULL));
    assert_true(text_is(urlform_get(fields, count, "a"), "1"));
    assert_true(text_is(urlform_get(fields, count, "b"), ""));
    assert_null(urlform_get(fields, count, "c").data);
}

/* What is encoded comes back, for every byte that text may hold. */
static void encoding_comes_back(void **state)
{
    char all[128];
    size_t length, n = 0;

    (void)state;
    for (char c = 0x20; c < 0x7f; c++)
        all[n++] = c;
    const struct text coded = urlform_encode(arena, (struct text){all, n});
    char *copy = arena_copy(arena, coded.data, coded.length);
    assert_true(urlform_unescape(copy, coded.length, &length, NULL));
    assert_int_equal(length, n);
    assert_memory_equal(copy, all, n);
}

static int make_arena(void **state)
{
    (void)state;
    arena = arena_new(4 * 1024 * 1024);
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold),
        cmocka_unit_test(fields_are_counted),
        cmocka_unit_test(first_field_of_a_name_is_found),
        cmocka_unit_test(encoding_comes_back),
    };

    return cmocka_run_group_tests_name("urlform", tests, make_arena, free_arena);
}
