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

static void hold(struct staff *staff, int32_t post, int32_t leader)
{
    const int32_t slot = staff->posts[post].slot;

    staff->posts[post].leader = leader;
    if (leader == INSTANCE_NONE)
        return;
    staff->post_at[leader * staff->instance->slot_count + slot] = post;
    staff->busy[leader] |= instance_bit(slot);
    staff->left[leader]--;
}

static void let_go(struct staff *staff, int32_t post)
{
    const int32_t leader = staff->posts[post].leader, slot = staff->posts[post].slot;

    if (leader == INSTANCE_NONE)
        return;
    staff->posts[post].leader = INSTANCE_NONE;
    staff->post_at[leader * staff->instance->slot_count + slot] = INSTANCE_NONE;
    staff->busy[leader] &= ~instance_bit(slot);
    staff->left[leader]++;
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

static void list_by_district(struct staff *staff)
{
    const struct instance *instance = staff->instance;
    const size_t districts = (size_t)instance->district_count;
    int32_t *next = zeroed(districts, sizeof *next);
    int32_t total = 0;

    staff->district_start = zeroed(districts + 1, sizeof *staff->district_start);
    for (int32_t i = 0; i < instance->leader_count; i++)
        for (int32_t j = 0; j < instance->leaders[i].districts.count; j++, total++)
            staff->district_start[instance->leaders[i].districts.items[j] + 1]++;
    for (size_t d = 0; d < districts; d++)
        next[d] = staff->district_start[d + 1] += staff->district_start[d];
    staff->by_district = zeroed((size_t)total, sizeof *staff->by_district);
    for (int32_t i = instance->leader_count - 1; i >= 0; i--)
        for (int32_t j = 0; j < instance->leaders[i].districts.count; j++)
            staff->by_district[--next[instance->leaders[i].districts.items[j]]] = i;
    free(next);
}

void staff_open(struct staff *staff, const struct instance *instance, const struct plan *plan)
{
    const size_t leaders = (size_t)instance->leader_count;
    const size_t posts = (size_t)plan->group_count * POSTS_ASKED + POSTS_ASKED;

    *staff = (struct staff){.instance = instance, .plan = plan};
    staff->posts = zeroed(posts, sizeof *staff->posts);
    staff->changes = zeroed(posts * 4, sizeof *staff->changes);
    staff->post_at = memory_grow(NULL, (leaders * INSTANCE_BITS + 1) * sizeof *staff->post_at);
    for (size_t i = 0; i < leaders * (size_t)instance->slot_count; i++)
        staff->post_at[i] = INSTANCE_NONE;
    staff->left = zeroed(leaders, sizeof *staff->left);
    staff->busy = zeroed(leaders, sizeof *staff->busy);
    staff->stamp = zeroed(leaders, sizeof *staff->stamp);
    staff->depth = instance->leader_count > LEADERS_FOR_CHAINS ? 0 : CHAIN;
    for (size_t i = 0; i < leaders; i++) {
        staff->left[i] = instance->leaders[i].groups_left;
        staff->busy[i] = instance->leaders[i].taken;
    }
    for (int32_t i = 0; i < plan->group_count; i++)
        add_posts(staff, i);
    list_by_district(staff);
}

void staff_close(struct staff *staff)
{
    free(staff->posts);
    free(staff->changes);
    free(staff->post_at);
    free(staff->left);
    free(staff->busy);
    free(staff->stamp);
    free(staff->by_district);
    free(staff->district_start);
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

/* Trained, able and allowed; the district is that of the list the leader was found in. */
static bool fits(const struct staff *staff, const struct post *post, int32_t index)
{
    const struct instance_leader *leader = &staff->instance->leaders[index];

    return leader->contract_holds && leader->themes >> post->theme & 1 &&
           leader->languages >> post->language & 1 && leader->slots >> post->slot & 1 &&
           (leader->experienced || !post->experienced) && (leader->parents || !post->parents) &&
           !avoids_group(staff, index, post->group);
}

static bool is_free(const struct staff *staff, int32_t leader, int32_t slot)
{
    return staff->left[leader] > 0 && !(staff->busy[leader] >> slot & 1);
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

/* Finds another leader for a post; on failure everything is as it was. */
static bool fill(struct staff *staff, int32_t post, int32_t depth)
{
    const struct post *wanted = &staff->posts[post];
    const int32_t first = staff->district_start[wanted->district];
    const int32_t end = staff->district_start[wanted->district + 1];

    for (int pass = 0; pass < (depth > 0 ? 2 : 1); pass++)
        for (int32_t i = first; i < end; i++) {
            const int32_t leader = staff->by_district[i];
            const int32_t before = staff->change_count;

            if (leader == wanted->leader || staff->stamp[leader] == staff->stamp_now ||
                !fits(staff, wanted, leader))
                continue;
            if (pass == 1) {
                staff->stamp[leader] = staff->stamp_now;
                if (!free_leader(staff, leader, wanted->slot, depth - 1))
                    continue;
            }
            if (is_free(staff, leader, wanted->slot)) {
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
    staff->stamp_now++;
    for (int32_t i = 0; i < avoided.count; i++)
        staff->stamp[avoided.items[i]] = staff->stamp_now;
    return fill(staff, post, staff->depth);
}

struct lack staff_lack(struct staff *staff, const struct post *kind, int32_t parent_leaders,
    struct instance_span avoided)
{
    const int32_t posts = staff->post_count;
    struct lack lack = {0};

    lack.experienced = !fill_asked(staff, kind, true, false, avoided);
    lack.leaders = (int8_t)(lack.experienced + !fill_asked(staff, kind, false, false, avoided));
    for (int32_t i = 0; i < parent_leaders; i++)
        if (!fill_asked(staff, kind, false, true, avoided))
            lack.parent_leaders++;
    undo(staff, 0);
    staff->post_count = posts;
    return lack;
}
