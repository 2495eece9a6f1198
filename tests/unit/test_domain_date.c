/* Calendar, holidays, working days and local time, by lines of text and against a list. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"

enum { MINUTE_MS = 60000, DAY_MINUTES = 1440 };

static int32_t day_of(const char *text)
{
    int32_t day;

    if (strcmp(text, "-") == 0)
        return DAY_ABSENT;
    if (!date_parse(text_of(text), &day))
        fail_msg("%s is no date", text);
    return day;
}

static int number_of(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static const char *date_text(int32_t day)
{
    static char text[DATE_TEXT + 1];

    date_format(day, text);
    return text;
}

static const char *number_text(int number)
{
    static char text[20];

    snprintf(text, sizeof text, "%d", number);
    return text;
}

static const char *local_text(const char *day, const char *minute)
{
    static char text[40];
    int64_t utc = ((int64_t)day_of(day) * DAY_MINUTES + number_of(minute)) * MINUTE_MS + 59 * 1000;

    snprintf(text, sizeof text, "%s %02d:%02d", date_text(local_day(utc)), local_minute(utc) / 60,
        local_minute(utc) % 60);
    return text;
}

static const char *utc_text(const char *day, const char *time)
{
    static char text[40];
    int64_t utc =
        local_to_utc_ms(day_of(day), number_of(time) * 60 + number_of(time + 3)) / MINUTE_MS;

    snprintf(text, sizeof text, "%s %d", date_text((int32_t)(utc / DAY_MINUTES)),
        (int)(utc % DAY_MINUTES));
    return text;
}

static const char *week_text(int32_t day)
{
    static char text[20];
    struct iso_week week = date_iso_week(day);

    assert_int_equal(date_from_iso_week(week.year, week.week, date_weekday(day)), day);
    snprintf(text, sizeof text, "%d-%d", week.year, week.week);
    return text;
}

static const char *answer(const struct case_line *line)
{
    const char *first = line->arguments[0];
    const char *second = line->count > 1 ? line->arguments[1] : "0";
    struct quiet_periods quiet = quiet_periods_usual();
    int32_t day;

    if (strcmp(line->verb, "valid") == 0)
        return date_parse(text_of(first), &day) ? "yes" : "no";
    if (strcmp(line->verb, "easter") == 0)
        return date_text(holiday_easter(number_of(first)));
    if (strcmp(line->verb, "local") == 0)
        return local_text(first, second);
    if (strcmp(line->verb, "utc") == 0)
        return utc_text(first, second);
    day = day_of(first);
    if (strcmp(line->verb, "age") == 0)
        return number_text(date_age(day, day_of(second)));
    if (strcmp(line->verb, "weekday") == 0)
        return number_text(date_weekday(day));
    if (strcmp(line->verb, "week") == 0)
        return week_text(day);
    if (strcmp(line->verb, "months") == 0)
        return date_text(date_add_months(day, number_of(second)));
    if (strcmp(line->verb, "working") == 0)
        return working_day(day) ? "yes" : "no";
    if (strcmp(line->verb, "after") == 0)
        return date_text(working_days_after(day, number_of(second), &quiet));
    if (strcmp(line->verb, "safety") == 0)
        return date_text(working_days_after(day, number_of(second), NULL));
    fail_msg("%s:%d: unknown verb %s", line->file, line->number, line->verb);
    return "";
}

static void check_line(const struct case_line *line)
{
    case_expect(line, answer(line));
}

static void lines_hold(void **state)
{
    (void)state;
    cases_run("date.txt", check_line);
}

/* Every day of the years 1 to 9999 comes back, and the next day is the next number. */
static void days_and_dates_agree(void **state)
{
    int32_t expected = date_from_civil(1, 1, 1);
    int32_t last = date_from_civil(9999, 12, 31);

    (void)state;
    assert_int_equal(date_from_civil(1970, 1, 1), 0);
    for (int32_t day = expected; day <= last; day++) {
        struct civil civil = date_to_civil(day);

        if (date_from_civil(civil.year, civil.month, civil.day) != day)
            fail_msg("day %d came back wrong", day);
    }
    assert_int_equal(last - expected + 1, 3652059);
}

static const char *kind_names[] = {"", "public", "de-facto", "half-day", "bridge"};

/* Cuts the semicolons of a line; returns how many fields there are. */
static size_t fields_of(char *line, char **fields, size_t most)
{
    size_t count = 0;

    for (char *next = line; next && count < most; count++) {
        fields[count] = next;
        next = strchr(next, ';');
        if (next)
            *next++ = '\0';
    }
    return count;
}

static int check_holiday(char *line, int32_t *before)
{
    char *fields[6];
    int32_t day;
    struct holiday holiday;

    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '#' || fields_of(line, fields, 6) != 6 || !date_parse(text_of(fields[0]), &day))
        return 0;
    for ((*before)++; *before < day; (*before)++)
        if (holiday_on(*before).kind != HOLIDAY_NONE)
            fail_msg("%s is no holiday in the list", date_text(*before));
    holiday = holiday_on(day);
    assert_int_equal(date_weekday(day) + 1, number_of(fields[1]));
    assert_int_not_equal(holiday.kind, HOLIDAY_NONE);
    assert_string_equal(holiday.key, fields[2]);
    assert_string_equal(holiday.name_sv, fields[3]);
    assert_string_equal(holiday.name_en, fields[4]);
    assert_string_equal(kind_names[holiday.kind], fields[5]);
    return 1;
}

/* All days of 2024-2032: those in the list by key, name and kind, and no others. */
static void holidays_agree_with_the_list(void **state)
{
    FILE *file = fopen("tests/cases/se_public_holidays.csv", "re");
    char line[300];
    int32_t before = day_of("2023-12-31");
    int seen = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        seen += check_holiday(line, &before);
    fclose(file);
    assert_int_equal(seen, 198);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_hold),
        cmocka_unit_test(days_and_dates_agree),
        cmocka_unit_test(holidays_agree_with_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
