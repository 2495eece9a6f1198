/*
 * The days, the rooms and the leaders are judged by core/spot.c, the themes move on by the chain;
 * what two at once could break the database refuses. A refusal looks for the nearest way out among
 * all rooms and the weeks around.
 */
#include "services/scheduling/series.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/booking_store.h"
#include "services/scheduling/spot_store.h"

static bool goes_on(enum group_state state)
{
    return state == GROUP_STATE_BOOKED || state == GROUP_STATE_OFFERED ||
           state == GROUP_STATE_CONFIRMED || state == GROUP_STATE_RUNNING;
}

static int find(const struct chain *chain, struct uuid meeting_id)
{
    for (size_t i = 0; i < chain->count; i++)
        if (uuid_equal(chain->meetings[i].meeting_id, meeting_id))
            return (int)i;
    return -1;
}

bool series_load_calendar(struct context *context, struct uuid group_id,
    struct series_calendar *calendar, struct error *error)
{
    return booking_load_calendar(context, group_id, local_day(context->now_ms), calendar, error);
}

/* What was left open in the spot. PAST_TERM: there is no next day, and the spot is on the last. */
static enum act_reason complete(const struct series_calendar *calendar,
    const struct series_group *group, const struct series_act *act, struct spot *spot)
{
    const struct chain *chain = &group->chain;
    const int old = act->what == SERIES_CHANGE_MOVE ? find(chain, act->meeting_id) : -1;
    enum act_reason reason = ACT_REASON_NONE;

    *spot = act->spot;
    if (spot->starts_min < 0)
        spot->starts_min = old >= 0 ? local_minute(chain->meetings[old].when.starts_ms)
                                    : (int32_t)group->starts_min;
    if (uuid_absent(spot->room_id))
        spot->room_id = old >= 0 ? group->rooms[old] : group->room_id;
    if (uuid_absent(spot->parent_room_id))
        spot->parent_room_id = old >= 0 ? group->parent_rooms[old] : group->parent_room_id;
    if (spot->day == DAY_ABSENT && old >= 0)
        spot->day = chain->meetings[old].when.day;
    if (spot->day == DAY_ABSENT && chain->count > 0) {
        const int32_t last = chain->meetings[chain->count - 1].when.day;
        spot->day = series_next_day(calendar, last, group->weekday);
        if (spot->day == DAY_ABSENT) {
            reason = ACT_REASON_PAST_TERM;
            spot->day = last;
        }
    }
    return reason;
}

static struct spot_facts facts_of(struct context *context, const struct series_calendar *calendar,
    const struct series_group *group, const struct series_act *act)
{
    return (struct spot_facts){
        .calendar = calendar,
        .chain = &group->chain,
        .meeting_id = act->meeting_id,
        .now_ms = context->now_ms,
        .minutes = group->minutes,
        .on_free_day = act->on_free_day,
        .leaders_agreed = act->leaders_agreed,
    };
}

/* --- the way out --- */

static void add_word(struct context *context, const char **words, const char *name, struct uuid now,
    struct uuid then)
{
    char id[UUID_TEXT + 1];

    if (uuid_equal(now, then))
        return;
    uuid_format(now, id);
    *words = arena_format(context->arena, "%s %s=%s", *words, name, id);
}

/* What the desk's form needs to ask again, and what would be another than was asked. */
static const char *way_out(struct context *context, const struct series_act *act,
    const struct spot *wanted, const struct spot *found)
{
    const char *words = arena_format(context->arena, "change=%s", series_change_names[act->what]);
    char day[DATE_TEXT + 1];

    add_word(context, &words, "meeting", act->meeting_id, (struct uuid){{0}});
    date_format(found->day, day);
    words = arena_format(context->arena, "%s day=%s starts=%d", words, day, (int)found->starts_min);
    add_word(context, &words, "room", found->room_id, wanted->room_id);
    add_word(context, &words, "parent_room", found->parent_room_id, wanted->parent_room_id);
    if (act->on_free_day)
        words = arena_format(context->arena, "%s anyway=ja", words);
    return words;
}

static bool searchable(enum act_reason reason)
{
    return reason != ACT_REASON_NONE && reason != ACT_REASON_UNKNOWN &&
           reason != ACT_REASON_NOT_NOW && reason != ACT_REASON_MEETING_BEGUN &&
           reason != ACT_REASON_TOO_MANY_MEETINGS && reason != ACT_REASON_WRONG_INPUT;
}

static bool look_for_way_out(struct context *context, const struct series_act *act,
    struct spot_facts facts, const struct spot *spot, struct act_answer *answer,
    struct error *error)
{
    const struct spot_ask ask = {act->group_id, act->meeting_id, spot, true};
    struct spot found;

    if (!searchable(answer->reason))
        return true;
    if (!spot_load(context, &ask, &facts, error))
        return error_while(error, "looking for a way out");
    if (spot_search(&facts, spot, &found))
        answer->way_out = way_out(context, act, spot, &found);
    return true;
}

/* --- the change --- */

static bool apply(struct context *context, struct series_group *group, const struct series_act *act,
    const struct spot *spot, struct act_answer *answer, struct error *error)
{
    const struct series_place place = {spot->room_id, spot->parent_room_id, act->on_free_day};
    const struct uuid made = uuid_new(context->now_ms);
    const struct chain_change change = {
        .what = act->what,
        .meeting_id = act->what == SERIES_CHANGE_ADD ? made : act->meeting_id,
        .instead_id = made,
        .when = {spot->day, local_to_utc_ms(spot->day, spot->starts_min),
            local_to_utc_ms(spot->day, spot->starts_min + group->minutes)},
        .theme = act->theme,
    };

    answer->reason = chain_apply(&group->chain, &change);
    if (answer->reason)
        return true;
    return series_write(context, act->group_id, group,
        act->what == SERIES_CHANGE_MOVE ? act->meeting_id : made, &place, error);
}

/* What can be said before rooms and leaders are looked at. */
static enum act_reason refuse_early(const struct series_group *group, const struct series_act *act)
{
    const int old = find(&group->chain, act->meeting_id);

    if (!group->found)
        return ACT_REASON_UNKNOWN;
    if (!goes_on(group->state))
        return ACT_REASON_NOT_NOW;
    if (act->what == SERIES_CHANGE_ADD)
        return group->chain.count < SERIES_MEETINGS_MOST ? ACT_REASON_NONE
                                                         : ACT_REASON_TOO_MANY_MEETINGS;
    if (old < 0)
        return ACT_REASON_UNKNOWN;
    return group->chain.meetings[old].begun ? ACT_REASON_MEETING_BEGUN : ACT_REASON_NONE;
}

bool series_do(struct context *context, const struct series_calendar *calendar,
    const struct series_act *act, struct act_answer *answer, struct error *error)
{
    struct series_group group;
    struct spot spot;

    if (!series_load(context, act->group_id, &group, error))
        return error_while(error, "reading a series");
    answer->reason = refuse_early(&group, act);
    if (answer->reason)
        return true;
    answer->reason = complete(calendar, &group, act, &spot);
    struct spot_facts facts = facts_of(context, calendar, &group, act);
    const struct spot_ask ask = {act->group_id, act->meeting_id, &spot, false};
    if (!answer->reason) {
        if (!spot_load(context, &ask, &facts, error))
            return error_while(error, "reading rooms and leaders");
        answer->reason = spot_judge(&facts, &spot);
    }
    if (answer->reason)
        return look_for_way_out(
            context, act, facts_of(context, calendar, &group, act), &spot, answer, error);
    return apply(context, &group, act, &spot, answer, error);
}

/* --- who is told --- */

static void tell_people(
    struct context *context, struct uuid group_id, const struct series_people *people)
{
    const struct uuid notice = uuid_new(context->now_ms);

    for (size_t i = 0; i < people->leader_count; i++)
        scheduling_send_leader_told(context,
            &(struct leader_told){.notice_id = notice,
                .leader_id = people->leaders[i],
                .purpose = LEADER_PURPOSE_SERIES_CHANGED,
                .group_id = group_id,
                .until_day = DAY_ABSENT},
            1);
    for (size_t i = 0; i < people->referral_count; i++)
        scheduling_send_family_told(context,
            &(struct family_told){.notice_id = notice,
                .referral_id = people->referrals[i],
                .purpose = PURPOSE_SERIES_CHANGED,
                .group_id = group_id,
                .until_day = DAY_ABSENT},
            1);
}

bool series_tell(struct context *context, struct uuid group_id, struct error *error)
{
    struct series_changed changed;
    struct series_people people;

    if (!series_load_span(context, group_id, &changed, error) ||
        !series_load_people(context, group_id, &people, error))
        return error_while(error, "reading who is told");
    scheduling_send_series_changed(context, &changed, 1);
    tell_people(context, group_id, &people);
    scheduling_tell_catalogue(context, &group_id, sizeof group_id, 1);
    return true;
}
