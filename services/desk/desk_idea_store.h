/* Ideas of groups, and what a form for one chooses from. */
#pragma once

#include "common/context.h"
#include "services/desk/desk_group_store.h"
#include "vocabulary.h"

enum { IDEAS_MOST = 100 };

struct idea_row {
    struct uuid group_id, programme_id, room_id, leaders[2];
    struct text programme, language, district, district_name, room, pair, refusal, group_name;
    enum situation situation;
    enum group_state state;
    enum group_intake intake;
    int64_t age_from, age_to, slots, slot, least, fits, quota;
    struct weekly when, best; /* of the time that is decided; of the one that suits most */
    int32_t earliest_day;
    bool viable, staffed, roomed, counted;
    struct text parents, parent_room, parent_pair; /* parents: yes, optional, no */
    struct uuid parent_room_id, parent_leaders[2];
    int64_t parent_leaders_needed, parent_leader_count; /* needed 0: it has no parents' group */
};
/* One of them, or (absent id) those that collect, the newest first. */
bool desk_look_ideas(struct context *context, struct uuid group_id, const struct idea_row **ideas,
    size_t *count, struct error *error);

struct idea_choice { /* a programme, a room, a leader, a district, a time */
    struct text kind, key, name, more;
    struct weekly when;
};
bool desk_look_choices(struct context *context, const struct idea_choice **choices, size_t *count,
    struct error *error);
