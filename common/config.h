/* Settings from built-in fallbacks, an INI file with its conf.d, the environment and --set, in that
 * order: the later wins. Each value remembers where it came from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/text.h"

enum conf_type {
    CONF_INT,      /* int64_t: a whole number */
    CONF_DURATION, /* int64_t, kept in ms: "250ms", "10s", "5min", "2h", "5d" */
    CONF_BYTES,    /* int64_t: "4096", "64KiB", "16MiB", "1GiB" */
    CONF_TEXT,     /* const char *: lives as long as the struct config */
    CONF_BOOL,     /* bool: yes, no, true, false, on, off */
    CONF_CHOICE,   /* int64_t: the index in `choices` */
};

struct conf_key {
    const char *section, *name; /* lower case; a section has no '_', a name may */
    enum conf_type type;
    size_t offset;              /* into the settings struct, of the type said above */
    const char *fallback;       /* as it would stand in the file; NULL = must be set */
    int64_t least, most;        /* of the number in its kept unit; of a text, its bytes; both 0 =
                                   any number, and at most CONFIG_TEXT bytes */
    const char *const *choices; /* CONF_CHOICE: the words, with a NULL at the end */
    const char *help;           /* one sentence: the unit, and the reason of the bounds */
};

enum {
    CONFIG_TEXT = 1023,   /* bytes of a value: no path, host list or sentence needs more */
    CONFIG_ENTRIES = 1024 /* settings said in all: a file larger than that is not ours */
};

struct config;

struct config *config_new(void);
void config_free(struct config *config); /* takes NULL; the texts of the settings go with it */

/* The file `path`, then `conf.d` beside it: all *.ini in the order of their names. ABSENT when the
 * file is not there; INPUT with file:line when a line cannot be read. */
bool config_read(struct config *config, const char *path, struct error *error);

/* Every GRUPPSTOD_SECTION_KEY; a few variables that are not settings are passed over (VAR, PORT,
 * SHARED, CONFIG, INSTANCE, REFERRALS, PG_BIN, RELEASE, and what starts with TEST_). */
bool config_environment(struct config *config, char *const *environment, struct error *error);

/* One "section.key=value" from the command line. */
bool config_set(struct config *config, const char *assignment, struct error *error);

/* Fills `settings` by the table: types, bounds, fallbacks. The error names where the value stands.
 * May be called for several tables, each with its own struct. */
bool config_apply(struct config *config, const struct conf_key *keys, size_t count, void *settings,
    struct error *error);

/* A section of another daemon in the same file: not looked into by config_check_unknown. */
void config_allow_section(struct config *config, const char *section);

/* Whatever was said and is in none of the tables is an error, with the nearest name. */
bool config_check_unknown(struct config *config, const struct conf_key *const *tables,
    const size_t *counts, size_t table_count, struct error *error);

/* Every key as "section.key = value  # origin", one a line; the origin is default, file:line,
 * environment GRUPPSTOD_X_Y, or option --set. */
struct text config_show(const struct config *config, const struct conf_key *const *tables,
    const size_t *counts, size_t table_count, struct arena *arena);

/* The value that holds and where it came from; false when it was not said (the fallback holds). */
bool config_find(const struct config *config, const char *section, const char *name,
    const char **value, const char **origin);
