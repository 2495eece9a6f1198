/* Before the start: times, outcomes and the steps to the first meeting, by lines of text. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "services/scheduling/core/before_start.h"

enum { TODAY = 10 };

static void check_choice(const struct case_line *line)
{
    static const char *const ends[] = {
        "", "booked", "kept", "none fits", "taken", "too late", "over"};
    struct before_start_choice choice = {
        .open = true, .known = true, .own_day = DAY_ABSENT, .wanted_day = 20};

    for (size_t i = 0; i < line->count; i++) {
        const char *word = line->arguments[i];
        if (strncmp(word, "wanted=", 7) == 0)
            choice.wanted_day = (int32_t)strtol(word + 7, NULL, 10);
        else if (strncmp(word, "own=", 4) == 0)
            choice.own_day = (int32_t)strtol(word + 4, NULL, 10);
        else if (strcmp(word, "taken") == 0)
            choice.taken = true;
        else if (strcmp(word, "unknown") == 0)
            choice.known = false;
        else if (strcmp(word, "has") == 0)
            choice.has = true;
        else if (strcmp(word, "none") == 0)
            choice.none = true;
        else if (strcmp(word, "same") == 0)
            choice.same = true;
        else if (strcmp(word, "closed") == 0)
            choice.open = false;
        else
            fail_msg("%s is no word of a choice", word);
    }
    case_expect(line, ends[before_start_choose(&choice, TODAY)]);
}

static void check_note(const struct case_line *line)
{
    const enum before_start_outcome outcome = before_start_outcome_of(text_of(line->arguments[0]));
    int32_t day = DAY_ABSENT;
    bool open = true;

    assert_int_not_equal(outcome, BEFORE_START_OUTCOME_NONE);
    for (size_t i = 1; i < line->count; i++)
        if (strncmp(line->arguments[i], "day=", 4) == 0)
            day = (int32_t)strtol(line->arguments[i] + 4, NULL, 10);
        else
            open = strcmp(line->arguments[i], "closed") != 0;
    const enum act_reason reason = before_start_refuse(outcome, open, day, TODAY);
    case_expect(line, reason ? act_reason_names[reason] : "may");
}

static int32_t day_of(const char *word)
{
    int32_t day;

    assert_true(date_parse(text_of(word), &day));
    return day;
}

static void check_plan(const struct case_line *line)
{
    const struct before_start_weeks weeks = {8, 7, 5, 2, 2};
    const struct quiet_periods quiet = quiet_periods_usual();
    const bool meets = strcmp(line->arguments[2], "meets") == 0;
    struct milestone milestones[STEP_COUNT];
    char got[200] = "";
    size_t length = 0;

    const size_t count = before_start_calendar(
        day_of(line->arguments[0]), day_of(line->arguments[1]), &weeks, meets, &quiet, milestones);
    for (size_t i = 0; i < count; i++) {
        char day[DATE_TEXT + 1];
        date_format(milestones[i].due_day, day);
        length += (size_t)snprintf(got + length, sizeof got - length, "%s%s %s",
            i > 0                      ? ", "
            : milestones[0].compressed ? "compressed: "
                                       : "",
            before_start_step_name(milestones[i].step), day);
        assert_true(milestones[i].compressed == milestones[0].compressed);
        assert_true(i == 0 || milestones[i].due_day >= milestones[i - 1].due_day);
    }
    case_expect(line, got);
}

static void check_done(const struct case_line *line)
{
    int64_t numbers[7];
    enum before_start_step step = STEP_PLAN;

    assert_int_equal(line->count, COUNT(numbers) + 1);
    for (size_t i = 0; i < COUNT(numbers); i++)
        numbers[i] = strtol(line->arguments[i + 1], NULL, 10);
    while (strcmp(before_start_step_name(step), line->arguments[0]) != 0)
        step++;
    const struct before_start_facts facts = {
        numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], false};
    case_expect(line, before_start_done(step, &facts) ? "yes" : "no");
}

static void check(const struct case_line *line)
{
    if (strcmp(line->verb, "choose") == 0)
        check_choice(line);
    else if (strcmp(line->verb, "note") == 0)
        check_note(line);
    else if (strcmp(line->verb, "plan") == 0)
        check_plan(line);
    else
        check_done(line);
}

static void by_line(void **state)
{
    (void)state;
    cases_run("before_start.txt", check);
}

/* Whenever it was booked, the steps keep their order and lie before the first meeting. */
static void every_start_keeps_the_order(void **state)
{
    const struct before_start_weeks weeks = {8, 7, 5, 2, 2};
    const struct quiet_periods quiet = quiet_periods_usual();
    const int32_t first = date_from_civil(2027, 1, 18);
    struct milestone milestones[STEP_COUNT];

    (void)state;
    for (int32_t booked = first - 200; booked < first; booked++) {
        const size_t count = before_start_calendar(booked, first, &weeks, true, &quiet, milestones);
        assert_int_equal(count, STEP_COUNT - 1);
        for (size_t i = 0; i < count; i++) {
            assert_in_range(milestones[i].due_day, booked, first - 1);
            assert_true(i == 0 || milestones[i].due_day >= milestones[i - 1].due_day);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_line),
        cmocka_unit_test(every_start_keeps_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
