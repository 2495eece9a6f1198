/* What the doctor asks the database; each with the operator's role. */
#pragma once

#include "common/store.h"

struct doctor_facts {
    struct text fsync, full_page_writes, synchronous_commit, checksums;
    struct text missing, paused; /* daemons' names, or "" */
    struct text oldest_queue;    /* whose message is the oldest */
    int64_t oldest_s, dead, later, overdue_tasks, overdue_days;
    struct text snapshot; /* who holds the oldest */
    int64_t snapshot_s, ahead_ms;
};
bool doctor_read_facts(
    struct store *store, struct arena *arena, struct doctor_facts *facts, struct error *error);

/* name and digest of every migration that was applied. */
bool doctor_read_migrations(struct store *store, struct arena *arena, const struct text **names,
    const struct text **digests, size_t *count, struct error *error);
