/* Dead letters as an operator meets them: gathered by what went wrong (their *mark*), one by one
 * with the body, and the three ways out. Rows live in the slice's arena. */
#pragma once

#include "common/context.h"

enum { DEAD_MARK = 16, DEAD_SHOWN = 50 };

struct dead_kind_row { /* all with one mark */
    struct text mark, receiver, kind, fingerprint;
    int64_t count, oldest_ms, newest_ms;
};

struct dead_row {
    struct uuid id, subject;
    struct text receiver, kind, sender, reason, code; /* code: of the referral it is about */
    struct text body;                                 /* msgpack */
    int64_t died_ms, tries, failures;
};

bool desk_look_dead_kinds(struct context *context, const struct dead_kind_row **kinds,
    size_t *count, struct error *error);
/* The oldest DEAD_SHOWN of a mark, or (`id` not absent) that one alone. */
bool desk_look_dead(struct context *context, struct text mark, struct uuid id,
    const struct dead_row **dead, size_t *count, struct error *error);

/* Each says how many were still there: 0 when somebody was quicker. `id` absent: all of the mark.
 */
bool desk_retry_dead(struct context *context, struct uuid id, struct text mark, struct text who,
    int64_t *moved, struct error *error);
bool desk_edit_dead(struct context *context, struct uuid id, struct text mark, struct text body,
    struct text who, int64_t *moved, struct error *error);
bool desk_hand_over_dead(struct context *context, struct uuid id, struct text mark,
    struct text owner, struct text who, int64_t *moved, struct error *error);
