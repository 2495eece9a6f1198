/* What the files of the checker share; nobody else includes it. */
#pragma once

#include "services/planner/check.h"

/* What the plan claims of one group that children come to, new or existing. */
struct claim {
    const char *id;
    int32_t about;    /* for complaints */
    int32_t place;    /* existing group's index, or group_count + index of the new one */
    int32_t existing; /* index, or INSTANCE_NONE for a new group */
    int32_t theme, language, slot, room, age_from, age_to;
    enum instance_gender gender;
    const int32_t *leaders, *parent_leaders; /* two each */
    int32_t parent_room;
    const int32_t *children;
    int32_t child_count;
};

struct checking {
    const struct instance *instance;
    const struct plan *plan;
    struct complaints *out;
    int32_t *where;        /* [child] place (see claim) or INSTANCE_NONE */
    uint64_t *room_used;   /* [room] slots, H13 */
    uint64_t *leader_used; /* [leader] slots, H12 */
};

/* Every rule that concerns one child in one group: H1, H3 to H11, H18, H20. */
void check_child(struct checking *checking, const struct claim *claim, int32_t child);

/* H2, H7, H8, H11 to H14 of a new group. */
void check_new_group(struct checking *checking, const struct claim *claim);

/* H19 and H14 of what comes to an existing group. */
void check_addition(struct checking *checking, const struct claim *claim);

/* Rooms and leaders of existing groups are in use before any new group. */
void check_use_existing(struct checking *checking);

/* H12: no leader has more groups than agreed. */
void check_leaders_load(struct checking *checking);

/* H15 to H17 over the whole plan. */
void check_persons(struct checking *checking);

/* Points of one child in this group; 0 for a child that nobody knows. */
int64_t check_child_score(
    const struct instance *instance, const struct claim *claim, int32_t child);

bool check_knows_child(const struct instance *instance, int32_t child);

/* False where a theme, language, slot or room is unknown: then nothing else can be said. */
bool check_is_known(const struct instance *instance, const struct claim *claim);

struct claim check_of_new(const struct instance *instance, const struct plan *plan, int32_t i);
/* Of an unknown group its theme is INSTANCE_NONE. */
struct claim check_of_addition(const struct instance *instance, const struct plan *plan, int32_t i);
