/* Whether a group may be booked as matching wants it, from what is known of programme, room and
 * leaders. Pure. What two bookings at once could break is a constraint in the database. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/uuid.h"
#include "services/scheduling/core/pair.h"
#include "vocabulary.h"

enum { BOOKING_LEADERS_MOST = 4 /* two of the children, two of the parents */ };

struct booking_programme {
    bool known;
    enum situation situation;
    bool fits_ages; /* one of its bands holds the group's ages */
    int64_t parent_leaders;
    bool parents_must;
    int64_t most;
    bool board_missing; /* the board must decide before a group of it opens, and has not */
    int64_t level; /* how deeply its leaders must be trained: 1 basic, 2 deeper, 3 specialist */
    bool shared_employers; /* its leaders come from two employers, one each */
};

struct booking_room {
    bool known;
    bool open; /* in the slot */
    struct uuid room_id, site_id;
    int64_t capacity;
};

struct booking_leader {
    bool known;
    struct uuid leader_id;
    bool trained, speaks, free, works_there; /* situation, language, slot, district */
    struct pair_leader pair;
    bool parents;
    bool away;      /* has said so, of one of the days */
    bool has_hours; /* of the release, in each of the weeks */
    int64_t level;  /* of the training in the situation that holds on each of the days */
    int32_t contract_from, contract_until;
    int64_t groups, groups_most; /* that go on in those days; the most at a time */
};

struct booking_facts {
    enum situation situation;
    int32_t first_day, last_day;
    int64_t least, most; /* children, as wanted */
    struct booking_programme programme;
    struct booking_room room, parent_room;
    bool parent_group;
    struct booking_leader leaders[BOOKING_LEADERS_MOST];
    size_t leader_count, parent_leader_count; /* those of the parents come after */
};

struct booking_verdict {
    enum booking_refusal refusal; /* 0: it may be booked */
    const char *detail;           /* for an operator */
    int64_t places;
    /* Order of posts: who is experienced, or used to parents, holds the first. */
    size_t posts[BOOKING_LEADERS_MOST];
};

struct booking_verdict booking_decide(const struct booking_facts *facts);
