/* What a line of the log looks like, and that nobody can write a second one. */
#include "tests/unit/case_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/log.h"

static int saved_error, pipe_read;

/* Standard error becomes a pipe; what is in it is the log. */
static int start(void **state)
{
    int ends[2];
    (void)state;

    saved_error = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    close(ends[1]);
    pipe_read = ends[0];
    setenv("JOURNAL_STREAM", "8:1", 1);
    log_open("intake", "1");
    log_limit(LOG_LEVEL_INFO);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    dup2(saved_error, STDERR_FILENO);
    close(saved_error);
    close(pipe_read);
    return 0;
}

/* What was written since the last look; the lines are there already, since a line is one write. */
static const char *written(void)
{
    static char text[8192];
    /* A mark of our own, so that nothing written is no wait for ever. */
    assert_int_equal(write(STDERR_FILENO, "!", 1), 1);
    const ssize_t length = read(pipe_read, text, sizeof text - 1);

    assert_true(length > 0 && text[length - 1] == '!');
    text[length - 1] = '\0';
    return text;
}

#define HEAD "<6>level=info daemon=intake instance=1 event="

static void test_a_line(void **state)
{
    (void)state;

    log_bare_event(LOG_LEVEL_INFO, "started");
    assert_string_equal(written(), HEAD "started\n");
    log_event(LOG_LEVEL_INFO, "slice_done", "count=%zu took_us=%lld state=%s part=%d%%", (size_t)12,
        -34LL, "placed", 50);
    assert_string_equal(written(), HEAD "slice_done count=12 took_us=-34 state=placed part=50%\n");
    log_event(LOG_LEVEL_ERROR, "x", "a=%u b=%lu c=%08x d=%.2f e=%c f=%.*s g=%.3s", 1u, 2ul, 0xbeefu,
        1.5, 'q', 2, "abc", "abcdef");
    assert_string_equal(written(), "<3>level=error daemon=intake instance=1 event=x a=1 b=2 "
                                   "c=0000beef d=1.50 e=q f=ab g=abc\n");
}

static void test_texts_are_quoted_when_they_must(void **state)
{
    (void)state;

    log_event(LOG_LEVEL_INFO, "x", "a=%s b=%s c=%s d=%s", "two words", "", "path/to.file:1", "a=b");
    assert_string_equal(written(), HEAD "x a=\"two words\" b=\"\" c=path/to.file:1 d=\"a=b\"\n");
    log_event(LOG_LEVEL_INFO, "x", "a=%s", "Göteborg");
    assert_string_equal(written(), HEAD "x a=\"Göteborg\"\n");
    const char *volatile absent = NULL; /* volatile: the compiler would see and refuse it */
    log_event(LOG_LEVEL_INFO, "x", "a=%s", absent);
    assert_string_equal(written(), HEAD "x a=-\n");
}

static void test_nobody_writes_a_second_line_or_key(void **state)
{
    (void)state;

    log_event(LOG_LEVEL_INFO, "x", "a=%s", "b\n<2>level=crit event=forged");
    assert_string_equal(written(), HEAD "x a=\"b\\n<2>level=crit event=forged\"\n");
    log_event(LOG_LEVEL_INFO, "x", "a=%s", "q\" event=forged \\");
    assert_string_equal(written(), HEAD "x a=\"q\\\" event=forged \\\\\"\n");
    log_event(LOG_LEVEL_INFO, "x", "a=%s",
        "\r\x1b[2J\x7f\xc2\x9b"
        "31m");
    assert_string_equal(written(), HEAD "x a=\"\\x0d\\x1b[2J\\x7f?31m\"\n");
    log_event(LOG_LEVEL_INFO, "x\ny", "a=%c", '\n');
    assert_string_equal(written(), HEAD "\"x\\ny\" a=\"\\n\"\n");
}

static void test_a_long_line_is_cut(void **state)
{
    const char *end = "aaa\"\n";
    char text[5000];
    (void)state;

    for (size_t length = 1900; length < 2100; length++) {
        /* The escape of four bytes is the one that can end just where the line does. */
        memset(text, 'a', length);
        text[0] = ' ';
        text[length - 1] = '\x1b';
        text[length] = '\0';
        log_event(LOG_LEVEL_INFO, "x", "a=%s b=%s c=%d", text, " ", 1);
        const char *line = written();
        assert_true(strlen(line) <= 2048);
        assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
        if (length > 2050)
            assert_string_equal(line + strlen(line) - strlen(end), end);
    }
}

static void test_the_limit_and_errno(void **state)
{
    (void)state;

    log_bare_event(LOG_LEVEL_DEBUG, "x");
    assert_string_equal(written(), "");
    log_limit(LOG_LEVEL_DEBUG);
    errno = ENOENT;
    log_bare_event(LOG_LEVEL_DEBUG, "x");
    assert_int_equal(errno, ENOENT);
    assert_string_equal(written(), "<7>level=debug daemon=intake instance=1 event=x\n");
    log_limit(LOG_LEVEL_WARNING);
    log_bare_event(LOG_LEVEL_NOTICE, "x");
    assert_string_equal(written(), "");
}

static void test_without_journald_the_time_stands_first(void **state)
{
    static const char pattern[] = "time=0000-00-00T00:00:00.000Z level=info daemon=cli event=x\n";
    (void)state;

    unsetenv("JOURNAL_STREAM");
    log_open("cli", NULL);
    log_bare_event(LOG_LEVEL_INFO, "x");
    const char *line = written();
    assert_int_equal(strlen(line), sizeof pattern - 1);
    for (size_t i = 0; pattern[i]; i++) {
        if (pattern[i] == '0')
            assert_in_range(line[i], '0', '9');
        else
            assert_int_equal(line[i], pattern[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line, start, finish),
        cmocka_unit_test_setup_teardown(test_texts_are_quoted_when_they_must, start, finish),
        cmocka_unit_test_setup_teardown(test_nobody_writes_a_second_line_or_key, start, finish),
        cmocka_unit_test_setup_teardown(test_a_long_line_is_cut, start, finish),
        cmocka_unit_test_setup_teardown(test_the_limit_and_errno, start, finish),
        cmocka_unit_test_setup_teardown(test_without_journald_the_time_stands_first, start, finish),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
