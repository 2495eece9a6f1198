/* A family's meetings as its page of days shows them, and what it says of them. */
#pragma once

#include "common/context.h"

struct family_day {
    struct uuid meeting_id;
    int64_t starts_ms, ends_ms, moved_from_ms; /* INT_ABSENT: not moved */
    struct text group, site, room, district;   /* site absent: not told on a page */
    struct text leaders;                       /* first names, with a comma between */
    bool cancelled, joint, away;
};

/* Those that are not over, in order. */
bool intake_look_family_days(struct context *context, struct uuid referral_id,
    const struct family_day **days, size_t *count, struct error *error);

struct absence_said {
    struct uuid referral_id, meeting_id, person_id;
    bool away;
};
/* Keeps it when the meeting is the child's, still to come and not cancelled, and when it says
 * something new; `turn` is then its number, else 0. */
bool intake_say_absence(
    struct context *context, const struct absence_said *said, int64_t *turn, struct error *error);
