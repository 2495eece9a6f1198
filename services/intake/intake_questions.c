/* The words of the three doors (SVENSKA.md). The names are those of schemas/forms/referral_form. */
#include <string.h>

#include "common/check.h"
#include "services/intake/intake_form.h"

static const struct choice yes_no[] = {{"yes", T("Ja")}, {"no", T("Nej")}, {NULL, NULL}};
static const struct choice yes_no_unknown[] = {
    {"yes", T("Ja")}, {"no", T("Nej")}, {"unknown", T("Vet inte")}, {NULL, NULL}};
static const struct choice agreed[] = {
    {"yes", T("Ja")}, {"no", T("Nej")}, {"unknown", T("Ingen har frågat än")}, {NULL, NULL}};

static const struct choice sources[] = {{"social_services", T("Socialtjänst")},
    {"pupil_health", T("Elevhälsa")}, {"school_teacher", T("Lärare eller rektor")},
    {"preschool", T("Förskola")}, {"adult_psychiatry", T("Vuxenpsykiatri")},
    {"addiction_care", T("Beroendevård")}, {"child_psychiatry", T("BUP")},
    {"health_care", T("Vårdcentral, BVC eller barnklinik")},
    {"womens_shelter", T("Kvinnojour eller skyddat boende")}, {"police", T("Polis eller barnahus")},
    {"ngo", T("Ideell organisation")}, {"church", T("Svenska kyrkan eller annat samfund")},
    {"other", T("Annan")}, {NULL, NULL}};

static const struct choice sexes[] = {{"girl", T("Flicka")}, {"boy", T("Pojke")},
    {"other", T("Annat")}, {"unsaid", T("Vill inte säga")}, {NULL, NULL}};
static const struct choice relations[] = {{"mother", T("Mamma")}, {"father", T("Pappa")},
    {"other", T("Annan vårdnadshavare")}, {"unsaid", T("Vill inte säga")}, {NULL, NULL}};
static const struct choice situation_choices[] = {
    {"substance", T("En förälder dricker för mycket eller tar droger")},
    {"mental", T("En förälder mår psykiskt dåligt")},
    {"violence", T("Det är eller har varit våld hemma")},
    {"separation", T("Föräldrarna har flyttat isär")}, {NULL, NULL}};
static const struct choice travels[] = {{"20", T("20 minuter")}, {"30", T("30 minuter")},
    {"45", T("45 minuter")}, {"60", T("En timme")}, {"90", T("En och en halv timme")},
    {NULL, NULL}};
static const struct choice need_choices[] = {{"step_free", T("Lokal utan trappor")},
    {"hearing_loop", T("Hörslinga")}, {"quiet_room", T("Lugn lokal")},
    {"sign_language", T("Teckenspråk")}, {NULL, NULL}};
static const struct choice only_own_sex[] = {
    {"yes", T("Barnet vill bara gå i en grupp för flickor eller för pojkar")}, {NULL, NULL}};
static const struct choice wishes[] = {{"yes", T("Ja, gärna")},
    {"must", T("Ja, annars går det inte")}, {"no", T("Nej")}, {NULL, NULL}};

#define SAFE_QUESTIONS(who)                                                                        \
    {who ".phone_safe", ASK_RADIO, T("Är det tryggt att vi ringer?"), NULL, yes_no_unknown, NULL,  \
        NULL, 0, true},                                                                            \
        {who ".sms_safe", ASK_RADIO, T("Är det tryggt att vi skickar sms?"), NULL, yes_no_unknown, \
            NULL, NULL, 0, true},                                                                  \
        {who ".email_safe", ASK_RADIO, T("Är det tryggt att vi mejlar?"), NULL, yes_no_unknown,    \
            NULL, NULL, 0, true},                                                                  \
        {who ".message_safe", ASK_RADIO, T("Får vi lämna ett meddelande?"), NULL, yes_no_unknown,  \
            NULL, NULL, 0, true},                                                                  \
    {                                                                                              \
        who ".hours", ASK_TEXT, T("När är det bäst att vi hör av oss?"),                           \
            T("Till exempel vardagar efter klockan 16"), NULL, NULL, NULL, 120, true               \
    }

static const struct question first[] = {
    {"family_knows", ASK_RADIO, T("Vet familjen om att du skickar detta?"),
        T("Svara nej om du vill fråga utan namn. Då pratar vi bara med dig."), yes_no, NULL, NULL,
        0, false},
};

static const struct question sender[] = {
    {"source", ASK_SELECT, T("Var arbetar du?"), NULL, sources, NULL, NULL, 0, false},
    {"referrer.unit", ASK_TEXT, T("Skola, mottagning eller enhet"), NULL, NULL, "organization",
        NULL, 120, true},
    {"referrer.name", ASK_TEXT, T("Ditt namn"), NULL, NULL, "name", NULL, 100, false},
    {"referrer.phone", ASK_TEXT, T("Ditt telefonnummer"), T("Telefon eller e-post räcker."), NULL,
        "tel", "tel", 30, true},
    {"referrer.email", ASK_TEXT, T("Din e-postadress"), NULL, NULL, "email", "email", 254, true},
};

#define CHILD_QUESTIONS                                                                            \
    {"child_name", ASK_TEXT, T("Barnets namn"), NULL, NULL, "off", NULL, 100, false},              \
        {"birth_date", ASK_DATE, T("Barnets födelsedag"), T("Till exempel 27 3 2016"), NULL, NULL, \
            NULL, 0, false},                                                                       \
        {"child_personal_number", ASK_TEXT, T("Barnets personnummer"),                             \
            T("Om du har det. Då vet vi att det är samma barn om flera hör av sig."), NULL, "off", \
            NULL, 20, true},                                                                       \
        {"sex", ASK_RADIO, T("Barnet är"), NULL, sexes, NULL, NULL, 0, true},                      \
        {"district", ASK_DISTRICT, T("Var bor barnet mest?"), NULL, NULL, NULL, NULL, 0, false},   \
    {                                                                                              \
        "languages", ASK_LANGUAGE, T("Vilket språk talar barnet bäst?"), NULL, NULL, NULL, NULL,   \
            0, true                                                                                \
    }

static const struct question child[] = {CHILD_QUESTIONS};

static const struct question lived[] = {
    {"situations", ASK_CHECKS, T("Vad har barnet varit med om?"), T("Välj allt som stämmer."),
        situation_choices, NULL, NULL, 0, false},
    {"primary_situation", ASK_RADIO, T("Om du valde flera: vad väger tyngst just nu?"), NULL,
        situation_choices, NULL, NULL, 0, true},
};

static const struct question safety[] = {
    {"immediate_danger", ASK_RADIO, T("Är barnet i fara just nu?"),
        T("Ring 112 om det är bråttom. Vänta inte på oss."), yes_no_unknown, NULL, NULL, 0, false},
    {"afraid_at_home", ASK_RADIO, T("Är barnet rädd för någon hemma?"), NULL, yes_no_unknown, NULL,
        NULL, 0, false},
    {"violence_last_year", ASK_RADIO, T("Har det varit våld eller hot hemma det senaste året?"),
        NULL, yes_no_unknown, NULL, NULL, 0, false},
    {"other_guardian_dangerous", ASK_RADIO,
        T("Kan det bli farligt om den andra vårdnadshavaren får veta?"), NULL, yes_no_unknown, NULL,
        NULL, 0, false},
    {"protected_identity", ASK_RADIO, T("Har någon i familjen skyddade personuppgifter?"), NULL,
        yes_no_unknown, NULL, NULL, 0, false},
};

static const struct question family[] = {
    {"guardians.0.name", ASK_TEXT, T("Namn"), NULL, NULL, "off", NULL, 100, true},
    {"guardians.0.relation", ASK_RADIO, T("Är barnets"), NULL, relations, NULL, NULL, 0, true},
    {"guardians.0.phone", ASK_TEXT, T("Telefonnummer"), T("Telefon eller e-post räcker."), NULL,
        "off", "tel", 30, true},
    {"guardians.0.email", ASK_TEXT, T("E-postadress"), NULL, NULL, "off", "email", 254, true},
    SAFE_QUESTIONS("guardians.0"),
    {"language", ASK_LANGUAGE, T("Vilket språk vill familjen tala med oss på?"), NULL, NULL, NULL,
        NULL, 0, false},
};

static const struct question self[] = {
    {"guardians.0.name", ASK_TEXT, T("Ditt namn"), NULL, NULL, "name", NULL, 100, false},
    {"guardians.0.relation", ASK_RADIO, T("Du är barnets"), NULL, relations, NULL, NULL, 0, true},
    {"guardians.0.phone", ASK_TEXT, T("Ditt telefonnummer"), T("Telefon eller e-post räcker."),
        NULL, "tel", "tel", 30, true},
    {"guardians.0.email", ASK_TEXT, T("Din e-postadress"), NULL, NULL, "email", "email", 254, true},
    SAFE_QUESTIONS("guardians.0"),
    {"language", ASK_LANGUAGE, T("Vilket språk vill du tala med oss på?"), NULL, NULL, NULL, NULL,
        0, false},
};

static const struct question other_guardian[] = {
    {"guardians.1.name", ASK_TEXT, T("Namn"), NULL, NULL, "off", NULL, 100, true},
    {"guardians.1.phone", ASK_TEXT, T("Telefonnummer"), NULL, NULL, "off", "tel", 30, true},
    {"guardians.1.email", ASK_TEXT, T("E-postadress"), NULL, NULL, "off", "email", 254, true},
    SAFE_QUESTIONS("guardians.1"),
};

static const struct question consent[] = {
    {"consent_take_part", ASK_RADIO, T("Vill vårdnadshavarna att barnet ska få vara med?"), NULL,
        agreed, NULL, NULL, 0, true},
    {"consent_share", ASK_RADIO, T("Får vi prata med dem som känner barnet?"), NULL, agreed, NULL,
        NULL, 0, true},
    {"consent_tell_referrer", ASK_RADIO, T("Får vi berätta för dig hur det går?"), NULL, agreed,
        NULL, NULL, 0, true},
};

static const struct question own_consent[] = {
    {"consent_take_part", ASK_RADIO, T("Vill ni att barnet ska få vara med?"),
        T("Ni kan ändra er när som helst."), yes_no, NULL, NULL, 0, true},
};

#define TIME_QUESTIONS                                                                             \
    {"slots", ASK_SLOTS, T("När kan barnet komma?"),                                               \
        T("Välj alla tider som kan gå. Hoppa över frågan om du inte vet."), NULL, NULL, NULL, 0,   \
        true},                                                                                     \
        {"max_travel_min", ASK_SELECT, T("Hur lång får resan vara?"), NULL, travels, NULL, NULL,   \
            0, true},                                                                              \
        {"needs", ASK_CHECKS, T("Behöver barnet något särskilt?"), NULL, need_choices, NULL, NULL, \
            0, true},                                                                              \
        {"same_sex_only", ASK_CHECKS, T("Grupp för flickor eller för pojkar"), NULL, only_own_sex, \
            NULL, NULL, 0, true},                                                                  \
        {"parent_wish", ASK_RADIO, T("Vill en förälder gå i en egen grupp samtidigt?"), NULL,      \
            wishes, NULL, NULL, 0, true},                                                          \
    {                                                                                              \
        "message", ASK_AREA, T("Vill du berätta något mer?"), NULL, NULL, NULL, NULL, 2000, true   \
    }

static const struct question times[] = {TIME_QUESTIONS};

static const struct question call_me[] = {
    {"child_name", ASK_TEXT, T("Namn eller smeknamn"), T("Det behöver inte vara ditt namn."), NULL,
        "nickname", NULL, 100, false},
};

static const struct question reach_me[] = {
    {"guardians.0.phone", ASK_TEXT, T("Ditt telefonnummer"), T("Telefon eller e-post räcker."),
        NULL, "tel", "tel", 30, true},
    {"guardians.0.email", ASK_TEXT, T("Din e-postadress"), NULL, NULL, "email", "email", 254, true},
    SAFE_QUESTIONS("guardians.0"),
};

static const struct question my_age[] = {
    {"age", ASK_TEXT, T("Ålder i år"), NULL, NULL, NULL, "number", 2, false},
};

static const struct question tell_more[] = {
    {"situations", ASK_CHECKS, T("Är det något av det här hemma?"),
        T("Du behöver inte svara. Välj allt som stämmer."), situation_choices, NULL, NULL, 0, true},
    {"message", ASK_AREA, T("Vill du berätta något mer?"), NULL, NULL, NULL, NULL, 2000, true},
};

#define PLACED(id, title, intro, questions, place)                                                 \
    {                                                                                              \
        id, title, intro, questions, COUNT(questions), place                                       \
    }
#define PART(id, title, intro, questions) PLACED(id, title, intro, questions, SECTION_HERE)

static const struct section professional_sections[] = {
    PLACED("del-forst", T("Först"), NULL, first, SECTION_FIRST),
    PART("del-du", T("Du som skickar"), NULL, sender),
    PART("del-barnet", T("Barnet"), NULL, child),
    PART("del-vad", T("Det som hänt"), NULL, lived),
    PART("del-tryggt", T("Trygghet"),
        T("Svara så gott du kan. En person läser svaren innan vi hör av oss till någon."), safety),
    PLACED("del-familjen", T("Så når vi familjen tryggt"),
        T("Den vi kan höra av oss till. Om familjen inte vet kan du hoppa över det här."), family,
        SECTION_FAMILY),
    PLACED("del-andra", T("Den andra vårdnadshavaren"),
        T("Hoppa över det här om du inte vet, eller om det kan vara farligt."), other_guardian,
        SECTION_FAMILY),
    PLACED("del-samtycke", T("Samtycke"), NULL, consent, SECTION_FAMILY),
    PART("del-nar", T("När och hur"), NULL, times),
};

static const struct section parent_sections[] = {
    PART("del-du", T("Du"), NULL, self),
    PART("del-barnet", T("Barnet"), NULL, child),
    PART("del-vad", T("Det som hänt"), NULL, lived),
    PART("del-tryggt", T("Trygghet"),
        T("Vi frågar alla. En person läser svaren innan vi hör av oss."), safety),
    PART("del-andra", T("Den andra vårdnadshavaren"),
        T("Hoppa över det här om du inte vill, eller om det kan vara farligt."), other_guardian),
    PART("del-samtycke", T("Samtycke"), NULL, own_consent),
    PART("del-nar", T("När och hur"), NULL, times),
};

static const struct section child_sections[] = {
    PART("del-namn", T("1. Vad ska vi kalla dig?"), NULL, call_me),
    PART("del-kontakt", T("2. Hur når vi dig tryggt?"),
        T("Du väljer. Vi hör bara av oss på sätt som du säger ja till."), reach_me),
    PART("del-alder", T("3. Hur gammal är du?"), NULL, my_age),
    PART("del-mer", T("Om du vill berätta mer"), NULL, tell_more),
};

static const struct form_door doors[] = {
    {DOOR_PROFESSIONAL, "anmal", T("Föreslå ett barn"), T("Föreslå ett barn till en grupp"),
        T("Det tar ungefär två minuter. Du får ett kvitto direkt."), professional_sections,
        COUNT(professional_sections)},
    {DOOR_PARENT, "foralder", T("Berätta lite"), T("Berätta lite, så ringer vi"),
        T("Ingenting är bestämt när du har skickat det här. Vi pratar med dig först."),
        parent_sections, COUNT(parent_sections)},
    {DOOR_CHILD, "barn", T("Tre frågor"), T("Tre korta frågor"),
        T("Du berättar bara det du vill. Du bestämmer."), child_sections, COUNT(child_sections)},
};

const struct form_door *form_door_of(struct text path)
{
    for (size_t i = 0; i < COUNT(doors); i++)
        if (text_is(path, doors[i].path))
            return &doors[i];
    return NULL;
}

const struct form_door *form_door_numbered(enum door door)
{
    for (size_t i = 0; i < COUNT(doors); i++)
        if (doors[i].door == door)
            return &doors[i];
    return NULL;
}

const char *form_path(const struct form_door *door)
{
    return door->door == DOOR_CHILD ? "barn/fragor" : door->path;
}

const struct question *form_question(const struct form_door *door, const char *name)
{
    const struct question *found = NULL;

    for (size_t i = 0; i < door->count; i++)
        for (size_t j = 0; j < door->sections[i].count; j++)
            if (strcmp(door->sections[i].questions[j].name, name) == 0)
                found = &door->sections[i].questions[j];
    CHECK(found); /* every step asks what its door asks */
    return found;
}
