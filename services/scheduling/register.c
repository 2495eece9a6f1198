/*
 * The register of rooms, and drafts of programmes: what a coordinator writes in.
 *
 * What is booked in a room is not cut away under it: whoever makes a room smaller, or closes it
 * earlier, is told the group that stands in the way and moves it first.
 */
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "common/domain/opening.h"
#include "scheduling_port.h"
#include "services/scheduling/act.h"
#include "services/scheduling/register_store.h"

enum { OPENINGS_MOST = 42 }; /* six a day, as the message has it */

static bool refuse(struct act_answer *answer, enum act_reason reason, const char *way_out)
{
    answer->reason = reason;
    answer->way_out = way_out;
    return true;
}

static bool good_hours(const struct room_kept *message)
{
    struct opening openings[OPENINGS_MOST];

    for (size_t i = 0; i < message->hours_count; i++)
        if (i == OPENINGS_MOST || !opening_parse(message->hours[i], &openings[i]))
            return false;
    return openings_apart(openings, message->hours_count);
}

static const char *way(struct context *context, const struct room_in_the_way *found)
{
    char group[UUID_TEXT + 1], day[DATE_TEXT + 1] = "";

    uuid_format(found->group_id, group);
    if (found->day == DAY_ABSENT)
        return arena_format(context->arena, "group=%s", group);
    date_format(found->day, day);
    return arena_format(context->arena, "group=%s day=%s", group, day);
}

static bool keep_room(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct room_kept *message = data;
    const bool new_house = message->house.length > 0;
    struct room_facts facts;

    if (!good_hours(message) ||
        (new_house && (!message->district.length || !message->discretion ||
                          (message->discretion == DISCRETION_SECRET && !message->withheld))))
        return refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
    if (!register_look_room(context, message, &facts, error))
        return false;
    if ((!new_house && !facts.house_known) || (new_house && !facts.district_known))
        return refuse(answer, ACT_REASON_UNKNOWN, NULL);
    if (facts.name_taken || (new_house && facts.house_named))
        return refuse(answer, ACT_REASON_ROOM_NAMED, NULL);
    if (!facts.room_known && message->hours_count == 0)
        return refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
    if (!uuid_absent(facts.too_many.group_id))
        return refuse(answer, ACT_REASON_ROOM_TOO_SMALL, way(context, &facts.too_many));
    if (!uuid_absent(facts.outside.group_id))
        return refuse(answer, ACT_REASON_ROOM_BOOKED, way(context, &facts.outside));
    return (!new_house || register_add_house(context, message, error)) &&
           register_keep_room(context, message, error) &&
           (!facts.hours_differ || register_keep_hours(context, message, error));
}

bool scheduling_on_room_kept(struct context *context, const struct room_kept *messages,
    struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "room_kept", keep_room, ACTS(messages, room_id), slice->count, error);
}

static bool approve(
    struct context *context, const void *data, struct act_answer *answer, struct error *error)
{
    const struct programme_approved *message = data;
    bool draft;

    if (message->approved_on > local_day(context->now_ms))
        return refuse(answer, ACT_REASON_WRONG_INPUT, NULL);
    if (!register_approve(context, message, &draft, error))
        return false;
    return draft || refuse(answer, ACT_REASON_CHANGED_MEANWHILE, NULL);
}

bool scheduling_on_programme_approved(struct context *context,
    const struct programme_approved *messages, struct slice *slice, struct error *error)
{
    return act_try_each(
        context, "programme_approved", approve, ACTS(messages, programme_id), slice->count, error);
}
