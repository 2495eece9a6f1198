/* The planner as a process beside the daemons: requests come on a Unix socket. */
#pragma once

/* Serves until SIGTERM; returns the exit code. `path` is the socket's. */
int plan_worker(const char *path);
