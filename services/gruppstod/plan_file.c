/* Reading planning files for the commands, the stop by a signal, and the progress on stderr. */
#include "services/gruppstod/plan_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/clock.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

const volatile sig_atomic_t *plan_file_catch(void)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    return &stop;
}

double plan_file_seconds(void)
{
    return (double)clock_monotonic_us() / 1e6;
}

int plan_file_instance(const char *path, struct instance **out)
{
    const bool piped = strcmp(path, "-") == 0;
    FILE *stream = piped ? stdin : fopen(path, "r");
    struct error error = {ERROR_NONE, ""};

    *out = NULL;
    if (!stream) {
        fprintf(stderr, "gruppstod: %s: %s\n", path, strerror(errno));
        return EX_NOINPUT;
    }
    const enum instance_outcome outcome = instance_read_stream(stream, out, &error);
    if (!piped)
        fclose(stream);
    if (outcome != INSTANCE_READ)
        fprintf(stderr, "%s\n", error.text);
    return (int)outcome;
}

enum { BAR = 20 };

/* How much of the limit is used up, 0 to 1. */
static double share_used(const struct plan_meter *meter, const struct planner_progress *progress)
{
    const double used = meter->iterations > 0
                            ? (double)progress->iterations / (double)meter->iterations
                            : (plan_file_seconds() - meter->started_s) / meter->limit_s;

    return used < 0 ? 0 : used > 1 ? 1 : used;
}

static void show_figures(int64_t score, int64_t bound, int32_t placed, double wall_s)
{
    fprintf(stderr, "%7.1f s  score %" PRId64, wall_s, score);
    if (bound != PLAN_ABSENT)
        fprintf(stderr, "  bound %" PRId64 "  gap %.2f %%", bound,
            bound > 0 ? 100.0 * (double)(bound - score) / (double)bound : 0.0);
    fprintf(stderr, "  %d placed", (int)placed);
}

void plan_meter_show(const struct planner_progress *progress, void *data)
{
    static const char blocks[] = "####################....................";
    struct plan_meter *meter = data;
    const double now = plan_file_seconds();
    const bool better = progress->score != meter->score || progress->bound != meter->bound;

    /* A log gets what is new, at most twice a second; a terminal ten times. */
    if (meter->silent || now - meter->shown_s < (meter->bar ? 0.1 : 0.5) ||
        (!meter->bar && !better))
        return;
    meter->shown_s = now;
    meter->score = progress->score;
    meter->bound = progress->bound;
    if (meter->bar)
        fprintf(stderr, "\r[%.*s]", BAR, blocks + (int)((1 - share_used(meter, progress)) * BAR));
    show_figures(progress->score, progress->bound, progress->placed, now - meter->started_s);
    fprintf(stderr, "  %-11s%s", progress->phase, meter->bar ? "\033[K" : "\n");
}

void plan_meter_end(struct plan_meter *meter, const struct plan *plan)
{
    if (meter->silent)
        return;
    if (meter->bar)
        fputs("\r\033[K", stderr);
    show_figures(
        plan->score, plan->bound, plan_placed(plan), plan_file_seconds() - meter->started_s);
    fprintf(stderr, "  %s\n", plan->status == PLAN_OPTIMAL ? "optimal" : "feasible");
}
