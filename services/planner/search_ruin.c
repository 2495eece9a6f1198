/* What a step of the search takes apart: groups near each other, or those of some leaders. */
#include "services/planner/search_inside.h"

void search_touch(struct search *search, int32_t block)
{
    if (block == NONE || search->block_stamp[block] == search->stamp ||
        search->block_count == CELLS_MOST)
        return;
    search->block_stamp[block] = search->stamp;
    search->blocks[search->block_count++] = block;
}

static void touch_slot(struct search *search, int32_t place, int32_t slot, int32_t width)
{
    const struct problem *problem = search->problem;

    for (int32_t i = 0; i < width && i < search->near_count; i++) {
        int32_t q = search->near[place * search->near_count + i];

        search_touch(search, search->block_at[q * problem->instance->slot_count + slot]);
    }
}

/* A block where something could change: of an open group, or of a cell of an unplaced unit. */
static int32_t pick_centre(struct search *search)
{
    const struct problem *problem = search->problem;

    for (int tries = 0; tries < 30; tries++) {
        int32_t u = below(search, problem->unit_count);
        const struct span *cells = &problem->cells_of[u];

        if (!cells->count || (search->now->place_of[u] != NONE && tries < 20))
            continue;
        return problem->cells[problem->list[cells->first + below(search, cells->count)]].block;
    }
    return below(search, problem->block_count);
}

/* Closes a share of the open groups of the touched blocks. */
static int32_t close_groups(struct search *search, int32_t percent, int32_t most)
{
    const struct problem *problem = search->problem;
    int32_t closed = 0;

    for (int32_t i = 0; i < search->block_count; i++) {
        const struct block *block = &problem->blocks[search->blocks[i]];

        for (int32_t s = block->first_spot;
             s < block->first_spot + block->spot_count && closed < most; s++)
            if (search->now->groups[s].cell != NONE && !search->now->groups[s].promised &&
                below(search, 100) < percent) {
                draft_close(search->now, s);
                closed++;
            }
    }
    return closed;
}

/* Other slots where the same units or leaders could be used. */
static void touch_more(struct search *search, int32_t place, int32_t slots, int32_t width)
{
    for (int32_t i = 0; i < slots; i++)
        touch_slot(search, place, below(search, search->problem->instance->slot_count), width);
}

static void free_hosts(struct search *search)
{
    struct draft *now = search->now;
    int32_t host = below(search, search->problem->host_count);

    if (!search->problem->host_count || below(search, 4))
        return;
    for (int32_t i = 0; i < search->problem->hosts[host].offer_count; i++) {
        int32_t unit = search->problem->offers[search->problem->hosts[host].first_offer + i].unit;

        if (now->place_of[unit] == draft_host_place(host))
            draft_leave(now, unit);
    }
}

/* The leader of a shift, with all the blocks where that leader could lead something. */
static void touch_leader(struct search *search, int32_t leader_index, int32_t percent)
{
    for (int32_t c = search->leader_cells[leader_index]; c < search->leader_cells[leader_index + 1];
         c++)
        if (below(search, 100) < percent)
            search_touch(search, search->leader_blocks[c]);
}

/* Closes the groups a leader leads, and remembers who led them with him. */
static int32_t close_leader(struct search *search, int32_t leader_index, int32_t *partners)
{
    const struct problem *problem = search->problem;
    const struct leader *leader = &problem->leaders[leader_index];
    int32_t count = 0;

    for (int32_t i = leader->first_shift; i < leader->first_shift + leader->shift_count; i++) {
        int32_t position = search->now->holder[i], spot = position / POSITIONS;

        if (position == NONE || search->now->groups[spot].promised)
            continue;
        for (int32_t n = 0; n < POSITIONS; n++) {
            int32_t shift = search->now->held[spot * POSITIONS + n];

            if (shift != NONE && shift != i)
                partners[count++] = problem->shifts[shift].leader;
        }
        search_touch(search, problem->spots[spot].block);
        draft_close(search->now, spot);
    }
    return count;
}

/* A leader who could lead more, or any. */
static int32_t pick_leader(struct search *search)
{
    const struct problem *problem = search->problem;
    int32_t leader = below(search, problem->leader_count);

    for (int tries = 0; tries < 20 && below(search, 4); tries++) {
        leader = below(search, problem->leader_count);
        if (search->now->led[leader] < problem->leaders[leader].most)
            break;
    }
    return leader;
}

/* Takes apart what one or two leaders and some of their partners do. */
static void ruin_leaders(struct search *search)
{
    int32_t partners[INSTANCE_BITS * POSITIONS], queue[4], count = 1 + below(search, 2);
    int32_t percent = 20 + below(search, 80);

    for (int32_t i = 0; i < count; i++)
        queue[i] = pick_leader(search);
    for (int32_t i = 0; i < count; i++) {
        int32_t found = close_leader(search, queue[i], partners);

        touch_leader(search, queue[i], percent);
        if (found && count < 4 && below(search, 3))
            queue[count++] = partners[below(search, found)];
    }
}

static void ruin_near(struct search *search)
{
    const struct problem *problem = search->problem;
    int32_t centre = pick_centre(search), width = 1 + below(search, search->near_count);
    int32_t place = search->place_of_district[problem->blocks[centre].district];

    search_touch(search, centre);
    touch_slot(search, place, problem->blocks[centre].slot, width);
    touch_more(search, place, below(search, 3), width);
    close_groups(search, 30 + below(search, 70), 2 + below(search, 7));
    touch_more(search, place, below(search, 3), 3);
}

void search_ruin(struct search *search)
{
    search->stamp++;
    search->block_count = 0;
    if (search->problem->leader_count && below(search, 100) < LEADER_PERCENT)
        ruin_leaders(search);
    else
        ruin_near(search);
    free_hosts(search);
}
