/* A leader's hours of a term against what the manager has released. Pure; minutes throughout. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HOURS_UNLIMITED INT64_MIN /* nobody has set a limit */

struct hours_term {
    int64_t hours_week; /* HOURS_UNLIMITED: none */
    int64_t weeks;      /* of the term, a begun one counts */
    int64_t planned_min, used_min;
};

struct hours_balance {
    bool limited;
    int64_t released_min, left_min; /* of the whole term; left is never below 0 */
    bool over;                      /* more is planned and used than released */
};
struct hours_balance hours_reckon(struct hours_term term);

/* Whether that much more work fits into a week of which so much is taken. */
bool hours_fit(int64_t released_week_min, int64_t taken_min, int64_t more_min);

/* Whole meetings that a week's release is worth; HOURS_UNLIMITED when there is no limit. */
int64_t hours_meetings(int64_t hours_week, int64_t meeting_hours);
