/* What of a plan holds, who is planned for, and why the others wait: rules as lines of text. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/domain/date.h"
#include "services/matching/core/hold.h"
#include "services/matching/core/wait_reason.h"

enum { TODAY = 20000, CHILDREN = 10, PAIRS = 8, DISTRICTS = 3 };

static const uint16_t ways[DISTRICTS * DISTRICTS] = {10, 20, 40, 20, 10, 20, 40, 20, 10};
static const struct band ages = {6, 12};

struct scene { /* what a line tells */
    struct child_need needs[CHILDREN];
    struct programme programme;
    struct room rooms[3];
    struct leader leaders[5];
    struct pair pairs[PAIRS];
    struct open_group full;
    struct planned_group planned[2];
    size_t pair_count, need_count, planned_count;
    bool gone[CHILDREN];
    bool is_full;
};

static struct uuid id_of(int kind, int number)
{
    struct uuid id = {{0}};

    id.bytes[0] = (uint8_t)kind;
    id.bytes[15] = (uint8_t)(number + 1);
    return id;
}

static struct child_need usual_need(int number)
{
    return (struct child_need){
        .referral_id = id_of(1, number),
        .child_id = id_of(2, number),
        .situations = bit_of(SITUATION_SUBSTANCE),
        .primary = SITUATION_SUBSTANCE,
        .languages = 1,
        .slots = 15,
        .max_travel_min = 30,
        .birth = TODAY - 8 * 366 - 30,
        .sex = SEX_GIRL,
        .parent_wish = PARENT_WISH_NO,
        .since = TODAY,
    };
}

static void set_scene(struct scene *scene)
{
    *scene = (struct scene){
        .programme = {.programme_id = id_of(3, 0),
            .situation = SITUATION_SUBSTANCE,
            .least = 4,
            .most = 8,
            .band_years = 3,
            .parents = PARENTS_OPTIONAL,
            .parent_leaders = 1,
            .bands = &ages,
            .band_count = 1},
        .need_count = CHILDREN,
        .planned_count = 1,
        .full = {.group_id = id_of(6, 0),
            .situation = SITUATION_SUBSTANCE,
            .age_from = 7,
            .age_to = 9,
            .first_day = TODAY,
            .places = 4,
            .used = 15,
            .parents_left = -1},
    };
    for (int i = 0; i < CHILDREN; i++)
        scene->needs[i] = usual_need(i);
    for (int i = 0; i < 3; i++)
        scene->rooms[i] = (struct room){.room_id = id_of(4, i), .capacity = 8, .slots = 15};
    for (int i = 0; i < 5; i++)
        scene->leaders[i] = (struct leader){
            .leader_id = id_of(5, i),
            .situations = bit_of(SITUATION_SUBSTANCE),
            .languages = 1,
            .districts = 7,
            .slots = 15,
            .groups_left = 2,
            .experienced = true,
            .parents = true,
            .contract_until = TODAY + 100,
        };
    scene->planned[0] = (struct planned_group){
        .parent_room = HOLD_NONE, .ages = {7, 9}, .leaders = {0, 1}, .sex = SEX_NONE};
    scene->planned[1] = scene->planned[0];
    scene->planned[1].room = 2;
    scene->planned[1].leaders[0] = 3;
    scene->planned[1].leaders[1] = 4;
}

static int number_of(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static uint64_t bits(const char *list)
{
    uint64_t mask = 0;

    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        mask |= UINT64_C(1) << number_of(at);
    return mask;
}

static uint64_t language_bits(const char *word)
{
    return strcmp(word, "sv") == 0 ? 1 : 2;
}

static bool tell_child(struct child_need *need, const char *key, const char *value)
{
    const struct civil today = date_to_civil(TODAY);

    if (strcmp(key, "age") == 0)
        need->birth = date_from_civil(today.year - number_of(value), today.month, today.day);
    else if (strcmp(key, "situations") == 0)
        need->situations = bit_of((int)(need->primary = situation_of(text_of(value))));
    else if (strcmp(key, "languages") == 0)
        need->languages = language_bits(value);
    else if (strcmp(key, "slots") == 0)
        need->slots = (int64_t)bits(value);
    else if (strcmp(key, "district") == 0)
        need->district = number_of(value);
    else if (strcmp(key, "travel") == 0)
        need->max_travel_min = number_of(value);
    else if (strcmp(key, "needs") == 0)
        need->needs = bit_of((int)need_of(text_of(value)));
    else if (strcmp(key, "sex") == 0)
        need->sex = sex_of(text_of(value));
    else if (strcmp(key, "same_sex") == 0)
        need->same_sex_only = true;
    else if (strcmp(key, "parent") == 0)
        need->parent_wish = parent_wish_of(text_of(value));
    else if (strcmp(key, "id") == 0)
        need->child_id = id_of(2, number_of(value));
    else
        return false;
    return true;
}

static bool tell_room(struct room *room, const char *key, const char *value)
{
    if (strcmp(key, "slots") == 0)
        room->slots = (int64_t)bits(value);
    else if (strcmp(key, "capacity") == 0)
        room->capacity = number_of(value);
    else if (strcmp(key, "site") == 0)
        room->site = number_of(value);
    else if (strcmp(key, "needs") == 0)
        room->needs = bit_of((int)need_of(text_of(value)));
    else
        return false;
    return true;
}

static bool tell_leader(struct leader *leader, const char *key, const char *value)
{
    if (strcmp(key, "slots") == 0)
        leader->slots = (int64_t)bits(value);
    else if (strcmp(key, "groups") == 0)
        leader->groups_left = number_of(value);
    else if (strcmp(key, "contract") == 0)
        leader->contract_until = TODAY + number_of(value);
    else if (strcmp(key, "languages") == 0)
        leader->languages = language_bits(value);
    else if (strcmp(key, "districts") == 0)
        leader->districts = bits(value);
    else if (strcmp(key, "situations") == 0)
        leader->situations = bit_of((int)situation_of(text_of(value)));
    else if (strcmp(key, "level") == 0)
        leader->levels[SITUATION_SUBSTANCE] = (uint8_t)number_of(value);
    else if (strcmp(key, "experienced") == 0)
        leader->experienced = false;
    else if (strcmp(key, "parents") == 0)
        leader->parents = false;
    else
        return false;
    return true;
}

static void tell_pair(struct scene *scene, const char *value)
{
    static const char *const kinds[] = {NULL, "together", "apart", "must_not_meet"};

    for (int kind = PAIR_TOGETHER; kind <= PAIR_MUST_NOT_MEET; kind++)
        if (strcmp(value + 3, kinds[kind]) == 0)
            scene->pairs[scene->pair_count++] = (struct pair){.a = (size_t)(value[0] - 'A'),
                .b = (size_t)(value[1] - 'A'),
                .kind = (enum pair_kind)kind};
}

static void tell_outside(struct scene *scene, const char *value)
{
    struct pair *pair = &scene->pairs[scene->pair_count++];

    *pair = (struct pair){
        .a = (size_t)(value[0] - 'A'), .b = PAIR_OUTSIDE, .kind = PAIR_TOGETHER, .site = -1};
    if (strcmp(value + 2, "waits") == 0) {
        pair->waits = true;
        return;
    }
    pair->group_id = id_of(9, 9);
    pair->site = pair->slot = 0;
    if (strcmp(value + 2, "meets") == 0)
        pair->kind = PAIR_MUST_NOT_MEET;
}

static void tell_parents(struct planned_group *group)
{
    group->parent_room = 1;
    group->parent_leaders[group->parent_leader_count++] = 2;
}

static void share(struct scene *scene, const char *value)
{
    if (strcmp(value, "room") == 0)
        scene->planned[1].room = 0;
    else
        memcpy(scene->planned[1].leaders, scene->planned[0].leaders, sizeof(size_t[2]));
}

static bool tell_plan(struct scene *scene, const char *key, const char *value)
{
    if (strcmp(key, "gone") == 0)
        scene->gone[value[0] - 'A'] = true;
    else if (strcmp(key, "pair") == 0)
        tell_pair(scene, value);
    else if (strcmp(key, "outside") == 0)
        tell_outside(scene, value);
    else if (strcmp(key, "least") == 0)
        scene->programme.least = number_of(value);
    else if (strcmp(key, "parents") == 0)
        tell_parents(&scene->planned[0]);
    else if (strcmp(key, "programme.level") == 0)
        scene->programme.level = number_of(value);
    else if (strcmp(key, "programme.parents") == 0)
        scene->programme.parents = strcmp(value, "no") == 0 ? PARENTS_NO : PARENTS_ALWAYS;
    else if (strcmp(key, "shares") == 0)
        share(scene, value);
    else if (strcmp(key, "full") == 0)
        scene->is_full = true;
    else if (strcmp(key, "second") == 0) {
        scene->planned[1].slot = number_of(value);
        scene->planned_count = 2;
    } else
        return false;
    return true;
}

static void tell(struct scene *scene, const struct case_line *line, const char *token)
{
    char key[40];
    const char *equals = strchr(token, '=');
    bool known = false;

    assert_non_null(equals);
    snprintf(key, sizeof key, "%.*s", (int)(equals - token), token);
    if (key[1] == '.')
        known = tell_child(&scene->needs[key[0] - 'A'], key + 2, equals + 1);
    else if (strncmp(key, "room", 4) == 0)
        known = tell_room(&scene->rooms[key[4] - '1'], key + 6, equals + 1);
    else if (strncmp(key, "leader", 6) == 0)
        known = tell_leader(&scene->leaders[key[6] - '1'], key + 8, equals + 1);
    else
        known = tell_plan(scene, key, equals + 1);
    if (!known)
        fail_msg("%s:%d: nobody knows %s", line->file, line->number, token);
}

static struct market_view view_of(const struct scene *scene)
{
    struct market_view view = {
        .needs = scene->needs,
        .need_count = scene->need_count,
        .pairs = scene->pairs,
        .pair_count = scene->pair_count,
        .programmes = &scene->programme,
        .programme_count = 1,
        .rooms = scene->rooms,
        .room_count = 3,
        .leaders = scene->leaders,
        .leader_count = 5,
        .groups = &scene->full,
        .group_count = scene->is_full,
        .slots = 15,
        .travel = {ways, DISTRICTS},
        .points = points_usual(),
        .today = TODAY,
        .plan_date = TODAY,
        .term_end = TODAY + 90,
        .patience_days = 42,
    };

    for (int slot = 0; slot < SLOTS_MOST; slot++)
        view.room_clash[slot] = view.leader_clash[slot] = slot_bit(slot);
    view.leader_clash[0] |= slot_bit(1);
    view.leader_clash[1] |= slot_bit(0);
    return view;
}

static void plan_children(struct scene *scene)
{
    for (size_t i = 0; i < CHILDREN; i++) {
        struct planned_group *group = &scene->planned[i / 5];

        if (!scene->gone[i])
            group->children[group->child_count++] = i;
    }
}

static int compare_letters(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static void check_hold(struct arena *arena, struct scene *scene, const struct case_line *line)
{
    const struct market_view view = view_of(scene);
    char got[40] = "";
    size_t length = 0;

    plan_children(scene);
    const struct held_plan held = hold_groups(
        arena, &view, themes_of(arena, &view), scene->planned, scene->planned_count, 10);
    for (size_t i = 0; i < held.group_count; i++) {
        const struct planned_group *group = &held.groups[i];

        length += (size_t)snprintf(got + length, sizeof got - length, "%s", i ? " + " : "");
        for (size_t j = 0; j < group->child_count; j++)
            got[length + j] = (char)('A' + group->children[j]);
        qsort(got + length, group->child_count, 1, compare_letters);
        length += group->child_count;
        got[length] = '\0';
        assert_true(group->ages.from == 7 && group->ages.to == 9);
    }
    assert_int_equal(held.group_count + held.dropped, scene->planned_count);
    case_expect(line, held.group_count ? got : "-");
}

static void check_ends(struct arena *arena, struct scene *scene, const struct case_line *line)
{
    static const char *const words[] = {"holds", "later", "room", "leaders", "children"};
    const struct market_view view = view_of(scene);
    char got[40] = "";
    size_t length = 0;

    plan_children(scene);
    const struct held_plan held = hold_groups(
        arena, &view, themes_of(arena, &view), scene->planned, scene->planned_count, 10);
    for (size_t i = 0; i < scene->planned_count; i++)
        length += (size_t)snprintf(
            got + length, sizeof got - length, "%s%s", i ? " + " : "", words[held.ends[i]]);
    for (size_t i = 0; i < held.group_count; i++)
        assert_int_equal(held.ends[held.planned_of[i]], HOLD_HOLDS);
    case_expect(line, got);
}

static void check_goes(struct arena *arena, struct scene *scene, const struct case_line *line)
{
    char got[20] = "";
    size_t length = 0;

    scene->need_count = 5;
    const struct market_view view = view_of(scene);
    const struct candidate *candidates = candidates_of(arena, &view, themes_of(arena, &view));
    for (size_t i = 0; i < 5; i++)
        if (candidates[i].goes)
            got[length++] = (char)('A' + i);
    case_expect(line, length ? got : "-");
}

static struct band band_of(const char *text)
{
    return (struct band){number_of(text), number_of(strchr(text, '-') + 1)};
}

static void check_widen(const struct case_line *line)
{
    const struct theme theme = {.band = band_of(line->arguments[1])};
    const struct band wide =
        theme_widen(&theme, number_of(line->arguments[2]), band_of(line->arguments[0]));
    char got[40];

    snprintf(got, sizeof got, "%d-%d", wide.from, wide.to);
    case_expect(line, got);
}

static void check_line(const struct case_line *line)
{
    struct arena *arena = arena_new(8 * 1024 * 1024);
    const bool hold = strcmp(line->verb, "hold") == 0, goes = strcmp(line->verb, "goes") == 0;
    const bool ends = strcmp(line->verb, "ends") == 0;
    struct scene scene;

    set_scene(&scene);
    for (size_t i = hold || goes || ends ? 0 : 1;
         i < line->count && strcmp(line->verb, "widen") != 0; i++)
        tell(&scene, line, line->arguments[i]);
    if (hold)
        check_hold(arena, &scene, line);
    else if (ends)
        check_ends(arena, &scene, line);
    else if (goes)
        check_goes(arena, &scene, line);
    else if (strcmp(line->verb, "widen") == 0)
        check_widen(line);
    else {
        const struct market_view view = view_of(&scene);
        const struct explanation told = {.kind = text_of(line->arguments[0]), .missing = 2};
        case_expect(line, wait_reason_names[wait_of(&view, 0, &told).reason]);
    }
    arena_free(arena);
}

static void rules_by_line(void **state)
{
    (void)state;
    cases_run("hold.txt", check_line);
}

/* Whoever has waited past the target takes the margin away, for its own situation and age. */
static void patience_takes_the_margin_away(void **state)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.programme.margin = 2;
    const struct market_view view = view_of(&scene);
    assert_int_equal(themes_of(arena, &view)->themes[0].least, 6);
    scene.needs[3].since = TODAY - 43;
    assert_int_equal(themes_of(arena, &view)->themes[0].least, 4);
    scene.needs[3].birth = TODAY - 15 * 366;
    assert_int_equal(themes_of(arena, &view)->themes[0].least, 6);
    arena_free(arena);
}

/* A theme is found by its name as long as programme and band are there, and by no other. */
static void themes_are_found_by_name(void **state)
{
    struct arena *arena = arena_new(1024 * 1024);
    struct scene scene;

    (void)state;
    set_scene(&scene);
    const struct market_view view = view_of(&scene);
    const struct themes *themes = themes_of(arena, &view);
    assert_int_equal(themes->count, 1);
    assert_string_equal(themes->themes[0].name, "substance:00000001:6-12");
    assert_int_equal(theme_find(themes, TEXT("substance:00000001:6-12")), 0);
    assert_true(theme_find(themes, TEXT("substance:00000002:6-12")) == SIZE_MAX);
    assert_true(theme_find(themes, (struct text){NULL, 0}) == SIZE_MAX);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_by_line),
        cmocka_unit_test(patience_takes_the_margin_away),
        cmocka_unit_test(themes_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
