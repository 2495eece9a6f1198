/* Letters as words, as bytes and as files: neutral, the same each time, fit for a mail server. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/check.h"
#include "common/domain/local_time.h"
#include "common/embedded.h"
#include "common/seal.h"
#include "common/store.h"
#include "notification_pages.h"
#include "services/notification/core/letter_rules.h"
#include "services/notification/letter.h"
#include "services/notification/mime.h"
#include "services/notification/outlet_folder.h"

static const struct letter_house house = {
    .from_name = "Samordningen åäö",
    .from = "samordningen@example.org",
    .reply_to = "",
    .phone = "08-000 00 00",
    .phone_hours = "9–16",
    .website = "kommun.example.org",
    .signed_by = "Kim",
    .base_url = "https://stad.example.org",
};

static const char *const languages[] = {"sv", "en", "ar"};
static const enum purpose purposes[] = {PURPOSE_OFFER, PURPOSE_START, PURPOSE_CANCELLED,
    PURPOSE_SERIES_CHANGED, PURPOSE_BEFORE_START, PURPOSE_POSTPONED, PURPOSE_MOVED, PURPOSE_MERGED};

static struct press *press;
static struct arena *arena;

static int open_press(void **state)
{
    struct error error = {ERROR_NONE, ""};
    const struct embedded_file *files;
    size_t count;

    (void)state;
    files = notification_pages(&count);
    press = press_open(files, count, &house, &error);
    if (!press)
        print_error("%s\n", error.text);
    arena = arena_new(64 << 20);
    return press ? 0 : 1;
}

static int close_press(void **state)
{
    (void)state;
    press_close(press);
    arena_free(arena);
    return 0;
}

static struct letter_words words_of(const char *language, enum purpose purpose)
{
    /* Until midnight of Thursday 9 October 2025. */
    const struct letter_draft draft = {{READER_FAMILY, purpose, LEADER_PURPOSE_NONE},
        text_of(language), TEXT("K7QFXM"), local_end_of_day_ms(20370), NULL, NULL};
    struct error error = {ERROR_NONE, ""};
    struct letter_words words;

    if (!press_words(press, arena, &draft, &words, &error))
        fail_msg("%s", error.text);
    return words;
}

static bool bytes_of(
    const char *language, enum purpose purpose, const char *recipient, struct text *bytes)
{
    const struct letter_copy copy = {
        .letter_id = {.bytes = {1, 144, 7}},
        .about = {READER_FAMILY, purpose, LEADER_PURPOSE_NONE},
        .words = words_of(language, purpose),
        .token = TEXT("abcdefghijklmnopqrstuv"),
        .recipient = text_of(recipient),
        .dated_at_ms = 1760000000000,
    };

    return press_bytes(press, arena, &copy, bytes, NULL);
}

static size_t times(struct text where, const char *what)
{
    size_t found = 0;

    for (const char *at = where.data; (at = strstr(at, what)); at++)
        found++;
    return found;
}

static void words_are_the_agreed_ones(void **state)
{
    const struct letter_words words = words_of("sv", PURPOSE_OFFER);

    (void)state;
    assert_string_equal(words.subject.data, "Svar från Samordningen, kod K7QFXM");
    assert_string_equal(words.body.data,
        "Hej!\n\n"
        "Du har varit i kontakt med oss. Nu har vi ett förslag till dig:\n\n"
        "{link}\n\n"
        "Du kan svara ja, nej eller be oss ringa. Du behöver inte logga in.\n\n"
        "Vi håller förslaget åt dig till och med torsdag 9 oktober. Hinner du inte svara tar vi "
        "kontakt med dig på det sätt vi har kommit överens om.\n\n"
        "Koden i ämnesraden är den du fick av oss. Är du osäker på om brevet är äkta? Ring "
        "08-000 00 00, vardagar 9–16. Numret finns också på kommun.example.org.\n\n"
        "Vänliga hälsningar\n"
        "Kim, Samordningen");
}

static void each_language_says_it(void **state)
{
    (void)state;
    for (size_t l = 0; l < COUNT(languages); l++) {
        for (size_t p = 0; p < COUNT(purposes); p++) {
            const struct letter_words words = words_of(languages[l], purposes[p]);

            assert_string_equal(words.language.data, languages[l]);
            assert_null(subject_trouble(words.subject, TEXT("K7QFXM")));
            assert_int_equal(times(words.body, "{link}"), 1);
            assert_int_equal(times(words.body, "{{"), 0);
            assert_int_equal(times(words.body, "08-000 00 00"), 1);
            assert_int_equal(times(words.body, "Vänliga"), l == 0);
        }
    }
    /* Isolated, so that right-to-left text does not turn the number's parts round. */
    assert_int_equal(times(words_of("ar", PURPOSE_OFFER).body, "\u206608-000 00 00\u2069"), 1);
    assert_string_equal(words_of("tlh", PURPOSE_OFFER).language.data, "sv");
    assert_int_equal(times(words_of("en", PURPOSE_OFFER).body, "Thursday 9 October"), 1);
}

/* Nothing that a situation, a group, a child or a place is known by. */
static void words_tell_nothing(void **state)
{
    static const char *const telling[] = {"grupp", "group", "barn", "child", "våld", "violence",
        "missbruk", "psyk", "skild", "förälder", "parent", "plats", "Björken"};

    (void)state;
    for (size_t l = 0; l < COUNT(languages); l++)
        for (size_t p = 0; p < COUNT(purposes); p++)
            for (size_t t = 0; t < COUNT(telling); t++)
                assert_int_equal(times(words_of(languages[l], purposes[p]).body, telling[t]), 0);
}

/* The word to those who wait speaks of children, a time and a language, as the family itself has;
 * of no situation, whatever the reason. */
static void the_wait_is_told_without_a_situation(void **state)
{
    static const char *const telling[] = {"våld", "violence", "missbruk", "substance", "psyk",
        "mental", "skild", "isär", "separat", "Norr", "العنف", "{{", "{link}"};
    struct wait_told told = wait_told_of(WAIT_REASON_FEW_CHILDREN);
    struct letter_draft draft = {.about = {READER_FAMILY, PURPOSE_WAIT, LEADER_PURPOSE_NONE},
        .code = TEXT("K7QFXM"),
        .expires_at_ms = local_end_of_day_ms(20370),
        .wait = &told};
    struct error error = {ERROR_NONE, ""};
    struct letter_words words;

    (void)state;
    told.age_from = 7;
    told.age_to = 9;
    told.slot = 0;
    told.district = TEXT("norr");
    for (size_t l = 0; l < COUNT(languages); l++)
        for (int reason = 1; reason < WAIT_REASON_COUNT; reason++) {
            draft.language = text_of(languages[l]);
            told.reason = (enum wait_reason)reason;
            assert_true(press_words(press, arena, &draft, &words, &error));
            assert_null(subject_trouble(words.subject, TEXT("K7QFXM")));
            assert_int_equal(times(words.body, "08-000 00 00"), 1);
            for (size_t t = 0; t < COUNT(telling); t++)
                assert_int_equal(times(words.body, telling[t]), 0);
        }
    told.reason = WAIT_REASON_FEW_CHILDREN;
    draft.language = TEXT("sv");
    assert_true(press_words(press, arena, &draft, &words, &error));
    assert_string_equal(words.body.data,
        "Hej!\n\n"
        "Ni står på väntelistan. Det behövs några barn till i åldern 7–9 år som kan på måndagar. "
        "Vi letar i hela staden.\n\n"
        "Vi hör av oss senast torsdag 9 oktober, även om inget nytt har hänt.\n\n"
        "Har något ändrats för er, eller vill ni prata med oss? Ring oss.\n\n"
        "Koden i ämnesraden är den du fick av oss. Är du osäker på om brevet är äkta? Ring 08-000 "
        "00 00, vardagar 9–16. Numret finns också på kommun.example.org.\n\n"
        "Vänliga hälsningar\n"
        "Kim, Samordningen");
}

/* A leader's letter names the group, its day, hour and site; nobody else. */
static struct letter_words words_for_leader(const char *language, enum leader_purpose purpose)
{
    static const struct letter_group group = {
        .name = {"Björken", 8},
        .site = {"Kulturhuset", 11},
        .weekday = 1,
        .starts_min = 16 * 60 + 30,
        .first_day = 20367,             /* Monday 6 October 2025 */
        .meeting_at_ms = 1759847400000, /* Tuesday 7 October 2025, 16.30 in Stockholm */
    };
    const struct letter_draft draft = {{READER_LEADER, PURPOSE_NONE, purpose}, text_of(language),
        {NULL, 0}, local_end_of_day_ms(20370), &group, NULL};
    struct error error = {ERROR_NONE, ""};
    struct letter_words words;

    if (!press_words(press, arena, &draft, &words, &error))
        fail_msg("%s", error.text);
    return words;
}

static void leaders_are_told_of_the_group(void **state)
{
    const struct letter_words words = words_for_leader("sv", LEADER_PURPOSE_SUBSTITUTE_ASKED);

    (void)state;
    assert_string_equal(words.subject.data, "Från Samordningen: Björken");
    assert_string_equal(words.body.data,
        "Hej!\n\n"
        "Kan du hoppa in i Björken tisdag 7 oktober kl. 16.30? Ni ses på Kulturhuset.\n\n"
        "{link}\n\n"
        "Svara ja eller nej på sidan. Du behöver inte logga in. Svara gärna senast torsdag 9 "
        "oktober.\n\n"
        "Är du osäker på om brevet är äkta? Ring 08-000 00 00, vardagar 9–16.\n\n"
        "Vänliga hälsningar\n"
        "Kim, Samordningen");
    for (size_t l = 0; l < COUNT(languages); l++)
        for (int p = 1; p < LEADER_PURPOSE_COUNT; p++) {
            const struct letter_words each = words_for_leader(languages[l], (enum leader_purpose)p);

            assert_null(leader_subject_trouble(each.subject));
            assert_int_equal(times(each.body, "{{"), 0);
            assert_int_equal(times(each.body, "{link}"),
                p != LEADER_PURPOSE_TRAINING_ENDS && p != LEADER_PURPOSE_SUBSTITUTE_SETTLED);
            assert_int_equal(times(each.body, "08-000 00 00"), 1);
        }
}

static void bytes_are_fit_for_a_server(void **state)
{
    (void)state;
    for (size_t l = 0; l < COUNT(languages); l++) {
        for (size_t p = 0; p < COUNT(purposes); p++) {
            struct text first, again;

            assert_true(bytes_of(languages[l], purposes[p], "kim@example.org", &first));
            assert_true(bytes_of(languages[l], purposes[p], "kim@example.org", &again));
            assert_true(text_equal(first, again));
            assert_true(mime_clean(first));
            assert_true(first.length < SEAL_PLAIN);
            assert_int_equal(times(first, "\r\nTo: kim@example.org\r\n"), 1);
            assert_int_equal(times(first, "\r\nReply-To: "), 1);
            assert_int_equal(times(first, "\r\nAuto-Submitted: auto-generated\r\n"), 1);
            assert_int_equal(times(first, "\r\nDate: Thu, 09 Oct 2025 08:53:20 +0000\r\n"), 1);
            assert_int_equal(times(first, "\r\nMessage-Id: <01900700-0000-0000-0000-000000000000"
                                          "@example.org>\r\n"),
                1);
            assert_int_equal(times(first, "multipart/alternative"), 1);
            assert_int_equal(times(first, "\r\nCc:") + times(first, "\r\nBcc:"), 0);
        }
    }
}

static void lines_are_short(void **state)
{
    struct text bytes;
    size_t line = 0;

    (void)state;
    assert_true(bytes_of("ar", PURPOSE_OFFER, "kim@example.org", &bytes));
    for (size_t i = 0; i < bytes.length; i++) {
        line = bytes.data[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 79); /* 78 and the CR */
    }
}

static void what_is_read_back_is_what_was_said(void **state)
{
    const char *link = "https://stad.example.org/sv/svar/abcdefghijklmnopqrstuv";
    struct mime_view view;
    struct text bytes;

    (void)state;
    assert_true(bytes_of("sv", PURPOSE_OFFER, "kim@example.org", &bytes));
    assert_true(mime_read(arena, bytes, &view, NULL));
    assert_string_equal(view.subject.data, "Svar från Samordningen, kod K7QFXM");
    assert_string_equal(view.to.data, "kim@example.org");
    assert_int_equal(view.dated_at_ms, 1760000000000);
    assert_int_equal(times(view.plain, link), 1);
    assert_int_equal(times(view.html, link), 3); /* button, address, and its words */
    assert_int_equal(times(view.html, "Vi håller förslaget åt dig"), 1);
    assert_int_equal(times(view.html, "Läs och svara"), 1);
    assert_int_equal(times(view.html, "<script"), 0);
    assert_int_equal(times(view.html, "src="), 0);
    assert_true(bytes_of("ar", PURPOSE_OFFER, "kim@example.org", &bytes));
    assert_true(mime_read(arena, bytes, &view, NULL));
    assert_int_equal(times(view.html, "<html lang=\"ar\" dir=\"rtl\">"), 1);
}

static void no_address_is_a_command(void **state)
{
    static const char *const bad[] = {"kim@example.org\r\nRCPT TO:<a@example.org>",
        "kim@example.org\nBcc: a@example.org", "kim@example.org>", "<kim@example.org", "kim",
        "kim@", "@example.org", "kim@example.org, a@example.org", "kim @example.org",
        "kim@example.org\x7f", "", "k\xc3\xa5m@example.org"};
    struct text bytes;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(bytes_of("sv", PURPOSE_OFFER, bad[i], &bytes));
}

/* --- the folder --- */

static size_t file_size(const char *folder, const char *name)
{
    struct stat status;

    if (stat(arena_format(arena, "%s/%s", folder, name), &status) != 0)
        return 0;
    return (size_t)status.st_size;
}

static void letters_become_files(void **state)
{
    char folder[] = "/tmp/test_mime.XXXXXX";
    const char *name = "01900700-0000-0000-0000-000000000000.eml";
    const char *rough = ".01900700-0000-0000-0000-000000000000.tmp";
    struct outlet_letter letter = {.letter_id = {.bytes = {1, 144, 7}}, .tries = 3};
    struct outlet_report report;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_true(folder_open(folder, NULL));
    assert_true(bytes_of("sv", PURPOSE_OFFER, "kim@example.org", &letter.mime));
    /* What a crash left half-way is written over. */
    close(open(arena_format(arena, "%s/%s", folder, rough), O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < 2; i++) {
        folder_deliver(folder, &letter, 1, &report);
        assert_int_equal(report.event, LETTER_ACCEPTED);
        assert_int_equal(report.tries, 3);
        assert_int_equal(file_size(folder, name), letter.mime.length);
        assert_int_not_equal(access(arena_format(arena, "%s/%s", folder, rough), F_OK), 0);
    }
    unlink(arena_format(arena, "%s/%s", folder, name));
    rmdir(folder);
    folder_deliver(folder, &letter, 1, &report);
    assert_int_equal(report.event, LETTER_NOT_NOW);
    assert_int_not_equal(report.why[0], '\0');
}

static void a_file_is_no_folder(void **state)
{
    char file[] = "/tmp/test_mime.XXXXXX";
    const int fd = mkstemp(file);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    assert_false(folder_open(file, NULL));
    unlink(file);
}

/* --- subjects that tell --- */

static void a_telling_translation_is_refused(void **state)
{
    static const struct text po = TEXT("msgid \"\"\nmsgstr \"Language: en\\n\"\n"
                                       "\"Content-Type: text/plain; charset=UTF-8\\n\"\n\n"
                                       "msgid \"Svar, kod {{code}}\"\n"
                                       "msgstr \"Your group, code {{code}}\"\n");
    const struct embedded_file files[] = {
        {"leader_subject.txt", TEXT("Hej {{group}}")},
        {"letter.html", TEXT("<p>{{subject}}</p>")},
        {"notice_subject.txt", TEXT("{{code}}")},
        {"po/en.po", po},
        {"subject.txt", TEXT("{{#_}}Svar, kod {{code}}{{/_}}\n")},
    };
    struct error error = {ERROR_NONE, ""};

    (void)state;
    assert_null(press_open(files, COUNT(files), &house, &error));
    assert_non_null(strstr(error.text, "en"));
    assert_non_null(strstr(error.text, "word that tells"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_the_agreed_ones),
        cmocka_unit_test(each_language_says_it),
        cmocka_unit_test(words_tell_nothing),
        cmocka_unit_test(leaders_are_told_of_the_group),
        cmocka_unit_test(the_wait_is_told_without_a_situation),
        cmocka_unit_test(bytes_are_fit_for_a_server),
        cmocka_unit_test(lines_are_short),
        cmocka_unit_test(what_is_read_back_is_what_was_said),
        cmocka_unit_test(no_address_is_a_command),
        cmocka_unit_test(letters_become_files),
        cmocka_unit_test(a_file_is_no_folder),
        cmocka_unit_test(a_telling_translation_is_refused),
    };

    return cmocka_run_group_tests(tests, open_press, close_press);
}
