/* Argon2id: a hash made by the reference implementation, our own costs, and unknown users. */
#include "tests/unit/case_lines.h"

#include <pthread.h>

#include "common/clock.h"
#include "common/password.h"

/* From the tests of argon2's reference implementation (v=19, t=2, m=2^16, p=1). */
static const char reference[] =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

static void test_reference_hash(void **state)
{
    (void)state;

    assert_true(password_check(TEXT("password"), reference));
    assert_false(password_check(TEXT("passwore"), reference));
    assert_false(password_outdated(reference));
    assert_true(password_outdated("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
                                  "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"));
}

static void test_round_trip(void **state)
{
    static const char costs[] = "$argon2id$v=19$m=65536,t=2,p=1$";
    const struct text password = TEXT("rätt häst batteri");
    char hash[PASSWORD_HASH + 1], other[PASSWORD_HASH + 1];
    (void)state;

    assert_true(password_hash(password, hash, NULL));
    assert_memory_equal(hash, costs, sizeof costs - 1);
    assert_true(password_check(password, hash));
    assert_false(password_check(TEXT("ratt hast batteri"), hash));
    assert_false(password_check(text_of(NULL), hash));
    assert_false(password_check(password, ""));
    assert_false(password_check(password, "plain"));
    assert_true(password_hash(password, other, NULL));
    assert_string_not_equal(hash, other);
}

static void test_lengths(void **state)
{
    char hash[PASSWORD_HASH + 1] = "before", longest[PASSWORD_MOST + 1];
    struct error error;
    (void)state;

    memset(longest, 'x', sizeof longest);
    assert_false(password_hash(TEXT("elva tecken"), hash, &error));
    assert_string_equal(error.text, "a password has at least 12 bytes");
    assert_false(password_hash((struct text){longest, sizeof longest}, hash, &error));
    assert_string_equal(error.text, "a password has at most 256 bytes");
    assert_string_equal(hash, "before");
    assert_false(password_check((struct text){longest, sizeof longest}, reference));
    assert_true(password_hash((struct text){longest, PASSWORD_MOST}, hash, &error));
}

/* Work is measured, not time that passes: other programs do not disturb it. */
static uint64_t work_of(const char *hash)
{
    const uint64_t before = clock_cpu_us();

    assert_false(password_check(TEXT("another password"), hash));
    return clock_cpu_us() - before;
}

static void test_an_unknown_user_takes_as_long(void **state)
{
    (void)state;

    work_of(reference);
    const uint64_t known = work_of(reference), unknown = work_of(NULL);
    assert_true(unknown > known / 3 && unknown < known * 3);
}

static void *check_in_thread(void *right)
{
    for (int i = 0; i < 3; i++)
        if (!password_check(TEXT("password"), reference) || password_check(TEXT("x"), reference))
            *(bool *)right = false;
    return NULL;
}

static void test_threads(void **state)
{
    pthread_t threads[2];
    bool right[2] = {true, true};
    (void)state;

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, check_in_thread, &right[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(right[0] && right[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_hash),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_an_unknown_user_takes_as_long),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
