#include "common/domain/group_state.h"

#include "common/check.h"

#define WAY(from, to, askers, when)                                                                \
    {                                                                                              \
        GROUP_STATE_##from, GROUP_STATE_##to, askers, when                                         \
    }
#define COORDINATOR GROUP_ASKER_COORDINATOR
#define MATCHING GROUP_ASKER_MATCHING
#define SCHEDULING GROUP_ASKER_SCHEDULING
#define EVALUATION GROUP_ASKER_EVALUATION

static const struct group_way ways[] = {
    WAY(NONE, IDEA, COORDINATOR, "a wish is written down"),
    WAY(NONE, BOOKED, MATCHING, "an approved proposal of the planner is booked whole"),
    WAY(IDEA, COLLECTING, SCHEDULING, "those who wait are counted"),
    WAY(IDEA, CANCELLED, COORDINATOR, "it is given up"),
    WAY(COLLECTING, BOOKED, SCHEDULING, "viable, staffed and roomed, in whatever order"),
    WAY(COLLECTING, CANCELLED, COORDINATOR, "it is given up"),

    WAY(BOOKED, OFFERED, MATCHING, "the first place is put to a family"),
    WAY(BOOKED, CONFIRMED, SCHEDULING, "enough families have said yes"),
    WAY(BOOKED, MERGED, COORDINATOR, "its children go to another group"),
    WAY(BOOKED, POSTPONED, COORDINATOR, "its series is given up for a later one"),
    WAY(BOOKED, CANCELLED, COORDINATOR | SCHEDULING, "with a reason, or too few in time"),
    WAY(OFFERED, CONFIRMED, SCHEDULING, "enough families have said yes"),
    WAY(OFFERED, MERGED, COORDINATOR, "its children go to another group"),
    WAY(OFFERED, POSTPONED, COORDINATOR, "its series is given up for a later one"),
    WAY(OFFERED, CANCELLED, COORDINATOR | SCHEDULING, "with a reason, or too few in time"),
    WAY(CONFIRMED, RUNNING, SCHEDULING, "the first meeting begins"),
    WAY(CONFIRMED, MERGED, COORDINATOR, "its children go to another group"),
    WAY(CONFIRMED, POSTPONED, COORDINATOR, "its series is given up for a later one"),
    WAY(CONFIRMED, CANCELLED, COORDINATOR, "with a reason"),

    WAY(RUNNING, FINISHED, SCHEDULING, "the last meeting has been"),
    WAY(FINISHED, EVALUATED, EVALUATION, "what came of it is written down"),

    WAY(POSTPONED, BOOKED, SCHEDULING, "the later series is booked, in the same transaction"),
    WAY(POSTPONED, OFFERED, SCHEDULING, "the later series is booked, in the same transaction"),
    WAY(POSTPONED, CONFIRMED, SCHEDULING, "the later series is booked, in the same transaction"),
};

const struct group_way *group_ways(size_t *count)
{
    *count = COUNT(ways);
    return ways;
}

bool group_may_move(enum group_state from, enum group_state to, enum group_asker asker)
{
    for (size_t i = 0; i < COUNT(ways); i++)
        if (ways[i].from == from && ways[i].to == to)
            return (ways[i].askers & (unsigned)asker) != 0;
    return false;
}

bool group_before_start(enum group_state state)
{
    return state == GROUP_STATE_BOOKED || state == GROUP_STATE_OFFERED ||
           state == GROUP_STATE_CONFIRMED;
}

bool group_ended(enum group_state state)
{
    for (size_t i = 0; i < COUNT(ways); i++)
        if (ways[i].from == state)
            return false;
    return true;
}
