/*
 * A spot: a day, an hour and the rooms for one meeting. Whether a meeting may be put there, from
 * what is known of rooms, leaders and the calendar; and the nearest spot where it may. Pure. What
 * two at once could break is a constraint in the database.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/domain/chain.h"
#include "common/domain/series.h"
#include "common/uuid.h"
#include "vocabulary.h"

struct spot_busy {
    struct uuid of;         /* the room or the leader */
    int64_t from_ms, to_ms; /* of a leader: with the hour before and after a meeting */
    struct uuid site_id;    /* of a leader */
    int64_t district;
};

struct spot_hours { /* each week */
    struct uuid of;
    int64_t weekday, from_min, to_min;
    int32_t valid_from, valid_to; /* DAY_ABSENT: from ever, for ever */
};

struct spot_room {
    struct uuid room_id, site_id;
    int64_t district; /* a number of the caller's, an index of `travel` */
    int64_t capacity;
    int64_t needs;      /* a bit for each need it meets */
    int64_t discretion; /* 0 ordinary, 1 an entrance of its own, 2 secret */
};

struct spot_leader {
    struct uuid leader_id;
    int32_t contract_from, contract_until;
    int64_t districts; /* a bit for each that it works in */
};

struct spot_days { /* on which a leader is trained, or is away; both in it */
    struct uuid of;
    int32_t first, last;
};

struct spot_facts {
    const struct series_calendar *calendar;
    const struct chain *chain;
    struct uuid meeting_id; /* that is moved or cancelled: its day is free */
    int64_t now_ms;
    int minutes;
    bool on_free_day, leaders_agreed, parents;
    int64_t capacity, needs, discretion; /* at least */
    const struct spot_room *rooms;
    size_t room_count;
    const struct spot_leader *leaders;
    size_t leader_count;
    const struct spot_hours *room_hours, *leader_hours;
    size_t room_hour_count, leader_hour_count;
    const struct spot_busy *room_busy, *leader_busy;
    size_t room_busy_count, leader_busy_count;
    const struct spot_days *trained, *away;
    size_t trained_count, away_count;
    const int64_t *travel; /* minutes from district to district, row by row */
    size_t district_count;
};

struct spot {
    int32_t day;
    int32_t starts_min;
    struct uuid room_id, parent_room_id;
};

/* NONE: it may. Else the first rule that says no. */
enum act_reason spot_judge(const struct spot_facts *facts, const struct spot *spot);

/* The nearest spot where it may: another room that day; else the nearest day with the same rooms,
 * later before earlier; else the nearest day with other rooms. False: none in the weeks around. */
bool spot_search(const struct spot_facts *facts, const struct spot *wanted, struct spot *found);
