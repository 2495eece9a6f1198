/*
 * A daemon that dies of some messages: evaluation's place in the ledger, the real skeleton, and a
 * handler that keeps each payload in public.crash_row and aborts when one begins with "crash".
 */
#include <stdlib.h>

#include "common/check.h"
#include "common/message.h"
#include "common/service.h"
#include "services/gruppstod/bench_step.h"

static bool hear_step(
    struct context *context, const void *messages, struct slice *slice, struct error *error)
{
    static const struct statement statement = {"crash_keep",
        "insert into public.crash_row (referral_id, payload)"
        " select * from unnest($1::uuid[], $2::text[])"};
    const struct step *steps = messages;
    struct params *params = params_new(context->arena);

    param_uuids(params, COLUMN(steps, referral_id), slice->count);
    param_texts(params, COLUMN(steps, payload), slice->count);
    if (!tx_run(context->tx, &statement, params, error))
        return false;
    for (size_t i = 0; i < slice->count; i++)
        if (steps[i].payload.length >= 5 && memcmp(steps[i].payload.data, "crash", 5) == 0)
            abort();
    return true;
}

int main(int argc, char **argv)
{
    const struct route routes[] = {{"bench_step", bench_step_type(), hear_step}};
    const struct service service = {.name = "evaluation",
        .role = "gruppstod_evaluation",
        .routes = routes,
        .route_count = COUNT(routes)};

    return service_main(&service, argc, argv);
}
