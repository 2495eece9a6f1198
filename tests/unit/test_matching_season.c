/* When new groups would begin, and which programmes fit then: by lines of text. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "services/gruppstod/core/terms.h"
#include "services/matching/core/season.h"

enum {
    FROM_YEAR = 2025,
    YEARS = 4,
    DAYS_MOST = 400 * YEARS,
    PROGRAMMES_MOST = 4,
    WINDOWS_MOST = 4
};

static struct season_day days[DAYS_MOST];
static size_t day_count;

static bool rests(const struct school_year *year, int32_t day)
{
    for (int i = 0; i < 3; i++)
        if (day >= year->breaks[i].first && day <= year->breaks[i].last)
            return true;
    return date_weekday(day) > 4 || holiday_on(day).kind == HOLIDAY_PUBLIC;
}

static int make_days(void **state)
{
    (void)state;
    for (int year = FROM_YEAR; year < FROM_YEAR + YEARS; year++) {
        const struct school_year school = school_year_by_rule(year);
        for (int i = 0; i < 2; i++)
            for (int32_t day = school.terms[i].first; day <= school.terms[i].last; day++)
                if (!rests(&school, day))
                    days[day_count++] = (struct season_day){day, year};
    }
    return 0;
}

static int32_t day_of(const char *text)
{
    int32_t day;

    if (!date_parse(text_of(text), &day))
        fail_msg("%s is no date", text);
    return day;
}

struct windows {
    int64_t opens[WINDOWS_MOST], closes[WINDOWS_MOST];
};

/* "16:0825-1115,0108-0228" */
static struct season_programme programme_of(const char *text, struct windows *windows)
{
    char *rest;
    struct season_programme programme = {
        .meetings = strtol(text, &rest, 10), .opens = windows->opens, .closes = windows->closes};

    while (rest[1] != '-' && *rest) {
        assert_true(programme.window_count < WINDOWS_MOST);
        windows->opens[programme.window_count] = strtol(rest + 1, &rest, 10);
        windows->closes[programme.window_count++] = strtol(rest + 1, &rest, 10);
    }
    return programme;
}

static void tell(char *out, const struct season *season)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char *mark = " ";

    date_format(season->start, out);
    strcat(out, " "); /* tidy(banned): the room is the test's own */
    date_format(season->end, out + strlen(out));
    for (int i = 0; i < SEASON_WEEKDAYS; i++)
        if (season->weekdays >> i & 1) {
            snprintf(out + strlen(out), 20, "%s%s", mark, names[i]);
            mark = "-";
        }
}

static void check(const struct case_line *line)
{
    struct season_programme programmes[PROGRAMMES_MOST];
    struct windows windows[PROGRAMMES_MOST];
    struct season season;
    char out[400] = "none";

    assert_true(line->count > 1 && line->count <= PROGRAMMES_MOST + 1);
    for (size_t i = 1; i < line->count; i++)
        programmes[i - 1] = programme_of(line->arguments[i], &windows[i - 1]);
    if (season_find(
            days, day_count, day_of(line->arguments[0]), programmes, line->count - 1, &season))
        tell(out, &season);
    for (size_t i = 0; i + 1 < line->count; i++)
        snprintf(out + strlen(out), 10, " %s", programmes[i].fits ? "yes" : "no");
    case_expect(line, out);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("season.txt", check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};

    return cmocka_run_group_tests(tests, make_days, NULL);
}
