/* Could two more leaders be found? Chains of moves among those of the plan (augmenting paths). */
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "services/planner/explain_inside.h"

/* With more leaders than this, chains are no longer followed: only who is free counts. */
enum { LEADERS_FOR_CHAINS = 1000, CHAIN = 2 };

static void *zeroed(size_t count, size_t size)
{
    return memset(memory_grow(NULL, (count + 1) * size), 0, (count + 1) * size);
}

static uint64_t *set_of(const struct staff *staff, uint64_t *sets, int32_t index)
{
    return &sets[(size_t)index * (size_t)staff->words];
}

static void put(uint64_t *set, int32_t leader, bool in)
{
    const uint64_t bit = (uint64_t)1 << (leader % 64);

    set[leader / 64] = in ? set[leader / 64] | bit : set[leader / 64] & ~bit;
}

static bool has(const uint64_t *set, int32_t leader)
{
    return set[leader / 64] >> (leader % 64) & 1;
}

static void hold(struct staff *staff, int32_t post, int32_t leader)
{
    const int32_t slot = staff->posts[post].slot;

    staff->posts[post].leader = leader;
    if (leader == INSTANCE_NONE)
        return;
    staff->post_at[leader * staff->instance->slot_count + slot] = post;
    staff->busy[leader] |= instance_bit(slot);
    put(set_of(staff, staff->idle, slot), leader, false);
    put(staff->able, leader, --staff->left[leader] > 0);
}

static void let_go(struct staff *staff, int32_t post)
{
    const int32_t leader = staff->posts[post].leader, slot = staff->posts[post].slot;

    if (leader == INSTANCE_NONE)
        return;
    staff->posts[post].leader = INSTANCE_NONE;
    staff->post_at[leader * staff->instance->slot_count + slot] = INSTANCE_NONE;
    staff->busy[leader] &= ~instance_bit(slot);
    put(set_of(staff, staff->idle, slot), leader, true);
    put(staff->able, leader, ++staff->left[leader] > 0);
}

static void change(struct staff *staff, int32_t post, int32_t leader)
{
    staff->changes[staff->change_count++] = (struct post_change){post, staff->posts[post].leader};
    let_go(staff, post);
    hold(staff, post, leader);
}

static void undo(struct staff *staff, int32_t count)
{
    while (staff->change_count > count) {
        const struct post_change last = staff->changes[--staff->change_count];

        let_go(staff, last.post);
        hold(staff, last.post, last.leader);
    }
}

/* One of two has to be experienced: the first who is. */
static void add_posts(struct staff *staff, int32_t i)
{
    const struct plan_group *group = &staff->plan->groups[i];
    const struct instance_leader *leaders = staff->instance->leaders;
    const int32_t all[POSTS_ASKED] = {
        group->leaders[0], group->leaders[1], group->parent_leaders[0], group->parent_leaders[1]};
    bool experienced = false;

    for (int n = 0; n < POSTS_ASKED; n++) {
        if (all[n] == INSTANCE_NONE)
            continue;
        struct post *post = &staff->posts[staff->post_count];
        *post = (struct post){.group = i,
            .theme = group->theme,
            .language = group->language,
            .slot = group->slot,
            .district = staff->instance->rooms[group->room].district,
            .experienced = n < 2 && !experienced && leaders[all[n]].experienced,
            .parents = n >= 2};
        experienced |= post->experienced;
        hold(staff, staff->post_count++, all[n]);
    }
}

/* Puts a leader into the set of each bit of a mask. */
static void put_mask(const struct staff *staff, uint64_t *sets, uint64_t mask, int32_t leader)
{
    for (; mask; mask &= mask - 1)
        put(set_of(staff, sets, __builtin_ctzll(mask)), leader, true);
}

static void put_leader(struct staff *staff, int32_t i)
{
    const struct instance_leader *leader = &staff->instance->leaders[i];

    put_mask(staff, staff->themes, leader->themes, i);
    put_mask(staff, staff->languages, leader->languages, i);
    put_mask(staff, staff->slots, leader->slots, i);
    put_mask(staff, staff->idle, leader->slots & ~leader->taken, i);
    for (int32_t j = 0; j < leader->districts.count; j++)
        put(set_of(staff, staff->districts, leader->districts.items[j]), i, true);
    put(staff->sound, i, leader->contract_holds);
    put(staff->experienced, i, leader->experienced);
    put(staff->parents, i, leader->parents);
    put(staff->able, i, leader->groups_left > 0);
    staff->left[i] = leader->groups_left;
    staff->busy[i] = leader->taken;
}

static uint64_t *new_sets(const struct staff *staff, int32_t count)
{
    return zeroed((size_t)count * (size_t)staff->words, sizeof(uint64_t));
}

static void open_sets(struct staff *staff)
{
    const struct instance *instance = staff->instance;

    staff->words = instance->leader_count / 64 + 1;
    staff->themes = new_sets(staff, instance->theme_count);
    staff->languages = new_sets(staff, instance->language_count);
    staff->slots = new_sets(staff, instance->slot_count);
    staff->districts = new_sets(staff, instance->district_count);
    staff->idle = new_sets(staff, instance->slot_count);
    staff->sound = new_sets(staff, 1);
    staff->experienced = new_sets(staff, 1);
    staff->parents = new_sets(staff, 1);
    staff->able = new_sets(staff, 1);
    staff->seen = new_sets(staff, 1);
}

void staff_open(struct staff *staff, const struct instance *instance, const struct plan *plan)
{
    const size_t leaders = (size_t)instance->leader_count;
    const size_t posts = (size_t)plan->group_count * POSTS_ASKED + POSTS_ASKED;

    *staff = (struct staff){.instance = instance, .plan = plan};
    staff->posts = zeroed(posts, sizeof *staff->posts);
    staff->changes = zeroed(posts * 4, sizeof *staff->changes);
    staff->post_at = zeroed(leaders * INSTANCE_BITS, sizeof *staff->post_at);
    for (size_t i = 0; i < leaders * (size_t)instance->slot_count; i++)
        staff->post_at[i] = INSTANCE_NONE;
    staff->left = zeroed(leaders, sizeof *staff->left);
    staff->busy = zeroed(leaders, sizeof *staff->busy);
    staff->depth = instance->leader_count > LEADERS_FOR_CHAINS ? 0 : CHAIN;
    open_sets(staff);
    for (int32_t i = 0; i < instance->leader_count; i++)
        put_leader(staff, i);
    for (int32_t i = 0; i < plan->group_count; i++)
        add_posts(staff, i);
}

void staff_close(struct staff *staff)
{
    void *const all[] = {staff->posts, staff->changes, staff->post_at, staff->left, staff->busy,
        staff->themes, staff->languages, staff->slots, staff->districts, staff->idle, staff->sound,
        staff->experienced, staff->parents, staff->able, staff->seen};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

static bool avoids_group(const struct staff *staff, int32_t leader, int32_t group)
{
    const struct instance_span avoid = staff->instance->leaders[leader].avoid;

    for (int32_t i = 0; group != INSTANCE_NONE && i < avoid.count; i++)
        for (int32_t j = 0; j < staff->plan->groups[group].child_count; j++)
            if (staff->plan->groups[group].children[j] == avoid.items[i])
                return true;
    return false;
}

/* 64 leaders at a time: trained, able, allowed, and not looked at before. */
static uint64_t fitting(const struct staff *staff, const struct post *post, int32_t word)
{
    const size_t w = (size_t)word;
    uint64_t set = set_of(staff, staff->themes, post->theme)[w] &
                   set_of(staff, staff->languages, post->language)[w] &
                   set_of(staff, staff->slots, post->slot)[w] &
                   set_of(staff, staff->districts, post->district)[w] & staff->sound[w] &
                   ~staff->seen[w];

    if (post->experienced)
        set &= staff->experienced[w];
    return post->parents ? set & staff->parents[w] : set;
}

static bool fill(struct staff *staff, int32_t post, int32_t depth);

/* Frees a leader for a slot: whoever holds the post there, or any other where all are taken. */
static bool free_leader(struct staff *staff, int32_t leader, int32_t slot, int32_t depth)
{
    const int32_t *posts = &staff->post_at[leader * staff->instance->slot_count];

    if (staff->busy[leader] >> slot & 1)
        return posts[slot] != INSTANCE_NONE && fill(staff, posts[slot], depth);
    for (int32_t s = 0; s < staff->instance->slot_count; s++)
        if (posts[s] != INSTANCE_NONE && fill(staff, posts[s], depth))
            return true;
    return false;
}

/* Somebody who is free as things are. */
static bool fill_from_idle(struct staff *staff, int32_t post)
{
    const struct post *wanted = &staff->posts[post];
    const uint64_t *idle = set_of(staff, staff->idle, wanted->slot);

    for (int32_t w = 0; w < staff->words; w++)
        for (uint64_t set = fitting(staff, wanted, w) & idle[w] & staff->able[w]; set;
             set &= set - 1) {
            const int32_t leader = w * 64 + __builtin_ctzll(set);

            if (leader != wanted->leader && !avoids_group(staff, leader, wanted->group)) {
                change(staff, post, leader);
                return true;
            }
        }
    return false;
}

/* Finds another leader for a post; on failure everything is as it was. */
static bool fill(struct staff *staff, int32_t post, int32_t depth)
{
    const struct post *wanted = &staff->posts[post];

    if (fill_from_idle(staff, post))
        return true;
    for (int32_t w = 0; depth > 0 && w < staff->words; w++)
        for (uint64_t set = fitting(staff, wanted, w); set; set &= set - 1) {
            const int32_t leader = w * 64 + __builtin_ctzll(set);
            const int32_t before = staff->change_count;

            if (leader == wanted->leader || has(staff->seen, leader) ||
                avoids_group(staff, leader, wanted->group))
                continue;
            put(staff->seen, leader, true);
            if (!free_leader(staff, leader, wanted->slot, depth - 1))
                continue;
            if (staff->left[leader] > 0 && !(staff->busy[leader] >> wanted->slot & 1)) {
                change(staff, post, leader);
                return true;
            }
            undo(staff, before);
        }
    return false;
}

/* Fills one more post of the option that is tried. */
static bool fill_asked(struct staff *staff, const struct post *kind, bool experienced, bool parents,
    struct instance_span avoided)
{
    const int32_t post = staff->post_count++;

    staff->posts[post] = *kind;
    staff->posts[post].group = INSTANCE_NONE;
    staff->posts[post].experienced = experienced;
    staff->posts[post].parents = parents;
    staff->posts[post].leader = INSTANCE_NONE;
    memset(staff->seen, 0, (size_t)staff->words * sizeof *staff->seen);
    for (int32_t i = 0; i < avoided.count; i++)
        put(staff->seen, avoided.items[i], true);
    return fill(staff, post, staff->depth);
}

struct lack staff_lack(struct staff *staff, const struct post *kind, int32_t parent_leaders,
    struct instance_span avoided)
{
    const int32_t posts = staff->post_count;
    struct lack lack = {0};

    lack.experienced = !fill_asked(staff, kind, true, false, avoided);
    lack.leaders = (uint8_t)(lack.experienced + !fill_asked(staff, kind, false, false, avoided));
    for (int32_t i = 0; i < parent_leaders; i++)
        if (!fill_asked(staff, kind, false, true, avoided))
            lack.parent_leaders++;
    undo(staff, 0);
    staff->post_count = posts;
    return lack;
}
