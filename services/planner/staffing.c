/*
 * Who leads which group: a matching of positions (the experienced leader, the second, the leaders
 * of a parent group) with shifts (a leader in a slot), at most `most` shifts a leader, by
 * augmenting paths. A position that finds no free shift moves another away from its shift, or
 * another of the same leader's groups to somebody else. H11, H12, H14.
 */
#include "services/planner/draft.h"

static int32_t staff_of(const struct draft *draft, int32_t spot)
{
    return draft->problem->cells[draft->groups[spot].cell].staff;
}

/* H11: true where the leader must not meet somebody of the group. */
static bool avoids(const struct draft *draft, const struct leader *leader, int32_t spot)
{
    for (int32_t i = 0; i < leader->avoid.count; i++)
        if (draft->place_of[draft->problem->list[leader->avoid.first + i]] == spot)
            return true;
    return false;
}

static bool suits(const struct draft *draft, int32_t position, const struct leader *leader)
{
    int32_t n = position % POSITIONS;

    if ((n == 0 && !leader->experienced) || (n >= 2 && !leader->parents))
        return false;
    return !avoids(draft, leader, position / POSITIONS);
}

static void take_shift(struct draft *draft, int32_t position, int32_t shift)
{
    draft->holder[shift] = position;
    draft->held[position] = shift;
    draft->led[draft->problem->shifts[shift].leader]++;
}

static void leave_shift(struct draft *draft, int32_t position)
{
    int32_t shift = draft->held[position];

    draft->holder[shift] = NONE;
    draft->held[position] = NONE;
    draft->led[draft->problem->shifts[shift].leader]--;
}

static bool find_shift(struct draft *draft, int32_t position);

/* Makes a shift of the leader free by giving one of his other groups to somebody else. */
static bool relieve(struct draft *draft, int32_t leader_index)
{
    const struct leader *leader = &draft->problem->leaders[leader_index];

    if (draft->leader_stamp[leader_index] == draft->stamp)
        return false;
    draft->leader_stamp[leader_index] = draft->stamp;
    for (int32_t shift = leader->first_shift; shift < leader->first_shift + leader->shift_count;
         shift++) {
        int32_t other = draft->holder[shift];

        if (other == NONE || draft->shift_stamp[shift] == draft->stamp)
            continue;
        draft->shift_stamp[shift] = draft->stamp;
        if (find_shift(draft, other))
            return true;
    }
    return false;
}

/* Gives the position the shift by moving whoever is in the way. */
static bool push_into(struct draft *draft, int32_t position, int32_t shift)
{
    int32_t other = draft->holder[shift];

    if (other == NONE) {
        if (!relieve(draft, draft->problem->shifts[shift].leader))
            return false;
    } else if (!find_shift(draft, other)) {
        return false;
    }
    if (draft->held[position] != NONE)
        leave_shift(draft, position);
    take_shift(draft, position, shift);
    return true;
}

/* A shift for a position, or a better-placed one for a position that has to move. The position's
 * old shift is free afterwards. */
static bool find_shift(struct draft *draft, int32_t position)
{
    const struct problem *problem = draft->problem;
    const struct span *shifts = &problem->staff[staff_of(draft, position / POSITIONS)].shifts;

    for (int32_t i = 0; i < shifts->count; i++) {
        int32_t shift = problem->list[shifts->first + i];
        const struct leader *leader = &problem->leaders[problem->shifts[shift].leader];

        if (draft->holder[shift] == NONE && draft->shift_stamp[shift] != draft->stamp &&
            draft->led[problem->shifts[shift].leader] < leader->most &&
            suits(draft, position, leader)) {
            if (draft->held[position] != NONE)
                leave_shift(draft, position);
            take_shift(draft, position, shift);
            return true;
        }
    }
    for (int32_t i = 0; i < shifts->count; i++) {
        int32_t shift = problem->list[shifts->first + i];

        if (draft->shift_stamp[shift] == draft->stamp ||
            !suits(draft, position, &problem->leaders[problem->shifts[shift].leader]))
            continue;
        draft->shift_stamp[shift] = draft->stamp; /* before moving: nobody comes back to it */
        if (push_into(draft, position, shift))
            return true;
    }
    return false;
}

static bool lead_position(struct draft *draft, int32_t position)
{
    draft->stamp++;
    return find_shift(draft, position);
}

bool staffing_lead_group(struct draft *draft, int32_t spot)
{
    const struct staff *staff = &draft->problem->staff[staff_of(draft, spot)];
    int32_t count = 2;

    if (draft->groups[spot].parent_spot != NONE)
        count += staff->parent_leaders;
    for (int32_t n = 0; n < count; n++)
        if (!lead_position(draft, spot * POSITIONS + n)) {
            staffing_free_group(draft, spot);
            return false;
        }
    return true;
}

void staffing_free_group(struct draft *draft, int32_t spot)
{
    for (int32_t n = 0; n < POSITIONS; n++)
        if (draft->held[spot * POSITIONS + n] != NONE)
            leave_shift(draft, spot * POSITIONS + n);
}

bool staffing_may_meet(const struct draft *draft, int32_t spot, int32_t unit)
{
    const struct problem *problem = draft->problem;

    if (!(problem->units[unit].marks & MARK_AVOIDED))
        return true;
    for (int32_t n = 0; n < POSITIONS; n++) {
        int32_t shift = draft->held[spot * POSITIONS + n];
        const struct leader *leader;

        if (shift == NONE)
            continue;
        leader = &problem->leaders[problem->shifts[shift].leader];
        for (int32_t i = 0; i < leader->avoid.count; i++)
            if (problem->list[leader->avoid.first + i] == unit)
                return false;
    }
    return true;
}
