/* When a series lies, when terms are, whether a group starts: by lines of text. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/series.h"
#include "services/gruppstod/core/terms.h"
#include "services/scheduling/core/start.h"

enum { FROM_YEAR = 2023, YEARS = 8, BREAKS_MOST = 600, WINDOWS_MOST = 4, MINUTE_MS = 60000 };

static struct series_term terms[YEARS * 2];
static struct series_break breaks[BREAKS_MOST];
static struct series_calendar calendar = {.terms = terms, .breaks = breaks};

static int make_calendar(void **state)
{
    (void)state;
    for (int year = FROM_YEAR; year < FROM_YEAR + YEARS; year++) {
        const struct school_year days = school_year_by_rule(year);
        for (int i = 0; i < 2; i++)
            terms[calendar.term_count++] =
                (struct series_term){year, days.terms[i].first, days.terms[i].last};
        for (int i = 0; i < 3; i++)
            breaks[calendar.break_count++] = (struct series_break){
                days.breaks[i].first, days.breaks[i].last, ACT_REASON_SCHOOL_BREAK};
    }
    const int32_t end = date_from_civil(FROM_YEAR + YEARS, 6, 30);
    for (int32_t day = date_from_civil(FROM_YEAR, 7, 1); day < end; day++)
        if (holiday_on(day).kind == HOLIDAY_PUBLIC) {
            assert_true(calendar.break_count < BREAKS_MOST);
            breaks[calendar.break_count++] =
                (struct series_break){day, day, ACT_REASON_PUBLIC_HOLIDAY};
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

static int weekday_of(const char *text)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], text) == 0)
            return (int)i;
    fail_msg("%s is no weekday", text);
    return -1;
}

/* "0825-1115,0108-0228" */
static size_t windows_of(const char *text, struct series_window windows[WINDOWS_MOST])
{
    size_t count = 0;

    for (const char *next = text; strcmp(text, "-") != 0 && next; next = strchr(next, ',')) {
        char *rest;
        next += *next == ',';
        assert_true(count < WINDOWS_MOST);
        windows[count].opens = strtol(next, &rest, 10);
        windows[count++].closes = strtol(rest + 1, NULL, 10);
    }
    return count;
}

static void add_day(char *out, int32_t day)
{
    char text[DATE_TEXT + 1];

    date_format(day, text);
    snprintf(out + strlen(out), 400 - strlen(out), "%s%s", *out ? " " : "", text);
}

static void tell_leaves(const struct series_meeting *meetings, size_t count, char *out)
{
    size_t next = 0;

    for (int32_t day = meetings[0].day; day <= meetings[count - 1].day; day += 7)
        if (meetings[next].day == day)
            next++;
        else
            add_day(out, day);
}

static void tell_utc(const struct series_meeting *meetings, const struct case_line *line, char *out)
{
    const struct series_meeting *meeting = &meetings[strtol(line->arguments[5], NULL, 10) - 1];
    const int64_t minutes = meeting->starts_ms / MINUTE_MS;

    assert_int_equal(meeting->ends_ms - meeting->starts_ms, 90 * MINUTE_MS);
    add_day(out, (int32_t)(minutes / 1440));
    snprintf(out + strlen(out), 20, " %02d:%02d", (int)(minutes / 60 % 24), (int)(minutes % 60));
}

static void tell_series(const struct case_line *line, char *out)
{
    struct series_meeting meetings[SERIES_MEETINGS_MOST];
    struct series_window windows[WINDOWS_MOST];
    struct series_ask ask = {
        .weekday = weekday_of(line->arguments[0]),
        .earliest = day_of(line->arguments[1]),
        .meetings = (size_t)strtol(line->arguments[2], NULL, 10),
        .windows = windows,
        .window_count = windows_of(line->arguments[3], windows),
        .minutes = 90,
    };

    if (line->count > 4)
        ask.starts_min = (int)(strtol(line->arguments[4], NULL, 10) * 60 +
                               strtol(line->arguments[4] + 3, NULL, 10));
    if (!series_find(&calendar, &ask, meetings))
        snprintf(out, 400, "none");
    else if (strcmp(line->verb, "first") == 0)
        add_day(out, meetings[0].day);
    else if (strcmp(line->verb, "last") == 0)
        add_day(out, meetings[ask.meetings - 1].day);
    else if (strcmp(line->verb, "leaves") == 0)
        tell_leaves(meetings, ask.meetings, out);
    else if (strcmp(line->verb, "utc") == 0)
        tell_utc(meetings, line, out);
    else
        fail_msg("%s:%d: no such verb: %s", line->file, line->number, line->verb);
}

static void tell_days(const struct school_days *days, int count, char *out)
{
    for (int i = 0; i < count; i++) {
        add_day(out, days[i].first);
        add_day(out, days[i].last);
    }
}

static void tell_start(const struct case_line *line, char *out)
{
    static const char *const names[] = {NULL, "wait", "confirm", "cancel"};
    const enum start_decision decision =
        start_decide(day_of(line->arguments[0]), day_of(line->arguments[1]), 14,
            strtol(line->arguments[2], NULL, 10), strtol(line->arguments[3], NULL, 10));

    snprintf(out, 400, "%s", names[decision]);
}

static void check(const struct case_line *line)
{
    char out[400] = "";
    const int year = (int)strtol(line->arguments[0], NULL, 10);

    if (strcmp(line->verb, "term") == 0)
        tell_days(school_year_by_rule(year).terms, 2, out);
    else if (strcmp(line->verb, "breaks") == 0)
        tell_days(school_year_by_rule(year).breaks, 3, out);
    else if (strcmp(line->verb, "start") == 0)
        tell_start(line, out);
    else
        tell_series(line, out);
    case_expect(line, out);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("series.txt", check);
}

/* From every day of two years: weekly, in a term, never free, never over a summer. */
static void test_every_earliest_day(void **state)
{
    struct series_meeting meetings[SERIES_MEETINGS_MOST];

    (void)state;
    for (int32_t day = date_from_civil(2026, 1, 1); day < date_from_civil(2028, 1, 1); day++) {
        struct series_ask ask = {
            .weekday = day % 5, .earliest = day, .meetings = 15, .starts_min = 900, .minutes = 90};
        assert_true(series_find(&calendar, &ask, meetings));
        for (size_t i = 0; i < 15; i++) {
            assert_true(meetings[i].day >= day);
            assert_int_equal(date_weekday(meetings[i].day), ask.weekday);
            assert_int_not_equal(holiday_on(meetings[i].day).kind, HOLIDAY_PUBLIC);
            assert_true(i == 0 || meetings[i].day > meetings[i - 1].day);
        }
        assert_true(meetings[14].day - meetings[0].day <= 25 * 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_every_earliest_day),
    };

    return cmocka_run_group_tests(tests, make_calendar, NULL);
}
