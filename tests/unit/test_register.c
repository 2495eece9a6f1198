/* Whether a referral is taken, by lines of text: each changes fields of a whole one. */
#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/http.h"
#include "common/message.h"
#include "services/intake/core/register.h"

enum { FIELDS_MOST = 60, ARENA = 1 << 20 };

static const struct text districts[] = {{"bromma", 6}, {"farsta", 6}};
static const struct text languages[] = {{"sv", 2}, {"ar", 2}};
static const struct register_lists lists = {
    districts, COUNT(districts), languages, COUNT(languages), ((int64_t)1 << 20) - 1};

/* A green referral by a professional of whom the family knows. */
static const char *const whole[] = {"door=professional", "source=pupil_health", "language=sv",
    "child_name=Alva", "birth_date=2016-03-27", "district=bromma", "situations=substance",
    "family_knows=yes", "guardians.0.name=Mor", "guardians.0.email=mor@example.org",
    "guardians.0.email_safe=yes", "referrer.name=Kim", "referrer.email=kim@example.org",
    "consent_take_part=yes", "immediate_danger=no", "afraid_at_home=no", "violence_last_year=no",
    "other_guardian_dangerous=no", "protected_identity=no"};

static struct text part(const char *data, size_t length)
{
    return (struct text){data, length};
}

static bool is_changed(const char *pair, const struct case_line *line, size_t from)
{
    const size_t length = strcspn(pair, "=");

    for (size_t i = from; i < line->count; i++)
        if (strncmp(pair, line->arguments[i], length + 1) == 0)
            return true;
    return false;
}

static size_t add_field(struct http_field *fields, size_t count, const char *pair)
{
    const size_t length = strcspn(pair, "=");

    assert_true(pair[length] == '=' && count < FIELDS_MOST);
    if (pair[length + 1])
        fields[count++] = (struct http_field){
            part(pair, length), part(pair + length + 1, strlen(pair) - length - 1)};
    return count;
}

/* The whole referral with the changes of the line from its argument `from` on. */
static void read_line(struct arena *arena, const struct case_line *line, size_t from,
    struct referral_form *form, struct register_verdict *verdict)
{
    struct http_field fields[FIELDS_MOST];
    struct message_problems problems = {.count = 0};
    size_t count = 0;

    for (size_t i = 0; i < COUNT(whole); i++)
        if (!is_changed(whole[i], line, from))
            count = add_field(fields, count, whole[i]);
    for (size_t i = from; i < line->count; i++)
        count = add_field(fields, count, line->arguments[i]);
    message_clear(&referral_form_type, form);
    if (!message_from_fields(&referral_form_type, fields, count, arena, form, &problems))
        fail_msg("%s:%d: %s: %s", line->file, line->number, problems.list[0].path.data,
            problems.list[0].sentence.data);
    register_judge(form, &lists, date_from_civil(2026, 9, 15), verdict);
}

static const char *wrong_fields(const struct register_verdict *verdict)
{
    static char text[1000];
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < verdict->problem_count; i++)
        length += (size_t)snprintf(
            text + length, sizeof text - length, "%s%s", i ? " " : "", verdict->problems[i].field);
    return length ? text : "taken";
}

static const char *channels(const struct safe_channels *safe)
{
    static char text[100];

    snprintf(text, sizeof text, "%s%s%s%s", safe->email ? "email " : "",
        safe->phone ? "phone " : "", safe->sms ? "sms " : "", safe->message ? "message " : "");
    if (!text[0])
        return "none";
    text[strlen(text) - 1] = '\0';
    return text;
}

static const char *receipt_text(const struct case_line *line)
{
    static char text[2 * DATE_TEXT + 2];
    int32_t day;

    assert_int_equal(line->count, 2);
    assert_true(date_parse(text_of(line->arguments[0]), &day));
    const struct quiet_periods quiet = quiet_periods_usual();
    const struct receipt_steps steps =
        receipt_steps(day, safety_of(text_of(line->arguments[1])), &quiet);
    date_format(steps.read_by, text);
    text[DATE_TEXT] = ' ';
    date_format(steps.heard_by, text + DATE_TEXT + 1);
    return text;
}

static const char *spoken(const struct register_need *need)
{
    static char text[100];
    size_t length = 0;

    for (size_t i = 0; i < need->language_count; i++)
        length += (size_t)snprintf(
            text + length, sizeof text - length, "%s%s", i ? " " : "", need->languages[i].data);
    return text;
}

static const char *answer(struct arena *arena, const struct case_line *line)
{
    const bool reach = strcmp(line->verb, "reach") == 0;
    struct register_verdict verdict;
    struct referral_form form;

    if (strcmp(line->verb, "receipt") == 0)
        return receipt_text(line);
    read_line(arena, line, reach ? 1 : 0, &form, &verdict);
    if (reach) {
        const struct safe_channels safe =
            register_channels(&form, &verdict, strcmp(line->arguments[0], "second") == 0);
        return channels(&safe);
    }
    if (strcmp(line->verb, "send") == 0)
        return wrong_fields(&verdict);
    if (strcmp(line->verb, "safety") == 0)
        return safety_names[verdict.safety];
    if (strcmp(line->verb, "alone") == 0)
        return register_may_clear_alone(&verdict) ? "yes" : "no";
    if (strcmp(line->verb, "main") == 0)
        return verdict.need.primary ? situation_names[verdict.need.primary] : "none";
    if (strcmp(line->verb, "speaks") == 0)
        return spoken(&verdict.need);
    if (strcmp(line->verb, "queue") == 0)
        return verdict.complete ? "yes" : "a person asks first";
    fail_msg("%s:%d: no such verb: %s", line->file, line->number, line->verb);
    return NULL;
}

static void one_line(const struct case_line *line)
{
    struct arena *arena = arena_new(ARENA);

    case_expect(line, answer(arena, line));
    arena_free(arena);
}

static void lines_hold(void **state)
{
    (void)state;
    cases_run("register.txt", one_line);
}

static void letters_keep_their_order(void **state)
{
    struct referral_form form;
    char answers[REGISTER_ANSWERS + 1], consents[REGISTER_CONSENTS + 1];

    (void)state;
    message_clear(&referral_form_type, &form);
    form.immediate_danger = SAFETY_ANSWER_YES;
    form.protected_identity = SAFETY_ANSWER_UNKNOWN;
    form.consent_share = CONSENT_ANSWER_NO;
    register_answer_letters(&form, answers);
    register_consent_letters(&form, consents);
    assert_string_equal(answers, "y---?");
    assert_string_equal(consents, "--n-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_hold),
        cmocka_unit_test(letters_keep_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
