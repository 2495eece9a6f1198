/*
 * What to bring, told to the leaders a week before: once a meeting, and again when the meeting has
 * been moved to another day. A substitute who is booked later reads it behind the letter's link.
 */
#include "common/check.h"
#include "scheduling_port.h"
#include "services/scheduling/material_store.h"
#include "services/scheduling/scheduling.h"

bool scheduling_tell_material(struct context *context, struct error *error)
{
    const struct material_due *due;
    size_t count;

    if (!material_take_due(context, scheduling_material_days(), &due, &count, error))
        return error_while(error, "telling what to bring");
    struct leader_told *told = ARENA_ARRAY(context->arena, struct leader_told, count);
    for (size_t i = 0; i < count; i++)
        told[i] = (struct leader_told){
            .notice_id = due[i].notice_id,
            .leader_id = due[i].leader_id,
            .purpose = LEADER_PURPOSE_MATERIAL,
            .group_id = due[i].group_id,
            .meeting_id = due[i].meeting_id,
            .until_day = DAY_ABSENT,
        };
    scheduling_send_leader_told(context, told, count);
    return true;
}
