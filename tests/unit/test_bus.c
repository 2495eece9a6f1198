/* The express: every limit of libzmq is set, what is said is heard, garbage reaches nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <czmq.h>

#include "common/bus.h"
#include "common/check.h"
#include "common/clock.h"
#include "tests/unit/folder.h"

struct scene {
    struct reactor *reactor;
    struct bus *says, *hears;
    struct arena *arena;
    char folder[64];
    struct uuid heard[600];
    size_t heard_count, want;
    uint64_t want_refused;
};

static void look(struct scene *scene)
{
    if (scene->heard_count >= scene->want &&
        bus_counts(scene->hears).refused >= scene->want_refused)
        reactor_stop(scene->reactor);
}

static void hear(struct uuid id, void *data)
{
    struct scene *scene = data;

    if (scene->heard_count < COUNT(scene->heard))
        scene->heard[scene->heard_count] = id;
    scene->heard_count++;
}

static void on_look(void *data)
{
    look(data);
}

static void give_up(void *data)
{
    struct scene *scene = data;
    reactor_stop(scene->reactor);
}

static struct bus *open_bus(struct scene *scene, const char *daemon)
{
    const struct bus_options options = {scene->folder, daemon, "1", true, hear, scene};
    struct error error;
    struct bus *bus = bus_open(scene->reactor, &options, &error);

    if (!bus)
        fail_msg("%s", error.text);
    return bus;
}

static void say_hello(struct scene *scene);

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error error;

    snprintf(scene->folder, sizeof scene->folder, "/tmp/gbXXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    scene->arena = arena_new(64 * 1024 * 1024);
    scene->reactor = reactor_new(&error);
    assert_non_null(scene->reactor);
    scene->says = open_bus(scene, "intake");
    scene->hears = open_bus(scene, "matching");
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    bus_close(scene->says);
    bus_close(scene->hears);
    bus_close(NULL);
    reactor_free(scene->reactor);
    arena_free(scene->arena);
    remove_folder(scene->folder);
    free(scene);
    return 0;
}

/* Runs until so much was heard and refused; 10 s is never. */
static void await(struct scene *scene, size_t heard, uint64_t refused)
{
    struct error error;

    scene->want = heard;
    scene->want_refused = refused;
    reactor_every(scene->reactor, 5, on_look, scene);
    reactor_after(scene->reactor, 10000, give_up, scene);
    assert_true(reactor_run(scene->reactor, NULL, NULL, &error));
}

static void check_option(void *socket, int option, int64_t right)
{
    int64_t wide = 0;
    int narrow = 0;
    size_t size = option == ZMQ_MAXMSGSIZE ? sizeof wide : sizeof narrow;

    assert_int_equal(zmq_getsockopt(socket, option,
                         option == ZMQ_MAXMSGSIZE ? (void *)&wide : (void *)&narrow, &size),
        0);
    assert_int_equal(option == ZMQ_MAXMSGSIZE ? wide : narrow, right);
}

static void every_limit_reads_back(void **state)
{
    static const int types[] = {ZMQ_ROUTER, ZMQ_DEALER, ZMQ_PUB, ZMQ_SUB};

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        zsock_t *sock = zsock_new(types[i]);
        bus_tame(sock);
        void *socket = zsock_resolve(sock);
        check_option(socket, ZMQ_MAXMSGSIZE, 64 * 1024);
        check_option(socket, ZMQ_HANDSHAKE_IVL, 1000);
        check_option(socket, ZMQ_SNDHWM, 1000);
        check_option(socket, ZMQ_RCVHWM, 1000);
        check_option(socket, ZMQ_IMMEDIATE, 1);
        check_option(socket, ZMQ_HEARTBEAT_IVL, 200);
        check_option(socket, ZMQ_HEARTBEAT_TIMEOUT, 500);
        check_option(socket, ZMQ_SNDTIMEO, 0);
        check_option(socket, ZMQ_LINGER, 100);
        zsock_destroy(&sock);
    }
}

static struct lease lease_of(struct scene *scene)
{
    return (struct lease){TEXT("matching"), TEXT("1"), text_of(bus_endpoint(scene->hears))};
}

static struct said *some(struct scene *scene, size_t count)
{
    struct said *said = ARENA_ARRAY(scene->arena, struct said, count);

    for (size_t i = 0; i < count; i++) {
        said[i].envelope = (struct envelope){.id = uuid_new(clock_now_ms()),
            .subject = uuid_new(clock_now_ms()),
            .kind = TEXT("referral_received"),
            .from = TEXT("intake"),
            .said_at_ms = clock_now_ms(),
            .version = 1};
        said[i].body = TEXT("the body");
    }
    return said;
}

/* A DEALER connects in its own time; the first sentence is said again until it is heard. */
static void say_again(void *data)
{
    say_hello(data);
}

static void say_hello(struct scene *scene)
{
    bus_say(scene->says, RECEIVER_MATCHING, some(scene, 1), 1, scene->arena);
}

static void meet(struct scene *scene)
{
    const struct lease lease = lease_of(scene);

    bus_follow(scene->says, &lease, 1);
    const int timer = reactor_every(scene->reactor, 20, say_again, scene);
    await(scene, 1, 0);
    reactor_cancel(scene->reactor, timer);
    assert_true(scene->heard_count >= 1);
}

static void nobody_to_hear_is_a_drop_and_no_wait(void **state)
{
    struct scene *scene = *state;
    const int64_t start_us = clock_monotonic_us();

    bus_say(scene->says, RECEIVER_MATCHING, some(scene, 10), 10, scene->arena);
    assert_int_equal(bus_counts(scene->says).dropped, 10);
    assert_true(clock_monotonic_us() - start_us < 100000);
}

static void what_is_said_to_a_living_lease_is_heard(void **state)
{
    struct scene *scene = *state;

    meet(scene);
    assert_int_equal(bus_counts(scene->hears).refused, 0);
}

static void a_peer_without_a_lease_is_left(void **state)
{
    struct scene *scene = *state;

    meet(scene);
    bus_follow(scene->says, NULL, 0);
    const uint64_t dropped = bus_counts(scene->says).dropped;
    say_hello(scene);
    assert_int_equal(bus_counts(scene->says).dropped, dropped + 1);
}

static void a_path_that_is_too_long_is_refused_in_words(void **state)
{
    struct scene *scene = *state;
    char folder[200];
    struct error error;

    memset(folder, 'x', sizeof folder - 1);
    folder[0] = '/', folder[sizeof folder - 1] = '\0';
    const struct bus_options options = {folder, "matching", "1", true, hear, scene};
    assert_null(bus_open(scene->reactor, &options, &error));
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_non_null(strstr(error.text, "bus.folder"));
}

static void garbage_is_counted_and_reaches_nobody(void **state)
{
    struct scene *scene = *state;
    zsock_t *stranger = zsock_new(ZMQ_DEALER);
    void *socket = zsock_resolve(stranger);
    char noise[1000];

    assert_int_equal(zsock_connect(stranger, "%s", bus_endpoint(scene->hears)), 0);
    memset(noise, 0xc1, sizeof noise);
    for (int i = 0; i < 10; i++) {
        zmq_send(socket, noise, sizeof noise, ZMQ_SNDMORE); /* a pair that is none */
        zmq_send(socket, noise, sizeof noise, 0);
        zmq_send(socket, noise, sizeof noise, 0); /* half a pair */
        zmq_send(socket, "", 0, ZMQ_SNDMORE);
        zmq_send(socket, "", 0, 0);
    }
    await(scene, 0, 30);
    assert_int_equal(bus_counts(scene->hears).refused, 30);
    assert_int_equal(scene->heard_count, 0);
    zsock_destroy(&stranger);
}

static void publishing_without_subscribers_is_nothing(void **state)
{
    struct scene *scene = *state;

    for (int i = 0; i < 3000; i++)
        bus_publish(scene->says, "catalogue_changed", TEXT("body"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_reads_back),
        TEST(nobody_to_hear_is_a_drop_and_no_wait),
        TEST(what_is_said_to_a_living_lease_is_heard),
        TEST(a_peer_without_a_lease_is_left),
        TEST(a_path_that_is_too_long_is_refused_in_words),
        TEST(garbage_is_counted_and_reaches_nobody),
        TEST(publishing_without_subscribers_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
