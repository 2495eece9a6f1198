/* Templates: the public Mustache specification's core, then what is ours: languages and limits. */
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/case_lines.h"

#include <jansson.h>

#include "common/check.h"
#include "common/template.h"

enum { ARENA_MOST = 16 * 1024 * 1024, FILES_MOST = 16 };

static struct value *value_from(struct arena *arena, const json_t *json);

/* Mustache prints a number as it is written: 1.21 stays 1.21. */
static const char *number_text(struct arena *arena, const json_t *json)
{
    return arena_format(arena, "%.10g", json_number_value(json));
}

static void set_from(struct value *object, struct arena *arena, const char *name, json_t *json)
{
    if (json_is_string(json))
        value_set_string(object, name, json_string_value(json));
    else if (json_is_integer(json))
        value_set_int(object, name, json_integer_value(json));
    else if (json_is_real(json))
        value_set_string(object, name, number_text(arena, json));
    else if (json_is_boolean(json))
        value_set_bool(object, name, json_is_true(json));
    else if (!json_is_null(json))
        value_set(object, name, value_from(arena, json));
}

static void append_from(struct value *list, struct arena *arena, json_t *json)
{
    if (json_is_string(json))
        value_append_text(list, text_of(json_string_value(json)));
    else if (json_is_number(json))
        value_append_text(list, text_of(number_text(arena, json)));
    else
        value_append(list, value_from(arena, json));
}

/* An object or a list; another root ("{{.}}" over a string) becomes a list's element. */
static struct value *value_from(struct arena *arena, const json_t *json)
{
    struct value *object = value_object(arena);
    const char *name;
    json_t *member;
    size_t i;

    if (json_is_object(json)) {
        json_object_foreach((json_t *)(uintptr_t)json, name, member)
            set_from(object, arena, name, member);
        return object;
    }
    struct value *list = value_add_list(object, "list");
    json_array_foreach(json, i, member) append_from(list, arena, member);
    return list;
}

static struct embedded_file file_of(const char *name, const char *content)
{
    return (struct embedded_file){name, text_of(content)};
}

static size_t spec_files(struct arena *arena, json_t *test, struct embedded_file *files)
{
    size_t count = 0;
    const char *name;
    json_t *part;

    files[count++] = file_of("main.html", json_string_value(json_object_get(test, "template")));
    json_object_foreach(json_object_get(test, "partials"), name, part)
    {
        CHECK(count < FILES_MOST);
        files[count++] = file_of(arena_format(arena, "%s.html", name), json_string_value(part));
    }
    return count;
}

/*
 * Two kinds of case are left out by decision: a missing partial is refused when the set is opened,
 * and a page's root is an object, never a bare string or number.
 */
static bool is_left_out(json_t *test)
{
    const char *name = json_string_value(json_object_get(test, "name"));
    json_t *data = json_object_get(test, "data");

    return strcmp(name, "Failed Lookup") == 0 || (!json_is_object(data) && !json_is_array(data));
}

static void check_spec(const char *suite, json_t *test)
{
    struct arena *arena = arena_new(ARENA_MOST);
    struct embedded_file files[FILES_MOST];
    const size_t count = spec_files(arena, test, files);
    const char *name = json_string_value(json_object_get(test, "name"));
    const char *wanted = json_string_value(json_object_get(test, "expected"));
    struct error error = {.text = ""};
    struct text page = {NULL, 0};
    struct template_set *set = template_set_open(files, count, NULL, &error);

    if (!set || !template_render(set, "main.html", I18N_SV,
                    value_from(arena, json_object_get(test, "data")), arena, &page, &error))
        fail_msg("%s, %s: %s", suite, name, error.text);
    if (!text_is(page, wanted))
        fail_msg("%s, %s:\n[%s] should be\n[%s]", suite, name, page.data, wanted);
    template_set_close(set);
    arena_free(arena);
}

static size_t run_suite(const char *folder, const char *suite)
{
    char path[400];
    size_t i, ran = 0;
    json_t *test;

    snprintf(path, sizeof path, "%s/%s.json", folder, suite);
    json_t *all = json_load_file(path, JSON_ALLOW_NUL, NULL);
    if (!all)
        fail_msg("%s: cannot be read", path);
    json_array_foreach(json_object_get(all, "tests"), i, test)
    {
        if (is_left_out(test))
            continue;
        check_spec(suite, test);
        ran++;
    }
    json_decref(all);
    return ran;
}

static void specification_holds(void **state)
{
    static const char *const suites[] = {
        "interpolation", "sections", "inverted", "comments", "delimiters", "partials"};
    const char *shared = getenv("GRUPPSTOD_SHARED");
    char folder[300];
    size_t ran = 0;

    (void)state;
    snprintf(folder, sizeof folder, "%s/suites/mustache", shared ? shared : "../shared");
    if (access(folder, R_OK) != 0) {
        print_message("%s is not there: the specification's cases are left out\n", folder);
        skip();
    }
    for (size_t i = 0; i < COUNT(suites); i++)
        ran += run_suite(folder, suites[i]);
    print_message("%zu cases of the specification\n", ran);
    assert_true(ran >= 130);
}

/* One page, in one language, with a fixed set of values. */
static const char *const en_po =
    "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
    "msgid \"Hej {{name}}!\"\nmsgstr \"Hello {{name}}!\"\n"
    "msgid \"Två ord\"\nmsgstr \"Two words\"\n"
    "msgid \"Våld\"\nmsgstr \"Violence\"\n";
static const char *const ar_po = "msgid \"Två ord\"\nmsgstr \"كلمتان\"\n";

struct desk { /* what a test needs to render */
    struct arena *arena;
    struct i18n *i18n;
    struct template_set *set;
    struct value *root;
    struct embedded_file files[4];
    struct error error;
};

static void desk_open(struct desk *desk, const char *name, const char *source)
{
    *desk = (struct desk){.arena = arena_new(ARENA_MOST),
        .files = {file_of("po/ar.po", ar_po), file_of("po/en.po", en_po), file_of(name, source),
            file_of("part.html", "<i>{{name}}</i>")}};
    desk->i18n = i18n_open(desk->files, COUNT(desk->files), &desk->error);
    if (!desk->i18n)
        fail_msg("%s", desk->error.text);
    desk->set = template_set_open(desk->files, COUNT(desk->files), desk->i18n, &desk->error);
    desk->root = value_object(desk->arena);
    value_set_string(desk->root, "name", "<Å & \"B'>");
    value_set_message(desk->root, "situation", T("Våld"));
    value_set_message(desk->root, "unknown", T("Saknas"));
}

static void desk_close(struct desk *desk)
{
    template_set_close(desk->set);
    i18n_close(desk->i18n);
    arena_free(desk->arena);
}

static void check_page(const char *name, const char *source, const char *code, const char *wanted)
{
    struct text page = {NULL, 0};
    unsigned language;
    struct desk desk;

    desk_open(&desk, name, source);
    if (!desk.set || !i18n_language(desk.i18n, text_of(code), &language) ||
        !template_render(desk.set, name, language, desk.root, desk.arena, &page, &desk.error))
        fail_msg("%s: %s", source, desk.error.text);
    assert_string_equal(page.data, wanted);
    desk_close(&desk);
}

static void pages_escape_and_letters_do_not(void **state)
{
    (void)state;
    check_page("a.html", "{{name}}", "sv", "&lt;Å &amp; &quot;B&#39;&gt;");
    check_page("a.html", "{{{name}}}{{&name}}", "sv", "<Å & \"B'><Å & \"B'>");
    check_page("a.txt", "{{name}}", "sv", "<Å & \"B'>");
    check_page("a.html", "{{> part}}", "sv", "<i>&lt;Å &amp; &quot;B&#39;&gt;</i>");
}

static void sections_are_translated(void **state)
{
    (void)state;
    check_page("a.html", "{{#_}}Hej {{name}}!{{/_}}", "sv", "Hej &lt;Å &amp; &quot;B&#39;&gt;!");
    check_page("a.html", "{{#_}}Hej {{name}}!{{/_}}", "en", "Hello &lt;Å &amp; &quot;B&#39;&gt;!");
    check_page("a.html", "<p>\n{{#_}}\n  Två\n  ord\n{{/_}}\n</p>", "en", "<p>\nTwo words\n</p>");
    check_page("a.txt", "{{#_}}Hej {{name}}!{{/_}}\n", "en", "Hello <Å & \"B'>!\n");
}

static void missing_translation_is_marked(void **state)
{
    (void)state;
    check_page("a.html", "{{#_}}Hej {{name}}!{{/_}}", "ar",
        "<span lang=\"sv\" dir=\"ltr\">Hej &lt;Å &amp; &quot;B&#39;&gt;!</span>");
    check_page("a.txt", "{{#_}}Ny text{{/_}}", "ar", "Ny text");
    check_page("a.html", "<a title=\"{{#_}}Ny{{/_}}\">", "ar", "<a title=\"Ny\">");
    check_page("a.html", "<title>{{#_}}Ny{{/_}}</title>{{#_}}Ny{{/_}}", "ar",
        "<title>Ny</title><span lang=\"sv\" dir=\"ltr\">Ny</span>");
    check_page("a.html", "{{situation}} {{unknown}}", "en",
        "Violence <span lang=\"sv\" dir=\"ltr\">Saknas</span>");
    check_page("a.html", "{{situation}} {{unknown}}", "sv", "Våld Saknas");
}

static void language_says_itself(void **state)
{
    (void)state;
    check_page("a.html", "<html lang=\"{{_lang}}\" dir=\"{{_dir}}\">/{{_code}}/", "ar",
        "<html lang=\"ar\" dir=\"rtl\">/ar/");
    check_page("a.html", "{{_lang}} {{_dir}}", "sv", "sv ltr");
}

static void check_refused(const char *source, const char *sentence)
{
    struct desk desk;

    desk_open(&desk, "a.html", source);
    if (desk.set)
        fail_msg("%s: compiled", source);
    if (!strstr(desk.error.text, sentence))
        fail_msg("%s: refused as %s", source, desk.error.text);
    desk_close(&desk);
}

static void wrong_templates_are_refused(void **state)
{
    (void)state;
    check_refused("a\n{{name", "a.html:2: a tag without its end");
    check_refused("{{#a}}\n{{#b}}\n{{/a}}", "a.html:3: another section is open here: b");
    check_refused("\n\n{{#a}}", "a.html:3: a section without its end: a");
    check_refused("{{/a}}", "a.html:1: no open section ends here: a");
    check_refused("{{> nowhere}}", "a.html:1: no such partial, or too many: nowhere");
    check_refused("{{}}", "not a name");
    check_refused("{{a b}}", "not a name: a b");
    check_refused("{{a..b}}", "an empty part in a name");
    check_refused("{{=a=}}", "not two delimiters");
    check_refused("{{#_}}x", "a translation without its end");
    check_refused("{{#_}} {{/_}}", "an empty translation");
    check_refused("{{#_}}{{#a}}x{{/a}}{{/_}}", "only values may stand in a translation: a");
    check_refused("  {{> a}}", "no such partial, or too many: a");
}

static void translation_must_keep_its_values(void **state)
{
    const struct embedded_file files[] = {
        file_of("po/en.po", "msgid \"Hej {{name}}\"\nmsgstr \"Hello {{nmae}}\"\n"),
        file_of("a.html", "{{#_}}Hej {{name}}{{/_}}")};
    struct error error = {.text = ""};
    struct i18n *i18n = i18n_open(files, COUNT(files), &error);

    (void)state;
    assert_non_null(i18n);
    assert_null(template_set_open(files, COUNT(files), i18n, &error));
    assert_string_equal(error.text, "a.html:1: the translation in po/en.po lacks {{name}}");
    i18n_close(i18n);
}

static void check_render_fails(const char *source, const char *sentence)
{
    struct text page;
    struct desk desk;

    desk_open(&desk, "a.html", source);
    assert_non_null(desk.set);
    struct value *list = value_add_list(desk.root, "many");
    for (int i = 0; i < 60000; i++)
        value_append_object(list);
    assert_false(template_render(desk.set, "a.html", 0, desk.root, desk.arena, &page, &desk.error));
    if (!strstr(desk.error.text, sentence))
        fail_msg("%s: failed as %s", source, desk.error.text);
    desk_close(&desk);
}

static void output_has_its_limits(void **state)
{
    (void)state;
    check_render_fails("{{#many}}0123456789{{/many}}", "longer than 512 KiB");
    check_render_fails("{{#name}}{{>a}}{{/name}}", "too deep");
}

static void unknown_template_is_an_error(void **state)
{
    struct text page;
    struct desk desk;

    (void)state;
    desk_open(&desk, "a.html", "x");
    assert_true(template_set_has(desk.set, "a.html"));
    assert_false(template_set_has(desk.set, "b.html"));
    assert_false(template_render(desk.set, "b.html", 0, desk.root, desk.arena, &page, &desk.error));
    assert_int_equal(desk.error.kind, ERROR_ABSENT);
    desk_close(&desk);
}

static void falsehood_is_as_written(void **state)
{
    struct text page;
    struct desk desk;

    (void)state;
    desk_open(&desk, "a.html",
        "{{^zero}}a{{/zero}}{{^empty}}b{{/empty}}{{^none}}c{{/none}}{{^list}}d{{/list}}"
        "{{#name}}e{{/name}}{{#one}}{{one}}{{/one}}{{twice}}");
    value_set_int(desk.root, "zero", 0);
    value_set_int(desk.root, "one", -1);
    value_set_string(desk.root, "empty", "");
    value_set_string(desk.root, "none", NULL);
    value_add_list(desk.root, "list");
    value_set_string(desk.root, "twice", "first");
    value_set_string(desk.root, "twice", "second");
    assert_true(template_render(desk.set, "a.html", 0, desk.root, desk.arena, &page, &desk.error));
    assert_string_equal(page.data, "abcde-1second");
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specification_holds),
        cmocka_unit_test(pages_escape_and_letters_do_not),
        cmocka_unit_test(sections_are_translated),
        cmocka_unit_test(missing_translation_is_marked),
        cmocka_unit_test(language_says_itself),
        cmocka_unit_test(wrong_templates_are_refused),
        cmocka_unit_test(translation_must_keep_its_values),
        cmocka_unit_test(output_has_its_limits),
        cmocka_unit_test(unknown_template_is_an_error),
        cmocka_unit_test(falsehood_is_as_written),
    };

    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
