/*
 * Who may come instead of a leader, and whom to ask first. Pure.
 *
 * The rules are those of a booking, for each of the meetings that somebody is looked for; what is
 * left is a matter of order: who knows the group, lives near, has hours left.
 */
#pragma once

#include <stddef.h>

#include "common/uuid.h"
#include "services/scheduling/core/pair.h"

struct substitute_candidate {
    struct uuid leader_id;
    bool in_work;     /* active, contract over all of the days */
    bool trained;     /* on each day, as deeply as the programme asks */
    bool speaks;      /* the group's language */
    bool works_there; /* in the district */
    bool gives_time;  /* the slot is among the hours the leader gives, with the hour round it */
    bool free;        /* nothing else is booked then, and the way there can be made */
    bool away;
    bool has_hours; /* of the week's release, for each of the weeks */
    bool conflict;  /* with a child of the group */
    bool leads;     /* is a leader of this group: nobody comes for oneself */
    bool parents;   /* leads parent groups */
    bool asked;     /* before, for the same */
    struct pair_leader pair;
    int64_t led_here;   /* meetings of this group led before */
    int64_t travel_min; /* from the home district; below 0: nobody knows the way */
    int64_t hours_left; /* of the week, with the meeting in it; 40 when there is no limit */
    int64_t groups;     /* led now */
};

struct substitute_need {
    bool of_parents; /* the one away is the only one used to parent groups */
    struct pair_need pair;
};

/* Why somebody may not come. */
enum substitute_bar {
    SUBSTITUTE_FITS,
    SUBSTITUTE_LEADS,
    SUBSTITUTE_NOT_IN_WORK,
    SUBSTITUTE_UNTRAINED,
    SUBSTITUTE_LANGUAGE,
    SUBSTITUTE_DISTRICT,
    SUBSTITUTE_TIME,
    SUBSTITUTE_AWAY,
    SUBSTITUTE_BOOKED,
    SUBSTITUTE_HOURS,
    SUBSTITUTE_CONFLICT,
    SUBSTITUTE_PAIR,
    SUBSTITUTE_PARENTS,
    SUBSTITUTE_BAR_COUNT
};
const char *substitute_bar_name(enum substitute_bar bar); /* "untrained", ... */

enum substitute_bar substitute_judge(
    const struct substitute_candidate *candidate, const struct substitute_need *need);

/* Never below 1; more is earlier. */
int64_t substitute_points(const struct substitute_candidate *candidate);

struct substitute_rank {
    size_t index; /* of the candidate */
    int64_t points;
};

/* Those who may come and have not been asked, whom to ask first first; equal points by id. Writes
 * at most `count` of them and returns how many. */
size_t substitute_rank(const struct substitute_candidate *candidates, size_t count,
    const struct substitute_need *need, struct substitute_rank *ranks);

/* How many candidates each rule keeps away: each counts for the first that it breaks. */
void substitute_count_bars(const struct substitute_candidate *candidates, size_t count,
    const struct substitute_need *need, size_t bars[static SUBSTITUTE_BAR_COUNT]);
