#include "services/matching/core/hold.h"

#include <stdlib.h>

#include "common/check.h"
#include "common/domain/date.h"

struct holder {
    const struct market_view *view;
    const struct themes *themes;
    struct room *rooms; /* less what the groups that hold take */
    struct leader *leaders;
    struct planned_group *groups;
    size_t group_count;
    size_t *group_of;
    uint32_t *pair_first, *pair_index; /* the pairs of each need */
};

static void index_pairs(struct arena *arena, struct holder *holder)
{
    const struct market_view *view = holder->view;
    uint32_t *next = ARENA_ARRAY(arena, uint32_t, view->need_count + 1);

    holder->pair_first = ARENA_ARRAY(arena, uint32_t, view->need_count + 2);
    holder->pair_index = ARENA_ARRAY(arena, uint32_t, 2 * view->pair_count + 1);
    for (size_t i = 0; i < view->pair_count; i++) {
        holder->pair_first[view->pairs[i].a + 1]++;
        if (view->pairs[i].b != PAIR_OUTSIDE)
            holder->pair_first[view->pairs[i].b + 1]++;
    }
    for (size_t i = 0; i < view->need_count; i++)
        holder->pair_first[i + 1] += holder->pair_first[i];
    memcpy(next, holder->pair_first, (view->need_count + 1) * sizeof *next);
    for (size_t i = 0; i < view->pair_count; i++) {
        holder->pair_index[next[view->pairs[i].a]++] = (uint32_t)i;
        if (view->pairs[i].b != PAIR_OUTSIDE)
            holder->pair_index[next[view->pairs[i].b]++] = (uint32_t)i;
    }
}

/* --- children --- */

static bool is_in(const struct planned_group *group, size_t need)
{
    for (size_t i = 0; i < group->child_count; i++)
        if (group->children[i] == need)
            return true;
    return false;
}

static bool outside_allows(const struct pair *pair, int site, int slot)
{
    if (pair->kind == PAIR_TOGETHER)
        return uuid_absent(pair->group_id) && !pair->waits;
    return pair->kind != PAIR_MUST_NOT_MEET || uuid_absent(pair->group_id) || pair->site != site ||
           pair->slot != slot;
}

/* H15-H17 against the others of the group, the groups that hold, and places that are. */
static bool pair_allows(const struct holder *holder, const struct planned_group *group, size_t need,
    const struct pair *pair)
{
    const int site = holder->rooms[group->room].site;
    const size_t other = pair->a == need ? pair->b : pair->a;

    if (other == PAIR_OUTSIDE)
        return outside_allows(pair, site, group->slot);
    if (pair->kind == PAIR_TOGETHER)
        return is_in(group, other);
    if (is_in(group, other))
        return false;
    if (pair->kind != PAIR_MUST_NOT_MEET || holder->group_of[other] == HOLD_NONE)
        return true;
    const struct planned_group *there = &holder->groups[holder->group_of[other]];
    return holder->rooms[there->room].site != site || there->slot != group->slot;
}

static bool child_fits(const struct holder *holder, const struct planned_group *group, size_t need)
{
    const struct market_view *view = holder->view;
    const struct child_need *child = &view->needs[need];
    const struct programme *programme = &view->programmes[group->programme];
    const struct room *room = &holder->rooms[group->room];
    const int age = date_age(child->birth, view->plan_date);

    if (holder->group_of[need] != HOLD_NONE ||
        (child->situations & bit_of((int)programme->situation)) == 0 ||
        (child->languages >> group->language & 1) == 0 || !slot_in(child->slots, group->slot) ||
        !need_sex_fits(child, group->sex) || (child->needs & ~room->needs) != 0 ||
        (child->parent_wish == PARENT_WISH_MUST && group->parent_room == HOLD_NONE) ||
        travel_minutes(&view->travel, child->district, room->district) > child->max_travel_min ||
        age < group->ages.from || age > group->ages.to)
        return false;
    for (uint32_t i = holder->pair_first[need]; i < holder->pair_first[need + 1]; i++)
        if (!pair_allows(holder, group, need, &view->pairs[holder->pair_index[i]]))
            return false;
    return true;
}

/* Until nobody has to go: whoever goes may take a sister along. */
static void keep_who_fits(const struct holder *holder, struct planned_group *group)
{
    size_t before;

    do {
        size_t kept = 0;

        before = group->child_count;
        for (size_t i = 0; i < before; i++) {
            const size_t need = group->children[i];

            if (child_fits(holder, group, need))
                group->children[kept++] = need;
            else
                /* Not among them any more for those who are looked at after. */
                group->children[i] = HOLD_NONE;
        }
        group->child_count = kept;
    } while (group->child_count != before);
}

/* H8: a group for one sex is one because somebody asked for it. */
static void mix_where_it_may(const struct market_view *view, struct planned_group *group)
{
    bool asked = false;

    for (size_t i = 0; i < group->child_count; i++)
        asked = asked || view->needs[group->children[i]].same_sex_only;
    if (!asked)
        group->sex = SEX_NONE;
}

static size_t joining(const struct market_view *view, const struct planned_group *group)
{
    size_t count = 0;

    for (size_t i = 0; i < group->child_count; i++)
        count += view->needs[group->children[i]].parent_wish != PARENT_WISH_NO;
    return count;
}

/* --- rooms and leaders --- */

/* H13, H14 and what the programme says of parents. */
static bool rooms_hold(const struct holder *holder, struct planned_group *group)
{
    const struct room *room = &holder->rooms[group->room];
    const enum parents parents = holder->view->programmes[group->programme].parents;

    if (parents == PARENTS_NO) {
        group->parent_room = HOLD_NONE;
        group->parent_leader_count = 0;
    }
    if (!slot_in(room->slots, group->slot) ||
        (parents == PARENTS_ALWAYS && group->parent_room == HOLD_NONE))
        return false;
    if (group->parent_room == HOLD_NONE)
        return true;
    const struct room *other = &holder->rooms[group->parent_room];
    return group->parent_room != group->room && other->site == room->site &&
           slot_in(other->slots, group->slot);
}

/* H11, H12 of one of them. */
static bool leader_holds(
    const struct holder *holder, const struct planned_group *group, size_t index)
{
    const struct leader *leader = &holder->leaders[index];
    const struct programme *programme = &holder->view->programmes[group->programme];
    const int district = holder->rooms[group->room].district;

    return leader->groups_left > 0 && slot_in(leader->slots, group->slot) &&
           leader_is_trained(leader, programme) &&
           (leader->languages >> group->language & 1) != 0 &&
           (leader->districts >> district & 1) != 0 &&
           leader->contract_until >= holder->view->term_end;
}

/* A conflict of interest with one of the children. */
static bool leader_avoids(
    const struct holder *holder, const struct planned_group *group, size_t index)
{
    const struct leader *leader = &holder->leaders[index];

    for (size_t i = 0; i < leader->avoid_count; i++)
        for (size_t k = 0; k < group->child_count; k++)
            if (uuid_equal(leader->avoid[i], holder->view->needs[group->children[k]].referral_id))
                return true;
    return false;
}

static bool leaders_hold(const struct holder *holder, const struct planned_group *group)
{
    const struct programme *programme = &holder->view->programmes[group->programme];
    size_t all[2 + PARENT_LEADERS_MOST] = {group->leaders[0], group->leaders[1]}, count = 2;

    if (!holder->leaders[all[0]].experienced && !holder->leaders[all[1]].experienced)
        return false;
    if (group->parent_room != HOLD_NONE) {
        if (group->parent_leader_count != (size_t)programme->parent_leaders)
            return false;
        for (size_t i = 0; i < group->parent_leader_count; i++) {
            if (!holder->leaders[group->parent_leaders[i]].parents)
                return false;
            all[count++] = group->parent_leaders[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!leader_holds(holder, group, all[i]) || leader_avoids(holder, group, all[i]))
            return false;
        for (size_t j = 0; j < i; j++)
            if (all[i] == all[j])
                return false;
    }
    return true;
}

static void take_leader(struct holder *holder, size_t leader, int slot)
{
    holder->leaders[leader].groups_left--;
    holder->leaders[leader].slots &= ~holder->view->leader_clash[slot];
}

static void take(struct holder *holder, const struct planned_group *group)
{
    const size_t index = holder->group_count++;
    const int64_t clash = holder->view->room_clash[group->slot];

    holder->groups[index] = *group;
    holder->rooms[group->room].slots &= ~clash;
    if (group->parent_room != HOLD_NONE)
        holder->rooms[group->parent_room].slots &= ~clash;
    for (size_t i = 0; i < 2; i++)
        take_leader(holder, group->leaders[i], group->slot);
    for (size_t i = 0; i < group->parent_leader_count; i++)
        take_leader(holder, group->parent_leaders[i], group->slot);
    for (size_t i = 0; i < group->child_count; i++)
        holder->group_of[group->children[i]] = index;
}

/* PLANNER, "Score": what the group brings, as the coordinator sees it. */
static int score_of(const struct holder *holder, const struct planned_group *group)
{
    const struct market_view *view = holder->view;
    const struct points *points = &view->points;
    const struct room *room = &holder->rooms[group->room];
    const bool parents = group->parent_room != HOLD_NONE;
    int score = -points->group - room->cost - points->band * (group->ages.to - group->ages.from);

    if (parents)
        score -= points->parent_group + holder->rooms[group->parent_room].cost;
    for (size_t i = 0; i < group->child_count; i++) {
        const struct child_need *child = &view->needs[group->children[i]];

        score += need_worth(child, view->today, points) -
                 points->travel * travel_minutes(&view->travel, child->district, room->district);
        if (child->primary == view->programmes[group->programme].situation)
            score += points->primary;
        if (parents && child->parent_wish != PARENT_WISH_NO)
            score += points->parent;
    }
    return score;
}

static enum hold_end holds(const struct holder *holder, struct planned_group *group)
{
    const struct market_view *view = holder->view;
    const struct theme *theme = &holder->themes->themes[group->theme];
    const struct programme *programme = &view->programmes[group->programme];

    if (!rooms_hold(holder, group))
        return HOLD_ROOM;
    if (!leaders_hold(holder, group))
        return HOLD_LEADERS;
    keep_who_fits(holder, group);
    if (group->child_count < (size_t)theme->least || group->child_count > (size_t)theme->most ||
        group->child_count > (size_t)holder->rooms[group->room].capacity ||
        (group->parent_room != HOLD_NONE &&
            joining(view, group) > (size_t)holder->rooms[group->parent_room].capacity))
        return HOLD_CHILDREN;
    mix_where_it_may(view, group);
    group->ages = theme_widen(theme, programme->band_years, group->ages);
    group->score = score_of(holder, group);
    return HOLD_HOLDS;
}

static int compare_sizes(const void *a, const void *b)
{
    const struct planned_group *one = *(const struct planned_group *const *)a;
    const struct planned_group *other = *(const struct planned_group *const *)b;

    if (one->child_count != other->child_count)
        return one->child_count > other->child_count ? -1 : 1;
    return (one > other) - (one < other);
}

struct held_plan hold_groups(struct arena *arena, const struct market_view *view,
    const struct themes *themes, const struct planned_group *planned, size_t count, size_t most)
{
    struct holder holder = {
        .view = view,
        .themes = themes,
        .rooms = ARENA_ARRAY(arena, struct room, view->room_count),
        .leaders = ARENA_ARRAY(arena, struct leader, view->leader_count),
        .groups = ARENA_ARRAY(arena, struct planned_group, count),
        .group_of = ARENA_ARRAY(arena, size_t, view->need_count),
    };
    const struct planned_group **order = ARENA_ARRAY(arena, const struct planned_group *, count);
    enum hold_end *ends = ARENA_ARRAY(arena, enum hold_end, count);
    size_t *planned_of = ARENA_ARRAY(arena, size_t, count);

    if (view->room_count)
        memcpy(holder.rooms, view->rooms, view->room_count * sizeof *view->rooms);
    if (view->leader_count)
        memcpy(holder.leaders, view->leaders, view->leader_count * sizeof *view->leaders);
    for (size_t i = 0; i < view->need_count; i++)
        holder.group_of[i] = HOLD_NONE;
    for (size_t i = 0; i < count; i++)
        order[i] = &planned[i];
    qsort(order, count, sizeof *order, compare_sizes);
    index_pairs(arena, &holder);
    for (size_t i = 0; i < count; i++) {
        struct planned_group group = *order[i];
        const size_t which = (size_t)(order[i] - planned);

        ends[which] = holder.group_count < most ? holds(&holder, &group) : HOLD_LATER;
        if (ends[which] != HOLD_HOLDS)
            continue;
        planned_of[holder.group_count] = which;
        take(&holder, &group);
    }
    return (struct held_plan){holder.groups, holder.group_count, count - holder.group_count,
        holder.group_of, ends, planned_of};
}
