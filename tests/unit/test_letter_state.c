/* A letter's life, its readers, its hours and its subject, by lines of text; and that every state
 * is left in the end. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/local_time.h"
#include "services/notification/core/letter_rules.h"
#include "services/notification/core/letter_state.h"

enum { MINUTE_MS = 60 * 1000 };

static const int64_t now_ms = 1800000000000; /* some day */

static int number_of(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static int named(const char *word, const char *const *names, int count)
{
    for (int i = 1; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    fail_msg("%s is no word of ours", word);
    return 0;
}

static const char *wait_text(int64_t wait_ms)
{
    static char text[20];

    if (wait_ms == LETTER_LEASE)
        return "lease";
    if (wait_ms == LETTER_ENDED)
        return "end";
    if (wait_ms == 0)
        return "now";
    snprintf(text, sizeof text, "%dmin", (int)(wait_ms / MINUTE_MS));
    return text;
}

static const char *delivery_text(const struct case_line *line)
{
    const struct delivery delivery = {
        .done = strcmp(line->arguments[2], "250") == 0 && strcmp(line->arguments[1], "out") == 0,
        .dot_sent = strcmp(line->arguments[1], "out") == 0,
        .code = number_of(line->arguments[2]),
        .stage = strcmp(line->arguments[0], "door") == 0 ? DELIVERY_BEFORE : DELIVERY_LETTER,
    };

    return letter_event_names()[delivery_event(&delivery)];
}

/* due STATE and what still holds, of: offer cleared contact */
static const char *due_text(const struct case_line *line)
{
    struct letter_sight sight = {.state = (enum letter_state)named(
                                     line->arguments[0], letter_state_names(), LETTER_STATE_COUNT)};

    for (size_t i = 1; i < line->count; i++) {
        sight.offer_holds |= strcmp(line->arguments[i], "offer") == 0;
        sight.cleared |= strcmp(line->arguments[i], "cleared") == 0;
        sight.contact_safe |= strcmp(line->arguments[i], "contact") == 0;
    }
    return letter_event_names()[letter_judge(&sight)];
}

static void check_state(const struct case_line *line)
{
    struct letter_facts letter;
    struct letter_step step;
    enum letter_event event;
    char got[80];

    if (strcmp(line->verb, "delivery") == 0) {
        case_expect(line, delivery_text(line));
        return;
    }
    if (strcmp(line->verb, "due") == 0) {
        case_expect(line, due_text(line));
        return;
    }
    letter.state = (enum letter_state)named(line->verb, letter_state_names(), LETTER_STATE_COUNT);
    event = (enum letter_event)named(line->arguments[0], letter_event_names(), LETTER_EVENT_COUNT);
    letter.tries = number_of(line->arguments[1]);
    letter.losses = number_of(line->arguments[2]);
    if (!letter_next(&letter, event, &step))
        snprintf(got, sizeof got, "no");
    else
        snprintf(got, sizeof got, "%s %s %d %d", letter_state_names()[step.state],
            wait_text(step.wait_ms), (int)step.tries, (int)step.losses);
    case_expect(line, got);
}

static struct letter_contact contact_of(const char *text)
{
    struct letter_contact contact = {.verified_at_ms = INT64_MIN};
    const char *days = strrchr(text, ':') + 1;

    contact.role = text[0] == 'g'   ? CONTACT_GUARDIAN
                   : text[0] == 'y' ? CONTACT_YOUNG
                                    : CONTACT_OTHER;
    contact.email_ok = strstr(text, ":yes:") != NULL;
    contact.refused = strcmp(days, "refused") == 0;
    if (strcmp(days, "never") != 0)
        contact.verified_at_ms = now_ms - (int64_t)number_of(days) * 24 * 60 * MINUTE_MS;
    return contact;
}

static const char *who_text(const struct case_line *line)
{
    static char text[80];
    struct letter_contact contacts[CASE_ARGUMENTS];
    bool chosen[CASE_ARGUMENTS];
    size_t used = 0, count;

    for (size_t i = 0; i < line->count; i++)
        contacts[i] = contact_of(line->arguments[i]);
    count = recipients_choose(contacts, line->count, now_ms, chosen);
    text[0] = '\0';
    for (size_t i = 0; i < line->count; i++)
        if (chosen[i] && count--)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "%s%zu", used ? " " : "", i + 1);
    assert_int_equal(count, 0);
    return used ? text : "none";
}

/* "leader:material" or "family:moved". */
static struct letter_about about_of(const char *words)
{
    struct letter_about about = {.reader = READER_FAMILY};
    const char *word = strchr(words, ':') + 1;

    if (strncmp(words, "leader", 6) == 0)
        about.reader = READER_LEADER;
    for (int i = 1; i < PURPOSE_COUNT && about.reader == READER_FAMILY; i++)
        if (strcmp(word, purpose_names[i]) == 0)
            about.purpose = (enum purpose)i;
    for (int i = 1; i < LEADER_PURPOSE_COUNT && about.reader == READER_LEADER; i++)
        if (strcmp(word, leader_purpose_names[i]) == 0)
            about.leader_purpose = (enum leader_purpose)i;
    assert_true(about.purpose || about.leader_purpose);
    return about;
}

static const char *link_text(const struct case_line *line)
{
    const struct letter_about about = about_of(line->arguments[0]);

    return letter_has_link(&about) ? link_path(letter_link(&about)) : "none";
}

/* With a third argument, the letter that it is about; without it a family's. */
static const char *when_text(const struct case_line *line)
{
    static char text[40];
    const char *span = line->arguments[0], *time = line->arguments[1];
    const struct letter_about about =
        line->count > 2 ? about_of(line->arguments[2]) : about_of("family:offer");
    const struct sending_hours hours = {
        number_of(span), number_of(strchr(span, '-') + 1), strchr(span, 'q') != NULL};
    char date[DATE_TEXT + 1];
    int32_t day;
    int64_t now;

    assert_true(date_parse((struct text){time, DATE_TEXT}, &day));
    now = local_to_utc_ms(day, number_of(time + 11) * 60 + number_of(time + 14));
    const struct quiet_periods quiet = quiet_periods_usual();
    now += letter_wait_ms(&hours, &quiet, &about, now);
    date_format(local_day(now), date);
    snprintf(
        text, sizeof text, "%sT%02d:%02d", date, local_minute(now) / 60, local_minute(now) % 60);
    return text;
}

static const char *subject_text(const struct case_line *line)
{
    char subject[CASE_LINE];
    size_t used = 0;

    for (size_t i = 0; i < line->count; i++)
        used += (size_t)snprintf(
            subject + used, sizeof subject - used, "%s%s", i ? " " : "", line->arguments[i]);
    return subject_trouble((struct text){subject, used}, TEXT("K7QFXM")) ? "no" : "yes";
}

static const char *mime_text(const struct case_line *line)
{
    char bytes[2 * CASE_LINE];
    size_t used = 0;

    for (const char *at = line->arguments[0]; *at; at++) {
        if (*at == '{') {
            for (int letters = number_of(at + 1); letters > 0; letters--)
                bytes[used++] = 'x';
            at = strchr(at, '}');
        } else if (*at == '\\') {
            at++;
            bytes[used++] = (char)(*at == 'r' ? '\r' : *at == 'n' ? '\n' : *at == '0' ? 0 : 0xc3);
        } else {
            bytes[used++] = *at;
        }
    }
    return mime_clean((struct text){bytes, used}) ? "yes" : "no";
}

static void check_rule(const struct case_line *line)
{
    if (strcmp(line->verb, "who") == 0)
        case_expect(line, who_text(line));
    else if (strcmp(line->verb, "when") == 0)
        case_expect(line, when_text(line));
    else if (strcmp(line->verb, "link") == 0)
        case_expect(line, link_text(line));
    else if (strcmp(line->verb, "subject") == 0)
        case_expect(line, subject_text(line));
    else if (strcmp(line->verb, "sender") == 0)
        case_expect(line, sender_tells(text_of(line->arguments[0])) ? "no" : "yes");
    else if (strcmp(line->verb, "mime") == 0)
        case_expect(line, mime_text(line));
    else
        fail_msg("%s:%d: no such verb", line->file, line->number);
}

static void states_by_lines(void **state)
{
    (void)state;
    cases_run("letter_state.txt", check_state);
}

static void rules_by_lines(void **state)
{
    (void)state;
    cases_run("letter_rules.txt", check_rule);
}

/* Whatever the servers do, a letter ends: at most 76 claims, whichever of the bad ends they make.
 */
static void every_letter_ends(void **state)
{
    static const enum letter_event bad[] = {LETTER_NOT_NOW, LETTER_LOST, LETTER_LEASE_OVER};

    (void)state;
    for (size_t start = 0; start < COUNT(bad); start++) {
        struct letter_facts letter = {LETTER_RENDERED, 0, 0};
        struct letter_step step = {.wait_ms = 0};

        for (size_t round = start; step.wait_ms != LETTER_ENDED; round++) {
            assert_true(letter_next(&letter, LETTER_CLAIM, &step));
            letter = (struct letter_facts){step.state, step.tries, step.losses};
            assert_true(letter_next(&letter, LETTER_AT_DOT, &step));
            letter.state = step.state;
            assert_true(letter_next(&letter, bad[start == 0 ? 0 : round % COUNT(bad)], &step));
            letter = (struct letter_facts){step.state, step.tries, step.losses};
            assert_true(letter.tries <= LETTER_TRIES_MOST && letter.losses <= 2);
        }
        assert_true(letter.state == LETTER_FAILED || letter.state == LETTER_UNKNOWN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_by_lines),
        cmocka_unit_test(rules_by_lines),
        cmocka_unit_test(every_letter_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
