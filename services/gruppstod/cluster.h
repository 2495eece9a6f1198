/* The private PostgreSQL cluster of a state folder: made, started, stopped, migrated. */
#pragma once

#include "services/gruppstod/shell.h"

/* The login that owns the cluster; nobody else is its superuser. */
#define CLUSTER_ADMIN "gruppstod_admin"

/* A program of this machine's newest PostgreSQL ("pg_ctl"), with its folder. */
const char *cluster_tool(const struct shell *shell, const char *name);

bool cluster_exists(const struct shell *shell);
bool cluster_make(const struct shell *shell, struct error *error);
bool cluster_running(const struct shell *shell);
bool cluster_start(const struct shell *shell, struct error *error);
bool cluster_stop(const struct shell *shell, struct error *error);

/* Applies what schemas/sql has and the database lacks, each file in a transaction; says each on
 * stderr. `dry` only says. Refuses when an applied file has changed since. */
bool cluster_migrate(const struct shell *shell, bool dry, struct error *error);
