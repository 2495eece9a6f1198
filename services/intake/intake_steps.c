/* The pages of the way that asks one question at a time, door by door, in their order; and what
 * each takes into the draft of what is posted. */
#include <string.h>

#include "common/check.h"
#include "services/intake/intake_draft.h"

#define SAFE(who)                                                                                  \
    who ".phone_safe", who ".sms_safe", who ".email_safe", who ".message_safe", who ".hours"

static const struct form_step child_steps[] = {
    {"namn", T("Första frågan"), T("Vad ska vi kalla dig?"), NULL, {"child_name"}, STEP_SAFETY},
    {"kontakt", T("Andra frågan"), T("Hur når vi dig tryggt?"),
        T("Du väljer. Vi hör bara av oss på sätt som du säger ja till."),
        {"guardians.0.phone", "guardians.0.email", SAFE("guardians.0")}, STEP_SAFETY},
    {"alder", T("Tredje frågan"), T("Hur gammal är du?"), NULL, {"age"}, STEP_SAFETY},
    {"mer", T("Om du vill berätta mer"), T("Om du vill berätta mer"),
        T("Du behöver inte svara på något här."), {"situations", "message"}, STEP_ASIDE},
};

static const struct form_step parent_steps[] = {
    {"namn", T("Du"), T("Vem är du?"), NULL, {"guardians.0.name", "guardians.0.relation"},
        STEP_USUAL},
    {"kontakt", T("Så når vi dig"), T("Hur når vi dig?"), NULL,
        {"guardians.0.phone", "guardians.0.email"}, STEP_USUAL},
    {"tryggt", T("Så når vi dig"), T("Är det tryggt att vi hör av oss?"),
        T("Vi frågar alla. Vi hör bara av oss på sätt som du säger ja till."),
        {SAFE("guardians.0")}, STEP_USUAL},
    {"sprak", T("Språk"), NULL, NULL, {"language"}, STEP_USUAL},
    {"barnet", T("Barnet"), NULL, NULL, {"child_name"}, STEP_USUAL},
    {"fodd", T("Barnet"), T("När är barnet fött?"), NULL, {"birth_date", "child_personal_number"},
        STEP_USUAL},
    {"om-barnet", T("Barnet"), T("Lite om barnet"), NULL, {"sex", "languages"}, STEP_USUAL},
    {"bor", T("Barnet"), NULL, NULL, {"district"}, STEP_USUAL},
    {"hant", T("Barnet"), NULL, NULL, {"situations"}, STEP_SAFETY},
    {"tyngst", T("Barnet"), T("Vad väger tyngst just nu?"), NULL, {"primary_situation"},
        STEP_SEVERAL},
    {"paus", T("Några frågor till"), T("Nu kommer fem frågor om trygghet"),
        T("Vi frågar alla. En person läser svaren innan vi hör av oss. Du kan svara vet inte på "
          "allt. Sitter du tryggt just nu, så att ingen annan ser? Annars kan du vänta."),
        {NULL}, STEP_PAUSE},
    {"just-nu", T("Trygghet"), NULL, NULL, {"immediate_danger"}, STEP_SAFETY},
    {"hemma", T("Trygghet"), NULL, NULL, {"afraid_at_home"}, STEP_SAFETY},
    {"senaste-aret", T("Trygghet"), NULL, NULL, {"violence_last_year"}, STEP_SAFETY},
    {"den-andra", T("Trygghet"), NULL, NULL, {"other_guardian_dangerous"}, STEP_SAFETY},
    {"uppgifter", T("Trygghet"), NULL, NULL, {"protected_identity"}, STEP_SAFETY},
    {"andra", T("Den andra vårdnadshavaren"), T("Den andra vårdnadshavaren"),
        T("Hoppa över det här om du inte vill, eller om det kan vara farligt."),
        {"guardians.1.name", "guardians.1.phone", "guardians.1.email"}, STEP_USUAL},
    {"andra-tryggt", T("Den andra vårdnadshavaren"),
        T("Är det tryggt att vi hör av oss till den andra vårdnadshavaren?"), NULL,
        {SAFE("guardians.1")}, STEP_OTHER},
    {"ja-eller-nej", T("Samtycke"), NULL, NULL, {"consent_take_part"}, STEP_USUAL},
    {"tider", T("När och hur"), NULL, NULL, {"slots"}, STEP_USUAL},
    {"vagen", T("När och hur"), NULL, NULL, {"max_travel_min"}, STEP_USUAL},
    {"behov", T("När och hur"), T("Vad behöver barnet?"), NULL, {"needs", "same_sex_only"},
        STEP_USUAL},
    {"egen-grupp", T("När och hur"), NULL, NULL, {"parent_wish"}, STEP_USUAL},
    {"mer", T("Något mer"), NULL, NULL, {"message"}, STEP_USUAL},
};

static const struct form_step professional_steps[] = {
    {"forst", T("Först"), NULL, NULL, {"family_knows"}, STEP_USUAL},
    {"allt", T("Föreslå ett barn"), NULL, NULL, {NULL}, STEP_WHOLE},
};

const struct form_step *form_steps(enum door door, size_t *count)
{
    switch (door) {
    case DOOR_CHILD:
        *count = COUNT(child_steps);
        return child_steps;
    case DOOR_PARENT:
        *count = COUNT(parent_steps);
        return parent_steps;
    case DOOR_PROFESSIONAL:
        *count = COUNT(professional_steps);
        return professional_steps;
    case DOOR_NONE:
        break;
    }
    *count = 0;
    return NULL;
}

static bool asks(const struct question *question, struct text name)
{
    const size_t length = strlen(question->name);

    return name.length >= length && memcmp(name.data, question->name, length) == 0 &&
           (name.length == length ||
               (question->kind == ASK_DATE && (strcmp(name.data + length, ".day") == 0 ||
                                                  strcmp(name.data + length, ".month") == 0 ||
                                                  strcmp(name.data + length, ".year") == 0)));
}

/* Whether a page asks for the field of that name. */
static bool step_asks(
    const struct form_door *door, const struct form_step *step, struct text name, bool whole)
{
    for (size_t i = 0; step && i < STEP_QUESTIONS_MOST && step->names[i]; i++)
        if (asks(form_question(door, step->names[i]), name))
            return true;
    for (size_t i = 0; whole && i < door->count; i++)
        for (size_t j = 0; j < door->sections[i].count; j++)
            if ((!step || door->sections[i].place != SECTION_FIRST) &&
                asks(&door->sections[i].questions[j], name))
                return true;
    return false;
}

bool draft_take(struct draft *draft, const struct form_view *posted, const struct form_step *step)
{
    const bool whole = !step || step->kind == STEP_WHOLE;
    bool room = true;
    size_t kept = 0;

    for (size_t i = 0; i < draft->count; i++)
        if (!step_asks(posted->door, step, draft->fields[i].name, whole))
            draft->fields[kept++] = draft->fields[i];
    draft->count = kept;
    for (size_t i = 0; i < posted->field_count; i++)
        if (step_asks(posted->door, step, posted->fields[i].name, whole))
            room = draft_append(draft, posted->fields[i]) && room;
    if (!text_empty(form_typed(posted, "website")))
        draft_set(draft, "website", TEXT("x"));
    return room && draft_size(draft) <= DRAFT_BYTES;
}
