/* The problem's hosts: existing groups with free places, and who could be added (H19). */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/problem.h"

static bool contains(struct instance_span span, int32_t value)
{
    for (int32_t i = 0; i < span.count; i++)
        if (span.items[i] == value)
            return true;
    return false;
}

/* H11: no leader of the group is one who must not meet the child. */
static bool leaders_may_meet(const struct instance_group *group, const struct instance_child *child)
{
    for (int32_t i = 0; i < 2; i++)
        if (contains(child->avoided_by, group->leaders[i]) ||
            (group->parent_room != NONE && contains(child->avoided_by, group->parent_leaders[i])))
            return false;
    return true;
}

/* H16: none of the members is one to be kept apart from. */
static bool apart_from_members(const struct instance *instance, const struct instance_group *group,
    const struct instance_child *child)
{
    for (int32_t i = 0; i < child->apart.count; i++) {
        int32_t member = child->apart.items[i] - instance->child_count;

        if (member >= group->first_member && member < group->first_member + group->member_count)
            return false;
    }
    return true;
}

/* What concerns each child alone: H7, H8, H10, H11, H16, H18. */
static bool child_fits(const struct instance *instance, int32_t group_index, int32_t child_index)
{
    const struct instance_group *group = &instance->groups[group_index];
    const struct instance_child *child = &instance->children[child_index];

    if (child->age < group->age_from || child->age > group->age_to)
        return false;
    if (group->gender == INSTANCE_MIXED
            ? child->same_sex_only
            : (group->gender == INSTANCE_GIRLS) != (child->sex == INSTANCE_FEMALE))
        return false;
    if (child->parent == INSTANCE_PARENT_MUST && group->parent_room == NONE)
        return false;
    return !contains(child->declined, group_index) && leaders_may_meet(group, child) &&
           apart_from_members(instance, group, child);
}

static bool unit_fits(
    const struct problem *problem, const struct unit *unit, const struct host *host)
{
    const struct instance *instance = problem->instance;
    const struct instance_group *group = &instance->groups[host->source];
    const struct instance_room *room = &instance->rooms[group->room];

    if ((unit->only_host != NONE && unit->only_host != host->source) ||
        !(unit->themes & instance_bit(group->theme)) ||
        !(unit->languages & instance_bit(group->language)) ||
        !(unit->slots & instance_bit(group->slot)) || (unit->needs & ~room->tags) ||
        unit->weight > host->places ||
        (host->with_parents && unit->joiners > host->parent_places) ||
        problem_barred(problem, unit, host->site, host->slot) ||
        !problem_reaches(problem, unit, room->district))
        return false;
    for (int32_t k = 0; k < unit->weight; k++)
        if (!child_fits(instance, host->source, problem->children[unit->first + k]))
            return false;
    return true;
}

static void add_offers(struct problem *problem, struct host *host, size_t *room_for)
{
    const struct instance *instance = problem->instance;
    const struct instance_group *group = &instance->groups[host->source];
    int32_t count = host->first_offer;

    for (int32_t u = 0; u < problem->unit_count; u++) {
        const struct unit *unit = &problem->units[u];
        int64_t value;

        if (!unit_fits(problem, unit, host))
            continue;
        value = problem_unit_value(
            instance, problem, unit, group->theme, instance->rooms[group->room].district);
        if (host->with_parents)
            value += instance->policy.w_parent * unit->joiners;
        if ((size_t)count == *room_for) {
            *room_for = *room_for * 2 + 256;
            problem->offers = memory_grow(problem->offers, *room_for * sizeof(struct offer));
        }
        problem->offers[count++] = (struct offer){u, value * MILLI};
    }
    host->offer_count = count - host->first_offer;
}

void problem_add_hosts(struct problem *problem, const struct part *part)
{
    const struct instance *instance = problem->instance;
    size_t room_for = 0;
    int32_t offers = 0;

    problem->hosts = memory_grow(NULL, ((size_t)instance->group_count + 1) * sizeof(struct host));
    for (int32_t g = 0; g < instance->group_count; g++) {
        const struct instance_group *group = &instance->groups[g];
        struct host *host = &problem->hosts[problem->host_count];

        if (group->places_left < 1 ||
            (part && part->of_district[instance->rooms[group->room].district] != part->id))
            continue;
        *host = (struct host){.source = g,
            .places = group->places_left < GROUP_MOST ? group->places_left : GROUP_MOST,
            .parent_places = group->parent_places_left,
            .with_parents = group->parent_room != NONE,
            .site = instance->rooms[group->room].site,
            .slot = group->slot,
            .first_offer = offers};
        add_offers(problem, host, &room_for);
        offers += host->offer_count;
        problem->host_count += host->offer_count > 0;
    }
}
