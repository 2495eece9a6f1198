/* Who of the staff may do what, by lines of text. */
#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "services/desk/core/rights.h"

static enum right right_of(const char *word)
{
    static const char *const names[] = {"signed_in", "list", "decide", "identity", "all_groups",
        "groups", "attendance", "queues", "control"};

    assert_int_equal(COUNT(names), RIGHT_COUNT);
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], word) == 0)
            return (enum right)i;
    fail_msg("no such right: %s", word);
    return RIGHT_COUNT;
}

static void check_right(const struct case_line *line)
{
    const enum staff_role role = staff_role_of(text_of(line->arguments[0]));

    assert_true((role == STAFF_NONE) == (strcmp(line->arguments[0], "nobody") == 0));
    case_expect(line, staff_may(role, right_of(line->arguments[1])) ? "yes" : "no");
}

static void rights_by_line(void **state)
{
    (void)state;
    cases_run("rights.txt", check_right);
}

static void who_is_nobody_may_nothing(void **state)
{
    (void)state;
    for (int right = 0; right < RIGHT_COUNT; right++)
        assert_false(staff_may(STAFF_NONE, (enum right)right));
}

/* Names and the machinery's switches are in different hands. */
static void nobody_has_both_identities_and_control(void **state)
{
    (void)state;
    for (int role = 0; role < STAFF_ROLE_COUNT; role++)
        assert_false(staff_may((enum staff_role)role, RIGHT_IDENTITY) &&
                     staff_may((enum staff_role)role, RIGHT_CONTROL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rights_by_line),
        cmocka_unit_test(who_is_nobody_may_nothing),
        cmocka_unit_test(nobody_has_both_identities_and_control),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
