/* Ids: ordered by the time they were made, unique, strict in their text. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/uuid.h"

enum { MANY = 20000, THREADS = 4 };

static void each_is_after_the_one_before(void **state)
{
    const int64_t now_ms = INT64_C(1790000000000);
    struct uuid before = uuid_new(now_ms);

    (void)state;
    /* Five times what one millisecond holds, a clock that stands still, and one that goes back. */
    for (int i = 0; i < MANY; i++) {
        const struct uuid after = uuid_new(i < MANY / 2 ? now_ms : now_ms - i);
        assert_true(uuid_compare(&before, &after) < 0);
        before = after;
    }
    assert_in_range(uuid_ms(before), now_ms, now_ms + MANY / 4096 + 1);
}

/* A demo's civil clock stands months ahead: a message's id still lies at the machine's time. */
static void two_clocks_keep_their_own_order(void **state)
{
    const int64_t machine_ms = INT64_C(1791000000000), civil_ms = machine_ms + INT64_C(9504000000);
    struct uuid machine = uuid_new(machine_ms), civil = uuid_new(civil_ms);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        const struct uuid later = uuid_new(machine_ms), ahead = uuid_new(civil_ms);
        assert_true(uuid_compare(&machine, &later) < 0 && uuid_compare(&civil, &ahead) < 0);
        assert_in_range(uuid_ms(later), machine_ms, machine_ms + 1);
        assert_in_range(uuid_ms(ahead), civil_ms, civil_ms + 1);
        machine = later;
        civil = ahead;
    }
}

static void version_and_variant_are_those_of_rfc_9562(void **state)
{
    const struct uuid uuid = uuid_new(INT64_C(1790000100000));

    (void)state;
    assert_int_equal(uuid.bytes[6] >> 4, 7);
    assert_int_equal(uuid.bytes[8] >> 6, 2);
    assert_int_equal(uuid_ms(uuid), INT64_C(1790000100000));
}

static void a_range_of_time_is_a_range_of_ids(void **state)
{
    const int64_t ms = INT64_C(1790000200000);
    const struct uuid first = uuid_at(ms), next = uuid_at(ms + 1), uuid = uuid_new(ms);

    (void)state;
    assert_true(uuid_compare(&first, &uuid) < 0);
    assert_true(uuid_compare(&uuid, &next) < 0);
    assert_int_equal(uuid_ms(uuid_at(INT64_C(0xffffffffffff))), INT64_C(0xffffffffffff));
}

static void *make_many(void *data)
{
    struct uuid *uuids = data;

    for (int i = 0; i < MANY; i++)
        uuids[i] = uuid_new(INT64_C(1790000300000));
    return NULL;
}

static void no_two_threads_make_the_same(void **state)
{
    struct uuid *all = calloc((size_t)THREADS * MANY, sizeof *all);
    pthread_t threads[THREADS];

    (void)state;
    assert_non_null(all);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_many, all + i * MANY), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    qsort(all, (size_t)THREADS * MANY, sizeof *all, uuid_compare);
    for (int i = 1; i < THREADS * MANY; i++)
        assert_false(uuid_equal(all[i - 1], all[i]));
    free(all);
}

static void text_goes_both_ways(void **state)
{
    char text[UUID_TEXT + 1];
    struct uuid uuid;

    (void)state;
    assert_true(uuid_parse(TEXT("0192f0c1-8a6b-7CDE-8f01-23456789abcd"), &uuid));
    uuid_format(uuid, text);
    assert_string_equal(text, "0192f0c1-8a6b-7cde-8f01-23456789abcd");
    assert_int_equal(uuid.bytes[0], 0x01);
    assert_int_equal(uuid.bytes[15], 0xcd);
    for (int i = 0; i < 1000; i++) {
        const struct uuid made = uuid_new(i);
        uuid_format(made, text);
        assert_true(uuid_parse(text_of(text), &uuid));
        assert_true(uuid_equal(made, uuid));
    }
}

static void other_texts_are_none(void **state)
{
    static const char *const wrong[] = {"", "0192f0c1-8a6b-7cde-8f01-23456789abc",
        "0192f0c1-8a6b-7cde-8f01-23456789abcde", "0192f0c18a6b7cde8f0123456789abcd",
        "0192f0c1-8a6b-7cde-8f01-23456789abcg", "0192f0c1+8a6b-7cde-8f01-23456789abcd",
        "{192f0c1-8a6b-7cde-8f01-23456789abc}", " 192f0c1-8a6b-7cde-8f01-23456789abcd",
        "0192f0c1-8a6b-7cde-8f01-23456789ab\xc3\xa5"};
    struct uuid uuid = uuid_at(1);

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(uuid_parse(text_of(wrong[i]), &uuid));
    assert_true(uuid_equal(uuid, uuid_at(1))); /* written only on success */
}

static void absent_is_all_zero(void **state)
{
    struct uuid uuid = {.bytes = {0}};

    (void)state;
    assert_true(uuid_absent(uuid));
    uuid.bytes[15] = 1;
    assert_false(uuid_absent(uuid));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_after_the_one_before),
        cmocka_unit_test(two_clocks_keep_their_own_order),
        cmocka_unit_test(version_and_variant_are_those_of_rfc_9562),
        cmocka_unit_test(a_range_of_time_is_a_range_of_ids),
        cmocka_unit_test(no_two_threads_make_the_same),
        cmocka_unit_test(text_goes_both_ways),
        cmocka_unit_test(other_texts_are_none),
        cmocka_unit_test(absent_is_all_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
