/* Meetings before the start, for the daemon's other files. */
#pragma once

#include "common/context.h"
#include "messages.h"
#include "services/scheduling/core/before_start.h"

/* The families of places that fell free meet nobody any more. */
bool before_start_released(struct context *context, const struct place_released *messages,
    size_t count, struct error *error);

/* Of these groups: families that have a time to choose are told, and leaders whose families have
 * none are asked for times. */
bool before_start_settle(
    struct context *context, const struct uuid *groups, size_t count, struct error *error);

/* Reckons the steps of groups that have none, or another first meeting; notes which are done, and
 * tells the owner, once, of each that is late. */
bool before_start_look(
    struct context *context, const struct before_start_weeks *weeks, struct error *error);

/* Times that a leader cannot keep any more are taken back; a family that had one is called, and
 * chooses again. */
bool before_start_look_at_leaders(struct context *context, struct error *error);
