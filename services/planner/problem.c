/* The problem's units, pairs and spots; the rest is laid out by problem_staff.c and
 * problem_cells.c. */
#include "services/planner/problem.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/check.h"

void problem_push(struct problem *problem, int32_t value)
{
    if (problem->list_count == problem->list_room) {
        problem->list_room = problem->list_room * 2 + 1024;
        problem->list =
            memory_grow(problem->list, (size_t)problem->list_room * sizeof *problem->list);
    }
    problem->list[problem->list_count++] = value;
}

static int compare_ints(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

/* The span from `first` to the end of the list: sorted, each value once. */
static struct span tidy_span(struct problem *problem, int32_t first)
{
    int32_t count = problem->list_count - first, kept = 0;
    int32_t *items = count ? problem->list + first : NULL; /* the list may not be there yet */

    if (count > 1)
        qsort(items, (size_t)count, sizeof *items, compare_ints);
    for (int32_t i = 0; i < count; i++)
        if (!kept || items[kept - 1] != items[i])
            items[kept++] = items[i];
    problem->list_count = first + kept;
    return (struct span){first, kept};
}

static uint8_t marks_of_child(const struct instance_child *child)
{
    uint8_t marks = child->sex == INSTANCE_FEMALE ? MARK_NOT_BOYS : MARK_NOT_GIRLS;

    if (child->same_sex_only)
        marks |= MARK_NOT_MIXED;
    if (child->parent == INSTANCE_PARENT_MUST)
        marks |= MARK_MUST;
    if (child->needs)
        marks |= MARK_NEEDS;
    if (child->avoided_by.count)
        marks |= MARK_AVOIDED;
    return marks;
}

static struct unit unit_of_children(struct problem *problem, const struct instance_unit *source)
{
    struct unit unit = {.first = 0,
        .weight = source->children.count,
        .slots = UINT64_MAX,
        .themes = UINT64_MAX,
        .languages = UINT64_MAX,
        .age_low = INSTANCE_AGE_MAX,
        .only_host = source->only_group};

    for (int32_t i = 0; i < source->children.count; i++) {
        const struct instance_child *child =
            &problem->instance->children[source->children.items[i]];

        unit.worth += child->worth;
        unit.slots &= child->slots;
        unit.themes &= child->themes;
        unit.languages &= child->languages;
        unit.needs |= child->needs;
        unit.age_low = child->age < unit.age_low ? child->age : unit.age_low;
        unit.age_high = child->age > unit.age_high ? child->age : unit.age_high;
        unit.joiners += child->parent != INSTANCE_PARENT_NONE;
        unit.marks |= marks_of_child(child);
    }
    return unit;
}

void problem_add_units(struct problem *problem, const struct part *part)
{
    const struct instance *instance = problem->instance;
    int32_t children = 0;

    problem->units = memory_grow(NULL, ((size_t)instance->unit_count + 1) * sizeof(struct unit));
    problem->children = memory_grow(NULL, ((size_t)instance->child_count + 1) * sizeof(int32_t));
    for (int32_t i = 0; i < instance->unit_count; i++) {
        const struct instance_unit *source = &instance->units[i];
        struct unit unit;

        if ((part && part->of_unit[i] != part->id) || source->only_group == INSTANCE_NOWHERE ||
            source->children.count > GROUP_MOST)
            continue;
        unit = unit_of_children(problem, source);
        unit.first = children;
        for (int32_t k = 0; k < source->children.count; k++)
            problem->children[children++] = source->children.items[k];
        problem->units[problem->unit_count++] = unit;
    }
}

/* Local unit by instance unit, NONE for those of other parts. */
static int32_t *map_units(const struct problem *problem)
{
    const struct instance *instance = problem->instance;
    int32_t *map = memory_grow(NULL, ((size_t)instance->unit_count + 1) * sizeof *map);

    for (int32_t i = 0; i < instance->unit_count; i++)
        map[i] = NONE;
    for (int32_t u = 0; u < problem->unit_count; u++)
        map[instance->children[problem->children[problem->units[u].first]].unit] = u;
    return map;
}

/* Units of the children in a list of persons; members are passed over. */
static void push_units(
    struct problem *problem, const int32_t *map, const struct instance_span *persons)
{
    const struct instance *instance = problem->instance;

    for (int32_t i = 0; i < persons->count; i++) {
        int32_t person = persons->items[i];

        if (person < instance->child_count && map[instance->children[person].unit] != NONE)
            problem_push(problem, map[instance->children[person].unit]);
    }
}

/* Where members whom the child must not meet are (H17). */
static void push_member_doors(struct problem *problem, const struct instance_child *child)
{
    const struct instance *instance = problem->instance;

    for (int32_t i = 0; i < child->must_not_meet.count; i++) {
        int32_t member = child->must_not_meet.items[i] - instance->child_count;

        if (member >= 0) {
            const struct instance_group *group = &instance->groups[instance->members[member].group];

            problem_push(problem, instance->rooms[group->room].site * INSTANCE_BITS + group->slot);
        }
    }
}

enum pair_kind { PAIR_CONFLICT, PAIR_MEET, PAIR_BARRED };

static struct span pairs_of_unit(
    struct problem *problem, const int32_t *map, const struct unit *unit, enum pair_kind kind)
{
    int32_t first = problem->list_count;

    for (int32_t k = 0; k < unit->weight; k++) {
        const struct instance_child *child =
            &problem->instance->children[problem->children[unit->first + k]];

        if (kind == PAIR_CONFLICT)
            push_units(problem, map, &child->apart);
        if (kind != PAIR_BARRED) {
            push_units(problem, map, &child->must_not_meet);
            continue;
        }
        push_member_doors(problem, child);
        for (int32_t i = 0; i < child->closed.count; i++)
            problem_push(problem, child->closed.items[i]);
    }
    return tidy_span(problem, first);
}

void problem_add_pairs(struct problem *problem)
{
    int32_t *map = map_units(problem);

    for (int32_t u = 0; u < problem->unit_count; u++) {
        struct unit *unit = &problem->units[u];

        unit->conflicts = pairs_of_unit(problem, map, unit, PAIR_CONFLICT);
        unit->meets = pairs_of_unit(problem, map, unit, PAIR_MEET);
        unit->barred = pairs_of_unit(problem, map, unit, PAIR_BARRED);
        if (unit->barred.count)
            unit->marks |= MARK_BARRED;
        for (int32_t i = 0; i < unit->conflicts.count; i++)
            if (problem->list[unit->conflicts.first + i] == u)
                unit->themes = 0; /* siblings together who must be apart: nowhere */
    }
    free(map);
}

bool problem_reaches(const struct problem *problem, const struct unit *unit, int32_t district)
{
    for (int32_t k = 0; k < unit->weight; k++) {
        const struct instance_child *child =
            &problem->instance->children[problem->children[unit->first + k]];

        if (instance_travel(problem->instance, child->home, district) > child->max_travel)
            return false;
    }
    return true;
}

bool problem_barred(
    const struct problem *problem, const struct unit *unit, int32_t site, int32_t slot)
{
    int32_t door = site * INSTANCE_BITS + slot;
    const int32_t *doors = problem->list + unit->barred.first;

    for (int32_t i = 0; i < unit->barred.count; i++)
        if (doors[i] == door)
            return true;
    return false;
}

int64_t problem_unit_value(const struct instance *instance, const struct problem *problem,
    const struct unit *unit, int32_t theme, int32_t district)
{
    int64_t value = unit->worth;

    for (int32_t k = 0; k < unit->weight; k++) {
        const struct instance_child *child =
            &instance->children[problem->children[unit->first + k]];

        value -= instance->policy.w_travel * instance_travel(instance, child->home, district);
        if (child->primary == theme)
            value += instance->policy.w_primary;
    }
    return value;
}

struct problem *problem_new(const struct instance *instance, const struct part *part)
{
    struct problem *problem = memory_grow(NULL, sizeof *problem);

    *problem = (struct problem){.instance = instance};
    problem_add_units(problem, part);
    problem_add_pairs(problem);
    problem_add_leaders(problem, part);
    problem_add_spots(problem, part);
    problem_add_cells(problem);
    problem_add_hosts(problem, part);
    return problem;
}

void problem_free(struct problem *problem)
{
    if (!problem)
        return;
    free(problem->units);
    free(problem->spots);
    free(problem->halls);
    free(problem->blocks);
    free(problem->cells);
    free(problem->entries);
    free(problem->staff);
    free(problem->shifts);
    free(problem->leaders);
    free(problem->hosts);
    free(problem->offers);
    free(problem->children);
    free(problem->list);
    free(problem->cells_of);
    free(problem);
}
