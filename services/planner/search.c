/* The neighbourhoods and the acceptance behind search.h. */
#include "services/planner/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

enum {
    NEAR_MOST = 12,      /* districts around a centre */
    CLOSED_MOST = 24,    /* groups closed in a step */
    CELLS_MOST = 400,    /* cells priced again in a step */
    LEADER_PERCENT = 85, /* of the steps take apart what a leader does */
    HEAT_EVERY = 64,     /* steps between looks at the clock */
};

/* Shares of w_place: what a step may lose at the start and at the end. */
#define HOT 1.0
#define COLD 0.03

struct search {
    const struct problem *problem;
    struct greedy *greedy;
    struct draft *now;
    struct draft *old;
    uint64_t random;
    int32_t *near; /* by place * near_count: blocks' districts by travel */
    int32_t *place_of_district;
    int32_t *district_of; /* by place */
    int32_t *block_at;    /* by place * slot_count + slot: block or NONE */
    int32_t place_count, near_count;
    int64_t *unit_guide, *staff_guide;
    int64_t *hope; /* by cell, thousandths; only where `hoped` */
    bool hoped;
    int32_t *all_cells;
    int32_t cells[CELLS_MOST], cell_count;
    int32_t blocks[CELLS_MOST], block_count;
    uint32_t *block_stamp;
    uint32_t stamp;
    int32_t *leader_blocks, *leader_cells; /* by leader: where he could lead */
};

static uint64_t next_random(struct search *search)
{
    uint64_t x = search->random += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static int32_t below(struct search *search, int32_t limit)
{
    return limit < 1 ? 0 : (int32_t)(next_random(search) % (uint64_t)limit);
}

/* Districts with rooms get small numbers. */
static void number_places(struct search *search)
{
    const struct problem *problem = search->problem;
    int32_t districts = problem->instance->district_count;

    search->place_of_district =
        memory_grow(NULL, ((size_t)districts + 1) * sizeof *search->place_of_district);
    search->district_of = memory_grow(NULL, ((size_t)districts + 1) * sizeof(int32_t));
    for (int32_t d = 0; d < districts; d++)
        search->place_of_district[d] = NONE;
    for (int32_t b = 0; b < problem->block_count; b++) {
        int32_t d = problem->blocks[b].district;

        if (search->place_of_district[d] == NONE) {
            search->district_of[search->place_count] = d;
            search->place_of_district[d] = search->place_count++;
        }
    }
}

static void index_blocks(struct search *search)
{
    const struct problem *problem = search->problem;
    size_t slots = (size_t)problem->instance->slot_count;
    size_t size = ((size_t)search->place_count * slots + 1) * sizeof(int32_t);

    search->block_at = memory_grow(NULL, size);
    memset(search->block_at, 0xff, size);
    for (int32_t b = 0; b < problem->block_count; b++) {
        size_t place = (size_t)search->place_of_district[problem->blocks[b].district];

        search->block_at[place * slots + (size_t)problem->blocks[b].slot] = b;
    }
}

/* The nearest places of each place, itself first. */
static void find_near(struct search *search)
{
    const struct instance *instance = search->problem->instance;
    int32_t count = search->place_count < NEAR_MOST ? search->place_count : NEAR_MOST;

    search->near_count = count;
    search->near =
        memory_grow(NULL, ((size_t)search->place_count * (size_t)count + 1) * sizeof(int32_t));
    for (int32_t p = 0; p < search->place_count; p++) {
        int32_t *near = search->near + (size_t)p * (size_t)count, found = 0;

        for (int32_t q = 0; q < search->place_count; q++) {
            int32_t minutes =
                q == p ? -1
                       : instance_travel(instance, search->district_of[p], search->district_of[q]);
            int32_t at = found < count ? found++ : count;

            while (at > 0 && (near[at - 1] != p) &&
                   instance_travel(instance, search->district_of[p],
                       search->district_of[near[at - 1]]) > minutes) {
                if (at < count)
                    near[at] = near[at - 1];
                at--;
            }
            if (at < count)
                near[at] = q;
        }
    }
}

static void index_leaders(struct search *search);

struct search *search_new(const struct problem *problem, uint64_t seed)
{
    struct search *search = memory_grow(NULL, sizeof *search);

    memset(search, 0, sizeof *search);
    search->problem = problem;
    search->random = seed;
    search->greedy = greedy_new(problem);
    search->now = draft_new(problem);
    search->old = draft_new(problem);
    number_places(search);
    index_blocks(search);
    find_near(search);
    search->unit_guide = memory_grow(NULL, ((size_t)problem->unit_count + 1) * sizeof(int64_t));
    search->staff_guide =
        memory_grow(NULL, ((size_t)problem->staff_count + 1) * KINDS * sizeof(int64_t));
    search->all_cells = memory_grow(NULL, ((size_t)problem->cell_count + 1) * sizeof(int32_t));
    for (int32_t c = 0; c < problem->cell_count; c++)
        search->all_cells[c] = c;
    index_leaders(search);
    search->hope = memory_grow(NULL, ((size_t)problem->cell_count + 1) * sizeof(int64_t));
    search->block_stamp = memory_grow(NULL, ((size_t)problem->block_count + 1) * sizeof(uint32_t));
    memset(search->block_stamp, 0, ((size_t)problem->block_count + 1) * sizeof(uint32_t));
    return search;
}

void search_free(struct search *search)
{
    if (!search)
        return;
    greedy_free(search->greedy);
    draft_free(search->now);
    draft_free(search->old);
    free(search->near);
    free(search->place_of_district);
    free(search->district_of);
    free(search->block_at);
    free(search->unit_guide);
    free(search->staff_guide);
    free(search->all_cells);
    free(search->hope);
    free(search->block_stamp);
    free(search->leader_blocks);
    free(search->leader_cells);
    free(search);
}

int64_t search_worth(const struct draft *draft)
{
    const struct instance_policy *policy = &draft->problem->instance->policy;

    return draft->score - greedy_parents_missing(draft) * (policy->w_place * 8 + 1);
}

/* Closes the groups that bring least until the policy's share of parent groups is met. */
static void meet_share(struct draft *draft)
{
    while (greedy_parents_missing(draft)) {
        int32_t worst = NONE;

        for (int32_t s = 0; s < draft->problem->spot_count; s++)
            if (draft->groups[s].cell != NONE && draft->groups[s].parent_spot == NONE &&
                (worst == NONE || draft->groups[s].score < draft->groups[worst].score))
                worst = s;
        draft_close(draft, worst);
    }
}

void search_greedy(struct search *search, struct draft *best, const struct guide *guide)
{
    draft_clear(search->now);
    greedy_open(search->greedy, search->now, guide, search->all_cells, search->problem->cell_count);
    greedy_fill(search->greedy, search->now);
    meet_share(search->now);
    if (search->now->score > best->score)
        draft_copy(best, search->now);
}

void search_polish(struct search *search, struct draft *draft)
{
    greedy_open(search->greedy, draft, NULL, search->all_cells, search->problem->cell_count);
    greedy_fill(search->greedy, draft);
}

static void touch_block(struct search *search, int32_t block)
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

        touch_block(search, search->block_at[q * problem->instance->slot_count + slot]);
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

/* What the best group of each cell makes at the guide's prices, when all are free. */
static void measure_hope(struct search *search, const struct guide *guide)
{
    const struct problem *problem = search->problem;
    struct market market = {
        .unit = guide->unit, .staff = guide->staff, .spot = guide->spot, .share = guide->share};
    struct pricing *pricing;
    struct pick pick;

    search->hoped = guide->unit && guide->staff && guide->spot;
    if (!search->hoped)
        return;
    pricing = pricing_new(problem);
    for (int32_t c = 0; c < problem->cell_count; c++)
        search->hope[c] =
            pricing_best(pricing, &problem->cells[c], &market, &pick) ? pick.value : -PRICE_NEVER;
    pricing_free(pricing);
}

/* The cells of the touched blocks, mostly without those that the prices give little hope. */
static void collect_cells(struct search *search)
{
    static const int despairs[] = {100, 300, 1000, 100000};
    int64_t least = -(search->problem->instance->policy.w_place + 1) * MILLI *
                    despairs[below(search, 4)] / 1000;

    search->cell_count = 0;
    for (int32_t i = 0; i < search->block_count; i++) {
        const struct block *block = &search->problem->blocks[search->blocks[i]];

        for (int32_t c = 0; c < block->cell_count && search->cell_count < CELLS_MOST; c++)
            if (!search->hoped || search->hope[block->first_cell + c] > least)
                search->cells[search->cell_count++] = block->first_cell + c;
    }
}

/* Where the policy wants parent groups: sometimes they are worth more than the prices say. */
static int64_t vary_share(struct search *search, const struct guide *guide)
{
    const struct instance_policy *policy = &search->problem->instance->policy;

    if (!policy->parent_share || below(search, 3) == 0)
        return guide->share;
    return guide->share + policy->w_place * MILLI * below(search, 60) / 1000;
}

/* The guide of a step: the duals at some strength, and noise, so that greed goes other ways. */
static struct guide vary_guide(struct search *search, const struct guide *guide)
{
    static const int strengths[] = {0, 40, 70, 90, 100, 100};
    static const int noises[] = {0, 50, 150, 400};
    const struct problem *problem = search->problem;
    const int64_t place = problem->instance->policy.w_place * MILLI;
    int64_t strength = guide->unit ? strengths[below(search, 6)] : 0;
    int64_t noise = place * noises[below(search, 4)] / 1000;

    for (int32_t u = 0; u < problem->unit_count; u++)
        search->unit_guide[u] = (strength ? guide->unit[u] * strength / 100 : 0) +
                                (noise ? (int64_t)(next_random(search) % (uint64_t)noise) : 0);
    noise *= 4;
    for (int32_t t = 0; t < problem->staff_count * KINDS; t++)
        search->staff_guide[t] = (strength ? guide->staff[t] : 0) +
                                 (noise ? (int64_t)(next_random(search) % (uint64_t)noise) : 0);
    return (struct guide){search->unit_guide, search->staff_guide, strength ? guide->spot : NULL,
        vary_share(search, guide)};
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

/* The leader of a seat, with all the blocks where that leader could lead something. */
static void touch_leader(struct search *search, int32_t leader_index, int32_t percent)
{
    for (int32_t c = search->leader_cells[leader_index]; c < search->leader_cells[leader_index + 1];
         c++)
        if (below(search, 100) < percent)
            touch_block(search, search->leader_blocks[c]);
}

/* Closes the groups a leader leads, and remembers who led them with him. */
static int32_t close_leader(struct search *search, int32_t leader_index, int32_t *partners)
{
    const struct problem *problem = search->problem;
    const struct leader *leader = &problem->leaders[leader_index];
    int32_t count = 0;

    for (int32_t i = leader->first_seat; i < leader->first_seat + leader->seat_count; i++) {
        int32_t position = search->now->holder[i], spot = position / POSITIONS;

        if (position == NONE || search->now->groups[spot].promised)
            continue;
        for (int32_t n = 0; n < POSITIONS; n++) {
            int32_t seat = search->now->held[spot * POSITIONS + n];

            if (seat != NONE && seat != i)
                partners[count++] = problem->seats[seat].leader;
        }
        touch_block(search, problem->spots[spot].block);
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

    touch_block(search, centre);
    touch_slot(search, place, problem->blocks[centre].slot, width);
    touch_more(search, place, below(search, 3), width);
    close_groups(search, 30 + below(search, 70), 2 + below(search, 7));
    touch_more(search, place, below(search, 3), 3);
}

static void step(struct search *search, const struct guide *guide)
{
    const struct problem *problem = search->problem;
    struct guide varied;

    search->stamp++;
    search->block_count = 0;
    if (problem->leader_count && below(search, 100) < LEADER_PERCENT)
        ruin_leaders(search);
    else
        ruin_near(search);
    free_hosts(search);
    collect_cells(search);
    varied = vary_guide(search, guide);
    greedy_open(search->greedy, search->now, &varied, search->cells, search->cell_count);
    for (int32_t i = 0; i < search->block_count; i++)
        for (int32_t s = 0; s < problem->blocks[search->blocks[i]].spot_count; s++) {
            int32_t spot = problem->blocks[search->blocks[i]].first_spot + s;

            greedy_fill_groups(search->now, &spot, 1);
        }
    greedy_fill_hosts(search->now);
}

/* For each leader the blocks with a cell that he could lead. */
static void index_leaders(struct search *search)
{
    const struct problem *problem = search->problem;
    int32_t room = 0, count = 0;
    int32_t *last = memory_grow(NULL, ((size_t)problem->block_count + 1) * sizeof *last);

    search->leader_cells = memory_grow(NULL, ((size_t)problem->leader_count + 2) * sizeof(int32_t));
    memset(last, 0xff, (size_t)problem->block_count * sizeof *last);
    for (int32_t l = 0; l < problem->leader_count; l++) {
        search->leader_cells[l] = count;
        for (int32_t c = 0; c < problem->cell_count; c++) {
            const struct cell *cell = &problem->cells[c];
            const struct span *seats = &problem->staff[cell->staff].seats;

            for (int32_t i = 0; i < seats->count && last[cell->block] != l; i++)
                if (problem->seats[problem->list[seats->first + i]].leader == l) {
                    if (count == room) {
                        room = room * 2 + 1024;
                        search->leader_blocks =
                            memory_grow(search->leader_blocks, (size_t)room * sizeof(int32_t));
                    }
                    last[cell->block] = l;
                    search->leader_blocks[count++] = cell->block;
                }
        }
    }
    search->leader_cells[problem->leader_count] = count;
    free(last);
}

/* How much worse a step may be: it cools from the worth of a child to nearly nothing. */
static double allowance(struct search *search, double heat)
{
    double chance = ((double)(next_random(search) >> 11) + 1) * 0x1p-53;

    return -log(chance) * heat;
}

static double heat_at(const struct search *search, double progress)
{
    double place = (double)search->problem->instance->policy.w_place;

    return place * HOT * pow(COLD / HOT, progress);
}

void search_run(struct search *search, struct draft *best, const struct guide *guide,
    const struct budget *budget, int64_t bound)
{
    struct effort *effort = budget->effort;
    struct budget mark = budget_now(budget);
    double heat = heat_at(search, 0);
    int64_t steps = 0;

    measure_hope(search, guide);
    draft_copy(search->now, best);
    while (search->problem->cell_count && best->score < bound && !budget_over(budget)) {
        draft_copy(search->old, search->now);
        step(search, guide);
        budget_pay(budget, 1);
        if (steps++ % HEAT_EVERY == 0)
            heat = heat_at(search, budget_progress(&mark, budget));
        if (search->now->score > best->score && !greedy_parents_missing(search->now)) {
            draft_copy(best, search->now);
            effort_tell(effort, "search", best->score, PLAN_ABSENT, best->placed, true);
        }
        if ((double)search_worth(search->now) <
            (double)search_worth(search->old) - allowance(search, heat))
            draft_copy(search->now, search->old);
        effort_tell(effort, "search", best->score, PLAN_ABSENT, best->placed, false);
    }
}
