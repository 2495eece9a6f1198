/*
 * The same judge looks at what was asked and at each spot of the search, so a way out is never one
 * that would be refused for another reason that is known.
 */
#include "services/scheduling/core/spot.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"

#define MINUTE_MS INT64_C(60000)

enum { DAY_MINUTES = 1440, AROUND_MIN = 60, LATER_DAYS = 42, EARLIER_DAYS = 21 };

struct span { /* of moments */
    int64_t from_ms, to_ms;
};

static struct span span_of(const struct spot_facts *facts, const struct spot *spot)
{
    return (struct span){local_to_utc_ms(spot->day, spot->starts_min),
        local_to_utc_ms(spot->day, spot->starts_min + facts->minutes)};
}

static const struct spot_room *room_of(const struct spot_facts *facts, struct uuid room_id)
{
    for (size_t i = 0; i < facts->room_count; i++)
        if (uuid_equal(facts->rooms[i].room_id, room_id))
            return &facts->rooms[i];
    return NULL;
}

/* --- the day --- */

static enum act_reason judge_day(const struct spot_facts *facts, const struct spot *spot)
{
    const struct chain *chain = facts->chain;

    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_meeting *meeting = &chain->meetings[i];
        if (uuid_equal(meeting->meeting_id, facts->meeting_id))
            continue;
        if (meeting->when.day == spot->day)
            return ACT_REASON_DAY_TAKEN;
        if (meeting->begun && meeting->when.day > spot->day)
            return ACT_REASON_IN_THE_PAST;
    }
    if (span_of(facts, spot).from_ms <= facts->now_ms)
        return ACT_REASON_IN_THE_PAST;
    return series_refuse_day(facts->calendar, spot->day, facts->on_free_day);
}

/* --- hours: together they must cover the whole time, also when it begins between two of them ---
 */

static bool holds(const struct spot_hours *hours, struct uuid of, int32_t day)
{
    return uuid_equal(hours->of, of) && hours->weekday == date_weekday(day) &&
           (hours->valid_from == DAY_ABSENT || hours->valid_from <= day) &&
           (hours->valid_to == DAY_ABSENT || hours->valid_to >= day);
}

static bool covered(const struct spot_hours *hours, size_t count, struct uuid of, int32_t day,
    int64_t from_min, int64_t to_min)
{
    bool further = true;

    while (further && from_min < to_min) {
        further = false;
        for (size_t i = 0; i < count; i++)
            if (holds(&hours[i], of, day) && hours[i].from_min <= from_min &&
                hours[i].to_min > from_min) {
                from_min = hours[i].to_min;
                further = true;
            }
    }
    return from_min >= to_min;
}

/* --- rooms --- */

static enum act_reason judge_room(
    const struct spot_facts *facts, const struct spot *spot, struct uuid room_id, int64_t capacity)
{
    const struct spot_room *room = room_of(facts, room_id);
    const struct span when = span_of(facts, spot);

    if (!room)
        return ACT_REASON_UNKNOWN;
    if (room->capacity < capacity)
        return ACT_REASON_ROOM_TOO_SMALL;
    if (room->discretion < facts->discretion || (facts->needs & ~room->needs) != 0)
        return ACT_REASON_ROOM_UNFIT;
    if (!covered(facts->room_hours, facts->room_hour_count, room_id, spot->day, spot->starts_min,
            spot->starts_min + facts->minutes))
        return ACT_REASON_ROOM_CLOSED;
    for (size_t i = 0; i < facts->room_busy_count; i++) {
        const struct spot_busy *busy = &facts->room_busy[i];
        if (uuid_equal(busy->of, room_id) && busy->from_ms < when.to_ms &&
            busy->to_ms > when.from_ms)
            return ACT_REASON_ROOM_TAKEN;
    }
    return ACT_REASON_NONE;
}

static enum act_reason judge_rooms(const struct spot_facts *facts, const struct spot *spot)
{
    const enum act_reason own = judge_room(facts, spot, spot->room_id, facts->capacity);

    if (own || !facts->parents)
        return own;
    const enum act_reason theirs = judge_room(facts, spot, spot->parent_room_id, 0);
    if (theirs)
        return theirs;
    if (uuid_equal(spot->room_id, spot->parent_room_id))
        return ACT_REASON_ROOM_TAKEN;
    return uuid_equal(room_of(facts, spot->room_id)->site_id,
               room_of(facts, spot->parent_room_id)->site_id)
               ? ACT_REASON_NONE
               : ACT_REASON_ROOM_ELSEWHERE;
}

/* --- leaders --- */

static bool among(const struct spot_days *days, size_t count, struct uuid of, int32_t day)
{
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(days[i].of, of) && days[i].first <= day && days[i].last >= day)
            return true;
    return false;
}

/* The hour after the one meeting and the hour before the other are work at the house: the journey
 * between two houses comes on top, as in the database's own rule. */
static enum act_reason judge_journeys(const struct spot_facts *facts, const struct spot *spot,
    const struct spot_leader *leader, const struct spot_room *room)
{
    const struct span when = span_of(facts, spot);

    for (size_t i = 0; i < facts->leader_busy_count; i++) {
        const struct spot_busy *busy = &facts->leader_busy[i];
        const int64_t after = busy->from_ms - when.to_ms, before = when.from_ms - busy->to_ms;
        const int64_t gap = (after > before ? after : before) - AROUND_MIN * MINUTE_MS;
        if (!uuid_equal(busy->of, leader->leader_id))
            continue;
        if (gap < 0)
            return ACT_REASON_LEADER_TAKEN;
        if (!uuid_equal(busy->site_id, room->site_id) &&
            gap < facts->travel[(size_t)room->district * facts->district_count +
                                (size_t)busy->district] *
                      MINUTE_MS)
            return ACT_REASON_LEADER_TRAVELS;
    }
    return ACT_REASON_NONE;
}

static enum act_reason judge_leader(const struct spot_facts *facts, const struct spot *spot,
    const struct spot_leader *leader, const struct spot_room *room)
{
    if (spot->day < leader->contract_from || spot->day > leader->contract_until)
        return ACT_REASON_LEADER_CONTRACT;
    if (!among(facts->trained, facts->trained_count, leader->leader_id, spot->day))
        return ACT_REASON_LEADER_UNTRAINED;
    if (among(facts->away, facts->away_count, leader->leader_id, spot->day))
        return ACT_REASON_LEADER_ABSENT;
    if ((leader->districts >> room->district & 1) == 0)
        return ACT_REASON_LEADER_UNFIT;
    if (!facts->leaders_agreed &&
        !covered(facts->leader_hours, facts->leader_hour_count, leader->leader_id, spot->day,
            spot->starts_min, spot->starts_min + facts->minutes))
        return ACT_REASON_LEADER_HOURS;
    return judge_journeys(facts, spot, leader, room);
}

enum act_reason spot_judge(const struct spot_facts *facts, const struct spot *spot)
{
    enum act_reason reason = judge_day(facts, spot);

    if (!reason)
        reason = judge_rooms(facts, spot);
    for (size_t i = 0; !reason && i < facts->leader_count; i++)
        reason = judge_leader(facts, spot, &facts->leaders[i], room_of(facts, spot->room_id));
    return reason;
}

/* --- the way out --- */

/* The nearer house first: the same, the same district, by the journey. */
static int64_t distance(
    const struct spot_facts *facts, const struct spot_room *from, const struct spot_room *to)
{
    if (!from)
        return 0;
    if (uuid_equal(from->site_id, to->site_id))
        return uuid_equal(from->room_id, to->room_id) ? -2 : -1;
    return facts->travel[(size_t)from->district * facts->district_count + (size_t)to->district];
}

/* The first other room of that house that will do for the parents. */
static bool house_parents(const struct spot_facts *facts, struct spot *spot)
{
    const struct spot_room *own = room_of(facts, spot->room_id);

    if (spot_judge(facts, spot) == ACT_REASON_NONE)
        return true;
    for (size_t i = 0; facts->parents && i < facts->room_count; i++) {
        if (!uuid_equal(facts->rooms[i].site_id, own->site_id))
            continue;
        spot->parent_room_id = facts->rooms[i].room_id;
        if (spot_judge(facts, spot) == ACT_REASON_NONE)
            return true;
    }
    return false;
}

static bool search_rooms(
    const struct spot_facts *facts, const struct spot *wanted, int32_t day, struct spot *found)
{
    const struct spot_room *from = room_of(facts, wanted->room_id);
    int64_t nearest = INT64_MAX;

    for (size_t i = 0; i < facts->room_count; i++) {
        const struct spot_room *room = &facts->rooms[i];
        struct spot spot = {day, wanted->starts_min, room->room_id, wanted->parent_room_id};
        if (distance(facts, from, room) < nearest && house_parents(facts, &spot)) {
            nearest = distance(facts, from, room);
            *found = spot;
        }
    }
    return nearest < INT64_MAX;
}

static bool search_day(const struct spot_facts *facts, const struct spot *wanted, int32_t day,
    bool other_rooms, struct spot *found)
{
    *found = *wanted;
    found->day = day;
    if (judge_day(facts, found) != ACT_REASON_NONE)
        return false;
    return other_rooms ? search_rooms(facts, wanted, day, found)
                       : spot_judge(facts, found) == ACT_REASON_NONE;
}

bool spot_search(const struct spot_facts *facts, const struct spot *wanted, struct spot *found)
{
    if (search_day(facts, wanted, wanted->day, true, found))
        return true;
    for (int other_rooms = 0; other_rooms < 2; other_rooms++) {
        for (int32_t days = 1; days <= LATER_DAYS; days++)
            if (search_day(facts, wanted, wanted->day + days, other_rooms, found))
                return true;
        for (int32_t days = 1; days <= EARLIER_DAYS; days++)
            if (search_day(facts, wanted, wanted->day - days, other_rooms, found))
                return true;
    }
    return false;
}
