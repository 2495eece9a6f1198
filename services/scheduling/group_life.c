/*
 * What a coordinator does with a group that has not begun: merge, postpone, cancel; and when a
 * running one has so few children that a person must decide.
 *
 * Each is one transaction: all of it or nothing. Merging has two: matching moves the children first
 * and says so, or says who cannot go; only then is the group given up here. Which state may follow
 * which is common/domain/group_state.c.
 */
#include "services/scheduling/group_life.h"
#include "services/scheduling/scheduling.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/group_state.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/group_life_store.h"
#include "services/scheduling/idea.h"
#include "services/scheduling/series.h"

enum {
    POSTPONE_TRIES = 16,  /* later weeks that are looked at for a way out */
    POSTPONE_NOTICE = 14, /* days in which families can arrange themselves anew */
    FEW_CHILDREN = 2,     /* in a running group: a person decides (PRODUCT) */
    FEW_DECIDE_DAYS = 3,  /* working days for it */
};

void group_life_tell(struct context *context, struct uuid group_id, struct uuid notice_id,
    enum leader_purpose purpose, const struct uuid *leaders, size_t count)
{
    struct leader_told *told = ARENA_ARRAY(context->arena, struct leader_told, count);

    for (size_t i = 0; i < count; i++)
        told[i] = (struct leader_told){
            .notice_id = notice_id,
            .leader_id = leaders[i],
            .purpose = purpose,
            .group_id = group_id,
            .until_day = DAY_ABSENT,
        };
    scheduling_send_leader_told(context, told, count);
}

bool group_life_tell_leaders(struct context *context, struct uuid group_id, struct uuid notice_id,
    enum leader_purpose purpose, struct error *error)
{
    const struct uuid *leaders;
    size_t count;

    if (!group_life_leaders(context, group_id, &leaders, &count, error))
        return error_while(error, "finding a group's leaders");
    group_life_tell(context, group_id, notice_id, purpose, leaders, count);
    return true;
}

/* --- cancel --- */

static bool cancel(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct group_act_wanted *wanted = message;
    const char *reason = cancel_reason_names[wanted->reason];
    struct life_group group;
    bool ended;

    if (wanted->reason && !idea_give_up(context, wanted->group_id, reason, &ended, error))
        return false;
    if (wanted->reason && ended)
        return true;
    if (!group_life_load(context, wanted->group_id, &group, error))
        return false;
    answer->reason = !group.found      ? ACT_REASON_UNKNOWN
                     : !wanted->reason ? ACT_REASON_WRONG_INPUT
                     : !group_may_move(group.state, GROUP_STATE_CANCELLED, GROUP_ASKER_COORDINATOR)
                         ? ACT_REASON_NOT_NOW
                         : ACT_REASON_NONE;
    if (answer->reason)
        return true;
    if (!group_life_end(context, wanted->group_id, GROUP_STATE_CANCELLED, reason, &ended, error))
        return false;
    if (!ended) {
        answer->reason = ACT_REASON_CHANGED_MEANWHILE;
        return true;
    }
    if (!scheduling_talks_cancelled(context, wanted->group_id, error))
        return false;
    scheduling_send_group_cancelled(
        context, &(struct group_cancelled){wanted->group_id, text_of(reason), wanted->reason}, 1);
    scheduling_tell_catalogue(context, &wanted->group_id, sizeof wanted->group_id, 1);
    return group_life_tell_leaders(
        context, wanted->group_id, wanted->act_id, LEADER_PURPOSE_GROUP_ENDED, error);
}

/* --- postpone --- */

enum act_reason group_life_reason_of(enum booking_refusal refusal)
{
    switch (refusal) {
    case BOOKING_REFUSAL_NONE:
        return ACT_REASON_NONE;
    case BOOKING_REFUSAL_ROOM_TAKEN:
        return ACT_REASON_ROOM_TAKEN;
    case BOOKING_REFUSAL_LEADER_TAKEN:
        return ACT_REASON_LEADER_FULL;
    case BOOKING_REFUSAL_NO_DATES:
    case BOOKING_REFUSAL_TOO_LATE:
        return ACT_REASON_PAST_TERM;
    case BOOKING_REFUSAL_UNKNOWN_ROOM:
        return ACT_REASON_ROOM_UNFIT;
    case BOOKING_REFUSAL_UNKNOWN_LEADER:
        return ACT_REASON_LEADER_UNFIT;
    case BOOKING_REFUSAL_LEVEL_MISSING:
        return ACT_REASON_LEADER_UNTRAINED;
    case BOOKING_REFUSAL_LEADER_CONFLICT:
        return ACT_REASON_CONFLICT_OF_INTEREST;
    case BOOKING_REFUSAL_BOARD_DECISION_MISSING:
        return ACT_REASON_BOARD_MISSING;
    case BOOKING_REFUSAL_UNKNOWN_PROGRAMME:
        break;
    }
    return ACT_REASON_UNKNOWN;
}

struct postponing {
    struct life_group group;
    struct series_group series;
    struct series_calendar calendar;
    struct group_wanted wanted;
    struct series_ask ask;
    struct series_meeting meetings[SERIES_MEETINGS_MOST];
};

/* Leaders' training, contract and number of groups are asked for the new days; the group itself
 * counts once. */
static bool judge_leaders(
    struct context *context, struct postponing *it, enum act_reason *reason, struct error *error)
{
    struct booking_facts facts = {
        .first_day = it->meetings[0].day, .last_day = it->meetings[it->ask.meetings - 1].day};
    struct booking_plan plan;
    const bool overlaps =
        facts.first_day <= it->group.last_day && facts.last_day >= it->group.first_day;

    if (!booking_load_plans(context, &it->wanted, 1, local_day(context->now_ms), &plan, error))
        return false;
    facts.programme = plan.programme;
    if (!booking_load_facts(context, &it->wanted, &facts, 1, error))
        return false;
    for (size_t i = 0; overlaps && i < facts.leader_count + facts.parent_leader_count; i++)
        facts.leaders[i].groups--;
    *reason = group_life_reason_of(booking_decide(&facts).refusal);
    return true;
}

static bool judge_series(struct context *context, struct uuid group_id, struct postponing *it,
    enum act_reason *reason, struct error *error)
{
    struct life_clash clash;

    if (!series_find(&it->calendar, &it->ask, it->meetings)) {
        *reason = ACT_REASON_PAST_TERM;
        return true;
    }
    if (!judge_leaders(context, it, reason, error) || *reason)
        return *reason != ACT_REASON_NONE;
    if (!group_life_clash(context, group_id, it->meetings, it->ask.meetings, &clash, error))
        return false;
    *reason = clash.room     ? ACT_REASON_ROOM_TAKEN
              : clash.leader ? ACT_REASON_LEADER_TAKEN
                             : ACT_REASON_NONE;
    return true;
}

/* The next start at which all of it would hold: "day=2027-01-18", or nothing. */
static bool find_way_out(struct context *context, struct uuid group_id, struct postponing *it,
    struct act_answer *answer, struct error *error)
{
    char day[DATE_TEXT + 1];

    for (int i = 0; i < POSTPONE_TRIES; i++) {
        enum act_reason reason = ACT_REASON_NONE;

        it->ask.earliest = it->meetings[0].day + 1;
        if (!judge_series(context, group_id, it, &reason, error))
            return false;
        if (reason == ACT_REASON_PAST_TERM)
            return true;
        if (reason)
            continue;
        date_format(it->meetings[0].day, day);
        answer->way_out = arena_format(context->arena, "day=%s", day);
        return true;
    }
    return true;
}

static bool load_postponing(struct context *context, const struct group_act_wanted *wanted,
    struct postponing *it, struct act_answer *answer, struct error *error)
{
    const int32_t today = local_day(context->now_ms);

    if (!series_load(context, wanted->group_id, &it->series, error) ||
        !group_life_load(context, wanted->group_id, &it->group, error))
        return false;
    answer->reason =
        !it->group.found ? ACT_REASON_UNKNOWN
        : !group_may_move(it->group.state, GROUP_STATE_POSTPONED, GROUP_ASKER_COORDINATOR)
            ? ACT_REASON_NOT_NOW
        : wanted->earliest_day == DAY_ABSENT          ? ACT_REASON_WRONG_INPUT
        : wanted->earliest_day <= it->group.first_day ? ACT_REASON_IN_THE_PAST
                                                      : ACT_REASON_NONE;
    if (answer->reason)
        return true;
    if (!group_life_as_wanted(context, wanted->group_id, &it->wanted, &it->ask, error) ||
        !booking_load_calendar(context, wanted->group_id, today, &it->calendar, error))
        return false;
    it->ask.weekday = it->series.weekday;
    it->ask.starts_min = it->series.starts_min;
    it->ask.minutes = it->series.minutes;
    it->ask.meetings = it->series.chain.count;
    it->ask.earliest = wanted->earliest_day > today + POSTPONE_NOTICE ? wanted->earliest_day
                                                                      : today + POSTPONE_NOTICE;
    return true;
}

static bool postpone(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct group_act_wanted *wanted = message;
    struct postponing *it = ARENA_NEW(context->arena, struct postponing);

    if (!load_postponing(context, wanted, it, answer, error) || answer->reason)
        return answer->reason != ACT_REASON_NONE;
    if (!judge_series(context, wanted->group_id, it, &answer->reason, error))
        return false;
    if (answer->reason)
        return answer->reason == ACT_REASON_PAST_TERM ||
               find_way_out(context, wanted->group_id, it, answer, error);
    if (!group_life_rebook(context, wanted->group_id,
            wanted->reason ? cancel_reason_names[wanted->reason] : "postponed", &it->series,
            it->meetings, error))
        return false;
    const size_t count = it->ask.meetings, entry = (size_t)it->series.entry_meeting;
    scheduling_send_series_postponed(context,
        &(struct series_postponed){
            .group_id = wanted->group_id,
            .notice_id = wanted->act_id,
            .version = it->group.version + 2, /* postponed, and what it was again */
            .first_day = it->meetings[0].day,
            .last_day = it->meetings[count - 1].day,
            .entry_until = it->meetings[(entry < count ? entry : count) - 1].day,
        },
        1);
    scheduling_tell_catalogue(context, &wanted->group_id, sizeof wanted->group_id, 1);
    return group_life_tell_leaders(
        context, wanted->group_id, wanted->act_id, LEADER_PURPOSE_SERIES_CHANGED, error);
}

/* --- merge --- */

static bool takes_children(const struct life_group *group, int32_t today)
{
    return group_before_start(group->state) ||
           (group->state == GROUP_STATE_RUNNING && group->entry_until >= today);
}

static enum act_reason refuse_merge(const struct context *context,
    const struct group_act_wanted *wanted, const struct life_group *group,
    const struct life_group *into)
{
    if (!group->found || !into->found)
        return ACT_REASON_UNKNOWN;
    if (uuid_equal(wanted->group_id, wanted->into_id))
        return ACT_REASON_WRONG_INPUT;
    if (group->merging || into->merging ||
        !group_may_move(group->state, GROUP_STATE_MERGED, GROUP_ASKER_COORDINATOR) ||
        !takes_children(into, local_day(context->now_ms)))
        return ACT_REASON_NOT_NOW;
    if (group->situation != into->situation || !text_equal(group->language, into->language))
        return ACT_REASON_GROUP_DIFFERS;
    if (into->places - into->taken - into->offered < group->taken + group->offered)
        return ACT_REASON_NO_PLACE;
    return ACT_REASON_NONE;
}

/* Matching answers with merge_settled; until then the act is on its way. */
static bool merge(
    struct context *context, const struct group_act_wanted *wanted, struct error *error)
{
    const struct act act = {wanted->act_id, wanted->by, wanted->group_id, "group_act_wanted"};
    struct life_group group, into;
    enum act_reason reason;
    bool known;

    if (!act_known(context, wanted->act_id, &known, error) || known)
        return known;
    if (!group_life_load(context, wanted->group_id, &group, error) ||
        !group_life_load(context, wanted->into_id, &into, error))
        return false;
    reason = refuse_merge(context, wanted, &group, &into);
    if (reason)
        return act_refused(context, &act, reason, NULL, error);
    scheduling_send_merge_wanted(context,
        &(struct merge_wanted){wanted->act_id, wanted->group_id, wanted->into_id, wanted->by}, 1);
    return group_life_merging(context, wanted->group_id, wanted->into_id, error);
}

static bool give_up_merged(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct merge_settled *settled = message;
    bool ended;

    if (!group_life_end(context, settled->group_id, GROUP_STATE_MERGED, "merged", &ended, error))
        return false;
    if (!ended) {
        answer->reason = ACT_REASON_CHANGED_MEANWHILE;
        return true;
    }
    scheduling_send_group_merged(
        context, &(struct group_merged){settled->group_id, settled->into_id, context->now_ms}, 1);
    scheduling_tell_catalogue(context, &settled->group_id, sizeof settled->group_id, 1);
    return group_life_tell_leaders(
        context, settled->group_id, settled->act_id, LEADER_PURPOSE_GROUP_ENDED, error);
}

static enum act_reason reason_of_place(enum place_refusal refusal)
{
    if (refusal == PLACE_REFUSAL_FULL || refusal == PLACE_REFUSAL_PARENTS_FULL)
        return ACT_REASON_NO_PLACE;
    if (refusal == PLACE_REFUSAL_MUST_NOT_MEET)
        return ACT_REASON_MUST_NOT_MEET;
    if (refusal == PLACE_REFUSAL_GROUP_CLOSED || refusal == PLACE_REFUSAL_ENTRY_OVER)
        return ACT_REASON_NOT_NOW;
    if (refusal == PLACE_REFUSAL_NO_PLACE_BEFORE)
        return ACT_REASON_CHANGED_MEANWHILE;
    return ACT_REASON_CHILD_UNFIT;
}

bool scheduling_on_merge_settled(struct context *context, const struct merge_settled *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct merge_settled *settled = &messages[i];
        const struct act act = {
            settled->act_id, settled->by, settled->group_id, "group_act_wanted"};
        const char *way_out =
            settled->way_out.data
                ? arena_copy(context->arena, settled->way_out.data, settled->way_out.length)
                : NULL;

        if (!group_life_merging(context, settled->group_id, (struct uuid){{0}}, error))
            return false;
        if (settled->refusal
                ? !act_refused(context, &act, reason_of_place(settled->refusal), way_out, error)
                : !act_try(context, &act, give_up_merged, settled, NULL, error))
            return error_while(error, "merging two groups");
    }
    return true;
}

/* --- the desk's word --- */

static bool carry_out(
    struct context *context, const struct group_act_wanted *wanted, struct error *error)
{
    const struct act act = {wanted->act_id, wanted->by, wanted->group_id, "group_act_wanted"};

    switch (wanted->act) {
    case GROUP_ACT_MERGE:
        return merge(context, wanted, error);
    case GROUP_ACT_POSTPONE:
        return act_try(context, &act, postpone, wanted, NULL, error);
    case GROUP_ACT_CANCEL:
        return act_try(context, &act, cancel, wanted, NULL, error);
    case GROUP_ACT_NONE:
        break; /* the schema lets none through */
    }
    return true;
}

bool scheduling_on_group_act_wanted(struct context *context,
    const struct group_act_wanted *messages, struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++)
        if (!carry_out(context, &messages[i], error))
            return error_while(error, "an act on a group");
    return true;
}

/* --- few children --- */

bool group_life_ask_about_few(struct context *context, struct error *error)
{
    const struct uuid *groups;
    size_t count;

    if (!group_life_few(context, FEW_CHILDREN, &groups, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        scheduling_send_task_wanted(context,
            &(struct task_wanted){
                .task_id = uuid_new(context->now_ms),
                .referral_id = groups[i],
                .kind = TASK_KIND_FEW_CHILDREN,
                .due_at_ms = local_end_of_day_ms(
                    working_days_after(local_day(context->now_ms), FEW_DECIDE_DAYS, NULL)),
                .note = TEXT("Two children are left in a running group: decide how it goes on."),
                .about = TASK_ABOUT_GROUP,
            },
            1);
    return true;
}
