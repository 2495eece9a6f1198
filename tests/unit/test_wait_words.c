/* Why a child waits, in words: rules as lines of text, and every sentence in every language. */
#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/wait_words.h"
#include "common_pages.h"

static struct i18n *texts(void)
{
    struct error error = {.text = ""};
    size_t count;
    const struct embedded_file *files = common_pages(&count);
    struct i18n *i18n = i18n_open(files, count, &error);

    if (!i18n)
        fail_msg("%s", error.text);
    return i18n;
}

static struct wait_told told_by(struct arena *arena, const struct case_line *line)
{
    const char *detail = "";

    for (size_t i = 2; i < line->count; i++)
        detail = arena_format(arena, "%s%s%s", detail, i > 2 ? " " : "", line->arguments[i]);
    return wait_told_read(arena, wait_reason_of(text_of(line->arguments[1])), text_of(detail));
}

static void check_line(const struct case_line *line)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct i18n *i18n = texts();
    const struct wait_told told = told_by(arena, line);
    const struct text district =
        text_is(told.district, "norr") ? TEXT("Norr") : (struct text){NULL, 0};
    unsigned language;

    assert_true(i18n_language(i18n, text_of(line->arguments[0]), &language));
    assert_int_not_equal(told.reason, WAIT_REASON_NONE);
    if (strcmp(line->verb, "kept") == 0) {
        case_expect(line, wait_detail(arena, &told).data);
    } else {
        const struct text said = wait_sentence(arena, i18n, language,
            strcmp(line->verb, "staff") == 0 ? WAIT_FOR_STAFF : WAIT_FOR_FAMILY, &told, district);
        case_expect(line, said.data ? said.data : "-");
    }
    i18n_close(i18n);
    arena_free(arena);
}

static void sentences_by_line(void **state)
{
    (void)state;
    cases_run("wait_words.txt", check_line);
}

/* No reason is without words, no {{name}} is left, no family hears of a situation. */
static void every_reason_has_words_in_every_language(void **state)
{
    static const char *const details[] = {"", "slot=0", "missing=1 ages=7-9 slot=0 district=norr",
        "missing=3 ages=7-9 slot=0 district=norr leaders=1 rooms=1", "language=ar",
        "slot=4 district=norr leaders=1 parent_leaders=1 rooms=1",
        "parent_leaders=1 slot=4 district=norr"};
    struct arena *arena = arena_new(4 * 1024 * 1024);
    struct i18n *i18n = texts();

    (void)state;
    assert_int_equal(i18n_languages(i18n), 3);
    for (unsigned language = 0; language < i18n_languages(i18n); language++)
        for (int reason = 1; reason < WAIT_REASON_COUNT; reason++)
            for (size_t i = 0; i < 2 * COUNT(details); i++) {
                const struct wait_told told =
                    wait_told_read(arena, (enum wait_reason)reason, text_of(details[i / 2]));
                const struct text said = wait_sentence(arena, i18n, language,
                    i % 2 ? WAIT_FOR_STAFF : WAIT_FOR_FAMILY, &told, TEXT("Norr"));

                if (!said.data) {
                    assert_true(reason == WAIT_REASON_OTHER_SUPPORT_FIRST && i % 2 == 0);
                    continue;
                }
                assert_true(said.length > 10);
                assert_null(strstr(said.data, "{{"));
                assert_null(strstr(said.data, "  "));
                for (int s = 1; s < SITUATION_COUNT; s++)
                    assert_null(strstr(said.data, situation_names[s]));
            }
    i18n_close(i18n);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_by_line),
        cmocka_unit_test(every_reason_has_words_in_every_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
