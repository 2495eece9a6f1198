/*
 * An instance of the planner's JSON format (../shared/planner) as the pure core reads it: ids
 * become uuids made of their number, themes, languages, slots and districts become numbers.
 */
#pragma once

#include <jansson.h>
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/domain/date.h"
#include "services/matching/core/form.h"
#include "services/matching/core/words.h"

enum { MOST_PAIRS = 4000, MOST_DOORS = 4000, ARENA_MOST = 512 * 1024 * 1024 };

struct instance {
    struct arena *arena;
    json_t *root, *children;
    struct words themes, languages, slots, districts, sites, tags;
    struct form_view form;
    struct place_view place;
    struct open_group *groups;
    struct child_need *needs, *left; /* all, and those that no open group took */
    size_t *left_of;                 /* by left: which child */
    size_t need_count;
    const struct place_decision *placed;
    struct pair *pairs;
    struct closed_door *doors;
};

static const char *shared(const char *path)
{
    static char whole[400];
    const char *folder = getenv("GRUPPSTOD_SHARED");

    snprintf(whole, sizeof whole, "%s/planner/%s", folder ? folder : "../shared", path);
    return whole;
}

static const char *string_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static int int_of(const json_t *object, const char *name, int fallback)
{
    const json_t *value = json_object_get(object, name);

    return value ? (int)json_integer_value(value) : fallback;
}

static int32_t day_of(const json_t *object, const char *name)
{
    int32_t day;

    assert_true(date_parse(text_of(string_of(object, name)), &day));
    return day;
}

static int word_number(struct words *words, const char *text)
{
    int number = words_take(words, text_of(text));

    assert_true(number >= 0);
    return number;
}

static uint64_t mask_of(const json_t *object, const char *name, struct words *words)
{
    uint64_t mask = 0;
    size_t index;
    json_t *each;

    json_array_foreach(json_object_get(object, name), index, each) mask |=
        UINT64_C(1) << word_number(words, json_string_value(each));
    return mask;
}

/* Themes are the first words taken, so theme n is situation n + 1. */
static uint32_t situations_of(struct instance *instance, const json_t *object)
{
    return (uint32_t)(mask_of(object, "themes", &instance->themes) << 1);
}

static struct uuid id_of(size_t kind, size_t number)
{
    struct uuid id = {{0}};

    id.bytes[0] = (uint8_t)kind;
    for (int i = 0; i < 8; i++)
        id.bytes[15 - i] = (uint8_t)((number + 1) >> (8 * i));
    return id;
}

static enum sex letter_sex(const char *letter)
{
    if (!letter || letter[0] == 'X')
        return SEX_NONE;
    return letter[0] == 'F' ? SEX_GIRL : SEX_BOY;
}

static size_t find(const json_t *array, const char *id)
{
    size_t index;
    json_t *each;

    json_array_foreach(array, index, each) if (strcmp(string_of(each, "id"), id) == 0) return index;
    return SIZE_MAX;
}

static void read_children(struct instance *instance)
{
    size_t index;
    json_t *each;

    instance->children = json_object_get(instance->root, "children");
    instance->need_count = json_array_size(instance->children);
    instance->needs = ARENA_ARRAY(instance->arena, struct child_need, instance->need_count);
    json_array_foreach(instance->children, index, each)
    {
        const char *parent = string_of(each, "parent");
        const json_t *declined = json_object_get(each, "declined");
        struct child_need *need = &instance->needs[index];
        struct uuid *no = ARENA_ARRAY(instance->arena, struct uuid, json_array_size(declined));

        for (size_t i = 0; i < json_array_size(declined); i++)
            no[i] = id_of(1, find(json_object_get(instance->root, "groups"),
                                 json_string_value(json_array_get(declined, i))));
        *need = (struct child_need){
            .referral_id = id_of(2, index),
            .child_id = id_of(3, index),
            .situations = situations_of(instance, each),
            .primary = (enum situation)(
                word_number(&instance->themes,
                    json_string_value(json_array_get(json_object_get(each, "themes"), 0))) +
                1),
            .languages = mask_of(each, "languages", &instance->languages),
            .slots = (int64_t)mask_of(each, "slots", &instance->slots),
            .district = word_number(&instance->districts, string_of(each, "home")),
            .max_travel_min = int_of(each, "max_travel", 0),
            .needs = (uint32_t)mask_of(each, "needs", &instance->tags),
            .birth = day_of(each, "birth"),
            .sex = letter_sex(string_of(each, "sex")),
            .same_sex_only = json_is_true(json_object_get(each, "same_sex_only")),
            .parent_wish = !parent || strcmp(parent, "none") == 0 ? PARENT_WISH_NO
                           : strcmp(parent, "must") == 0          ? PARENT_WISH_MUST
                                                                  : PARENT_WISH_YES,
            .urgency = int_of(each, "urgency", 0),
            .since = day_of(each, "since"),
            .declined = no,
            .declined_count = json_array_size(declined),
        };
    }
}

static void read_rooms(struct instance *instance)
{
    const json_t *array = json_object_get(instance->root, "rooms");
    struct room *rooms = ARENA_ARRAY(instance->arena, struct room, json_array_size(array));
    size_t index;
    json_t *each;

    json_array_foreach(array, index, each) rooms[index] = (struct room){
        .room_id = id_of(4, index),
        .district = word_number(&instance->districts, string_of(each, "district")),
        .site = word_number(&instance->sites, string_of(each, "site")),
        .capacity = int_of(each, "capacity", 0),
        .cost = int_of(each, "cost", 0),
        .needs = (uint32_t)mask_of(each, "tags", &instance->tags),
        .slots = (int64_t)mask_of(each, "slots", &instance->slots),
    };
    instance->form.rooms = rooms;
    instance->form.room_count = json_array_size(array);
}

static void read_leaders(struct instance *instance)
{
    const json_t *array = json_object_get(instance->root, "leaders");
    struct leader *leaders = ARENA_ARRAY(instance->arena, struct leader, json_array_size(array));
    struct avoidance *avoid = ARENA_ARRAY(instance->arena, struct avoidance, MOST_DOORS);
    size_t index, place;
    json_t *each, *child;

    json_array_foreach(array, index, each)
    {
        leaders[index] = (struct leader){
            .leader_id = id_of(5, index),
            .situations = situations_of(instance, each),
            .languages = mask_of(each, "languages", &instance->languages),
            .districts = mask_of(each, "districts", &instance->districts),
            .slots = (int64_t)mask_of(each, "slots", &instance->slots),
            .groups_left = int_of(each, "max_groups", 0),
            .experienced = json_is_true(json_object_get(each, "experienced")),
            .parents = json_is_true(json_object_get(each, "parents")),
            .contract_until = day_of(each, "contract_until"),
        };
        json_array_foreach(json_object_get(each, "avoid"), place, child)
        {
            size_t need = find(instance->children, json_string_value(child));

            if (need != SIZE_MAX && instance->form.avoid_count < MOST_DOORS)
                avoid[instance->form.avoid_count++] = (struct avoidance){index, need};
        }
    }
    instance->form.leaders = leaders;
    instance->form.leader_count = json_array_size(array);
    instance->form.avoid = avoid;
}

/* One programme a theme, by the file's policy. */
static void read_policy(struct instance *instance)
{
    const json_t *policy = json_object_get(instance->root, "policy");
    const json_t *themes = json_object_get(policy, "by_theme");
    struct points points = points_usual();
    struct programme *programmes =
        ARENA_ARRAY(instance->arena, struct programme, instance->themes.count);
    static const struct band all = {0, AGES_MOST - 1};

    points.place = int_of(policy, "w_place", points.place);
    points.wait = int_of(policy, "w_wait", points.wait);
    points.wait_cap_weeks = int_of(policy, "wait_cap_weeks", points.wait_cap_weeks);
    points.urgency = int_of(policy, "w_urgency", points.urgency);
    points.primary = int_of(policy, "w_primary", points.primary);
    points.travel = int_of(policy, "w_travel", points.travel);
    points.parent = int_of(policy, "w_parent", points.parent);
    points.group = int_of(policy, "w_group", points.group);
    points.band = int_of(policy, "w_band", points.band);
    points.parent_group = int_of(policy, "w_parent_group", points.parent_group);
    for (size_t i = 0; i < instance->themes.count; i++) {
        const json_t *own = json_object_get(themes, instance->themes.words[i].data);

        programmes[i] = (struct programme){
            .programme_id = id_of(6, i),
            .situation = (enum situation)(i + 1),
            .least = int_of(own, "min_children", int_of(policy, "min_children", 4)),
            .most = int_of(own, "max_children", int_of(policy, "max_children", 8)),
            .band_years = int_of(own, "max_band_years", int_of(policy, "max_band_years", 3)),
            .parents = PARENTS_OPTIONAL,
            .parent_leaders = int_of(own, "parent_leaders", int_of(policy, "parent_leaders", 1)),
            .bands = &all,
            .band_count = 1,
        };
    }
    instance->form.programmes = programmes;
    instance->form.programme_count = instance->themes.count;
    instance->form.points = instance->place.points = points;
}

static void use_leader(struct instance *instance, const char *id, int slot, size_t group)
{
    size_t index = find(json_object_get(instance->root, "leaders"), id);
    struct leader *leaders = (struct leader *)instance->form.leaders;

    leaders[index].groups_left--;
    leaders[index].slots &= ~slot_bit(slot);
    for (size_t i = 0; i < instance->form.avoid_count; i++)
        if (instance->form.avoid[i].leader == index)
            instance->doors[instance->place.closed_count++] = (struct closed_door){
                .need = instance->form.avoid[i].need, .group_id = id_of(1, group)};
}

static void use_parent_group(
    struct instance *instance, const json_t *json, int slot, size_t group, struct open_group *open)
{
    struct room *rooms = (struct room *)instance->form.rooms;
    const json_t *parents = json_object_get(json, "parent_group"), *several;
    size_t room, index;
    json_t *each;

    if (!json_is_object(parents))
        return;
    room = find(json_object_get(instance->root, "rooms"), string_of(parents, "room"));
    rooms[room].slots &= ~slot_bit(slot);
    open->parents_left = rooms[room].capacity;
    several = json_object_get(parents, "leaders");
    if (!several)
        use_leader(instance, string_of(parents, "leader"), slot, group);
    json_array_foreach(several, index, each)
        use_leader(instance, json_string_value(each), slot, group);
    json_array_foreach(json_object_get(json, "members"), index, each)
    {
        const char *parent = string_of(each, "parent");

        open->parents_left -= parent && strcmp(parent, "none") != 0;
    }
}

static void read_groups(struct instance *instance)
{
    const json_t *array = json_object_get(instance->root, "groups");
    struct room *rooms = (struct room *)instance->form.rooms;
    size_t index, place;
    json_t *each, *leader;

    instance->groups = ARENA_ARRAY(instance->arena, struct open_group, json_array_size(array));
    json_array_foreach(array, index, each)
    {
        size_t room = find(json_object_get(instance->root, "rooms"), string_of(each, "room"));
        int slot = word_number(&instance->slots, string_of(each, "slot"));
        int theme = word_number(&instance->themes, string_of(each, "theme"));
        int most = int_of(each, "max", instance->form.programmes[theme].most);
        size_t members = json_array_size(json_object_get(each, "members"));
        struct open_group *open = &instance->groups[index];

        if (most > rooms[room].capacity)
            most = rooms[room].capacity;
        if ((int)members > most)
            most = (int)members; /* full, and over what the room would hold today */
        *open = (struct open_group){
            .group_id = id_of(1, index),
            .situation = (enum situation)(theme + 1),
            .language = word_number(&instance->languages, string_of(each, "language")),
            .age_from = int_of(each, "age_from", 0),
            .age_to = int_of(each, "age_to", 0),
            .sex = letter_sex(string_of(each, "gender")),
            .slot = slot,
            .district = rooms[room].district,
            .site = rooms[room].site,
            .needs = rooms[room].needs,
            .first_day = instance->form.plan_date,
            .places = most,
            .used = (INT64_C(1) << members) - 1,
            .parents_left = -1,
        };
        rooms[room].slots &= ~slot_bit(slot);
        json_array_foreach(json_object_get(each, "leaders"), place, leader)
            use_leader(instance, json_string_value(leader), slot, index);
        use_parent_group(instance, each, slot, index, open);
    }
    instance->place.groups = instance->groups;
    instance->place.group_count = json_array_size(array);
}

/* The group of a member, or where the child was placed by now; SIZE_MAX: nowhere. */
static size_t group_of_id(const struct instance *instance, const char *id)
{
    size_t index;
    json_t *each;

    json_array_foreach(json_object_get(instance->root, "groups"), index,
        each) if (find(json_object_get(each, "members"), id) != SIZE_MAX) return index;
    index = find(instance->children, id);
    if (index == SIZE_MAX || !instance->placed)
        return SIZE_MAX;
    return instance->placed[index].group;
}

/* `number_of[child]`: where the child stands among the needs that are looked at, or SIZE_MAX. */
static void add_pair(struct instance *instance, size_t *count, const char *a, const char *b,
    enum pair_kind kind, const size_t *number_of)
{
    size_t one = find(instance->children, a), other = find(instance->children, b);
    size_t group;
    struct pair *pair = &instance->pairs[*count];

    one = one == SIZE_MAX ? one : number_of[one];
    other = other == SIZE_MAX ? other : number_of[other];
    if (one == SIZE_MAX) {
        if (other != SIZE_MAX)
            add_pair(instance, count, b, a, kind, number_of);
        return;
    }
    group = other == SIZE_MAX ? group_of_id(instance, b) : SIZE_MAX;
    *pair = (struct pair){.a = one, .b = other == SIZE_MAX ? PAIR_OUTSIDE : other, .kind = kind};
    if (group != SIZE_MAX) {
        pair->group_id = instance->groups[group].group_id;
        pair->site = instance->groups[group].site;
        pair->slot = instance->groups[group].slot;
    }
    assert_true(++*count < MOST_PAIRS);
}

static size_t read_pairs(struct instance *instance, const size_t *number_of)
{
    static const char *const names[] = {NULL, "together", "apart", "must_not_meet"};
    size_t count = 0, index;
    json_t *each;

    for (int kind = PAIR_TOGETHER; kind <= PAIR_MUST_NOT_MEET; kind++)
        json_array_foreach(json_object_get(instance->root, names[kind]), index,
            each) for (size_t i = 1; i < json_array_size(each); i++)
            add_pair(instance, &count, json_string_value(json_array_get(each, 0)),
                json_string_value(json_array_get(each, i)), (enum pair_kind)kind, number_of);
    return count;
}

static void read_closed(struct instance *instance)
{
    size_t index;
    json_t *each;

    json_array_foreach(json_object_get(instance->root, "closed"), index, each)
        instance->doors[instance->place.closed_count++] = (struct closed_door){
        .need = find(instance->children, json_string_value(json_array_get(each, 0))),
        .site = word_number(&instance->sites, json_string_value(json_array_get(each, 1))),
        .slot = word_number(&instance->slots, json_string_value(json_array_get(each, 2))),
    };
}

static void read_words(struct instance *instance)
{
    json_t *root = instance->root;
    const json_t *travel = json_object_get(root, "travel");
    struct arena *arena = instance->arena;
    size_t count;
    uint16_t *minutes;

    instance->themes = words_new(arena, 10);
    instance->languages = words_new(arena, 60);
    instance->slots = words_new(arena, 63);
    instance->districts = words_new(arena, 60);
    instance->sites = words_new(arena, 2000);
    instance->tags = words_new(arena, 30);
    mask_of(root, "themes", &instance->themes);
    mask_of(root, "languages", &instance->languages);
    mask_of(root, "slots", &instance->slots);
    mask_of(root, "districts", &instance->districts);
    count = instance->districts.count;
    minutes = ARENA_ARRAY(arena, uint16_t, count * count);
    for (size_t i = 0; i < count * count; i++)
        minutes[i] = (uint16_t)json_integer_value(
            json_array_get(json_array_get(travel, i / count), i % count));
    instance->form.travel = instance->place.travel = (struct travel){minutes, count};
    instance->form.languages = (int)instance->languages.count;
    instance->form.today = instance->form.plan_date = day_of(root, "plan_date");
    instance->form.term_end = day_of(root, "term_end");
    instance->form.groups_most = 1000;
    for (int slot = 0; slot < SLOTS_MOST; slot++)
        instance->form.room_clash[slot] = instance->form.leader_clash[slot] = slot_bit(slot);
}

static void read_instance(struct instance *instance, const char *path)
{
    json_error_t error;

    memset(instance, 0, sizeof *instance);
    instance->arena = arena_new(ARENA_MOST);
    instance->root = json_load_file(path, 0, &error);
    if (!instance->root)
        fail_msg("%s: %s", path, error.text);
    instance->pairs = ARENA_ARRAY(instance->arena, struct pair, MOST_PAIRS);
    instance->doors = ARENA_ARRAY(instance->arena, struct closed_door, MOST_DOORS);
    read_words(instance);
    read_children(instance);
    read_rooms(instance);
    read_leaders(instance);
    read_policy(instance);
    read_groups(instance);
    read_closed(instance);
}
