/* Memory of one lifetime: aligned, zeroed, counted, never past its ceiling. */
#include <setjmp.h>
#include <signal.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/arena.h"

enum { KIB = 1024 };

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
    struct arena *arena = arena_new(1024 * KIB);
    unsigned char *before = NULL;

    (void)state;
    for (size_t size = 0; size < 200; size++) {
        unsigned char *piece = arena_take(arena, size);
        assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xff, size);
        if (before && size > 1)
            assert_int_equal(before[0], 0xff);
        before = piece;
    }
    arena_free(arena);
}

static void what_was_given_back_comes_zeroed_again(void **state)
{
    struct arena *arena = arena_new(1024 * KIB);
    char *piece = arena_take(arena, 100);

    (void)state;
    memset(piece, 'x', 100);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    assert_ptr_equal(arena_take(arena, 100), piece);
    for (int i = 0; i < 100; i++)
        assert_int_equal(piece[i], 0);
    arena_free(arena);
}

static void a_piece_may_be_larger_than_a_block(void **state)
{
    struct arena *arena = arena_new(1024 * KIB);
    char *small = arena_take(arena, 10);

    (void)state;
    memcpy(small, "still here", 10);
    memset(arena_take(arena, 300 * KIB), 'x', 300 * KIB);
    memset(arena_take(arena, 70 * KIB), 'y', 70 * KIB);
    assert_memory_equal(small, "still here", 10);
    arena_reset(arena);
    /* The large blocks went back to the system, so the ceiling is whole again. */
    for (int i = 0; i < 20; i++) {
        arena_take(arena, 900 * KIB);
        arena_reset(arena);
    }
    arena_free(arena);
}

static void the_peak_stays_and_use_does_not(void **state)
{
    struct arena *arena = arena_new(1024 * KIB);

    (void)state;
    arena_take(arena, 1000);
    const size_t used = arena_used(arena);
    assert_true(used >= 1000 && used < 1100);
    arena_reset(arena);
    arena_take(arena, 10);
    assert_true(arena_used(arena) < used);
    assert_int_equal(arena_peak(arena), used);
    arena_free(arena);
}

static void copies_and_formats_end_with_nul(void **state)
{
    struct arena *arena = arena_new(1024 * KIB);
    const char *copy = arena_copy(arena, "abcdef", 3);

    (void)state;
    assert_string_equal(copy, "abc");
    assert_string_equal(arena_copy(arena, NULL, 0), "");
    assert_string_equal(arena_format(arena, "%d of %s", 3, "four"), "3 of four");
    assert_int_equal(strlen(arena_format(arena, "%70000d", 1)), 70000);
    arena_free(arena);
    arena_free(NULL);
}

static void take_too_much(void)
{
    arena_take(arena_new(100 * KIB), 101 * KIB);
}

static void take_too_often(void)
{
    struct arena *arena = arena_new(200 * KIB);

    for (int i = 0; i < 300; i++)
        arena_take(arena, KIB);
}

static void overflow(void)
{
    arena_array(arena_new(100 * KIB), SIZE_MAX / 2, 3);
}

/* Whether it dies by SIGABRT: what a CHECK does. */
static bool dies(void (*deed)(void))
{
    const pid_t pid = fork();
    int status = 0;

    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        deed();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void past_the_ceiling_the_process_stops(void **state)
{
    (void)state;
    assert_true(dies(take_too_much));
    assert_true(dies(take_too_often));
    assert_true(dies(overflow));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(what_was_given_back_comes_zeroed_again),
        cmocka_unit_test(a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(the_peak_stays_and_use_does_not),
        cmocka_unit_test(copies_and_formats_end_with_nul),
        cmocka_unit_test(past_the_ceiling_the_process_stops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
