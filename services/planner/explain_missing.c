/* What is missing for each group that could be, most children helped first. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/explain_inside.h"

enum { MOST_TOLD = 20, HOUSEHOLDS = 3 };

struct candidate {
    struct plan_missing missing;
    int32_t weight; /* how much is missing */
    bool found;
};

static bool is_better(const struct candidate *best, int32_t helped, int32_t weight)
{
    return !best->found || helped > best->missing.helped ||
           (helped == best->missing.helped && weight < best->weight);
}

/* Where the group would meet, and the parents where they must: the fewest rooms missing, then the
 * most children. */
struct hall {
    int32_t missing, capacity, cost;
};

static struct hall find_hall(
    const struct explainer *explainer, const struct post *kind, int32_t least, int32_t most)
{
    const struct instance *in = explainer->instance;
    const bool parents = explainer->parents_wanted;
    struct hall best = {parents ? 2 : 1, most, 0};

    for (int32_t i = explainer->room_start[kind->district];
         i < explainer->room_start[kind->district + 1]; i++) {
        const int32_t room = explainer->rooms_by_district[i];
        struct hall hall = {0, in->rooms[room].capacity, in->rooms[room].cost};

        if (!(explainer->room_free[room] >> kind->slot & 1) || hall.capacity < least)
            continue;
        if (parents) {
            const int32_t other = explainer_parents_room(explainer, room, kind->slot, least);

            hall.missing = other == INSTANCE_NONE;
            if (other != INSTANCE_NONE) {
                hall.cost += in->rooms[other].cost;
                if (in->rooms[other].capacity < hall.capacity)
                    hall.capacity = in->rooms[other].capacity;
            }
        }
        if (hall.missing < best.missing ||
            (hall.missing == best.missing && hall.capacity > best.capacity))
            best = hall;
    }
    return best;
}

/* What the group would bring at least: the counted children, newcomers, less what it costs. */
static int64_t points(const struct explainer *explainer, const struct plan_unplaced *option,
    const struct hall *hall, int32_t placed)
{
    const struct instance *in = explainer->instance;
    const struct instance_policy *policy = &in->policy;
    const int64_t newcomer =
        policy->w_place + policy->w_primary -
        policy->w_travel * instance_travel(in, option->district, option->district);

    return placed * explainer->least_worth + option->missing_children * newcomer - policy->w_group -
           policy->w_band * (option->age_to - option->age_from) - hall->cost -
           (option->parent_group ? policy->w_parent_group : 0);
}

/* One band of one cell. Bands with fewer than three households are nobody's to know. */
static void try_band(struct explainer *explainer, size_t cell, const struct post *kind,
    int32_t from, struct candidate *best)
{
    const struct instance *in = explainer->instance;
    const struct instance_rule rule = in->policy.by_theme[kind->theme];
    const int32_t to = from + rule.max_band_years - 1;
    const int32_t count = explainer_sum(explainer, cell, from, to);
    const int32_t helped = count < rule.max_children ? count : rule.max_children;

    if (count < HOUSEHOLDS || rule.min_children > rule.max_children || !is_better(best, helped, -1))
        return;
    const struct hall hall = find_hall(explainer, kind, rule.min_children, helped);
    const int32_t placed = helped < hall.capacity ? helped : hall.capacity;
    struct plan_unplaced option = {.child = INSTANCE_NONE,
        .theme = kind->theme,
        .language = kind->language,
        .slot = kind->slot,
        .district = kind->district,
        .age_from = from,
        .age_to = to,
        .missing_children = placed < rule.min_children ? rule.min_children - placed : 0,
        .missing_rooms = hall.missing,
        .parent_group = explainer->parents_wanted};
    const struct lack lack = explainer_lack(explainer, kind, option.parent_group);
    option.missing_leaders = lack.leaders;
    option.missing_parent_leaders = lack.parent_leaders;
    option.missing_experienced = lack.experienced;
    if (points(explainer, &option, &hall, placed) <= 0)
        return;
    const int32_t weight = 2 * option.missing_children +
                           3 * (option.missing_leaders + option.missing_parent_leaders) +
                           3 * option.missing_rooms;
    if (weight > 0 && is_better(best, placed, weight))
        *best = (struct candidate){{option, placed, count}, weight, true};
}

static struct candidate find_best(struct explainer *explainer)
{
    const struct instance *in = explainer->instance;
    struct candidate best = {.found = false};
    size_t cell = 0;

    for (int32_t t = 0; t < in->theme_count; t++)
        for (int32_t l = 0; l < in->language_count; l++)
            for (int32_t s = 0; s < in->slot_count; s++)
                for (int32_t d = 0; d < in->district_count; d++, cell++) {
                    const struct post kind = {.theme = t, .language = l, .slot = s, .district = d};

                    for (int32_t a = 0; a < explainer->ages; a++)
                        try_band(explainer, cell, &kind, explainer->age_low + a, &best);
                }
    return best;
}

/* Whom the option would help: they are not counted for the next one. */
static void count_away(
    struct explainer *explainer, const struct candidate *candidate, uint8_t *done)
{
    const struct instance *in = explainer->instance;
    const struct plan_unplaced *option = &candidate->missing.option;
    int32_t left = candidate->missing.helped;

    for (int32_t i = 0; i < in->child_count && left > 0; i++) {
        const struct instance_child *child = &in->children[i];

        if (done[i] || !explainer_counts_child(explainer, i) ||
            !(child->themes >> option->theme & 1) || !(child->languages >> option->language & 1) ||
            !(child->slots >> option->slot & 1) || child->age < option->age_from ||
            child->age > option->age_to ||
            instance_travel(in, child->home, option->district) > child->max_travel)
            continue;
        explainer_count(explainer, i, -1);
        done[i] = 1;
        left--;
    }
}

static enum plan_reason reason_of(const struct plan_unplaced *option)
{
    if (option->missing_children > 0)
        return PLAN_REASON_CHILDREN;
    return option->missing_leaders + option->missing_parent_leaders > 0 ? PLAN_REASON_LEADERS
                                                                        : PLAN_REASON_ROOM;
}

void explain_missing(struct explainer *explainer)
{
    struct plan *plan = explainer->plan;
    uint8_t *done = memset(memory_grow(NULL, (size_t)explainer->instance->child_count + 1), 0,
        (size_t)explainer->instance->child_count + 1);

    free(plan->missing);
    plan->missing = memory_grow(NULL, MOST_TOLD * sizeof *plan->missing);
    plan->missing_count = 0;
    while (explainer->cell_count > 0 && plan->missing_count < MOST_TOLD) {
        struct candidate best = find_best(explainer);

        if (!best.found)
            break;
        best.missing.option.reason = reason_of(&best.missing.option);
        explain_words(explainer->instance, &best.missing.option);
        plan->missing[plan->missing_count++] = best.missing;
        count_away(explainer, &best, done);
    }
    free(done);
}
