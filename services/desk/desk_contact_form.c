/* The questions of a call: in the order one talks, with the words to read aloud. The names are
 * those of schemas/forms/referral_form; nothing has to be answered before it is sent. */
#include <string.h>

#include "common/check.h"
#include "common/wait_words.h"
#include "services/desk/desk_contact.h"

enum ask { ASK_TEXT, ASK_AREA, ASK_DATE, ASK_ONE, ASK_SELECT, ASK_MANY, ASK_DISTRICT, ASK_TONGUE };

struct option {
    const char *key, *words;
};

struct question {
    const char *name;
    enum ask ask;
    const char *words, *hint;
    const struct option *options; /* ends with key NULL */
    int most;                     /* characters of a text */
    const char *mode;             /* inputmode */
};

struct part {
    const char *id, *title, *say; /* say: how to begin, in words to read aloud */
    const struct question *questions;
    size_t count;
    bool folded; /* behind its title until it is wanted */
};

static const struct option callers[] = {{"parent", T("En förälder")},
    {"child", T("Ett barn eller en ung person")},
    {"professional", T("Någon som möter barn i sitt arbete")}, {NULL, NULL}};
static const struct option yes_no[] = {{"yes", T("Ja")}, {"no", T("Nej")}, {NULL, NULL}};
static const struct option answers[] = {
    {"yes", T("Ja")}, {"no", T("Nej")}, {"unknown", T("Vet inte")}, {NULL, NULL}};
static const struct option situations[] = {{"substance", T("Missbruk")},
    {"mental", T("Psykisk ohälsa")}, {"violence", T("Våld")}, {"separation", T("Separation")},
    {NULL, NULL}};
static const struct option relations[] = {{"mother", T("Mamma")}, {"father", T("Pappa")},
    {"other", T("Annan vårdnadshavare")}, {"unsaid", T("Vill inte säga")}, {NULL, NULL}};
static const struct option sources[] = {{"social_services", T("Socialtjänsten")},
    {"pupil_health", T("Elevhälsan")}, {"school_teacher", T("Lärare")},
    {"preschool", T("Förskola")}, {"adult_psychiatry", T("Vuxenpsykiatrin")},
    {"addiction_care", T("Beroendevården")}, {"child_psychiatry", T("Barn- och ungdomspsykiatrin")},
    {"health_care", T("Sjukvården")}, {"womens_shelter", T("Kvinnojour")}, {"police", T("Polisen")},
    {"ngo", T("Förening")}, {"church", T("Kyrka eller samfund")}, {"relative", T("Släkting")},
    {"other", T("Annan")}, {NULL, NULL}};

static const struct question caller[] = {
    {"ringer", ASK_ONE, T("Vem är det som ringer?"), NULL, callers, 0, NULL},
};
static const struct question worker[] = {
    {"source", ASK_SELECT, T("Var arbetar den som ringer?"), NULL, sources, 0, NULL},
    {"referrer.name", ASK_TEXT, T("Namn"), NULL, NULL, 100, NULL},
    {"referrer.unit", ASK_TEXT, T("Skola, mottagning eller enhet"), NULL, NULL, 120, NULL},
    {"referrer.phone", ASK_TEXT, T("Telefonnummer"), NULL, NULL, 30, "tel"},
    {"referrer.email", ASK_TEXT, T("E-postadress"), NULL, NULL, 254, "email"},
    {"family_knows", ASK_ONE, T("Vet familjen om att ni ringer?"),
        T("Vet familjen inte, kontaktar vi ingen i den."), yes_no, 0, NULL},
};
static const struct question child[] = {
    {"child_name", ASK_TEXT, T("Vad ska vi kalla barnet?"), NULL, NULL, 100, NULL},
    {"birth_date", ASK_DATE, T("Födelsedag"), NULL, NULL, 0, NULL},
    {"age", ASK_TEXT, T("eller ålder i år"), NULL, NULL, 2, "numeric"},
    {"district", ASK_DISTRICT, T("Var bor barnet mest?"), NULL, NULL, 0, NULL},
};
static const struct question lived[] = {
    {"situations", ASK_MANY, T("Vad har barnet varit med om?"), NULL, situations, 0, NULL},
    {"primary_situation", ASK_ONE, T("Om det är flera: vad väger tyngst just nu?"), NULL,
        situations, 0, NULL},
};
static const struct question safety[] = {
    {"immediate_danger", ASK_ONE, T("Är barnet i fara just nu?"),
        T("Till ett barn: ”Är du i fara just nu?” Vid ja: be den som ringer ringa 112, och stanna "
          "kvar i samtalet."),
        answers, 0, NULL},
    {"afraid_at_home", ASK_ONE, T("Är barnet rädd för någon hemma?"),
        T("Till ett barn: ”Är du rädd för någon hemma?”"), answers, 0, NULL},
    {"violence_last_year", ASK_ONE, T("Har det varit våld eller hot hemma det senaste året?"),
        T("Till ett barn: ”Har någon slagits eller hotat någon hemma hos dig det senaste året?”"),
        answers, 0, NULL},
    {"other_guardian_dangerous", ASK_ONE,
        T("Kan det bli farligt om den andra vårdnadshavaren får veta?"),
        T("Till ett barn: ”Kan det bli farligt om någon hemma får veta att du har ringt?”"),
        answers, 0, NULL},
    {"protected_identity", ASK_ONE, T("Har någon i familjen skyddade personuppgifter?"),
        T("Vid ja: skriv ingen adress och ingen skola."), answers, 0, NULL},
};

#define REACHED(who)                                                                               \
    {who ".name", ASK_TEXT, T("Namn"), NULL, NULL, 100, NULL},                                     \
        {who ".phone", ASK_TEXT, T("Telefonnummer"), NULL, NULL, 30, "tel"},                       \
        {who ".phone_safe", ASK_ONE, T("Är det tryggt att vi ringer?"), NULL, answers, 0, NULL},   \
        {who ".message_safe", ASK_ONE, T("Får vi lämna ett meddelande?"), NULL, answers, 0, NULL}, \
        {who ".sms_safe", ASK_ONE, T("Är det tryggt att vi skickar sms?"), NULL, answers, 0,       \
            NULL},                                                                                 \
        {who ".email", ASK_TEXT, T("E-postadress"), NULL, NULL, 254, "email"},                     \
        {who ".email_safe", ASK_ONE, T("Är det tryggt att vi mejlar?"), NULL, answers, 0, NULL},   \
    {                                                                                              \
        who ".hours", ASK_TEXT, T("När är det bäst att vi hör av oss?"), NULL, NULL, 120, NULL     \
    }

static const struct question family[] = {
    REACHED("guardians.0"),
    {"guardians.0.relation", ASK_ONE, T("Är barnets"), NULL, relations, 0, NULL},
    {"language", ASK_TONGUE, T("Språk"), NULL, NULL, 0, NULL},
};
static const struct question other[] = {REACHED("guardians.1")};
static const struct question consent[] = {
    {"consent_take_part", ASK_ONE, T("Vill vårdnadshavarna att barnet ska få vara med?"), NULL,
        answers, 0, NULL},
    {"message", ASK_AREA, T("Anteckning"),
        T("Förseglas. Läses bara på kontaktsidan, aldrig bredvid situationen."), NULL, 1000, NULL},
};

#define PART(id, title, say, questions, folded)                                                    \
    {                                                                                              \
        id, title, say, questions, COUNT(questions), folded                                        \
    }

static const struct part parts[] = {
    PART("vem", T("Vem ringer"),
        T("”Hej, du har kommit till Samordningen. Jag skriver medan vi pratar. Du bestämmer själv "
          "vad du vill berätta.”"),
        caller, false),
    PART("arbete", T("Den som ringer i sitt arbete"), NULL, worker, true),
    PART("barnet", T("Barnet"), NULL, child, false),
    PART("vad", T("Vad det gäller"), NULL, lived, false),
    PART("trygghet", T("Trygghet"),
        T("”Nu kommer några frågor som vi ställer till alla, för att det ska vara tryggt. Du får "
          "svara ja, nej eller vet inte.”"),
        safety, false),
    PART("familj", T("Så når vi familjen tryggt"),
        T("”Hur når vi dig så att det är tryggt för dig och barnet?”"), family, false),
    PART("andra", T("Den andra vårdnadshavaren"), NULL, other, true),
    PART("samtycke", T("Till sist"),
        T("”En person hos oss läser det här och hör av sig. Ni bestämmer tillsammans med oss hur "
          "det går vidare.”"),
        consent, false),
};

/* --- what was typed --- */

static struct text typed(const struct contact_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (text_is(fields->list[i].name, name))
            return fields->list[i].value;
    return (struct text){NULL, 0};
}

static bool chosen(const struct contact_fields *fields, const char *name, struct text value)
{
    for (size_t i = 0; i < fields->count; i++)
        if (text_is(fields->list[i].name, name) && text_equal(fields->list[i].value, value))
            return true;
    return false;
}

static const char *below(struct arena *arena, const char *name, const char *rest)
{
    return arena_format(arena, "%s.%s", name, rest);
}

static bool named(struct text names, const char *name)
{
    const size_t length = strlen(name);
    const char *at = names.data;

    while (at && (at = strstr(at, name))) {
        if ((at == names.data || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return true;
        at += length;
    }
    return false;
}

static void add_option(struct value *list, const struct contact_fields *fields,
    const struct question *question, struct text key, const char *words)
{
    struct value *one = value_append_object(list);

    value_set_text(one, "value", key);
    if (words)
        value_set_message(one, "text", words);
    value_set_bool(one, "on", chosen(fields, question->name, key));
}

static void add_tongues(
    struct value *list, const struct contact_fields *fields, const struct question *question)
{
    const bool none = !typed(fields, question->name).length;
    const char *code;

    for (size_t i = 0; (code = language_code(i)); i++) {
        struct value *one = value_append_object(list);
        value_set_string(one, "value", code);
        value_set_message(one, "text", language_words(text_of(code)));
        value_set_bool(one, "on",
            none ? strcmp(code, "sv") == 0 : chosen(fields, question->name, text_of(code)));
    }
}

static bool add_options(struct visit *visit, struct value *object, const struct question *question,
    const struct contact_fields *fields, struct error *error)
{
    struct value *list = value_add_list(object, "options");
    const struct district_row *districts;
    size_t count;

    for (const struct option *option = question->options; option && option->key; option++)
        add_option(list, fields, question, text_of(option->key), option->words);
    if (question->ask == ASK_TONGUE)
        add_tongues(list, fields, question);
    if (question->ask != ASK_DISTRICT)
        return true;
    if (!desk_look_districts(visit->context, &districts, &count, error))
        return error_while(error, "reading the districts");
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_append_object(list);
        value_set_text(one, "value", districts[i].code);
        value_set_text(one, "text", districts[i].name);
        value_set_bool(one, "on", chosen(fields, question->name, districts[i].code));
    }
    return true;
}

static void set_typed(struct arena *arena, struct value *object, const struct question *question,
    const struct contact_fields *fields)
{
    const char *name = question->name;

    value_set_text(object, "typed", typed(fields, name));
    if (question->ask != ASK_DATE)
        return;
    value_set_text(object, "typed_day", typed(fields, below(arena, name, "day")));
    value_set_text(object, "typed_month", typed(fields, below(arena, name, "month")));
    value_set_text(object, "typed_year", typed(fields, below(arena, name, "year")));
}

static bool add_question(struct visit *visit, struct value *list, const struct question *question,
    const struct contact_fields *fields, bool wrong, struct error *error)
{
    struct value *one = value_append_object(list);
    const enum ask ask = question->ask;

    value_set_string(one, "name", question->name);
    value_set_message(one, "label", question->words);
    if (question->hint)
        value_set_message(one, "hint", question->hint);
    if (question->mode)
        value_set_string(one, "mode", question->mode);
    value_set_int(one, "most", question->most);
    value_set_bool(one, "short", question->most > 0 && question->most < 40);
    value_set_bool(one, "is_text", ask == ASK_TEXT);
    value_set_bool(one, "is_area", ask == ASK_AREA);
    value_set_bool(one, "is_date", ask == ASK_DATE);
    value_set_bool(one, "is_one", ask == ASK_ONE || ask == ASK_MANY);
    value_set_bool(one, "is_select", ask == ASK_SELECT || ask == ASK_DISTRICT || ask == ASK_TONGUE);
    value_set_bool(one, "empty_first", ask != ASK_TONGUE);
    value_set_string(one, "box", ask == ASK_MANY ? "checkbox" : "radio");
    value_set_bool(one, "wrong", wrong);
    set_typed(visit->context->arena, one, question, fields);
    return add_options(visit, one, question, fields, error);
}

/* A folded part opens when something in it was typed, or is wrong. */
static bool touched(const struct part *part, const struct contact_fields *fields, struct text wrong)
{
    for (size_t i = 0; i < part->count; i++)
        if (typed(fields, part->questions[i].name).length || named(wrong, part->questions[i].name))
            return true;
    return false;
}

bool contact_set_form(struct visit *visit, struct value *root, const struct contact_fields *fields,
    struct text wrong, struct error *error)
{
    struct value *list = value_add_list(root, "parts"), *faults = value_add_list(root, "faults");

    for (size_t p = 0; p < COUNT(parts); p++) {
        const struct part *part = &parts[p];
        struct value *one = value_append_object(list),
                     *questions = value_add_list(one, "questions");
        value_set_string(one, "id", part->id);
        value_set_message(one, "title", part->title);
        if (part->say)
            value_set_message(one, "say", part->say);
        value_set_bool(one, "folded", part->folded);
        value_set_bool(one, "open", touched(part, fields, wrong));
        for (size_t i = 0; i < part->count; i++) {
            const struct question *question = &part->questions[i];
            const bool bad = named(wrong, question->name);
            if (!add_question(visit, questions, question, fields, bad, error))
                return false;
            if (!bad)
                continue;
            struct value *fault = value_append_object(faults);
            value_set_string(fault, "name", question->name);
            value_set_message(fault, "label", question->words);
        }
    }
    value_set_bool(root, "any_wrong", wrong.length > 0);
    return true;
}

/* --- keeping --- */

static const char *known_name(struct text name)
{
    static const char *const dates[] = {"birth_date.day", "birth_date.month", "birth_date.year"};

    for (size_t i = 0; i < COUNT(dates); i++)
        if (text_is(name, dates[i]))
            return dates[i];
    for (size_t p = 0; p < COUNT(parts); p++)
        for (size_t i = 0; i < parts[p].count; i++)
            if (text_is(name, parts[p].questions[i].name))
                return parts[p].questions[i].name;
    return NULL;
}

void contact_set_hidden(struct value *root, const struct contact_fields *fields)
{
    struct value *list = value_add_list(root, "hidden");

    for (size_t i = 0; i < fields->count; i++) {
        const char *name = known_name(fields->list[i].name);
        if (!name || !fields->list[i].value.length)
            continue;
        struct value *one = value_append_object(list);
        value_set_string(one, "name", name);
        value_set_text(one, "value", fields->list[i].value);
    }
}

bool contact_pack(struct arena *arena, const struct contact_fields *fields, struct text *packed)
{
    char *bytes = arena_take(arena, SEAL_PLAIN);
    size_t length = 1;

    bytes[0] = 1; /* the version */
    for (size_t i = 0; i < fields->count; i++) {
        const char *name = known_name(fields->list[i].name);
        const struct text value = fields->list[i].value;
        const size_t name_size = name ? strlen(name) + 1 : 0;

        if (!name || !value.length)
            continue;
        if (length + name_size + value.length + 1 > SEAL_PLAIN)
            return false;
        memcpy(bytes + length, name, name_size);
        memcpy(bytes + length + name_size, value.data, value.length);
        length += name_size + value.length;
        bytes[length++] = '\0';
    }
    *packed = (struct text){bytes, length};
    return true;
}

struct contact_fields contact_unpack(struct arena *arena, struct text packed)
{
    enum { MOST = 200 };
    struct http_field *list = ARENA_ARRAY(arena, struct http_field, MOST);
    size_t count = 0, at = 1;

    while (at < packed.length && count < MOST) {
        const struct text name = text_of(packed.data + at);
        const struct text value = text_of(packed.data + at + name.length + 1);
        list[count++] = (struct http_field){name, value};
        at += name.length + value.length + 2;
    }
    return (struct contact_fields){list, count};
}

/* --- the referral --- */

/* What the form requires of who calls; where somebody works counts for those who call at work. */
static bool belongs(struct text name, bool at_work)
{
    return !text_is(name, "ringer") && (at_work || !text_is(name, "source"));
}

/* "situations.0" is the first of the answers to "situations". */
static const char *question_of(struct arena *arena, struct text path)
{
    size_t length = path.length;

    while (length > 0 && path.data[length - 1] >= '0' && path.data[length - 1] <= '9')
        length--;
    if (length > 0 && length < path.length && path.data[length - 1] == '.')
        return arena_format(arena, "%.*s", (int)length - 1, path.data);
    return path.data;
}

bool contact_read(struct arena *arena, const struct contact_fields *fields,
    struct referral_form *form, struct text *wrong)
{
    struct message_problems *problems = ARENA_NEW(arena, struct message_problems);
    struct http_field *list = ARENA_ARRAY(arena, struct http_field, fields->count + 2);
    const struct text who = typed(fields, "ringer");
    const bool at_work = text_is(who, "professional");
    const char *names = who.length ? "" : "ringer";
    size_t count = 0;

    for (size_t i = 0; i < fields->count; i++)
        if (belongs(fields->list[i].name, at_work))
            list[count++] = fields->list[i];
    list[count++] = (struct http_field){TEXT("door"), who.length ? who : TEXT("parent")};
    if (!at_work)
        list[count++] = (struct http_field){
            TEXT("source"), text_is(who, "child") ? TEXT("child") : TEXT("parent")};
    message_clear(&referral_form_type, form);
    message_from_fields(&referral_form_type, list, count, arena, form, problems);
    for (size_t i = 0; i < problems->count; i++)
        names = arena_format(
            arena, "%s%s%s", names, *names ? " " : "", question_of(arena, problems->list[i].path));
    *wrong = text_of(names);
    return !wrong->length;
}
