/* When a room is open: rules as lines of text. */
#include "tests/unit/case_lines.h"

#include "common/arena.h"
#include "common/check.h"
#include "common/domain/opening.h"

static struct text spaced(struct arena *arena, const char *argument)
{
    char *words = arena_copy(arena, argument, strlen(argument));

    for (char *at = words; *at; at++)
        *at = *at == '_' ? ' ' : *at;
    return text_of(words);
}

static void check_line(const struct case_line *line)
{
    struct arena *arena = arena_new(1024 * 1024);
    const struct text words = spaced(arena, line->arguments[0]);
    struct opening found[OPENINGS_A_DAY];
    const bool parse = strcmp(line->verb, "parse") == 0;
    const int count =
        parse ? (opening_parse(words, &found[0]) ? 1 : -1) : openings_read(words, 1, found);
    const char *said = count < 0 ? "wrong" : count == 0 ? "closed" : "";

    for (int i = 0; i < count; i++) {
        char text[OPENING_TEXT + 1];
        opening_format(&found[i], text);
        said = arena_format(arena, "%s%s%s", said, i ? "|" : "", text);
    }
    case_expect(line, said);
    arena_free(arena);
}

static void openings_by_line(void **state)
{
    (void)state;
    cases_run("opening.txt", check_line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(openings_by_line)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
