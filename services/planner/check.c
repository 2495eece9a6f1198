/*
 * The planner's own checker: see the header. A function a rule, in check_child.c (one child in one
 * group) and check_group.c (one group); here what concerns the whole plan, and the score.
 */
#include "services/planner/check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/check_inside.h"

void complain(struct complaints *complaints, int32_t about, const char *format, ...)
{
    va_list arguments;

    if (complaints->count < COMPLAINTS_KEPT) {
        va_start(arguments, format);
        vsnprintf(complaints->text[complaints->count], COMPLAINT_SIZE, format, arguments);
        va_end(arguments);
        complaints->about[complaints->count] = about;
    }
    complaints->count++;
}

/* H15: all of a unit in one place or none placed; with siblings in a group, only there. */
static void together(struct checking *c, const struct instance_unit *unit)
{
    const int32_t *children = unit->children.items;
    const int32_t first = c->where[children[0]];
    int32_t moved = INSTANCE_NONE;

    for (int32_t i = 1; i < unit->children.count; i++)
        if (c->where[children[i]] != first)
            moved = children[i];
    const int32_t place = first != INSTANCE_NONE   ? first
                          : moved != INSTANCE_NONE ? c->where[moved]
                                                   : INSTANCE_NONE;
    const int32_t about =
        place >= c->instance->group_count ? place - c->instance->group_count : INSTANCE_NONE;

    if (moved != INSTANCE_NONE)
        complain(c->out, about, "H15 children %s and %s are split",
            c->instance->children[children[0]].id, c->instance->children[moved].id);
    else if (unit->only_group != INSTANCE_NONE && first != INSTANCE_NONE &&
             first != unit->only_group)
        complain(c->out, about, "H15 child %s is placed where the siblings are not",
            c->instance->children[children[0]].id);
}

static int32_t place_of(const struct checking *c, int32_t person)
{
    return person < c->instance->child_count
               ? c->where[person]
               : c->instance->members[person - c->instance->child_count].group;
}

/* Site and slot of a place. */
static void where_is(const struct checking *c, int32_t place, int32_t *site, int32_t *slot)
{
    const int32_t groups = c->instance->group_count;
    const int32_t room =
        place < groups ? c->instance->groups[place].room : c->plan->groups[place - groups].room;

    *site = c->instance->rooms[room].site;
    *slot = place < groups ? c->instance->groups[place].slot : c->plan->groups[place - groups].slot;
}

/* The index that a complaint of a place is about; existing groups' additions are searched for. */
static int32_t about_place(const struct checking *c, int32_t place)
{
    if (place >= c->instance->group_count)
        return place - c->instance->group_count;
    for (int32_t i = 0; i < c->plan->addition_count; i++)
        if (c->plan->additions[i].group == place)
            return c->plan->group_count + i;
    return INSTANCE_NONE;
}

/* H16 */
static void apart(struct checking *c, struct instance_pair pair)
{
    const int32_t place = place_of(c, pair.first);

    if (place != INSTANCE_NONE && place == place_of(c, pair.second))
        complain(c->out, about_place(c, place), "H16 %s and %s are in one group",
            instance_person_id(c->instance, pair.first),
            instance_person_id(c->instance, pair.second));
}

/* H17 */
static void must_not_meet(struct checking *c, struct instance_pair pair)
{
    const int32_t first = place_of(c, pair.first), second = place_of(c, pair.second);
    int32_t site, slot, other_site, other_slot;

    if (first == INSTANCE_NONE || second == INSTANCE_NONE)
        return;
    where_is(c, first, &site, &slot);
    where_is(c, second, &other_site, &other_slot);
    if (site == other_site && slot == other_slot)
        complain(c->out, about_place(c, first > second ? first : second),
            "H17 %s and %s are both at %s %s", instance_person_id(c->instance, pair.first),
            instance_person_id(c->instance, pair.second), c->instance->sites[site],
            c->instance->slots[slot]);
}

void check_persons(struct checking *c)
{
    const struct instance *instance = c->instance;

    for (int32_t i = 0; i < instance->unit_count; i++)
        together(c, &instance->units[i]);
    for (int32_t i = 0; i < instance->apart_count; i++)
        apart(c, instance->apart[i]);
    for (int32_t i = 0; i < instance->must_not_meet_count; i++)
        must_not_meet(c, instance->must_not_meet[i]);
}

static int by_id(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Each new group has an id of its own. */
static void check_ids(struct checking *c)
{
    const size_t count = (size_t)c->plan->group_count;
    const char **ids = memory_grow(NULL, (count + 1) * sizeof *ids);

    for (size_t i = 0; i < count; i++) {
        ids[i] = c->plan->groups[i].id;
        if (instance_find_group(c->instance, ids[i]) != INSTANCE_NONE)
            complain(c->out, (int32_t)i, "id %s is that of an existing group", ids[i]);
    }
    qsort(ids, count, sizeof *ids, by_id);
    for (size_t i = 1; i < count; i++)
        if (strcmp(ids[i], ids[i - 1]) == 0)
            complain(c->out, INSTANCE_NONE, "id %s is used twice", ids[i]);
    free(ids);
}

static void check_new_groups(struct checking *c)
{
    for (int32_t i = 0; i < c->plan->group_count; i++) {
        const struct claim claim = check_of_new(c->instance, c->plan, i);

        if (check_is_known(c->instance, &claim))
            check_new_group(c, &claim);
        else
            complain(c->out, i, "%s: its situation, language, slot or room is unknown", claim.id);
    }
}

static void check_additions(struct checking *c)
{
    uint8_t *added = memory_grow(NULL, (size_t)c->instance->group_count + 1);

    memset(added, 0, (size_t)c->instance->group_count + 1);
    for (int32_t i = 0; i < c->plan->addition_count; i++) {
        const struct claim claim = check_of_addition(c->instance, c->plan, i);

        if (!check_is_known(c->instance, &claim)) {
            complain(c->out, claim.about, "H19 an addition to a group that does not exist");
            continue;
        }
        if (added[claim.existing]++)
            complain(c->out, claim.about, "H19 %s: added to twice", claim.id);
        check_addition(c, &claim);
    }
    free(added);
}

/* policy.parent_share: percent of the new groups. */
static void check_parent_share(struct checking *c)
{
    int64_t with_parents = 0;

    for (int32_t i = 0; i < c->plan->group_count; i++)
        with_parents += c->plan->groups[i].parent_room != INSTANCE_NONE;
    if (with_parents * 100 < (int64_t)c->instance->policy.parent_share * c->plan->group_count)
        complain(c->out, INSTANCE_NONE, "parent_share: %lld of %d new groups have a parent group",
            (long long)with_parents, (int)c->plan->group_count);
}

int64_t check_score(const struct instance *instance, const struct plan *plan)
{
    const struct instance_policy *policy = &instance->policy;
    int64_t score = 0;

    for (int32_t i = 0; i < plan->group_count; i++) {
        const struct claim claim = check_of_new(instance, plan, i);

        if (!check_is_known(instance, &claim))
            continue;
        score -= policy->w_group + instance->rooms[claim.room].cost +
                 policy->w_band * (claim.age_to - claim.age_from);
        if (claim.parent_room >= 0 && claim.parent_room < instance->room_count)
            score -= policy->w_parent_group + instance->rooms[claim.parent_room].cost;
        for (int32_t j = 0; j < claim.child_count; j++)
            score += check_child_score(instance, &claim, claim.children[j]);
    }
    for (int32_t i = 0; i < plan->addition_count; i++) {
        const struct claim claim = check_of_addition(instance, plan, i);

        if (!check_is_known(instance, &claim))
            continue;
        for (int32_t j = 0; j < claim.child_count; j++)
            score += check_child_score(instance, &claim, claim.children[j]);
    }
    return score;
}

/* What the plan says of itself: score right, never above the bound, optimal exactly at it. */
static void check_claims(struct checking *c)
{
    const struct plan *plan = c->plan;
    const int64_t score = check_score(c->instance, plan);

    if (plan->score != score)
        complain(c->out, INSTANCE_NONE, "score: %lld is claimed, it is %lld",
            (long long)plan->score, (long long)score);
    if (plan->status == PLAN_UNKNOWN)
        complain(c->out, INSTANCE_NONE, "status: neither optimal nor feasible");
    if (plan->bound != PLAN_ABSENT && plan->bound < score)
        complain(c->out, INSTANCE_NONE, "bound: %lld is below the score %lld",
            (long long)plan->bound, (long long)score);
    if ((plan->status == PLAN_OPTIMAL) != (plan->bound == score))
        complain(c->out, INSTANCE_NONE, "status: optimal if and only if the bound is the score");
}

static uint64_t *masks(int32_t count)
{
    const size_t bytes = ((size_t)count + 1) * sizeof(uint64_t);

    return memset(memory_grow(NULL, bytes), 0, bytes);
}

int check_plan(const struct instance *instance, const struct plan *plan, struct complaints *out)
{
    struct checking checking = {
        .instance = instance,
        .plan = plan,
        .out = out,
        .where = memory_grow(NULL, ((size_t)instance->child_count + 1) * sizeof(int32_t)),
        .room_used = masks(instance->room_count),
        .leader_used = masks(instance->leader_count),
    };

    for (int32_t i = 0; i < instance->child_count; i++)
        checking.where[i] = INSTANCE_NONE;
    check_use_existing(&checking);
    check_ids(&checking);
    check_new_groups(&checking);
    check_additions(&checking);
    check_leaders_load(&checking);
    check_persons(&checking);
    check_parent_share(&checking);
    check_claims(&checking);
    free(checking.where);
    free(checking.room_used);
    free(checking.leader_used);
    return out->count;
}
