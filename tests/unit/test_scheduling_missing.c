/* Missing children, by lines of text. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "services/scheduling/core/missing.h"

enum { MINUTE_MS = 60000 };

static enum presence presence_word(const char *word)
{
    if (strcmp(word, "present") == 0)
        return PRESENCE_PRESENT;
    if (strcmp(word, "told") == 0)
        return PRESENCE_ABSENT_TOLD;
    return strcmp(word, "untold") == 0 ? PRESENCE_ABSENT_UNTOLD : PRESENCE_NONE;
}

static void tell(struct missing_facts *facts, const char *word)
{
    const char *value = strchr(word, '=');

    value = value ? value + 1 : "";
    if (strncmp(word, "noted=", 6) == 0)
        facts->noted = presence_word(value);
    else if (strncmp(word, "before=", 7) == 0)
        facts->noted_before = presence_word(value);
    else if (strcmp(word, "others") == 0)
        facts->others_noted = true;
    else if (strcmp(word, "told-before") == 0)
        facts->told_before = true;
    else if (strcmp(word, "asked") == 0)
        facts->asked_before = true;
    else if (strncmp(word, "now=", 4) == 0)
        facts->now_ms = strtol(value, NULL, 10) * MINUTE_MS;
    else
        fail_msg("%s is no word of a missing child", word);
}

static void check(const struct case_line *line)
{
    struct missing_facts facts = {
        .starts_ms = 100 * MINUTE_MS,
        .ends_ms = 190 * MINUTE_MS,
        .now_ms = 120 * MINUTE_MS,
        .after_ms = 15 * MINUTE_MS,
    };
    char out[60];

    assert_string_equal(line->verb, "missing");
    for (size_t i = 0; i < line->count; i++)
        tell(&facts, line->arguments[i]);
    const struct missing_verdict verdict = missing_decide(&facts);
    snprintf(out, sizeof out, "%s%s%s", verdict.missing ? "missing" : "nothing",
        verdict.call ? " call" : "", verdict.twice ? " twice" : "");
    case_expect(line, out);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("missing.txt", check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
