/* What the files of the explanation share; nobody else includes it. */
#pragma once

#include "services/planner/explain.h"

enum { POSTS_ASKED = 4, LACK_UNASKED = 255 }; /* two leaders, two for the parents */

/* A leader's task in one group of the plan, or in an option that is tried. */
struct post {
    int32_t group; /* of plan->groups; INSTANCE_NONE for an option */
    int32_t theme, language, slot, district;
    bool experienced, parents; /* what it asks for */
    int32_t leader;
};

/*
 * Who leads what in the plan, and whether more could be led (H11, H12, H14). Sets of leaders are
 * bits, `words` words each, so that who fits a post is the intersection of a few sets.
 */
struct staff {
    const struct instance *instance;
    const struct plan *plan;
    struct post *posts;
    int32_t post_count;
    int32_t *post_at; /* [leader * slot_count + slot] post or INSTANCE_NONE */
    int32_t *left;    /* [leader] groups that he or she may still take */
    uint64_t *busy;   /* [leader] slots */
    int32_t words;
    uint64_t *themes, *languages, *slots, *districts; /* sets: trained, speaks, can, works in */
    uint64_t *sound, *experienced, *parents;          /* contract holds; the other two as named */
    uint64_t *idle, *able;                            /* [slot] not busy then; left > 0 */
    uint64_t *seen;                                   /* looked at in this search */
    struct post_change {
        int32_t post, leader;
    } * changes; /* to be undone */
    int32_t change_count;
    int32_t depth; /* how long a chain of moves may be */
};

/* What leaders an option lacks. */
struct lack {
    uint8_t leaders, parent_leaders; /* leaders LACK_UNASKED: not asked yet */
    bool experienced;
};

void staff_open(struct staff *staff, const struct instance *instance, const struct plan *plan);
void staff_close(struct staff *staff);

/* Tries to find leaders for a new group of this kind, moving others where that helps; nothing is
 * changed in the end. `parent_leaders` is 0 without a parent group; leaders who are in `avoided`
 * (ascending) are not taken. */
struct lack staff_lack(struct staff *staff, const struct post *kind, int32_t parent_leaders,
    struct instance_span avoided);

/* Children without a place, counted by (theme, language, slot, district, age), and what is free. */
struct explainer {
    const struct instance *instance;
    struct plan *plan;
    uint8_t *placed;
    int32_t *where; /* [child] index of plan->groups, or ~existing group, or INT32_MAX: nowhere */
    struct staff staff;
    int32_t age_low, ages;
    size_t cell_count;   /* 0: too many kinds to count */
    uint16_t *counts;    /* [cell * ages + age - age_low] */
    struct lack *lacks;  /* [cell]; from cell_count on the same with a parent group */
    uint64_t *room_free; /* [room] slots */
    int32_t *rooms_by_district, *room_start;
    bool parents_wanted; /* parent_share: another group without parents would break it */
    int64_t least_worth; /* of any child that is counted */
};

void explainer_open(
    struct explainer *explainer, const struct instance *instance, struct plan *plan);
void explainer_close(struct explainer *explainer);

/* Counted are children without a place of whom nothing special is asked. */
bool explainer_counts_child(const struct explainer *explainer, int32_t child);
/* Adds `step` (1 or -1) to each cell that the child is in. */
void explainer_count(struct explainer *explainer, int32_t child, int step);

size_t explainer_cell(const struct explainer *explainer, int32_t theme, int32_t language,
    int32_t slot, int32_t district);
/* Children counted in the cell, aged `from` to `to`. */
int32_t explainer_sum(const struct explainer *explainer, size_t cell, int32_t from, int32_t to);

/* What leaders a group of this cell lacks; asked once a cell. */
struct lack explainer_lack(struct explainer *explainer, const struct post *kind, bool parents);

/* Another free room at the site of `room`, for the parents; INSTANCE_NONE when there is none. */
int32_t explainer_parents_room(
    const struct explainer *explainer, int32_t room, int32_t slot, int32_t least);

/* Puts the sentence together from the fields of the option. */
void explain_words(const struct instance *instance, struct plan_unplaced *option);

/* What is missing for each possible group; needs all children counted, and counts them away. */
void explain_missing(struct explainer *explainer);
