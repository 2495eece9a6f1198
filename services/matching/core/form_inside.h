/* What the parts of form_groups share: form.c, form_option.c, form_leaders.c. */
#pragma once

#include "services/matching/core/form.h"

struct unit { /* children who go together or not at all; mostly one */
    const uint32_t *members;
    size_t count;
    bool possible;
};

struct candidate { /* a unit that may come */
    uint32_t unit;
    int value, parents;
    int youngest, oldest;
};

struct option { /* a group that could be */
    uint16_t programme, room;
    int8_t language, slot, sex;
    bool with_parents;
    int order; /* points by which it stands in the queue */
};

struct former {
    struct arena *arena;
    const struct form_view *view;
    struct room *rooms;
    struct leader *leaders;
    struct unit *units;
    uint32_t *unit_of; /* by need */
    size_t unit_count;
    size_t *group_of;
    struct formed_group *groups;
    size_t group_count;
    int *ages;            /* by need, on the plan's date */
    int *worth;           /* by need */
    uint32_t *pair_first; /* as in place.c */
    uint32_t *pair_index;
    uint32_t *bucket_first; /* units by (situation, language, slot) */
    uint32_t *buckets;
    struct candidate *candidates; /* room for all units */
    struct option *heap;
    size_t heap_count, heap_most;
};

static inline size_t form_bucket(const struct former *former, int situation, int language, int slot)
{
    return ((size_t)situation * (size_t)former->view->languages + (size_t)language) * SLOTS_MOST +
           (size_t)slot;
}

/* The best children for this option, with its points; false when there are too few or it does not
 * pay. Leaders are not chosen yet. */
bool form_choose_children(
    struct former *former, const struct option *option, struct formed_group *group);

/* Two leaders, one experienced, and those of the parent group; false when there are none. */
bool form_choose_leaders(const struct former *former, struct formed_group *group);

/* Whether any two could lead such a group, whatever the children. */
bool form_has_leaders(const struct former *former, const struct programme *programme, int language,
    int slot, int district, bool with_parents);

/* The room at the same site that holds the most parents; FORM_NONE when there is none. */
size_t form_parent_room(const struct former *former, size_t room, int slot);
