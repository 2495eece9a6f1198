/* The families' mailbox: letters in the outlet's folder, read as a mail program would. Whose letter
 * it is, its subject's code tells. */
#include <dirent.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "services/gruppstod/demo.h"

enum { NAME_MOST = 60 };

/* Names of the letters that were read, in order; kept for the whole run. */
static struct {
    char (*names)[NAME_MOST];
    size_t count, room;
} seen;

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool was_seen(const char *name, size_t sorted)
{
    return sorted && bsearch(name, seen.names, sorted, NAME_MOST, by_name);
}

static void note(const char *name)
{
    if (seen.count == seen.room) {
        seen.room = seen.room ? 2 * seen.room : 1024;
        seen.names = memory_grow(seen.names, seen.room * NAME_MOST);
    }
    snprintf(seen.names[seen.count++], NAME_MOST, "%s", name);
}

struct mailbox {
    struct demo *demo;
    struct arena *arena;
    struct demo_letter *letters;
    size_t count, room;
};

static bool child_of(const struct demo *demo, const char *code, size_t length, size_t *child)
{
    for (size_t i = 0; i < demo->count; i++)
        if (strlen(demo->children[i].code) == length && length > 0 &&
            memcmp(demo->children[i].code, code, length) == 0) {
            *child = i;
            return true;
        }
    return false;
}

/* The code is one of the words of the subject. */
static bool whose(const struct demo *demo, const char *subject, size_t *child)
{
    for (const char *word = subject; *word;) {
        const size_t length = strcspn(word, " ,.:");
        if (child_of(demo, word, length, child))
            return true;
        word += length;
        word += strspn(word, " ,.:");
    }
    return false;
}

static void add_letter(struct mailbox *box, size_t child, const char *text)
{
    const char *link = strstr(text, "http");
    const size_t length = link ? strcspn(link, " \r\n\t<>") : 0;

    if (!link || !memmem(link, length, "/svar/", 6))
        return;
    if (box->count == box->room) {
        struct demo_letter *more =
            ARENA_ARRAY(box->arena, struct demo_letter, box->room ? 2 * box->room : 64);
        if (box->count)
            memcpy(more, box->letters, box->count * sizeof *more);
        box->room = box->room ? 2 * box->room : 64;
        box->letters = more;
    }
    box->letters[box->count++] = (struct demo_letter){child, arena_copy(box->arena, link, length)};
}

static void read_plain(GMimeObject *parent, GMimeObject *part, gpointer data)
{
    char **text = data;

    (void)parent;
    if (!*text && GMIME_IS_TEXT_PART(part) &&
        g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", "plain"))
        *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
}

static void read_message(struct mailbox *box, GMimeMessage *message)
{
    const char *subject = g_mime_message_get_subject(message);
    char *text = NULL;
    size_t child;

    if (!subject || !whose(box->demo, subject, &child))
        return;
    g_mime_message_foreach(message, read_plain, &text);
    if (text)
        add_letter(box, child, text);
    g_free(text);
}

static bool read_letter(struct mailbox *box, const char *name, struct error *error)
{
    const char *path = arena_format(box->arena, "%s/%s", box->demo->mail, name);
    FILE *file = fopen(path, "re");
    GMimeStream *stream = file ? g_mime_stream_file_new(file) : NULL;

    if (!stream)
        return error_set(error, ERROR_ABSENT, "cannot read %s", path);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream); /* closes the file */
    if (!message)
        return error_set(error, ERROR_INPUT, "%s is no letter", path);
    read_message(box, message);
    g_object_unref(message);
    return true;
}

static bool is_letter(const char *name)
{
    const size_t length = strlen(name);

    return name[0] != '.' && length > 4 && length < NAME_MOST &&
           strcmp(name + length - 4, ".eml") == 0;
}

bool demo_fetch_mail(struct demo *demo, struct arena *arena, struct demo_letter **letters,
    size_t *count, struct error *error)
{
    struct mailbox box = {.demo = demo, .arena = arena};
    DIR *folder = opendir(demo->mail);
    const size_t sorted = seen.count;
    bool good = true;

    if (!folder)
        return error_set(error, ERROR_ABSENT, "cannot look into %s", demo->mail);
    g_mime_init();
    for (struct dirent *entry; good && (entry = readdir(folder));) {
        if (!is_letter(entry->d_name) || was_seen(entry->d_name, sorted))
            continue;
        good = read_letter(&box, entry->d_name, error);
        note(entry->d_name);
    }
    closedir(folder);
    if (seen.count)
        qsort(seen.names, seen.count, NAME_MOST, by_name);
    *letters = box.letters;
    *count = box.count;
    return good;
}
