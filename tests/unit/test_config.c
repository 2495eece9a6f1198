/* Settings: values by lines of text; files, environment and command line in their order; the
 * sentences an operator meets, whole. */
#include "tests/unit/case_lines.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/check.h"
#include "common/config.h"
#include "common/config_value.h"

struct settings {
    int64_t port, wait_ms, clearing, slice_most;
    const char *place, *socket;
    bool demo;
};

static const char *const clearings[] = {"never", "green", "always", NULL};

static const struct conf_key keys[] = {
    {"intake", "port", CONF_INT, offsetof(struct settings, port), "8080", 1, 65535, NULL,
        "TCP port."},
    {"intake", "wait", CONF_DURATION, offsetof(struct settings, wait_ms), "10s", 250, 3600000, NULL,
        "How long a request waits."},
    {"intake", "slice_most", CONF_INT, offsetof(struct settings, slice_most), "100", 1, 1000, NULL,
        "Requests in a transaction."},
    {"intake", "socket", CONF_TEXT, offsetof(struct settings, socket), "/run/x", 1, 100, NULL,
        "A path."},
    {"intake", "place", CONF_TEXT, offsetof(struct settings, place), NULL, 1, 100, NULL,
        "The municipality's name, as letters show it."},
};
static const struct conf_key shared_keys[] = {
    {"desk", "demo", CONF_BOOL, offsetof(struct settings, demo), "no", 0, 0, NULL,
        "Whether pages say that it is a demo."},
    {"desk", "clearing", CONF_CHOICE, offsetof(struct settings, clearing), "never", 0, 0, clearings,
        "Which referrals are cleared without a coordinator."},
};
static const struct conf_key *const tables[] = {keys, shared_keys};
static const size_t counts[] = {COUNT(keys), COUNT(shared_keys)};

static char folder[] = "/tmp/gruppstod-config-XXXXXX";
static struct config *config;
static struct error error;

static const char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What the error says, without the temporary folder in it. */
static const char *said(void)
{
    static char text[sizeof error.text];
    const char *at = strstr(error.text, folder);

    if (!at)
        return error.text;
    snprintf(
        text, sizeof text, "%.*s%s", (int)(at - error.text), error.text, at + strlen(folder) + 1);
    return text;
}

static bool read_main(const char *text)
{
    write_file("main.ini", text);
    return config_read(config, path_of("main.ini"), &error);
}

static bool apply(struct settings *settings)
{
    return config_apply(config, keys, COUNT(keys), settings, &error) &&
           config_apply(config, shared_keys, COUNT(shared_keys), settings, &error);
}

static bool check_unknown(void)
{
    return config_check_unknown(config, tables, counts, COUNT(tables), &error);
}

static int start(void **state)
{
    (void)state;
    config = config_new();
    memset(&error, 0, sizeof error);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    config_free(config);
    unlink(path_of("main.ini"));
    unlink(path_of("conf.d/10-first.ini"));
    unlink(path_of("conf.d/20-second.ini"));
    unlink(path_of("conf.d/.hidden.ini"));
    unlink(path_of("conf.d/30-old.ini.bak"));
    rmdir(path_of("conf.d"));
    return 0;
}

static enum conf_type type_of(const char *name)
{
    static const char *const names[] = {"int", "duration", "bytes", "text", "bool", "choice"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum conf_type)i;
    fail_msg("%s is no type", name);
    return CONF_INT;
}

static void check_value(const struct case_line *line)
{
    const struct conf_key key = {.type = type_of(line->verb),
        .least = strtoll(line->arguments[0], NULL, 10),
        .most = strtoll(line->arguments[1], NULL, 10),
        .choices = clearings};
    struct conf_value value;
    char number[32];

    assert_int_equal(line->count, 3);
    if (!conf_value_read(&key, line->arguments[2], &value, &error)) {
        case_expect(line, error.text);
        return;
    }
    snprintf(number, sizeof number, "%lld", (long long)value.number);
    case_expect(line, key.type == CONF_TEXT ? value.text : number);
}

static void test_values(void **state)
{
    (void)state;
    cases_run("config_value.txt", check_value);
}

static void test_fallbacks_hold_when_nothing_is_said(void **state)
{
    struct settings settings = {0};
    (void)state;

    assert_true(read_main("# nothing\n\n[intake]\nplace = Testköping\n"));
    assert_true(apply(&settings));
    assert_int_equal(settings.port, 8080);
    assert_int_equal(settings.wait_ms, 10000);
    assert_string_equal(settings.socket, "/run/x");
    assert_string_equal(settings.place, "Testköping");
    assert_false(settings.demo);
    assert_int_equal(settings.clearing, 0);
}

static void test_the_later_wins(void **state)
{
    static const char *const environment[] = {"PATH=/bin", "GRUPPSTOD_INTAKE_SLICE_MOST=7",
        "GRUPPSTOD_INTAKE_WAIT=3s", "GRUPPSTOD_VAR=/tmp/x", "GRUPPSTOD_PORT=1",
        "GRUPPSTOD_TEST_SEED=5", "GRUPPSTOD_PG_BIN=/x", NULL};
    struct settings settings = {0};
    (void)state;

    assert_int_equal(mkdir(path_of("conf.d"), 0700), 0);
    write_file("conf.d/20-second.ini", "[intake]\nport = 3\n");
    write_file("conf.d/10-first.ini", "[intake]\nport = 2\nsocket = first\n");
    write_file("conf.d/.hidden.ini", "[intake]\nport = 4\n");
    write_file("conf.d/30-old.ini.bak", "[intake]\nport = 5\n");
    assert_true(read_main("[intake]\nport=1\nplace=X ; a comment\nwait = 1s\nslice_most = 1\r\n"
                          "[desk]\ndemo = yes\nclearing = green"));
    assert_true(config_environment(config, (char *const *)environment, &error));
    assert_true(config_set(config, "intake.wait=5s", &error));
    assert_true(apply(&settings));
    assert_true(check_unknown());
    assert_int_equal(settings.port, 3);
    assert_string_equal(settings.socket, "first");
    assert_string_equal(settings.place, "X");
    assert_int_equal(settings.slice_most, 7);
    assert_int_equal(settings.wait_ms, 5000);
    assert_true(settings.demo);
    assert_int_equal(settings.clearing, 1);
}

static void test_origins_are_shown(void **state)
{
    static const char *const environment[] = {"GRUPPSTOD_INTAKE_SLICE_MOST=7", NULL};
    struct arena *arena = arena_new(1 << 20);
    char expected[600];
    (void)state;

    assert_true(read_main("[intake]\n\nport=1\n"));
    assert_true(config_environment(config, (char *const *)environment, &error));
    assert_true(config_set(config, "desk.demo=yes", &error));
    snprintf(expected, sizeof expected,
        "intake.port = 1  # %s/main.ini:3\n"
        "intake.wait = 10s  # default\n"
        "intake.slice_most = 7  # environment GRUPPSTOD_INTAKE_SLICE_MOST\n"
        "intake.socket = /run/x  # default\n"
        "intake.place  # not set\n"
        "desk.demo = yes  # option --set\n"
        "desk.clearing = never  # default\n",
        folder);
    assert_string_equal(config_show(config, tables, counts, COUNT(tables), arena).data, expected);
    arena_free(arena);
}

struct wrong {
    const char *file, *says;
};

static void test_errors_name_the_place(void **state)
{
    static const struct wrong wrongs[] = {
        {"[intake]\nplace=X\nport = http\n", "main.ini:3: intake.port = http: not a whole number"},
        {"[intake]\nplace=X\n\n\nwait = 2h\n", "main.ini:5: intake.wait = 2h: must be 250ms to 1h"},
        {"[intake]\nplace =\n", "main.ini:2: intake.place = : must have 1 to 100 bytes"},
        {"[intake]\n", "intake.place is not set: The municipality's name, as letters show it."},
        {"[intake]\nplace=X\nprot = 1\n",
            "main.ini:3: intake.prot is unknown; did you mean intake.port?"},
        {"[intkae]\nport = 1\n[intake]\nplace=X\n",
            "main.ini:2: intkae.port is unknown; did you mean intake.port?"},
        {"[intake]\nplace=X\ncolour_of_the_house = 1\n",
            "main.ini:3: intake.colour_of_the_house is unknown"},
        {"lonely = 1\n[intake]\nplace=X\n", "main.ini:1: .lonely is unknown"},
        {"[intake]\nplace=X\nplace=Y\n", "main.ini:3: intake.place stands at main.ini:2 already"},
        {"[intake]\nplace\n", "main.ini:2: neither [section] nor name = value"},
        {"[intake\n", "main.ini:1: neither [section] nor name = value"},
        {"[intake]\nplace=X\n   indented\n", "main.ini:3: neither [section] nor name = value"},
        {"[intake]\nplace=\x1b[31mX\n", "main.ini:2: a control character"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(wrongs); i++) {
        struct settings settings = {0};
        char wanted[300], text[300];

        config_free(config);
        config = config_new();
        assert_false(read_main(wrongs[i].file) && apply(&settings) && check_unknown());
        assert_int_equal(error.kind, ERROR_INPUT);
        /* The second mention of the file, where there is one, has the folder in it too. */
        snprintf(text, sizeof text, "%s", said());
        snprintf(wanted, sizeof wanted, "%s", wrongs[i].says);
        char *second = strstr(text, folder);
        if (second)
            memmove(second, second + strlen(folder) + 1, strlen(second + strlen(folder)));
        assert_string_equal(text, wanted);
    }
}

static void test_failure_leaves_the_settings_alone(void **state)
{
    struct settings settings = {.port = 42};
    (void)state;

    assert_true(read_main("[intake]\nport = 1\n"));
    assert_false(apply(&settings));
    assert_int_equal(settings.port, 42);
}

static void test_environment_and_option_errors(void **state)
{
    static const char *const no_key[] = {"GRUPPSTOD_VARR=1", NULL};
    static const char *const unknown[] = {"GRUPPSTOD_INTAKE_PROT=1", NULL};
    (void)state;

    assert_false(config_environment(config, (char *const *)no_key, &error));
    assert_string_equal(
        error.text, "environment GRUPPSTOD_VARR: not of the form GRUPPSTOD_SECTION_KEY");
    assert_false(config_set(config, "intake.port", &error));
    assert_string_equal(error.text, "option --set intake.port: not of the form section.key=value");
    assert_false(config_set(config, "port=1", &error));
    assert_false(config_set(config, ".=1", &error));
    assert_false(config_set(config, "intake.place=a\nb", &error));
    assert_string_equal(error.text, "option --set: intake.place has a control character");
    assert_true(config_environment(config, (char *const *)unknown, &error));
    assert_false(check_unknown());
    assert_string_equal(error.text, "environment GRUPPSTOD_INTAKE_PROT: intake.prot is unknown; "
                                    "did you mean intake.port?");
}

static void test_other_daemons_sections_pass(void **state)
{
    (void)state;

    assert_true(read_main("[matching]\nanything = 1\n"));
    assert_false(check_unknown());
    config_allow_section(config, "matching");
    assert_true(check_unknown());
}

static void test_missing_file_and_limits(void **state)
{
    char line[400] = "[intake]\nplace = ";
    char *value;
    (void)state;

    assert_false(config_read(config, path_of("absent.ini"), &error));
    assert_int_equal(error.kind, ERROR_ABSENT);
    memset(line + strlen(line), 'x', 190);
    assert_true(read_main(line));
    line[strlen(line)] = 'x';
    assert_false(read_main(line));
    assert_string_equal(said(), "main.ini:2: the line is longer than 198 bytes");

    value = calloc(1, CONFIG_TEXT + 20);
    snprintf(value, CONFIG_TEXT + 20, "intake.place=");
    memset(value + strlen(value), 'x', CONFIG_TEXT);
    assert_true(config_set(config, value, &error));
    value[strlen(value)] = 'x';
    assert_false(config_set(config, value, &error));
    assert_string_equal(error.text, "option --set: the value is longer than 1023 bytes");
    free(value);

    config_free(config);
    config = config_new();
    for (int i = 0; i < CONFIG_ENTRIES; i++)
        assert_true(config_set(config, "intake.port=1", &error));
    assert_false(config_set(config, "intake.port=1", &error));
    assert_string_equal(error.text, "option --set: more than 1024 settings");
}

static void test_strokes(void **state)
{
    (void)state;

    assert_int_equal(conf_value_strokes("", ""), 0);
    assert_int_equal(conf_value_strokes("port", "port"), 0);
    assert_int_equal(conf_value_strokes("", "port"), 4);
    assert_int_equal(conf_value_strokes("kitten", "sitting"), 3);
    assert_int_equal(conf_value_strokes("prot", "port"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, start, finish),
        cmocka_unit_test_setup_teardown(test_fallbacks_hold_when_nothing_is_said, start, finish),
        cmocka_unit_test_setup_teardown(test_the_later_wins, start, finish),
        cmocka_unit_test_setup_teardown(test_origins_are_shown, start, finish),
        cmocka_unit_test_setup_teardown(test_errors_name_the_place, start, finish),
        cmocka_unit_test_setup_teardown(test_failure_leaves_the_settings_alone, start, finish),
        cmocka_unit_test_setup_teardown(test_environment_and_option_errors, start, finish),
        cmocka_unit_test_setup_teardown(test_other_daemons_sections_pass, start, finish),
        cmocka_unit_test_setup_teardown(test_missing_file_and_limits, start, finish),
        cmocka_unit_test(test_strokes),
    };

    if (!mkdtemp(folder))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
