/* What the parts of the search share: search.c (steps and acceptance), search_index.c (who is near
 * whom), search_ruin.c (what is taken apart). */
#pragma once

#include "services/planner/search.h"

enum {
    NEAR_MOST = 12,      /* districts around a centre */
    CLOSED_MOST = 24,    /* groups closed in a step */
    CELLS_MOST = 400,    /* cells priced again in a step */
    LEADER_PERCENT = 85, /* of the steps take apart what a leader does */
    HEAT_EVERY = 64,     /* steps between looks at the clock */
};

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

static inline uint64_t search_random(struct search *search)
{
    uint64_t x = search->random += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline int32_t below(struct search *search, int32_t limit)
{
    return limit < 1 ? 0 : (int32_t)(search_random(search) % (uint64_t)limit);
}

/* Lays out what never changes: near places, blocks by place and slot, blocks by leader. */
void search_index(struct search *search);

/* Adds a block to those of the step. */
void search_touch(struct search *search, int32_t block);

/* Takes some groups apart, and touches the blocks where they or others may open. */
void search_ruin(struct search *search);
