/*
 * The steps to each group's start, kept by a rhythm: reckoned when a group is booked or its first
 * meeting moves, done when the facts say so, and told of once when they are late.
 *
 * Which day a step has and what makes it done is core/before_start.c's. A step that is late is a
 * task about the group; one that is the leaders' is told to both of them too.
 */
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/before_start.h"
#include "services/scheduling/before_start_steps_store.h"
#include "services/scheduling/before_start_store.h"

enum { GROUPS_MOST = 1000 /* a look: a city of a million has some 150 before their start */ };

/* A first meeting that has moved leaves the days from today. */
static size_t steps_of(const struct steps_group *group, const struct before_start_weeks *weeks,
    const struct quiet_periods *quiet, int32_t today, struct step_row steps[static STEP_COUNT])
{
    const int32_t from = group->reckoned_from == DAY_ABSENT ? group->booked_day : today;
    struct milestone milestones[STEP_COUNT];
    const size_t count =
        before_start_calendar(from, group->first_day, weeks, group->meets, quiet, milestones);

    for (size_t i = 0; i < count; i++)
        steps[i] = (struct step_row){
            .group_id = group->group_id,
            .step = text_of(before_start_step_name(milestones[i].step)),
            .owner = milestones[i].leaders ? TEXT("leaders") : TEXT("coordinator"),
            .due_day = milestones[i].due_day,
            .first_day = group->first_day,
            .compressed = milestones[i].compressed,
            .done = before_start_done(milestones[i].step, &group->facts),
        };
    return count;
}

static bool keep_steps(struct context *context, const struct before_start_weeks *weeks,
    const struct steps_group *groups, size_t count, struct error *error)
{
    const int32_t today = local_day(context->now_ms);
    struct step_row *all = ARENA_ARRAY(context->arena, struct step_row, count * STEP_COUNT);
    struct step_row *anew = ARENA_ARRAY(context->arena, struct step_row, count * STEP_COUNT);
    size_t step_count = 0, anew_count = 0;

    for (size_t i = 0; i < count; i++) {
        const size_t made = steps_of(&groups[i], weeks, context->quiet, today, &all[step_count]);
        for (size_t k = 0; groups[i].reckoned_from != groups[i].first_day && k < made; k++)
            anew[anew_count++] = all[step_count + k];
        step_count += made;
    }
    return before_start_put_steps(context, anew, anew_count, error) &&
           before_start_note_done(context, all, step_count, error);
}

static bool tell_owner(struct context *context, const struct step_row *step, struct error *error)
{
    char day[DATE_TEXT + 1];
    const struct uuid *leaders;
    size_t count;

    date_format(step->due_day, day);
    const struct task_wanted task = {
        .task_id = uuid_new(context->now_ms),
        .referral_id = step->group_id,
        .kind = TASK_KIND_START_STEP,
        .due_at_ms = local_end_of_day_ms(local_day(context->now_ms)),
        .note = text_of(arena_format(context->arena,
            "step=%s: it was due on %s; the group's page tells what is missing.", step->step.data,
            day)),
        .about = TASK_ABOUT_GROUP,
    };
    scheduling_send_task_wanted(context, &task, 1);
    if (!text_is(step->owner, "leaders"))
        return true;
    if (!before_start_leaders(context, step->group_id, &leaders, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        scheduling_send_leader_told(context,
            &(struct leader_told){.notice_id = task.task_id,
                .leader_id = leaders[i],
                .purpose = LEADER_PURPOSE_BEFORE_START,
                .group_id = step->group_id,
                .until_day = DAY_ABSENT},
            1);
    return true;
}

bool before_start_look(
    struct context *context, const struct before_start_weeks *weeks, struct error *error)
{
    const int32_t today = local_day(context->now_ms);
    const struct steps_group *groups;
    const struct step_row *late;
    size_t count, late_count;

    if (!before_start_load_groups(context, today, GROUPS_MOST, &groups, &count, error) ||
        !keep_steps(context, weeks, groups, count, error) ||
        !before_start_breach(context, today, &late, &late_count, error))
        return error_while(error, "the steps to a start");
    for (size_t i = 0; i < late_count; i++)
        if (!tell_owner(context, &late[i], error))
            return false;
    return true;
}
