/*
 * What groups are made of - programmes, rooms, leaders - and the whole of a round: who waits, what
 * there is, what runs already. matching loads it, the planner's instance is written from it, and
 * what the planner answers is held against it anew.
 */
#pragma once

#include "common/domain/slot.h"
#include "services/matching/core/place.h"

enum { AGES_MOST = 26, SLOTS_MOST = SLOT_MOST + 1, PARENT_LEADERS_MOST = 2 };

enum parents { PARENTS_NO, PARENTS_OPTIONAL, PARENTS_ALWAYS };

struct band {
    int from, to;
};

struct programme {
    struct uuid programme_id;
    enum situation situation;
    int least, margin, most; /* children; the margin is asked for above the least */
    int band_years;          /* ages in a group: 3 = 7, 8, 9 */
    enum parents parents;
    int parent_leaders;
    int level; /* how deeply its leaders must be trained: 1 basic, 2 deeper, 3 specialist */
    const struct band *bands; /* ages it is made for; a group stays inside one */
    size_t band_count;
};

struct room {
    struct uuid room_id;
    int district, site, capacity, cost;
    uint32_t needs;
    int64_t open;
    int64_t slots; /* open, not booked, not proposed, not refused lately */
};

struct leader {
    struct uuid leader_id;
    uint32_t situations;
    uint8_t levels[SITUATION_COUNT]; /* how deeply trained for each of them */
    uint64_t languages, districts;
    int64_t gives; /* the hours that are agreed on */
    int64_t slots; /* can, and is not booked */
    int groups_left;
    bool experienced, parents;
    int32_t contract_until;
    const struct uuid *avoid; /* referrals of children that the leader must not lead */
    size_t avoid_count;
};

/* Whether the leader's training is what the programme asks for. */
static inline bool leader_is_trained(const struct leader *leader, const struct programme *programme)
{
    return (leader->situations & bit_of((int)programme->situation)) != 0 &&
           leader->levels[programme->situation] >= programme->level;
}

struct market_view {
    const struct child_need *needs; /* who waits, first in turn first */
    size_t need_count;
    const struct pair *pairs;
    size_t pair_count;
    const struct programme *programmes;
    size_t programme_count;
    const struct room *rooms;
    size_t room_count;
    const struct leader *leaders;
    size_t leader_count;
    const struct open_group *groups; /* booked, with their places as they are now */
    size_t group_count;
    /* Slots that cannot be used beside this one by the same room or leader; with itself. */
    int64_t room_clash[SLOTS_MOST], leader_clash[SLOTS_MOST];
    int64_t slots; /* that there are */
    struct travel travel;
    struct points points;
    int32_t today;
    int32_t plan_date; /* the start: ages count on it (H7) */
    int32_t term_end;  /* no leader's contract ends before (H11) */
    int patience_days; /* who has waited so long is not kept for the margin */
};
