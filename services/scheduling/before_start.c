/*
 * Meetings before the start: a family that said yes meets both leaders, and the child decides.
 *
 * The leaders give times; each holds them and the room from then on. The family chooses one by its
 * link and may change until the day before; when none fits, a person calls. The outcome that a
 * leader notes goes to matching, which alone says what becomes of the place. A child that did not
 * come keeps its place: somebody calls, and it chooses again.
 */
#include "services/scheduling/before_start.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/before_start_store.h"

enum {
    CALL_DAYS = 2 /* working days in which a person does what is asked */,
    LOST_MOST = 100 /* times in one look: the next period takes the next */
};

/* --- who is told --- */

bool before_start_settle(
    struct context *context, const struct uuid *groups, size_t count, struct error *error)
{
    const struct before_start_told *told;
    const struct before_start_asked *asked;
    size_t told_count, asked_count;

    if (!before_start_tell(context, groups, count, &told, &told_count, error) ||
        !before_start_timeless(context, groups, count, &asked, &asked_count, error))
        return error_while(error, "telling of times before the start");
    for (size_t i = 0; i < told_count; i++)
        scheduling_send_family_told(context,
            &(struct family_told){.notice_id = uuid_new(context->now_ms),
                .referral_id = told[i].referral_id,
                .purpose = PURPOSE_BEFORE_START,
                .group_id = told[i].group_id,
                .about = told[i].offer_id,
                .until_day = told[i].until_day},
            1);
    /* The group is the event: a leader is asked once, however many families say yes. */
    for (size_t i = 0; i < asked_count; i++)
        scheduling_send_leader_told(context,
            &(struct leader_told){.notice_id = asked[i].group_id,
                .leader_id = asked[i].leader_id,
                .purpose = LEADER_PURPOSE_BEFORE_START,
                .group_id = asked[i].group_id,
                .until_day = DAY_ABSENT},
            1);
    return true;
}

/* A time has been booked: the family and both leaders are told, each by a letter with a link. */
static bool tell_booked(
    struct context *context, const struct before_start_row *row, struct error *error)
{
    const struct uuid notice = uuid_new(context->now_ms);
    const struct uuid *leaders;
    size_t count;

    if (!before_start_leaders(context, row->group_id, &leaders, &count, error))
        return false;
    scheduling_send_family_told(context,
        &(struct family_told){.notice_id = notice,
            .referral_id = row->referral_id,
            .purpose = PURPOSE_BEFORE_START_BOOKED,
            .group_id = row->group_id,
            .about = row->offer_id,
            .until_day = DAY_ABSENT},
        1);
    for (size_t i = 0; i < count; i++)
        scheduling_send_leader_told(context,
            &(struct leader_told){.notice_id = notice,
                .leader_id = leaders[i],
                .purpose = LEADER_PURPOSE_BEFORE_START,
                .group_id = row->group_id,
                .until_day = DAY_ABSENT},
            1);
    return true;
}

static void ask_person(
    struct context *context, enum task_kind kind, struct uuid referral_id, const char *note)
{
    const struct task_wanted task = {
        .task_id = uuid_new(context->now_ms),
        .referral_id = referral_id,
        .kind = kind,
        .due_at_ms = local_end_of_day_ms(
            working_days_after(local_day(context->now_ms), CALL_DAYS, context->quiet)),
        .note = text_of(note),
    };

    scheduling_send_task_wanted(context, &task, 1);
}

/* --- families --- */

bool scheduling_on_before_start_wanted(struct context *context,
    const struct before_start_wanted *messages, struct slice *slice, struct error *error)
{
    struct uuid *groups = ARENA_ARRAY(context->arena, struct uuid, slice->count);

    for (size_t i = 0; i < slice->count; i++)
        groups[i] = messages[i].group_id;
    return before_start_add(context, messages, slice->count, error) &&
           before_start_settle(context, groups, slice->count, error);
}

bool before_start_released(struct context *context, const struct place_released *messages,
    size_t count, struct error *error)
{
    return before_start_release(context, messages, count, error) ||
           error_while(error, "freeing meetings before the start");
}

/* Books a time and says so; the one the family had is free for others. */
static bool book(struct context *context, const struct before_start_row *row, struct uuid time_id,
    struct uuid choice_id, struct error *error)
{
    const struct before_start_set_row booked = {row->referral_id, row->group_id, time_id, choice_id,
        "booked", uuid_absent(choice_id) ? NULL : "booked"};

    return before_start_write(context, &booked, error) && tell_booked(context, row, error) &&
           before_start_settle(context, &row->group_id, 1, error);
}

static bool answer_choice(struct context *context, const struct before_start_chosen *message,
    const struct before_start_row *row, struct error *error)
{
    struct before_start_set_row end = {
        row->referral_id, row->group_id, {{0}}, message->choice_id, NULL, NULL};

    switch (before_start_choose(&row->choice, local_day(context->now_ms))) {
    case BEFORE_START_BOOKED:
        return book(context, row, message->time_id, message->choice_id, error);
    case BEFORE_START_KEPT:
        end.choice_end = "booked";
        return before_start_write(context, &end, error);
    case BEFORE_START_NONE_FITS:
        end.state = end.choice_end = "none_fits";
        ask_person(context, TASK_KIND_CALL_FAMILY, row->referral_id,
            "None of the times for the meeting before the start fits: find one together.");
        return before_start_write(context, &end, error) &&
               before_start_settle(context, &row->group_id, 1, error);
    case BEFORE_START_TAKEN:
        end.choice_end = "taken";
        return before_start_write(context, &end, error);
    case BEFORE_START_TOO_LATE:
        end.choice_end = "too_late";
        return before_start_write(context, &end, error);
    case BEFORE_START_OVER:
        return true;
    }
    check_failed("a choice has one of these ends", __FILE__, __LINE__);
}

/* Three fields, each a booking of its own; what is not asked for any more stays for a person. */
static bool want_interpreters(struct context *context, const struct before_start_chosen *message,
    const struct before_start_row *row, struct error *error)
{
    const struct interpreter_row wanted[] = {
        {row->referral_id, row->group_id, {{0}}, INTERPRETER_PART_CHILD, message->child_language,
            INTERPRETER_STATE_WANTED},
        {row->referral_id, row->group_id, {{0}}, INTERPRETER_PART_GUARDIAN,
            message->guardian_language, INTERPRETER_STATE_WANTED},
        {row->referral_id, row->group_id, {{0}}, INTERPRETER_PART_SIGN, {NULL, 0},
            INTERPRETER_STATE_WANTED},
    };
    bool any = false;

    for (size_t i = 0; i < COUNT(wanted); i++) {
        const bool asked = wanted[i].part == INTERPRETER_PART_SIGN ? message->sign_language
                                                                   : wanted[i].language.length > 0;
        bool fresh = false;
        if (asked && !before_start_want_interpreter(context, &wanted[i], &fresh, error))
            return false;
        any = any || fresh;
    }
    if (any)
        ask_person(context, TASK_KIND_INTERPRETER, row->referral_id,
            "The group's page before the start says for whom, and into which language.");
    return true;
}

bool scheduling_on_before_start_chosen(struct context *context,
    const struct before_start_chosen *messages, struct slice *slice, struct error *error)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct before_start_chosen *message = &messages[i];
        struct before_start_row row;

        if (!before_start_load(
                context, message->offer_id, message->time_id, message->choice_id, &row, error))
            return false;
        if (!row.found) {
            slice_retry(slice, i, 100, "the family's wish to meet is on its way");
            continue;
        }
        if ((row.choice.open && !row.choice.same &&
                !want_interpreters(context, message, &row, error)) ||
            !answer_choice(context, message, &row, error))
            return error_while(error, "a family's choice of a time");
    }
    return true;
}

/* --- acts of staff --- */

static bool refuse(struct act_answer *answer, enum act_reason reason, const char *way_out)
{
    *answer = (struct act_answer){reason, way_out};
    return true;
}

static const char *day_words(struct context *context, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    return arena_format(context->arena, "day=%s", text);
}

/* The first of the times that cannot be, if any. */
static enum act_reason refuse_times(struct context *context,
    const struct before_start_given *message, const struct before_start_group *group,
    const char **way_out)
{
    const int32_t last = group->running ? group->last_entry : group->first_day - 1;

    for (size_t i = 0; i < message->starts_at_ms_count; i++) {
        const int32_t day = local_day(message->starts_at_ms[i]);
        if (message->starts_at_ms[i] <= context->now_ms)
            return ACT_REASON_IN_THE_PAST;
        if (holiday_on(day).kind == HOLIDAY_PUBLIC)
            return ACT_REASON_PUBLIC_HOLIDAY;
        if (day > last) {
            *way_out = day_words(context, last);
            return ACT_REASON_NOT_NOW;
        }
    }
    return ACT_REASON_NONE;
}

static bool give_step(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct before_start_given *message = data;
    struct before_start_group group;
    const char *way_out = NULL;
    struct uuid room;

    if (!before_start_load_group(context, message->group_id, message->room_id, &group, error))
        return false;
    if (!group.known)
        return refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (!group.lives || !group.meets)
        return refuse(answer, ACT_REASON_NOT_NOW, NULL);
    if (uuid_absent(group.room_id))
        return refuse(answer, ACT_REASON_ROOM_ELSEWHERE, NULL);
    const enum act_reason wrong = refuse_times(context, message, &group, &way_out);
    if (wrong)
        return refuse(answer, wrong, way_out);
    const struct before_start_times times = {message->group_id, group.room_id, group.site_id,
        message->by, message->starts_at_ms, message->starts_at_ms_count, message->minutes};
    if (!before_start_free_room(context, &times, &room, error))
        return false;
    if (!uuid_equal(room, group.room_id)) {
        char id[UUID_TEXT + 1];
        uuid_format(room, id);
        return refuse(answer, ACT_REASON_ROOM_TAKEN,
            uuid_absent(room) ? NULL : arena_format(context->arena, "room=%s", id));
    }
    return before_start_give(context, &times, error) &&
           before_start_settle(context, &message->group_id, 1, error);
}

static bool free_row(
    struct context *context, const struct before_start_row *row, struct error *error)
{
    const struct before_start_set_row freed = {
        row->referral_id, row->group_id, {{0}}, {{0}}, "wanted", NULL};

    return before_start_write(context, &freed, error) &&
           before_start_settle(context, &row->group_id, 1, error);
}

static bool tell_of_loss(
    struct context *context, const struct before_start_lost *lost, struct error *error)
{
    struct before_start_row row;

    if (!before_start_load(
            context, lost->offer_id, (struct uuid){{0}}, (struct uuid){{0}}, &row, error))
        return false;
    const struct before_start_set_row freed = {
        row.referral_id, row.group_id, {{0}}, {{0}}, "wanted", NULL};
    ask_person(context, TASK_KIND_CALL_FAMILY, row.referral_id,
        "A leader cannot keep the time for the meeting before the start: tell the family, find "
        "another.");
    return before_start_write(context, &freed, error);
}

/* The time is taken back before the family is told of the others. */
static bool lose(struct context *context, const struct before_start_lost *lost, struct error *error)
{
    bool done;

    return (uuid_absent(lost->offer_id) || tell_of_loss(context, lost, error)) &&
           before_start_take_back(context, lost->group_id, lost->time_id, &done, error) &&
           before_start_settle(context, &lost->group_id, 1, error);
}

bool before_start_look_at_leaders(struct context *context, struct error *error)
{
    const struct before_start_lost *lost;
    size_t count;

    if (!before_start_lost_times(
            context, local_day(context->now_ms), LOST_MOST, &lost, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!lose(context, &lost[i], error))
            return error_while(error, "taking back times that a leader cannot keep");
    return true;
}

static bool set_step(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct before_start_set *message = data;
    struct before_start_row row;
    bool done;

    if (message->change == BEFORE_START_CHANGE_TAKE_BACK)
        return before_start_take_back(context, message->group_id, message->time_id, &done, error) &&
               (done || refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL));
    if (!before_start_load(
            context, message->offer_id, message->time_id, (struct uuid){{0}}, &row, error))
        return false;
    if (!row.found || !row.choice.open || !uuid_equal(row.group_id, message->group_id))
        return refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL);
    if (message->change == BEFORE_START_CHANGE_FREE)
        return free_row(context, &row, error);
    /* Staff have spoken with the family: a time of today is not too late. */
    if (row.choice.none ||
        before_start_choose(&row.choice, local_day(context->now_ms) - 1) != BEFORE_START_BOOKED)
        return refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL);
    return book(context, &row, message->time_id, (struct uuid){{0}}, error);
}

static bool note_step(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct before_start_noted *message = data;
    const int32_t today = local_day(context->now_ms);
    struct before_start_row row;

    if (!before_start_load(
            context, message->offer_id, (struct uuid){{0}}, (struct uuid){{0}}, &row, error))
        return false;
    if (!row.found || !uuid_equal(row.group_id, message->group_id))
        return refuse(answer, ACT_REASON_UNKNOWN, NULL);
    const enum act_reason wrong =
        before_start_refuse(message->outcome, row.choice.open, row.choice.own_day, today);
    if (wrong)
        return refuse(answer, wrong,
            row.choice.own_day > today ? day_words(context, row.choice.own_day) : NULL);
    if (message->outcome == BEFORE_START_OUTCOME_NOT_COME) {
        ask_person(context, TASK_KIND_CALL_FAMILY, row.referral_id,
            "They did not come to the meeting before the start: ask how they are, find a new "
            "time.");
        return free_row(context, &row, error);
    }
    scheduling_send_before_start_ended(context,
        &(struct before_start_ended){row.referral_id, row.group_id, message->offer_id,
            message->outcome, message->ask_again_day},
        1);
    return before_start_end(context, message, error);
}

static bool interpreter_step(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct interpreter_noted *message = data;
    const bool sign = message->part == INTERPRETER_PART_SIGN;
    struct before_start_row row;

    if (!before_start_load(
            context, message->offer_id, (struct uuid){{0}}, (struct uuid){{0}}, &row, error))
        return false;
    if (!row.found || !uuid_equal(row.group_id, message->group_id))
        return refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (sign == (message->language.length > 0))
        return refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
    return before_start_note_interpreter(context,
        &(struct interpreter_row){row.referral_id, row.group_id, message->by, message->part,
            sign ? (struct text){NULL, 0} : message->language, message->state},
        error);
}

bool scheduling_on_before_start_given(struct context *context,
    const struct before_start_given *messages, struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "before_start_given", give_step, ACTS(messages, group_id), slice->count, error);
}

bool scheduling_on_before_start_set(struct context *context,
    const struct before_start_set *messages, struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "before_start_set", set_step, ACTS(messages, group_id), slice->count, error);
}

bool scheduling_on_before_start_noted(struct context *context,
    const struct before_start_noted *messages, struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "before_start_noted", note_step, ACTS(messages, group_id), slice->count, error);
}

bool scheduling_on_interpreter_noted(struct context *context,
    const struct interpreter_noted *messages, struct slice *slice, struct error *error)
{
    return act_try_each(context, "interpreter_noted", interpreter_step, ACTS(messages, group_id),
        slice->count, error);
}
