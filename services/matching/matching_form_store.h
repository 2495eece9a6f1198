/* What groups are formed of: programmes, rooms and leaders of scheduling's views, less what booked
 * and proposed groups already use. */
#pragma once

#include "services/matching/core/market.h"
#include "services/matching/core/season.h"
#include "services/matching/matching_place_store.h"

struct market {
    struct programme *programmes;
    struct room *rooms;
    struct leader *leaders;
    size_t programme_count, room_count, leader_count;
    struct text *room_needs;            /* by room, as words with spaces */
    struct text slot_names[SLOTS_MOST]; /* "mon1630"; absent where there is no such slot */
    int64_t slots;                      /* that there are */
    int64_t room_clash[SLOTS_MOST], leader_clash[SLOTS_MOST];
    int64_t weekday_slots[SEASON_WEEKDAYS];
    int64_t season_slots;           /* on weekdays with days enough for a series */
    int64_t minutes_most;           /* over all programmes */
    struct season_programme *terms; /* by programme: what it asks of the calendar */
    int32_t start, end;             /* of the series, as far as can be told */
    int parent_share;               /* percent of the new groups that must have one */
    bool wants_parents;             /* too few of the last year's groups have a parent group */
};

/* For a start on `earliest`, or when a term leaves room for it. What the proposals `but` use is
 * taken for free; NULL: none. */
struct proposals;
bool matching_load_market(struct context *context, int32_t earliest, const struct proposals *but,
    struct city *city, struct market *market, struct error *error);
