#include "services/gruppstod/daemons.h"

#include "common/check.h"

const char *daemon_name(size_t number)
{
    static const char *const names[] = {
        [DAEMON_INTAKE] = "intake",
        [DAEMON_MATCHING] = "matching",
        [DAEMON_SCHEDULING] = "scheduling",
        [DAEMON_NOTIFICATION] = "notification",
        [DAEMON_EVALUATION] = "evaluation",
        [DAEMON_DESK] = "desk",
    };

    CHECK(number < DAEMONS);
    return names[number];
}
