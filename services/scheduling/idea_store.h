/* SQL of ideas: groups that somebody wishes for. */
#pragma once

#include "services/scheduling/booking_store.h"

struct idea {
    bool found;
    enum group_state state;
    struct group_wanted wanted; /* slot INT_ABSENT and room absent: not decided */
    struct text district;       /* absent: anywhere */
    int64_t slots;
    int32_t first_day; /* of its series; DAY_ABSENT: not roomed */
    bool viable, staffed, roomed, theirs;
    bool parents_must, parents_never; /* what its programme says of a parents' group */
    int64_t parent_leaders;           /* that it needs; 0: it has no parents' group */
};
/* Locks it. */
bool idea_load(
    struct context *context, struct uuid group_id, struct idea *idea, struct error *error);

/* Makes or changes it; false in *known: there is no such programme. */
bool idea_save(
    struct context *context, const struct idea_wanted *message, bool *known, struct error *error);

/* Another room of the same house, open at the idea's time; absent: there is none. */
bool idea_find_parent_room(
    struct context *context, const struct idea *idea, struct uuid *room_id, struct error *error);

/* Its series is given back whole. */
bool idea_unroom(struct context *context, struct uuid group_id, struct error *error);
/* Its series is booked; or not, and why not. */
bool idea_note_series(struct context *context, struct uuid group_id, enum booking_refusal refusal,
    struct error *error);

bool idea_note_count(
    struct context *context, const struct idea_counted *counted, struct error *error);

/* It is a booked group now; what is said of it. */
bool idea_become_group(struct context *context, struct uuid group_id, struct group_booked *booked,
    struct error *error);

bool idea_end(
    struct context *context, struct uuid group_id, const char *reason, struct error *error);

/* Ideas that nobody has counted since `since_ms`; marks them as asked about. */
bool idea_take_uncounted(struct context *context, int64_t since_ms,
    const struct idea_count_wanted **ideas, size_t *count, struct error *error);
