/* One group: its size, band, room, leaders and parent group. */
#include "services/planner/check_inside.h"

#define SAY(rule, format, ...) complain(c->out, s->about, rule " %s: " format, s->id, __VA_ARGS__)

static bool within(int32_t index, int32_t count)
{
    return index >= 0 && index < count;
}

bool check_is_known(const struct instance *instance, const struct claim *s)
{
    return within(s->theme, instance->theme_count) &&
           within(s->language, instance->language_count) && within(s->slot, instance->slot_count) &&
           within(s->room, instance->room_count) &&
           within(s->child_count, INSTANCE_GROUP_CHILDREN + 1);
}

struct claim check_of_new(const struct instance *instance, const struct plan *plan, int32_t i)
{
    const struct plan_group *group = &plan->groups[i];

    return (struct claim){
        .id = group->id,
        .about = i,
        .place = instance->group_count + i,
        .existing = INSTANCE_NONE,
        .theme = group->theme,
        .language = group->language,
        .slot = group->slot,
        .room = group->room,
        .age_from = group->age_from,
        .age_to = group->age_to,
        .gender = group->gender,
        .leaders = group->leaders,
        .parent_leaders = group->parent_leaders,
        .parent_room = group->parent_room,
        .children = group->children,
        .child_count = group->child_count,
    };
}

struct claim check_of_addition(const struct instance *instance, const struct plan *plan, int32_t i)
{
    const struct plan_addition *addition = &plan->additions[i];
    struct claim claim = {.id = "an addition",
        .about = plan->group_count + i,
        .theme = INSTANCE_NONE,
        .existing = INSTANCE_NONE,
        .children = addition->children};

    if (!within(addition->group, instance->group_count))
        return claim;
    const struct instance_group *group = &instance->groups[addition->group];
    claim.id = group->id;
    claim.place = claim.existing = addition->group;
    claim.theme = group->theme;
    claim.language = group->language;
    claim.slot = group->slot;
    claim.room = group->room;
    claim.age_from = group->age_from;
    claim.age_to = group->age_to;
    claim.gender = group->gender;
    claim.leaders = group->leaders;
    claim.parent_leaders = group->parent_leaders;
    claim.parent_room = group->parent_room;
    claim.child_count = addition->child_count;
    return claim;
}

/* H2 */
static void size(struct checking *c, const struct claim *s)
{
    const struct instance_rule rule = c->instance->policy.by_theme[s->theme];
    const int32_t capacity = c->instance->rooms[s->room].capacity;

    if (s->child_count < rule.min_children)
        SAY("H2", "%d children, at least %d", (int)s->child_count, (int)rule.min_children);
    if (s->child_count > rule.max_children)
        SAY("H2", "%d children, at most %d", (int)s->child_count, (int)rule.max_children);
    if (s->child_count > capacity)
        SAY("H2", "%d children, room %s takes %d", (int)s->child_count,
            c->instance->rooms[s->room].id, (int)capacity);
}

/* H7: the declared band. */
static void band(struct checking *c, const struct claim *s)
{
    const int32_t most = c->instance->policy.by_theme[s->theme].max_band_years;

    if (s->age_to < s->age_from || s->age_to - s->age_from + 1 > most)
        SAY("H7", "the band %d-%d is not 1 to %d years", (int)s->age_from, (int)s->age_to,
            (int)most);
}

/* H13 */
static void use_room(struct checking *c, const struct claim *s, int32_t index)
{
    if (!within(index, c->instance->room_count)) {
        SAY("H13", "%s", "its room is unknown");
        return;
    }
    const struct instance_room *room = &c->instance->rooms[index];

    if (!(room->slots >> s->slot & 1))
        SAY("H13", "room %s is not open %s", room->id, c->instance->slots[s->slot]);
    if (c->room_used[index] >> s->slot & 1)
        SAY("H13", "room %s is taken %s", room->id, c->instance->slots[s->slot]);
    c->room_used[index] |= (uint64_t)1 << s->slot;
}

static bool works_in(const struct instance_leader *leader, int32_t district)
{
    for (int32_t i = 0; i < leader->districts.count; i++)
        if (leader->districts.items[i] == district)
            return true;
    return false;
}

/* H11 of one leader of a new group; `parents`: of its parent group, H14. */
static void fit_leader(
    struct checking *c, const struct claim *s, const struct instance_leader *leader, bool parents)
{
    const struct instance *instance = c->instance;
    const int32_t district = instance->rooms[s->room].district;
    const char *rule = parents ? "H14" : "H11";

#define LEADER(format, ...)                                                                        \
    complain(c->out, s->about, "%s %s: leader %s " format, rule, s->id, leader->id, __VA_ARGS__)
    if (!(leader->themes >> s->theme & 1))
        LEADER("is not trained in %s", instance->themes[s->theme]);
    if (!(leader->languages >> s->language & 1))
        LEADER("does not speak %s", instance->languages[s->language]);
    if (!(leader->slots >> s->slot & 1))
        LEADER("is not free %s", instance->slots[s->slot]);
    if (!works_in(leader, district))
        LEADER("does not work in %s", instance->districts[district]);
    if (leader->contract_until < instance->term_end)
        LEADER("%s", "has a contract that ends before the term");
    if (parents && !leader->parents)
        LEADER("%s", "does not lead parent groups");
#undef LEADER
}

/* H12: one group a slot. */
static void use_leader(struct checking *c, const struct claim *s, int32_t index, bool parents)
{
    if (!within(index, c->instance->leader_count)) {
        SAY("H11", "%s", "a leader is missing or unknown");
        return;
    }
    if (c->leader_used[index] >> s->slot & 1)
        SAY("H12", "leader %s has another group %s", c->instance->leaders[index].id,
            c->instance->slots[s->slot]);
    c->leader_used[index] |= (uint64_t)1 << s->slot;
    fit_leader(c, s, &c->instance->leaders[index], parents);
}

/* H11: two different ones, at least one experienced. */
static void leaders(struct checking *c, const struct claim *s)
{
    bool experienced = false;

    for (int i = 0; i < 2; i++) {
        use_leader(c, s, s->leaders[i], false);
        if (within(s->leaders[i], c->instance->leader_count))
            experienced |= c->instance->leaders[s->leaders[i]].experienced;
    }
    if (s->leaders[0] == s->leaders[1])
        SAY("H11", "%s", "its two leaders are one");
    if (!experienced)
        SAY("H11", "%s", "neither leader is experienced");
}

static int32_t joining_parents(const struct checking *c, const struct claim *s)
{
    int32_t parents = 0;

    for (int32_t i = 0; i < s->child_count; i++)
        if (check_knows_child(c->instance, s->children[i]))
            parents += c->instance->children[s->children[i]].parent != INSTANCE_PARENT_NONE;
    return parents;
}

/* H14: as many leaders as the theme wants. */
static void parent_leaders(struct checking *c, const struct claim *s)
{
    const int32_t wanted = c->instance->policy.by_theme[s->theme].parent_leaders;
    const int32_t said =
        (s->parent_leaders[0] != INSTANCE_NONE) + (s->parent_leaders[1] != INSTANCE_NONE);

    if (said != wanted)
        SAY("H14", "%d leaders of the parent group, wanted %d", (int)said, (int)wanted);
    for (int i = 0; i < 2; i++)
        if (s->parent_leaders[i] != INSTANCE_NONE)
            use_leader(c, s, s->parent_leaders[i], true);
}

/* H14 */
static void parent_group(struct checking *c, const struct claim *s)
{
    const struct instance_room *rooms = c->instance->rooms;

    use_room(c, s, s->parent_room);
    parent_leaders(c, s);
    if (!within(s->parent_room, c->instance->room_count))
        return;
    if (rooms[s->parent_room].site != rooms[s->room].site)
        SAY("H14", "the parents' room %s is at another site", rooms[s->parent_room].id);
    if (joining_parents(c, s) > rooms[s->parent_room].capacity)
        SAY("H14", "%d parents, room %s takes %d", (int)joining_parents(c, s),
            rooms[s->parent_room].id, (int)rooms[s->parent_room].capacity);
}

void check_new_group(struct checking *c, const struct claim *s)
{
    size(c, s);
    band(c, s);
    use_room(c, s, s->room);
    leaders(c, s);
    if (s->parent_room != INSTANCE_NONE)
        parent_group(c, s);
    for (int32_t i = 0; i < s->child_count; i++)
        check_child(c, s, s->children[i]);
}

/* H19, and H14 for the parents who come along. */
static void places(struct checking *c, const struct claim *s)
{
    const struct instance_group *group = &c->instance->groups[s->existing];
    const int32_t capacity = c->instance->rooms[s->room].capacity;
    const int32_t most = group->max < capacity ? group->max : capacity;
    int32_t parents = joining_parents(c, s);

    if (s->child_count > 0 && group->member_count + s->child_count > most)
        SAY("H19", "%d members and %d additions, at most %d", (int)group->member_count,
            (int)s->child_count, (int)most);
    if (group->parent_room == INSTANCE_NONE)
        return;
    for (int32_t i = 0; i < group->member_count; i++)
        parents += c->instance->members[group->first_member + i].parent != INSTANCE_PARENT_NONE;
    if (parents > c->instance->rooms[group->parent_room].capacity)
        SAY("H14", "%d parents, room %s takes %d", (int)parents,
            c->instance->rooms[group->parent_room].id,
            (int)c->instance->rooms[group->parent_room].capacity);
}

void check_addition(struct checking *c, const struct claim *s)
{
    places(c, s);
    for (int32_t i = 0; i < s->child_count; i++)
        check_child(c, s, s->children[i]);
}

/* What exists is not asked whether it fits: it only takes its rooms and leaders. */
void check_use_existing(struct checking *c)
{
    for (int32_t i = 0; i < c->instance->group_count; i++) {
        const struct instance_group *group = &c->instance->groups[i];
        const uint64_t slot = (uint64_t)1 << group->slot;

        c->room_used[group->room] |= slot;
        if (group->parent_room != INSTANCE_NONE)
            c->room_used[group->parent_room] |= slot;
        for (int j = 0; j < 2; j++) {
            if (group->leaders[j] != INSTANCE_NONE)
                c->leader_used[group->leaders[j]] |= slot;
            if (group->parent_leaders[j] != INSTANCE_NONE)
                c->leader_used[group->parent_leaders[j]] |= slot;
        }
    }
}

void check_leaders_load(struct checking *c)
{
    for (int32_t i = 0; i < c->instance->leader_count; i++) {
        const struct instance_leader *leader = &c->instance->leaders[i];
        const int groups = __builtin_popcountll(c->leader_used[i]);

        if (groups > leader->max_groups)
            complain(c->out, INSTANCE_NONE, "H12 leader %s has %d groups, at most %d", leader->id,
                groups, (int)leader->max_groups);
    }
}
