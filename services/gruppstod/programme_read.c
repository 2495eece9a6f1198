/*
 * Fields are asked for by name, with their limits; a fault is noted with the path of the field, and
 * reading goes on with something harmless in its place. A field that nobody asked for is a fault
 * too: it is most often one that was misspelt.
 */
#include "services/gruppstod/programme_read.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "common/store.h"
#include "services/planner/instance_inside.h"

enum { TEXT_MOST = 200, PATH_MOST = 160, ASKED_MOST = 24, LIST_MOST = 40 };

struct place { /* one object of the file */
    struct arena *arena;
    struct programme_file *file;
    const json_t *record;
    const char *path;
    const char *asked[ASKED_MOST];
    size_t asked_count;
};

__attribute__((format(printf, 3, 4))) static void wrong(
    struct place *place, const char *field, const char *format, ...)
{
    struct programme_file *file = place->file;
    char sentence[TEXT_MOST];
    va_list arguments;

    if (file->fault_count == PROGRAMME_FAULTS_MOST)
        return;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    file->faults[file->fault_count++] = arena_format(place->arena, "%s%s%s: %s", place->path,
        *place->path && *field ? "." : "", field, sentence);
}

/* The field, or NULL where it is absent or null. */
static const json_t *get(struct place *place, const char *field)
{
    CHECK(place->asked_count < ASKED_MOST);
    place->asked[place->asked_count++] = field;
    const json_t *value = json_object_get(place->record, field);
    return json_is_null(value) ? NULL : value;
}

static const json_t *need(struct place *place, const char *field)
{
    const json_t *value = get(place, field);

    if (!value)
        wrong(place, field, "it is missing");
    return value;
}

/* An object inside this one; where there is none it is read as an empty one, without more faults
 * than that it is missing. */
static struct place inside(struct place *place, const char *field, const json_t *value)
{
    struct place in = {.arena = place->arena,
        .file = place->file,
        .record = value,
        .path = arena_format(place->arena, "%s%s%s", place->path, *place->path ? "." : "", field)};

    if (value && !json_is_object(value)) {
        wrong(place, field, "an object is wanted");
        in.record = NULL;
    }
    return in;
}

/* What the object holds beyond what was asked for. */
static void refuse_others(struct place *place)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)place->record, key, value)
    {
        bool asked = false;

        for (size_t i = 0; i < place->asked_count; i++)
            asked = asked || strcmp(place->asked[i], key) == 0;
        if (!asked)
            wrong(place, arena_format(place->arena, "%.60s", key), "there is no such field");
    }
}

static int64_t number_of(
    struct place *place, const char *field, const json_t *value, int64_t least, int64_t most)
{
    if (!value)
        return least;
    if (!json_is_integer(value)) {
        wrong(place, field, "a whole number is wanted");
        return least;
    }
    const int64_t number = json_integer_value(value);
    if (number >= least && number <= most)
        return number;
    wrong(place, field, "%lld is not within %lld to %lld", (long long)number, (long long)least,
        (long long)most);
    return least;
}

static int64_t number(struct place *place, const char *field, int64_t least, int64_t most)
{
    return number_of(place, field, need(place, field), least, most);
}

static bool truth(struct place *place, const char *field)
{
    const json_t *value = get(place, field);

    if (value && !json_is_boolean(value))
        wrong(place, field, "true or false is wanted");
    return json_is_true(value);
}

static struct text text_value(
    struct place *place, const char *field, const json_t *value, size_t most)
{
    const size_t length = json_string_length(value);

    if (!value)
        return (struct text){NULL, 0};
    if (!json_is_string(value) || length == 0 || length > most) {
        wrong(place, field, "a text of 1 to %zu bytes is wanted", most);
        return (struct text){NULL, 0};
    }
    return (struct text){arena_copy(place->arena, json_string_value(value), length), length};
}

static struct text text(struct place *place, const char *field, size_t most)
{
    return text_value(place, field, need(place, field), most);
}

/* One of some words with a space between; the first where the field is wrong, or absent and not
 * needed. */
static struct text word(struct place *place, const char *field, const char *words, bool needed)
{
    const json_t *value = needed ? need(place, field) : get(place, field);
    const char *said = json_string_value(value);
    const size_t first = strcspn(words, " ");
    const char *at = words;

    while (said && *at) {
        const size_t length = strcspn(at, " ");
        if (strlen(said) == length && memcmp(said, at, length) == 0)
            return (struct text){arena_copy(place->arena, at, length), length};
        at += length + (at[length] != '\0');
    }
    if (value)
        wrong(place, field, "one of these is wanted: %s", words);
    return (struct text){arena_copy(place->arena, words, first), first};
}

static int32_t day(struct place *place, const char *field)
{
    const struct text said = text(place, field, DATE_TEXT);
    int32_t day = DAY_ABSENT;

    if (said.data && !date_parse(said, &day))
        wrong(place, field, "%s is not a day that exists, YYYY-MM-DD", said.data);
    return day;
}

/* A list of objects; NULL, which counts as empty, where it is not there. */
static const json_t *list(struct place *place, const char *field, bool needed, size_t most)
{
    const json_t *value = needed ? need(place, field) : get(place, field);

    if (!value)
        return NULL;
    if (!json_is_array(value) || (needed && json_array_size(value) == 0)) {
        wrong(place, field, needed ? "a list of at least one is wanted" : "a list is wanted");
        return NULL;
    }
    if (json_array_size(value) > most) {
        wrong(place, field, "%zu are too many; %zu is the most", json_array_size(value), most);
        return NULL;
    }
    return value;
}

static struct place item(struct place *place, const char *field, const json_t *items, size_t i)
{
    return inside(place, arena_format(place->arena, "%s[%zu]", field, i), json_array_get(items, i));
}

/* --- the parts of a version --- */

static void read_meeting(struct place *at, struct programme_told *told, struct text *themes,
    struct text *things, int64_t *joint)
{
    const size_t i = told->meeting_count++;

    themes[i] = text(at, "theme", 120);
    things[i] = text_value(at, "bring", get(at, "bring"), TEXT_MOST);
    if (truth(at, "joint"))
        joint[told->joint_count++] = (int64_t)i + 1;
    for (size_t j = 0; j < i && themes[i].data; j++)
        if (text_equal(themes[j], themes[i]))
            wrong(at, "theme", "meeting %zu has the same theme", j + 1);
    refuse_others(at);
}

static void read_meetings(struct place *place, struct programme_told *told)
{
    const json_t *meetings = list(place, "meetings", true, PROGRAMME_MEETINGS_MOST);
    const size_t count = json_array_size(meetings);
    struct text *themes = ARENA_ARRAY(place->arena, struct text, count);
    struct text *things = ARENA_ARRAY(place->arena, struct text, count);
    int64_t *joint = ARENA_ARRAY(place->arena, int64_t, count);

    for (size_t i = 0; i < count; i++) {
        struct place at = item(place, "meetings", meetings, i);
        read_meeting(&at, told, themes, things, joint);
    }
    told->themes = themes;
    told->things = things;
    told->joint = joint;
}

static void read_ages(struct place *place, struct programme_told *told)
{
    const json_t *ages = list(place, "ages", true, LIST_MOST);
    struct programme_ages *read =
        ARENA_ARRAY(place->arena, struct programme_ages, json_array_size(ages));

    for (size_t i = 0; i < json_array_size(ages); i++) {
        struct place at = item(place, "ages", ages, i);
        read[i].from = number(&at, "from", 0, 20);
        read[i].to = number(&at, "to", 0, 20);
        if (read[i].to < read[i].from)
            wrong(&at, "to", "it lies before from");
        for (size_t j = 0; j < i; j++)
            if (read[j].from == read[i].from)
                wrong(&at, "from", "there is a band from %d already", (int)read[i].from);
        refuse_others(&at);
    }
    told->ages = read;
    told->age_count = json_array_size(ages);
}

/* "08-25" -> 825; the leap day is no day of every year. */
static int64_t day_of_year(struct place *place, const char *field)
{
    const struct text said = text(place, field, 5);
    int32_t day = DAY_ABSENT;

    if (!said.data)
        return 101;
    if (!date_parse(text_of(arena_format(place->arena, "2027-%s", said.data)), &day)) {
        wrong(place, field, "%s is not a day of every year, MM-DD", said.data);
        return 101;
    }
    return date_to_civil(day).month * 100 + date_to_civil(day).day;
}

static void read_windows(struct place *place, struct programme_told *told)
{
    const json_t *windows = list(place, "start_windows", false, LIST_MOST);
    struct programme_window *read =
        ARENA_ARRAY(place->arena, struct programme_window, json_array_size(windows));

    for (size_t i = 0; i < json_array_size(windows); i++) {
        struct place at = item(place, "start_windows", windows, i);
        read[i].opens = day_of_year(&at, "opens");
        read[i].closes = day_of_year(&at, "closes");
        if (read[i].closes < read[i].opens)
            wrong(&at, "closes", "it lies before opens: write a window over New Year as two");
        for (size_t j = 0; j < i; j++)
            if (read[j].opens == read[i].opens)
                wrong(&at, "opens", "another window opens on the same day");
        refuse_others(&at);
    }
    told->windows = read;
    told->window_count = json_array_size(windows);
}

static void read_children(struct place *place, struct programme_told *told)
{
    struct place at = inside(place, "children", need(place, "children"));

    if (!at.record)
        return;
    told->least = number(&at, "least", 1, 40);
    told->margin = number_of(&at, "margin", get(&at, "margin"), 0, 20);
    told->most = number(&at, "most", 1, 40);
    if (told->most < told->least)
        wrong(&at, "most", "it is less than least");
    if (text_is(told->format, "individual") && told->most != 1)
        wrong(&at, "most", "individual talks are for one child");
    refuse_others(&at);
}

static void read_parents(struct place *place, struct programme_told *told)
{
    struct place at = inside(place, "parents", need(place, "parents"));

    if (!at.record)
        return;
    told->parents = word(&at, "group", "no optional yes", true);
    const bool none = text_is(told->parents, "no");
    told->parent_leaders = number_of(&at, "leaders", get(&at, "leaders"), 0, 2);
    if (none && told->parent_leaders > 0)
        wrong(&at, "leaders", "there is no parent group to lead");
    if (!none && told->parent_leaders == 0)
        wrong(&at, "leaders", "a parent group has one or two leaders");
    if (!none && text_is(told->format, "individual"))
        wrong(&at, "group", "individual talks have no parent group");
    refuse_others(&at);
}

static void read_leaders(struct place *place, struct programme_told *told)
{
    struct place at = inside(place, "leaders", need(place, "leaders"));

    if (!at.record)
        return;
    told->level = word(&at, "level", "basic deeper specialist", true);
    told->shared_employers = truth(&at, "shared_employers");
    refuse_others(&at);
}

static void read_entry(struct place *place, struct programme_told *told)
{
    struct place at = inside(place, "entry", need(place, "entry"));

    if (!at.record)
        return;
    told->entry = word(&at, "kind", "closed open", true);
    told->entry_meeting = number(&at, "last_meeting", 1, PROGRAMME_MEETINGS_MOST);
    if (told->meeting_count > 0 && told->entry_meeting > (int64_t)told->meeting_count)
        wrong(&at, "last_meeting", "there are only %zu meetings", told->meeting_count);
    refuse_others(&at);
}

static void read_intake(struct place *place, struct programme_told *told)
{
    struct place at = inside(place, "intake", get(place, "intake"));

    told->intake = TEXT("ours");
    told->quota = INT_ABSENT;
    if (!at.record)
        return;
    told->intake = word(&at, "kind", "ours theirs quota", true);
    const json_t *quota = get(&at, "quota");
    if (text_is(told->intake, "quota"))
        told->quota = number_of(&at, "quota", quota, 1, told->most > 0 ? told->most : 40);
    if (text_is(told->intake, "quota") != (quota != NULL))
        wrong(&at, "quota", quota ? "only an intake by quota has one" : "it is missing");
    refuse_others(&at);
}

static void read_approval(struct place *place, struct programme_told *told)
{
    struct place at = inside(place, "approved", get(place, "approved"));

    told->approved_on = DAY_ABSENT;
    if (!at.record)
        return;
    told->approved_by = text(&at, "by", 80);
    told->approved_on = day(&at, "on");
    if (told->approved_on != DAY_ABSENT && told->valid_from != DAY_ABSENT &&
        told->approved_on > told->valid_from)
        wrong(&at, "on", "it lies after valid_from: what is not approved cannot hold");
    refuse_others(&at);
}

static void read_version(struct place *at, struct programme_told *told)
{
    told->version = number(at, "number", 1, 1000);
    told->valid_from = day(at, "valid_from");
    read_approval(at, told);
    told->minutes = number(at, "minutes", 30, 240);
    read_meetings(at, told);
    read_ages(at, told);
    read_children(at, told);
    read_leaders(at, told);
    read_parents(at, told);
    read_entry(at, told);
    told->meets_before = truth(at, "meets_before");
    read_windows(at, told);
    read_intake(at, told);
    told->documentation = word(at, "documentation", "identified pseudonymous none", true);
    refuse_others(at);
}

/* --- a programme --- */

static void read_board(struct place *place, struct programme_told *told)
{
    struct place at = inside(place, "board", get(place, "board"));

    if (!at.record)
        return;
    told->board_needed = truth(&at, "needed");
    const json_t *decisions = list(&at, "decisions", false, LIST_MOST);
    struct programme_decision *read =
        ARENA_ARRAY(place->arena, struct programme_decision, json_array_size(decisions));
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        struct place one = item(&at, "decisions", decisions, i);
        read[i].number = text(&one, "number", 40);
        read[i].decided_on = day(&one, "decided_on");
        refuse_others(&one);
    }
    told->decisions = read;
    told->decision_count = json_array_size(decisions);
    refuse_others(&at);
}

static void read_programme(struct place *at, struct programme_told *told)
{
    told->name = text(at, "name", 80);
    told->situation = word(at, "situation", "substance mental violence separation", true);
    told->format = word(at, "format", "group individual", true);
    told->made_up = truth(at, "made_up");
    read_board(at, told);
    struct place version = inside(at, "version", need(at, "version"));
    if (version.record)
        read_version(&version, told);
    refuse_others(at);
}

static void read_all(struct place *root)
{
    struct programme_file *file = root->file;

    word(root, "format", "gruppstod-programmes/1", true);
    const json_t *programmes = list(root, "programmes", true, PROGRAMMES_MOST);
    struct programme_told *told =
        ARENA_ARRAY(root->arena, struct programme_told, json_array_size(programmes));
    for (size_t i = 0; i < json_array_size(programmes); i++) {
        struct place at = item(root, "programmes", programmes, i);
        if (at.record)
            read_programme(&at, &told[i]);
        for (size_t j = 0; j < i && told[i].name.data; j++)
            if (text_equal(told[j].name, told[i].name) && told[j].version == told[i].version)
                wrong(&at, "name", "programmes[%zu] has the same name and version", j);
        file->count++;
    }
    file->programmes = told;
    refuse_others(root);
}

bool programme_read(struct arena *arena, const char *json, size_t length,
    struct programme_file *file, struct error *error)
{
    json_error_t where;

    *file = (struct programme_file){0};
    if (!instance_scan(json, length, error))
        return false;
    json_t *document = json_loadb(json, length, JSON_REJECT_DUPLICATES, &where);
    if (!document)
        return error_set(error, ERROR_INPUT, "the file: line %d: %s", where.line, where.text);
    struct place root = {.arena = arena, .file = file, .record = document, .path = ""};
    if (json_is_object(document))
        read_all(&root);
    else
        wrong(&root, "the file", "an object is wanted");
    json_decref(document);
    return true;
}
