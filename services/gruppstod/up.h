/* Starting and stopping a whole state folder, for the commands that need one of their own too. */
#pragma once

#include <sys/types.h>

#include "services/gruppstod/shell.h"

/* Starts the cluster, migrates, starts the supervisor, waits until all daemons are ready. */
/* Makes what is missing of a state folder: settings (conf.d/own.ini holds `ini`), keys, cluster. */
bool up_init(const struct shell *shell, const char *ini, struct error *error);

bool up(struct shell *shell, bool with_demo, struct error *error);
bool down(const struct shell *shell, struct error *error);

/* The living supervisor's pid, 0 when there is none. */
pid_t supervisor_pid(const struct shell *shell);

/* Loads the demo city and the demo's sign-in, once. */
bool up_load_demo(struct shell *shell, struct error *error);
