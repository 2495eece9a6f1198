/* Reads what core/spot.c judges by. */
#pragma once

#include "common/context.h"
#include "services/scheduling/core/spot.h"

struct spot_ask {
    struct uuid group_id;
    struct uuid meeting_id; /* its leaders, its own bookings do not stand in the way; absent: new */
    const struct spot *spot;
    bool wide; /* every room, and the weeks around: for a search */
};

/* Fills the rooms, the leaders and what they are taken by; the rest of `facts` is the caller's. */
bool spot_load(struct context *context, const struct spot_ask *ask, struct spot_facts *facts,
    struct error *error);
