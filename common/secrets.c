/*
 * Key files: 64 hexadecimal digits and a newline, so that an operator can print one for the safe.
 * Ours is the last word on who may read them: a file that others could read is not used at all.
 */
#include "common/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/check.h"
#include "common/token.h"

enum { FILE_BYTES = 2 * SECRET_BYTES + 1 };

static const char *const names[SECRET_COUNT] = {
    [SECRET_SEAL_PUBLIC] = "seal.pub",
    [SECRET_SEAL] = "seal.key",
    [SECRET_CLEARANCE] = "clearance.key",
    [SECRET_INDEX] = "index.key",
    [SECRET_LETTERS] = "letters.key",
    [SECRET_TOKEN] = "token.key",
    [SECRET_AUDIT] = "audit.key",
    [SECRET_SESSION] = "session.key",
};

struct secrets {
    unsigned loaded;
    uint8_t keys[SECRET_COUNT][SECRET_BYTES];
};

bool secrets_named(const char *name, enum secret *secret)
{
    for (unsigned i = 0; i < SECRET_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            *secret = (enum secret)i;
            return true;
        }
    }
    return false;
}

static bool trouble(struct error *error, const char *folder, const char *doing, const char *name)
{
    const enum error_kind kind = errno == ENOENT ? ERROR_ABSENT : ERROR_INPUT;

    return error_set(error, kind, "%s %s/%s: %s", doing, folder, name, strerror(errno));
}

/* Who could change the folder could put keys of their own there. */
static bool check_folder(int fd, const char *folder, struct error *error)
{
    struct stat status;

    if (fstat(fd, &status))
        return trouble(error, folder, "looking at", ".");
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return error_set(error, ERROR_INPUT, "%s belongs to user %u, not to us or root", folder,
            (unsigned)status.st_uid);
    if (status.st_mode & 022)
        return error_set(error, ERROR_INPUT, "%s may be written by others (mode %04o): chmod 0700",
            folder, (unsigned)status.st_mode & 07777);
    return true;
}

static int open_folder(const char *folder, struct error *error)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        trouble(error, folder, "opening", ".");
        return -1;
    }
    if (check_folder(fd, folder, error))
        return fd;
    close(fd);
    return -1;
}

static bool check_file(
    int fd, const char *folder, const char *name, mode_t most, struct error *error)
{
    struct stat status;

    if (fstat(fd, &status))
        return trouble(error, folder, "looking at", name);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_INPUT, "%s/%s is no file", folder, name);
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return error_set(error, ERROR_INPUT, "%s/%s belongs to user %u, not to us or root", folder,
            name, (unsigned)status.st_uid);
    if (status.st_mode & 07777 & ~most)
        return error_set(error, ERROR_INPUT, "%s/%s has mode %04o: chmod 0400", folder, name,
            (unsigned)status.st_mode & 07777);
    return true;
}

static bool read_key(
    int fd, const char *folder, const char *name, uint8_t *key, struct error *error)
{
    char digits[FILE_BYTES + 1];
    const ssize_t got = read(fd, digits, sizeof digits);
    bool good = got == FILE_BYTES - 1 || (got == FILE_BYTES && digits[FILE_BYTES - 1] == '\n');

    good = good && hex_decode((struct text){digits, FILE_BYTES - 1}, key, SECRET_BYTES);
    sodium_memzero(digits, sizeof digits);
    if (!good)
        return error_set(error, ERROR_INPUT, "%s/%s is not 64 hexadecimal digits", folder, name);
    return true;
}

static bool load(int at, const char *folder, enum secret secret, uint8_t *key, struct error *error)
{
    /* The public key is no secret; but who could write it could read what is sealed to it. */
    const mode_t most = secret == SECRET_SEAL_PUBLIC ? 0644 : 0600;
    const int fd = openat(at, names[secret], O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return trouble(error, folder, "opening", names[secret]);
    const bool loaded = check_file(fd, folder, names[secret], most, error) &&
                        read_key(fd, folder, names[secret], key, error);
    close(fd);
    return loaded;
}

struct secrets *secrets_open(const char *folder, unsigned wanted, struct error *error)
{
    bool loaded = true;

    CHECK(sodium_init() >= 0 && wanted < 1u << SECRET_COUNT);
    const int at = open_folder(folder, error);
    if (at < 0)
        return NULL;
    /* Guard pages around, kept out of swap and dumps where the limits allow. */
    struct secrets *secrets = sodium_malloc(sizeof *secrets);
    CHECK(secrets);
    memset(secrets, 0, sizeof *secrets);
    for (unsigned i = 0; i < SECRET_COUNT && loaded; i++)
        if (wanted & SECRET_BIT(i))
            loaded = load(at, folder, (enum secret)i, secrets->keys[i], error);
    close(at);
    secrets->loaded = wanted;
    if (loaded && sodium_mprotect_readonly(secrets) == 0)
        return secrets;
    secrets_close(secrets);
    return NULL;
}

void secrets_close(struct secrets *secrets)
{
    sodium_free(secrets);
}

const uint8_t *secrets_key(const struct secrets *secrets, enum secret secret)
{
    CHECK(secrets->loaded & SECRET_BIT(secret));
    return secrets->keys[secret];
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    return write(fd, bytes, length) == (ssize_t)length && fsync(fd) == 0;
}

/* Written under another name and then linked: a file with the real name is always whole, and the
 * first of two makers wins. */
static bool store_key(
    int at, const char *folder, enum secret secret, const uint8_t *key, struct error *error)
{
    char temporary[64], digits[FILE_BYTES + 1];

    snprintf(temporary, sizeof temporary, ".%s.%d", names[secret], (int)getpid());
    unlinkat(at, temporary, 0);
    const int fd = openat(at, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0)
        return trouble(error, folder, "making", temporary);
    hex_encode(key, SECRET_BYTES, digits);
    digits[FILE_BYTES - 1] = '\n';
    bool stored = write_all(fd, digits, FILE_BYTES);
    stored = stored && (linkat(at, temporary, at, names[secret], 0) == 0 || errno == EEXIST);
    if (!stored)
        trouble(error, folder, "making", names[secret]);
    close(fd);
    unlinkat(at, temporary, 0);
    sodium_memzero(digits, sizeof digits);
    return stored;
}

/* The public key follows from the secret one; SECRET_SEAL is made before it (see secrets_make). */
static bool choose_key(
    int at, const char *folder, enum secret secret, uint8_t *key, struct error *error)
{
    uint8_t seal[SECRET_BYTES];

    if (secret != SECRET_SEAL_PUBLIC) {
        randombytes_buf(key, SECRET_BYTES);
        return true;
    }
    const bool loaded = load(at, folder, SECRET_SEAL, seal, error);
    if (loaded)
        crypto_scalarmult_base(key, seal);
    sodium_memzero(seal, sizeof seal);
    return loaded;
}

static bool make_key(int at, const char *folder, enum secret secret, struct error *error)
{
    uint8_t key[SECRET_BYTES];

    if (faccessat(at, names[secret], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    const bool made =
        choose_key(at, folder, secret, key, error) && store_key(at, folder, secret, key, error);
    sodium_memzero(key, sizeof key);
    return made;
}

bool secrets_make(const char *folder, struct error *error)
{
    CHECK(sodium_init() >= 0);
    if (mkdir(folder, 0700) && errno != EEXIST)
        return trouble(error, folder, "making", ".");
    const int at = open_folder(folder, error);
    if (at < 0)
        return false;
    bool made = make_key(at, folder, SECRET_SEAL, error);
    for (unsigned i = 0; i < SECRET_COUNT && made; i++)
        made = make_key(at, folder, (enum secret)i, error);
    if (made && fsync(at))
        made = trouble(error, folder, "keeping", ".");
    close(at);
    return made;
}

bool secrets_no_dumps(struct error *error)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
        return error_set(error, ERROR_INPUT, "switching core dumps off: %s", strerror(errno));
    return true;
}
