/* What the demo reads with the operator's role, and the civil clock that it turns with its own. */
#pragma once

#include "common/store.h"

struct demo_start {
    int64_t port; /* of intake's pages; INT_ABSENT: no intake runs */
    int64_t referrals, slots, hour, weekday, ahead_ms;
    int32_t today;
};
bool demo_read_start(
    struct store *store, struct arena *arena, struct demo_start *start, struct error *error);

struct demo_pulse {              /* how far the house is with what it has */
    int64_t queued, later, dead; /* messages */
    int64_t missing;             /* complete referrals that matching has not heard of */
    int64_t due;                 /* offers whose time has run out and that are still pending */
    int64_t pending;             /* offers without an end */
    int64_t letters;             /* without an end */
    int64_t proposed;            /* groups that a coordinator has to look at */
    struct text print;           /* changes with everything that happens */
};
bool demo_read_pulse(
    struct store *store, struct arena *arena, struct demo_pulse *pulse, struct error *error);

/* To ten o'clock on the first weekday after the next offers run out, or after now. The
 * civil clock only goes forward. */
bool demo_turn_past_offers(struct store *store, struct arena *arena, int64_t *civil_ms,
    int64_t *ahead_ms, struct error *error);
bool demo_turn_to_morning(struct store *store, struct arena *arena, int64_t *civil_ms,
    int64_t *ahead_ms, struct error *error);

/* A row for each code: state ("" = matching has not heard of it), wait_reason, safety, violence,
 * complete, known (to intake), received, first offer, placed (times), formed (its group was formed
 * here), why it waits. */
bool demo_read_children(struct tx *tx, struct arena *arena, const struct text *codes, size_t count,
    struct rows **rows, struct error *error);
/* name, count: offers by state, letters by purpose and state, of those codes. */
bool demo_read_ends(struct tx *tx, struct arena *arena, const struct text *codes, size_t count,
    struct rows **rows, struct error *error);

/* The desk's port (INT_ABSENT: it is not running), and which of those codes wait for a
 * coordinator's look without being red. */
bool demo_read_uncleared(struct store *store, struct arena *arena, const struct text *codes,
    size_t count, int64_t *port, const struct uuid **referrals, size_t *found, struct error *error);

struct demo_truth { /* what must all be 0, and how many groups were formed since */
    int64_t two_places, two_rows, over_size, formed;
};
bool demo_read_truth(struct store *store, struct arena *arena, int64_t since_ms,
    struct demo_truth *truth, struct error *error);

struct demo_plans { /* of the planner, since a time */
    int64_t plans, groups, dropped;
    int64_t children, score, bound; /* of the one with the highest score; bound may be absent */
    int64_t gap_hundredths;         /* of a percent; INT_ABSENT without a bound */
    struct text code, reason, why;  /* one child that waits, and what the planner says; or absent */
};
/* `codes` are those whose explanation may be told. */
bool demo_read_plans(struct store *store, struct arena *arena, int64_t since_ms,
    const struct text *codes, size_t count, struct demo_plans *plans, struct error *error);
