/* Every command there is; the order is that of --help. */
#include "services/gruppstod/commands.h"

#include "common/check.h"

const struct command commands[] = {
    {"up", "[--init] [--port N] [--demo]", "start PostgreSQL and all daemons", command_up},
    {"down", "", "stop them; everything is kept", command_down},
    {"migrate", "[--dry-run]", "bring the database to this release", command_migrate},
    {"supervise", "", NULL, command_supervise},
};
const size_t command_count = COUNT(commands);
