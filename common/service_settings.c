/* The core's settings: one table, with the reason of each bound. */
#include "common/service_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/check.h"
#include "common/log.h"
#include "common/service_parts.h"

extern char **environ;

#define AT(field) offsetof(struct core_settings, field)

/* A section of NULL is the daemon's own. */
static const struct conf_key core_keys[] = {
    {"store", "conninfo", CONF_TEXT, AT(conninfo), "", 0, 0, NULL,
        "libpq's connection string; empty: the private cluster in the state folder"},
    {"bus", "folder", CONF_TEXT, AT(bus_folder), "", 0, 0, NULL,
        "folder of the ipc sockets; empty: run/ in the state folder; short, a path has 100 bytes"},
    {"bus", "express", CONF_BOOL, AT(express), "true", 0, 0, NULL,
        "send messages over ZeroMQ at once; without it the sweep carries them"},
    {"bus", "sweep_every", CONF_DURATION, AT(sweep_every_ms), "250ms", 10, 60000, NULL,
        "how often the ledger is looked at for what the express lost"},
    {"bus", "sweep_age", CONF_DURATION, AT(sweep_age_ms), "1s", 0, 60000, NULL,
        "how old a message must be before a sweep takes it: younger ones are on their way"},
    {"bus", "sweep_whole_every", CONF_DURATION, AT(sweep_whole_every_ms), "30s", 100, 3600000, NULL,
        "how often it is looked at whole; between, only its last 5 s are"},
    {"bus", "slice_most", CONF_INT, AT(slice_most), "512", 1, 1024, NULL,
        "messages of one transaction: more gain nothing and hold their locks longer"},
    {"bus", "lease_every", CONF_DURATION, AT(lease_every_ms), "500ms", 50, 1000, NULL,
        "how often a daemon says that it lives; a lease lasts 3 s"},
    {"http", "address", CONF_TEXT, AT(http_address), "127.0.0.1", 0, 0, NULL,
        "address of the pages; a proxy stands in front of anything but loopback"},
    {"http", "threads", CONF_INT, AT(http_threads), "2", 2, 16, NULL,
        "threads that read requests; one alone stalls under a burst"},
    {"http", "queue_most", CONF_INT, AT(http_queue_most), "1024", 1, 65536, NULL,
        "requests that wait for the reactor; at it the answer is 503"},
    {"quiet", "week_from", CONF_INT, AT(quiet_week_from), "26", 0, 53, NULL,
        "first ISO week of the summer in which families' clocks rest; 0: none"},
    {"quiet", "week_to", CONF_INT, AT(quiet_week_to), "32", 0, 53, NULL, "last ISO week of it"},
    {"quiet", "winter_from", CONF_INT, AT(quiet_winter_from), "1220", 0, 1231, NULL,
        "first day of the winter's rest, month * 100 + day; 0: none"},
    {"quiet", "winter_to", CONF_INT, AT(quiet_winter_to), "107", 0, 1231, NULL,
        "last day of it, in the new year"},
    {"log", "level", CONF_INT, AT(log_level), "6", 2, 7, NULL, "syslog's: 4 warnings, 6 usual"},
    {"store", "arena_most", CONF_BYTES, AT(arena_most), "64MiB", 1 << 20, 1 << 30, NULL,
        "memory of one slice at most: 512 messages of 60 KiB and what is made of them"},
    {NULL, "port", CONF_INT, AT(http_port), "0", 0, 65535, NULL,
        "TCP port of the pages and metrics; 0: a free one"},
};

size_t settings_core_keys(const char *daemon, struct conf_key keys[CORE_KEYS])
{
    _Static_assert(COUNT(core_keys) <= CORE_KEYS, "CORE_KEYS is too small");
    for (size_t i = 0; i < COUNT(core_keys); i++) {
        keys[i] = core_keys[i];
        if (!keys[i].section)
            keys[i].section = daemon;
    }
    return COUNT(core_keys);
}

static bool read_file(
    struct config *config, const struct settings_source *source, struct error *error)
{
    const char *path = source->path ? source->path : getenv("GRUPPSTOD_CONFIG");
    char usual[512];

    if (path)
        return config_read(config, path, error);
    snprintf(usual, sizeof usual, "%s/gruppstod.ini", source->var);
    return access(usual, F_OK) != 0 || config_read(config, usual, error);
}

struct config *settings_read(const struct settings_source *source, struct error *error)
{
    struct config *config = config_new();
    bool good = read_file(config, source, error) && config_environment(config, environ, error);

    for (size_t i = 0; good && i < source->set_count; i++)
        good = config_set(config, source->sets[i], error);
    if (good)
        return config;
    config_free(config);
    return NULL;
}

/* Other daemons' sections stand in the same file. */
static void allow_others(struct config *config, const char *own)
{
    for (int i = 0; i < RECEIVER_COUNT; i++)
        if (strcmp(receiver_name((enum receiver)i), own) != 0)
            config_allow_section(config, receiver_name((enum receiver)i));
    config_allow_section(config, "gruppstod");
}

/* What is not said lies in the state folder. */
static void place(struct core_settings *core, const char *var)
{
    /* For the life of the process, as the other settings are. */
    static char run[4096], conninfo[4200];
    char in_var[4096];

    snprintf(in_var, sizeof in_var, "%s/run", var);
    if (!realpath(in_var, run))
        snprintf(run, sizeof run, "%s", in_var);
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=gruppstod", run);
    if (!*core->conninfo)
        core->conninfo = conninfo;
    if (!*core->bus_folder)
        core->bus_folder = run;
}

bool settings_apply(struct config *config, const struct service *service, const char *var,
    struct core_settings *core, struct error *error)
{
    static struct conf_key keys[CORE_KEYS];
    const size_t key_count = settings_core_keys(service->name, keys);
    const struct conf_key *const tables[] = {keys, service->conf};
    const size_t counts[] = {key_count, service->conf_count};

    allow_others(config, service->name);
    if (!config_apply(config, keys, key_count, core, error) ||
        !config_apply(config, service->conf, service->conf_count, service->settings, error) ||
        !config_check_unknown(config, tables, counts, COUNT(tables), error))
        return false;
    place(core, var);
    log_limit((enum log_level)core->log_level);
    return true;
}
