/* The daemons of a house, in the order that people read them. */
#pragma once

#include <stddef.h>

enum daemon_number {
    DAEMON_INTAKE,
    DAEMON_MATCHING,
    DAEMON_SCHEDULING,
    DAEMON_NOTIFICATION,
    DAEMON_EVALUATION,
    DAEMON_DESK,
    DAEMONS
};

/* What it is called: in settings, leases, logs, and as gruppstod-NAME. */
const char *daemon_name(size_t number);
