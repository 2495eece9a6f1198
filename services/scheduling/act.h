/*
 * Acts: what staff ask for, done or refused, each once.
 *
 * A message that asks carries `act_id` and `by`. Its handler calls act_try() for each of them: the
 * step runs under a savepoint, and what became of it is one row of scheduling.act in the same
 * transaction. A refusal is an answer, never a failure of the slice; an act that comes again does
 * nothing.
 */
#pragma once

#include <stddef.h>

#include "common/context.h"
#include "vocabulary.h"

struct act {
    struct uuid act_id, by;
    struct uuid about; /* the group, leader, room or programme on whose page the answer is shown */
    const char *kind;  /* the message's name */
};

struct act_place { /* offsets of its ids in a message */
    size_t act_id, by, about;
};

struct act_answer {
    enum act_reason reason; /* 0: done */
    const char *way_out;    /* "room=<id> day=2026-10-07", or NULL; lives in the slice's arena */
};

/* Writes and says what is wanted, or fills *answer with a refusal and returns true; what it wrote
 * and said before that is undone. False with an error is a refusal too when a constraint that
 * act_reason_of_conflict() knows said no; any other error fails the slice. */
typedef bool act_step(
    struct context *context, const void *message, struct act_answer *answer, struct error *error);

/* `answer` may be NULL: else it tells what became of it (reason NONE also when it came again). */
bool act_try(struct context *context, const struct act *act, act_step *step, const void *message,
    struct act_answer *answer, struct error *error);

/* Each message of a slice as an act of its own; where its ids stand, ACTS(messages, field) tells,
 * `field` being what the act is about. */
bool act_try_each(struct context *context, const char *kind, act_step *step, const void *messages,
    size_t stride, const struct act_place *place, size_t count, struct error *error);
#define ACTS(messages, field)                                                                      \
    (messages), sizeof(messages)[0], &(const struct act_place)                                     \
    {                                                                                              \
        offsetof(__typeof__((messages)[0]), act_id), offsetof(__typeof__((messages)[0]), by),      \
            offsetof(__typeof__((messages)[0]), field)                                             \
    }

/* The parts of it, for whoever needs another order. */
bool act_known(struct context *context, struct uuid act_id, bool *known, struct error *error);
bool act_done(struct context *context, const struct act *act, struct error *error);
bool act_refused(struct context *context, const struct act *act, enum act_reason reason,
    const char *way_out, struct error *error);

/* Which refusal a constraint's name in the text of an ERROR_CONFLICT means; NONE: none of these. */
enum act_reason act_reason_of_conflict(const struct error *error);
