/* First come, first served, on the same instance and under the same rules as the planner. */
#include "services/gruppstod/bench_hand.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/check.h"
#include "services/planner/check.h"

enum { NOWHERE = -1 };

struct place_group { /* a group that runs (in the instance's order) or one that was opened */
    int32_t theme, language, slot, room, age_from, age_to;
    enum instance_gender gender;
    int32_t leaders[4]; /* of children and of parents; INSTANCE_NONE */
    bool parents;
    int32_t places_left, parent_places_left, children;
};

struct offer { /* a group that could be opened, and how many would come */
    struct place_group group;
    int32_t count;
};

struct list { /* units that could share a group, in the order they came */
    int32_t *units;
    int32_t count;
};

struct desk { /* what lies before the coordinator */
    const struct instance *instance;
    enum hand who;
    struct arena *arena;
    struct place_group *groups;
    int32_t group_count;
    int32_t *where; /* person -> group, or NOWHERE */
    uint64_t *leader_taken, *room_taken;
    int32_t *leader_left;
    struct list *lists; /* [theme * district_count + district]; centrally the district is 0 */
};

static int32_t site_of(const struct desk *desk, int32_t room)
{
    return desk->instance->rooms[room].site;
}

static bool has(struct instance_span span, int32_t item)
{
    for (int32_t i = 0; i < span.count; i++)
        if (span.items[i] == item)
            return true;
    return false;
}

/* H16, H17: with those who have a place by now. */
static bool meets_wrong_person(
    const struct desk *desk, const struct instance_child *child, int32_t number)
{
    const struct place_group *group = &desk->groups[number];

    for (int32_t i = 0; i < child->apart.count; i++)
        if (desk->where[child->apart.items[i]] == number)
            return true;
    for (int32_t i = 0; i < child->must_not_meet.count; i++) {
        const int32_t there = desk->where[child->must_not_meet.items[i]];
        if (there != NOWHERE && desk->groups[there].slot == group->slot &&
            site_of(desk, desk->groups[there].room) == site_of(desk, group->room))
            return true;
    }
    return false;
}

static bool meets_wrong_leader(const struct instance_child *child, const struct place_group *group)
{
    for (size_t i = 0; i < COUNT(group->leaders); i++)
        if (group->leaders[i] != INSTANCE_NONE && has(child->avoided_by, group->leaders[i]))
            return true;
    return false;
}

static bool gender_suits(const struct instance_child *child, enum instance_gender gender)
{
    if (gender == INSTANCE_MIXED)
        return !child->same_sex_only;
    return gender == (child->sex == INSTANCE_FEMALE ? INSTANCE_GIRLS : INSTANCE_BOYS);
}

/* Whether the child could come to the room then, whatever group is there. */
static bool can_come(
    const struct desk *desk, const struct instance_child *child, int32_t room, int32_t slot)
{
    const struct instance *instance = desk->instance;
    const struct instance_room *place = &instance->rooms[room];

    return (child->slots & instance_bit(slot)) && !(child->needs & ~place->tags) &&
           instance_travel(instance, child->home, place->district) <= child->max_travel &&
           (desk->who == HAND_CENTRAL || child->home == place->district) &&
           !has(child->closed, place->site * INSTANCE_BITS + slot);
}

static bool suits(const struct desk *desk, int32_t index, int32_t number)
{
    const struct instance_child *child = &desk->instance->children[index];
    const struct place_group *group = &desk->groups[number];

    return child->age >= group->age_from && child->age <= group->age_to &&
           (child->themes & instance_bit(group->theme)) &&
           (child->languages & instance_bit(group->language)) &&
           gender_suits(child, group->gender) &&
           (child->parent != INSTANCE_PARENT_MUST || group->parents) &&
           can_come(desk, child, group->room, group->slot) && !has(child->declined, number) &&
           !meets_wrong_leader(child, group) && !meets_wrong_person(desk, child, number);
}

static void take_out(struct desk *desk, const struct instance_unit *unit, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        const int32_t child = unit->children.items[i];
        struct place_group *group = &desk->groups[desk->where[child]];

        group->places_left++;
        group->children--;
        group->parent_places_left += desk->instance->children[child].parent != 0;
        desk->where[child] = NOWHERE;
    }
}

/* All of the unit, or none. */
static bool put_in(struct desk *desk, const struct instance_unit *unit, int32_t number)
{
    struct place_group *group = &desk->groups[number];

    if (unit->children.count > group->places_left ||
        (unit->only_group != INSTANCE_NONE && unit->only_group != number))
        return false;
    for (int32_t i = 0; i < unit->children.count; i++) {
        const int32_t child = unit->children.items[i];
        const bool parent = desk->instance->children[child].parent != INSTANCE_PARENT_NONE;

        if (!suits(desk, child, number) ||
            (group->parents && parent && group->parent_places_left < 1)) {
            take_out(desk, unit, i);
            return false;
        }
        desk->where[child] = number;
        group->places_left--;
        group->children++;
        group->parent_places_left -= parent;
    }
    return true;
}

static bool is_placed(const struct desk *desk, const struct instance_unit *unit)
{
    return desk->where[unit->children.items[0]] != NOWHERE;
}

/* The first free leader after `after`, experienced if that is what is missing. */
static int32_t find_leader(
    const struct desk *desk, const struct place_group *group, int32_t other, bool experienced)
{
    const struct instance *instance = desk->instance;
    const int32_t district = instance->rooms[group->room].district;

    for (int32_t i = 0; i < instance->leader_count; i++) {
        const struct instance_leader *leader = &instance->leaders[i];
        if (i != other && desk->leader_left[i] > 0 && leader->contract_holds &&
            (leader->experienced || !experienced) &&
            (leader->themes & instance_bit(group->theme)) &&
            (leader->languages & instance_bit(group->language)) &&
            (leader->slots & ~desk->leader_taken[i] & instance_bit(group->slot)) &&
            (desk->who == HAND_CENTRAL || leader->home == district) &&
            has(leader->districts, district))
            return i;
    }
    return INSTANCE_NONE;
}

static bool find_leaders(const struct desk *desk, struct place_group *group)
{
    group->leaders[0] = find_leader(desk, group, INSTANCE_NONE, true);
    if (group->leaders[0] == INSTANCE_NONE)
        return false;
    group->leaders[1] = find_leader(desk, group, group->leaders[0], false);
    return group->leaders[1] != INSTANCE_NONE;
}

static struct list *list_of(const struct desk *desk, int32_t theme, int32_t district)
{
    return &desk->lists[theme * desk->instance->district_count +
                        (desk->who == HAND_CENTRAL ? 0 : district)];
}

/* The head of the list and whoever comes next and suits, until the group is full; how many. */
static int32_t gather(struct desk *desk, const struct instance_unit *head, int32_t number)
{
    const struct instance *instance = desk->instance;
    struct place_group *group = &desk->groups[number];
    const struct list *list = list_of(desk, group->theme, instance->rooms[group->room].district);

    if (!put_in(desk, head, number))
        return 0;
    for (int32_t i = 0; i < list->count && group->places_left > 0; i++) {
        const struct instance_unit *unit = &instance->units[list->units[i]];
        if (!is_placed(desk, unit))
            put_in(desk, unit, number);
    }
    return group->children;
}

/* Everybody is out of the group again. */
static void empty(struct desk *desk, const struct instance_unit *head, int32_t number)
{
    const struct instance *instance = desk->instance;
    const struct place_group *group = &desk->groups[number];
    const struct list *list = list_of(desk, group->theme, instance->rooms[group->room].district);

    if (is_placed(desk, head))
        take_out(desk, head, head->children.count);
    for (int32_t i = 0; i < list->count && group->children > 0; i++) {
        const struct instance_unit *unit = &instance->units[list->units[i]];
        if (desk->where[unit->children.items[0]] == number)
            take_out(desk, unit, unit->children.count);
    }
}

/* The band that the children have, once they are known: a narrower one costs less. */
static void narrow(const struct desk *desk, int32_t number)
{
    const struct instance *instance = desk->instance;
    struct place_group *group = &desk->groups[number];
    int32_t from = INSTANCE_AGE_MAX, to = 0;

    for (int32_t i = 0; i < instance->child_count; i++) {
        const int32_t age = instance->children[i].age;
        if (desk->where[i] != number)
            continue;
        from = age < from ? age : from;
        to = age > to ? age : to;
    }
    group->age_from = from;
    group->age_to = to;
}

static void settle(struct desk *desk, int32_t number)
{
    struct place_group *group = &desk->groups[number];

    narrow(desk, number);
    desk->room_taken[group->room] |= instance_bit(group->slot);
    for (int i = 0; i < 2; i++) {
        desk->leader_taken[group->leaders[i]] |= instance_bit(group->slot);
        desk->leader_left[group->leaders[i]]--;
    }
    desk->group_count++;
}

/* The most of `number` that the head and those after it fill; they are all out again. */
static int32_t try_group(struct desk *desk, const struct instance_unit *head, int32_t number)
{
    const int32_t count = gather(desk, head, number);

    empty(desk, head, number);
    return count;
}

/* A group of that kind in that room, with the band that fills it best. */
static void try_bands(struct desk *desk, const struct instance_unit *head, struct place_group group,
    struct offer *best)
{
    const struct instance *instance = desk->instance;
    const struct instance_rule *rule = &instance->policy.by_theme[group.theme];
    const int32_t capacity = instance->rooms[group.room].capacity;
    const int32_t age = instance->children[head->children.items[0]].age;

    if (!find_leaders(desk, &group))
        return;
    group.places_left = rule->max_children < capacity ? rule->max_children : capacity;
    for (int32_t younger = 0; younger < rule->max_band_years; younger++) {
        group.age_from = age - younger > 0 ? age - younger : 0;
        group.age_to = group.age_from + rule->max_band_years - 1;
        desk->groups[desk->group_count] = group;
        const int32_t count = try_group(desk, head, desk->group_count);
        if (count >= rule->min_children && count > best->count)
            *best = (struct offer){group, count};
    }
}

static void try_room(struct desk *desk, const struct instance_unit *head, int32_t theme,
    int32_t language, int32_t room, struct offer *best)
{
    const struct instance *instance = desk->instance;
    const struct instance_child *child = &instance->children[head->children.items[0]];
    const uint64_t open =
        instance->rooms[room].slots & ~instance->rooms[room].taken & ~desk->room_taken[room];
    struct place_group wanted = {.theme = theme,
        .language = language,
        .room = room,
        .gender = child->same_sex_only
                      ? (child->sex == INSTANCE_FEMALE ? INSTANCE_GIRLS : INSTANCE_BOYS)
                      : INSTANCE_MIXED,
        .leaders = {INSTANCE_NONE, INSTANCE_NONE, INSTANCE_NONE, INSTANCE_NONE}};

    for (uint64_t slots = open; slots; slots &= slots - 1) {
        wanted.slot = __builtin_ctzll(slots);
        if (can_come(desk, child, room, wanted.slot))
            try_bands(desk, head, wanted, best);
    }
}

/* Opens the group of that situation that most of the list can come to. */
static bool open_group(struct desk *desk, const struct instance_unit *head, int32_t theme)
{
    const struct instance *instance = desk->instance;
    const uint64_t spoken = instance->children[head->children.items[0]].languages;
    struct offer best = {.count = 0};

    for (uint64_t languages = spoken; languages; languages &= languages - 1)
        for (int32_t room = 0; room < instance->room_count; room++)
            try_room(desk, head, theme, __builtin_ctzll(languages), room, &best);
    if (best.count == 0)
        return false;
    desk->groups[desk->group_count] = best.group;
    gather(desk, head, desk->group_count);
    settle(desk, desk->group_count);
    return true;
}

static bool serve(struct desk *desk, const struct instance_unit *unit)
{
    const struct instance_child *child = &desk->instance->children[unit->children.items[0]];

    for (int32_t i = 0; i < desk->group_count; i++)
        if (put_in(desk, unit, i))
            return true;
    if (open_group(desk, unit, child->primary))
        return true;
    for (uint64_t rest = child->themes & ~instance_bit(child->primary); rest; rest &= rest - 1)
        if (open_group(desk, unit, __builtin_ctzll(rest)))
            return true;
    return false;
}

/* Setting up the desk, and the plan that lies there at the end */

static const struct instance *queue_of; /* qsort takes no context */

static int by_waiting(const void *left, const void *right)
{
    const struct instance *instance = queue_of;
    const int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    const int32_t x = instance->children[instance->units[a].children.items[0]].since;
    const int32_t y = instance->children[instance->units[b].children.items[0]].since;

    return x != y ? (x < y ? -1 : 1) : (a > b) - (a < b);
}

static int32_t *make_queue(const struct desk *desk)
{
    int32_t *queue = ARENA_ARRAY(desk->arena, int32_t, (size_t)desk->instance->unit_count + 1);

    for (int32_t i = 0; i < desk->instance->unit_count; i++)
        queue[i] = i;
    queue_of = desk->instance;
    qsort(queue, (size_t)desk->instance->unit_count, sizeof *queue, by_waiting);
    return queue;
}

static void make_lists(struct desk *desk, const int32_t *queue)
{
    const struct instance *instance = desk->instance;
    const size_t count = (size_t)instance->theme_count * (size_t)instance->district_count;

    desk->lists = ARENA_ARRAY(desk->arena, struct list, count);
    for (int32_t pass = 0; pass < 2; pass++) { /* first how long they are */
        for (size_t i = 0; i < count && pass == 1; i++) {
            desk->lists[i].units =
                ARENA_ARRAY(desk->arena, int32_t, (size_t)desk->lists[i].count + 1);
            desk->lists[i].count = 0;
        }
        for (int32_t i = 0; i < instance->unit_count; i++) {
            const struct instance_child *child =
                &instance->children[instance->units[queue[i]].children.items[0]];
            for (uint64_t themes = child->themes; themes; themes &= themes - 1) {
                struct list *list = list_of(desk, __builtin_ctzll(themes), child->home);
                if (pass == 1)
                    list->units[list->count] = queue[i];
                list->count++;
            }
        }
    }
}

static void take_running(struct desk *desk, int32_t number)
{
    const struct instance *instance = desk->instance;
    const struct instance_group *group = &instance->groups[number];

    desk->groups[number] = (struct place_group){group->theme, group->language, group->slot,
        group->room, group->age_from, group->age_to, group->gender,
        {group->leaders[0], group->leaders[1], group->parent_leaders[0], group->parent_leaders[1]},
        group->parent_room != INSTANCE_NONE, group->places_left, group->parent_places_left, 0};
    for (int32_t i = 0; i < group->member_count; i++)
        desk->where[instance->child_count + group->first_member + i] = number;
}

static void desk_set_up(struct desk *desk)
{
    const struct instance *instance = desk->instance;
    const size_t persons = (size_t)instance->child_count + (size_t)instance->member_count;
    const size_t most = (size_t)instance->group_count + (size_t)instance->child_count + 1;

    desk->arena = arena_new((size_t)1 << 30);
    desk->groups = ARENA_ARRAY(desk->arena, struct place_group, most);
    desk->where = ARENA_ARRAY(desk->arena, int32_t, persons + 1);
    desk->leader_taken = ARENA_ARRAY(desk->arena, uint64_t, (size_t)instance->leader_count + 1);
    desk->leader_left = ARENA_ARRAY(desk->arena, int32_t, (size_t)instance->leader_count + 1);
    desk->room_taken = ARENA_ARRAY(desk->arena, uint64_t, (size_t)instance->room_count + 1);
    for (size_t i = 0; i < persons; i++)
        desk->where[i] = NOWHERE;
    for (int32_t i = 0; i < instance->leader_count; i++) {
        desk->leader_taken[i] = instance->leaders[i].taken;
        desk->leader_left[i] = instance->leaders[i].groups_left;
    }
    for (int32_t i = 0; i < instance->group_count; i++)
        take_running(desk, i);
    desk->group_count = instance->group_count;
}

/* The children of each group, in the group's place. */
static void write_children(const struct desk *desk, struct plan *plan)
{
    const struct instance *instance = desk->instance;

    for (int32_t i = 0; i < instance->child_count; i++) {
        const int32_t number = desk->where[i];
        if (number == NOWHERE)
            continue;
        if (number < instance->group_count) {
            struct plan_addition *addition = &plan->additions[number];
            addition->children[addition->child_count++] = i;
        } else {
            struct plan_group *group = &plan->groups[number - instance->group_count];
            group->children[group->child_count++] = i;
        }
    }
}

static void write_plan(const struct desk *desk, struct plan *plan)
{
    const int32_t running = desk->instance->group_count;
    int32_t kept = 0;

    *plan = (struct plan){.bound = PLAN_ABSENT, .status = PLAN_FEASIBLE};
    plan->group_count = desk->group_count - running;
    plan->groups = memory_grow(NULL, ((size_t)plan->group_count + 1) * sizeof *plan->groups);
    plan->additions = memory_grow(NULL, ((size_t)running + 1) * sizeof *plan->additions);
    for (int32_t i = 0; i < plan->group_count; i++) {
        const struct place_group *group = &desk->groups[running + i];
        plan->groups[i] = (struct plan_group){.theme = group->theme,
            .language = group->language,
            .slot = group->slot,
            .room = group->room,
            .age_from = group->age_from,
            .age_to = group->age_to,
            .gender = group->gender,
            .leaders = {group->leaders[0], group->leaders[1]},
            .parent_room = INSTANCE_NONE,
            .parent_leaders = {INSTANCE_NONE, INSTANCE_NONE}};
    }
    for (int32_t i = 0; i < running; i++)
        plan->additions[i] = (struct plan_addition){.group = i};
    write_children(desk, plan);
    for (int32_t i = 0; i < running; i++)
        if (plan->additions[i].child_count > 0)
            plan->additions[kept++] = plan->additions[i];
    plan->addition_count = kept;
    plan_sort(desk->instance, plan);
    plan->score = check_score(desk->instance, plan);
}

void hand_plan(const struct instance *instance, enum hand who, struct plan *out)
{
    struct desk desk = {.instance = instance, .who = who};

    desk_set_up(&desk);
    const int32_t *queue = make_queue(&desk);
    make_lists(&desk, queue);
    for (int32_t i = 0; i < instance->unit_count; i++)
        if (!is_placed(&desk, &instance->units[queue[i]]))
            serve(&desk, &instance->units[queue[i]]);
    write_plan(&desk, out);
    arena_free(desk.arena);
}
