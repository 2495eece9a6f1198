/* An act is tried under a savepoint: what the constraints of the database refuse is an answer. */
#include "services/scheduling/act.h"

#include <string.h>

#include "common/check.h"

enum act_reason act_reason_of_conflict(const struct error *error)
{
    static const struct {
        const char *constraint;
        enum act_reason reason;
    } known[] = {
        {"room_booking_once", ACT_REASON_ROOM_TAKEN},
        {"leader_booking_once", ACT_REASON_LEADER_TAKEN},
        {"leader_booking_travel", ACT_REASON_LEADER_TRAVELS},
        {"leader_booking_contract", ACT_REASON_LEADER_CONTRACT},
        {"leader_booking_trained", ACT_REASON_LEADER_UNTRAINED},
        {"leader_booking_away", ACT_REASON_LEADER_ABSENT},
        {"leader_booking_conflict", ACT_REASON_CONFLICT_OF_INTEREST},
        {"leader_hours_released", ACT_REASON_LEADER_FULL},
        {"leader_pair_experienced", ACT_REASON_PAIR_INEXPERIENCED},
        {"leader_pair_employers", ACT_REASON_PAIR_OF_ONE_EMPLOYER},
        {"group_leader_level", ACT_REASON_LEADER_UNTRAINED},
        {"group_leader_experienced", ACT_REASON_PAIR_INEXPERIENCED},
        {"group_leader_of_parents", ACT_REASON_PAIR_OF_PARENTS},
        {"leader_contract_booked", ACT_REASON_LEADER_BOOKED},
        {"leader_training_booked", ACT_REASON_LEADER_BOOKED},
        {"leader_release_booked", ACT_REASON_LEADER_BOOKED},
        {"meeting_once_a_day", ACT_REASON_DAY_TAKEN},
        {"meeting_on_school_days", ACT_REASON_SCHOOL_BREAK},
        {"week_off_has_meetings", ACT_REASON_DAY_TAKEN},
        {"meeting_over", ACT_REASON_MEETING_BEGUN},
        {"groups_fit_room", ACT_REASON_ROOM_TOO_SMALL},
        {"group_leader_level", ACT_REASON_LEADER_UNTRAINED},
        {"groups_after_board", ACT_REASON_BOARD_MISSING},
        {"talks_one_a_child", ACT_REASON_TALKS_ALREADY},
        {"parent_roster_never_meet", ACT_REASON_MUST_NOT_MEET},
        {"parent_roster_parent_group", ACT_REASON_NO_PARENT_GROUP},
        {"parent_roster_fits_room", ACT_REASON_ROOM_TOO_SMALL},
        {"supervision_member_once", ACT_REASON_SUPERVISED_ALREADY},
        {"supervision_capacity", ACT_REASON_NO_PLACE},
        {"supervision_untied", ACT_REASON_SUPERVISION_TIE},
        {"supervision_meeting_once_a_day", ACT_REASON_DAY_TAKEN},
        {"parent_roster_of_the_child", ACT_REASON_CHANGED_MEANWHILE},
        {"before_start_time_working_day", ACT_REASON_PUBLIC_HOLIDAY},
        {"before_start_time_before_start", ACT_REASON_NOT_NOW},
    };

    if (error->kind != ERROR_CONFLICT)
        return ACT_REASON_NONE;
    for (size_t i = 0; i < COUNT(known); i++)
        if (strstr(error->text, known[i].constraint))
            return known[i].reason;
    return ACT_REASON_NONE;
}

/* Whether the step and its row are written; a constraint's no becomes *answer. */
static bool attempt(struct context *context, const struct act *act, act_step *step,
    const void *message, struct act_answer *answer, struct error *error)
{
    struct error why = {ERROR_NONE, ""};

    if (step(context, message, answer, &why) && (answer->reason || act_done(context, act, &why)))
        return true;
    answer->reason = act_reason_of_conflict(&why);
    if (!answer->reason && error)
        *error = why;
    return answer->reason != ACT_REASON_NONE;
}

bool act_try(struct context *context, const struct act *act, act_step *step, const void *message,
    struct act_answer *answer, struct error *error)
{
    struct act_answer own = {ACT_REASON_NONE, NULL}, *given = answer ? answer : &own;
    bool known;

    *given = own;
    if (!act_known(context, act->act_id, &known, error))
        return false;
    if (known)
        return true;
    const struct context_mark *mark = context_mark(context);
    if (!tx_savepoint(context->tx, error) || !attempt(context, act, step, message, given, error))
        return error_while(error, "the act %s", act->kind);
    if (given->reason == ACT_REASON_NONE)
        return true;
    context_take_back(context, mark);
    return tx_rollback_to_savepoint(context->tx, error) &&
           act_refused(context, act, given->reason, given->way_out, error);
}

static struct uuid id_at(const void *message, size_t offset)
{
    struct uuid id;

    memcpy(&id, (const char *)message + offset, sizeof id);
    return id;
}

bool act_try_each(struct context *context, const char *kind, act_step *step, const void *messages,
    size_t stride, const struct act_place *place, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const void *message = (const char *)messages + i * stride;
        const struct act act = {id_at(message, place->act_id), id_at(message, place->by),
            id_at(message, place->about), kind};
        if (!act_try(context, &act, step, message, NULL, error))
            return false;
    }
    return true;
}
