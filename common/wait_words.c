/* The sentences, and how the fullest one that can be said is found. */
#include "common/wait_words.h"

#include <stdlib.h>
#include <string.h>

#include "common/check.h"
#include "common/domain/slot.h"
#include "common/store.h"

enum { /* what a sentence needs to be told */
    AGES = 1,
    SLOT = 2,
    DISTRICT = 4,
    LANGUAGE = 8,
    MANY = 16, /* children are missing */
    ONE = 32,  /* one is */
    ONE_LEADER = 64,
    ONLY_PARENTS = 128, /* no leaders but those of the parents are missing */
    STAFF = 256,
    FAMILY = 512
};

static const struct sentence {
    enum wait_reason reason;
    int needs; /* the first of a reason that can be said is said */
    const char *swedish;
} sentences[] = {
    {WAIT_REASON_TALK_FIRST, FAMILY, T("Vi ska prata med er först.")},
    {WAIT_REASON_TALK_FIRST, STAFF, T("Vi ska prata med familjen först.")},
    {WAIT_REASON_CONSENT_MISSING, 0, T("Vi väntar på ett samtycke.")},
    {WAIT_REASON_FEW_CHILDREN, STAFF | ONE | AGES | SLOT | DISTRICT,
        T("Det behövs ett barn till i åldern {{ages}} år som kan på {{weekday}} i {{district}}.")},
    {WAIT_REASON_FEW_CHILDREN, STAFF | MANY | AGES | SLOT | DISTRICT,
        T("Det behövs {{missing}} barn till i åldern {{ages}} år som kan på {{weekday}} i "
          "{{district}}.")},
    {WAIT_REASON_FEW_CHILDREN, AGES | SLOT,
        T("Det behövs några barn till i åldern {{ages}} år som kan på {{weekday}}.")},
    {WAIT_REASON_FEW_CHILDREN, SLOT,
        T("Det behövs några barn till i samma ålder som kan på {{weekday}}.")},
    {WAIT_REASON_FEW_CHILDREN, 0, T("Det behövs några barn till i samma ålder.")},
    {WAIT_REASON_LEADERS_MISSING, STAFF | ONLY_PARENTS | SLOT | DISTRICT,
        T("Vi söker gruppledare till föräldragruppen på {{weekday}} i {{district}}.")},
    {WAIT_REASON_LEADERS_MISSING, STAFF | ONE_LEADER | SLOT | DISTRICT,
        T("Vi söker en gruppledare till på {{weekday}} i {{district}}.")},
    {WAIT_REASON_LEADERS_MISSING, STAFF | SLOT | DISTRICT,
        T("Vi söker två gruppledare på {{weekday}} i {{district}}.")},
    {WAIT_REASON_LEADERS_MISSING, SLOT, T("Vi söker två gruppledare på {{weekday}}.")},
    {WAIT_REASON_LEADERS_MISSING, 0, T("Vi söker två gruppledare.")},
    {WAIT_REASON_ROOM_MISSING, STAFF | SLOT | DISTRICT,
        T("Vi söker en lokal som passar på {{weekday}} i {{district}}.")},
    {WAIT_REASON_ROOM_MISSING, 0, T("Vi söker en lokal som passar.")},
    {WAIT_REASON_NO_COMMON_TIME, FAMILY, T("Ingen av era tider passar en grupp just nu.")},
    {WAIT_REASON_NO_COMMON_TIME, STAFF, T("Ingen av familjens tider passar en grupp just nu.")},
    {WAIT_REASON_TOO_FAR, 0, T("Det finns ingen grupp tillräckligt nära ännu.")},
    {WAIT_REASON_LANGUAGE_MISSING, LANGUAGE, T("Vi söker en grupp på {{language}}.")},
    {WAIT_REASON_LANGUAGE_MISSING, FAMILY, T("Vi söker en grupp på ert språk.")},
    {WAIT_REASON_LANGUAGE_MISSING, STAFF, T("Vi söker en grupp på familjens språk.")},
    {WAIT_REASON_GROUP_FULL, FAMILY, T("Gruppen är full. Ni är med när nästa startar.")},
    {WAIT_REASON_GROUP_FULL, STAFF, T("Gruppen är full. Barnet är med när nästa startar.")},
    {WAIT_REASON_STARTS_LATER, 0, T("Gruppen startar senare.")},
    {WAIT_REASON_OTHER_SUPPORT_FIRST, STAFF,
        T("Annat stöd kommer först. Barnet behåller sin tid i kön.")},
    {WAIT_REASON_ASKED_TO_WAIT, FAMILY, T("Ni har bett oss vänta.")},
    {WAIT_REASON_ASKED_TO_WAIT, STAFF, T("Familjen har bett oss vänta.")},
    {WAIT_REASON_PARTNER_HAS_IT, FAMILY,
        T("En annan verksamhet har fått er fråga och kontaktar er.")},
    {WAIT_REASON_PARTNER_HAS_IT, STAFF, T("En annan verksamhet har frågan.")},
};

/* What is missing beside what the reason names. */
static const struct {
    int needs;
    const char *swedish;
} besides[] = {
    {ONLY_PARENTS, T("Gruppledare till föräldragruppen saknas också.")},
    {ONE_LEADER, T("En gruppledare saknas också.")},
    {0, T("Två gruppledare saknas också.")},
};

static const char *const weekdays[] = {T("måndagar"), T("tisdagar"), T("onsdagar"), T("torsdagar"),
    T("fredagar"), T("lördagar"), T("söndagar")};

/* The languages that the public pages ask for. */
static const struct {
    const char *code, *swedish;
} languages[] = {
    {"sv", T("svenska")},
    {"ar", T("arabiska")},
    {"so", T("somaliska")},
    {"en", T("engelska")},
    {"es", T("spanska")},
    {"fa", T("persiska")},
    {"ku", T("kurdiska (kurmanji, sorani)")},
    {"ti", T("tigrinska")},
    {"pl", T("polska")},
    {"tr", T("turkiska")},
    {"sr", T("bosniska/kroatiska/serbiska")},
    {"fi", T("finska")},
    {"ru", T("ryska")},
    {"uk", T("ukrainska")},
    {"bn", T("bengali")},
    {"syr", T("syriska/arameiska")},
    {"sq", T("albanska")},
    {"prs", T("dari")},
    {"ps", T("pashto")},
    {"ur", T("urdu")},
    {"am", T("amhariska")},
    {"zh", T("kinesiska")},
    {"th", T("thailändska")},
    {"el", T("grekiska")},
    {"rom", T("romska varieteter")},
    {"yi", T("jiddisch")},
    {"se", T("nordsamiska")},
    {"fit", T("meänkieli")},
    {"swl", T("svenskt teckenspråk")},
    {"xx", T("ett annat språk")},
};

const char *language_words(struct text code)
{
    for (size_t i = 0; code.data && i < COUNT(languages); i++)
        if (text_is(code, languages[i].code))
            return languages[i].swedish;
    return NULL;
}

const char *language_code(size_t index)
{
    return index < COUNT(languages) ? languages[index].code : NULL;
}

/* --- the words beside a reason --- */

struct wait_told wait_told_of(enum wait_reason reason)
{
    return (struct wait_told){.reason = reason, .age_from = -1, .age_to = -1, .slot = -1};
}

struct text wait_detail(struct arena *arena, const struct wait_told *told)
{
    const char *text = "";

    if (told->missing > 0)
        text = arena_format(arena, "%s missing=%d", text, told->missing);
    if (told->age_from >= 0)
        text = arena_format(arena, "%s ages=%d-%d", text, told->age_from, told->age_to);
    if (told->slot >= 0)
        text = arena_format(arena, "%s slot=%d", text, told->slot);
    if (told->district.data)
        text = arena_format(
            arena, "%s district=%.*s", text, (int)told->district.length, told->district.data);
    if (told->language.data)
        text = arena_format(
            arena, "%s language=%.*s", text, (int)told->language.length, told->language.data);
    if (told->leaders > 0)
        text = arena_format(arena, "%s leaders=%d", text, told->leaders);
    if (told->parent_leaders > 0)
        text = arena_format(arena, "%s parent_leaders=%d", text, told->parent_leaders);
    if (told->rooms > 0)
        text = arena_format(arena, "%s rooms=%d", text, told->rooms);
    return *text ? text_of(text + 1) : (struct text){NULL, 0};
}

static int number_of(const char *text)
{
    const long number = strtol(text, NULL, 10);

    return number >= 0 && number < 1000 ? (int)number : 0;
}

static void read_word(struct wait_told *told, const char *key, const char *value)
{
    const char *dash = strchr(value, '-');

    if (strcmp(key, "missing") == 0)
        told->missing = number_of(value);
    else if (strcmp(key, "ages") == 0 && dash) {
        told->age_from = number_of(value);
        told->age_to = number_of(dash + 1);
    } else if (strcmp(key, "slot") == 0 && number_of(value) <= SLOT_MOST)
        told->slot = number_of(value);
    else if (strcmp(key, "district") == 0)
        told->district = text_of(value);
    else if (strcmp(key, "language") == 0)
        told->language = text_of(value);
    else if (strcmp(key, "leaders") == 0)
        told->leaders = number_of(value);
    else if (strcmp(key, "parent_leaders") == 0)
        told->parent_leaders = number_of(value);
    else if (strcmp(key, "rooms") == 0)
        told->rooms = number_of(value);
}

struct wait_told wait_told_read(struct arena *arena, enum wait_reason reason, struct text detail)
{
    struct wait_told told = wait_told_of(reason);
    char *at = detail.data ? arena_copy(arena, detail.data, detail.length) : NULL;

    while (at && *at) {
        char *word = at, *equals;

        at += strcspn(at, " ");
        if (*at)
            *at++ = '\0';
        equals = strchr(word, '=');
        if (!equals)
            continue;
        *equals = '\0';
        read_word(&told, word, equals + 1);
    }
    return told;
}

/* --- sentences --- */

static int known_of(const struct wait_told *told, struct text district, enum wait_reader reader)
{
    return (told->age_from >= 0 ? AGES : 0) | (told->slot >= 0 ? SLOT : 0) |
           (district.data ? DISTRICT : 0) | (language_words(told->language) ? LANGUAGE : 0) |
           (told->missing > 1 ? MANY : 0) | (told->missing == 1 ? ONE : 0) |
           (told->leaders == 1 ? ONE_LEADER : 0) |
           (told->leaders == 0 && told->parent_leaders > 0 ? ONLY_PARENTS : 0) |
           (reader == WAIT_FOR_STAFF ? STAFF : FAMILY);
}

/* Digits with a dash between them would change places in right-to-left text. */
static const char *ages_of(
    struct arena *arena, const struct i18n *i18n, unsigned language, const struct wait_told *told)
{
    const bool turned = strcmp(i18n_direction(i18n, language), "rtl") == 0;

    if (told->age_from == told->age_to)
        return arena_format(arena, "%d", told->age_from);
    return arena_format(
        arena, turned ? "\u2066%d–%d\u2069" : "%d–%d", told->age_from, told->age_to);
}

struct filling {
    const char *name;
    struct text value;
};

/* The text with the values in the place of their {{names}}. */
static struct text fill(
    struct arena *arena, struct text text, const struct filling *fillings, size_t count)
{
    const char *out = arena_format(arena, "%.*s", (int)text.length, text.data);

    for (size_t i = 0; i < count; i++) {
        const char *mark = arena_format(arena, "{{%s}}", fillings[i].name);
        const char *at = strstr(out, mark);

        if (at)
            out = arena_format(arena, "%.*s%.*s%s", (int)(at - out), out,
                (int)fillings[i].value.length, fillings[i].value.data, at + strlen(mark));
    }
    return text_of(out);
}

static struct text say(struct arena *arena, const struct i18n *i18n, unsigned language,
    const char *swedish, const struct wait_told *told, struct text district)
{
    const char *tongue = language_words(told->language);
    const struct filling fillings[] = {
        {"ages", text_of(ages_of(arena, i18n, language, told))},
        {"weekday", told->slot < 0
                        ? TEXT("")
                        : i18n_text(i18n, language,
                              weekdays[slot_weekday(told->slot) % (int)COUNT(weekdays)])},
        {"missing", text_of(arena_format(arena, "%d", told->missing))},
        {"language", tongue ? i18n_text(i18n, language, tongue) : TEXT("")},
        {"district", district.data ? district : TEXT("")},
    };

    return fill(arena, i18n_text(i18n, language, swedish), fillings, COUNT(fillings));
}

/* What else is missing, for staff, each in a sentence of its own. */
static struct text add_besides(struct arena *arena, const struct i18n *i18n, unsigned language,
    const struct wait_told *told, int known, struct text said)
{
    const bool leaders =
        told->leaders + told->parent_leaders > 0 && told->reason == WAIT_REASON_FEW_CHILDREN;
    const bool rooms = told->rooms > 0 && (told->reason == WAIT_REASON_FEW_CHILDREN ||
                                              told->reason == WAIT_REASON_LEADERS_MISSING);

    for (size_t i = 0; leaders && i < COUNT(besides); i++)
        if ((besides[i].needs & ~known) == 0) {
            said = text_of(arena_format(
                arena, "%s %s", said.data, i18n_text(i18n, language, besides[i].swedish).data));
            break;
        }
    if (rooms)
        said = text_of(arena_format(arena, "%s %s", said.data,
            i18n_text(i18n, language, T("En lokal saknas också.")).data));
    return said;
}

struct text wait_sentence(struct arena *arena, const struct i18n *i18n, unsigned language,
    enum wait_reader reader, const struct wait_told *told, struct text district)
{
    const int known = known_of(told, district, reader);

    for (size_t i = 0; i < COUNT(sentences); i++) {
        if (sentences[i].reason != told->reason || (sentences[i].needs & ~known) != 0)
            continue;
        const struct text said = say(arena, i18n, language, sentences[i].swedish, told, district);
        return reader == WAIT_FOR_STAFF ? add_besides(arena, i18n, language, told, known, said)
                                        : said;
    }
    return (struct text){NULL, 0};
}
