/*
 * A reader of .po files: msgid, msgstr, comments, fuzzy flags, strings over several lines.
 *
 * Plurals and contexts are refused, because pages avoid both: "antal: 3" needs no plural, and a
 * word with two meanings is written as two sentences.
 */
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/i18n.h"
#include "common/i18n_inside.h"
#include "common/urlform.h"

enum part { PART_NONE, PART_ID, PART_STR };

struct po {
    const char *name;
    int line;
    struct arena *arena;
    struct language *language;
    struct error *error;
    enum part part;
    bool fuzzy, next_fuzzy;
    char id[I18N_MESSAGE_MOST], str[I18N_MESSAGE_MOST];
    size_t id_length, str_length;
};

static bool refuse(struct po *po, const char *sentence)
{
    return error_set(po->error, ERROR_INPUT, "%s:%d: %s", po->name, po->line, sentence);
}

/* The letter after a backslash; 0 = not one of ours. */
static char escaped(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '"':
    case '\\':
        return letter;
    default:
        return 0;
    }
}

/* "..." to the end of the line, appended to what the last keyword started. */
static bool read_string(struct po *po, const char *at)
{
    char *to = po->part == PART_ID ? po->id : po->str;
    size_t *length = po->part == PART_ID ? &po->id_length : &po->str_length;

    at += strspn(at, " \t");
    if (*at++ != '"')
        return refuse(po, "expected a string in quotes");
    for (; *at && *at != '"'; at++) {
        char letter = *at;
        if (letter == '\\' && !(letter = escaped(*++at)))
            return refuse(po, "an escape other than \\n, \\t, \\\" and \\\\");
        if (*length == I18N_MESSAGE_MOST - 1)
            return refuse(po, "a text longer than 8 KiB");
        to[(*length)++] = letter;
    }
    if (*at != '"' || at[1 + strspn(at + 1, " \t\r")] != '\0')
        return refuse(po, "a string without its end, or something after it");
    return true;
}

/* The entry that was read so far goes into the table. */
static bool finish_entry(struct po *po)
{
    const struct text id = {po->id, po->id_length}, str = {po->str, po->str_length};

    if (po->part == PART_NONE)
        return true;
    if (po->part != PART_STR)
        return refuse(po, "a msgid without its msgstr before this line");
    po->part = PART_NONE;
    if (id.length == 0) {
        po->str[po->str_length] = '\0';
        return strcasestr(po->str, "charset=utf-8") || refuse(po, "the file must be in UTF-8");
    }
    const struct text key = i18n_key(po->arena, id);
    if (i18n_lookup(po->language, key))
        return refuse(po, "the entry before this line comes twice");
    if (po->fuzzy || str.length == 0)
        return true;
    i18n_add(po->language,
        (struct message){key, {arena_copy(po->arena, str.data, str.length), str.length}});
    return true;
}

static bool start_id(struct po *po, const char *rest)
{
    if (!finish_entry(po))
        return false;
    po->part = PART_ID;
    po->fuzzy = po->next_fuzzy;
    po->next_fuzzy = false;
    po->id_length = po->str_length = 0;
    return read_string(po, rest);
}

static bool read_line(struct po *po, const char *line)
{
    if (line[0] == '#') {
        if (line[1] == ',' && strstr(line, "fuzzy"))
            po->next_fuzzy = true;
        return true;
    }
    if (line[strspn(line, " \t\r")] == '\0')
        return true;
    if (strncmp(line, "msgid ", 6) == 0)
        return start_id(po, line + 6);
    if (strncmp(line, "msgstr ", 7) == 0) {
        if (po->part != PART_ID)
            return refuse(po, "a msgstr without its msgid");
        po->part = PART_STR;
        return read_string(po, line + 7);
    }
    if (line[0] == '"' && po->part != PART_NONE)
        return read_string(po, line);
    return refuse(
        po, "neither msgid, msgstr, string nor comment (plurals and contexts are not used)");
}

bool po_read(struct arena *arena, const char *name, struct text content, struct language *language,
    struct error *error)
{
    struct po *po = ARENA_NEW(arena, struct po);
    char *copy = arena_copy(arena, content.data, content.length), *next = copy;

    *po = (struct po){.name = name, .arena = arena, .language = language, .error = error};
    if (strlen(copy) != content.length)
        return refuse(po, "a NUL byte");
    while (next) {
        char *line = next, *stop = strchr(line, '\n');
        po->line++;
        if (stop)
            *stop = '\0';
        next = stop ? stop + 1 : NULL;
        if (!urlform_utf8(line, strlen(line)))
            return refuse(po, "not valid UTF-8");
        if (!read_line(po, line))
            return false;
    }
    return finish_entry(po);
}
