/*
 * Ideas: groups that a coordinator wishes for, which collect children, leaders and a room.
 *
 * Matching counts how many waiting children fit, again and again. A room and a time are booked as a
 * series as soon as they are decided, with the pair's evenings once there is a pair; with children
 * enough it is then a booked group like any other, and goes the usual way of offers. What cannot be
 * booked is refused whole, with the reason. Where the programme has a parents' group, its room is
 * booked with the children's, and both pairs' evenings once both are there.
 */
#include "services/scheduling/idea.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/group_life.h"
#include "services/scheduling/idea_store.h"
#include "services/scheduling/leaders.h"
#include "services/scheduling/series.h"

enum { COUNT_EVERY_MS = 10 * 60 * 1000 /* the waiting list moves slowly beside an idea */ };

static bool is_open(const struct idea *idea)
{
    return idea->found &&
           (idea->state == GROUP_STATE_IDEA || idea->state == GROUP_STATE_COLLECTING);
}

/* What is booked of it now: all who lead, or nobody yet. */
static struct group_wanted bookable(const struct idea *idea)
{
    struct group_wanted wanted = idea->wanted;

    if (!idea->staffed)
        wanted.leader_ids_count = 0;
    if (!idea->staffed || uuid_absent(wanted.parent_room_id))
        wanted.parent_leader_ids_count = 0;
    return wanted;
}

/* Books the series anew, with the pair when there is one. *refusal: nothing is booked, and why. */
static bool book_series(struct context *context, const struct idea *idea,
    enum booking_refusal *refusal, struct error *error)
{
    const struct group_wanted wanted = bookable(idea);
    const int32_t today = local_day(context->now_ms);
    const int32_t soonest = today + scheduling_notice_days();
    struct series_meeting meetings[SERIES_MEETINGS_MOST];
    struct series_calendar calendar;
    struct booking_facts facts = {0};
    struct booking_plan plan;
    struct group_booked booked;

    if (!idea_unroom(context, idea->wanted.group_id, error) ||
        !booking_load_calendar(context, (struct uuid){{0}}, today, &calendar, error) ||
        !booking_load_plans(context, &wanted, 1, today, &plan, error))
        return false;
    *refusal = !plan.programme.known ? BOOKING_REFUSAL_UNKNOWN_PROGRAMME : BOOKING_REFUSAL_NO_DATES;
    plan.ask.earliest = idea->wanted.earliest_day > soonest ? idea->wanted.earliest_day : soonest;
    if (!plan.programme.known || !plan.slot_known || !series_find(&calendar, &plan.ask, meetings))
        return true;
    facts.programme = plan.programme;
    facts.first_day = meetings[0].day;
    facts.last_day = meetings[plan.ask.meetings - 1].day;
    if (!booking_load_facts(context, &wanted, &facts, 1, error))
        return false;
    const struct booking_verdict verdict = booking_decide(&facts);
    *refusal = verdict.refusal;
    if (*refusal)
        return true;
    return booking_write(context, &(struct booking){&wanted, &plan, &facts, &verdict, meetings}, 1,
               &booked, refusal, error) &&
           idea_note_series(context, idea->wanted.group_id, BOOKING_REFUSAL_NONE, error);
}

/* With all three it is a group. */
static bool advance(struct context *context, struct uuid group_id, struct error *error)
{
    struct group_booked booked;
    struct idea idea;

    if (!idea_load(context, group_id, &idea, error))
        return false;
    if (!is_open(&idea) || !idea.staffed || !idea.roomed || idea.state != GROUP_STATE_COLLECTING ||
        (!idea.viable && !idea.theirs))
        return true;
    if (!idea_become_group(context, group_id, &booked, error))
        return false;
    context_audit(context, "scheduling", "idea_booked", group_id, NULL);
    scheduling_tell_catalogue(context, &group_id, sizeof group_id, 1);
    return leaders_say_booked(context, &booked, error);
}

static enum act_reason judge(const struct idea_wanted *wanted, const struct idea *before)
{
    if (before->found && !is_open(before))
        return ACT_REASON_NOT_NOW;
    if (wanted->age_from > wanted->age_to || wanted->slots == 0 || wanted->leader_ids_count == 1 ||
        uuid_absent(wanted->room_id) != (wanted->slot == INT_ABSENT) ||
        (wanted->intake == GROUP_INTAKE_QUOTA && wanted->quota == INT_ABSENT))
        return ACT_REASON_WRONG_INPUT;
    if (wanted->leader_ids_count == 2 && uuid_equal(wanted->leader_ids[0], wanted->leader_ids[1]))
        return ACT_REASON_LEADER_TWICE;
    if (wanted->parent_leader_ids_count == 2 &&
        uuid_equal(wanted->parent_leader_ids[0], wanted->parent_leader_ids[1]))
        return ACT_REASON_LEADER_TWICE;
    for (size_t i = 0; i < wanted->leader_ids_count; i++)
        for (size_t k = 0; k < wanted->parent_leader_ids_count; k++)
            if (uuid_equal(wanted->leader_ids[i], wanted->parent_leader_ids[k]))
                return ACT_REASON_LEADER_TWICE;
    return ACT_REASON_NONE;
}

/* What the programme says of a parents' group: with a room for the children goes one for them. */
static bool judge_parents(struct context *context, const struct idea_wanted *wanted,
    const struct idea *idea, struct act_answer *answer, struct error *error)
{
    char id[UUID_TEXT + 1];
    struct uuid room_id;

    if (idea->parents_never &&
        (!uuid_absent(wanted->parent_room_id) || wanted->parent_leader_ids_count > 0))
        answer->reason = ACT_REASON_WRONG_INPUT;
    if (!idea->parents_must || uuid_absent(wanted->room_id) || !uuid_absent(wanted->parent_room_id))
        return true;
    answer->reason = ACT_REASON_PARENT_GROUP_MISSING;
    if (!idea_find_parent_room(context, idea, &room_id, error))
        return false;
    uuid_format(room_id, id);
    if (!uuid_absent(room_id))
        answer->way_out = arena_format(context->arena, "parent_room=%s", id);
    return true;
}

static bool save(
    struct context *context, const void *message, struct act_answer *answer, struct error *error)
{
    const struct idea_wanted *wanted = message;
    enum booking_refusal refusal = BOOKING_REFUSAL_NONE;
    struct idea idea;
    bool known;

    if (!idea_load(context, wanted->group_id, &idea, error))
        return false;
    answer->reason = judge(wanted, &idea);
    if (answer->reason)
        return true;
    if (!idea_unroom(context, wanted->group_id, error) ||
        !idea_save(context, wanted, &known, error))
        return false;
    if (!known) {
        answer->reason = ACT_REASON_UNKNOWN;
        return true;
    }
    if (!idea_load(context, wanted->group_id, &idea, error) ||
        !judge_parents(context, wanted, &idea, answer, error))
        return false;
    if (answer->reason)
        return true;
    if (!uuid_absent(wanted->room_id) && !book_series(context, &idea, &refusal, error))
        return false;
    answer->reason = group_life_reason_of(refusal);
    return answer->reason || advance(context, wanted->group_id, error);
}

bool scheduling_on_idea_wanted(struct context *context, const struct idea_wanted *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
               context, "idea_wanted", save, ACTS(messages, group_id), slice->count, error) ||
           error_while(error, "an idea of a group");
}

/* A series that has come too near while children were few is booked anew, or given back. */
static bool renew(struct context *context, struct uuid group_id, struct error *error)
{
    const int32_t soonest = local_day(context->now_ms) + scheduling_notice_days();
    enum booking_refusal refusal;
    struct error why = {ERROR_NONE, ""};
    struct idea idea;

    if (!idea_load(context, group_id, &idea, error))
        return false;
    if (!is_open(&idea) || !idea.roomed || idea.first_day >= soonest)
        return true;
    if (!tx_savepoint(context->tx, error))
        return false;
    if (book_series(context, &idea, &refusal, &why) && !refusal)
        return true;
    if (!refusal) {
        if (error)
            *error = why;
        return false;
    }
    return tx_rollback_to_savepoint(context->tx, error) && idea_unroom(context, group_id, error) &&
           idea_note_series(context, group_id, refusal, error);
}

bool scheduling_on_idea_counted(struct context *context, const struct idea_counted *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++)
        if (!idea_note_count(context, &messages[i], error) ||
            !renew(context, messages[i].group_id, error) ||
            !advance(context, messages[i].group_id, error))
            return error_while(error, "counting children for an idea");
    return true;
}

bool idea_give_up(struct context *context, struct uuid group_id, const char *reason, bool *was_idea,
    struct error *error)
{
    struct idea idea;

    if (!idea_load(context, group_id, &idea, error))
        return false;
    *was_idea = is_open(&idea);
    return !*was_idea || idea_end(context, group_id, reason, error);
}

bool idea_ask_for_counts(struct context *context, struct error *error)
{
    const struct idea_count_wanted *ideas;
    size_t count;

    if (!idea_take_uncounted(context, context->now_ms - COUNT_EVERY_MS, &ideas, &count, error))
        return false;
    scheduling_send_idea_count_wanted(context, ideas, count);
    return true;
}
