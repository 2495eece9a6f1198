/* Identities as bytes: what goes in comes out, and spoilt bytes give nothing. */
#include "common/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/check.h"

static const struct identity_field fields[] = {
    {"name", {"Åsa Ek", 7}},
    {"phone", {NULL, 0}},
    {"email", {"asa@example.org", 15}},
};

static void comes_back(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct text plain = identity_pack(arena, fields, COUNT(fields));

    (void)state;
    assert_true(text_is(identity_get(plain, "name"), "Åsa Ek"));
    assert_true(text_is(identity_get(plain, "email"), "asa@example.org"));
    assert_null(identity_get(plain, "phone").data);
    /* A value is not taken for a name. */
    assert_null(identity_get(plain, "asa@example.org").data);
    arena_free(arena);
}

static void cut_gives_nothing(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct text plain = identity_pack(arena, fields, COUNT(fields));

    (void)state;
    for (size_t length = 0; length < plain.length; length++)
        assert_null(identity_get((struct text){plain.data, length}, "email").data);
    assert_null(identity_get((struct text){NULL, 0}, "email").data);
    assert_null(identity_get(TEXT("\2name\0x\0"), "name").data);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(cut_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
