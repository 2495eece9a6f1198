#include "services/desk/core/rights.h"

#include <stddef.h>

#include "common/check.h"

static const char *const role_names[STAFF_ROLE_COUNT] = {
    NULL, "coordinator", "leader", "operator", "read_only"};

#define MAY(right) (1u << RIGHT_##right)

/* An operator keeps the machinery going and needs no family for it; who decides about families
 * does not turn the machinery off. */
static const unsigned rights[STAFF_ROLE_COUNT] = {
    [STAFF_COORDINATOR] = MAY(SIGNED_IN) | MAY(LIST) | MAY(DECIDE) | MAY(IDENTITY) |
                          MAY(ALL_GROUPS) | MAY(GROUPS) | MAY(ATTENDANCE) | MAY(QUEUES),
    [STAFF_LEADER] = MAY(SIGNED_IN) | MAY(GROUPS) | MAY(ATTENDANCE),
    [STAFF_OPERATOR] = MAY(SIGNED_IN) | MAY(LIST) | MAY(QUEUES) | MAY(CONTROL),
    [STAFF_READ_ONLY] = MAY(SIGNED_IN) | MAY(LIST) | MAY(ALL_GROUPS) | MAY(GROUPS) | MAY(QUEUES),
};

enum staff_role staff_role_of(struct text name)
{
    for (int role = 1; role < STAFF_ROLE_COUNT; role++)
        if (text_is(name, role_names[role]))
            return (enum staff_role)role;
    return STAFF_NONE;
}

bool staff_may(enum staff_role role, enum right right)
{
    CHECK(role < STAFF_ROLE_COUNT && right < RIGHT_COUNT);
    return (rights[role] & 1u << right) != 0;
}
