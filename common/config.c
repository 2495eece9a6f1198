/*
 * Settings: what was said is a list of entries in the order it was said, so the last one for a key
 * holds. Reading is inih's; its lines are counted here, since Debian's build does not tell them.
 */
#include "common/config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/config_value.h"

enum {
    MEMORY = 8 * 1024 * 1024, /* all entries at their longest take a third of it */
    OTHER_SECTIONS = 32,      /* there are six daemons and a few shared sections */
    NAME_BYTES = 49,          /* inih cuts longer ones */
};

#define PREFIX "GRUPPSTOD_"

struct entry {
    const char *section, *name, *value;
    const char *origin; /* "file:line", "environment GRUPPSTOD_X_Y", "option --set" */
};

struct config {
    struct arena *arena;
    size_t count, other_count;
    const char *other_sections[OTHER_SECTIONS];
    struct entry entries[CONFIG_ENTRIES];
};

struct config *config_new(void)
{
    struct config *config = calloc(1, sizeof *config);

    CHECK(config);
    config->arena = arena_new(MEMORY);
    return config;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    arena_free(config->arena);
    free(config);
}

static bool has_control(const char *value)
{
    for (; *value; value++)
        if ((unsigned char)*value < 0x20 || *value == 0x7f)
            return true;
    return false;
}

static char *keep(struct config *config, const char *string)
{
    return arena_copy(config->arena, string, strlen(string));
}

static bool add(struct config *config, const struct entry *said, struct error *error)
{
    if (config->count == CONFIG_ENTRIES)
        return error_set(
            error, ERROR_INPUT, "%s: more than %d settings", said->origin, CONFIG_ENTRIES);
    if (strlen(said->value) > CONFIG_TEXT || strlen(said->origin) > CONFIG_TEXT)
        return error_set(error, ERROR_INPUT, "%.150s: the value is longer than %d bytes",
            said->origin, CONFIG_TEXT);
    if (strlen(said->section) > NAME_BYTES || strlen(said->name) > NAME_BYTES ||
        has_control(said->section) || has_control(said->name))
        return error_set(error, ERROR_INPUT, "%.150s: that is no name of a setting", said->origin);
    if (has_control(said->value))
        return error_set(error, ERROR_INPUT, "%s: %s.%s has a control character", said->origin,
            said->section, said->name);
    config->entries[config->count++] = (struct entry){keep(config, said->section),
        keep(config, said->name), keep(config, said->value), keep(config, said->origin)};
    return true;
}

struct reading {
    struct config *config;
    FILE *file;
    const char *path;
    int line;
    size_t first; /* of this file's entries */
    bool failed;
    struct error *error;
};

static char *refuse(struct reading *reading, const char *what)
{
    reading->failed = true;
    error_set(reading->error, ERROR_INPUT, "%s:%d: %s", reading->path, reading->line, what);
    return NULL;
}

/* One line into `string`, without what stands before it: inih would take an indented line for more
 * of the value above. */
static char *read_line(char *string, int size, void *data)
{
    struct reading *reading = data;
    int length = 0, c = 0;

    if (reading->failed)
        return NULL;
    reading->line++;
    while (length < size - 1 && c != '\n' && (c = getc(reading->file)) != EOF) {
        if ((c < 0x20 && !isspace(c)) || c == 0x7f)
            return refuse(reading, "a control character");
        if (length || !isspace(c) || c == '\n')
            string[length++] = (char)c;
    }
    string[length] = '\0';
    if (ferror(reading->file))
        return refuse(reading, "cannot be read");
    if (length == size - 1 && c != '\n')
        return refuse(reading, "the line is longer than 198 bytes");
    return length ? string : NULL;
}

static const struct entry *said_before(
    const struct reading *reading, const char *section, const char *name)
{
    const struct config *config = reading->config;

    for (size_t i = reading->first; i < config->count; i++)
        if (strcmp(config->entries[i].section, section) == 0 &&
            strcmp(config->entries[i].name, name) == 0)
            return &config->entries[i];
    return NULL;
}

static int take_line(void *data, const char *section, const char *name, const char *value)
{
    struct reading *reading = data;
    char origin[CONFIG_TEXT + 1];

    if (reading->failed)
        return 0;
    snprintf(origin, sizeof origin, "%s:%d", reading->path, reading->line);
    const struct entry *before = said_before(reading, section, name);
    if (before)
        reading->failed = !error_set(reading->error, ERROR_INPUT, "%s: %s.%s stands at %s already",
            origin, section, name, before->origin);
    else
        reading->failed =
            !add(reading->config, &(struct entry){section, name, value, origin}, reading->error);
    return !reading->failed;
}

static bool read_file(struct config *config, const char *path, struct error *error)
{
    struct reading reading = {
        .config = config, .path = path, .first = config->count, .error = error};

    reading.file = fopen(path, "re");
    if (!reading.file)
        return error_set(error, errno == ENOENT ? ERROR_ABSENT : ERROR_INPUT, "opening %s: %s",
            path, strerror(errno));
    const int bad_line = ini_parse_stream(read_line, &reading, take_line, &reading);
    fclose(reading.file);
    if (reading.failed)
        return false;
    if (bad_line)
        return error_set(
            error, ERROR_INPUT, "%s:%d: neither [section] nor name = value", path, bad_line);
    return true;
}

static int is_ini(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);

    return entry->d_name[0] != '.' && length > 4 && strcmp(entry->d_name + length - 4, ".ini") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* the same in every locale */
}

static bool read_folder(struct config *config, const char *folder, struct error *error)
{
    struct dirent **found;
    bool read = true;
    const int count = scandir(folder, &found, is_ini, by_name);

    if (count < 0)
        return errno == ENOENT ||
               error_set(error, ERROR_INPUT, "opening %s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        read = read && read_file(config,
                           arena_format(config->arena, "%s/%s", folder, found[i]->d_name), error);
        free(found[i]);
    }
    free(found);
    return read;
}

bool config_read(struct config *config, const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    const int folder = slash ? (int)(slash - path + 1) : 0;

    if (strlen(path) > CONFIG_TEXT / 2)
        return error_set(error, ERROR_INPUT, "the path of the settings is too long");
    return read_file(config, path, error) &&
           read_folder(config, arena_format(config->arena, "%.*sconf.d", folder, path), error);
}

/* Variables of this project that say where things are, and are no settings. */
static bool is_no_setting(const char *name)
{
    static const char *const exceptions[] = {
        "VAR", "PORT", "SHARED", "CONFIG", "INSTANCE", "REFERRALS", "PG_BIN", "RELEASE"};

    for (size_t i = 0; i < COUNT(exceptions); i++)
        if (strcmp(name, exceptions[i]) == 0)
            return true;
    return strncmp(name, "TEST_", 5) == 0;
}

static bool add_variable(struct config *config, const char *variable, struct error *error)
{
    char name[2 * NAME_BYTES + 2], origin[sizeof name + 32];
    const size_t length = strcspn(variable, "=");

    if (length >= sizeof name)
        return error_set(error, ERROR_INPUT, "%s%.60s...: too long a name", PREFIX, variable);
    snprintf(name, sizeof name, "%.*s", (int)length, variable);
    snprintf(origin, sizeof origin, "environment %s%s", PREFIX, name);
    if (is_no_setting(name))
        return true;
    char *split = strchr(name, '_');
    if (!split)
        return error_set(error, ERROR_INPUT, "%s: not of the form %sSECTION_KEY", origin, PREFIX);
    *split = '\0';
    for (size_t i = 0; i < length; i++)
        name[i] = (char)tolower((unsigned char)name[i]);
    const char *value = variable[length] ? variable + length + 1 : "";
    return add(config, &(struct entry){name, split + 1, value, origin}, error);
}

bool config_environment(struct config *config, char *const *environment, struct error *error)
{
    for (; *environment; environment++)
        if (strncmp(*environment, PREFIX, strlen(PREFIX)) == 0 &&
            !add_variable(config, *environment + strlen(PREFIX), error))
            return false;
    return true;
}

bool config_set(struct config *config, const char *assignment, struct error *error)
{
    const size_t section = strcspn(assignment, ".="), whole = strcspn(assignment, "=");

    if (section == 0 || section + 1 >= whole || !assignment[whole] || whole > 2 * NAME_BYTES)
        return error_set(error, ERROR_INPUT,
            "option --set %.60s: not of the form section.key=value", assignment);
    const char *name = assignment + section + 1;
    const struct entry said = {arena_copy(config->arena, assignment, section),
        arena_copy(config->arena, name, whole - section - 1), assignment + whole + 1,
        "option --set"};
    return add(config, &said, error);
}

static const struct entry *find(const struct config *config, const char *section, const char *name)
{
    for (size_t i = config->count; i-- > 0;)
        if (strcmp(config->entries[i].name, name) == 0 &&
            strcmp(config->entries[i].section, section) == 0)
            return &config->entries[i];
    return NULL;
}

bool config_find(const struct config *config, const char *section, const char *name,
    const char **value, const char **origin)
{
    const struct entry *entry = find(config, section, name);

    if (!entry)
        return false;
    *value = entry->value;
    *origin = entry->origin;
    return true;
}

static bool read_key(const struct config *config, const struct conf_key *key,
    struct conf_value *value, struct error *error)
{
    const struct entry *entry = find(config, key->section, key->name);
    struct error why;

    if (!entry && !key->fallback)
        return error_set(
            error, ERROR_INPUT, "%s.%s is not set: %s", key->section, key->name, key->help);
    const char *said = entry ? entry->value : key->fallback;
    if (conf_value_read(key, said, value, &why))
        return true;
    return error_set(error, ERROR_INPUT, "%s: %s.%s = %.60s: %s",
        entry ? entry->origin : "built-in", key->section, key->name, said, why.text);
}

bool config_apply(struct config *config, const struct conf_key *keys, size_t count, void *settings,
    struct error *error)
{
    struct conf_value *values = arena_array(config->arena, count, sizeof *values);

    for (size_t i = 0; i < count; i++) {
        CHECK(!strchr(keys[i].section, '_')); /* the environment could not say it */
        if (!read_key(config, &keys[i], &values[i], error))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        conf_value_store(&keys[i], &values[i], settings);
    return true;
}

void config_allow_section(struct config *config, const char *section)
{
    CHECK(config->other_count < OTHER_SECTIONS);
    config->other_sections[config->other_count++] = keep(config, section);
}

static bool is_other_section(const struct config *config, const char *section)
{
    for (size_t i = 0; i < config->other_count; i++)
        if (strcmp(config->other_sections[i], section) == 0)
            return true;
    return false;
}

/* The known key that takes the fewest strokes to make of what was written; 0 = that key itself. */
static const struct conf_key *nearest(const struct entry *entry,
    const struct conf_key *const *tables, const size_t *counts, size_t table_count, size_t *strokes)
{
    const struct conf_key *best = NULL;
    char written[2 * NAME_BYTES + 2], known[2 * NAME_BYTES + 2];

    snprintf(written, sizeof written, "%s.%s", entry->section, entry->name);
    *strokes = SIZE_MAX;
    for (size_t t = 0; t < table_count; t++) {
        for (size_t i = 0; i < counts[t]; i++) {
            snprintf(known, sizeof known, "%s.%s", tables[t][i].section, tables[t][i].name);
            const size_t distance = conf_value_strokes(written, known);
            if (distance < *strokes) {
                *strokes = distance;
                best = &tables[t][i];
            }
        }
    }
    return best;
}

bool config_check_unknown(struct config *config, const struct conf_key *const *tables,
    const size_t *counts, size_t table_count, struct error *error)
{
    for (size_t e = 0; e < config->count; e++) {
        const struct entry *entry = &config->entries[e];
        const size_t length = strlen(entry->section) + 1 + strlen(entry->name);
        size_t strokes;

        if (is_other_section(config, entry->section))
            continue;
        const struct conf_key *near = nearest(entry, tables, counts, table_count, &strokes);
        if (near && strokes == 0)
            continue;
        /* Further off than a third of the name it is no slip of the pen. */
        if (near && strokes <= length / 3)
            return error_set(error, ERROR_INPUT, "%s: %s.%s is unknown; did you mean %s.%s?",
                entry->origin, entry->section, entry->name, near->section, near->name);
        return error_set(
            error, ERROR_INPUT, "%s: %s.%s is unknown", entry->origin, entry->section, entry->name);
    }
    return true;
}

static void show_key(FILE *out, const struct config *config, const struct conf_key *key)
{
    const struct entry *entry = find(config, key->section, key->name);
    const char *value = entry ? entry->value : key->fallback;

    if (value)
        fprintf(out, "%s.%s = %s  # %s\n", key->section, key->name, value,
            entry ? entry->origin : "default");
    else
        fprintf(out, "%s.%s  # not set\n", key->section, key->name);
}

struct text config_show(const struct config *config, const struct conf_key *const *tables,
    const size_t *counts, size_t table_count, struct arena *arena)
{
    char *shown = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&shown, &length);

    CHECK(out);
    for (size_t t = 0; t < table_count; t++)
        for (size_t i = 0; i < counts[t]; i++)
            show_key(out, config, &tables[t][i]);
    CHECK(fclose(out) == 0);
    const struct text text = {arena_copy(arena, shown, length), length};
    free(shown);
    return text;
}
