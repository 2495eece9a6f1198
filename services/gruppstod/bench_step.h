/* The one message of the queue bench. */
#pragma once

#include "common/message.h"

struct step {
    struct uuid referral_id;
    struct text payload;
};

const struct message_type *bench_step_type(void);
