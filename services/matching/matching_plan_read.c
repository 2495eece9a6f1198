/*
 * The planner's answer, gruppstod-plan/1, in the terms of the round as it is now. Ids that are not
 * there any more make their group stale; whether the rest holds is core/hold.c's matter.
 */
#include <jansson.h>
#include <stdlib.h>

#include "common/check.h"
#include "services/matching/matching_plan.h"

struct child_id {
    struct uuid id;
    size_t need;
};

struct reader {
    struct arena *arena;
    const struct round *round;
    struct child_id *children; /* sorted */
};

static struct text text_in(const json_t *json, const char *name)
{
    return text_of(json_string_value(json_object_get(json, name)));
}

static int int_in(const json_t *json, const char *name)
{
    return (int)json_integer_value(json_object_get(json, name));
}

static int compare_ids(const void *a, const void *b)
{
    return uuid_compare(a, b); /* the id comes first */
}

static void index_children(struct reader *reader)
{
    const struct market_view *view = &reader->round->view;

    reader->children = ARENA_ARRAY(reader->arena, struct child_id, view->need_count);
    for (size_t i = 0; i < view->need_count; i++)
        reader->children[i] = (struct child_id){view->needs[i].referral_id, i};
    qsort(reader->children, view->need_count, sizeof *reader->children, compare_ids);
}

static size_t find_need(const struct reader *reader, struct text id)
{
    const struct child_id *found = NULL;
    struct child_id wanted = {.need = 0};

    if (id.data && uuid_parse(id, &wanted.id))
        found = bsearch(
            &wanted, reader->children, reader->round->view.need_count, sizeof wanted, compare_ids);
    return found ? found->need : HOLD_NONE;
}

static size_t find_room(const struct reader *reader, struct text id)
{
    const struct market_view *view = &reader->round->view;
    struct uuid wanted;

    if (!id.data || !uuid_parse(id, &wanted))
        return HOLD_NONE;
    for (size_t i = 0; i < view->room_count; i++)
        if (uuid_equal(view->rooms[i].room_id, wanted))
            return i;
    return HOLD_NONE;
}

static size_t find_leader(const struct reader *reader, const json_t *json)
{
    const struct market_view *view = &reader->round->view;
    const struct text id = text_of(json_string_value(json));
    struct uuid wanted;

    if (!id.data || !uuid_parse(id, &wanted))
        return HOLD_NONE;
    for (size_t i = 0; i < view->leader_count; i++)
        if (uuid_equal(view->leaders[i].leader_id, wanted))
            return i;
    return HOLD_NONE;
}

static int find_slot(const struct reader *reader, struct text name)
{
    const struct market *market = &reader->round->market;

    for (int slot = -1; name.data && (slot = slot_next(market->slots, slot)) >= 0;)
        if (text_equal(market->slot_names[slot], name))
            return slot;
    return -1;
}

static size_t find_group(const struct reader *reader, struct text id)
{
    const struct open_groups *groups = &reader->round->groups;
    struct uuid wanted;

    if (!id.data || !uuid_parse(id, &wanted))
        return HOLD_NONE;
    for (size_t i = 0; i < groups->count; i++)
        if (uuid_equal(groups->groups[i].group_id, wanted))
            return i;
    return HOLD_NONE;
}

/* One leader by name, or a list of them. */
static bool read_parents(
    const struct reader *reader, const json_t *json, struct planned_group *group)
{
    const json_t *list = json_object_get(json, "leaders"), *one = json_object_get(json, "leader");
    const size_t count = one ? 1 : json_array_size(list);

    if (!json || json_is_null(json))
        return true;
    group->parent_room = find_room(reader, text_in(json, "room"));
    if (group->parent_room == HOLD_NONE || count < 1 || count > PARENT_LEADERS_MOST)
        return false;
    for (size_t i = 0; i < count; i++) {
        const size_t leader = find_leader(reader, one ? one : json_array_get(list, i));

        if (leader == HOLD_NONE)
            return false;
        group->parent_leaders[group->parent_leader_count++] = leader;
    }
    return true;
}

/* Who does not wait any more is left out; false for more than a group can have. */
static bool read_children(
    const struct reader *reader, const json_t *list, struct planned_group *group)
{
    if (json_array_size(list) > PLACES_MOST)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const size_t need = find_need(reader, text_of(json_string_value(json_array_get(list, i))));

        if (need != HOLD_NONE)
            group->children[group->child_count++] = need;
    }
    return true;
}

static bool read_group(const struct reader *reader, const json_t *json, struct planned_group *group)
{
    static const struct {
        const char *word;
        enum sex sex;
    } genders[] = {{"X", SEX_NONE}, {"F", SEX_GIRL}, {"M", SEX_BOY}};
    const struct themes *themes = reader->round->themes;
    const json_t *leaders = json_object_get(json, "leaders");
    const struct text gender = text_in(json, "gender");

    *group = (struct planned_group){
        .theme = theme_find(themes, text_in(json, "theme")),
        .room = find_room(reader, text_in(json, "room")),
        .parent_room = HOLD_NONE,
        .language = words_find(&reader->round->city.languages, text_in(json, "language")),
        .slot = find_slot(reader, text_in(json, "slot")),
        .sex = SEX_COUNT,
        .ages = {int_in(json, "age_from"), int_in(json, "age_to")},
        .leaders = {find_leader(reader, json_array_get(leaders, 0)),
            find_leader(reader, json_array_get(leaders, 1))},
    };
    for (size_t i = 0; i < COUNT(genders); i++)
        if (text_is(gender, genders[i].word))
            group->sex = genders[i].sex;
    if (group->theme == SIZE_MAX || group->room == HOLD_NONE || group->language < 0 ||
        group->slot < 0 || group->sex == (enum sex)SEX_COUNT || group->leaders[0] == HOLD_NONE ||
        group->leaders[1] == HOLD_NONE)
        return false;
    group->programme = themes->themes[group->theme].programme;
    return read_parents(reader, json_object_get(json, "parent_group"), group) &&
           read_children(reader, json_object_get(json, "children"), group);
}

static void read_groups(const struct reader *reader, const json_t *list, struct plan_told *told)
{
    const size_t count = json_array_size(list);

    told->groups = ARENA_ARRAY(reader->arena, struct planned_group, count);
    for (size_t i = 0; i < count; i++) {
        if (read_group(reader, json_array_get(list, i), &told->groups[told->group_count]))
            told->group_count++;
        else
            told->stale++;
    }
}

static void read_additions(const struct reader *reader, const json_t *list, struct plan_told *told)
{
    told->additions =
        ARENA_ARRAY(reader->arena, struct plan_addition, reader->round->view.need_count);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *json = json_array_get(list, i), *children = json_object_get(json, "children");
        const size_t group = find_group(reader, text_in(json, "group"));

        for (size_t j = 0; group != HOLD_NONE && j < json_array_size(children); j++) {
            const size_t need =
                find_need(reader, text_of(json_string_value(json_array_get(children, j))));

            if (need != HOLD_NONE && told->addition_count < reader->round->view.need_count)
                told->additions[told->addition_count++] = (struct plan_addition){need, group};
        }
    }
}

static struct text kept(const struct reader *reader, struct text text)
{
    return text.data ? (struct text){arena_copy(reader->arena, text.data, text.length), text.length}
                     : text;
}

/* The reason as people read it: a theme of the instance is a situation to them. */
static struct text sentence_in(const struct reader *reader, const json_t *json)
{
    const char *theme = json_string_value(json_object_get(json, "theme"));
    const char *reason = json_string_value(json_object_get(json, "reason"));
    const char *at = theme && reason ? strstr(reason, theme) : NULL;

    if (!at)
        return kept(reader, text_in(json, "reason"));
    return text_of(arena_format(reader->arena, "%.*s%.*s%s", (int)(at - reason), reason,
        (int)strcspn(theme, ":"), theme, at + strlen(theme)));
}

static void read_unplaced(const struct reader *reader, const json_t *list, struct plan_told *told)
{
    const size_t needs = reader->round->view.need_count;

    told->explanations = ARENA_ARRAY(reader->arena, struct explanation, needs);
    told->sentences = ARENA_ARRAY(reader->arena, struct text, needs);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *json = json_array_get(list, i);
        const size_t need = find_need(reader, text_in(json, "child"));

        if (need == HOLD_NONE)
            continue;
        told->explanations[need] = (struct explanation){
            .kind = kept(reader, text_in(json, "kind")),
            .slot = find_slot(reader, text_in(json, "slot")),
            .district = words_find(&reader->round->city.districts, text_in(json, "district")),
            .missing = int_in(json, "missing_children"),
            .ages = {int_in(json, "age_from"), int_in(json, "age_to")},
            .leaders = int_in(json, "missing_leaders"),
            .parent_leaders = int_in(json, "missing_parent_leaders"),
            .rooms = int_in(json, "missing_rooms"),
        };
        told->sentences[need] = sentence_in(reader, json);
    }
}

static bool read_plan(
    struct reader *reader, const json_t *json, struct plan_told *told, struct error *error)
{
    const json_t *refusal = json_object_get(json, "error");
    const json_t *bound = json_object_get(json, "bound");

    if (json_is_string(refusal))
        return error_set(error, ERROR_INPUT, "the planner says: %s", json_string_value(refusal));
    if (!text_is(text_in(json, "format"), "gruppstod-plan/1") ||
        !json_is_integer(json_object_get(json, "score")))
        return error_set(error, ERROR_INPUT, "the planner's answer is no plan");
    told->score = json_integer_value(json_object_get(json, "score"));
    told->bound = json_is_integer(bound) ? json_integer_value(bound) : INT_ABSENT;
    told->optimal = text_is(text_in(json, "status"), "optimal");
    index_children(reader);
    read_groups(reader, json_object_get(json, "groups"), told);
    read_additions(reader, json_object_get(json, "additions"), told);
    read_unplaced(reader, json_object_get(json, "unplaced"), told);
    return true;
}

bool plan_read_answer(struct context *context, const struct round *round, struct text answer,
    struct plan_told *told, struct error *error)
{
    struct reader reader = {.arena = context->arena, .round = round};
    json_error_t where;
    json_t *json = json_loadb(answer.data ? answer.data : "", answer.length, 0, &where);
    bool good;

    *told = (struct plan_told){.group_count = 0};
    if (json)
        good = read_plan(&reader, json, told, error);
    else
        good = error_set(error, ERROR_INPUT, "the planner's answer is no JSON: %s", where.text);
    json_decref(json);
    return good;
}
