/* What people do by hand keeps every rule, gives the first who came a place, and is never better
 * than the best plan: on the planner's own cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "services/gruppstod/bench_hand.h"
#include "services/planner/check.h"

#define CASES "tests/planner/cases/"

static struct instance *read_case(const char *name)
{
    struct error error = {ERROR_NONE, ""};
    struct instance *instance = NULL;
    char path[200];

    snprintf(path, sizeof path, CASES "%s.json", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(instance_read_stream(file, &instance, &error), INSTANCE_READ);
    fclose(file);
    return instance;
}

static struct plan plan_by_hand(const struct instance *instance, enum hand who)
{
    static struct complaints complaints;
    struct plan plan;

    hand_plan(instance, who, &plan);
    complaints.count = 0;
    check_plan(instance, &plan, &complaints);
    for (int32_t i = 0; i < complaints.count; i++)
        if (strncmp(complaints.text[i], "parent_share", strlen("parent_share")) != 0)
            fail_msg("%s: %s", instance->name, complaints.text[i]);
    return plan;
}

static void test_rules_and_the_best(void **state)
{
    json_t *cases = json_load_file(CASES "expected.json", 0, NULL), *each;
    size_t index;

    (void)state;
    assert_true(json_array_size(cases) > 20);
    json_array_foreach(cases, index, each)
    {
        const int64_t best = json_integer_value(json_object_get(each, "score"));
        struct instance *instance = read_case(json_string_value(json_object_get(each, "name")));
        for (int who = HAND_DISTRICTS; who <= HAND_CENTRAL; who++) {
            struct plan plan = plan_by_hand(instance, (enum hand)who);
            assert_true(plan.score <= best || instance->policy.parent_share > 0);
            plan_clear(&plan);
        }
        instance_free(instance);
    }
    json_decref(cases);
}

/* Nine want eight places: the one who came last stays, as in the best plan. */
static void test_first_come(void **state)
{
    struct instance *instance = read_case("03-nine-for-eight-longest-wait");
    struct plan plan = plan_by_hand(instance, HAND_CENTRAL);
    int32_t last = 0;
    uint8_t placed[9];

    (void)state;
    assert_int_equal(instance->child_count, 9);
    for (int32_t i = 1; i < 9; i++)
        if (instance->children[i].since > instance->children[last].since)
            last = i;
    plan_mark_placed(instance, &plan, placed);
    for (int32_t i = 0; i < 9; i++)
        assert_int_equal(placed[i], i != last);
    plan_clear(&plan);
    instance_free(instance);
}

/* Two districts with too few children each: only one list for both opens a group. */
static void test_districts_alone(void **state)
{
    struct instance *instance = read_case("08-two-districts-together");
    struct plan alone = plan_by_hand(instance, HAND_DISTRICTS);
    struct plan together = plan_by_hand(instance, HAND_CENTRAL);

    (void)state;
    assert_int_equal(plan_placed(&alone), 0);
    assert_int_equal(plan_placed(&together), 4);
    plan_clear(&alone);
    plan_clear(&together);
    instance_free(instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_and_the_best),
        cmocka_unit_test(test_first_come),
        cmocka_unit_test(test_districts_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
