/*
 * Who leads which group: a matching of positions (the experienced leader, the second, the leaders
 * of a parent group) with seats (a leader in a slot), at most `most` seats a leader, by augmenting
 * paths. A position that finds no free seat moves another away from its seat, or another of the
 * same leader's groups to somebody else. H11, H12, H14.
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

static void sit(struct draft *draft, int32_t position, int32_t seat)
{
    draft->holder[seat] = position;
    draft->held[position] = seat;
    draft->led[draft->problem->seats[seat].leader]++;
}

static void stand(struct draft *draft, int32_t position)
{
    int32_t seat = draft->held[position];

    draft->holder[seat] = NONE;
    draft->held[position] = NONE;
    draft->led[draft->problem->seats[seat].leader]--;
}

static bool find_seat(struct draft *draft, int32_t position);

/* Makes a seat of the leader free by giving one of his other groups to somebody else. */
static bool relieve(struct draft *draft, int32_t leader_index)
{
    const struct leader *leader = &draft->problem->leaders[leader_index];

    if (draft->leader_stamp[leader_index] == draft->stamp)
        return false;
    draft->leader_stamp[leader_index] = draft->stamp;
    for (int32_t seat = leader->first_seat; seat < leader->first_seat + leader->seat_count;
         seat++) {
        int32_t other = draft->holder[seat];

        if (other == NONE || draft->seat_stamp[seat] == draft->stamp)
            continue;
        draft->seat_stamp[seat] = draft->stamp;
        if (find_seat(draft, other))
            return true;
    }
    return false;
}

/* Gives the position the seat by moving whoever is in the way. */
static bool push_into(struct draft *draft, int32_t position, int32_t seat)
{
    int32_t other = draft->holder[seat];

    if (other == NONE) {
        if (!relieve(draft, draft->problem->seats[seat].leader))
            return false;
    } else if (!find_seat(draft, other)) {
        return false;
    }
    if (draft->held[position] != NONE)
        stand(draft, position);
    sit(draft, position, seat);
    return true;
}

/* A seat for a position, or a better-placed one for a position that has to move. The position's
 * old seat is free afterwards. */
static bool find_seat(struct draft *draft, int32_t position)
{
    const struct problem *problem = draft->problem;
    const struct span *seats = &problem->staff[staff_of(draft, position / POSITIONS)].seats;

    for (int32_t i = 0; i < seats->count; i++) {
        int32_t seat = problem->list[seats->first + i];
        const struct leader *leader = &problem->leaders[problem->seats[seat].leader];

        if (draft->holder[seat] == NONE && draft->seat_stamp[seat] != draft->stamp &&
            draft->led[problem->seats[seat].leader] < leader->most &&
            suits(draft, position, leader)) {
            if (draft->held[position] != NONE)
                stand(draft, position);
            sit(draft, position, seat);
            return true;
        }
    }
    for (int32_t i = 0; i < seats->count; i++) {
        int32_t seat = problem->list[seats->first + i];

        if (draft->seat_stamp[seat] == draft->stamp ||
            !suits(draft, position, &problem->leaders[problem->seats[seat].leader]))
            continue;
        draft->seat_stamp[seat] = draft->stamp; /* before moving: nobody comes back to it */
        if (push_into(draft, position, seat))
            return true;
    }
    return false;
}

static bool seat_position(struct draft *draft, int32_t position)
{
    draft->stamp++;
    return find_seat(draft, position);
}

bool staffing_seat_group(struct draft *draft, int32_t spot)
{
    const struct staff *staff = &draft->problem->staff[staff_of(draft, spot)];
    int32_t count = 2;

    if (draft->groups[spot].parent_spot != NONE)
        count += staff->parent_leaders;
    for (int32_t n = 0; n < count; n++)
        if (!seat_position(draft, spot * POSITIONS + n)) {
            staffing_free_group(draft, spot);
            return false;
        }
    return true;
}

void staffing_free_group(struct draft *draft, int32_t spot)
{
    for (int32_t n = 0; n < POSITIONS; n++)
        if (draft->held[spot * POSITIONS + n] != NONE)
            stand(draft, spot * POSITIONS + n);
}

bool staffing_may_meet(const struct draft *draft, int32_t spot, int32_t unit)
{
    const struct problem *problem = draft->problem;

    if (!(problem->units[unit].marks & MARK_AVOIDED))
        return true;
    for (int32_t n = 0; n < POSITIONS; n++) {
        int32_t seat = draft->held[spot * POSITIONS + n];
        const struct leader *leader;

        if (seat == NONE)
            continue;
        leader = &problem->leaders[problem->seats[seat].leader];
        for (int32_t i = 0; i < leader->avoid.count; i++)
            if (problem->list[leader->avoid.first + i] == unit)
                return false;
    }
    return true;
}
