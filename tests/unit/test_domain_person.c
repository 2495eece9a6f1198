/* Personal numbers, e-mail addresses and telephone numbers, by lines of text and the official
 * test numbers. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/domain/contact.h"
#include "common/domain/date.h"
#include "common/domain/personal_number.h"

/* "_" is a space, "\r", "\n" and "\0" are themselves; the length counts the NUL. */
static struct text unescape(const char *from, char *to)
{
    size_t length = 0;

    for (; *from; from++) {
        char c = *from == '_' ? ' ' : *from;

        if (c == '\\') {
            from++;
            c = (char)(*from == 'r' ? '\r' : *from == 'n' ? '\n' : '\0');
        }
        to[length++] = c;
    }
    to[length] = '\0';
    return (struct text){to, length};
}

static void check_number(const struct case_line *line)
{
    static const char *const wrong[] = {"", "form", "date", "check digit"};
    char typed[CASE_LINE], got[100], birth[DATE_TEXT + 1] = "unknown";
    struct personal_number number;
    enum personal_number_verdict verdict = personal_number_parse(
        unescape(line->arguments[0], typed), date_from_civil(2026, 3, 15), &number);

    if (verdict != PERSONAL_NUMBER_RIGHT) {
        case_expect(line, wrong[verdict]);
        return;
    }
    if (number.birth != DAY_ABSENT)
        date_format(number.birth, birth);
    snprintf(got, sizeof got, "%s %s%s", number.digits, birth,
        number.coordination ? " coordination" : "");
    case_expect(line, got);
}

static void check_contact(const struct case_line *line)
{
    char typed[CASE_LINE], phone[CONTACT_PHONE_MOST + 1];
    struct text text = unescape(line->arguments[0], typed);

    if (strcmp(line->verb, "email") == 0)
        case_expect(line, contact_email_ok(text) ? "yes" : "no");
    else
        case_expect(line, contact_phone(text, phone) ? phone : "no");
}

static void numbers_by_line(void **state)
{
    (void)state;
    cases_run("personal_number.txt", check_number);
}

static void contacts_by_line(void **state)
{
    (void)state;
    cases_run("contact.txt", check_contact);
}

/* Every other last digit of a right number is wrong: the check digit finds each single error. */
static void one_wrong_digit_is_always_found(void **state)
{
    char digits[] = "202001012398";
    struct personal_number number;
    int32_t today = date_from_civil(2026, 3, 15);

    (void)state;
    for (size_t place = 8; place < 12; place++) {
        char right = digits[place];

        for (char c = '0'; c <= '9'; c++) {
            digits[place] = c;
            assert_int_equal(personal_number_parse(text_of(digits), today, &number),
                c == right ? PERSONAL_NUMBER_RIGHT : PERSONAL_NUMBER_CHECK_DIGIT);
        }
        digits[place] = right;
    }
}

static long read_all(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[64];
    long count = 0;

    if (!file)
        return 0;
    while (fgets(line, sizeof line, file)) {
        struct personal_number number;

        line[strcspn(line, "\r\n")] = '\0';
        if (personal_number_parse(text_of(line), date_from_civil(2026, 3, 15), &number) !=
            PERSONAL_NUMBER_RIGHT)
            fail_msg("%s: %s is refused", path, line);
        count++;
    }
    fclose(file);
    return count;
}

/* All of the tax agency's test numbers; they stand beside the checkout, and may be away. */
static void official_test_numbers_are_right(void **state)
{
    const char *shared = getenv("GRUPPSTOD_SHARED");
    char path[300];
    long count;

    (void)state;
    snprintf(path, sizeof path, "%s/data/test_personal_numbers.txt", shared ? shared : "../shared");
    count = read_all(path);
    if (count == 0)
        skip();
    assert_int_equal(count, 31942);
    snprintf(
        path, sizeof path, "%s/data/test_coordination_numbers.txt", shared ? shared : "../shared");
    assert_int_equal(read_all(path), 2264);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_by_line),
        cmocka_unit_test(contacts_by_line),
        cmocka_unit_test(one_wrong_digit_is_always_found),
        cmocka_unit_test(official_test_numbers_are_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
