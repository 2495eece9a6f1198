/* The Prometheus page, letter by letter, and that counting from threads loses nothing. */
#include "tests/unit/case_lines.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "common/metrics.h"

static const char *const outcomes[] = {"done", "a \"b\" \\ \n c", NULL};
static const int64_t bounds[] = {500, 1500000};
static const int64_t sizes[] = {1, 10};

enum { HEARD, WAITING, TOOK, SLICE, BODY };

static const struct metric table[] = {
    [HEARD] = {"messages_heard_total", "Messages heard, by \\ how\nthey ended.", METRIC_COUNTER,
        METRIC_COUNT, "outcome", outcomes, NULL, 0},
    [WAITING] = {"waiting_seconds", "Age of the oldest.", METRIC_GAUGE, METRIC_SECONDS, NULL, NULL,
        NULL, 0},
    [TOOK] = {"slice_duration_seconds", "From claim to commit.", METRIC_HISTOGRAM, METRIC_SECONDS,
        NULL, NULL, bounds, COUNT(bounds)},
    [SLICE] = {"slice_messages", "Messages in a slice.", METRIC_HISTOGRAM, METRIC_COUNT, "outcome",
        outcomes, sizes, COUNT(sizes)},
    [BODY] = {"body_bytes", "Bytes of a body.", METRIC_HISTOGRAM, METRIC_BYTES, NULL, NULL, NULL,
        0},
};
static const struct metric undeclared = {
    "other_total", "Never declared.", METRIC_COUNTER, METRIC_COUNT, NULL, NULL, NULL, 0};

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    metrics_declare(table, COUNT(table));
    return 0;
}

static int finish(void **state)
{
    (void)state;
    metrics_forget();
    arena_free(arena);
    return 0;
}

static const char *const page =
    "# HELP gruppstod_messages_heard_total Messages heard, by \\\\ how\\nthey ended.\n"
    "# TYPE gruppstod_messages_heard_total counter\n"
    "gruppstod_messages_heard_total{outcome=\"done\"} 5\n"
    "gruppstod_messages_heard_total{outcome=\"a \\\"b\\\" \\\\ \\n c\"} 1\n"
    "# HELP gruppstod_waiting_seconds Age of the oldest.\n"
    "# TYPE gruppstod_waiting_seconds gauge\n"
    "gruppstod_waiting_seconds -2.0005\n"
    "# HELP gruppstod_slice_duration_seconds From claim to commit.\n"
    "# TYPE gruppstod_slice_duration_seconds histogram\n"
    "gruppstod_slice_duration_seconds_bucket{le=\"0.0005\"} 2\n"
    "gruppstod_slice_duration_seconds_bucket{le=\"1.5\"} 3\n"
    "gruppstod_slice_duration_seconds_bucket{le=\"+Inf\"} 4\n"
    "gruppstod_slice_duration_seconds_sum 11.000502\n"
    "gruppstod_slice_duration_seconds_count 4\n"
    "# HELP gruppstod_slice_messages Messages in a slice.\n"
    "# TYPE gruppstod_slice_messages histogram\n"
    "gruppstod_slice_messages_bucket{outcome=\"done\",le=\"1\"} 0\n"
    "gruppstod_slice_messages_bucket{outcome=\"done\",le=\"10\"} 1\n"
    "gruppstod_slice_messages_bucket{outcome=\"done\",le=\"+Inf\"} 1\n"
    "gruppstod_slice_messages_sum{outcome=\"done\"} 7\n"
    "gruppstod_slice_messages_count{outcome=\"done\"} 1\n"
    "gruppstod_slice_messages_bucket{outcome=\"a \\\"b\\\" \\\\ \\n c\",le=\"1\"} 0\n";

static void test_the_page(void **state)
{
    (void)state;

    metrics_add(&table[HEARD], 0, 2);
    metrics_add(&table[HEARD], 0, 3);
    metrics_add(&table[HEARD], 1, 1);
    metrics_set(&table[WAITING], 0, 7);
    metrics_set(&table[WAITING], 0, -2000500);
    metrics_observe(&table[TOOK], 0, 1);
    metrics_observe(&table[TOOK], 0, 500); /* a bound belongs to its bucket */
    metrics_observe(&table[TOOK], 0, 1000001);
    metrics_observe(&table[TOOK], 0, 10000000);
    metrics_observe(&table[SLICE], 0, 7);
    metrics_add(&undeclared, 0, 1);
    const struct text text = metrics_render(arena);
    assert_int_equal(strlen(text.data), text.length);
    char *head = arena_copy(arena, text.data, strlen(page));
    assert_string_equal(head, page);
    assert_int_equal(metrics_value(&table[HEARD], 0), 5);
    assert_int_equal(metrics_value(&table[TOOK], 0), 4);
    assert_int_equal(metrics_value(&undeclared, 0), 0);
}

/* The number after "\nNAME ". */
static double figure(const char *text, const char *name)
{
    const char *at = strstr(text, arena_format(arena, "\n%s ", name));

    if (!at)
        fail_msg("no %s", name);
    return strtod(at + strlen(name) + 2, NULL);
}

static void test_the_process(void **state)
{
    const double now = (double)clock_now_ms() / 1000;
    (void)state;

    const char *before = metrics_render(arena).data;
    const double descriptors = figure(before, "process_open_fds");
    const int extra = dup(STDERR_FILENO);
    const char *text = metrics_render(arena).data;
    close(extra);
    assert_int_equal((int)figure(text, "process_open_fds"), (int)descriptors + 1);
    assert_true(figure(text, "process_resident_memory_bytes") > 100e3);
    assert_true(figure(text, "process_resident_memory_bytes") < 1e9);
    assert_true(figure(text, "gruppstod_process_pss_bytes") > 50e3);
    assert_true(figure(text, "process_cpu_seconds_total") > 0);
    assert_true(figure(text, "process_max_fds") >= 3);
    assert_true(figure(text, "process_start_time_seconds") > now - 120);
    assert_true(figure(text, "process_start_time_seconds") < now + 1);
}

enum { THREADS = 4, ROUNDS = 20000 };

static void *count(void *nothing)
{
    for (int i = 0; i < ROUNDS; i++) {
        metrics_add(&table[HEARD], 1, 1);
        metrics_observe(&table[BODY], 0, i);
    }
    return nothing;
}

static void test_threads_lose_nothing(void **state)
{
    pthread_t threads[THREADS];
    (void)state;

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(metrics_value(&table[HEARD], 1), THREADS * ROUNDS);
    assert_int_equal(metrics_value(&table[BODY], 0), THREADS * ROUNDS);
    assert_int_equal((int64_t)figure(metrics_render(arena).data, "gruppstod_body_bytes_sum"),
        (int64_t)THREADS * ROUNDS * (ROUNDS - 1) / 2);
}

/* A family is told once, with its HELP and TYPE before its numbers; names have their prefix. */
static void test_every_line_has_its_family(void **state)
{
    char *text = arena_copy(arena, metrics_render(arena).data, metrics_render(arena).length);
    char family[100] = "";
    (void)state;

    for (char *end; (end = strchr(text, '\n')); text = end + 1) {
        *end = '\0';
        if (strncmp(text, "# HELP ", 7) == 0) {
            snprintf(family, sizeof family, "%.*s", (int)strcspn(text + 7, " "), text + 7);
            continue;
        }
        if (strncmp(text, "# TYPE ", 7) == 0)
            text += 7;
        assert_int_equal(strncmp(text, family, strlen(family)), 0);
        assert_true(!strncmp(text, "gruppstod_", 10) || !strncmp(text, "process_", 8));
    }
    assert_int_equal(*text, '\0');
}

static void test_clocks(void **state)
{
    const int64_t first = clock_monotonic_us();
    const uint64_t cpu = clock_cpu_us();
    (void)state;

    while (clock_cpu_us() < cpu + 2000)
        continue;
    assert_true(clock_monotonic_us() >= first + 1000);
    assert_true(clock_now_ms() > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_page, start, finish),
        cmocka_unit_test_setup_teardown(test_the_process, start, finish),
        cmocka_unit_test_setup_teardown(test_threads_lose_nothing, start, finish),
        cmocka_unit_test_setup_teardown(test_every_line_has_its_family, start, finish),
        cmocka_unit_test(test_clocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
