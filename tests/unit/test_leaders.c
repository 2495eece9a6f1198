/* Leaders by lines of text: pairs, hours, substitutes; and the forecast's year by cases here. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "services/scheduling/core/forecast.h"
#include "services/scheduling/core/hours.h"
#include "services/scheduling/core/substitute.h"

static struct pair_leader pair_leader(const char *word)
{
    return (struct pair_leader){strncmp(word, "yes/", 4) == 0, text_of(strchr(word, '/') + 1)};
}

static bool says(const struct case_line *line, const char *word)
{
    for (size_t i = 0; i < line->count; i++)
        if (strcmp(line->arguments[i], word) == 0)
            return true;
    return false;
}

static long number(const struct case_line *line, size_t at)
{
    assert_true(at < line->count);
    return strtol(line->arguments[at], NULL, 10);
}

static void check_pair(const struct case_line *line)
{
    static const char *const names[] = {"fits", "beginners", "one_employer"};

    case_expect(line, names[pair_judge(pair_leader(line->arguments[0]),
                          pair_leader(line->arguments[1]), says(line, "shared"))]);
}

static void check_beside(const struct case_line *line)
{
    const struct pair_need need = pair_need_beside(
        pair_leader(line->arguments[0]), pair_leader(line->arguments[1]), says(line, "shared"));
    char out[60];

    snprintf(out, sizeof out, "%s %s", need.experienced ? "experienced" : "beginner",
        need.employer.data ? need.employer.data : "any");
    case_expect(line, out);
}

static void check_experienced(const struct case_line *line)
{
    const enum experience said = says(line, "yes")  ? EXPERIENCE_YES
                                 : says(line, "no") ? EXPERIENCE_NO
                                                    : EXPERIENCE_BY_MEETINGS;

    case_expect(line, pair_is_experienced(said, number(line, 1), number(line, 2)) ? "yes" : "no");
}

static int64_t limit(const struct case_line *line, int64_t times)
{
    return says(line, "none") ? HOURS_UNLIMITED : number(line, 0) * times;
}

static void check_hours(const struct case_line *line)
{
    const struct hours_balance balance = hours_reckon((struct hours_term){
        limit(line, 1), number(line, 1), number(line, 2) * 60, number(line, 3) * 60});
    char out[80];

    if (balance.limited)
        snprintf(out, sizeof out, "released %d left %d%s", (int)(balance.released_min / 60),
            (int)(balance.left_min / 60), balance.over ? " over" : "");
    else
        snprintf(out, sizeof out, "unlimited");
    case_expect(line, out);
}

static void check_week(const struct case_line *line)
{
    case_expect(line,
        hours_fit(limit(line, 60), number(line, 1) * 60, number(line, 2) * 60) ? "fits" : "over");
}

static struct substitute_candidate good_candidate(char letter)
{
    return (struct substitute_candidate){
        .leader_id = {.bytes = {[15] = (uint8_t)letter}},
        .in_work = true,
        .trained = true,
        .speaks = true,
        .works_there = true,
        .gives_time = true,
        .free = true,
        .has_hours = true,
        .pair = {true, TEXT("K")},
        .travel_min = 20,
        .hours_left = 10,
    };
}

static bool change_truth(struct substitute_candidate *who, const char *name, bool yes)
{
    const struct {
        const char *name;
        bool *truth;
    } truths[] = {{"leads", &who->leads}, {"in-work", &who->in_work}, {"trained", &who->trained},
        {"speaks", &who->speaks}, {"there", &who->works_there}, {"time", &who->gives_time},
        {"away", &who->away}, {"free", &who->free}, {"hours", &who->has_hours},
        {"conflict", &who->conflict}, {"parents", &who->parents}, {"asked", &who->asked},
        {"experienced", &who->pair.experienced}};

    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
        if (strcmp(name, truths[i].name) == 0) {
            *truths[i].truth = yes;
            return true;
        }
    return false;
}

static void change(struct substitute_candidate *who, char *word)
{
    char *value = strchr(word, '=');

    assert_non_null(value);
    *value++ = '\0';
    if (change_truth(who, word, strcmp(value, "yes") == 0))
        return;
    if (strcmp(word, "employer") == 0)
        who->pair.employer = strcmp(value, "F") == 0 ? TEXT("F") : TEXT("K");
    else if (strcmp(word, "led") == 0)
        who->led_here = strtol(value, NULL, 10);
    else if (strcmp(word, "travel") == 0)
        who->travel_min = strtol(value, NULL, 10);
    else if (strcmp(word, "groups") == 0)
        who->groups = strtol(value, NULL, 10);
    else if (strcmp(word, "left") == 0)
        who->hours_left = strtol(value, NULL, 10);
    else
        fail_msg("%s is no property of a candidate", word);
}

static void check_judge(const struct case_line *line)
{
    struct substitute_candidate who = good_candidate('a');
    struct substitute_need need = {.of_parents = says(line, "need-parents")};
    char word[60];

    need.pair.experienced = says(line, "need-experienced");
    for (size_t i = 0; i < line->count; i++) {
        snprintf(word, sizeof word, "%s", line->arguments[i]);
        if (strcmp(word, "need-employer=F") == 0)
            need.pair.employer = TEXT("F");
        else if (strncmp(word, "need-", 5) != 0 && strcmp(word, "none") != 0)
            change(&who, word);
    }
    case_expect(line, substitute_bar_name(substitute_judge(&who, &need)));
}

static void check_rank(const struct case_line *line)
{
    struct substitute_candidate candidates[8];
    struct substitute_rank ranks[8];
    const struct substitute_need need = {.of_parents = false};
    char words[100], out[40] = "", *rest = NULL;

    for (size_t i = 0; i < line->count; i++) {
        snprintf(words, sizeof words, "%s", line->arguments[i]);
        candidates[i] = good_candidate(words[0]);
        for (char *word = strtok_r(words + 2, ",", &rest); word; /* tidy(banned): ours to cut */
             word = strtok_r(NULL, ",", &rest))                  /* tidy(banned): as above */
            change(&candidates[i], word);
    }
    const size_t count = substitute_rank(candidates, line->count, &need, ranks);
    for (size_t i = 0; i < count; i++)
        snprintf(out + strlen(out), 4, "%s%c", i ? " " : "",
            candidates[ranks[i].index].leader_id.bytes[15]);
    case_expect(line, count ? out : "nobody");
}

static void check(const struct case_line *line)
{
    static const struct {
        const char *verb;
        void (*check)(const struct case_line *);
    } verbs[] = {{"pair", check_pair}, {"beside", check_beside}, {"experienced", check_experienced},
        {"hours", check_hours}, {"week", check_week}, {"judge", check_judge}, {"rank", check_rank}};

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(line->verb, verbs[i].verb) == 0) {
            verbs[i].check(line);
            return;
        }
    fail_msg("%s:%d: no such verb", line->file, line->number);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("leaders.txt", check);
}

/* --- the forecast: one or two districts, groups of 6, of 4 at least, five months each --- */

enum { DISTRICTS = 2, CELLS = FORECAST_SITUATIONS * DISTRICTS };

static struct forecast_leader leader(bool experienced, int trained_for, uint64_t districts)
{
    return (struct forecast_leader){.districts = districts,
        .trained_for = {trained_for},
        .experienced = experienced,
        .groups_most = 1};
}

static struct forecast_cell look(
    const struct forecast_leader *leaders, size_t count, int64_t waiting, int64_t in_a_year)
{
    const struct forecast_need needs[CELLS] = {{waiting, in_a_year}};
    struct forecast_facts facts = {leaders, count, DISTRICTS, needs, 6, 4, 5, {0}};
    struct forecast_cell cells[CELLS];
    int scratch[4 * 16];

    facts.starts[0] = facts.starts[1] = facts.starts[6] = true;
    forecast_look_ahead(&facts, cells, scratch);
    return cells[0];
}

static void test_forecast_of_a_pair(void **state)
{
    const struct forecast_leader pair[] = {leader(true, 36, 1), leader(false, 36, 1)};
    struct forecast_cell cell = look(pair, 2, 6, 0);

    (void)state;
    assert_int_equal(cell.groups_led, 1);
    assert_int_equal(cell.groups_needed, 1);
    assert_int_equal(cell.short_from, FORECAST_NEVER);
    cell = look(pair, 2, 3, 0); /* too few for a group: no leader is missing */
    assert_int_equal(cell.groups_needed, 0);
    assert_int_equal(cell.short_from, FORECAST_NEVER);
    cell = look(pair, 2, 18, 0); /* the pair is free again in month 6 */
    assert_int_equal(cell.groups_led, 2);
    assert_int_equal(cell.groups_needed, 3);
    assert_int_equal(cell.short_from, 0);
}

static void test_forecast_of_what_ends(void **state)
{
    struct forecast_leader pair[] = {leader(true, 8, 1), leader(false, 36, 1)};
    const struct forecast_cell cell = look(pair, 2, 6, 12);

    (void)state;
    assert_int_equal(cell.expected, 12);
    assert_int_equal(cell.leaders_now, 2);
    assert_int_equal(cell.leaders_then, 1);
    assert_int_equal(cell.groups_led, 1); /* the training does not last the one of month 6 */
    assert_int_equal(cell.short_from, 6);
}

static void test_forecast_of_beginners(void **state)
{
    const struct forecast_leader pair[] = {leader(false, 36, 1), leader(false, 36, 1)};
    const struct forecast_leader elsewhere[] = {leader(true, 36, 2), leader(false, 36, 1)};
    const struct forecast_cell beginners = look(pair, 2, 6, 0), away = look(elsewhere, 2, 6, 0);

    (void)state;
    assert_int_equal(beginners.groups_led, 0);
    assert_int_equal(beginners.short_from, 0);
    assert_int_equal(away.groups_led, 0);
    assert_int_equal(away.leaders_now, 1);
}

static void test_forecast_of_the_busy(void **state)
{
    struct forecast_leader pair[] = {leader(true, 36, 1), leader(false, 36, 1)};

    (void)state;
    pair[0].busy_for[pair[0].busy_count++] = 3;
    const struct forecast_cell cell = look(pair, 2, 6, 0);
    assert_int_equal(cell.short_from, 0);
    assert_int_equal(cell.groups_led, 1); /* in month 6 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_forecast_of_a_pair),
        cmocka_unit_test(test_forecast_of_what_ends),
        cmocka_unit_test(test_forecast_of_beginners),
        cmocka_unit_test(test_forecast_of_the_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
