/* The table of open groups behind insert.h. */
#include "services/planner/insert.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

enum { GROUP_LEADERS = 4 };

/* What a question needs to know of a group, in the order in which it is asked. */
struct row {
    uint64_t slot_bit, theme_bit, language_bit, tags;
    int32_t places, parent_places;   /* left; parent_places is -1 without a parent group */
    int32_t age_from, age_to, width; /* a new group's band may grow to `width` years */
    enum instance_gender gender;
    int32_t theme, district, door; /* door: site * INSTANCE_BITS + slot */
    int32_t leaders[GROUP_LEADERS];
    enum insert_into into;
    int32_t group;
};

struct insert_table {
    const struct instance *instance;
    struct row *rows;
    int32_t count;
    int32_t *row_of;  /* by person: the group they are in, NONE */
    int32_t *door_of; /* by person: where and when they are, NONE */
};

/* What is joined to rows after they are made: who sits in them. */
static void put_person(struct insert_table *table, int32_t person, int32_t row, int32_t door)
{
    table->row_of[person] = row;
    table->door_of[person] = door;
}

static void set_where(const struct instance *instance, struct row *row, int32_t theme,
    int32_t language, int32_t slot, int32_t room)
{
    row->theme = theme;
    row->theme_bit = instance_bit(theme);
    row->language_bit = instance_bit(language);
    row->slot_bit = instance_bit(slot);
    row->tags = instance->rooms[room].tags;
    row->district = instance->rooms[room].district;
    row->door = instance->rooms[room].site * INSTANCE_BITS + slot;
}

static void add_existing(struct insert_table *table, int32_t index)
{
    const struct instance *instance = table->instance;
    const struct instance_group *group = &instance->groups[index];
    struct row *row = &table->rows[table->count];
    bool parents = group->parent_room != INSTANCE_NONE;

    *row = (struct row){.places = group->places_left,
        .parent_places = parents ? group->parent_places_left : -1,
        .age_from = group->age_from,
        .age_to = group->age_to,
        .width = group->age_to - group->age_from + 1,
        .gender = group->gender,
        .leaders = {group->leaders[0], group->leaders[1],
            parents ? group->parent_leaders[0] : INSTANCE_NONE,
            parents ? group->parent_leaders[1] : INSTANCE_NONE},
        .into = INSERT_EXISTING,
        .group = index};
    set_where(instance, row, group->theme, group->language, group->slot, group->room);
    for (int32_t m = 0; m < group->member_count; m++)
        put_person(table, instance->child_count + group->first_member + m, table->count, row->door);
    table->count++;
}

static int32_t joins(const struct instance_child *child)
{
    return child->parent != INSTANCE_PARENT_NONE;
}

static void add_new(struct insert_table *table, const struct plan_group *group, int32_t index)
{
    const struct instance *instance = table->instance;
    const struct instance_rule *rule = &instance->policy.by_theme[group->theme];
    struct row *row = &table->rows[table->count];
    int32_t most = instance->rooms[group->room].capacity, parents = -1;

    if (rule->max_children < most)
        most = rule->max_children;
    if (most > INSTANCE_GROUP_CHILDREN)
        most = INSTANCE_GROUP_CHILDREN;
    if (group->parent_room != INSTANCE_NONE)
        parents = instance->rooms[group->parent_room].capacity;
    for (int32_t i = 0; i < group->child_count && parents >= 0; i++)
        parents -= joins(&instance->children[group->children[i]]);
    *row = (struct row){.places = most - group->child_count,
        .parent_places = parents,
        .age_from = group->age_from,
        .age_to = group->age_to,
        .width = rule->max_band_years,
        .gender = group->gender,
        .leaders = {group->leaders[0], group->leaders[1], group->parent_leaders[0],
            group->parent_leaders[1]},
        .into = INSERT_NEW,
        .group = index};
    if (group->parent_room == INSTANCE_NONE)
        row->leaders[2] = row->leaders[3] = INSTANCE_NONE;
    set_where(instance, row, group->theme, group->language, group->slot, group->room);
    for (int32_t i = 0; i < group->child_count; i++)
        put_person(table, group->children[i], table->count, row->door);
    table->count++;
}

static void add_addition(struct insert_table *table, const struct plan_addition *addition)
{
    struct row *row = &table->rows[addition->group];

    for (int32_t i = 0; i < addition->child_count; i++) {
        const struct instance_child *child = &table->instance->children[addition->children[i]];

        row->places--;
        if (row->parent_places > 0)
            row->parent_places -= joins(child);
        put_person(table, addition->children[i], addition->group, row->door);
    }
}

struct insert_table *insert_new(const struct instance *instance, const struct plan *plan)
{
    struct insert_table *table = memory_grow(NULL, sizeof *table);
    size_t persons = (size_t)instance->child_count + (size_t)instance->member_count + 1;
    size_t rows = (size_t)instance->group_count + (size_t)plan->group_count + 1;

    *table = (struct insert_table){.instance = instance};
    table->rows = memory_grow(NULL, rows * sizeof *table->rows);
    table->row_of = memory_grow(NULL, persons * sizeof(int32_t));
    table->door_of = memory_grow(NULL, persons * sizeof(int32_t));
    memset(table->row_of, 0xff, persons * sizeof(int32_t));
    memset(table->door_of, 0xff, persons * sizeof(int32_t));
    for (int32_t g = 0; g < instance->group_count; g++)
        add_existing(table, g);
    for (int32_t g = 0; g < plan->group_count; g++)
        add_new(table, &plan->groups[g], g);
    for (int32_t a = 0; a < plan->addition_count; a++)
        add_addition(table, &plan->additions[a]);
    return table;
}

void insert_free(struct insert_table *table)
{
    if (!table)
        return;
    free(table->rows);
    free(table->row_of);
    free(table->door_of);
    free(table);
}

static bool contains(struct instance_span span, int32_t value)
{
    for (int32_t i = 0; i < span.count; i++)
        if (span.items[i] == value)
            return true;
    return false;
}

/* H11, H16, H17, H18, H20: the few who have something in these lists. */
static bool keeps_lists(
    const struct insert_table *table, int32_t index, const struct instance_child *child)
{
    const struct row *row = &table->rows[index];

    for (int i = 0; i < GROUP_LEADERS; i++)
        if (row->leaders[i] != INSTANCE_NONE && contains(child->avoided_by, row->leaders[i]))
            return false;
    for (int32_t i = 0; i < child->apart.count; i++)
        if (table->row_of[child->apart.items[i]] == index)
            return false;
    for (int32_t i = 0; i < child->must_not_meet.count; i++)
        if (table->row_of[child->must_not_meet.items[i]] == index ||
            table->door_of[child->must_not_meet.items[i]] == row->door)
            return false;
    if (row->into == INSERT_EXISTING && contains(child->declined, row->group))
        return false;
    return !contains(child->closed, row->door);
}

/* H3 to H10 for a child and a group that has a place. */
static bool fits(
    const struct insert_table *table, int32_t index, const struct instance_child *child)
{
    const struct row *row = &table->rows[index];

    if (!(child->slots & row->slot_bit) || !(child->themes & row->theme_bit) ||
        !(child->languages & row->language_bit) || (child->needs & ~row->tags))
        return false;
    if (row->gender == INSTANCE_MIXED
            ? child->same_sex_only
            : (row->gender == INSTANCE_GIRLS) != (child->sex == INSTANCE_FEMALE))
        return false;
    if (child->parent == INSTANCE_PARENT_MUST && row->parent_places < 0)
        return false;
    return instance_travel(table->instance, child->home, row->district) <= child->max_travel &&
           keeps_lists(table, index, child);
}

static int64_t worth_of(
    const struct instance *instance, const struct row *row, const struct instance_child *child)
{
    const struct instance_policy *policy = &instance->policy;
    int64_t worth =
        child->worth - policy->w_travel * instance_travel(instance, child->home, row->district);

    if (child->primary == row->theme)
        worth += policy->w_primary;
    if (row->parent_places >= 0 && joins(child))
        worth += policy->w_parent;
    return worth;
}

/* The children in this group; INSERT_NOWHERE where a rule says no. */
static struct insert_place try_row(const struct insert_table *table, int32_t index,
    const struct instance_child *const *children, int32_t count)
{
    const struct row *row = &table->rows[index];
    struct insert_place place = {row->into, row->group, row->age_from, row->age_to, 0};
    int32_t parents = 0;

    for (int32_t i = 0; i < count; i++) {
        int32_t age = children[i]->age;

        place.age_from = age < place.age_from ? age : place.age_from;
        place.age_to = age > place.age_to ? age : place.age_to;
        parents += joins(children[i]);
        if (place.age_to - place.age_from >= row->width || !fits(table, index, children[i]))
            return (struct insert_place){.into = INSERT_NOWHERE};
        place.gain += worth_of(table->instance, row, children[i]);
    }
    if (row->parent_places >= 0 && parents > row->parent_places)
        return (struct insert_place){.into = INSERT_NOWHERE};
    place.gain -= table->instance->policy.w_band *
                  (place.age_to - place.age_from - (row->age_to - row->age_from));
    return place;
}

struct insert_place insert_best(const struct insert_table *table,
    const struct instance_child *const *children, int32_t count, int32_t only_group)
{
    struct insert_place best = {.into = INSERT_NOWHERE, .group = INSTANCE_NONE};

    for (int32_t i = 0; i < table->count && only_group != INSTANCE_NOWHERE; i++) {
        struct insert_place place;

        if (table->rows[i].places < count ||
            (only_group != INSTANCE_NONE &&
                (table->rows[i].into != INSERT_EXISTING || table->rows[i].group != only_group)))
            continue;
        place = try_row(table, i, children, count);
        if (place.into != INSERT_NOWHERE && (best.into == INSERT_NOWHERE || place.gain > best.gain))
            best = place;
    }
    return best;
}
