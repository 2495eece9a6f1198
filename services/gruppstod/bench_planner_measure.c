/* One instance: made, solved in a process of its own, held against people's hands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/check.h"
#include "common/clock.h"
#include "services/gruppstod/bench_planner.h"
#include "services/gruppstod/process.h"
#include "services/planner/check.h"
#include "services/planner/planner.h"

enum { HAND_CHILDREN_MOST = 20000 }; /* one list of a nation is nobody's hand */

const char *planner_generate(const struct shell *shell, const struct planner_wish *wish,
    const char *const *words, struct error *error)
{
    const char *path = arena_format(shell->arena, "%s/bench-%d.json", shell->var, (int)getpid());
    const char *argv[16] = {"/usr/bin/python3", wish->generator};

    for (size_t i = 0; words[i]; i++) {
        CHECK(i + 3 < COUNT(argv));
        argv[i + 2] = words[i];
    }
    unlink(path);
    return process_run(argv, path, error) ? path : NULL;
}

struct watch { /* what the solver tells on its way */
    struct planner_figures *figures;
    int64_t started_us;
};

/* A point where score or bound changed; the last place is the newest, however many came. */
static void note(const struct planner_progress *progress, void *data)
{
    const struct watch *watch = data;
    struct planner_figures *figures = watch->figures;
    const struct curve_point point = {
        (double)(clock_monotonic_us() - watch->started_us) / 1e6, progress->score, progress->bound};
    const struct curve_point *last = &figures->points[figures->point_count - 1];

    if (figures->point_count > 0 && last->score == point.score && last->bound == point.bound)
        return;
    if (figures->point_count == CURVE_POINTS)
        figures->point_count--;
    figures->points[figures->point_count++] = point;
}

static void check_into(
    const struct instance *instance, const struct plan *plan, struct planner_figures *figures)
{
    static struct complaints complaints;

    complaints.count = 0;
    figures->complaints += check_plan(instance, plan, &complaints);
    for (int32_t i = 0; i < complaints.count && i < 3; i++)
        fprintf(stderr, "%s\n", complaints.text[i]);
}

static void by_hand(const struct instance *instance, struct planner_figures *figures)
{
    struct plan plan;

    hand_plan(instance, HAND_DISTRICTS, &plan);
    check_into(instance, &plan, figures);
    figures->alone_placed = plan_placed(&plan);
    figures->alone_score = plan.score;
    plan_clear(&plan);
    figures->hand_made = instance->child_count <= HAND_CHILDREN_MOST;
    if (!figures->hand_made)
        return;
    hand_plan(instance, HAND_CENTRAL, &plan);
    check_into(instance, &plan, figures);
    figures->hand_placed = plan_placed(&plan);
    figures->hand_score = plan.score;
    plan_clear(&plan);
}

static void by_planner(
    const struct instance *instance, double seconds, struct planner_figures *figures)
{
    struct watch watch = {figures, clock_monotonic_us()};
    const struct planner_options options = {
        .time_s = seconds, .seed = 1, .progress = note, .progress_data = &watch};
    struct plan plan;

    CHECK(planner_solve(instance, &options, &plan) == 0);
    figures->solve_s = (double)(clock_monotonic_us() - watch.started_us) / 1e6;
    note(&(struct planner_progress){.score = plan.score, .bound = plan.bound}, &watch);
    check_into(instance, &plan, figures);
    figures->placed = plan_placed(&plan);
    figures->groups = plan.group_count;
    figures->score = plan.score;
    figures->bound = plan.bound;
    plan_clear(&plan);
}

/* What the child process does; its exit tells whether the instance could be read. */
static int solve_here(const char *path, double seconds, int to)
{
    static struct planner_figures figures;
    struct instance *instance;
    struct error error = {ERROR_NONE, ""};
    const int64_t started_us = clock_monotonic_us();
    FILE *file = fopen(path, "r");

    if (!file || instance_read_stream(file, &instance, &error) != INSTANCE_READ) {
        fprintf(stderr, "%s\n", file ? error.text : strerror(errno));
        return 1;
    }
    fclose(file);
    figures.read_s = (double)(clock_monotonic_us() - started_us) / 1e6;
    figures.children = instance->child_count;
    by_planner(instance, seconds, &figures);
    by_hand(instance, &figures);
    for (size_t done = 0; done < sizeof figures;) {
        const ssize_t wrote = write(to, (const char *)&figures + done, sizeof figures - done);
        if (wrote <= 0)
            return 1;
        done += (size_t)wrote;
    }
    return 0;
}

static bool read_figures(int from, struct planner_figures *figures)
{
    size_t done = 0;
    ssize_t got = 1;

    while (done < sizeof *figures && got > 0) {
        got = read(from, (char *)figures + done, sizeof *figures - done);
        done += got > 0 ? (size_t)got : 0;
    }
    return done == sizeof *figures;
}

/* Waits for the child and learns its peak memory. */
static bool collect(pid_t pid, int from, struct planner_figures *figures, struct error *error)
{
    struct rusage usage;
    int status = 0;
    const bool whole = read_figures(from, figures);

    while (wait4(pid, &status, 0, &usage) < 0)
        CHECK(errno == EINTR);
    figures->memory_mb = (double)usage.ru_maxrss / 1024;
    if (whole && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return error_set(error, ERROR_INPUT, "the solver's process ended with %d",
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

bool planner_measure(const struct shell *shell, const struct planner_wish *wish,
    const struct planner_case *asked, struct planner_figures *figures, struct error *error)
{
    const char *const words[] = {asked->size, asked->seed, NULL};
    const double seconds =
        wish->seconds > 0 && wish->seconds < asked->seconds ? wish->seconds : asked->seconds;
    int ends[2];
    const char *path = planner_generate(shell, wish, words, error);

    if (!path)
        return false;
    if (pipe(ends) != 0)
        return error_set(error, ERROR_BUSY, "no pipe: %s", strerror(errno));
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        _exit(solve_here(path, seconds, ends[1]));
    close(ends[1]);
    const bool good = pid > 0 ? collect(pid, ends[0], figures, error)
                              : error_set(error, ERROR_BUSY, "cannot start a process");
    close(ends[0]);
    unlink(path);
    return good;
}
