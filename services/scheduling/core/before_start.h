/*
 * Before the start: which time a family gets, what may be noted of a meeting, and the steps of a
 * group reckoned backwards from its first meeting (PRODUCT, "A new group's calendar"). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/domain/holiday.h"
#include "vocabulary.h"

/* --- a family chooses --- */

struct before_start_choice {
    bool open;       /* the family still wants to meet, in a group that lives */
    bool same;       /* the choice has been heard before */
    bool none;       /* it says that no time fits */
    bool known;      /* the time is one of its group, and stands */
    bool taken;      /* another family has it */
    bool has;        /* it is the family's own already */
    int32_t own_day; /* of the time it has now; DAY_ABSENT: none */
    int32_t wanted_day;
};
enum before_start_end {
    BEFORE_START_BOOKED = 1,
    BEFORE_START_KEPT, /* the same time once more */
    BEFORE_START_NONE_FITS,
    BEFORE_START_TAKEN,    /* another family was first, or the leaders took the time back */
    BEFORE_START_TOO_LATE, /* chosen and changed until the day before */
    BEFORE_START_OVER,     /* nothing to choose any more, or heard before: nothing is changed */
};
enum before_start_end before_start_choose(const struct before_start_choice *choice, int32_t today);

/* --- what came of it --- */

/* Why that cannot be noted; NONE: it can. A yes is said at a meeting, and nobody fails to come to
 * one that has not been. `day`: of the booked time; DAY_ABSENT: none. */
enum act_reason before_start_refuse(
    enum before_start_outcome outcome, bool open, int32_t day, int32_t today);

/* --- the calendar --- */

enum before_start_step { /* in their order */
    STEP_PLAN = 1,
    STEP_CALLS,    /* every family that has an offer has been spoken with */
    STEP_TIMES,    /* the leaders have given times enough */
    STEP_MEETINGS, /* every family that said yes has met them */
    STEP_DECISION, /* it is decided that the group starts */
    STEP_COUNT
};
const char *before_start_step_name(enum before_start_step step);

struct before_start_weeks { /* before the first meeting; each at most the one before it */
    int64_t plan, calls, times, meetings, decision;
};

struct milestone {
    enum before_start_step step;
    bool leaders; /* theirs; else the coordinator's */
    bool compressed;
    int32_t due_day;
};

/*
 * Fills the steps of a group that was booked on `booked` and meets first on `first`, in order; how
 * many. A day lies so many weeks before, moved back to a working day outside families' quiet
 * periods. A start too near for that compresses them: they share the working days there are in the
 * same proportions, in the same order. Without `meets` there are no times and meetings.
 */
size_t before_start_calendar(int32_t booked, int32_t first, const struct before_start_weeks *weeks,
    bool meets, const struct quiet_periods *quiet, struct milestone milestones[static STEP_COUNT]);

struct before_start_facts { /* of one group */
    int64_t least, taken;
    int64_t offered;  /* pending offers, those that wait for a meeting included */
    int64_t families; /* that said yes and have not left */
    int64_t booked;   /* of them: with a time, or the outcome noted */
    int64_t ended;    /* of them: the child has said yes */
    int64_t free_times;
    bool confirmed;
};
bool before_start_done(enum before_start_step step, const struct before_start_facts *facts);
