/* The problem's spots, halls and blocks: which rooms are free when, and who may enter them. */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/problem.h"

/* What decides the order of the spots: those of a hall lie together, halls of a block too. */
struct spot_key {
    int32_t district, slot, door; /* door: the site where somebody is barred, else NONE */
    uint64_t tags;
    int32_t room;
};

static int compare_keys(const void *left, const void *right)
{
    const struct spot_key *a = left, *b = right;

    if (a->district != b->district)
        return a->district < b->district ? -1 : 1;
    if (a->slot != b->slot)
        return a->slot < b->slot ? -1 : 1;
    if (a->tags != b->tags)
        return a->tags < b->tags ? -1 : 1;
    if (a->door != b->door)
        return a->door < b->door ? -1 : 1;
    return (a->room > b->room) - (a->room < b->room);
}

/* One byte for each (site, slot): 1 where some unit is barred. */
static uint8_t *barred_doors(const struct problem *problem)
{
    size_t size = (size_t)problem->instance->site_count * INSTANCE_BITS + 1;
    uint8_t *doors = memory_grow(NULL, size);

    memset(doors, 0, size);
    for (int32_t u = 0; u < problem->unit_count; u++) {
        const struct span *barred = &problem->units[u].barred;

        for (int32_t i = 0; i < barred->count; i++)
            doors[problem->list[barred->first + i]] = 1;
    }
    return doors;
}

static int32_t collect_keys(
    const struct problem *problem, const struct part *part, struct spot_key **out)
{
    const struct instance *instance = problem->instance;
    uint8_t *barred = barred_doors(problem);
    struct spot_key *keys = NULL;
    int32_t count = 0, room_for = 0;

    for (int32_t r = 0; r < instance->room_count; r++) {
        const struct instance_room *room = &instance->rooms[r];

        if ((part && part->of_district[room->district] != part->id) || room->capacity < 1)
            continue;
        for (uint64_t left = room->slots & ~room->taken; left; left &= left - 1) {
            int32_t slot = __builtin_ctzll(left);

            if (count == room_for) {
                room_for = room_for * 2 + 256;
                keys = memory_grow(keys, (size_t)room_for * sizeof *keys);
            }
            keys[count++] = (struct spot_key){room->district, slot,
                barred[room->site * INSTANCE_BITS + slot] ? room->site : NONE, room->tags, r};
        }
    }
    free(barred);
    if (count)
        qsort(keys, (size_t)count, sizeof *keys, compare_keys);
    *out = keys;
    return count;
}

static void lay_spot(
    struct problem *problem, const struct spot_key *key, const struct spot_key *before)
{
    const struct instance_room *room = &problem->instance->rooms[key->room];
    bool new_block = !before || before->district != key->district || before->slot != key->slot;
    bool new_hall = new_block || before->tags != key->tags || before->door != key->door;
    struct block *block;
    struct hall *hall;

    if (new_block)
        problem->blocks[problem->block_count++] = (struct block){.district = key->district,
            .slot = key->slot,
            .first_spot = problem->spot_count,
            .first_hall = problem->hall_count};
    block = &problem->blocks[problem->block_count - 1];
    if (new_hall) {
        problem->halls[problem->hall_count++] =
            (struct hall){.tags = key->tags, .site = key->door, .first_spot = problem->spot_count};
        block->hall_count++;
    }
    hall = &problem->halls[problem->hall_count - 1];
    if (hall->capacity < room->capacity)
        hall->capacity = room->capacity;
    hall->spot_count++;
    block->spot_count++;
    problem->spots[problem->spot_count++] = (struct spot){.room = key->room,
        .slot = key->slot,
        .site = room->site,
        .block = problem->block_count - 1,
        .hall = problem->hall_count - 1,
        .capacity = room->capacity,
        .cost = room->cost};
}

/* Every other spot at the same site in the same slot: a room for a parent group (H14). */
static void find_mates(struct problem *problem)
{
    size_t doors = (size_t)problem->instance->site_count * INSTANCE_BITS + 1;
    int32_t *head = memory_grow(NULL, doors * sizeof *head);
    int32_t *next = memory_grow(NULL, ((size_t)problem->spot_count + 1) * sizeof *next);

    memset(head, 0xff, doors * sizeof *head);
    for (int32_t s = problem->spot_count - 1; s >= 0; s--) {
        int32_t door = problem->spots[s].site * INSTANCE_BITS + problem->spots[s].slot;

        next[s] = head[door];
        head[door] = s;
    }
    for (int32_t s = 0; s < problem->spot_count; s++) {
        struct spot *spot = &problem->spots[s];

        spot->mates.first = problem->list_count;
        for (int32_t m = head[spot->site * INSTANCE_BITS + spot->slot]; m >= 0; m = next[m])
            if (m != s)
                problem_push(problem, m);
        spot->mates.count = problem->list_count - spot->mates.first;
    }
    free(head);
    free(next);
}

void problem_add_spots(struct problem *problem, const struct part *part)
{
    struct spot_key *keys;
    int32_t count = collect_keys(problem, part, &keys);
    size_t room = (size_t)count + 1;

    problem->spots = memory_grow(NULL, room * sizeof(struct spot));
    problem->halls = memory_grow(NULL, room * sizeof(struct hall));
    problem->blocks = memory_grow(NULL, room * sizeof(struct block));
    for (int32_t i = 0; i < count; i++)
        lay_spot(problem, &keys[i], i ? &keys[i - 1] : NULL);
    free(keys);
    find_mates(problem);
}
