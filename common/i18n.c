/* Languages and their hash tables, read once; looking up takes no lock. */
#include "common/i18n.h"

#include <stdint.h>
#include <strings.h>

#include "common/check.h"
#include "common/i18n_inside.h"
#include "common_pages.h"

/* 40 files of 2 MiB with their tables; ours are 100 KiB each. */
#define MEMORY_MOST (256UL * 1024 * 1024)

struct i18n {
    struct arena *arena;
    size_t count;
    struct language languages[I18N_LANGUAGES_MOST];
    struct language shared[I18N_LANGUAGES_MOST]; /* the texts that all programs have, beside them */
};

/* The city's languages with their own names and directions (shared/data/languages.csv). */
static const struct language known[] = {
    {.code = "sv", .tag = "sv", .direction = "ltr", .self_name = "Svenska"},
    {.code = "lattlast", .tag = "sv", .direction = "ltr", .self_name = "Lättläst"},
    {.code = "ar", .tag = "ar", .direction = "rtl", .self_name = "العربية"},
    {.code = "so", .tag = "so", .direction = "ltr", .self_name = "Soomaali"},
    {.code = "en", .tag = "en", .direction = "ltr", .self_name = "English"},
    {.code = "es", .tag = "es", .direction = "ltr", .self_name = "Español"},
    {.code = "fa", .tag = "fa", .direction = "rtl", .self_name = "فارسی"},
    {.code = "kmr", .tag = "kmr", .direction = "ltr", .self_name = "Kurdî"},
    {.code = "ckb", .tag = "ckb", .direction = "rtl", .self_name = "کوردی"},
    {.code = "ti", .tag = "ti", .direction = "ltr", .self_name = "ትግርኛ"},
    {.code = "pl", .tag = "pl", .direction = "ltr", .self_name = "Polski"},
    {.code = "tr", .tag = "tr", .direction = "ltr", .self_name = "Türkçe"},
    {.code = "sr", .tag = "sr", .direction = "ltr", .self_name = "Bosanski / Hrvatski / Srpski"},
    {.code = "fi", .tag = "fi", .direction = "ltr", .self_name = "Suomi"},
    {.code = "ru", .tag = "ru", .direction = "ltr", .self_name = "Русский"},
    {.code = "uk", .tag = "uk", .direction = "ltr", .self_name = "Українська"},
    {.code = "bn", .tag = "bn", .direction = "ltr", .self_name = "বাংলা"},
    {.code = "syr", .tag = "syr", .direction = "rtl", .self_name = "ܣܘܪܝܝܐ"},
    {.code = "sq", .tag = "sq", .direction = "ltr", .self_name = "Shqip"},
    {.code = "prs", .tag = "prs", .direction = "rtl", .self_name = "دری"},
    {.code = "ps", .tag = "ps", .direction = "rtl", .self_name = "پښتو"},
    {.code = "ur", .tag = "ur", .direction = "rtl", .self_name = "اردو"},
    {.code = "am", .tag = "am", .direction = "ltr", .self_name = "አማርኛ"},
    {.code = "zh", .tag = "zh", .direction = "ltr", .self_name = "中文"},
    {.code = "th", .tag = "th", .direction = "ltr", .self_name = "ไทย"},
    {.code = "el", .tag = "el", .direction = "ltr", .self_name = "Ελληνικά"},
    {.code = "rom", .tag = "rom", .direction = "ltr", .self_name = "Romani čhib"},
    {.code = "yi", .tag = "yi", .direction = "rtl", .self_name = "ייִדיש"},
    {.code = "se", .tag = "se", .direction = "ltr", .self_name = "Davvisámegiella"},
    {.code = "fit", .tag = "fit", .direction = "ltr", .self_name = "Meänkieli"},
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct text i18n_key(struct arena *arena, struct text text)
{
    char *key = arena_take(arena, text.length + 1);
    size_t length = 0;

    for (size_t i = 0; i < text.length; i++)
        if (!is_space(text.data[i]))
            key[length++] = text.data[i];
        else if (length > 0 && key[length - 1] != ' ')
            key[length++] = ' ';
    if (length > 0 && key[length - 1] == ' ')
        length--;
    key[length] = '\0';
    return (struct text){key, length};
}

/* FNV-1a. The keys are ours: nobody outside chooses them. */
static size_t hash(struct text key)
{
    uint64_t value = 0xcbf29ce484222325;

    for (size_t i = 0; i < key.length; i++)
        value = (value ^ (unsigned char)key.data[i]) * 0x100000001b3;
    return (size_t)(value ^ value >> 32);
}

static struct message *slot(const struct language *language, struct text key)
{
    size_t at = hash(key) & (language->room - 1);

    while (language->table[at].swedish.data && !text_equal(language->table[at].swedish, key))
        at = (at + 1) & (language->room - 1);
    return &language->table[at];
}

void i18n_add(struct language *language, struct message message)
{
    CHECK(++language->count <= language->room / 2);
    *slot(language, message.swedish) = message;
}

const struct message *i18n_lookup(const struct language *language, struct text key)
{
    const struct message *message = slot(language, key);

    return message->swedish.data ? message : NULL;
}

static const struct language *find_known(struct text code)
{
    for (size_t i = 0; i < COUNT(known); i++)
        if (text_is(code, known[i].code))
            return &known[i];
    return NULL;
}

/* A power of two that the file's entries fill at most half. */
static size_t room_for(const char *content)
{
    size_t entries = 1, room = 2;

    for (const char *at = content; (at = strstr(at, "msgid ")); at++)
        entries++;
    while (room < 2 * entries)
        room *= 2;
    return room;
}

/* The texts of common/pages in the same language; a program's own come first. */
static bool load_shared(struct i18n *i18n, const char *name, struct error *error)
{
    size_t count;
    const struct embedded_file *files = common_pages(&count);
    const struct embedded_file *file = embedded_find(files, count, name);
    struct language *language = &i18n->shared[i18n->count];

    if (!file)
        return true;
    language->room = room_for(file->content.data);
    language->table = ARENA_ARRAY(i18n->arena, struct message, language->room);
    return po_read(i18n->arena, name, file->content, language, error);
}

static bool load(struct i18n *i18n, const struct embedded_file *file, struct error *error)
{
    const struct text code = {file->name + 3, strlen(file->name) - 6};
    const struct language *as = find_known(code);
    unsigned twice;

    if (!as || strcmp(as->code, "sv") == 0)
        return error_set(error, ERROR_INPUT, "%s: not the code of a language we know", file->name);
    if (i18n->count == I18N_LANGUAGES_MOST || i18n_language(i18n, code, &twice))
        return error_set(error, ERROR_INPUT, "%s: one language too many", file->name);
    struct language *language = &i18n->languages[i18n->count];
    *language = *as;
    language->room = room_for(file->content.data);
    language->table = ARENA_ARRAY(i18n->arena, struct message, language->room);
    if (!po_read(i18n->arena, file->name, file->content, language, error) ||
        !load_shared(i18n, file->name, error))
        return false;
    i18n->count++;
    return true;
}

static bool is_po(const char *name)
{
    const size_t length = strlen(name);

    return length > 6 && strncmp(name, "po/", 3) == 0 && strcmp(name + length - 3, ".po") == 0;
}

struct i18n *i18n_open(const struct embedded_file *files, size_t count, struct error *error)
{
    struct arena *arena = arena_new(MEMORY_MOST);
    struct i18n *i18n = ARENA_NEW(arena, struct i18n);

    i18n->arena = arena;
    i18n->languages[0] = known[0];
    i18n->count = 1;
    for (size_t i = 0; i < count; i++)
        if (is_po(files[i].name) && !load(i18n, &files[i], error)) {
            arena_free(arena);
            return NULL;
        }
    return i18n;
}

void i18n_close(struct i18n *i18n)
{
    if (i18n)
        arena_free(i18n->arena);
}

size_t i18n_languages(const struct i18n *i18n)
{
    return i18n ? i18n->count : 1;
}

bool i18n_language(const struct i18n *i18n, struct text code, unsigned *language)
{
    for (unsigned i = 0; i < i18n->count; i++)
        if (text_is(code, i18n->languages[i].code)) {
            *language = i;
            return true;
        }
    return false;
}

/* "en-GB" is English here; a tag's case does not matter. */
static bool speaks(const struct language *language, struct text range)
{
    const size_t length = strlen(language->code);

    return range.length >= length && strncasecmp(range.data, language->code, length) == 0 &&
           (range.length == length || range.data[length] == '-');
}

/* ";q=0.8" as thousandths; 1000 without it, 0 when it is nonsense. */
static unsigned weight(struct text parameters)
{
    const char *q = parameters.data ? strcasestr(parameters.data, "q=") : NULL;
    unsigned thousandths = 0;

    if (!q || q >= parameters.data + parameters.length)
        return 1000;
    if (q[2] == '1')
        return 1000;
    if (q[2] != '0' || q[3] != '.')
        return 0;
    for (unsigned i = 0, unit = 100; i < 3 && q[4 + i] >= '0' && q[4 + i] <= '9'; i++, unit /= 10)
        thousandths += (unsigned)(q[4 + i] - '0') * unit;
    return thousandths;
}

unsigned i18n_accept(const struct i18n *i18n, struct text accept_language)
{
    const char *at = accept_language.data, *end = at ? at + accept_language.length : NULL;
    unsigned best = I18N_SV, best_weight = 0;

    while (at && at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
        const char *semicolon = memchr(at, ';', (size_t)(stop - at));
        while (at < stop && is_space(*at))
            at++;
        struct text range = {at, (size_t)((semicolon ? semicolon : stop) - at)};
        while (range.length && is_space(range.data[range.length - 1]))
            range.length--;
        const struct text parameters = {semicolon, semicolon ? (size_t)(stop - semicolon) : 0};
        const unsigned heavy = weight(parameters);
        for (unsigned i = 0; i < i18n->count && heavy > best_weight; i++)
            if (speaks(&i18n->languages[i], range)) {
                best = i;
                best_weight = heavy;
            }
        at = comma ? comma + 1 : end;
    }
    return best;
}

static const struct language *language_of(const struct i18n *i18n, unsigned language)
{
    CHECK(language < i18n_languages(i18n));
    return i18n ? &i18n->languages[language] : &known[0];
}

const char *i18n_code(const struct i18n *i18n, unsigned language)
{
    return language_of(i18n, language)->code;
}

const char *i18n_tag(const struct i18n *i18n, unsigned language)
{
    return language_of(i18n, language)->tag;
}

const char *i18n_direction(const struct i18n *i18n, unsigned language)
{
    return language_of(i18n, language)->direction;
}

const char *i18n_self_name(const struct i18n *i18n, unsigned language)
{
    return language_of(i18n, language)->self_name;
}

struct text i18n_find(const struct i18n *i18n, unsigned language, struct text swedish)
{
    const struct language *spoken = language_of(i18n, language);

    if (language == I18N_SV)
        return swedish;
    const struct message *message = i18n_lookup(spoken, swedish);
    if (!message && i18n->shared[language].table)
        message = i18n_lookup(&i18n->shared[language], swedish);
    return message ? message->translated : (struct text){NULL, 0};
}

struct text i18n_text(const struct i18n *i18n, unsigned language, const char *swedish)
{
    const struct text found = i18n_find(i18n, language, text_of(swedish));

    return found.data ? found : text_of(swedish);
}
