/* What intake makes at its start: translations, templates, lists. */
#pragma once

#include "common/service.h"

struct intake_settings;

bool intake_start(
    const struct house *house, const struct intake_settings *settings, struct error *error);
void intake_end(void);

/* The weekly times of scheduling.slot_v, for the form. */
bool intake_read_slots(struct context *context, struct error *error);
