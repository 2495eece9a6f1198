/* What a visitor without script reads from a page, and the settings that a daemon says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/gruppstod/asked.h"
#include "services/gruppstod/web.h"

static struct arena *arena;

static const char page[] = "<form class=\"form\" method=\"post\" action=\"/sv/foralder\">"
                           "<input type=\"hidden\" name=\"token\" value=\"a&amp;b\">"
                           "<input type=\"hidden\" name=\"kept\" value=\"&lt;&quot;&#39;å\">"
                           "<input type=\"text\" name=\"child_name\" value=\"Alva\">"
                           "<input type=\"hidden\" name=\"kept\" value=\"\">"
                           "<span class=\"code\">K7QF</span>";

static void hidden_fields_come_back_as_they_were(void **state)
{
    (void)state;
    assert_string_equal(web_hidden(arena, text_of(page)), "token=a%26b&kept=%3C%22%27%C3%A5&kept=");
    assert_string_equal(web_hidden(arena, TEXT("<p>no form</p>")), "");
    assert_string_equal(web_hidden(arena, TEXT("<input type=\"hidden\" name=\"cut")), "");
}

static void fields_and_texts_are_found(void **state)
{
    (void)state;
    assert_true(web_has_field(text_of(page), "child_name"));
    assert_false(web_has_field(text_of(page), "child"));
    assert_string_equal(
        web_between(arena, text_of(page), "<span class=\"code\">", "</span>").data, "K7QF");
    assert_null(web_between(arena, text_of(page), "<span class=\"code\">", "</p>").data);
    assert_null(web_between(arena, text_of(page), "<h1>", "</h1>").data);
    assert_string_equal(web_add(arena, "", "a b", "1&2"), "a%20b=1%262");
    assert_string_equal(web_add(arena, "x=1", "y", ""), "x=1&y=");
}

static void settings_are_read_as_a_daemon_says_them(void **state)
{
    const struct text said =
        TEXT("; matching\nmatching.form_every = 60s  # default\nmatching.form_most = 5000\n"
             "matching.name = a # b  # /x.ini:3\nmatching.wake_every = 10min  # default\n"
             "matching.approve = true  # default\nmatching.folder =   # default");

    (void)state;
    assert_int_equal(asked_ms(arena, said, "matching.form_every"), 60000);
    assert_int_equal(asked_ms(arena, said, "matching.wake_every"), 600000);
    assert_string_equal(asked_value(arena, said, "matching.form_most"), "5000");
    assert_string_equal(asked_value(arena, said, "matching.name"), "a # b");
    assert_string_equal(asked_value(arena, said, "matching.folder"), "");
    assert_string_equal(asked_value(arena, said, "matching.form"), "");
    assert_true(asked_true(arena, said, "matching.approve"));
    assert_false(asked_true(arena, said, "matching.form_most"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hidden_fields_come_back_as_they_were),
        cmocka_unit_test(fields_and_texts_are_found),
        cmocka_unit_test(settings_are_read_as_a_daemon_says_them)};

    arena = arena_new((size_t)4 << 20);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
