/* What the benches ask and tell the database. */
#pragma once

#include "common/store.h"
#include "services/gruppstod/bench.h"
#include "services/gruppstod/bench_step.h"

/* --- as the superuser, on a connection for each question --- */
enum bench_count {
    BENCH_ACQUAINTED,  /* daemons that have looked round since the youngest began */
    BENCH_OTHERS_RUN,  /* daemons that run, intake aside */
    BENCH_OPEN_GROUPS, /* that matching knows of */
    BENCH_GROUPS_SAID, /* messages between scheduling and matching that nobody has handled */
    BENCH_PLACED,      /* referrals */
    BENCH_LAST_STAGE,  /* rows of the queue bench's last stage */
};
bool bench_count(struct bench *bench, enum bench_count which, int64_t *count, struct error *error);
/* Waits until so many daemons live and know each other: what is said before travels by the sweep.
 */
bool bench_await_daemons(struct bench *bench, int64_t daemons, struct error *error);
bool bench_count_state(struct bench *bench, const char *state, int64_t *count, struct error *error);
bool bench_port(struct bench *bench, const char *daemon, int64_t *port, struct error *error);

/* At a share ("0.5") of the referrals, us: receipt to letter and yes to place; first to last hop.
 */
bool bench_life_us(struct bench *bench, const char *share, int64_t *us, struct error *error);
bool bench_hops_us(struct bench *bench, const char *share, int64_t *us, struct error *error);

/* A script. */
bool bench_do(struct bench *bench, const char *sql, struct error *error);
bool bench_make_queue(struct bench *bench, struct error *error);
bool bench_make_yardstick(struct bench *bench, struct error *error);
const char *bench_yardstick(void); /* pgbench's script */

/* Copies the demo city's booked groups until they have room for a quarter more than so many; the
 * first BENCH_OPEN_COPIES of each are open. */
enum { BENCH_OPEN_COPIES = 40 };
bool bench_copy_groups(struct bench *bench, int64_t places, struct error *error);

/* --- in a transaction of the caller's --- */

/* Offers' letters after that one, in order. */
bool bench_read_letters(
    struct tx *tx, struct arena *arena, struct uuid after, struct rows **rows, struct error *error);
/* What is looked at often is read by its key, whatever the planner thinks of an empty table:
 * looking must not cost what is measured. */
bool bench_read_by_index(struct tx *tx, struct error *error);
/* Groups with a free place; and the copies from..to of each are opened. */
bool bench_free_groups(struct tx *tx, int64_t *count, struct error *error);
bool bench_open_groups(
    struct tx *tx, struct arena *arena, int64_t from, int64_t to, struct error *error);
/* Hops of all stages, by a counter that costs the run nothing. */
bool bench_hops(struct tx *tx, int64_t *hops, struct error *error);
bool bench_keep_steps(struct tx *tx, struct arena *arena, int64_t stage, const struct step *steps,
    size_t count, struct error *error);
