/* The municipality's weights and limits, and what a theme has of its own. */
#include <stddef.h>
#include <string.h>

#include "services/planner/instance_inside.h"

static const int64_t most_points = 1000000000;

struct weight {
    const char *name;
    size_t offset; /* of an int64_t in struct instance_policy */
    int64_t usual;
};

#define WEIGHT(name, usual)                                                                        \
    {                                                                                              \
#name, offsetof(struct instance_policy, name), usual                                       \
    }

static const struct weight weights[] = {
    WEIGHT(w_place, 1000),
    WEIGHT(w_wait, 10),
    WEIGHT(w_urgency, 200),
    WEIGHT(w_primary, 50),
    WEIGHT(w_travel, 1),
    WEIGHT(w_parent, 60),
    WEIGHT(w_group, 100),
    WEIGHT(w_band, 20),
    WEIGHT(w_parent_group, 150),
    WEIGHT(w_fairness, 0),
};

/* A preset is a set of defaults: what the file says beside it stands. */
enum preset { PRESET_USUAL, PRESET_COUNT_FIRST };
static const char *const presets[] = {"usual", "count-first", NULL};
static const int64_t count_first_w_place = 100000;

static void read_weights(struct entry_reader *fields, const json_t *record, enum preset preset,
    struct instance_policy *policy)
{
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        int64_t *points = (int64_t *)(void *)((char *)policy + weights[i].offset);

        *points = entry_int_or(fields, record, weights[i].name, 0, most_points, weights[i].usual);
    }
    if (preset == PRESET_COUNT_FIRST && !entry_optional(fields, record, "w_place"))
        policy->w_place = count_first_w_place;
}

/* The four limits that a theme may have of its own; `otherwise` holds where it says nothing. */
static struct instance_rule read_rule(
    struct entry_reader *fields, const json_t *record, struct instance_rule otherwise)
{
    return (struct instance_rule){
        .min_children = (int32_t)entry_int_or(
            fields, record, "min_children", 1, INSTANCE_GROUP_CHILDREN, otherwise.min_children),
        .max_children = (int32_t)entry_int_or(
            fields, record, "max_children", 1, INSTANCE_GROUP_CHILDREN, otherwise.max_children),
        .max_band_years = (int32_t)entry_int_or(
            fields, record, "max_band_years", 1, INSTANCE_AGE_MAX, otherwise.max_band_years),
        .parent_leaders =
            (int32_t)entry_int_or(fields, record, "parent_leaders", 1, 2, otherwise.parent_leaders),
    };
}

static void read_themes(struct instance_reader *reader, const json_t *by_theme)
{
    struct entry_reader *fields = &reader->fields;
    const struct instance *instance = reader->instance;
    const char *theme;
    json_t *own;

    if (by_theme && !json_is_object(by_theme)) {
        entry_wrong(fields, "by_theme", "an object is wanted");
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)by_theme, theme, own)
    {
        const int32_t i = instance_find_name(instance->themes, instance->theme_count, theme);

        entry_at(fields, "policy.by_theme.%.60s", theme);
        if (i == INSTANCE_NONE)
            entry_wrong(fields, NULL, "there is no such theme");
        else
            instance->policy.by_theme[i] = read_rule(fields, own, instance->policy.usual);
        if (fields->outcome)
            return;
    }
}

void reader_policy(struct instance_reader *reader)
{
    static const struct instance_rule house = {4, 8, 3, 1};
    struct entry_reader *fields = &reader->fields;
    struct instance *instance = reader->instance;
    struct instance_policy *policy = &instance->policy;
    const json_t *said = entry_optional(fields, reader->document, "policy");
    json_t *none = json_object();
    const json_t *record = said ? said : none;

    entry_at(fields, "policy");
    const int32_t preset = entry_word(fields, record, "preset", presets, PRESET_USUAL);
    read_weights(fields, record, (enum preset)preset, policy);
    policy->wait_cap_weeks = (int32_t)entry_int_or(fields, record, "wait_cap_weeks", 0, 5200, 52);
    policy->parent_share = (int32_t)entry_int_or(fields, record, "parent_share", 0, 100, 0);
    policy->usual = read_rule(fields, record, house);
    policy->by_theme =
        ARENA_ARRAY(fields->arena, struct instance_rule, (size_t)instance->theme_count);
    for (int32_t i = 0; i < instance->theme_count; i++)
        policy->by_theme[i] = policy->usual;
    read_themes(reader, entry_optional(fields, record, "by_theme"));
    entry_at(fields, "%s", "");
    json_decref(none);
}
