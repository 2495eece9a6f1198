/* Who can lead a group, and where its parents meet (H11, H12, H14). */
#include "services/matching/core/form_inside.h"

static bool can_lead(const struct former *former, const struct leader *leader,
    const struct programme *programme, int language, int slot, int district)
{
    return leader->groups_left > 0 && slot_in(leader->slots, slot) &&
           (leader->situations & bit_of((int)programme->situation)) != 0 &&
           (leader->languages >> language & 1) != 0 && (leader->districts >> district & 1) != 0 &&
           leader->contract_until >= former->view->term_end;
}

static bool avoids(const struct former *former, size_t leader, const struct formed_group *group)
{
    for (size_t i = 0; i < former->view->avoid_count; i++) {
        if (former->view->avoid[i].leader != leader)
            continue;
        for (size_t j = 0; j < group->child_count; j++)
            if (former->view->avoid[i].need == group->children[j])
                return true;
    }
    return false;
}

/* How much else the leader could do: the least useful elsewhere is taken first. */
static int flexibility(const struct leader *leader)
{
    return slot_count(leader->slots) * leader->groups_left *
               __builtin_popcount(leader->situations) +
           __builtin_popcountll(leader->districts);
}

enum role { ROLE_EXPERIENCED, ROLE_ANY, ROLE_PARENTS };

/* A leader for the role that is not among those chosen; FORM_NONE when there is none. */
static size_t choose(const struct former *former, const struct formed_group *group, enum role role,
    const size_t *chosen, size_t chosen_count)
{
    const struct programme *programme = &former->view->programmes[group->programme];
    int district = former->rooms[group->room].district;
    size_t best = FORM_NONE;
    int best_cost = 0;

    for (size_t i = 0; i < former->view->leader_count; i++) {
        const struct leader *leader = &former->leaders[i];
        bool taken = false;
        int cost;

        for (size_t j = 0; j < chosen_count; j++)
            taken = taken || chosen[j] == i;
        if (taken || (role == ROLE_EXPERIENCED && !leader->experienced) ||
            (role == ROLE_PARENTS && !leader->parents) ||
            !can_lead(former, leader, programme, group->language, group->slot, district) ||
            avoids(former, i, group))
            continue;
        cost = flexibility(leader);
        /* The experienced and those for parents are scarce: others go first where they may. */
        if (role == ROLE_ANY && leader->experienced)
            cost += 1000000;
        if (role != ROLE_PARENTS && leader->parents)
            cost += 100000;
        if (best == FORM_NONE || cost < best_cost) {
            best = i;
            best_cost = cost;
        }
    }
    return best;
}

bool form_choose_leaders(const struct former *former, struct formed_group *group)
{
    const struct programme *programme = &former->view->programmes[group->programme];
    size_t chosen[2 + PARENT_LEADERS_MOST] = {FORM_NONE, FORM_NONE};
    size_t count = 0;

    chosen[count++] = choose(former, group, ROLE_EXPERIENCED, chosen, 0);
    if (chosen[0] == FORM_NONE)
        return false;
    chosen[count++] = choose(former, group, ROLE_ANY, chosen, 1);
    if (chosen[1] == FORM_NONE)
        return false;
    memcpy(group->leaders, chosen, sizeof group->leaders);
    group->parent_leader_count = 0;
    if (group->parent_room == FORM_NONE)
        return true;
    while (group->parent_leader_count < (size_t)programme->parent_leaders) {
        size_t next = choose(former, group, ROLE_PARENTS, chosen, count);

        if (next == FORM_NONE)
            return false;
        chosen[count++] = next;
        group->parent_leaders[group->parent_leader_count++] = next;
    }
    return true;
}

/* A count is enough to throw out what nobody could lead; the choice itself comes later. */
bool form_has_leaders(const struct former *former, const struct programme *programme, int language,
    int slot, int district, bool with_parents)
{
    int can = 0, experienced = 0, parents = 0;

    for (size_t i = 0; i < former->view->leader_count; i++) {
        const struct leader *leader = &former->leaders[i];

        if (!can_lead(former, leader, programme, language, slot, district))
            continue;
        can++;
        experienced += leader->experienced;
        parents += leader->parents;
    }
    if (with_parents &&
        (parents < programme->parent_leaders || can < 2 + programme->parent_leaders))
        return false;
    return can >= 2 && experienced >= 1;
}

size_t form_parent_room(const struct former *former, size_t room, int slot)
{
    size_t best = FORM_NONE;

    for (size_t i = 0; i < former->view->room_count; i++) {
        const struct room *other = &former->rooms[i];

        if (i == room || other->site != former->rooms[room].site || !slot_in(other->slots, slot))
            continue;
        if (best == FORM_NONE || other->capacity > former->rooms[best].capacity ||
            (other->capacity == former->rooms[best].capacity &&
                other->cost < former->rooms[best].cost))
            best = i;
    }
    return best;
}
