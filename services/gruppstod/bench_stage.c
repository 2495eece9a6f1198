/*
 * bench queue: the ledger alone. Five small daemons stand in the places of the five, each takes a
 * message, keeps one small row, says it on. What others' queues do with five durable stages.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/check.h"
#include "common/message.h"
#include "common/number.h"
#include "common/service.h"
#include "services/gruppstod/bench_step.h"
#include "services/gruppstod/bench_store.h"
#include "services/gruppstod/shell.h"

static const char *const stages[] = {
    "intake", "matching", "scheduling", "notification", "evaluation"};
static const char *const roles[] = {"gruppstod_intake", "gruppstod_matching",
    "gruppstod_scheduling", "gruppstod_notification", "gruppstod_evaluation"};
static size_t own_stage;

enum { ARGUMENTS_MOST = 8 };

static bool hear_step(
    struct context *context, const void *messages, struct slice *slice, struct error *error)
{
    const struct step *steps = messages;

    if (!bench_keep_steps(
            context->tx, context->arena, (int64_t)own_stage, steps, slice->count, error))
        return false;
    if (own_stage + 1 < COUNT(stages))
        context_send(context, bench_step_type(), steps, sizeof *steps, slice->count,
            &stages[own_stage + 1], 1);
    return true;
}

/* Words after the stage are the skeleton's, which starts this command once more for its
 * quarantine. */
int command_stage(struct shell *shell, int argc, char **argv)
{
    const struct route routes[] = {{"bench_step", bench_step_type(), hear_step}};
    struct service service = {.routes = routes, .route_count = COUNT(routes)};
    char var[] = "--var";
    char *arguments[ARGUMENTS_MOST + 4] = {argv[0], var, shell->var};
    int count = 3;

    if (argc < 2 || argc > ARGUMENTS_MOST + 2 ||
        (own_stage = (size_t)number_or(argv[1], 0, 4, COUNT(stages))) >= COUNT(stages))
        return EX_USAGE;
    for (int i = 2; i < argc; i++)
        arguments[count++] = argv[i];
    service.name = stages[own_stage];
    service.role = roles[own_stage];
    optind = 0; /* glibc: read a new list of arguments from its start */
    return service_main(&service, count, arguments);
}
