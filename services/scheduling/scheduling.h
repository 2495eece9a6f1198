/* What the files of scheduling ask of scheduling.c, which owns the settings. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/context.h"

/* So long after a meeting's start a child that nobody has noted, while others are, is missing. */
int64_t scheduling_missing_after_ms(void);
/* What to bring is told so many days before. */
int64_t scheduling_material_days(void);

/* When the group that was cancelled was talks with one child, a person calls the family. */
bool scheduling_talks_cancelled(struct context *context, struct uuid group_id, struct error *error);

/* Rhythms. */
bool scheduling_look_for_missing(struct context *context, struct error *error);
bool scheduling_tell_material(struct context *context, struct error *error);
