/* One thread waits and calls back: descriptors, sockets, timers, signals, and what callbacks do to
 * each other. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <czmq.h>

#include "common/clock.h"
#include "common/reactor.h"

struct scene {
    struct reactor *reactor;
    int pair[2];
    int calls, others;
    int timer;
    char order[16];
    size_t order_count;
    int signal;
};

static void open_scene(struct scene *scene)
{
    struct error error;

    *scene = (struct scene){.reactor = reactor_new(&error)};
    assert_non_null(scene->reactor);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->pair), 0);
}

static void close_scene(struct scene *scene)
{
    reactor_free(scene->reactor);
    close(scene->pair[0]);
    close(scene->pair[1]);
}

static void run(struct scene *scene)
{
    struct error error;

    assert_true(reactor_run(scene->reactor, NULL, NULL, &error));
}

static void note_a(void *data)
{
    struct scene *scene = data;
    scene->order[scene->order_count++] = 'a';
}

static void note_b(void *data)
{
    struct scene *scene = data;
    scene->order[scene->order_count++] = 'b';
}

static void stop(void *data)
{
    struct scene *scene = data;
    reactor_stop(scene->reactor);
}

static void timers_come_by_their_time(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    const int64_t start_us = clock_monotonic_us();
    reactor_after(scene.reactor, 60, stop, &scene);
    reactor_after(scene.reactor, 30, note_b, &scene);
    reactor_after(scene.reactor, 10, note_a, &scene);
    run(&scene);
    assert_string_equal(scene.order, "ab");
    assert_true(clock_monotonic_us() - start_us >= 59000);
    close_scene(&scene);
}

static void count_to_three(void *data)
{
    struct scene *scene = data;

    if (++scene->calls == 3) {
        reactor_cancel(scene->reactor, scene->timer); /* itself, from within */
        reactor_after(scene->reactor, 20, stop, scene);
    }
}

static void a_timer_may_cancel_itself(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    scene.timer = reactor_every(scene.reactor, 2, count_to_three, &scene);
    assert_true(scene.timer > 0);
    run(&scene);
    assert_int_equal(scene.calls, 3);
    reactor_cancel(scene.reactor, scene.timer); /* ended already: fine */
    reactor_cancel(scene.reactor, 0);
    close_scene(&scene);
}

static void a_cancelled_timer_never_comes(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    reactor_cancel(scene.reactor, reactor_after(scene.reactor, 5, note_a, &scene));
    reactor_after(scene.reactor, 20, stop, &scene);
    run(&scene);
    assert_string_equal(scene.order, "");
    close_scene(&scene);
}

static void cancel_the_next(void *data)
{
    struct scene *scene = data;
    note_a(scene);
    reactor_cancel(scene->reactor, scene->timer);
}

static void a_timer_cancelled_by_another_of_the_same_moment_never_comes(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    reactor_soon(scene.reactor, cancel_the_next, &scene);
    scene.timer = reactor_after(scene.reactor, 0, note_b, &scene);
    reactor_after(scene.reactor, 20, stop, &scene);
    run(&scene);
    assert_string_equal(scene.order, "a");
    close_scene(&scene);
}

static void forget_the_other(void *data)
{
    struct scene *scene = data;

    note_a(scene);
    reactor_forget(scene->reactor, scene->pair[0]);
    reactor_forget(scene->reactor, scene->pair[1]);
    reactor_after(scene->reactor, 20, stop, scene);
}

static void a_watch_forgotten_by_another_of_the_same_moment_never_calls(void **state)
{
    struct scene scene;
    struct error error;

    (void)state;
    open_scene(&scene);
    assert_int_equal(write(scene.pair[0], "x", 1), 1);
    assert_int_equal(write(scene.pair[1], "x", 1), 1);
    for (int i = 0; i < 2; i++)
        assert_true(reactor_watch(
            scene.reactor, scene.pair[i], REACTOR_READ, forget_the_other, &scene, &error));
    run(&scene);
    assert_string_equal(scene.order, "a");
    close_scene(&scene);
}

static void leave_work(void *data)
{
    struct scene *scene = data;

    reactor_soon(scene->reactor, note_a, scene);
    reactor_soon(scene->reactor, note_b, scene);
    reactor_after(scene->reactor, 10, stop, scene);
}

static void work_left_for_soon_is_done_before_the_loop_sleeps(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    reactor_soon(scene.reactor, leave_work, &scene);
    run(&scene);
    assert_int_equal(scene.order_count, 2);
    close_scene(&scene);
}

static void read_one(void *data)
{
    struct scene *scene = data;
    char byte;

    assert_int_equal(read(scene->pair[0], &byte, 1), 1);
    if (++scene->calls == 3)
        reactor_stop(scene->reactor);
}

static void a_readable_descriptor_calls_as_long_as_it_is(void **state)
{
    struct scene scene;
    struct error error;

    (void)state;
    open_scene(&scene);
    assert_int_equal(write(scene.pair[1], "xyz", 3), 3);
    assert_true(
        reactor_watch(scene.reactor, scene.pair[0], REACTOR_READ, read_one, &scene, &error));
    run(&scene);
    assert_int_equal(scene.calls, 3);
    close_scene(&scene);
}

static void writable(void *data)
{
    struct scene *scene = data;

    scene->others++;
    reactor_forget(scene->reactor, scene->pair[1]);
    reactor_forget(scene->reactor, scene->pair[1]); /* unknown now: fine */
    reactor_after(scene->reactor, 20, stop, scene);
}

static void a_watch_may_forget_itself(void **state)
{
    struct scene scene;
    struct error error;

    (void)state;
    open_scene(&scene);
    assert_true(
        reactor_watch(scene.reactor, scene.pair[1], REACTOR_WRITE, writable, &scene, &error));
    run(&scene);
    assert_int_equal(scene.others, 1);
    close_scene(&scene);
}

static void a_new_watch_takes_the_place_of_the_old(void **state)
{
    struct scene scene;
    struct error error;

    (void)state;
    open_scene(&scene);
    assert_int_equal(write(scene.pair[1], "xyz", 3), 3);
    assert_true(reactor_watch(scene.reactor, scene.pair[0], REACTOR_READ, note_a, &scene, &error));
    assert_true(
        reactor_watch(scene.reactor, scene.pair[0], REACTOR_READ, read_one, &scene, &error));
    run(&scene);
    assert_int_equal(scene.calls, 3);
    assert_string_equal(scene.order, "");
    close_scene(&scene);
}

static void on_frame(void *data)
{
    struct scene *scene = data;
    reactor_stop(scene->reactor);
    scene->calls++;
}

static void a_zeromq_socket_calls_too(void **state)
{
    struct scene scene;
    struct error error;
    zsock_t *hears = zsock_new_pull("inproc://test-reactor");
    zsock_t *says = zsock_new_push("inproc://test-reactor");

    (void)state;
    open_scene(&scene);
    assert_true(
        reactor_watch_socket(scene.reactor, zsock_resolve(hears), on_frame, &scene, &error));
    assert_int_equal(zstr_send(says, "hello"), 0);
    run(&scene);
    assert_int_equal(scene.calls, 1);
    reactor_forget_socket(scene.reactor, zsock_resolve(hears));
    close_scene(&scene);
    zsock_destroy(&says);
    zsock_destroy(&hears);
}

static void on_signal(int signal, void *data)
{
    struct scene *scene = data;

    scene->signal = signal;
    reactor_stop(scene->reactor);
}

static void raise_term(void *data)
{
    (void)data;
    kill(getpid(), SIGTERM);
}

static void a_signal_is_a_callback(void **state)
{
    struct scene scene;
    struct error error;

    (void)state;
    open_scene(&scene);
    reactor_after(scene.reactor, 1, raise_term, &scene);
    assert_true(reactor_run(scene.reactor, on_signal, &scene, &error));
    assert_int_equal(scene.signal, SIGTERM);
    close_scene(&scene);
    reactor_free(NULL);
}

static void use_up(void *data)
{
    struct scene *scene = data;

    /* A callback that always has more work must not starve the timers. */
    reactor_soon(scene->reactor, use_up, scene);
    scene->calls++;
}

static void endless_work_lets_timers_through(void **state)
{
    struct scene scene;

    (void)state;
    open_scene(&scene);
    reactor_soon(scene.reactor, use_up, &scene);
    reactor_after(scene.reactor, 20, stop, &scene);
    run(&scene);
    assert_true(scene.calls > 1);
    close_scene(&scene);
}

int main(void)
{
    zsys_handler_set(NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_come_by_their_time),
        cmocka_unit_test(a_timer_may_cancel_itself),
        cmocka_unit_test(a_cancelled_timer_never_comes),
        cmocka_unit_test(a_timer_cancelled_by_another_of_the_same_moment_never_comes),
        cmocka_unit_test(a_watch_forgotten_by_another_of_the_same_moment_never_calls),
        cmocka_unit_test(work_left_for_soon_is_done_before_the_loop_sleeps),
        cmocka_unit_test(a_readable_descriptor_calls_as_long_as_it_is),
        cmocka_unit_test(a_watch_may_forget_itself),
        cmocka_unit_test(a_new_watch_takes_the_place_of_the_old),
        cmocka_unit_test(a_zeromq_socket_calls_too),
        cmocka_unit_test(a_signal_is_a_callback),
        cmocka_unit_test(endless_work_lets_timers_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
