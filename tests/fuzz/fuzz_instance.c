/*
 * Any bytes as an instance of the planning problem: refused with a path and a sentence, or read
 * into structs that keep what instance.h promises, for which the empty plan is a right one. A small
 * one is planned too, and the checker has nothing to say about the plan.
 */
#include <stdint.h>
#include <string.h>

#include "common/check.h"
#include "services/planner/check.h"
#include "services/planner/instance.h"
#include "services/planner/plan.h"
#include "services/planner/planner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLANNED_CHILDREN_MOST = 30 };

static bool is_index(int32_t index, int32_t count)
{
    return index >= 0 && index < count;
}

static bool is_index_or_none(int32_t index, int32_t count)
{
    return index == INSTANCE_NONE || is_index(index, count);
}

static void check_mask(uint64_t mask, int32_t count)
{
    CHECK(count >= INSTANCE_BITS || mask >> count == 0);
}

/* Ascending, each once, and inside. */
static void check_span(struct instance_span span, int32_t count)
{
    for (int32_t i = 0; i < span.count; i++) {
        CHECK(is_index(span.items[i], count));
        CHECK(i == 0 || span.items[i - 1] < span.items[i]);
    }
}

static void check_names(const char *const *names, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        CHECK(i == 0 || strcmp(names[i - 1], names[i]) < 0);
        CHECK(instance_find_name(names, count, names[i]) == i);
    }
}

static void check_child(const struct instance *instance, int32_t index)
{
    const struct instance_child *child = &instance->children[index];
    const int32_t persons = instance->child_count + instance->member_count;

    CHECK(instance_find_child(instance, child->id) == index);
    check_mask(child->themes, instance->theme_count);
    check_mask(child->languages, instance->language_count);
    check_mask(child->slots, instance->slot_count);
    check_mask(child->needs, instance->tag_count);
    CHECK(is_index(child->primary, instance->theme_count));
    CHECK(child->themes & instance_bit(child->primary));
    CHECK(is_index(child->home, instance->district_count));
    CHECK(is_index(child->unit, instance->unit_count));
    CHECK(child->age >= 0 && child->age <= INSTANCE_AGE_MAX);
    CHECK(child->weeks_waited >= 0 && child->worth >= 0);
    check_span(child->declined, instance->group_count);
    check_span(child->avoided_by, instance->leader_count);
    check_span(child->apart, persons);
    check_span(child->must_not_meet, persons);
    check_span(child->closed, instance->site_count * INSTANCE_BITS);
}

static void check_leader(const struct instance *instance, int32_t index)
{
    const struct instance_leader *leader = &instance->leaders[index];

    CHECK(instance_find_leader(instance, leader->id) == index);
    check_mask(leader->slots | leader->taken, instance->slot_count);
    check_mask(leader->themes, instance->theme_count);
    check_mask(leader->languages, instance->language_count);
    check_span(leader->districts, instance->district_count);
    check_span(leader->avoid, instance->child_count);
    CHECK(leader->groups_left >= 0 && leader->groups_left <= leader->max_groups);
}

static void check_group(const struct instance *instance, int32_t index)
{
    const struct instance_group *group = &instance->groups[index];

    CHECK(instance_find_group(instance, group->id) == index);
    CHECK(is_index(group->theme, instance->theme_count));
    CHECK(is_index(group->language, instance->language_count));
    CHECK(is_index(group->slot, instance->slot_count));
    CHECK(is_index(group->room, instance->room_count));
    CHECK(is_index_or_none(group->parent_room, instance->room_count));
    for (int i = 0; i < 2; i++) {
        CHECK(is_index_or_none(group->leaders[i], instance->leader_count));
        CHECK(is_index_or_none(group->parent_leaders[i], instance->leader_count));
    }
    CHECK(group->places_left >= 0 && group->parent_places_left >= 0);
    CHECK(group->first_member >= 0 && group->member_count >= 0);
    CHECK(group->first_member + group->member_count <= instance->member_count);
}

static void check_instance(const struct instance *instance)
{
    check_names(instance->themes, instance->theme_count);
    check_names(instance->slots, instance->slot_count);
    check_names(instance->districts, instance->district_count);
    for (int32_t i = 0; i < instance->child_count; i++)
        check_child(instance, i);
    for (int32_t i = 0; i < instance->leader_count; i++)
        check_leader(instance, i);
    for (int32_t i = 0; i < instance->group_count; i++)
        check_group(instance, i);
    for (int32_t i = 0; i < instance->room_count; i++) {
        check_mask(instance->rooms[i].slots | instance->rooms[i].taken, instance->slot_count);
        CHECK(is_index(instance->rooms[i].site, instance->site_count));
    }
    for (int32_t i = 0; i < instance->unit_count; i++)
        check_span(instance->units[i].children, instance->child_count);
}

static void check_empty_plan(const struct instance *instance)
{
    static struct complaints complaints;
    const struct plan empty = {.bound = PLAN_ABSENT, .status = PLAN_FEASIBLE};

    complaints.count = 0;
    CHECK(check_plan(instance, &empty, &complaints) == 0);
}

static void check_planned(const struct instance *instance)
{
    static struct complaints complaints;
    const struct planner_options options = {.iterations = 2, .seed = 1};
    struct plan plan;

    CHECK(planner_solve(instance, &options, &plan) == 0);
    complaints.count = 0;
    if (check_plan(instance, &plan, &complaints) > 0)
        check_failed(complaints.text[0], __FILE__, __LINE__);
    plan_clear(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct instance *instance = NULL;
    struct error error = {ERROR_NONE, ""};

    if (instance_read((const char *)data, size, &instance, &error) != INSTANCE_READ) {
        CHECK(!instance && error.text[0]);
        return 0;
    }
    check_instance(instance);
    check_empty_plan(instance);
    if (instance->child_count <= PLANNED_CHILDREN_MOST)
        check_planned(instance);
    instance_free(instance);
    return 0;
}
