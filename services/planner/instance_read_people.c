/* Leaders and the children who wait. */
#include <string.h>

#include "common/domain/date.h"
#include "services/planner/instance_inside.h"

static const char *const sex_words[] = {"F", "M", NULL};
static const char *const parent_words[] = {"none", "wants", "must", NULL};

static int32_t find_district(const struct instance *instance, const char *name)
{
    return instance_find_name(instance->districts, instance->district_count, name);
}

/* Children whom a leader must not meet. Members of groups may be named: they bind nobody here. */
static void read_avoid(
    struct instance_reader *reader, const json_t *record, struct instance_leader *leader)
{
    struct entry_reader *fields = &reader->fields;
    const json_t *list = entry_list_or_empty(fields, record, "avoid", MOST_CHILDREN);
    const size_t size = json_array_size(list);
    int32_t *children = ARENA_ARRAY(fields->arena, int32_t, size);
    int32_t count = 0;

    for (size_t i = 0; i < size && !fields->outcome; i++) {
        const char *id = entry_text_at(fields, list, "avoid", i);
        const int32_t person = id ? reader_find_person(reader, id) : 0;

        if (person == INSTANCE_NONE)
            entry_wrong(fields, "avoid", "\"%.60s\" is unknown", id);
        else if (person < reader->instance->child_count)
            children[count++] = person;
    }
    leader->avoid = (struct instance_span){children, entry_sort_indices(children, count)};
}

static void read_leader(
    struct instance_reader *reader, const json_t *record, struct instance_leader *leader)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;

    leader->themes = entry_mask(fields, entry_list(fields, record, "themes", INSTANCE_BITS),
        "themes", instance->themes, instance->theme_count);
    leader->languages = entry_mask(fields, entry_list(fields, record, "languages", INSTANCE_BITS),
        "languages", instance->languages, instance->language_count);
    leader->slots = entry_mask(fields, entry_list(fields, record, "slots", INSTANCE_BITS), "slots",
        instance->slots, instance->slot_count);
    leader->districts =
        entry_indices(fields, entry_list(fields, record, "districts", MOST_DISTRICTS), "districts",
            find_district, instance);
    leader->max_groups = (int32_t)entry_int(fields, record, "max_groups", 0, 1000);
    leader->experienced = entry_bool_or_false(fields, record, "experienced");
    leader->parents = entry_bool_or_false(fields, record, "parents");
    leader->home = INSTANCE_NONE;
    if (entry_optional(fields, record, "home"))
        leader->home =
            entry_name(fields, record, "home", instance->districts, instance->district_count);
    leader->contract_until = entry_date(fields, record, "contract_until");
    leader->contract_holds = leader->contract_until >= instance->term_end;
    read_avoid(reader, record, leader);
}

/* What the existing groups leave of max_groups (H12). */
static void count_groups_left(struct instance_reader *reader, struct instance_leader *leader)
{
    const int32_t taken = __builtin_popcountll(leader->taken);

    if (taken > leader->max_groups)
        entry_contradiction(&reader->fields,
            "%s.max_groups: leader %.60s has %d existing groups and may have %d",
            reader->fields.path, leader->id, (int)taken, (int)leader->max_groups);
    leader->groups_left = leader->max_groups - taken;
}

void reader_leaders(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;

    for (int32_t i = 0; i < instance->leader_count && !reader->fields.outcome; i++) {
        entry_at(&reader->fields, "leaders[%d]", (int)reader->leaders[i].place);
        read_leader(reader, reader->leaders[i].json, &instance->leaders[i]);
        if (!reader->fields.outcome)
            count_groups_left(reader, &instance->leaders[i]);
    }
    entry_at(&reader->fields, "%s", "");
}

/* Dates and what follows from them: the age in full years, the full weeks that count. */
static void read_times(
    struct instance_reader *reader, const json_t *record, struct instance_child *child)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;

    child->birth = entry_date(fields, record, "birth");
    child->since = entry_date(fields, record, "since");
    child->urgency = (int32_t)entry_int_or(fields, record, "urgency", 0, 3, 0);
    if (fields->outcome)
        return;
    child->age = date_age(child->birth, instance->plan_date);
    if (child->birth > instance->plan_date || child->age > INSTANCE_AGE_MAX)
        entry_wrong(
            fields, "birth", "the age on plan_date is not within 0 to %d", (int)INSTANCE_AGE_MAX);
    const int32_t weeks = (instance->plan_date - child->since) / 7;
    const int32_t cap = instance->policy.wait_cap_weeks;
    child->weeks_waited = weeks < 0 ? 0 : weeks > cap ? cap : weeks;
    child->worth = instance->policy.w_place + instance->policy.w_wait * child->weeks_waited +
                   instance->policy.w_urgency * child->urgency;
}

static void read_wishes(
    struct instance_reader *reader, const json_t *record, struct instance_child *child)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;
    const json_t *themes = entry_list(fields, record, "themes", INSTANCE_BITS);

    child->themes = entry_mask(fields, themes, "themes", instance->themes, instance->theme_count);
    if (!fields->outcome && child->themes == 0)
        entry_wrong(fields, "themes", "at least one is wanted; the first is the primary one");
    if (!fields->outcome)
        child->primary = instance_find_name(
            instance->themes, instance->theme_count, json_string_value(json_array_get(themes, 0)));
    child->languages = entry_mask(fields, entry_list(fields, record, "languages", INSTANCE_BITS),
        "languages", instance->languages, instance->language_count);
    child->slots = entry_mask(fields, entry_list(fields, record, "slots", INSTANCE_BITS), "slots",
        instance->slots, instance->slot_count);
    child->needs = entry_mask(fields, entry_list_or_empty(fields, record, "needs", INSTANCE_BITS),
        "needs", instance->tags, instance->tag_count);
    child->declined =
        entry_indices(fields, entry_list_or_empty(fields, record, "declined", MOST_GROUPS),
            "declined", instance_find_group, instance);
}

static void read_child(
    struct instance_reader *reader, const json_t *record, struct instance_child *child)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;

    read_times(reader, record, child);
    read_wishes(reader, record, child);
    child->sex = (enum instance_sex)entry_word(fields, record, "sex", sex_words, INSTANCE_NONE);
    child->home = entry_name(fields, record, "home", instance->districts, instance->district_count);
    child->max_travel = (int32_t)entry_int(fields, record, "max_travel", 0, MOST_MINUTES);
    child->same_sex_only = entry_bool_or_false(fields, record, "same_sex_only");
    child->parent = (enum instance_parent)entry_word(
        fields, record, "parent", parent_words, INSTANCE_PARENT_NONE);
}

/* The other side of leader.avoid. */
static void spread_avoided(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;
    int32_t count = 0;

    for (int32_t i = 0; i < instance->leader_count; i++)
        count += instance->leaders[i].avoid.count;
    struct instance_pair *pairs =
        ARENA_ARRAY(reader->fields.arena, struct instance_pair, (size_t)count);
    count = 0;
    for (int32_t i = 0; i < instance->leader_count; i++)
        for (int32_t j = 0; j < instance->leaders[i].avoid.count; j++)
            pairs[count++] = (struct instance_pair){instance->leaders[i].avoid.items[j], i};
    count = reader_sort_pairs(pairs, count);
    reader_spread(reader, pairs, count, offsetof(struct instance_child, avoided_by));
}

void reader_children(struct instance_reader *reader)
{
    struct instance *instance = reader->instance;

    for (int32_t i = 0; i < instance->child_count && !reader->fields.outcome; i++) {
        entry_at(&reader->fields, "children[%d]", (int)reader->children[i].place);
        read_child(reader, reader->children[i].json, &instance->children[i]);
    }
    if (!reader->fields.outcome)
        spread_avoided(reader);
    entry_at(&reader->fields, "%s", "");
}
