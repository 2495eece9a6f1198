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
#include "services/gruppstod/bench_stage.h"
#include "services/gruppstod/bench_store.h"
#include "services/gruppstod/shell.h"

static const struct message_field step_fields[] = {
    {.name = "payload",
        .sentence = "One small row.",
        .least = 0,
        .most = 200,
        .offset = offsetof(struct step, payload),
        .name_length = 7,
        .kind = FIELD_TEXT,
        .required = true},
    {.name = "referral_id",
        .sentence = "Which one.",
        .offset = offsetof(struct step, referral_id),
        .name_length = 11,
        .kind = FIELD_UUID,
        .required = true},
};

static const struct message_type type = {.name = "bench_step",
    .title = "A step of the queue bench",
    .fields = step_fields,
    .field_count = COUNT(step_fields),
    .size = sizeof(struct step),
    .subject_offset = offsetof(struct step, referral_id),
    .version = 1,
    .durable = true};

const struct message_type *bench_step_type(void)
{
    return &type;
}

static const char *const stages[] = {
    "intake", "matching", "scheduling", "notification", "evaluation"};
static const char *const roles[] = {"gruppstod_intake", "gruppstod_matching",
    "gruppstod_scheduling", "gruppstod_notification", "gruppstod_evaluation"};
static size_t own_stage;

static bool hear_step(
    struct context *context, const void *messages, struct slice *slice, struct error *error)
{
    const struct step *steps = messages;

    if (!bench_keep_steps(
            context->tx, context->arena, (int64_t)own_stage, steps, slice->count, error))
        return false;
    if (own_stage + 1 < COUNT(stages))
        context_send(context, &type, steps, sizeof *steps, slice->count, &stages[own_stage + 1], 1);
    return true;
}

int command_stage(struct shell *shell, int argc, char **argv)
{
    static const struct route routes[] = {{"bench_step", &type, hear_step}};
    static struct service service = {.routes = routes, .route_count = COUNT(routes)};
    char var[] = "--var";
    char *arguments[] = {argv[0], var, shell->var, NULL};

    if (argc != 2 || (own_stage = (size_t)number_or(argv[1], 0, 4, COUNT(stages))) >= COUNT(stages))
        return EX_USAGE;
    service.name = stages[own_stage];
    service.role = roles[own_stage];
    optind = 0; /* glibc: read a new list of arguments from its start */
    return service_main(&service, 3, arguments);
}
