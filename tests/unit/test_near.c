/* What somebody may have meant: rules as lines of text. */
#include "tests/unit/case_lines.h"

#include "common/arena.h"
#include "common/check.h"
#include "services/gruppstod/core/near.h"

enum { WORDS_MOST = 20 };

/* "A,B_1" -> the words A and "B 1". */
static size_t words_of(struct arena *arena, const char *list, struct text *words)
{
    char *copy = arena_copy(arena, list, strlen(list));
    size_t count = 0;

    if (strcmp(list, "-") == 0)
        return 0;
    for (char *at = copy; at; count++) {
        char *comma = strchr(at, ',');
        assert_true(count < WORDS_MOST);
        if (comma)
            *comma = '\0';
        for (char *space = strchr(at, '_'); space; space = strchr(space, '_'))
            *space = ' ';
        words[count] = text_of(at);
        at = comma ? comma + 1 : NULL;
    }
    return count;
}

static void check_line(const struct case_line *line)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct text words[WORDS_MOST];
    size_t places[NEAR_MOST];
    const size_t count = words_of(arena, line->arguments[1], words);
    const size_t found = near_find(words, count, text_of(line->arguments[0]), places);
    const char *said = found ? "" : "-";

    assert_string_equal(line->verb, "near");
    for (size_t i = 0; i < found; i++)
        said = arena_format(arena, "%s%s%s", said, i ? "|" : "", words[places[i]].data);
    case_expect(line, said);
    arena_free(arena);
}

static void near_words_by_line(void **state)
{
    (void)state;
    cases_run("near.txt", check_line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(near_words_by_line)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
