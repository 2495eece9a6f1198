/* When to call again, by lines of text. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "services/desk/core/tries.h"

static const struct {
    const char *word;
    enum contact_outcome outcome;
} outcomes[] = {{"no", CONTACT_OUTCOME_NO_ANSWER}, {"left", CONTACT_OUTCOME_LEFT_MESSAGE},
    {"wrong", CONTACT_OUTCOME_WRONG_NUMBER}, {"asked", CONTACT_OUTCOME_REFERRER_ASKED},
    {"reached", CONTACT_OUTCOME_REACHED}};

/* "no@2026-10-05,9.20" */
static struct tries try(const struct tries *before, const char *text)
{
    const char *at = strchr(text, '@'), *comma = strchr(text, ',');
    char word[16] = "", *dot;
    int32_t day;

    assert_true(at && comma && (size_t)(at - text) < sizeof word);
    memcpy(word, text, (size_t)(at - text));
    assert_true(date_parse((struct text){at + 1, (size_t)(comma - at - 1)}, &day));
    const long hour = strtol(comma + 1, &dot, 10);
    assert_true(*dot == '.');
    const int32_t minutes = (int32_t)(hour * 60 + strtol(dot + 1, NULL, 10));
    for (size_t i = 0; i < COUNT(outcomes); i++)
        if (strcmp(outcomes[i].word, word) == 0)
            return tries_after(before, outcomes[i].outcome, day, minutes);
    fail_msg("no such outcome: %s", word);
    return *before;
}

static void check(const struct case_line *line)
{
    static const char *const steps[] = {"nothing", "call", "ask", "decide"};
    struct tries tries = {.next = NEXT_STEP_NONE};
    char day[DATE_TEXT + 1], out[60];

    assert_string_equal(line->verb, "tries");
    for (size_t i = 0; i < line->count; i++)
        tries = try(&tries, line->arguments[i]);
    date_format(tries.day, day);
    if (tries.next == NEXT_STEP_NONE)
        snprintf(out, sizeof out, "nothing");
    else
        snprintf(out, sizeof out, "%s %s %02d.%02d %d", steps[tries.next], day,
            (int)tries.minute / 60, (int)tries.minute % 60, tries.count);
    case_expect(line, out);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("tries.txt", check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
