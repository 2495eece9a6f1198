/* The start and the end of intake: translations, templates, the lists of districts and languages.
 */
#include "services/intake/intake_start.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar.h"
#include "common/check.h"
#include "common/clock.h"
#include "common_pages.h"
#include "intake_pages.h"
#include "services/intake/intake_look_store.h"
#include "services/intake/intake_parts.h"

enum {
    TURNED_MS = 60000, /* more than two machines' clocks differ */
    LIST_MOST = 64,
    SLOTS_USUAL = 20 /* weekly times until they are read: 5 x 4 */
};

static struct intake_house self;
static struct arena *lists_arena;

const struct intake_house *intake_house(void)
{
    return &self;
}

const struct embedded_file *intake_file(const char *name)
{
    size_t own_count, common_count;
    const struct embedded_file *own = intake_pages(&own_count);
    const struct embedded_file *shared = common_pages(&common_count);
    const struct embedded_file *found = embedded_find(own, own_count, name);

    return found ? found : embedded_find(shared, common_count, name);
}

/* The next cell of a line; ends it with NUL. */
static char *cell(char **at)
{
    char *start = *at;

    *at += strcspn(*at, ";\n");
    if (**at)
        *(*at)++ = '\0';
    return start;
}

/* "key;name" or "key;name;name in its own language", one a line, the first line is the names. */
static size_t read_list(
    const char *file, struct list_entry *entries, struct text *keys, struct error *error)
{
    const struct embedded_file *found = intake_file(file);
    size_t count = 0;

    if (!found) {
        error_set(error, ERROR_ABSENT, "%s is missing", file);
        return 0;
    }
    char *at = arena_copy(lists_arena, found->content.data, found->content.length);
    at += strcspn(at, "\n") + 1;
    while (*at && count < LIST_MOST) {
        char *line = at;
        at += strcspn(at, "\n");
        if (*at)
            *at++ = '\0';
        entries[count].key = cell(&line);
        entries[count].name = cell(&line);
        entries[count].name_en = *line ? cell(&line) : entries[count].name;
        keys[count] = text_of(entries[count].key);
        count++;
    }
    return count;
}

static bool read_lists(struct error *error)
{
    struct list_entry *districts = ARENA_ARRAY(lists_arena, struct list_entry, LIST_MOST);
    struct list_entry *languages = ARENA_ARRAY(lists_arena, struct list_entry, LIST_MOST);
    struct text *district_keys = ARENA_ARRAY(lists_arena, struct text, LIST_MOST);
    struct text *language_keys = ARENA_ARRAY(lists_arena, struct text, LIST_MOST);

    self.lists.districts = districts;
    self.lists.languages = languages;
    self.lists.keys.districts = district_keys;
    self.lists.keys.languages = language_keys;
    self.lists.keys.slots = ((int64_t)1 << SLOTS_USUAL) - 1;
    self.lists.keys.district_count = read_list("districts.csv", districts, district_keys, error);
    self.lists.keys.language_count = read_list("languages.csv", languages, language_keys, error);
    return self.lists.keys.district_count && self.lists.keys.language_count;
}

static bool read_style(struct error *error)
{
    const struct embedded_file *style = intake_file("gruppstod.css");
    const struct embedded_file *printed = intake_file("material.css");
    uint8_t hash[16];

    if (!style || !printed)
        return error_set(error, ERROR_ABSENT, "gruppstod.css or material.css is missing");
    const char *both =
        arena_format(lists_arena, "%s%s", style->content.data, printed->content.data);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)both, strlen(both), NULL, 0);
    hex_encode(hash, 4, self.style);
    return true;
}

bool intake_read_slots(struct context *context, struct error *error)
{
    int64_t mask = 0;

    if (!intake_look_slots(context, self.slots, &self.slot_count, error))
        return error_while(error, "reading the weekly times");
    for (size_t i = 0; i < self.slot_count; i++)
        mask |= (int64_t)1 << self.slots[i].slot;
    if (mask)
        self.lists.keys.slots = mask;
    self.turned = context->now_ms - clock_now_ms() > TURNED_MS;
    return true;
}

/* The pages' own files, and after them those of the folder with more languages. */
static bool read_files(const struct embedded_file **files, size_t *count, struct error *error)
{
    const struct embedded_file *own = intake_pages(count), *more;
    size_t more_count;

    *files = own;
    if (!*self.settings->po_folder)
        return true;
    if (!embedded_load(lists_arena, self.settings->po_folder, &more, &more_count, error))
        return false;
    struct embedded_file *all = ARENA_ARRAY(lists_arena, struct embedded_file, *count + more_count);
    memcpy(all, own, *count * sizeof *all);
    memcpy(all + *count, more, more_count * sizeof *all);
    *files = all;
    *count += more_count;
    return true;
}

bool intake_start(
    const struct house *house, const struct intake_settings *settings, struct error *error)
{
    const struct embedded_file *files;
    size_t count;

    lists_arena = arena_new(16 << 20);
    self = (struct intake_house){.house = house, .settings = settings};
    if (!calendar_open(error))
        return error_while(error, "reading the zone of calendars");
    if (!read_lists(error) || !read_style(error))
        return error_while(error, "reading the pages");
    if (!read_files(&files, &count, error))
        return error_while(error, "reading more languages");
    self.i18n = i18n_open(files, count, error);
    if (!self.i18n)
        return error_while(error, "reading the translations");
    self.templates = template_set_open(files, count, self.i18n, error);
    return self.templates || error_while(error, "reading the pages");
}

void intake_end(void)
{
    calendar_close();
    template_set_close(self.templates);
    i18n_close(self.i18n);
    arena_free(lists_arena);
    self = (struct intake_house){.house = NULL};
    lists_arena = NULL;
}
