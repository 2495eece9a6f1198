/* All SQL of absences and of the search for substitutes. */
#pragma once

#include "common/context.h"
#include "messages.h"
#include "services/scheduling/core/substitute.h"

/* --- absences --- */

/* False in *known: there is no such leader. */
bool substitutes_keep_absence(
    struct context *context, const struct absence_told *message, bool *known, struct error *error);
/* Searches for the absence's meetings that go on. */
bool substitutes_of_absence(struct context *context, struct uuid absence_id,
    const struct uuid **searches, size_t *count, struct error *error);
/* A search for each meeting to come that the absence meets and nobody is looked for yet. */
bool substitutes_open_for_absence(struct context *context, const struct absence_told *message,
    const struct uuid **searches, size_t *count, struct error *error);

/* --- searches --- */

/* One search for all that is left of a group; absent when nothing is, or when one goes on. */
bool substitutes_open_for_rest(struct context *context, struct uuid group_id, struct uuid leader_id,
    struct uuid *search, struct error *error);

struct search {
    bool found, open; /* searching or unfilled: somebody may still come */
    struct uuid search_id, group_id, leader_id, absence_id, first_meeting_id;
    bool several;     /* meetings are left in it */
    bool for_rest;    /* whoever comes leads the group from now on */
    int64_t first_ms; /* of its first meeting */
    struct substitute_need need;
};
/* Locks it: the first yes wins. */
bool substitutes_load(
    struct context *context, struct uuid search_id, struct search *search, struct error *error);
/* Every leader in the register as a candidate, with the rules' answers. */
bool substitutes_load_candidates(struct context *context, const struct search *search,
    const struct substitute_candidate **candidates, size_t *count, struct error *error);

struct question {
    struct uuid ask_id, search_id, leader_id;
    int64_t rank, points, wait_until_ms;
};
bool substitutes_ask(struct context *context, const struct question *question, struct error *error);

struct asked { /* whom a letter has asked */
    struct uuid ask_id, leader_id;
};
/* The search of a question, and who was asked. */
bool substitutes_find_ask(struct context *context, struct uuid ask_id, struct uuid *search_id,
    struct uuid *leader_id, bool *open, struct error *error);
bool substitutes_answer(struct context *context, struct uuid ask_id, bool yes, struct error *error);
/* Whoever else has been asked and said nothing need not answer any more. */
bool substitutes_settle(struct context *context, struct uuid search_id, const struct asked **others,
    size_t *count, struct error *error);

/* The bookings, and for the rest of a series the group's leaders, in one statement each; the
 * constraints may refuse it. */
bool substitutes_fill(struct context *context, const struct search *search, struct uuid leader_id,
    struct error *error);
/* Who leads the same part of these meetings beside the substitute. */
bool substitutes_find_partners(struct context *context, struct uuid search_id,
    struct uuid substitute_id, const struct uuid **partners, size_t *count, struct error *error);
enum search_end { SEARCH_UNFILLED, SEARCH_ENDED };
bool substitutes_end(
    struct context *context, struct uuid search_id, enum search_end end, struct error *error);

/* Searches whose meetings have begun, been cancelled or moved out of the absence. */
bool substitutes_over(
    struct context *context, const struct uuid **searches, size_t *count, struct error *error);
/* Searches in which whoever was asked last has been silent for long enough. */
bool substitutes_due(
    struct context *context, const struct uuid **searches, size_t *count, struct error *error);
