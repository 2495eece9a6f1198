/* The SQL of the calendars' page: who could have an address, and who has one. */
#pragma once

#include "common/context.h"
#include "vocabulary.h"

struct calendar_row {
    enum feed_kind kind; /* LEADER or ROOM */
    struct uuid id;
    struct text name;
    int64_t made_at_ms; /* INT_ABSENT: no address */
};

enum { DESK_CALENDARS_MOST = 1000 };

/* Leaders, then rooms, by name; with `leader_id` that one leader alone. */
bool desk_look_calendars(struct context *context, struct uuid leader_id,
    const struct calendar_row **calendars, size_t *count, struct error *error);

/* One of them; absent name: there is none. */
bool desk_look_calendar(struct context *context, enum feed_kind kind, struct uuid id,
    struct calendar_row *calendar, struct error *error);

/* Whether the family has no calendar by itself, and if so whether staff allow it one. */
bool desk_look_calendar_closed(struct context *context, struct uuid referral_id, bool *closed,
    bool *allowed, struct error *error);
