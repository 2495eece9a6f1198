/* One child in one group: a small function a rule. */
#include "common/domain/date.h"
#include "services/planner/check_inside.h"

#define SAY(rule, format, ...)                                                                     \
    complain(c->out, s->about, rule " %s: child %s " format, s->id, child->id, __VA_ARGS__)

bool check_knows_child(const struct instance *instance, int32_t child)
{
    return child >= 0 && child < instance->child_count;
}

/* H1 */
static void once(struct checking *c, const struct claim *s, int32_t index)
{
    const struct instance_child *child = &c->instance->children[index];

    if (c->where[index] != INSTANCE_NONE)
        SAY("H1", "%s", "is placed twice");
    c->where[index] = s->place;
}

/* H3, H4, H5 */
static void wishes(struct checking *c, const struct claim *s, const struct instance_child *child)
{
    const struct instance *instance = c->instance;

    if (!(child->themes >> s->theme & 1))
        SAY("H3", "does not have the situation %s", instance->themes[s->theme]);
    if (!(child->languages >> s->language & 1))
        SAY("H4", "does not speak %s", instance->languages[s->language]);
    if (!(child->slots >> s->slot & 1))
        SAY("H5", "cannot come %s", instance->slots[s->slot]);
}

/* H6 */
static void travel(struct checking *c, const struct claim *s, const struct instance_child *child)
{
    const struct instance *instance = c->instance;
    const int32_t minutes =
        instance_travel(instance, child->home, instance->rooms[s->room].district);

    if (minutes > child->max_travel)
        SAY("H6", "travels %d minutes, at most %d", (int)minutes, (int)child->max_travel);
}

/* H7 */
static void age(struct checking *c, const struct claim *s, const struct instance_child *child)
{
    const int years = date_age(child->birth, c->instance->plan_date);

    if (years < s->age_from || years > s->age_to)
        SAY("H7", "is %d, outside %d-%d", years, (int)s->age_from, (int)s->age_to);
}

/* H8 */
static void sex(struct checking *c, const struct claim *s, const struct instance_child *child)
{
    if (s->gender == INSTANCE_MIXED && child->same_sex_only)
        SAY("H8", "%s", "asked for a group of one sex");
    if ((s->gender == INSTANCE_GIRLS && child->sex != INSTANCE_FEMALE) ||
        (s->gender == INSTANCE_BOYS && child->sex != INSTANCE_MALE))
        SAY("H8", "%s", "is of the other sex than the group");
}

/* H9, H10 */
static void needs(struct checking *c, const struct claim *s, const struct instance_child *child)
{
    const struct instance_room *room = &c->instance->rooms[s->room];

    if (child->needs & ~room->tags)
        SAY("H9", "needs what room %s lacks", room->id);
    if (child->parent == INSTANCE_PARENT_MUST && s->parent_room == INSTANCE_NONE)
        SAY("H10", "%s", "has a parent who must join, and there is no parent group");
}

/* H11: the leader must not meet the child. */
static void avoided(struct checking *c, const struct claim *s, int32_t index, int32_t leader)
{
    const struct instance_child *child = &c->instance->children[index];

    if (leader < 0 || leader >= c->instance->leader_count)
        return;
    const struct instance_span avoid = c->instance->leaders[leader].avoid;
    for (int32_t i = 0; i < avoid.count; i++)
        if (avoid.items[i] == index)
            SAY("H11", "must not meet leader %s", c->instance->leaders[leader].id);
}

/* H18 */
static void declined(struct checking *c, const struct claim *s, const struct instance_child *child)
{
    for (int32_t i = 0; i < child->declined.count; i++)
        if (child->declined.items[i] == s->existing)
            SAY("H18", "%s", "has declined it");
}

/* H20 */
static void closed(struct checking *c, const struct claim *s, const struct instance_child *child)
{
    const int32_t site = c->instance->rooms[s->room].site;

    for (int32_t i = 0; i < child->closed.count; i++)
        if (child->closed.items[i] == site * INSTANCE_BITS + s->slot)
            SAY("H20", "may not be at %s %s", c->instance->sites[site],
                c->instance->slots[s->slot]);
}

void check_child(struct checking *c, const struct claim *s, int32_t index)
{
    if (!check_knows_child(c->instance, index)) {
        complain(c->out, s->about, "H1 %s: a child is unknown", s->id);
        return;
    }
    const struct instance_child *child = &c->instance->children[index];

    once(c, s, index);
    wishes(c, s, child);
    travel(c, s, child);
    age(c, s, child);
    sex(c, s, child);
    needs(c, s, child);
    for (int i = 0; i < 2; i++) {
        avoided(c, s, index, s->leaders[i]);
        avoided(c, s, index, s->parent_leaders[i]);
    }
    declined(c, s, child);
    closed(c, s, child);
}

int64_t check_child_score(const struct instance *instance, const struct claim *s, int32_t index)
{
    const struct instance_policy *policy = &instance->policy;

    if (!check_knows_child(instance, index))
        return 0;
    const struct instance_child *child = &instance->children[index];
    const int32_t days = instance->plan_date - child->since;
    int64_t weeks = days < 0 ? 0 : days / 7;

    if (weeks > policy->wait_cap_weeks)
        weeks = policy->wait_cap_weeks;
    int64_t score = policy->w_place + policy->w_wait * weeks + policy->w_urgency * child->urgency;
    score -= policy->w_travel *
             instance_travel(instance, child->home, instance->rooms[s->room].district);
    if (child->primary == s->theme)
        score += policy->w_primary;
    if (s->parent_room != INSTANCE_NONE && child->parent != INSTANCE_PARENT_NONE)
        score += policy->w_parent;
    return score;
}
