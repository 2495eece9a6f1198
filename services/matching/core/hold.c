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

static enum act_reason outside_break(const struct pair *pair, int site, int slot)
{
    if (pair->kind == PAIR_TOGETHER)
        return uuid_absent(pair->group_id) && !pair->waits ? ACT_REASON_NONE
                                                           : ACT_REASON_CHILD_TOGETHER;
    return pair->kind != PAIR_MUST_NOT_MEET || uuid_absent(pair->group_id) || pair->site != site ||
                   pair->slot != slot
               ? ACT_REASON_NONE
               : ACT_REASON_MUST_NOT_MEET;
}

/* H15-H17 against the others of the group, the groups that hold, and places that are. */
static enum act_reason pair_break(const struct holder *holder, const struct planned_group *group,
    size_t need, const struct pair *pair)
{
    const int site = holder->rooms[group->room].site;
    const size_t other = pair->a == need ? pair->b : pair->a;

    if (other == PAIR_OUTSIDE)
        return outside_break(pair, site, group->slot);
    if (pair->kind == PAIR_TOGETHER)
        return is_in(group, other) ? ACT_REASON_NONE : ACT_REASON_CHILD_TOGETHER;
    if (is_in(group, other))
        return ACT_REASON_MUST_NOT_MEET;
    if (pair->kind != PAIR_MUST_NOT_MEET || holder->group_of[other] == HOLD_NONE)
        return ACT_REASON_NONE;
    const struct planned_group *there = &holder->groups[holder->group_of[other]];
    return holder->rooms[there->room].site != site || there->slot != group->slot
               ? ACT_REASON_NONE
               : ACT_REASON_MUST_NOT_MEET;
}

static bool too_far(
    const struct market_view *view, const struct child_need *child, const struct room *room)
{
    return travel_minutes(&view->travel, child->district, room->district) > child->max_travel_min;
}

/* What of the group is not for this child alone; the first thing. */
static enum act_reason need_break(
    const struct holder *holder, const struct planned_group *group, const struct child_need *child)
{
    const struct market_view *view = holder->view;
    const struct programme *programme = &view->programmes[group->programme];
    const struct room *room = &holder->rooms[group->room];
    const int age = date_age(child->birth, view->plan_date);

    if ((child->situations & bit_of((int)programme->situation)) == 0)
        return ACT_REASON_CHILD_SITUATION;
    if ((child->languages >> group->language & 1) == 0)
        return ACT_REASON_CHILD_LANGUAGE;
    if (!slot_in(child->slots, group->slot))
        return ACT_REASON_CHILD_TIME;
    if (!need_sex_fits(child, group->sex))
        return ACT_REASON_CHILD_SEX;
    if ((child->needs & ~room->needs) != 0)
        return ACT_REASON_CHILD_NEEDS;
    if (child->parent_wish == PARENT_WISH_MUST && group->parent_room == HOLD_NONE)
        return ACT_REASON_CHILD_PARENT;
    if (too_far(view, child, room))
        return ACT_REASON_CHILD_FAR;
    return age < group->ages.from || age > group->ages.to ? ACT_REASON_CHILD_AGE : ACT_REASON_NONE;
}

static enum act_reason child_break(
    const struct holder *holder, const struct planned_group *group, size_t need)
{
    enum act_reason reason = ACT_REASON_CHILD_TWICE;

    if (holder->group_of[need] == HOLD_NONE)
        reason = need_break(holder, group, &holder->view->needs[need]);
    for (uint32_t i = holder->pair_first[need];
         reason == ACT_REASON_NONE && i < holder->pair_first[need + 1]; i++)
        reason = pair_break(holder, group, need, &holder->view->pairs[holder->pair_index[i]]);
    return reason;
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

            if (child_break(holder, group, need) == ACT_REASON_NONE)
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

/* What is wrong with a group's rooms, leaders and children, one thing after the other; `done` when
 * no more is asked for than the first. */
struct finding {
    struct hold_break breaks[HOLD_BREAKS_MOST];
    size_t count;
    bool first_only;
};

/* True: look on. */
static bool find_break(
    struct finding *finding, enum act_reason reason, enum hold_about about, size_t subject)
{
    if (reason == ACT_REASON_NONE || finding->count == HOLD_BREAKS_MOST)
        return true;
    finding->breaks[finding->count++] = (struct hold_break){reason, about, subject, HOLD_NONE};
    return !finding->first_only;
}

/* Of programmes for children alone there is no parent group. */
static void leave_parents_out(const struct holder *holder, struct planned_group *group)
{
    if (holder->view->programmes[group->programme].parents == PARENTS_NO) {
        group->parent_room = HOLD_NONE;
        group->parent_leader_count = 0;
    }
}

static enum act_reason room_break(const struct room *room, int slot)
{
    if (slot_in(room->slots, slot))
        return ACT_REASON_NONE;
    return slot_in(room->open, slot) ? ACT_REASON_ROOM_TAKEN : ACT_REASON_ROOM_CLOSED;
}

/* H13, H14 and what the programme says of parents. */
static bool find_in_rooms(
    const struct holder *holder, const struct planned_group *group, struct finding *finding)
{
    const struct room *room = &holder->rooms[group->room];
    const enum parents parents = holder->view->programmes[group->programme].parents;

    if (!find_break(finding, room_break(room, group->slot), HOLD_ABOUT_ROOM, group->room))
        return false;
    if (group->parent_room == HOLD_NONE)
        return parents != PARENTS_ALWAYS ||
               find_break(finding, ACT_REASON_NO_PARENT_GROUP, HOLD_ABOUT_GROUP, HOLD_NONE);
    const struct room *other = &holder->rooms[group->parent_room];
    return find_break(finding,
               group->parent_room != group->room && other->site == room->site
                   ? ACT_REASON_NONE
                   : ACT_REASON_ROOM_ELSEWHERE,
               HOLD_ABOUT_PARENT_ROOM, group->parent_room) &&
           find_break(
               finding, room_break(other, group->slot), HOLD_ABOUT_PARENT_ROOM, group->parent_room);
}

/* A conflict of interest with one of the children. */
static bool leader_avoids(
    const struct holder *holder, const struct planned_group *group, const struct leader *leader)
{
    for (size_t i = 0; i < leader->avoid_count; i++)
        for (size_t k = 0; k < group->child_count; k++)
            if (uuid_equal(leader->avoid[i], holder->view->needs[group->children[k]].referral_id))
                return true;
    return false;
}

/* H11, H12 of one of them. */
static bool find_in_leader(const struct holder *holder, const struct planned_group *group,
    size_t index, struct finding *finding)
{
    const struct leader *leader = &holder->leaders[index];
    const struct programme *programme = &holder->view->programmes[group->programme];
    const bool speaks = (leader->languages >> group->language & 1) != 0;
    const bool works = (leader->districts >> holder->rooms[group->room].district & 1) != 0;
    const bool free = slot_in(leader->slots, group->slot);
    const enum act_reason reasons[] = {
        leader_is_trained(leader, programme) ? ACT_REASON_NONE : ACT_REASON_LEADER_UNTRAINED,
        speaks && works ? ACT_REASON_NONE : ACT_REASON_LEADER_UNFIT,
        leader->contract_until >= holder->view->term_end ? ACT_REASON_NONE
                                                         : ACT_REASON_LEADER_CONTRACT,
        free                                  ? ACT_REASON_NONE
        : slot_in(leader->gives, group->slot) ? ACT_REASON_LEADER_TAKEN
                                              : ACT_REASON_LEADER_HOURS,
        leader->groups_left > 0 ? ACT_REASON_NONE : ACT_REASON_LEADER_FULL,
        leader_avoids(holder, group, leader) ? ACT_REASON_CONFLICT_OF_INTEREST : ACT_REASON_NONE,
    };

    for (size_t i = 0; i < COUNT(reasons); i++)
        if (!find_break(finding, reasons[i], HOLD_ABOUT_LEADER, index))
            return false;
    return true;
}

static bool find_in_parents(
    const struct holder *holder, const struct planned_group *group, struct finding *finding)
{
    const struct programme *programme = &holder->view->programmes[group->programme];

    if (group->parent_room == HOLD_NONE)
        return true;
    if (group->parent_leader_count != (size_t)programme->parent_leaders &&
        !find_break(finding, ACT_REASON_PAIR_OF_PARENTS, HOLD_ABOUT_GROUP, HOLD_NONE))
        return false;
    for (size_t i = 0; i < group->parent_leader_count; i++)
        if (!holder->leaders[group->parent_leaders[i]].parents &&
            !find_break(
                finding, ACT_REASON_PAIR_OF_PARENTS, HOLD_ABOUT_LEADER, group->parent_leaders[i]))
            return false;
    return true;
}

static bool find_in_leaders(
    const struct holder *holder, const struct planned_group *group, struct finding *finding)
{
    size_t all[2 + PARENT_LEADERS_MOST] = {group->leaders[0], group->leaders[1]}, count = 2;

    if (!holder->leaders[all[0]].experienced && !holder->leaders[all[1]].experienced &&
        !find_break(finding, ACT_REASON_PAIR_INEXPERIENCED, HOLD_ABOUT_GROUP, HOLD_NONE))
        return false;
    if (!find_in_parents(holder, group, finding))
        return false;
    for (size_t i = 0; group->parent_room != HOLD_NONE && i < group->parent_leader_count; i++)
        all[count++] = group->parent_leaders[i];
    for (size_t i = 0; i < count; i++) {
        if (!find_in_leader(holder, group, all[i], finding))
            return false;
        for (size_t j = 0; j < i; j++)
            if (all[i] == all[j] &&
                !find_break(finding, ACT_REASON_LEADER_TWICE, HOLD_ABOUT_LEADER, all[i]))
                return false;
    }
    return true;
}

static bool rooms_hold(const struct holder *holder, struct planned_group *group)
{
    struct finding finding = {.first_only = true};

    leave_parents_out(holder, group);
    return find_in_rooms(holder, group, &finding);
}

static bool leaders_hold(const struct holder *holder, const struct planned_group *group)
{
    struct finding finding = {.first_only = true};

    return find_in_leaders(holder, group, &finding);
}

/* How many there are against how many there may be, and how many fit into the rooms. */
static bool find_in_size(
    const struct holder *holder, const struct planned_group *group, struct finding *finding)
{
    const struct theme *theme = &holder->themes->themes[group->theme];
    const bool crowded = group->child_count > (size_t)holder->rooms[group->room].capacity;

    if (group->child_count < (size_t)theme->least &&
        !find_break(finding, ACT_REASON_FEW_CHILDREN, HOLD_ABOUT_GROUP, HOLD_NONE))
        return false;
    if (group->child_count > (size_t)theme->most &&
        !find_break(finding, ACT_REASON_NO_PLACE, HOLD_ABOUT_GROUP, HOLD_NONE))
        return false;
    if (crowded && !find_break(finding, ACT_REASON_ROOM_TOO_SMALL, HOLD_ABOUT_ROOM, group->room))
        return false;
    return group->parent_room == HOLD_NONE ||
           joining(holder->view, group) <= (size_t)holder->rooms[group->parent_room].capacity ||
           find_break(
               finding, ACT_REASON_ROOM_TOO_SMALL, HOLD_ABOUT_PARENT_ROOM, group->parent_room);
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
    struct finding finding = {.first_only = true};

    if (!rooms_hold(holder, group))
        return HOLD_ROOM;
    if (!leaders_hold(holder, group))
        return HOLD_LEADERS;
    keep_who_fits(holder, group);
    if (!find_in_size(holder, group, &finding))
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

/* Nothing is taken yet. */
static struct holder open_holder(
    struct arena *arena, const struct market_view *view, const struct themes *themes, size_t count)
{
    struct holder holder = {
        .view = view,
        .themes = themes,
        .rooms = ARENA_ARRAY(arena, struct room, view->room_count),
        .leaders = ARENA_ARRAY(arena, struct leader, view->leader_count),
        .groups = ARENA_ARRAY(arena, struct planned_group, count),
        .group_of = ARENA_ARRAY(arena, size_t, view->need_count),
    };

    index_pairs(arena, &holder);
    return holder;
}

static void empty_holder(struct holder *holder)
{
    const struct market_view *view = holder->view;

    if (view->room_count)
        memcpy(holder->rooms, view->rooms, view->room_count * sizeof *view->rooms);
    if (view->leader_count)
        memcpy(holder->leaders, view->leaders, view->leader_count * sizeof *view->leaders);
    for (size_t i = 0; i < view->need_count; i++)
        holder->group_of[i] = HOLD_NONE;
    holder->group_count = 0;
}

struct held_plan hold_groups(struct arena *arena, const struct market_view *view,
    const struct themes *themes, const struct planned_group *planned, size_t count, size_t most)
{
    struct holder holder = open_holder(arena, view, themes, count);
    const struct planned_group **order = ARENA_ARRAY(arena, const struct planned_group *, count);
    enum hold_end *ends = ARENA_ARRAY(arena, enum hold_end, count);
    size_t *planned_of = ARENA_ARRAY(arena, size_t, count);

    empty_holder(&holder);
    for (size_t i = 0; i < count; i++)
        order[i] = &planned[i];
    qsort(order, count, sizeof *order, compare_sizes);
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

/* --- all that is wrong, and what would not be --- */

static void find_all(
    const struct holder *holder, struct planned_group *group, struct finding *finding)
{
    leave_parents_out(holder, group);
    find_in_rooms(holder, group, finding);
    find_in_leaders(holder, group, finding);
    for (size_t i = 0; i < group->child_count; i++)
        find_break(finding, child_break(holder, group, group->children[i]), HOLD_ABOUT_CHILD,
            group->children[i]);
    find_in_size(holder, group, finding);
}

static bool uses_leader(const struct planned_group *group, size_t leader)
{
    for (size_t i = 0; i < group->parent_leader_count; i++)
        if (group->parent_leaders[i] == leader)
            return true;
    return group->leaders[0] == leader || group->leaders[1] == leader;
}

/* The other planned group that has the room or the leader at that time. */
static size_t other_of(
    const struct holder *holder, const struct planned_group *group, const struct hold_break *found)
{
    const struct market_view *view = holder->view;

    for (size_t i = 0; i < holder->group_count; i++) {
        const struct planned_group *other = &holder->groups[i];
        const bool leader = found->about == HOLD_ABOUT_LEADER;
        const int64_t clash =
            leader ? view->leader_clash[group->slot] : view->room_clash[group->slot];

        if (!slot_in(clash, other->slot))
            continue;
        if (leader ? uses_leader(other, found->subject)
                   : other->room == found->subject || other->parent_room == found->subject)
            return i;
    }
    return HOLD_NONE;
}

static bool is_taken(enum act_reason reason)
{
    return reason == ACT_REASON_ROOM_TAKEN || reason == ACT_REASON_LEADER_TAKEN;
}

/* Better: nothing new is wrong, and less than before, or nothing at all. */
static bool improves(
    const struct holder *holder, const struct planned_group *group, const struct finding *before)
{
    struct planned_group tried = *group;
    struct finding after = {.count = 0};

    find_all(holder, &tried, &after);
    for (size_t i = 0; i < after.count; i++) {
        bool known = false;

        for (size_t j = 0; j < before->count; j++)
            known = known || (after.breaks[i].reason == before->breaks[j].reason &&
                                 after.breaks[i].about == before->breaks[j].about &&
                                 after.breaks[i].subject == before->breaks[j].subject);
        if (!known)
            return false;
    }
    return after.count == 0 || after.count < before->count;
}

static void find_fits(struct arena *arena, const struct holder *holder,
    const struct planned_group *group, const struct finding *before, struct hold_look *look)
{
    const struct market_view *view = holder->view;
    const struct theme *theme = &holder->themes->themes[group->theme];

    for (size_t post = 0; post < 2; post++) {
        look->leaders[post] = ARENA_ARRAY(arena, bool, view->leader_count);
        for (size_t i = 0; i < view->leader_count; i++) {
            struct planned_group tried = *group;

            tried.leaders[post] = i;
            look->leaders[post][i] = improves(holder, &tried, before);
        }
    }
    look->rooms = ARENA_ARRAY(arena, bool, view->room_count);
    for (size_t i = 0; i < view->room_count; i++) {
        struct planned_group tried = *group;

        tried.room = i;
        look->rooms[i] = improves(holder, &tried, before);
    }
    for (int slot = -1; (slot = slot_next(view->slots, slot)) >= 0;) {
        struct planned_group tried = *group;

        tried.slot = slot;
        if (improves(holder, &tried, before))
            look->slots |= slot_bit(slot);
    }
    look->children = ARENA_ARRAY(arena, bool, view->need_count);
    for (size_t i = 0; i < view->need_count; i++)
        look->children[i] = !is_in(group, i) && group->child_count < (size_t)theme->most &&
                            child_break(holder, group, i) == ACT_REASON_NONE;
}

/* Beside all the others, whether they hold or not: none is first. */
static void look_at(struct arena *arena, struct holder *holder, const struct planned_group *planned,
    size_t count, size_t which, struct hold_look *look)
{
    struct planned_group group = planned[which];
    struct finding *finding = ARENA_NEW(arena, struct finding);
    size_t *planned_of = ARENA_ARRAY(arena, size_t, count);

    empty_holder(holder);
    for (size_t i = 0; i < count; i++)
        if (i != which) {
            planned_of[holder->group_count] = i;
            take(holder, &planned[i]);
        }
    find_all(holder, &group, finding);
    for (size_t i = 0; i < finding->count; i++) {
        const size_t other = is_taken(finding->breaks[i].reason)
                                 ? other_of(holder, &group, &finding->breaks[i])
                                 : HOLD_NONE;

        finding->breaks[i].other = other == HOLD_NONE ? HOLD_NONE : planned_of[other];
    }
    look->breaks = finding->breaks;
    look->break_count = finding->count;
    find_fits(arena, holder, &group, finding, look);
}

const struct hold_look *hold_look(struct arena *arena, const struct market_view *view,
    const struct themes *themes, const struct planned_group *planned, size_t count)
{
    struct hold_look *looks = ARENA_ARRAY(arena, struct hold_look, count);
    struct holder holder = open_holder(arena, view, themes, count);

    for (size_t i = 0; i < count; i++)
        look_at(arena, &holder, planned, count, i, &looks[i]);
    return looks;
}
