/* The machine of groups: what must hold on every way through it. */
#include "common/check.h"
#include "common/domain/group_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { WALKS = 20000, STEPS_MOST = 40 };

static bool any_may(enum group_state from, enum group_state to)
{
    for (unsigned asker = 1; asker <= GROUP_ASKER_EVALUATION; asker <<= 1)
        if (group_may_move(from, to, (enum group_asker)asker))
            return true;
    return false;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

struct walk { /* what has been seen on the way */
    bool begun, booked;
};

static void step(struct walk *walk, enum group_state from, enum group_state to)
{
    const bool away =
        to == GROUP_STATE_CANCELLED || to == GROUP_STATE_MERGED || to == GROUP_STATE_POSTPONED;

    assert_false(away && walk->begun);
    if (to == GROUP_STATE_OFFERED || to == GROUP_STATE_CONFIRMED || to == GROUP_STATE_RUNNING ||
        to == GROUP_STATE_MERGED || to == GROUP_STATE_POSTPONED)
        assert_true(walk->booked);
    if (to == GROUP_STATE_RUNNING)
        assert_int_equal(from, GROUP_STATE_CONFIRMED);
    walk->booked = walk->booked || to == GROUP_STATE_BOOKED;
    walk->begun = walk->begun || to == GROUP_STATE_RUNNING;
}

/* However a group goes: nothing before its series is booked is offered, nothing that has begun is
 * merged, postponed or cancelled, and from wherever it stands it can end. */
static void every_walk_keeps_the_rules(void **unused)
{
    uint32_t random = 20261122;
    bool seen[GROUP_STATE_COUNT] = {false};
    size_t count;
    const struct group_way *ways = group_ways(&count);

    (void)unused;
    for (int walk = 0; walk < WALKS; walk++) {
        enum group_state state = GROUP_STATE_NONE;
        struct walk so_far = {false, false};

        for (int i = 0; i < STEPS_MOST && (i == 0 || !group_ended(state)); i++) {
            const struct group_way *way;

            do
                way = &ways[next_random(&random) % count];
            while (way->from != state);
            step(&so_far, state, way->to);
            state = way->to;
            seen[state] = true;
        }
    }
    for (int state = 1; state < GROUP_STATE_COUNT; state++)
        assert_true(seen[state]);
}

static void a_running_group_only_finishes(void **unused)
{
    (void)unused;
    for (int to = 1; to < GROUP_STATE_COUNT; to++)
        assert_int_equal(
            any_may(GROUP_STATE_RUNNING, (enum group_state)to), to == GROUP_STATE_FINISHED);
}

static void a_confirmed_group_is_cancelled_by_a_person_only(void **unused)
{
    (void)unused;
    assert_true(
        group_may_move(GROUP_STATE_CONFIRMED, GROUP_STATE_CANCELLED, GROUP_ASKER_COORDINATOR));
    assert_false(
        group_may_move(GROUP_STATE_CONFIRMED, GROUP_STATE_CANCELLED, GROUP_ASKER_SCHEDULING));
}

static void no_way_stands_twice(void **unused)
{
    size_t count;
    const struct group_way *ways = group_ways(&count);

    (void)unused;
    for (size_t i = 0; i < count; i++) {
        assert_true(ways[i].askers != 0 && ways[i].from != ways[i].to && strlen(ways[i].when) > 0);
        for (size_t j = 0; j < i; j++)
            assert_false(ways[i].from == ways[j].from && ways[i].to == ways[j].to);
    }
}

static void what_may_be_given_up_has_not_begun(void **unused)
{
    (void)unused;
    for (int state = 1; state < GROUP_STATE_COUNT; state++)
        assert_int_equal(group_before_start((enum group_state)state),
            any_may((enum group_state)state, GROUP_STATE_MERGED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_walk_keeps_the_rules),
        cmocka_unit_test(a_running_group_only_finishes),
        cmocka_unit_test(a_confirmed_group_is_cancelled_by_a_person_only),
        cmocka_unit_test(no_way_stands_twice),
        cmocka_unit_test(what_may_be_given_up_has_not_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
