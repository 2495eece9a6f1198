/* plan: an instance on stdin, the best plan on stdout. check-plan: a plan by the rules, anew. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/number.h"
#include "services/gruppstod/plan_file.h"
#include "services/gruppstod/plan_worker.h"
#include "services/gruppstod/shell.h"
#include "services/planner/check.h"
#include "services/planner/explain.h"
#include "services/planner/fair.h"
#include "services/planner/plan_report.h"

struct wish {
    double time_s;
    int64_t iterations, seed;
    const char *warm, *report; /* paths, or NULL */
    const volatile sig_atomic_t *stop;
};

/* Checking, explaining and writing come out of the time limit too: 30 to 40 us a child. */
static const double after_s_per_child = 4e-5;

static const char usage[] =
    "usage: gruppstod plan [--time S] [--iterations N] [--seed N] [--warm PLAN] [--report FILE]\n"
    "       < instance.json > plan.json\n"
    "       gruppstod plan --worker SOCKET\n";

static bool read_seconds(const char *word, double *seconds)
{
    char *end;

    *seconds = strtod(word, &end);
    return end != word && !*end && *seconds > 0 && *seconds <= 1e6;
}

static bool read_wish(struct wish *wish, int argc, char **argv)
{
    *wish = (struct wish){.time_s = PLANNER_TIME_S, .seed = 1};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *word = argv[i + 1];
        bool right = true;

        if (strcmp(name, "--time") == 0)
            right = read_seconds(word, &wish->time_s);
        else if (strcmp(name, "--iterations") == 0)
            right = number_read(word, 1, INT64_MAX, &wish->iterations);
        else if (strcmp(name, "--seed") == 0)
            right = number_read(word, 0, INT64_MAX, &wish->seed);
        else if (strcmp(name, "--warm") == 0)
            wish->warm = word;
        else if (strcmp(name, "--report") == 0)
            wish->report = word;
        else
            right = false;
        if (!right)
            return false;
    }
    return argc % 2 == 1;
}

static struct complaints *new_complaints(void)
{
    struct complaints *complaints = memory_grow(NULL, sizeof *complaints);

    memset(complaints, 0, sizeof *complaints);
    return complaints;
}

static void print_complaints(const struct complaints *complaints, FILE *stream)
{
    for (int32_t i = 0; i < complaints->count && i < COMPLAINTS_KEPT; i++)
        fprintf(stream, "%s\n", complaints->text[i]);
    if (complaints->count > COMPLAINTS_KEPT)
        fprintf(stream, "and %d more\n", (int)(complaints->count - COMPLAINTS_KEPT));
}

/* Yesterday's plan: what does not hold today is left out. Returns 0, 2 or 66. */
static int read_warm(const struct instance *instance, const char *path, struct plan *warm)
{
    struct error error = {ERROR_NONE, ""};
    FILE *stream = fopen(path, "r");

    memset(warm, 0, sizeof *warm);
    if (!stream) {
        fprintf(stderr, "gruppstod: %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    struct complaints *complaints = new_complaints();
    const bool read = plan_read_stream(instance, stream, warm, complaints, &error);
    fclose(stream);
    free(complaints);
    if (!read) {
        fprintf(stderr, "%s\n", error.text);
        return INSTANCE_MALFORMED;
    }
    const int dropped = check_repair(instance, warm);
    if (dropped > 0)
        fprintf(stderr, "%d groups of %s do not hold any more and are left out\n", dropped, path);
    return 0;
}

/* A plan that breaks a rule is never printed: it is a bug, and what is right of it is kept. */
static void ensure_right(const struct instance *instance, struct plan *plan)
{
    struct complaints *complaints = new_complaints();
    const int64_t bound = plan->bound;

    if (check_plan(instance, plan, complaints) > 0) {
        fputs("gruppstod: a bug in the planner: its plan broke rules, and loses those groups\n",
            stderr);
        print_complaints(complaints, stderr);
        check_repair(instance, plan);
        if (bound != PLAN_ABSENT && bound > plan->score)
            plan->bound = bound;
    }
    free(complaints);
}

static bool write_report(const struct instance *instance, const struct plan *plan, const char *path)
{
    struct error error = {ERROR_NONE, ""};
    FILE *stream = fopen(path, "w");
    const size_t length = strlen(path);
    const bool html = length > 5 && strcmp(path + length - 5, ".html") == 0;

    if (!stream) {
        fprintf(stderr, "gruppstod: %s: %s\n", path, strerror(errno));
        return false;
    }
    const bool written = html ? plan_report_html(instance, plan, stream, &error)
                              : plan_report_text(instance, plan, stream, &error);
    if (!written)
        fprintf(stderr, "gruppstod: %s: %s\n", path, error.text);
    return fclose(stream) == 0 && written;
}

static int solve_and_print(const struct instance *instance, const struct wish *wish,
    const struct plan *warm, struct plan_meter *meter)
{
    struct error error = {ERROR_NONE, ""};
    struct plan plan = {0};
    const double after_s = instance->child_count * after_s_per_child;
    const double left_s = wish->time_s - (plan_file_seconds() - meter->started_s) - after_s;
    const struct planner_options options = {
        .time_s = left_s > 0.05 ? left_s : 0.05,
        .iterations = wish->iterations,
        .seed = (uint64_t)wish->seed,
        .warm = warm,
        .progress = plan_meter_show,
        .progress_data = meter,
        .stop = wish->stop,
    };

    if (planner_solve_fairly(instance, &options, &plan) != 0) {
        fputs("gruppstod: the planner ran out of memory\n", stderr);
        return EX_OSERR;
    }
    ensure_right(instance, &plan);
    explain_plan(instance, &plan);
    plan_meter_end(meter, &plan);
    bool written = plan_write(instance, &plan, stdout, &error);
    if (!written)
        fprintf(stderr, "gruppstod: %s\n", error.text);
    if (wish->report)
        written = write_report(instance, &plan, wish->report) && written;
    plan_clear(&plan);
    return written ? EX_OK : EX_IOERR;
}

int command_plan(struct shell *shell, int argc, char **argv)
{
    struct instance *instance;
    struct plan warm = {0};
    struct wish wish;

    if (argc == 3 && strcmp(argv[1], "--worker") == 0)
        return plan_worker(argv[2]);
    if (!read_wish(&wish, argc, argv)) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    struct plan_meter meter = {
        .started_s = plan_file_seconds(),
        .limit_s = wish.time_s,
        .iterations = wish.iterations,
        .bar = !shell->quiet,
    };
    wish.stop = plan_file_catch();
    int code = plan_file_instance("-", &instance);
    if (code == 0 && wish.warm)
        code = read_warm(instance, wish.warm, &warm);
    if (code == 0)
        code = solve_and_print(instance, &wish, wish.warm ? &warm : NULL, &meter);
    plan_clear(&warm);
    instance_free(instance);
    return code;
}

/* Reads and checks the plan; complaints go to stdout. Returns the exit code. */
static int check_file(const struct instance *instance, const char *path)
{
    struct error error = {ERROR_NONE, ""};
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    struct plan plan;

    if (!stream) {
        fprintf(stderr, "gruppstod: %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    struct complaints *complaints = new_complaints();
    int code = INSTANCE_MALFORMED;
    if (!plan_read_stream(instance, stream, &plan, complaints, &error)) {
        fprintf(stderr, "%s\n", error.text);
    } else if (check_plan(instance, &plan, complaints) > 0) {
        print_complaints(complaints, stdout);
        code = 1;
    } else {
        printf("valid: score %lld, %d of %d placed, %d new groups\n", (long long)plan.score,
            (int)plan_placed(&plan), (int)instance->child_count, (int)plan.group_count);
        code = EX_OK;
    }
    if (stream != stdin)
        fclose(stream);
    free(complaints);
    plan_clear(&plan);
    return code;
}

int command_check_plan(struct shell *shell, int argc, char **argv)
{
    struct instance *instance;

    (void)shell;
    if (argc != 3) {
        fputs("usage: gruppstod check-plan INSTANCE PLAN\n", stderr);
        return EX_USAGE;
    }
    const int code = plan_file_instance(argv[1], &instance);
    if (code != 0)
        return code;
    const int answer = check_file(instance, argv[2]);
    instance_free(instance);
    return answer;
}
