/* Key files: made once, whole; refused when others could read or change them. */
#include "tests/unit/case_lines.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/check.h"
#include "common/secrets.h"

enum { ALL = (1 << SECRET_COUNT) - 1 };

static const char *const files[] = {"seal.pub", "seal.key", "clearance.key", "index.key",
    "letters.key", "token.key", "audit.key", "session.key"};

static char parent[] = "/tmp/gruppstod-keys-XXXXXX";
static char folder[sizeof parent + 8];
static struct error error;

static const char *path_of(const char *name)
{
    static char path[100];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/keys", parent);
    memset(&error, 0, sizeof error);
    return secrets_make(folder, &error) ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++)
        unlink(path_of(files[i]));
    return rmdir(folder);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    unlink(path_of(name));
    FILE *file = fopen(path_of(name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path_of(name), mode), 0);
}

/* That opening fails with those words after the folder. */
static void expect_refusal(unsigned wanted, const char *words)
{
    const char *at;

    assert_null(secrets_open(folder, wanted, &error));
    at = strstr(error.text, folder);
    assert_non_null(at);
    assert_string_equal(at + strlen(folder), words);
}

static void test_made_once(void **state)
{
    struct stat status;
    (void)state;

    struct secrets *first = secrets_open(folder, ALL, &error);
    assert_non_null(first);
    assert_int_equal(unlink(path_of("audit.key")), 0);
    assert_true(secrets_make(folder, &error));
    struct secrets *second = secrets_open(folder, ALL, &error);
    assert_non_null(second);
    for (unsigned i = 0; i < SECRET_COUNT; i++) {
        const int same = memcmp(secrets_key(first, i), secrets_key(second, i), SECRET_BYTES) == 0;
        assert_int_equal(same, i != SECRET_AUDIT);
        assert_int_equal(stat(path_of(files[i]), &status), 0);
        assert_int_equal(status.st_mode & 07777, 0400);
        assert_int_equal(status.st_size, 65);
        for (unsigned j = 0; j < i; j++)
            assert_memory_not_equal(secrets_key(first, i), secrets_key(first, j), SECRET_BYTES);
    }
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    secrets_close(first);
    secrets_close(second);
    secrets_close(NULL);
}

static void test_the_public_key_belongs_to_the_secret_one(void **state)
{
    uint8_t public_key[SECRET_BYTES];
    (void)state;

    /* As after a stop between the two, and after one that lost the public file. */
    assert_int_equal(unlink(path_of("seal.pub")), 0);
    assert_true(secrets_make(folder, &error));
    struct secrets *secrets = secrets_open(folder, ALL, &error);
    assert_non_null(secrets);
    crypto_scalarmult_base(public_key, secrets_key(secrets, SECRET_SEAL));
    assert_memory_equal(public_key, secrets_key(secrets, SECRET_SEAL_PUBLIC), SECRET_BYTES);
    secrets_close(secrets);
}

static void test_only_what_was_asked_for_is_read(void **state)
{
    (void)state;

    assert_int_equal(unlink(path_of("seal.key")), 0);
    struct secrets *secrets =
        secrets_open(folder, SECRET_BIT(SECRET_SEAL_PUBLIC) | SECRET_BIT(SECRET_INDEX), &error);
    assert_non_null(secrets);
    secrets_close(secrets);
    expect_refusal(SECRET_BIT(SECRET_SEAL), "/seal.key: No such file or directory");
    assert_int_equal(error.kind, ERROR_ABSENT);
}

static void test_open_files_are_refused(void **state)
{
    (void)state;

    assert_int_equal(chmod(path_of("token.key"), 0440), 0);
    expect_refusal(ALL, "/token.key has mode 0440: chmod 0400");
    assert_int_equal(error.kind, ERROR_INPUT);
    assert_int_equal(chmod(path_of("token.key"), 0600), 0);
    secrets_close(secrets_open(folder, ALL, &error));
    assert_int_equal(chmod(path_of("seal.pub"), 0664), 0);
    expect_refusal(ALL, "/seal.pub has mode 0664: chmod 0400");
    assert_int_equal(chmod(path_of("seal.pub"), 0444), 0);
    assert_int_equal(chmod(folder, 0770), 0);
    expect_refusal(ALL, " may be written by others (mode 0770): chmod 0700");
    assert_int_equal(chmod(folder, 0750), 0);
    struct secrets *secrets = secrets_open(folder, ALL, &error);
    assert_non_null(secrets);
    secrets_close(secrets);
}

static void test_files_of_others_are_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can give a file away */
    assert_int_equal(chown(path_of("token.key"), 12345, 0), 0);
    expect_refusal(ALL, "/token.key belongs to user 12345, not to us or root");
    assert_int_equal(chown(path_of("token.key"), 0, 0), 0);
    assert_int_equal(chown(folder, 12345, 0), 0);
    expect_refusal(ALL, " belongs to user 12345, not to us or root");
    assert_int_equal(chown(folder, 0, 0), 0);
}

static void test_what_is_no_key_is_refused(void **state)
{
#define DIGITS_62 "00112233445566778899aabbccddeeff00112233445566778899aabbccddee"
    static const char *const wrong[] = {"", "\n", DIGITS_62 "f", DIGITS_62 "fg\n", DIGITS_62 "ff0",
        DIGITS_62 "ff\n\n", DIGITS_62 "ff \n", " " DIGITS_62 "ff\n"};
    (void)state;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        write_file("index.key", wrong[i], 0400);
        expect_refusal(ALL, "/index.key is not 64 hexadecimal digits");
    }
    write_file("index.key", DIGITS_62 "FF", 0400);
    struct secrets *secrets = secrets_open(folder, ALL, &error);
    assert_non_null(secrets);
    assert_int_equal(secrets_key(secrets, SECRET_INDEX)[31], 0xff);
    secrets_close(secrets);
    assert_int_equal(unlink(path_of("index.key")), 0);
    assert_int_equal(symlink("token.key", path_of("index.key")), 0);
    expect_refusal(ALL, "/index.key: Too many levels of symbolic links");
    assert_int_equal(unlink(path_of("index.key")), 0);
    assert_int_equal(mkfifo(path_of("index.key"), 0400), 0);
    expect_refusal(ALL, "/index.key is no file");
}

static void test_a_missing_folder(void **state)
{
    (void)state;

    assert_null(secrets_open("/tmp/gruppstod-no-such-folder", ALL, &error));
    assert_int_equal(error.kind, ERROR_ABSENT);
    assert_false(secrets_make("/tmp/gruppstod-no-such-folder/keys", &error));
}

/* Two processes at once: both say yes, and there is one set of keys and nothing beside it. */
static void test_two_makers(void **state)
{
    (void)state;

    for (int round = 0; round < 20; round++) {
        int status;

        for (size_t i = 0; i < COUNT(files); i++)
            unlink(path_of(files[i]));
        const pid_t child = fork();
        assert_true(child >= 0);
        const bool made = secrets_make(folder, &error);
        if (child == 0)
            _exit(made ? 0 : 1);
        assert_true(made);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        test_the_public_key_belongs_to_the_secret_one(state);
    }
}

static void test_names(void **state)
{
    enum secret secret;
    (void)state;

    for (unsigned i = 0; i < COUNT(files); i++) {
        assert_true(secrets_named(files[i], &secret));
        assert_int_equal(secret, i);
    }
    assert_false(secrets_named("seal", &secret));
}

static void test_no_dumps(void **state)
{
    (void)state;

    assert_true(secrets_no_dumps(&error));
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_made_once, start, finish),
        cmocka_unit_test_setup_teardown(
            test_the_public_key_belongs_to_the_secret_one, start, finish),
        cmocka_unit_test_setup_teardown(test_only_what_was_asked_for_is_read, start, finish),
        cmocka_unit_test_setup_teardown(test_open_files_are_refused, start, finish),
        cmocka_unit_test_setup_teardown(test_files_of_others_are_refused, start, finish),
        cmocka_unit_test_setup_teardown(test_what_is_no_key_is_refused, start, finish),
        cmocka_unit_test_setup_teardown(test_two_makers, start, finish),
        cmocka_unit_test(test_a_missing_folder),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_no_dumps),
    };

    if (!mkdtemp(parent))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(parent);
    return failed;
}
