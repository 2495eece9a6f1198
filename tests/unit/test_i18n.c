/* Translations: reading .po files, choosing a language, falling back to Swedish. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/i18n.h"

#define HEADER "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n"

static struct embedded_file po(const char *name, const char *content)
{
    return (struct embedded_file){name, text_of(content)};
}

static struct i18n *open_good(const char *english)
{
    const struct embedded_file files[] = {
        po("start.html", "not a translation"), po("po/ar.po", HEADER), po("po/en.po", english)};
    struct error error = {.text = ""};
    struct i18n *i18n = i18n_open(files, COUNT(files), &error);

    if (!i18n)
        fail_msg("%s", error.text);
    return i18n;
}

enum { AR = 1, EN = 2 }; /* in the order of the files */

static void texts_are_found(void **state)
{
    struct i18n *i18n =
        open_good(HEADER "# remark\n#: start.html:1\nmsgid \"Hej\"\n"
                         "msgstr \"Hello\"\n\n"
                         "msgid \"\"\n\"En lång \"\n\"text\"\n"
                         "msgstr \"A \\\"long\\\"\\n\"\n\"\\ttext\\\\\"\n"
                         "msgid \"Två  rader\\n i mallen\"\nmsgstr \"Two lines\"\r\n"
                         "#~ msgid \"Gammal\"\n#~ msgstr \"Old\"\n");

    (void)state;
    assert_true(text_is(i18n_text(i18n, EN, T("Hej")), "Hello"));
    assert_true(text_is(i18n_text(i18n, EN, "En lång text"), "A \"long\"\n\ttext\\"));
    assert_true(text_is(i18n_text(i18n, EN, "Två rader i mallen"), "Two lines"));
    assert_true(text_is(i18n_text(i18n, I18N_SV, "Hej"), "Hej"));
    assert_true(text_is(i18n_text(i18n, EN, "Gammal"), "Gammal"));
    i18n_close(i18n);
}

static void missing_text_is_swedish_and_known(void **state)
{
    struct i18n *i18n = open_good(HEADER "#, fuzzy\nmsgid \"Osäker\"\nmsgstr \"Unsure\"\n"
                                         "msgid \"Tom\"\nmsgstr \"\"\n"
                                         "#, c-format\nmsgid \"Bra\"\nmsgstr \"Good\"\n");

    (void)state;
    assert_true(text_is(i18n_text(i18n, AR, "Hej"), "Hej"));
    assert_null(i18n_find(i18n, AR, TEXT("Hej")).data);
    assert_null(i18n_find(i18n, EN, TEXT("Osäker")).data);
    assert_null(i18n_find(i18n, EN, TEXT("Tom")).data);
    assert_true(text_is(i18n_find(i18n, EN, TEXT("Bra")), "Good"));
    assert_true(text_is(i18n_find(i18n, I18N_SV, TEXT("Hej")), "Hej"));
    i18n_close(i18n);
}

static void languages_say_what_they_are(void **state)
{
    struct i18n *i18n = open_good(HEADER);
    unsigned language = 99;

    (void)state;
    assert_int_equal(i18n_languages(i18n), 3);
    assert_true(i18n_language(i18n, TEXT("ar"), &language));
    assert_int_equal(language, AR);
    assert_string_equal(i18n_direction(i18n, AR), "rtl");
    assert_string_equal(i18n_direction(i18n, EN), "ltr");
    assert_string_equal(i18n_tag(i18n, EN), "en");
    assert_string_equal(i18n_code(i18n, I18N_SV), "sv");
    assert_string_equal(i18n_self_name(i18n, EN), "English");
    assert_false(i18n_language(i18n, TEXT("fi"), &language));
    assert_false(i18n_language(i18n, TEXT(""), &language));
    i18n_close(i18n);
    assert_int_equal(i18n_languages(NULL), 1);
    assert_string_equal(i18n_tag(NULL, I18N_SV), "sv");
}

static void check_refused(const char *name, const char *content, const char *sentence)
{
    const struct embedded_file files[] = {po(name, content)};
    struct error error = {.text = ""};

    assert_null(i18n_open(files, 1, &error));
    assert_string_equal(error.text, sentence);
}

static void malformed_files_are_refused(void **state)
{
    (void)state;
    check_refused("po/en.po", HEADER "msgid \"a\"\nmsgstr \"b\" c\n",
        "po/en.po:5: a string without its end, or something after it");
    check_refused("po/en.po", "msgid \"a\nmsgstr \"b\"\n",
        "po/en.po:1: a string without its end, or something after it");
    check_refused(
        "po/en.po", "msgid \"a\\x\"\n", "po/en.po:1: an escape other than \\n, \\t, \\\" and \\\\");
    check_refused(
        "po/en.po", "msgid \"a\\", "po/en.po:1: an escape other than \\n, \\t, \\\" and \\\\");
    check_refused("po/en.po", "msgid a\n", "po/en.po:1: expected a string in quotes");
    check_refused("po/en.po", "msgstr \"a\"\n", "po/en.po:1: a msgstr without its msgid");
    check_refused("po/en.po", "msgid \"a\"\nmsgid \"b\"\n",
        "po/en.po:2: a msgid without its msgstr before this line");
    check_refused("po/en.po", "msgid \"a\"\nmsgstr \"b\"\nmsgid \"a\"\nmsgstr \"c\"\n",
        "po/en.po:5: the entry before this line comes twice");
    check_refused("po/en.po", "msgid \"\"\nmsgstr \"charset=ISO-8859-1\"\n",
        "po/en.po:3: the file must be in UTF-8");
    check_refused("po/en.po", "msgid \"\xff\"\n", "po/en.po:1: not valid UTF-8");
    check_refused("po/en.po", "msgid_plural \"a\"\n",
        "po/en.po:1: neither msgid, msgstr, string nor comment (plurals and contexts are not "
        "used)");
    check_refused("po/xx.po", HEADER, "po/xx.po: not the code of a language we know");
    check_refused("po/sv.po", HEADER, "po/sv.po: not the code of a language we know");
}

static struct i18n *shared;

static void check_accept(const struct case_line *line)
{
    char header[CASE_LINE];

    snprintf(header, sizeof header, "%s", line->arguments[0]);
    for (char *at = header; *at; at++)
        *at = *at == '_' ? ' ' : *at;
    case_expect(line, i18n_code(shared, i18n_accept(shared, text_of(header))));
}

static void browsers_are_understood(void **state)
{
    (void)state;
    shared = open_good(HEADER);
    cases_run("accept_language.txt", check_accept);
    assert_int_equal(i18n_accept(shared, (struct text){NULL, 0}), I18N_SV);
    i18n_close(shared);
}

static void write_file(const char *path, const char *content)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void folder_is_loaded(void **state)
{
    char folder[] = "/tmp/i18n-XXXXXX", po_folder[40], path[60];
    struct arena *arena = arena_new(4 * 1024 * 1024);
    const struct embedded_file *files;
    struct error error;
    size_t count;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(po_folder, sizeof po_folder, "%s/po", folder);
    assert_int_equal(mkdir(po_folder, 0700), 0);
    snprintf(path, sizeof path, "%s/en.po", po_folder);
    write_file(path, "english");
    assert_true(embedded_load(arena, folder, &files, &count, &error));
    assert_int_equal(count, 1);
    assert_true(text_is(embedded_find(files, count, "po/en.po")->content, "english"));
    assert_null(embedded_find(files, count, "en.po"));
    unlink(path);
    rmdir(po_folder);
    rmdir(folder);
    assert_false(embedded_load(arena, folder, &files, &count, &error));
    assert_int_equal(error.kind, ERROR_ABSENT);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_found),
        cmocka_unit_test(missing_text_is_swedish_and_known),
        cmocka_unit_test(languages_say_what_they_are),
        cmocka_unit_test(malformed_files_are_refused),
        cmocka_unit_test(browsers_are_understood),
        cmocka_unit_test(folder_is_loaded),
    };

    return cmocka_run_group_tests_name("i18n", tests, NULL, NULL);
}
