/* What the files about leaders share with scheduling.c: settings, rhythms, the booking's last step.
 */
#pragma once

#include "common/context.h"
#include "messages.h"

struct leader_settings {
    bool conflicts_first;
    int64_t substitute_wait_ms, substitute_haste_ms, substitute_every_ms;
    int64_t warn_ms, every_ms, forecast_every_ms;
};
const struct leader_settings *leader_settings(void);

/* leaders.c: who has become experienced, what ends soon. */
bool leaders_look(struct context *context, struct error *error);
/* Tells matching that a group is booked; or, when the municipality wants the leaders asked for
 * conflicts of interest first, a person that they be asked. */
bool leaders_say_booked(
    struct context *context, const struct group_booked *booked, struct error *error);
/* The same by who knows its leaders already. */
bool leaders_say_booked_to(struct context *context, const struct group_booked *booked,
    const struct uuid *leaders, size_t count, struct error *error);

/* leaders_ahead.c: the forecast. */
bool leaders_look_ahead(struct context *context, struct error *error);

/* substitutes.c */

/* Looks for somebody to lead all that is left of a group instead; nothing if nothing is left. */
bool substitutes_replace(
    struct context *context, struct uuid group_id, struct uuid leader_id, struct error *error);
/* Whose turn it is to be asked, and which searches are over. */
bool substitutes_look(struct context *context, struct error *error);
