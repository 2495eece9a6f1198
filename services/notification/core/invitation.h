/*
 * A series as one repeated event (PURE): a mail program takes one event an invitation, so the
 * meetings of a group become its weeks, with those left out that are not, and those moved that are
 * on another day or hour.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    INVITATION_MEETINGS_MOST = 60, /* a series has 20; added and moved ones are among them */
    INVITATION_WEEKS_MOST = 160,   /* from the first to the last: over Christmas, never summer */
};

struct invited { /* a meeting that will be, or has been */
    int64_t starts_ms, ends_ms;
};

struct invitation_move { /* instead of one of the weeks */
    int64_t instead_of_ms;
    size_t meeting; /* of those given */
};

struct invitation_weeks {
    int64_t starts_ms, ends_ms; /* the first of the weeks */
    int64_t until_ms;           /* start of the last */
    int64_t left_out[INVITATION_WEEKS_MOST];
    size_t left_out_count;
    struct invitation_move moves[INVITATION_MEETINGS_MOST];
    size_t move_count;
};

/*
 * `meetings` in the order of their start, at least one, at most INVITATION_MEETINGS_MOST. The weeks
 * stand on the commonest weekday, hour and length; a meeting off them takes the place of the
 * nearest week that has none, and weeks are added at the end when there are too few.
 */
void invitation_plan(const struct invited *meetings, size_t count, struct invitation_weeks *weeks);
