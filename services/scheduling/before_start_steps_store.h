/* All SQL of the steps to groups' starts. */
#pragma once

#include "common/context.h"
#include "services/scheduling/core/before_start.h"

struct steps_group {
    struct uuid group_id;
    int32_t booked_day, first_day;
    int32_t reckoned_from; /* the first meeting its steps were reckoned from; DAY_ABSENT: none */
    bool meets;
    struct before_start_facts facts;
};
/* Groups that are booked and have not started, the nearest first, at most `most`. */
bool before_start_load_groups(struct context *context, int32_t today, int64_t most,
    const struct steps_group **groups, size_t *count, struct error *error);

struct step_row {
    struct uuid group_id;
    struct text step, owner;
    int32_t due_day, first_day;
    bool compressed, done;
};
/* Instead of the steps these groups had. */
bool before_start_put_steps(
    struct context *context, const struct step_row *rows, size_t count, struct error *error);

/* Times and meetings are to be done again when another family comes; the other steps stay done. */
bool before_start_note_done(
    struct context *context, const struct step_row *rows, size_t count, struct error *error);

/* Those that are late and whose owner has not been told; marks them. */
bool before_start_breach(struct context *context, int32_t today, const struct step_row **rows,
    size_t *count, struct error *error);
