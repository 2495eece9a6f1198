/* The tables of an explanation: who is left, by kind and age, and which rooms are. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/explain_inside.h"

/* Past it (64 of each kind and 1,000 districts) children are explained one by one. */
static const size_t most_counts = (size_t)64 << 20;

static void *zeroed(size_t count, size_t size)
{
    return memset(memory_grow(NULL, (count + 1) * size), 0, (count + 1) * size);
}

size_t explainer_cell(const struct explainer *explainer, int32_t theme, int32_t language,
    int32_t slot, int32_t district)
{
    const struct instance *in = explainer->instance;
    size_t cell = (size_t)theme;

    cell = cell * (size_t)in->language_count + (size_t)language;
    cell = cell * (size_t)in->slot_count + (size_t)slot;
    return cell * (size_t)in->district_count + (size_t)district;
}

int32_t explainer_sum(const struct explainer *explainer, size_t cell, int32_t from, int32_t to)
{
    const uint16_t *counts = explainer->counts + cell * (size_t)explainer->ages;
    int32_t sum = 0;

    if (explainer->cell_count == 0)
        return 0;
    for (int32_t age = from; age <= to; age++)
        if (age >= explainer->age_low && age < explainer->age_low + explainer->ages)
            sum += counts[age - explainer->age_low];
    return sum;
}

bool explainer_counts_child(const struct explainer *explainer, int32_t index)
{
    const struct instance_child *child = &explainer->instance->children[index];
    const struct instance_unit *unit = &explainer->instance->units[child->unit];

    return !explainer->placed[index] && unit->children.count == 1 &&
           unit->only_group == INSTANCE_NONE && !child->needs && !child->same_sex_only &&
           child->parent != INSTANCE_PARENT_MUST && child->avoided_by.count == 0 &&
           child->apart.count == 0 && child->must_not_meet.count == 0 && child->closed.count == 0;
}

/* Of one district, in every situation, language and slot of the child. */
static void count_in(
    struct explainer *explainer, const struct instance_child *child, int32_t district, int step)
{
    const int32_t age = child->age - explainer->age_low;

    for (uint64_t t = child->themes; t; t &= t - 1)
        for (uint64_t l = child->languages; l; l &= l - 1)
            for (uint64_t s = child->slots; s; s &= s - 1) {
                const size_t cell = explainer_cell(explainer, __builtin_ctzll(t),
                    __builtin_ctzll(l), __builtin_ctzll(s), district);
                uint16_t *count = &explainer->counts[cell * (size_t)explainer->ages + (size_t)age];

                *count = (uint16_t)(*count + step);
            }
}

void explainer_count(struct explainer *explainer, int32_t index, int step)
{
    const struct instance *in = explainer->instance;
    const struct instance_child *child = &in->children[index];

    if (explainer->cell_count == 0)
        return;
    for (int32_t d = 0; d < in->district_count; d++)
        if (instance_travel(in, child->home, d) <= child->max_travel)
            count_in(explainer, child, d, step);
}

static void count_children(struct explainer *explainer)
{
    const struct instance *in = explainer->instance;
    int32_t low = INSTANCE_AGE_MAX, high = 0;

    for (int32_t i = 0; i < in->child_count; i++) {
        low = in->children[i].age < low ? in->children[i].age : low;
        high = in->children[i].age > high ? in->children[i].age : high;
    }
    explainer->age_low = low;
    explainer->ages = high >= low ? high - low + 1 : 1;
    explainer->cell_count = (size_t)in->theme_count * (size_t)in->language_count *
                            (size_t)in->slot_count * (size_t)in->district_count;
    if (explainer->cell_count * (size_t)explainer->ages > most_counts || in->child_count > 65000)
        explainer->cell_count = 0;
    explainer->counts =
        zeroed(explainer->cell_count * (size_t)explainer->ages, sizeof *explainer->counts);
    explainer->lacks = zeroed(2 * explainer->cell_count, sizeof *explainer->lacks);
    for (size_t i = 0; i < 2 * explainer->cell_count; i++)
        explainer->lacks[i].leaders = LACK_UNASKED;
    explainer->least_worth = INT64_MAX;
    for (int32_t i = 0; i < in->child_count; i++) {
        if (!explainer_counts_child(explainer, i))
            continue;
        const int64_t worth =
            in->children[i].worth - in->policy.w_travel * in->children[i].max_travel;
        explainer->least_worth = worth < explainer->least_worth ? worth : explainer->least_worth;
        explainer_count(explainer, i, 1);
    }
}

/* What the plan leaves of each room, and the rooms of each district. */
static void list_rooms(struct explainer *explainer)
{
    const struct instance *in = explainer->instance;
    const struct plan *plan = explainer->plan;
    const size_t districts = (size_t)in->district_count;
    int32_t *next = zeroed(districts, sizeof *next);

    explainer->room_free = zeroed((size_t)in->room_count, sizeof *explainer->room_free);
    explainer->room_start = zeroed(districts + 1, sizeof *explainer->room_start);
    explainer->rooms_by_district =
        zeroed((size_t)in->room_count, sizeof *explainer->rooms_by_district);
    for (int32_t i = 0; i < in->room_count; i++) {
        explainer->room_free[i] = in->rooms[i].slots & ~in->rooms[i].taken;
        explainer->room_start[in->rooms[i].district + 1]++;
    }
    for (int32_t i = 0; i < plan->group_count; i++) {
        explainer->room_free[plan->groups[i].room] &= ~instance_bit(plan->groups[i].slot);
        if (plan->groups[i].parent_room != INSTANCE_NONE)
            explainer->room_free[plan->groups[i].parent_room] &=
                ~instance_bit(plan->groups[i].slot);
    }
    for (size_t d = 0; d < districts; d++)
        next[d] = explainer->room_start[d + 1] += explainer->room_start[d];
    for (int32_t i = in->room_count - 1; i >= 0; i--)
        explainer->rooms_by_district[--next[in->rooms[i].district]] = i;
    free(next);
}

static void find_everybody(struct explainer *explainer)
{
    const struct instance *in = explainer->instance;
    const struct plan *plan = explainer->plan;
    int64_t with_parents = 0;

    explainer->placed = memory_grow(NULL, (size_t)in->child_count + 1);
    explainer->where = memory_grow(NULL, ((size_t)in->child_count + 1) * sizeof(int32_t));
    plan_mark_placed(in, plan, explainer->placed);
    for (int32_t i = 0; i < in->child_count; i++)
        explainer->where[i] = INT32_MAX;
    for (int32_t i = 0; i < plan->group_count; i++) {
        with_parents += plan->groups[i].parent_room != INSTANCE_NONE;
        for (int32_t j = 0; j < plan->groups[i].child_count; j++)
            explainer->where[plan->groups[i].children[j]] = i;
    }
    for (int32_t i = 0; i < plan->addition_count; i++)
        for (int32_t j = 0; j < plan->additions[i].child_count; j++)
            explainer->where[plan->additions[i].children[j]] = ~plan->additions[i].group;
    explainer->parents_wanted =
        with_parents * 100 < (int64_t)in->policy.parent_share * (plan->group_count + 1);
}

void explainer_open(struct explainer *explainer, const struct instance *instance, struct plan *plan)
{
    *explainer = (struct explainer){.instance = instance, .plan = plan};
    find_everybody(explainer);
    staff_open(&explainer->staff, instance, plan);
    list_rooms(explainer);
    count_children(explainer);
}

void explainer_close(struct explainer *explainer)
{
    staff_close(&explainer->staff);
    free(explainer->placed);
    free(explainer->where);
    free(explainer->room_free);
    free(explainer->rooms_by_district);
    free(explainer->room_start);
    free(explainer->counts);
    free(explainer->lacks);
}

int32_t explainer_parents_room(
    const struct explainer *explainer, int32_t room, int32_t slot, int32_t least)
{
    const struct instance *in = explainer->instance;
    const int32_t district = in->rooms[room].district;

    for (int32_t i = explainer->room_start[district]; i < explainer->room_start[district + 1];
         i++) {
        const int32_t other = explainer->rooms_by_district[i];

        if (other != room && in->rooms[other].site == in->rooms[room].site &&
            explainer->room_free[other] >> slot & 1 && in->rooms[other].capacity >= least)
            return other;
    }
    return INSTANCE_NONE;
}

struct lack explainer_lack(struct explainer *explainer, const struct post *kind, bool parents)
{
    const struct instance_span nobody = {0};
    const int32_t leaders =
        parents ? explainer->instance->policy.by_theme[kind->theme].parent_leaders : 0;
    const size_t cell =
        explainer_cell(explainer, kind->theme, kind->language, kind->slot, kind->district);

    if (explainer->cell_count == 0)
        return staff_lack(&explainer->staff, kind, leaders, nobody);
    struct lack *lack = &explainer->lacks[(parents ? explainer->cell_count : 0) + cell];
    if (lack->leaders == LACK_UNASKED)
        *lack = staff_lack(&explainer->staff, kind, leaders, nobody);
    return *lack;
}
