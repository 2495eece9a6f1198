/* Who of the staff may do what: one table. Pure. */
#pragma once

#include <stdbool.h>

#include "common/text.h"

enum staff_role {
    STAFF_NONE,
    STAFF_COORDINATOR,
    STAFF_LEADER,
    STAFF_OPERATOR,
    STAFF_READ_ONLY,
    STAFF_ROLE_COUNT
};
enum staff_role staff_role_of(struct text name); /* as the database has it; NONE may nothing */

enum right {
    RIGHT_SIGNED_IN,  /* to be somebody */
    RIGHT_LIST,       /* the waiting list, tasks and cards: situations, no names */
    RIGHT_DECIDE,     /* clear, call, move, approve, end tasks */
    RIGHT_IDENTITY,   /* to be shown who it is, for a reason */
    RIGHT_ALL_GROUPS, /* every group and proposal */
    RIGHT_GROUPS,     /* at least one's own groups, with the roster by code */
    RIGHT_ATTENDANCE, /* to note who came */
    RIGHT_QUEUES,     /* the machinery: depths, leases, dead letters */
    RIGHT_CONTROL,    /* pause, drain, send again */
    RIGHT_COUNT
};

bool staff_may(enum staff_role role, enum right right);
