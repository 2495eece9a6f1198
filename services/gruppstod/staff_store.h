/* Staff accounts, as an operator makes them. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/operator_pen.h"

struct staff_wish {
    const char *user, *display_name; /* "samordnare", "Sam Ordnare" */
    const char *role;                /* coordinator, leader, operator, read_only */
    const char *password;
    struct uuid leader_id; /* of a leader: whose groups; may be absent */
};

/* A new account, or the same name with a new password and role; the audit chain gets a line of it.
 * `store` is gruppstod_operator's. */
bool staff_make(struct store *store, struct operator_pen *pen, const struct staff_wish *wish,
    struct error *error);

/* Some leader of the city with groups to lead, for the demo; absent when there is none. */
bool staff_some_leader(struct store *store, struct uuid *leader_id, struct error *error);

/* Whether anybody may sign in yet. */
bool staff_exist(struct store *store, bool *exist, struct error *error);

/* Ends an account and its sessions, with a line in the audit chain; `*ended` is false when nobody
 * has that name. */
bool staff_end(struct store *store, struct operator_pen *pen, const char *user, bool *ended,
    struct error *error);
