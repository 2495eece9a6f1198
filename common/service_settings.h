/* The settings that every daemon has, and how they are read; the gruppstod command reads them too.
 */
#pragma once

#include "common/config.h"
#include "common/service.h"

struct core_settings;

struct settings_source {
    const char *path; /* NULL: GRUPPSTOD_CONFIG, else <var>/gruppstod.ini if it is there */
    const char *var;  /* state folder: the default place of database, sockets and keys */
    const char *const *sets;
    size_t set_count;
};

/* File, conf.d, environment, --set. NULL with an error. */
struct config *settings_read(const struct settings_source *source, struct error *error);

/* Fills the core's settings and the daemon's own; unknown keys of its sections are errors. */
bool settings_apply(struct config *config, const struct service *service, const char *var,
    struct core_settings *core, struct error *error);

/* The core's table for one daemon: [store] [bus] [http] [quiet] [log], and port in the daemon's
 * section. */
enum { CORE_KEYS = 20 };
size_t settings_core_keys(const char *daemon, struct conf_key keys[CORE_KEYS]);
