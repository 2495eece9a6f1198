/* Who is near whom, laid out once for the search. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/search_inside.h"

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
            const struct span *shifts = &problem->staff[cell->staff].shifts;

            for (int32_t i = 0; i < shifts->count && last[cell->block] != l; i++)
                if (problem->shifts[problem->list[shifts->first + i]].leader == l) {
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

void search_index(struct search *search)
{
    number_places(search);
    index_blocks(search);
    find_near(search);
    index_leaders(search);
}
