/*
 * The themes are taken off the meetings, the days change, the meetings are put in the order of
 * their days again, and the themes are put back in the order they had.
 */
#include "common/domain/chain.h"

#include <stdlib.h>
#include <string.h>

#include "common/check.h"

enum { NOWHERE = -1 };

static int find(const struct chain *chain, struct uuid meeting_id)
{
    for (size_t i = 0; i < chain->count; i++)
        if (uuid_equal(chain->meetings[i].meeting_id, meeting_id))
            return (int)i;
    return NOWHERE;
}

static int compare_days(const void *a, const void *b)
{
    const struct chain_meeting *one = a, *other = b;

    return (one->when.day > other->when.day) - (one->when.day < other->when.day);
}

/* How many meetings there are before that day. */
static size_t before(const struct chain *chain, int32_t day)
{
    size_t count = 0;

    while (count < chain->count && chain->meetings[count].when.day < day)
        count++;
    return count;
}

/* Why no meeting can be put on that day, whatever the calendar says; `but` is the one that moves.
 */
static enum act_reason refuse_day(const struct chain *chain, int32_t day, int but)
{
    for (size_t i = 0; i < chain->count; i++) {
        if ((int)i == but)
            continue;
        if (chain->meetings[i].when.day == day)
            return ACT_REASON_DAY_TAKEN;
        if (chain->meetings[i].begun && chain->meetings[i].when.day > day)
            return ACT_REASON_IN_THE_PAST;
    }
    return ACT_REASON_NONE;
}

static void put(struct chain *chain, struct uuid id, const struct series_meeting *when)
{
    chain->meetings[chain->count++] =
        (struct chain_meeting){.meeting_id = id, .when = *when, .changed = true};
}

static void take_out(struct chain *chain, int index)
{
    chain->gone = chain->meetings[index];
    chain->shorter = true;
    chain->count--;
    memmove(&chain->meetings[index], &chain->meetings[index + 1],
        (chain->count - (size_t)index) * sizeof chain->meetings[0]);
}

/* Puts meetings in the order of their days and gives each the number and the theme of its place. */
static void settle(struct chain *chain, const struct text *themes)
{
    qsort(chain->meetings, chain->count, sizeof chain->meetings[0], compare_days);
    for (size_t i = 0; i < chain->count; i++) {
        struct chain_meeting *meeting = &chain->meetings[i];
        const int64_t number = (int64_t)i + 1;
        if (meeting->number != number || !text_equal(meeting->theme, themes[i]))
            meeting->changed = true;
        meeting->number = number;
        meeting->theme = themes[i];
    }
}

static void change_days(struct chain *chain, const struct chain_change *change, int index)
{
    switch (change->what) {
    case SERIES_CHANGE_MOVE:
        chain->meetings[index].when = change->when;
        chain->meetings[index].changed = true;
        return;
    case SERIES_CHANGE_CANCEL:
        take_out(chain, index);
        put(chain, change->instead_id, &change->when);
        return;
    case SERIES_CHANGE_ADD:
        put(chain, change->meeting_id, &change->when);
        return;
    case SERIES_CHANGE_NONE:
        CHECK(change->what);
    }
}

enum act_reason chain_apply(struct chain *chain, const struct chain_change *change)
{
    const bool adds = change->what == SERIES_CHANGE_ADD;
    const int index = adds ? NOWHERE : find(chain, change->meeting_id);
    struct text themes[SERIES_MEETINGS_MOST + 1];

    if (!adds && index == NOWHERE)
        return ACT_REASON_UNKNOWN;
    if (!adds && chain->meetings[index].begun)
        return ACT_REASON_MEETING_BEGUN;
    if (adds && chain->count >= SERIES_MEETINGS_MOST)
        return ACT_REASON_TOO_MANY_MEETINGS;
    const enum act_reason taken = refuse_day(chain, change->when.day, index);
    if (taken)
        return taken;
    size_t theme = 0;
    const size_t extra = adds ? before(chain, change->when.day) : SIZE_MAX;
    for (size_t i = 0; i < chain->count; i++) {
        if (i == extra)
            themes[theme++] = change->theme;
        themes[theme++] = chain->meetings[i].theme;
    }
    if (extra == chain->count)
        themes[theme] = change->theme;
    change_days(chain, change, index);
    settle(chain, themes);
    return ACT_REASON_NONE;
}
