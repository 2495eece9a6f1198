/*
 * The leaders' register: what a coordinator says of them, conflicts of interest, what ends soon.
 *
 * Each act is tried as act.h says. What bookings stand on is not cut away: whoever wants a contract
 * to end earlier is told the last day that is booked, and reports an absence from that day first,
 * so that somebody else is found for what is left.
 */
#include "services/scheduling/leaders.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/group_life.h"
#include "services/scheduling/leaders_store.h"
#include "services/scheduling/scheduling_store.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

enum {
    ASK_DAYS = 2,     /* a leader's conflicts are asked for within, or the coordinator is late */
    ENDING_DAYS = 14, /* to talk with the leader and the manager */
};

static bool refuse(struct act_answer *answer, enum act_reason reason, const char *way_out)
{
    answer->reason = reason;
    answer->way_out = way_out;
    return true;
}

static const char *day_way(struct context *context, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    return arena_format(context->arena, "day=%s", text);
}

static bool try_act(struct context *context, const struct act *act, act_step *step,
    const void *message, struct error *error)
{
    return act_try(context, act, step, message, NULL, error);
}

/* --- the register --- */

static bool keep_leader(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct leader_kept *message = data;
    struct leader_booked booked;

    if (message->contract_until < message->contract_from)
        return refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
    if (!leaders_find_booked(context, message->leader_id, &booked, error))
        return false;
    if (booked.last_day != DAY_ABSENT) {
        if (!message->active || booked.last_day > message->contract_until)
            return refuse(answer, ACT_REASON_LEADER_BOOKED, day_way(context, booked.last_day));
        if (booked.first_day < message->contract_from)
            return refuse(answer, ACT_REASON_LEADER_BOOKED, day_way(context, booked.first_day));
    }
    return leaders_keep(context, message, error);
}

bool scheduling_on_leader_kept(struct context *context, const struct leader_kept *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct leader_kept *message = &messages[i];
        const struct act act = {message->act_id, message->by, message->leader_id, "leader_kept"};
        if (!try_act(context, &act, keep_leader, message, error))
            return false;
    }
    return true;
}

static bool keep_training(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct training_kept *message = data;
    const bool ends = message->valid_until != DAY_ABSENT;
    struct leader_booked booked;
    int32_t needed = DAY_ABSENT;

    if (ends && message->valid_until < message->valid_from)
        return refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
    if (!leaders_find_booked(context, message->leader_id, &booked, error) ||
        !leaders_find_trained_until(context, message, &needed, error))
        return false;
    if (!booked.known)
        return refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (ends && needed != DAY_ABSENT && needed > message->valid_until)
        return refuse(answer, ACT_REASON_LEADER_BOOKED, day_way(context, needed));
    return leaders_keep_training(context, message, error);
}

bool scheduling_on_training_kept(struct context *context, const struct training_kept *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct training_kept *message = &messages[i];
        const struct act act = {message->act_id, message->by, message->leader_id, "training_kept"};
        if (!try_act(context, &act, keep_training, message, error))
            return false;
    }
    return true;
}

static bool keep_release(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct release_kept *message = data;
    struct leader_booked booked;
    struct release_need need;

    if (!leaders_find_booked(context, message->leader_id, &booked, error) ||
        !leaders_find_release_need(context, message, &need, error))
        return false;
    if (!booked.known || !need.term_known)
        return refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (need.hours > message->hours_week)
        return refuse(answer, ACT_REASON_LEADER_BOOKED,
            arena_format(context->arena, "hours=%d", (int)need.hours));
    return leaders_keep_release(context, message, error);
}

bool scheduling_on_release_kept(struct context *context, const struct release_kept *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct release_kept *message = &messages[i];
        const struct act act = {message->act_id, message->by, message->leader_id, "release_kept"};
        if (!try_act(context, &act, keep_release, message, error))
            return false;
    }
    return true;
}

/* --- conflicts of interest --- */

/* Matching may offer its places, and the leaders are told that it is theirs. */
static bool say_booked(
    struct context *context, const struct group_booked *booked, struct error *error)
{
    scheduling_send_group_booked(context, booked, 1);
    return group_life_tell_leaders(
        context, booked->group_id, booked->group_id, LEADER_PURPOSE_GROUP_GIVEN, error);
}

/* A person asks the leaders first. */
static bool hold_booked(
    struct context *context, const struct group_booked *booked, struct error *error)
{
    const struct task_wanted task = {.task_id = uuid_new(context->now_ms),
        .referral_id = booked->group_id,
        .about = TASK_ABOUT_GROUP,
        .kind = TASK_KIND_ASK_CONFLICTS,
        .due_at_ms = context->now_ms + ASK_DAYS * DAY_MS};

    scheduling_send_task_wanted(context, &task, 1);
    return leaders_hold_booking(context, booked->group_id, error);
}

bool leaders_say_booked(
    struct context *context, const struct group_booked *booked, struct error *error)
{
    return leader_settings()->conflicts_first ? hold_booked(context, booked, error)
                                              : say_booked(context, booked, error);
}

bool leaders_say_booked_to(struct context *context, const struct group_booked *booked,
    const struct uuid *leaders, size_t count, struct error *error)
{
    if (leader_settings()->conflicts_first)
        return hold_booked(context, booked, error);
    scheduling_send_group_booked(context, booked, 1);
    group_life_tell(
        context, booked->group_id, booked->group_id, LEADER_PURPOSE_GROUP_GIVEN, leaders, count);
    return true;
}

static bool tell_if_all_clear(struct context *context, struct uuid group_id, struct error *error)
{
    struct group_booked booked;
    bool told;

    if (!leaders_release_booking(context, group_id, &booked, &told, error))
        return false;
    return !told || say_booked(context, &booked, error);
}

/* Nothing has been offered yet: matching looks for another pair, and knows of the conflict. */
static bool give_back(struct context *context, struct uuid group_id, struct error *error)
{
    static const char why[] = "a leader knows a child of the group";
    const struct group_refused refused = {group_id, BOOKING_REFUSAL_LEADER_CONFLICT, text_of(why)};
    const struct uuid *ended;
    size_t count;

    if (!leaders_drop_booking(context, group_id, error) ||
        !scheduling_cancel_groups(context, &group_id, 1, why, &ended, &count, error))
        return false;
    scheduling_send_group_refused(context, &refused, 1);
    return true;
}

static bool part(struct context *context, const struct conflict_told *message,
    const struct conflict_place *place, struct error *error)
{
    const struct uuid *groups;
    size_t count;

    if (!leaders_add_conflict(context, message, error) ||
        !leaders_conflicting_groups(context, message, &groups, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        const bool held = place->held && uuid_equal(groups[i], message->group_id);
        if (held ? !give_back(context, groups[i], error)
                 : !substitutes_replace(context, groups[i], message->leader_id, error))
            return false;
    }
    return true;
}

static bool tell_conflict(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct conflict_told *message = data;
    struct conflict_place place;

    if (!leaders_find_conflict_place(context, message, &place, error))
        return false;
    if (!place.leads)
        return refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL);
    if (!uuid_absent(message->referral_id))
        return part(context, message, &place, error);
    return leaders_clear(context, message, error) &&
           tell_if_all_clear(context, message->group_id, error);
}

bool scheduling_on_conflict_told(struct context *context, const struct conflict_told *messages,
    struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct conflict_told *message = &messages[i];
        const struct act act = {message->act_id, message->by, message->leader_id, "conflict_told"};
        if (!try_act(context, &act, tell_conflict, message, error))
            return false;
    }
    return true;
}

/* --- what ends soon --- */

static void say_ending(struct context *context, const struct leader_ending *ending)
{
    char day[DATE_TEXT + 1];

    date_format(ending->ends_on, day);
    const int64_t end_ms = local_to_utc_ms(ending->ends_on, 0);
    const int64_t soon_ms = context->now_ms + ENDING_DAYS * DAY_MS;
    const int64_t due_ms = end_ms < soon_ms ? end_ms : soon_ms;
    const struct task_wanted task = {.task_id = uuid_new(context->now_ms),
        .referral_id = ending->leader_id,
        .about = TASK_ABOUT_LEADER,
        .kind = ending->training ? TASK_KIND_TRAINING_ENDS : TASK_KIND_CONTRACT_ENDS,
        .due_at_ms = due_ms,
        .note =
            text_of(ending->training ? arena_format(context->arena, "day=%s situation=%.*s", day,
                                           (int)ending->situation.length, ending->situation.data)
                                     : arena_format(context->arena, "day=%s", day))};
    const struct leader_told told = {.notice_id = uuid_new(context->now_ms),
        .leader_id = ending->leader_id,
        .purpose = LEADER_PURPOSE_TRAINING_ENDS, /* its words are about both */
        .until_day = ending->ends_on};

    scheduling_send_task_wanted(context, &task, 1);
    scheduling_send_leader_told(context, &told, 1);
}

bool leaders_look(struct context *context, struct error *error)
{
    const int32_t today = local_day(context->now_ms);
    const int32_t until = today + (int32_t)(leader_settings()->warn_ms / DAY_MS);
    const struct leader_ending *endings;
    size_t count;

    if (!leaders_note_experience(context, error) ||
        !leaders_take_endings(context, today, until, &endings, &count, error))
        return error_while(error, "looking at the leaders");
    for (size_t i = 0; i < count; i++)
        say_ending(context, &endings[i]);
    return true;
}
