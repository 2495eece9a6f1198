/* A round's instance out of the city's state, as JSON that the planner's own reader takes. */
#include "services/gruppstod/bench_planner_round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/check.h"
#include "common/domain/date.h"

enum {
    ROUND_DAYS = 28,
    RUNS_ROUNDS = 4, /* 16 weeks */
    OPEN_ROUNDS = 1, /* how long children may be added */
};

static const char *text_in(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    CHECK(text);
    return text;
}

static void set_day(json_t *object, const char *name, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    json_object_set_new(object, name, json_string(text));
}

static int32_t day_in(const json_t *object, const char *name)
{
    int32_t day;

    CHECK(date_parse(text_of(text_in(object, name)), &day));
    return day;
}

int32_t rounds_day(const struct city_rounds *city, int32_t round)
{
    return city->first_day + round * ROUND_DAYS;
}

/* Who waits at the start is in the first round's list; the others come evenly after them. */
static int32_t arrival_round(const struct city_rounds *city, int32_t child)
{
    if (child < city->waiting)
        return 0;
    return (int32_t)((int64_t)(child - city->waiting) * city->rounds /
                     (city->child_count - city->waiting));
}

static json_t *child_at(const struct city_rounds *city, int32_t child)
{
    return json_array_get(json_object_get(city->base, "children"), (size_t)child);
}

int32_t rounds_urgency(const struct city_rounds *city, int32_t child)
{
    return (int32_t)json_integer_value(json_object_get(child_at(city, child), "urgency"));
}

/* Leaders stay, nobody has declined a group yet, and what runs at the start ends by and by. */
static void prepare(struct city_rounds *city)
{
    json_t *each;
    size_t index;

    for (int32_t i = 0; i < city->child_count; i++) {
        city->placed_on[i] = DAY_ABSENT;
        city->since[i] = i < city->waiting
                             ? day_in(child_at(city, i), "since")
                             : rounds_day(city, arrival_round(city, i)) - (i / 2 * 11) % ROUND_DAYS;
        set_day(child_at(city, i), "since", city->since[i]);
        json_object_set_new(child_at(city, i), "declined", json_array());
    }
    json_array_foreach(json_object_get(city->base, "leaders"), index, each)
    {
        json_object_set_new(each, "contract_until", json_string("2099-12-31"));
    }
    city->running = json_incref(json_object_get(city->base, "groups"));
    json_array_foreach(city->running, index, each)
    {
        json_object_set_new(each, "ends", json_integer(1 + (json_int_t)index % RUNS_ROUNDS));
    }
}

bool rounds_open(struct city_rounds *city, const char *path, struct error *error)
{
    json_error_t wrong;

    city->base = json_load_file(path, 0, &wrong);
    if (!city->base)
        return error_set(error, ERROR_INPUT, "%s: %s", path, wrong.text);
    city->child_count = (int32_t)json_array_size(json_object_get(city->base, "children"));
    city->first_day = day_in(city->base, "plan_date");
    city->placed_on = memory_grow(NULL, (size_t)city->child_count * sizeof(int32_t) + 1);
    city->since = memory_grow(NULL, (size_t)city->child_count * sizeof(int32_t) + 1);
    prepare(city);
    return true;
}

void rounds_close(struct city_rounds *city)
{
    json_decref(city->running);
    json_decref(city->base);
    free(city->placed_on);
    free(city->since);
    *city = (struct city_rounds){.rounds = 0};
}

/* The round's children, and the ids of all whom its pairs may name. */
static json_t *waiting(const struct city_rounds *city, int32_t round, json_t *known)
{
    json_t *children = json_array();

    for (int32_t i = 0; i < city->child_count; i++)
        if (arrival_round(city, i) <= round && city->placed_on[i] == DAY_ABSENT) {
            json_array_append(children, child_at(city, i));
            json_object_set_new(known, text_in(child_at(city, i), "id"), json_integer(i));
        }
    return children;
}

/* Groups that run on: nobody is added where the time for it is over. */
static void end_groups(struct city_rounds *city, int32_t round, json_t *known)
{
    json_t *left = json_array(), *group, *member;
    size_t index, place;

    json_array_foreach(city->running, index, group)
    {
        const int32_t ends = (int32_t)json_integer_value(json_object_get(group, "ends"));
        const json_t *members = json_object_get(group, "members");

        if (ends <= round)
            continue;
        if (ends - round < RUNS_ROUNDS - OPEN_ROUNDS)
            json_object_set_new(group, "max", json_integer((json_int_t)json_array_size(members)));
        json_array_foreach(members, place, member)
        {
            json_object_set_new(known, text_in(member, "id"), json_true());
        }
        json_array_append(left, group);
    }
    json_decref(city->running);
    city->running = left;
}

/* Only lists whose every name is known in the round; of two siblings in a group, it is history. */
static json_t *known_lists(const json_t *lists, const json_t *known, bool waiting_only)
{
    json_t *kept = json_array(), *list, *name;
    size_t index, place;

    json_array_foreach(lists, index, list)
    {
        bool all = true;
        json_array_foreach(list, place, name)
        {
            const json_t *found = json_object_get(known, json_string_value(name));
            all = all && found && (!waiting_only || json_is_integer(found));
        }
        if (all)
            json_array_append(kept, list);
    }
    return kept;
}

static json_t *leaders_now(const json_t *leaders, const json_t *known)
{
    json_t *now = json_array(), *leader, *name;
    size_t index, place;

    json_array_foreach(leaders, index, leader)
    {
        json_t *copy = json_copy(leader), *avoid = json_array();
        json_array_foreach(json_object_get(leader, "avoid"), place, name)
        {
            if (json_is_integer(json_object_get(known, json_string_value(name))))
                json_array_append(avoid, name);
        }
        json_object_set_new(copy, "avoid", avoid);
        json_array_append_new(now, copy);
    }
    return now;
}

struct instance *rounds_instance(struct city_rounds *city, int32_t round, struct error *error)
{
    static const char *const lists[] = {"together", "apart", "must_not_meet"};
    json_t *known = json_object(), *now = json_copy(city->base);
    struct instance *instance = NULL;

    set_day(now, "plan_date", rounds_day(city, round));
    set_day(now, "term_end", rounds_day(city, round) + RUNS_ROUNDS * ROUND_DAYS - 1);
    end_groups(city, round, known);
    json_object_set(now, "groups", city->running);
    json_object_set_new(now, "children", waiting(city, round, known));
    for (size_t i = 0; i < COUNT(lists); i++)
        json_object_set_new(
            now, lists[i], known_lists(json_object_get(now, lists[i]), known, i == 0));
    json_object_set_new(now, "leaders", leaders_now(json_object_get(now, "leaders"), known));
    char *text = json_dumps(now, JSON_COMPACT);
    instance_read(text, strlen(text), &instance, error);
    free(text);
    json_decref(now);
    json_decref(known);
    return instance;
}

static int32_t child_number(const struct city_rounds *city, const char *id)
{
    for (int32_t i = 0; i < city->child_count; i++)
        if (strcmp(text_in(child_at(city, i), "id"), id) == 0)
            return i;
    check_failed("a child of the plan is the city's", __FILE__, __LINE__);
}

static void take_places(struct city_rounds *city, int32_t round, const struct instance *instance,
    const int32_t *children, int32_t count, json_t *members)
{
    static const char *const fields[] = {"id", "birth", "sex", "parent"};

    for (int32_t i = 0; i < count; i++) {
        const int32_t number = child_number(city, instance->children[children[i]].id);
        json_t *member = json_object();
        for (size_t f = 0; f < COUNT(fields); f++)
            json_object_set(member, fields[f], json_object_get(child_at(city, number), fields[f]));
        json_array_append_new(members, member);
        city->placed_on[number] = rounds_day(city, round);
    }
}

static json_t *ids_of(const struct instance *instance, const int32_t leaders[2])
{
    json_t *ids = json_array();

    for (int i = 0; i < 2; i++)
        if (leaders[i] != INSTANCE_NONE)
            json_array_append_new(ids, json_string(instance->leaders[leaders[i]].id));
    return ids;
}

static json_t *new_group(
    const struct instance *instance, int32_t round, const struct plan_group *group)
{
    static const char genders[][2] = {"X", "F", "M"};
    char id[PLAN_ID_SIZE + 12];
    json_t *parents = json_null();
    const struct instance_room *room = &instance->rooms[group->room];
    const int32_t most = instance->policy.by_theme[group->theme].max_children;

    snprintf(id, sizeof id, "round%02d-%s", (int)round, group->id);
    if (group->parent_room != INSTANCE_NONE)
        parents = json_pack("{s:s, s:o}", "room", instance->rooms[group->parent_room].id, "leaders",
            ids_of(instance, group->parent_leaders));
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:o, s:i, s:o, s:o, s:i}", "id", id,
        "theme", instance->themes[group->theme], "language", instance->languages[group->language],
        "age_from", (int)group->age_from, "age_to", (int)group->age_to, "gender",
        genders[group->gender], "slot", instance->slots[group->slot], "room", room->id, "leaders",
        ids_of(instance, group->leaders), "max",
        (int)(most < room->capacity ? most : room->capacity), "parent_group", parents, "members",
        json_array(), "ends", (int)(round + RUNS_ROUNDS));
}

static json_t *running_members(const struct city_rounds *city, const char *id)
{
    json_t *group;
    size_t index;

    json_array_foreach(city->running, index, group)
    {
        if (strcmp(text_in(group, "id"), id) == 0)
            return json_object_get(group, "members");
    }
    check_failed("the plan adds to a group that runs", __FILE__, __LINE__);
}

void rounds_apply(struct city_rounds *city, int32_t round, const struct instance *instance,
    const struct plan *plan)
{
    for (int32_t i = 0; i < plan->addition_count; i++) {
        const struct plan_addition *addition = &plan->additions[i];
        take_places(city, round, instance, addition->children, addition->child_count,
            running_members(city, instance->groups[addition->group].id));
    }
    for (int32_t i = 0; i < plan->group_count; i++) {
        const struct plan_group *group = &plan->groups[i];
        json_t *made = new_group(instance, round, group);
        CHECK(made);
        take_places(city, round, instance, group->children, group->child_count,
            json_object_get(made, "members"));
        json_array_append_new(city->running, made);
    }
}
