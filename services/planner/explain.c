/*
 * Why a child has no place: of all options - situation, language, slot, district - the one with
 * the least missing. See explain.h for what makes an explanation true.
 */
#include "services/planner/explain.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/explain_inside.h"

/* What somebody has to go out and find, against each other: a child is found more easily. */
enum { WEIGHT_CHILD = 2, WEIGHT_LEADER = 3, WEIGHT_ROOM = 3, HOUSEHOLDS = 3, MOST_AVOIDED = 64 };

/* What the children of one unit can do together. */
struct asking {
    const struct instance_unit *unit;
    uint64_t themes, languages, slots, needs;
    int32_t low, high; /* ages */
    enum instance_gender gender;
    bool parent_must, fits; /* fits: one sex where that is asked for */
    bool counted;           /* the child itself is in the counts */
    bool conflicts;         /* somebody or some place is to be kept from */
    bool blind;             /* look past the conflicts */
    int64_t worth;
    int32_t avoided[MOST_AVOIDED], avoided_count; /* leaders who must not meet one of them */
};

struct best {
    struct plan_unplaced option;
    int32_t weight, minutes;
    bool found;
};

static struct asking ask(const struct explainer *explainer, const struct instance_unit *unit)
{
    const struct instance *in = explainer->instance;
    struct asking asking = {.unit = unit,
        .themes = UINT64_MAX,
        .languages = UINT64_MAX,
        .slots = UINT64_MAX,
        .low = INSTANCE_AGE_MAX,
        .fits = true};
    bool same_sex = false;

    for (int32_t i = 0; i < unit->children.count; i++) {
        const struct instance_child *child = &in->children[unit->children.items[i]];

        asking.themes &= child->themes;
        asking.languages &= child->languages;
        asking.slots &= child->slots;
        asking.needs |= child->needs;
        asking.low = child->age < asking.low ? child->age : asking.low;
        asking.high = child->age > asking.high ? child->age : asking.high;
        asking.parent_must |= child->parent == INSTANCE_PARENT_MUST;
        asking.conflicts |= child->must_not_meet.count || child->apart.count ||
                            child->closed.count || child->avoided_by.count;
        asking.worth += child->worth;
        same_sex |= child->same_sex_only;
        for (int32_t j = 0; j < child->avoided_by.count && asking.avoided_count < MOST_AVOIDED; j++)
            asking.avoided[asking.avoided_count++] = child->avoided_by.items[j];
    }
    const enum instance_sex sex = in->children[unit->children.items[0]].sex;
    for (int32_t i = 1; i < unit->children.count && same_sex; i++)
        asking.fits &= in->children[unit->children.items[i]].sex == sex;
    if (same_sex)
        asking.gender = sex == INSTANCE_FEMALE ? INSTANCE_GIRLS : INSTANCE_BOYS;
    asking.counted =
        explainer->cell_count > 0 && explainer_counts_child(explainer, unit->children.items[0]);
    return asking;
}

/* Minutes of the one who travels longest; -1 where somebody may not. */
static int32_t minutes_to(
    const struct instance *in, const struct instance_unit *unit, int32_t district)
{
    int32_t longest = 0;

    for (int32_t i = 0; i < unit->children.count; i++) {
        const struct instance_child *child = &in->children[unit->children.items[i]];
        const int32_t minutes = instance_travel(in, child->home, district);

        if (minutes > child->max_travel)
            return -1;
        longest = minutes > longest ? minutes : longest;
    }
    return longest;
}

/* H17: is somebody at the site then whom this child must not meet? H20: is the door closed? */
static bool meets(const struct explainer *explainer, int32_t index, int32_t site, int32_t slot)
{
    const struct instance *in = explainer->instance;
    const struct instance_child *child = &in->children[index];

    for (int32_t i = 0; i < child->closed.count; i++)
        if (child->closed.items[i] == site * INSTANCE_BITS + slot)
            return true;
    for (int32_t i = 0; i < child->must_not_meet.count; i++) {
        const int32_t person = child->must_not_meet.items[i];
        const int32_t place = person >= in->child_count
                                  ? ~in->members[person - in->child_count].group
                                  : explainer->where[person];

        if (place == INT32_MAX)
            continue;
        const int32_t room =
            place < 0 ? in->groups[~place].room : explainer->plan->groups[place].room;
        const int32_t when =
            place < 0 ? in->groups[~place].slot : explainer->plan->groups[place].slot;
        if (when == slot && in->rooms[room].site == site)
            return true;
    }
    return false;
}

static bool unit_meets(
    const struct explainer *explainer, const struct asking *asking, int32_t site, int32_t slot)
{
    for (int32_t i = 0; i < asking->unit->children.count && !asking->blind; i++)
        if (meets(explainer, asking->unit->children.items[i], site, slot))
            return true;
    return false;
}

/* Where the option would be: the free room that lacks least, then holds most. */
struct hall {
    int32_t room; /* INSTANCE_NONE: a new one */
    int32_t missing, capacity, cost;
};

static struct hall find_hall(const struct explainer *explainer, const struct asking *asking,
    const struct plan_unplaced *option, int32_t least, int32_t most)
{
    const struct instance *in = explainer->instance;
    struct hall best = {INSTANCE_NONE, option->parent_group ? 2 : 1, most, 0};

    for (int32_t i = explainer->room_start[option->district];
         i < explainer->room_start[option->district + 1]; i++) {
        const int32_t room = explainer->rooms_by_district[i];
        const struct instance_room *at = &in->rooms[room];

        if (!(explainer->room_free[room] >> option->slot & 1) || at->capacity < least ||
            asking->needs & ~at->tags || unit_meets(explainer, asking, at->site, option->slot))
            continue;
        int32_t capacity = at->capacity < most ? at->capacity : most, missing = 0;
        int32_t cost = at->cost;
        if (option->parent_group) {
            const int32_t other = explainer_parents_room(explainer, room, option->slot, least);

            missing = other == INSTANCE_NONE;
            cost += missing ? 0 : in->rooms[other].cost;
            if (!missing && in->rooms[other].capacity < capacity)
                capacity = in->rooms[other].capacity;
        }
        if (missing < best.missing || (missing == best.missing && capacity > best.capacity))
            best = (struct hall){room, missing, capacity, cost};
    }
    return best;
}

static int32_t weigh(const struct plan_unplaced *option)
{
    return WEIGHT_CHILD * option->missing_children +
           WEIGHT_LEADER * (option->missing_leaders + option->missing_parent_leaders) +
           WEIGHT_ROOM * option->missing_rooms;
}

/* The band of the theme's width that holds most of the counted; returns how many others those
 * are. */
static int32_t choose_band(const struct explainer *explainer, const struct asking *asking,
    struct plan_unplaced *option, int32_t width)
{
    const size_t cell =
        explainer_cell(explainer, option->theme, option->language, option->slot, option->district);
    int32_t most = -1;

    for (int32_t from = asking->high - width + 1; from <= asking->low; from++) {
        const int32_t others =
            asking->gender == INSTANCE_MIXED
                ? explainer_sum(explainer, cell, from, from + width - 1) - asking->counted
                : 0;

        if (from < 0 || others <= most)
            continue;
        most = others;
        option->age_from = from;
        option->age_to = from + width - 1;
    }
    return most < 0 ? 0 : most;
}

static void find_leaders(struct explainer *explainer, const struct asking *asking,
    struct plan_unplaced *option, int32_t parent_leaders)
{
    const struct post kind = {.theme = option->theme,
        .language = option->language,
        .slot = option->slot,
        .district = option->district};
    const struct instance_span avoided = {
        asking->avoided, asking->blind ? 0 : asking->avoided_count};
    const struct lack lack = avoided.count > 0
                                 ? staff_lack(&explainer->staff, &kind,
                                       option->parent_group ? parent_leaders : 0, avoided)
                                 : explainer_lack(explainer, &kind, option->parent_group);
    option->missing_leaders = lack.leaders;
    option->missing_experienced = lack.experienced;
    option->missing_parent_leaders = lack.parent_leaders;
}

/* Points of the new group at least: its own children, `others` that are counted, new ones. */
static int64_t points(const struct explainer *explainer, const struct asking *asking,
    const struct plan_unplaced *option, const struct hall *hall, int32_t minutes, int32_t others)
{
    const struct instance *in = explainer->instance;
    const struct instance_policy *policy = &in->policy;
    const int64_t newcomer =
        policy->w_place + policy->w_primary -
        policy->w_travel * instance_travel(in, option->district, option->district);
    int64_t sum = asking->worth - policy->w_travel * minutes * asking->unit->children.count;

    if (others > 0)
        sum += others * explainer->least_worth;
    sum += option->missing_children * newcomer;
    sum -= policy->w_group + hall->cost + policy->w_band * (option->age_to - option->age_from);
    return option->parent_group ? sum - policy->w_parent_group : sum;
}

/* Fewer than three households: neither their number nor their ages are told. */
static void hide_others(
    const struct asking *asking, struct plan_unplaced *option, struct instance_rule rule)
{
    const int32_t spare = rule.max_band_years - 1 - (asking->high - asking->low);
    const int32_t wanted = rule.min_children - asking->unit->children.count;

    option->age_from = asking->low > spare / 2 ? asking->low - spare / 2 : 0;
    option->age_to = option->age_from + rule.max_band_years - 1;
    if (option->missing_children < wanted)
        option->missing_children = wanted;
}

static bool is_worse(const struct best *best, int32_t weight, int32_t minutes)
{
    return best->found &&
           (weight > best->weight || (weight == best->weight && minutes >= best->minutes));
}

/* One option; the better one stays in `best`. What costs least to ask is asked first. */
static void try_option(struct explainer *explainer, const struct asking *asking,
    struct plan_unplaced option, int32_t minutes, struct best *best)
{
    const struct instance_rule rule = explainer->instance->policy.by_theme[option.theme];
    const int32_t own = asking->unit->children.count;
    const int32_t others = choose_band(explainer, asking, &option, rule.max_band_years);
    const int32_t fewest = rule.min_children - own - others;

    if (option.age_from < 0 || is_worse(best, fewest > 0 ? WEIGHT_CHILD * fewest : 0, minutes))
        return;
    const struct hall hall =
        find_hall(explainer, asking, &option, rule.min_children, rule.max_children);
    if (own > hall.capacity || rule.min_children > hall.capacity)
        return;
    option.missing_rooms = hall.missing;
    const int32_t used = own + others < hall.capacity ? others : hall.capacity - own;
    option.missing_children = own + used < rule.min_children ? rule.min_children - own - used : 0;
    if (is_worse(best, weigh(&option), minutes))
        return;
    while (points(explainer, asking, &option, &hall, minutes, used) <= 0)
        if (own + used + ++option.missing_children > hall.capacity)
            return;
    find_leaders(explainer, asking, &option, rule.parent_leaders);
    const int32_t weight = weigh(&option);
    if (is_worse(best, weight, minutes))
        return;
    if (option.missing_children > 0 && 1 + others < HOUSEHOLDS)
        hide_others(asking, &option, rule);
    *best = (struct best){option, weight, minutes, true};
}

/* All options of one situation and language. */
static void try_slots(struct explainer *explainer, const struct asking *asking,
    struct plan_unplaced option, struct best *best)
{
    const struct instance *in = explainer->instance;

    for (int32_t d = 0; d < in->district_count; d++) {
        const int32_t minutes = minutes_to(in, asking->unit, d);

        for (uint64_t s = minutes < 0 ? 0 : asking->slots; s; s &= s - 1) {
            option.slot = __builtin_ctzll(s);
            option.district = d;
            try_option(explainer, asking, option, minutes, best);
        }
    }
}

static struct best find_best(struct explainer *explainer, const struct asking *asking)
{
    const struct instance *in = explainer->instance;
    struct best best = {.found = false};
    struct plan_unplaced option = {.age_from = INSTANCE_NONE,
        .gender = asking->gender,
        .parent_group = asking->parent_must || explainer->parents_wanted};

    for (uint64_t t = asking->themes; t; t &= t - 1)
        for (uint64_t l = asking->languages; l; l &= l - 1) {
            option.theme = __builtin_ctzll(t);
            option.language = __builtin_ctzll(l);
            if (asking->high - asking->low < in->policy.by_theme[option.theme].max_band_years)
                try_slots(explainer, asking, option, &best);
        }
    return best;
}

/* Would all of the unit fit into this group, if nobody had to be kept from anybody? */
static bool would_fit(
    const struct explainer *explainer, const struct asking *asking, const struct plan_group *group)
{
    const struct instance *in = explainer->instance;
    const struct instance_room *room = &in->rooms[group->room];

    return asking->themes >> group->theme & 1 && asking->languages >> group->language & 1 &&
           asking->slots >> group->slot & 1 && asking->low >= group->age_from &&
           asking->high <= group->age_to && group->gender == asking->gender &&
           !(asking->needs & ~room->tags) &&
           (!asking->parent_must || group->parent_room != INSTANCE_NONE) &&
           minutes_to(in, asking->unit, room->district) >= 0;
}

/* The same of a group that exists and has places left. */
static bool would_fit_existing(const struct explainer *explainer, const struct asking *asking,
    const struct instance_group *group)
{
    const struct plan_group like = {.theme = group->theme,
        .language = group->language,
        .slot = group->slot,
        .room = group->room,
        .age_from = group->age_from,
        .age_to = group->age_to,
        .gender = group->gender,
        .parent_room = group->parent_room};
    int32_t places = group->places_left;

    for (int32_t i = 0; i < explainer->plan->addition_count; i++)
        if (&explainer->instance->groups[explainer->plan->additions[i].group] == group)
            places -= explainer->plan->additions[i].child_count;
    return places >= asking->unit->children.count && would_fit(explainer, asking, &like);
}

/* Is it only somebody to be kept from that stands between the unit and a place? */
static bool only_conflicts(struct explainer *explainer, struct asking *asking)
{
    const struct instance *in = explainer->instance;
    const struct plan *plan = explainer->plan;
    const int32_t own = asking->unit->children.count;

    for (int32_t i = 0; i < plan->group_count; i++) {
        const struct plan_group *group = &plan->groups[i];
        const int32_t most = in->policy.by_theme[group->theme].max_children;

        if (group->child_count + own <= most &&
            group->child_count + own <= in->rooms[group->room].capacity &&
            would_fit(explainer, asking, group))
            return true;
    }
    for (int32_t i = 0; i < in->group_count; i++)
        if (would_fit_existing(explainer, asking, &in->groups[i]))
            return true;
    asking->blind = true;
    const struct best best = find_best(explainer, asking);
    asking->blind = false;
    return best.found && weigh(&best.option) == 0;
}

static enum plan_reason reason_of(const struct plan_unplaced *option)
{
    if (option->missing_children > 0)
        return PLAN_REASON_CHILDREN;
    if (option->missing_leaders + option->missing_parent_leaders > 0)
        return PLAN_REASON_LEADERS;
    return option->missing_rooms > 0 ? PLAN_REASON_ROOM : PLAN_REASON_NONE;
}

/* Why nothing at all can be said of an option. */
static enum plan_reason reason_of_none(
    const struct explainer *explainer, const struct asking *asking)
{
    const bool alone = asking->unit->children.count == 1;

    if (!alone && (!asking->themes || !asking->languages || !asking->slots || !asking->fits))
        return PLAN_REASON_SIBLINGS;
    if (!asking->slots || !asking->languages)
        return PLAN_REASON_TIME;
    for (int32_t d = 0; d < explainer->instance->district_count; d++)
        if (minutes_to(explainer->instance, asking->unit, d) >= 0)
            return alone ? PLAN_REASON_COST : PLAN_REASON_SIBLINGS;
    return PLAN_REASON_TRAVEL;
}

static struct plan_unplaced explain_unit(
    struct explainer *explainer, const struct instance_unit *unit)
{
    struct asking asking = ask(explainer, unit);
    struct plan_unplaced said = {.theme = INSTANCE_NONE,
        .language = INSTANCE_NONE,
        .slot = INSTANCE_NONE,
        .district = INSTANCE_NONE,
        .age_from = INSTANCE_NONE,
        .age_to = INSTANCE_NONE};

    if (unit->only_group != INSTANCE_NONE || !asking.fits) {
        said.reason = PLAN_REASON_SIBLINGS;
    } else {
        const struct best best = find_best(explainer, &asking);
        const bool free_now = best.found && weigh(&best.option) == 0;

        if (!free_now && asking.conflicts && only_conflicts(explainer, &asking)) {
            said.reason = PLAN_REASON_TIME;
        } else {
            if (best.found)
                said = best.option;
            said.reason = best.found ? reason_of(&said) : reason_of_none(explainer, &asking);
        }
    }
    explain_words(explainer->instance, &said);
    return said;
}

void explain_plan(const struct instance *instance, struct plan *plan)
{
    struct explainer explainer;
    const int32_t left = instance->child_count - plan_placed(plan);

    explainer_open(&explainer, instance, plan);
    free(plan->unplaced);
    plan->unplaced = memory_grow(NULL, ((size_t)left + 1) * sizeof *plan->unplaced);
    plan->unplaced_count = 0;
    for (int32_t i = 0; i < instance->child_count; i++) {
        if (explainer.placed[i])
            continue;
        struct plan_unplaced *said = &plan->unplaced[plan->unplaced_count++];

        *said = explain_unit(&explainer, &instance->units[instance->children[i].unit]);
        said->child = i;
    }
    explain_missing(&explainer);
    explainer_close(&explainer);
}
