/*
 * Settings from anybody's bytes: a file up to the first NUL, then --set assignments and environment
 * variables in turn, each up to a NUL. Whatever comes, it is taken within the bounds or refused
 * with a sentence; what is shown has one line for each key.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/check.h"
#include "common/config.h"

struct settings {
    int64_t port, wait_ms, body, clearing;
    const char *place;
    bool demo;
};

static const char *const clearings[] = {"never", "green", "always", NULL};
static const struct conf_key keys[] = {
    {"intake", "port", CONF_INT, offsetof(struct settings, port), "8080", 1, 65535, NULL, "A."},
    {"intake", "wait", CONF_DURATION, offsetof(struct settings, wait_ms), "10s", 250, 3600000, NULL,
        "B."},
    {"intake", "body_most", CONF_BYTES, offsetof(struct settings, body), "64KiB", 1024, 1 << 20,
        NULL, "C."},
    {"intake", "place", CONF_TEXT, offsetof(struct settings, place), "X", 1, 100, NULL, "D."},
    {"desk", "clearing", CONF_CHOICE, offsetof(struct settings, clearing), "never", 0, 0, clearings,
        "E."},
    {"desk", "demo", CONF_BOOL, offsetof(struct settings, demo), "no", 0, 0, NULL, "F."},
};
static const struct conf_key *const tables[] = {keys};
static const size_t counts[] = {COUNT(keys)};

/* A file without a folder that others could see. */
static bool read_bytes(struct config *config, const char *bytes, size_t length, struct error *error)
{
    char path[40];
    const int fd = memfd_create("settings", 0);

    CHECK(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const bool read = config_read(config, path, error);
    close(fd);
    return read;
}

static bool say(struct config *config, char *words, int turn, struct error *error)
{
    char *const environment[] = {words, NULL};

    return turn % 2 ? config_environment(config, environment, error)
                    : config_set(config, words, error);
}

static bool take(struct config *config, const char *data, size_t size, struct error *error)
{
    const size_t file = strnlen(data, size);
    bool taken = read_bytes(config, data, file, error);

    for (size_t at = file + 1, turn = 0; taken && at < size; turn++) {
        const size_t length = strnlen(data + at, size - at);
        char *words = strndup(data + at, length);
        taken = say(config, words, (int)turn, error);
        free(words);
        at += length + 1;
    }
    return taken;
}

static void check_settings(const struct settings *settings)
{
    CHECK(settings->port >= 1 && settings->port <= 65535);
    CHECK(settings->wait_ms >= 250 && settings->wait_ms <= 3600000);
    CHECK(settings->body >= 1024 && settings->body <= 1 << 20);
    CHECK(settings->clearing >= 0 && settings->clearing <= 2);
    CHECK(strlen(settings->place) >= 1 && strlen(settings->place) <= 100);
    for (const char *at = settings->place; *at; at++)
        CHECK((unsigned char)*at >= 0x20);
}

static void check_shown(const struct config *config)
{
    struct arena *arena = arena_new(1 << 20);
    const struct text shown = config_show(config, tables, counts, 1, arena);
    size_t lines = 0;

    for (size_t i = 0; i < shown.length; i++)
        lines += shown.data[i] == '\n';
    CHECK(lines == COUNT(keys));
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = config_new();
    struct settings settings = {0};
    struct error error = {0};

    const bool taken = take(config, (const char *)data, size, &error) &&
                       config_apply(config, keys, COUNT(keys), &settings, &error);
    if (taken)
        check_settings(&settings);
    CHECK(taken || error.text[0]);
    check_shown(config);
    error.text[0] = '\0';
    CHECK(config_check_unknown(config, tables, counts, 1, &error) || error.text[0]);
    config_free(config);
    return 0;
}
