/* The one message of the queue bench, and of the daemon that the tests of faults let die. */
#include "services/gruppstod/bench_step.h"

#include "common/check.h"

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
