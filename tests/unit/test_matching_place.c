/* The place for a child in an open group: rules as lines of text, and random slices against a
 * second, plain reckoning of the same rules. */
#include <stdlib.h>
#include <time.h>

#include "tests/unit/case_lines.h"

#include "common/domain/date.h"
#include "common/domain/slot.h"
#include "services/matching/core/place.h"

enum { MOST = 16, TODAY = 20000, DISTRICTS = 3 };

static const uint16_t ways[DISTRICTS * DISTRICTS] = {10, 20, 40, 20, 10, 20, 40, 20, 10};

struct scene { /* what a line tells */
    struct child_need needs[MOST];
    struct open_group groups[MOST];
    struct pair pairs[MOST];
    struct closed_door closed[MOST];
    struct uuid declined[MOST];
    size_t needs_count, groups_count, pairs_count, closed_count;
};

static struct uuid id_of(int kind, int number)
{
    struct uuid id = {{0}};

    id.bytes[0] = (uint8_t)kind;
    id.bytes[14] = (uint8_t)(number >> 8);
    id.bytes[15] = (uint8_t)number;
    return id;
}

static struct child_need usual_need(int number)
{
    return (struct child_need){
        .referral_id = id_of(1, number + 1),
        .child_id = id_of(2, number + 100),
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

static struct open_group usual_group(int number)
{
    return (struct open_group){
        .group_id = id_of(3, number + 1),
        .situation = SITUATION_SUBSTANCE,
        .age_from = 7,
        .age_to = 9,
        .first_day = TODAY,
        .places = 8,
        .parents_left = -1,
    };
}

static int number_of(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

/* Words with commas between: a bit for each, by `value`. */
static uint64_t bits(const char *list, int (*value)(const char *word))
{
    char copy[200];
    uint64_t mask = 0;
    char *rest = copy;

    snprintf(copy, sizeof copy, "%s", list);
    while (rest) {
        char *comma = strchr(rest, ',');

        if (comma)
            *comma++ = '\0';
        mask |= UINT64_C(1) << value(rest);
        rest = comma;
    }
    return mask;
}

static int situation_value(const char *text)
{
    return (int)situation_of(text_of(text));
}

static int need_value(const char *text)
{
    return (int)need_of(text_of(text));
}

static int language_value(const char *text)
{
    return strcmp(text, "sv") == 0 ? 0 : 1;
}

static void add_pair(struct scene *scene, struct pair pair)
{
    scene->pairs[scene->pairs_count++] = pair;
}

static void outside_pair(struct scene *scene, enum pair_kind kind, int letter)
{
    /* The groups come later in the line: place and hour are filled in when all is read. */
    add_pair(scene, (struct pair){.a = scene->needs_count - 1,
                        .b = PAIR_OUTSIDE,
                        .kind = kind,
                        .group_id = id_of(3, letter - 'A' + 1)});
}

static bool tell_pair(struct scene *scene, const char *key, const char *value)
{
    size_t last = scene->needs_count - 1;

    if (strcmp(key, "together") == 0)
        add_pair(scene, (struct pair){.a = last, .b = last - 1, .kind = PAIR_TOGETHER});
    else if (strcmp(key, "apart") == 0)
        add_pair(scene, (struct pair){.a = last, .b = last - 1, .kind = PAIR_APART});
    else if (strcmp(key, "enemy") == 0)
        add_pair(scene, (struct pair){.a = last, .b = last - 1, .kind = PAIR_MUST_NOT_MEET});
    else if (strcmp(key, "waits") == 0)
        add_pair(scene,
            (struct pair){.a = last, .b = PAIR_OUTSIDE, .kind = PAIR_TOGETHER, .waits = true});
    else if (strcmp(key, "with") == 0)
        outside_pair(scene, PAIR_TOGETHER, value[0]);
    else if (strcmp(key, "enemy_in") == 0)
        outside_pair(scene, PAIR_MUST_NOT_MEET, value[0]);
    else
        return false;
    return true;
}

static bool tell_child(struct scene *scene, const char *key, const char *value)
{
    struct child_need *need = &scene->needs[scene->needs_count - 1];

    if (strcmp(key, "age") == 0)
        need->birth = date_from_civil(date_to_civil(TODAY).year - number_of(value),
            date_to_civil(TODAY).month, date_to_civil(TODAY).day);
    else if (strcmp(key, "situations") == 0)
        need->situations = (uint32_t)bits(value, situation_value);
    else if (strcmp(key, "languages") == 0)
        need->languages = bits(value, language_value);
    else if (strcmp(key, "slots") == 0)
        need->slots = (int64_t)bits(value, number_of);
    else if (strcmp(key, "needs") == 0)
        need->needs = (uint32_t)bits(value, need_value);
    else if (strcmp(key, "sex") == 0)
        need->sex = sex_of(text_of(value));
    else if (strcmp(key, "same_sex") == 0)
        need->same_sex_only = true;
    else if (strcmp(key, "parent") == 0)
        need->parent_wish = parent_wish_of(text_of(value));
    else if (strcmp(key, "travel") == 0)
        need->max_travel_min = number_of(value);
    else if (strcmp(key, "lives") == 0)
        need->district = number_of(value);
    else if (strcmp(key, "urgency") == 0)
        need->urgency = number_of(value);
    else if (strcmp(key, "weeks") == 0)
        need->since = TODAY - 7 * number_of(value);
    else if (strcmp(key, "id") == 0)
        need->child_id = id_of(2, number_of(value));
    else
        return false;
    return true;
}

static bool tell_bar(struct scene *scene, const char *key, const char *value)
{
    struct child_need *need = &scene->needs[scene->needs_count - 1];

    if (strcmp(key, "declined") == 0) {
        scene->declined[0] = id_of(3, value[0] - 'A' + 1);
        need->declined = scene->declined;
        need->declined_count = 1;
        return true;
    }
    if (strcmp(key, "closed") != 0)
        return false;
    scene->closed[scene->closed_count++] = (struct closed_door){
        .need = scene->needs_count - 1, .site = value[0] - '0', .slot = value[2] - '0'};
    return true;
}

static bool tell_group(struct open_group *group, const char *key, const char *value)
{
    if (strcmp(key, "situation") == 0)
        group->situation = situation_of(text_of(value));
    else if (strcmp(key, "language") == 0)
        group->language = language_value(value);
    else if (strcmp(key, "slot") == 0)
        group->slot = number_of(value);
    else if (strcmp(key, "district") == 0)
        group->district = number_of(value);
    else if (strcmp(key, "site") == 0)
        group->site = number_of(value);
    else if (strcmp(key, "sex") == 0)
        group->sex = sex_of(text_of(value));
    else if (strcmp(key, "needs") == 0)
        group->needs = (uint32_t)bits(value, need_value);
    else if (strcmp(key, "used") == 0)
        group->used = (INT64_C(1) << number_of(value)) - 1;
    else if (strcmp(key, "parents") == 0)
        group->parents_left = number_of(value);
    else if (strcmp(key, "starts") == 0)
        group->first_day = TODAY + number_of(value);
    else
        return false;
    return true;
}

static void tell(struct scene *scene, const struct case_line *line, const char *token)
{
    char key[40];
    const char *equals = strchr(token, '=');
    bool known;

    if (!equals) {
        if (strcmp(token, "child") == 0) {
            scene->needs[scene->needs_count] = usual_need((int)scene->needs_count);
            scene->needs_count++;
        } else {
            scene->groups[scene->groups_count] = usual_group((int)scene->groups_count);
            scene->groups_count++;
        }
        return;
    }
    snprintf(key, sizeof key, "%.*s", (int)(equals - token), token);
    if (scene->groups_count > 0)
        known = tell_group(&scene->groups[scene->groups_count - 1], key, equals + 1);
    else
        known = tell_child(scene, key, equals + 1) || tell_pair(scene, key, equals + 1) ||
                tell_bar(scene, key, equals + 1);
    if (!known)
        fail_msg("%s:%d: nobody knows %s", line->file, line->number, token);
}

static struct place_view view_of(struct scene *scene)
{
    for (size_t i = 0; i < scene->pairs_count; i++)
        for (size_t j = 0; j < scene->groups_count; j++)
            if (uuid_equal(scene->pairs[i].group_id, scene->groups[j].group_id)) {
                scene->pairs[i].site = scene->groups[j].site;
                scene->pairs[i].slot = scene->groups[j].slot;
            }
    return (struct place_view){
        .needs = scene->needs,
        .need_count = scene->needs_count,
        .groups = scene->groups,
        .group_count = scene->groups_count,
        .pairs = scene->pairs,
        .pair_count = scene->pairs_count,
        .closed = scene->closed,
        .closed_count = scene->closed_count,
        .travel = {ways, DISTRICTS},
        .points = points_usual(),
        .today = TODAY,
    };
}

static void check_line(const struct case_line *line)
{
    struct scene scene = {.needs_count = 0};
    struct arena *arena = arena_new(8 * 1024 * 1024);
    const struct place_decision *decisions;
    struct place_view view;
    char got[100] = "";

    for (size_t i = 0; i < line->count; i++)
        tell(&scene, line, line->arguments[i]);
    view = view_of(&scene);
    if (strcmp(line->verb, "fill") == 0)
        view.order = PLACE_BY_WORTH;
    decisions = place_decide(arena, &view);
    for (size_t i = 0; i < scene.needs_count; i++) {
        got[2 * i] = decisions[i].group == PLACE_NOWHERE ? '-' : (char)('A' + decisions[i].group);
        got[2 * i + 1] = i + 1 < scene.needs_count ? ' ' : '\0';
    }
    arena_free(arena);
    case_expect(line, got);
}

static void rules_by_line(void **state)
{
    (void)state;
    cases_run("place.txt", check_line);
}

/* --- random slices: a second reckoning, one rule a line --- */

static uint64_t seed = 1;

static int below(int most)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((seed >> 33) % (uint64_t)most);
}

static bool plainly_fits(const struct child_need *need, const struct open_group *group)
{
    int age = date_age(need->birth, group->first_day);

    if ((need->situations & bit_of((int)group->situation)) == 0)
        return false;
    if ((need->languages >> group->language & 1) == 0)
        return false;
    if ((need->slots >> group->slot & 1) == 0)
        return false;
    if (age < group->age_from || age > group->age_to)
        return false;
    if (ways[need->district * DISTRICTS + group->district] > need->max_travel_min)
        return false;
    if (group->sex == SEX_NONE ? need->same_sex_only : need->sex != group->sex)
        return false;
    if (need->needs & ~group->needs)
        return false;
    return need->parent_wish != PARENT_WISH_MUST || group->parents_left >= 0;
}

static int plain_score(const struct child_need *need, const struct open_group *group)
{
    int weeks = (TODAY - need->since) / 7;
    int score = 1000 + 10 * (weeks > 52 ? 52 : weeks) + 200 * need->urgency -
                ways[need->district * DISTRICTS + group->district];

    if (need->primary == group->situation)
        score += 50;
    if (group->parents_left >= 0 && need->parent_wish != PARENT_WISH_NO)
        score += 60;
    return score;
}

static void random_scene(
    struct child_need *needs, int need_count, struct open_group *groups, int group_count)
{
    for (int i = 0; i < need_count; i++) {
        needs[i] = usual_need(i);
        needs[i].situations = (uint32_t)(1 + below(15)) << 1;
        needs[i].primary = (enum situation)(1 + __builtin_ctz(needs[i].situations >> 1));
        needs[i].languages = (uint64_t)(1 + below(3));
        needs[i].slots = below(1024);
        needs[i].district = below(DISTRICTS);
        needs[i].max_travel_min = 10 + below(40);
        needs[i].needs = (uint32_t)(below(4) == 0 ? 2 << below(3) : 0);
        needs[i].birth = TODAY - 5 * 366 - below(3000);
        needs[i].sex = (enum sex)(1 + below(4));
        needs[i].same_sex_only = below(6) == 0;
        needs[i].parent_wish = (enum parent_wish)(1 + below(3));
        needs[i].urgency = below(4);
        needs[i].since = TODAY - below(500);
    }
    for (int i = 0; i < group_count; i++) {
        groups[i] = usual_group(i);
        groups[i].situation = (enum situation)(1 + below(4));
        groups[i].language = below(2);
        groups[i].age_from = 5 + below(8);
        groups[i].age_to = groups[i].age_from + below(3);
        groups[i].sex = (enum sex)(below(4) == 0 ? 1 + below(2) : 0);
        groups[i].slot = below(10);
        groups[i].district = below(DISTRICTS);
        groups[i].site = below(20);
        groups[i].needs = (uint32_t)below(32);
        groups[i].first_day = TODAY + below(100);
        groups[i].used = below(256);
        groups[i].parents_left = below(3) == 0 ? below(4) : -1;
    }
}

/* Gives the places one by one as the decisions say, in turn, and looks at each whether it was
 * allowed and whether any allowed one was better. */
static void check_random(const struct child_need *needs, int need_count, struct open_group *groups,
    int group_count, const struct place_decision *decisions)
{
    bool done[400] = {false};

    for (int turn = 0; turn < need_count; turn++) {
        int next = -1, best = 0;

        for (int i = 0; i < need_count; i++)
            if (!done[i] && (next < 0 || need_before(&needs[i], &needs[next]) < 0))
                next = i;
        done[next] = true;
        for (int i = 0; i < group_count; i++) {
            bool joins = needs[next].parent_wish != PARENT_WISH_NO;
            bool room = groups[i].used != 255 && (groups[i].parents_left != 0 || !joins);
            int score = plain_score(&needs[next], &groups[i]);

            if (room && plainly_fits(&needs[next], &groups[i]) && score > best)
                best = score;
        }
        if (decisions[next].group == PLACE_NOWHERE) {
            assert_int_equal(best, 0);
            continue;
        }
        assert_int_equal(decisions[next].score, best);
        assert_true(plainly_fits(&needs[next], &groups[decisions[next].group]));
        assert_int_equal(
            groups[decisions[next].group].used >> (decisions[next].place_no - 1) & 1, 0);
        assert_true(decisions[next].place_no <= 8);
        groups[decisions[next].group].used |= INT64_C(1) << (decisions[next].place_no - 1);
        if (groups[decisions[next].group].parents_left > 0 &&
            needs[next].parent_wish != PARENT_WISH_NO)
            groups[decisions[next].group].parents_left--;
    }
}

/* Of children without families: nobody without a place would have been worth more where another
 * got the last one. */
static void check_by_worth(struct arena *arena, struct place_view view)
{
    const struct place_decision *decisions;
    struct place_view alone = view;

    view.order = PLACE_BY_WORTH;
    decisions = place_decide(arena, &view);
    for (size_t i = 0; i < view.need_count; i++) {
        alone.needs = &view.needs[i];
        alone.need_count = 1;
        const struct place_decision *own = place_decide(arena, &alone);

        if (decisions[i].group != PLACE_NOWHERE || own[0].group == PLACE_NOWHERE ||
            view.groups[own[0].group].parents_left >= 0)
            continue;
        for (size_t j = 0; j < view.need_count; j++)
            if (decisions[j].group == own[0].group)
                assert_true(decisions[j].score >= own[0].score);
    }
}

static void the_best_of_all_that_is_allowed(void **state)
{
    static struct child_need needs[60];
    static struct open_group groups[40];
    struct arena *arena = arena_new(64 * 1024 * 1024);

    (void)state;
    for (int round = 0; round < 300; round++) {
        int need_count = 1 + below(60), group_count = below(40);
        struct place_view view = {
            .needs = needs,
            .need_count = (size_t)need_count,
            .groups = groups,
            .group_count = (size_t)group_count,
            .travel = {ways, DISTRICTS},
            .points = points_usual(),
            .today = TODAY,
        };

        random_scene(needs, need_count, groups, group_count);
        check_by_worth(arena, view);
        check_random(needs, need_count, groups, group_count, place_decide(arena, &view));
        arena_reset(arena);
    }
    arena_free(arena);
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now); /* tidy(clock): the time of the code alone */
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* 250 children and 2,500 groups: printed, and bounded far above what it takes. */
static void a_slice_is_quick(void **state)
{
    static struct child_need needs[250];
    static struct open_group groups[2500];
    struct arena *arena = arena_new(64 * 1024 * 1024);
    struct place_view view = {
        .needs = needs,
        .need_count = 250,
        .groups = groups,
        .group_count = 2500,
        .travel = {ways, DISTRICTS},
        .points = points_usual(),
        .today = TODAY,
    };
    int64_t start;

    (void)state;
    random_scene(needs, 250, groups, 2500);
    start = now_us();
    place_decide(arena, &view);
    print_message("250 children, 2,500 groups: %ld us\n", (long)(now_us() - start));
    assert_true(now_us() - start < 500000);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_by_line),
        cmocka_unit_test(the_best_of_all_that_is_allowed),
        cmocka_unit_test(a_slice_is_quick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
