/* The coverage map: no number of children points out one, and each district has its own tile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/desk/core/map.h"

static void children_are_told_in_fives(void **state)
{
    static const struct {
        int64_t children, from, to;
        int level;
    } cases[] = {{-1, 0, 0, 0}, {0, 0, 0, 0}, {1, 1, 4, 1}, {4, 1, 4, 1}, {5, 5, 9, 2},
        {9, 5, 9, 2}, {10, 10, 14, 3}, {19, 15, 19, 3}, {20, 20, 24, 4}, {104, 100, 104, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct map_span span = map_span(cases[i].children);

        assert_int_equal(span.from, cases[i].from);
        assert_int_equal(span.to, cases[i].to);
        assert_int_equal(map_level(cases[i].children), cases[i].level);
    }
}

static void no_two_districts_share_a_tile(void **state)
{
    static const char *const names[] = {"bromma", "farsta", "norr", "soder", "ost", "vast", "mitt",
        "spanga-tensta", "yttre", "alvsjo"};
    enum { NAMES = sizeof names / sizeof *names };
    struct text codes[NAMES];
    struct map_tile tiles[NAMES];

    (void)state;
    for (size_t i = 0; i < NAMES; i++)
        codes[i] = text_of(names[i]);
    map_place(codes, NAMES, tiles);
    for (size_t i = 0; i < NAMES; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(tiles[i].column == tiles[j].column && tiles[i].row == tiles[j].row);
    map_place(codes + 2, 1, tiles); /* a city that the map does not know begins at the top */
    assert_int_equal(tiles[0].row, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_told_in_fives),
        cmocka_unit_test(no_two_districts_share_a_tile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
