/* What a group may be merged into, where a child may be moved, and what matching has answered. */
#pragma once

#include "common/context.h"
#include "services/desk/desk_group_store.h"
#include "vocabulary.h"

enum { LIFE_TARGETS_MOST = 60 };

struct life_target {
    struct uuid group_id;
    struct text name, district;
    struct weekly when;
    int64_t age_from, age_to, left;
    int32_t first_day;
};
/* Groups for the situation that children may still come to, but for `own`; the first to begin
 * first. */
bool desk_look_targets(struct context *context, enum situation situation, struct uuid own,
    const struct life_target **targets, size_t *count, struct error *error);

struct move_row { /* a move that a person asked for */
    struct uuid act_id;
    struct text group, by, way_out; /* names; the way out is the name of a group, or absent */
    struct uuid way_out_id;
    enum place_refusal refusal; /* NONE: done, or a reason younger than this program */
    int64_t at_ms;
    bool refused;
};
bool desk_look_child_moves(struct context *context, struct uuid referral_id,
    const struct move_row **moves, size_t *count, struct error *error);

/* First days of the terms to come. */
struct term_row {
    struct text season;
    int32_t first_day;
};
bool desk_look_terms(struct context *context, int32_t today, const struct term_row **terms,
    size_t *count, struct error *error);

/* The partner that has been asked; an absent name: none. */
bool desk_look_partner(struct context *context, struct uuid referral_id, struct text *partner,
    int32_t *until_day, struct error *error);
