#include "services/scheduling/core/substitute.h"

#include <string.h>

#include "common/check.h"

enum { /* points: what makes an evening easier for the children goes first */
    BASE = 1000,
    KNOWS_THE_GROUP = 400, /* they have met before */
    EACH_MEETING_LED = 10, /* of this group, and no more than that many */
    MEETINGS_COUNTED = 20,
    EXPERIENCED = 60,
    EACH_HOUR_LEFT = 4,
    HOURS_COUNTED = 40,
    EACH_GROUP_NOW = 25, /* who leads much already is spared */
    EACH_MINUTE = 3,
    WAY_UNKNOWN_MIN = 90
};

const char *substitute_bar_name(enum substitute_bar bar)
{
    static const char *const names[SUBSTITUTE_BAR_COUNT] = {"fits", "leads", "not_in_work",
        "untrained", "language", "district", "time", "away", "booked", "hours", "conflict", "pair",
        "parents"};

    return names[bar];
}

enum substitute_bar substitute_judge(
    const struct substitute_candidate *candidate, const struct substitute_need *need)
{
    const struct {
        bool broken;
        enum substitute_bar bar;
    } rules[] = {
        {candidate->leads, SUBSTITUTE_LEADS},
        {!candidate->in_work, SUBSTITUTE_NOT_IN_WORK},
        {!candidate->trained, SUBSTITUTE_UNTRAINED},
        {!candidate->speaks, SUBSTITUTE_LANGUAGE},
        {!candidate->works_there, SUBSTITUTE_DISTRICT},
        {!candidate->gives_time, SUBSTITUTE_TIME},
        {candidate->away, SUBSTITUTE_AWAY},
        {!candidate->free, SUBSTITUTE_BOOKED},
        {!candidate->has_hours, SUBSTITUTE_HOURS},
        {candidate->conflict, SUBSTITUTE_CONFLICT},
        {!pair_meets(candidate->pair, &need->pair), SUBSTITUTE_PAIR},
        {need->of_parents && !candidate->parents, SUBSTITUTE_PARENTS},
    };

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].broken)
            return rules[i].bar;
    return SUBSTITUTE_FITS;
}

static int64_t within(int64_t value, int64_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

int64_t substitute_points(const struct substitute_candidate *candidate)
{
    const int64_t travel = candidate->travel_min < 0 ? WAY_UNKNOWN_MIN : candidate->travel_min;
    const int64_t points = BASE + (candidate->led_here > 0 ? KNOWS_THE_GROUP : 0) +
                           EACH_MEETING_LED * within(candidate->led_here, MEETINGS_COUNTED) +
                           (candidate->pair.experienced ? EXPERIENCED : 0) +
                           EACH_HOUR_LEFT * within(candidate->hours_left, HOURS_COUNTED) -
                           EACH_GROUP_NOW * candidate->groups - EACH_MINUTE * travel;

    return points < 1 ? 1 : points;
}

static bool goes_before(const struct substitute_candidate *candidates,
    const struct substitute_rank *one, const struct substitute_rank *other)
{
    if (one->points != other->points)
        return one->points > other->points;
    return uuid_compare(&candidates[one->index].leader_id, &candidates[other->index].leader_id) < 0;
}

size_t substitute_rank(const struct substitute_candidate *candidates, size_t count,
    const struct substitute_need *need, struct substitute_rank *ranks)
{
    size_t ranked = 0;

    for (size_t i = 0; i < count; i++) {
        if (candidates[i].asked || substitute_judge(&candidates[i], need) != SUBSTITUTE_FITS)
            continue;
        const struct substitute_rank next = {i, substitute_points(&candidates[i])};
        size_t place = ranked++;
        for (; place > 0 && goes_before(candidates, &next, &ranks[place - 1]); place--)
            ranks[place] = ranks[place - 1];
        ranks[place] = next;
    }
    return ranked;
}

void substitute_count_bars(const struct substitute_candidate *candidates, size_t count,
    const struct substitute_need *need, size_t bars[static SUBSTITUTE_BAR_COUNT])
{
    memset(bars, 0, SUBSTITUTE_BAR_COUNT * sizeof *bars);
    for (size_t i = 0; i < count; i++)
        bars[substitute_judge(&candidates[i], need)]++;
}
