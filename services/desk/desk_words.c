/* The vocabulary in the staff's Swedish. Each table follows its enumeration. */
#include "common/check.h"
#include "common/wait_words.h"
#include "services/desk/desk_parts.h"

static const char *const situations[SITUATION_COUNT] = {
    "", T("Missbruk"), T("Psykisk ohälsa"), T("Våld"), T("Separation")};

static const char *const states[REFERRAL_STATE_COUNT] = {"", T("Mottagen"), T("Trygghet ses över"),
    T("Skydd först"), T("Ska nås"), T("Väntar på samtycke"), T("Väntar"), T("Parkerad"),
    T("Hos annan verksamhet"), T("Föreslagen grupp"), T("Erbjuden plats"), T("Ring upp"),
    T("Möte före start"), T("Har tackat ja"), T("Har plats"), T("Går i grupp"), T("Avslutad"),
    T("Uppföljd"), T("Tillbakadragen"), T("Hänvisad vidare"), T("Inte nådd"), T("För gammal"),
    T("Avbruten"), T("Inlagd av misstag")};

static const char *const sources[SOURCE_COUNT] = {"", T("Socialtjänsten"), T("Elevhälsan"),
    T("Förälder"), T("Vuxenpsykiatrin"), T("Beroendevården"), T("Kvinnojour"),
    T("Barn- och ungdomspsykiatrin"), T("Lärare"), T("Förskola"), T("Polisen"), T("Sjukvården"),
    T("Förening"), T("Kyrka eller samfund"), T("Släkting"), T("Barnet självt"), T("Annan")};

static const char *const safeties[SAFETY_COUNT] = {"", T("Grön"), T("Osäker"), T("Röd")};

static const char *const decisions[CLEARANCE_DECISION_COUNT] = {
    "", T("Klar för kontakt"), T("Väntar med kontakt"), T("Röd: skydd först")};

static const char *const tasks[TASK_KIND_COUNT] = {
    [TASK_KIND_NONE] = "",
    [TASK_KIND_PROTECTION] = T("Skydd: lämna över på telefon"),
    [TASK_KIND_CALL_FAMILY] = T("Ring familjen"),
    [TASK_KIND_CALL_BACK] = T("Ring upp: inget svar på erbjudandet"),
    [TASK_KIND_LETTER_FAILED] = T("Ett brev kom inte fram"),
    [TASK_KIND_NO_SAFE_CONTACT] = T("Ingen trygg väg att nå familjen"),
    [TASK_KIND_UNSAFE_DECLINE] = T("Det kändes inte tryggt: ta kontakt"),
    [TASK_KIND_IDENTITY_DOUBT] = T("Oklart vem barnet är"),
    [TASK_KIND_HAND_OVER] = T("Lämna över till annan verksamhet"),
    [TASK_KIND_CONSENT] = T("Samtycke saknas"),
    [TASK_KIND_DEAD_LETTER] = T("Ett meddelande kunde inte hanteras"),
    [TASK_KIND_CALL_LEADER] = T("Ring gruppledaren"),
    [TASK_KIND_FEW_CHILDREN] = T("Få barn kvar i en grupp: bestäm hur den går vidare"),
    [TASK_KIND_MISSING_CHILD] = T("Ett barn saknas på träffen: ring inom 30 minuter"),
    [TASK_KIND_MISSING_LATE] = T("Ingen har ringt om barnet som saknas: ring nu"),
    [TASK_KIND_MISSED_TWICE] = T("Borta två träffar i rad: ta kontakt"),
    [TASK_KIND_INTERPRETER] = T("Boka tolk till ett möte före start"),
    [TASK_KIND_START_STEP] = T("Ett steg före starten är sent"),
    [TASK_KIND_SUBSTITUTE_MISSING] = T("Ingen vikarie: ring någon, flytta eller ställ in"),
    [TASK_KIND_TRAINING_ENDS] = T("En utbildning tar slut"),
    [TASK_KIND_CONTRACT_ENDS] = T("En anställning tar slut"),
    [TASK_KIND_ASK_CONFLICTS] = T("Fråga ledarna om de känner någon i gruppen"),
};

/* In short, to choose from; the list itself says them in full. */
static const char *const wait_reasons[WAIT_REASON_COUNT] = {"", T("Samtal först"),
    T("Samtycke saknas"), T("För få barn"), T("Gruppledare saknas"), T("Lokal saknas"),
    T("Ingen gemensam tid"), T("För långt"), T("Språk saknas"), T("Gruppen är full"),
    T("Startar senare"), T("Annat stöd först"), T("Har bett oss vänta"), T("Hos annan verksamhet")};

static const char *const outcomes[CONTACT_OUTCOME_COUNT] = {"", T("Nådde familjen"),
    T("Inget svar"), T("Fel nummer"), T("Frågade den som hörde av sig"), T("Lämnade meddelande")};

static const char *const letter_ends[LETTER_END_COUNT] = {
    "", T("Skickat"), T("Kom inte fram"), T("Oklart om det kom fram"), T("Ingen trygg kanal")};

static const char *const purposes[PURPOSE_COUNT] = {"", T("Erbjudande om plats"),
    T("Besked om start"), T("Besked om inställd grupp"), T("Bekräftelse"), T("Besked om väntan"),
    T("Besked om ändrade tider"), T("Träff före start"), T("Bokad träff före start"),
    T("Besked om senare start"), T("Besked om byte av grupp"), T("Besked om sammanslagen grupp"),
    T("Besked om enskilda samtal")};

static const char *const group_states[GROUP_STATE_COUNT] = {"", T("Idé"), T("Samlar barn"),
    T("Bokad"), T("Erbjuds"), T("Bekräftad"), T("Pågår"), T("Avslutad"), T("Utvärderad"),
    T("Sammanslagen"), T("Framflyttad"), T("Inställd")};

static const char *const presences[PRESENCE_COUNT] = {
    "", T("Kom"), T("Sa till att hon eller han inte kommer"), T("Uteblev utan att säga till")};

static const char *const stales[STALE_COUNT] = {"", T("för få av barnen är kvar"),
    T("lokalen är inte ledig längre"), T("gruppledarna är inte lediga längre"),
    T("programmet har ändrats")};

static const char *const refusals[BOOKING_REFUSAL_COUNT] = {"", T("lokalen är upptagen"),
    T("en gruppledare är upptagen"), T("det finns inte dagar nog före terminens slut"),
    T("lokalen finns inte längre"), T("en gruppledare finns inte längre"),
    T("programmet finns inte längre"), T("starten låg för nära"),
    T("nämnden har inte beslutat om programmet"),
    T("en gruppledare saknar den utbildning som programmet kräver"),
    T("en gruppledare känner någon i gruppen")};

static const char *const roles[STAFF_ROLE_COUNT] = {
    "", T("samordnare"), T("gruppledare"), T("drift"), T("läsrätt")};

const char *word_situation(enum situation situation)
{
    return situations[situation];
}

const char *word_state(enum referral_state state)
{
    return states[state];
}

const char *word_state_name(struct text name)
{
    return states[referral_state_of(name)];
}

const char *word_stale(enum stale stale)
{
    return stales[stale];
}

const char *word_refusal(enum booking_refusal refusal)
{
    return refusals[refusal];
}

const char *word_source(enum source source)
{
    return sources[source];
}

const char *word_safety(enum safety safety)
{
    return safeties[safety];
}

const char *word_decision(enum clearance_decision decision)
{
    return decisions[decision];
}

const char *word_task(enum task_kind kind)
{
    return tasks[kind];
}

const char *word_wait_reason(enum wait_reason reason)
{
    return wait_reasons[reason];
}

const char *word_outcome(enum contact_outcome outcome)
{
    return outcomes[outcome];
}

const char *word_letter_end(enum letter_end end)
{
    return letter_ends[end];
}

const char *word_purpose(enum purpose purpose)
{
    return purposes[purpose];
}

const char *word_group_state(enum group_state state)
{
    return group_states[state];
}

const char *word_presence(enum presence presence)
{
    return presences[presence];
}

const char *word_role(enum staff_role role)
{
    return roles[role];
}

struct pair {
    const char *name, *words;
};

static const char *find(const struct pair *pairs, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(name, pairs[i].name))
            return pairs[i].words;
    return NULL;
}

/* What a message of the ledger tells, for the timeline. */
const char *word_message(struct text kind)
{
    static const struct pair pairs[] = {
        {"referral_received", T("Intresseanmälan kom in")},
        {"referral_cleared", T("Klar för kontakt")},
        {"referral_red", T("Rött svar: skydd först")},
        {"place_offered", T("En plats erbjöds")},
        {"letter_settled", T("Ett brev blev klart")},
        {"offer_answered", T("Familjen svarade")},
        {"place_taken", T("Platsen är tagen")},
        {"place_released", T("Platsen släpptes")},
        {"referral_placed", T("Barnet har plats")},
        {"referral_reached", T("Familjen är nådd")},
        {"attendance_noted", T("Närvaro skrevs upp")},
        {"place_move_wanted", T("En samordnare bad om byte av grupp")},
        {"clearance_decided", T("En samordnare beslutade")},
        {"contact_noted", T("Ett samtal skrevs upp")},
        {"before_start_wanted", T("Familjen vill träffa gruppledarna")},
        {"before_start_chosen", T("Familjen valde en tid")},
        {"before_start_ended", T("Barnet har bestämt sig på mötet")},
        {"state_wanted", T("En samordnare flyttade")},
        {"task_wanted", T("En uppgift till en människa")},
        {"worry_raised", T("En ledare är orolig")},
        {"pair_said", T("Två familjer får inte mötas")},
        {"board_noted", T("Nämndens beslut skrevs in")},
        {"programme_approved", T("Ett utkast till program godkändes")},
        {"room_kept", T("En lokal skrevs in")},
        {"talks_wanted", T("Enskilda samtal önskas")},
        {"parents_noted", T("Vilka föräldrar som är med")},
    };
    const char *found = find(pairs, COUNT(pairs), kind);

    return found ? found : T("Ett meddelande");
}

const char *word_daemon(struct text name)
{
    static const struct pair pairs[] = {
        {"intake", T("Mottagning")},
        {"matching", T("Matchning")},
        {"scheduling", T("Schema")},
        {"notification", T("Brev")},
        {"evaluation", T("Utvärdering")},
        {"desk", T("Samordningen")},
    };
    const char *found = find(pairs, COUNT(pairs), name);

    return found ? found : "";
}

const char *word_said(struct text said)
{
    static const struct pair pairs[] = {
        {"beslut", T("Beslutet är sparat och skickat. Det syns här när det är hanterat.")},
        {"samtal", T("Samtalet är uppskrivet.")},
        {"flytt", T("Flytten är skickad. Den syns här om läget är detsamma som du såg.")},
        {"tagen", T("Uppgiften är din.")},
        {"lamnad", T("Uppgiften är tillbaka. Någon annan kan ta den.")},
        {"skal", T("Välj ett skäl. Inget ändrades.")},
        {"anteckning", T("Anteckningen är förseglad. Den läses på kontaktsidan.")},
        {"meddelande", T("Familjen har inte sagt att ett meddelande får lämnas. Inget sparades.")},
        {"klar", T("Uppgiften är klar.")},
        {"resultat", T("Skriv vem som tog emot och när, innan uppgiften kan bli klar.")},
        {"checklista", T("Checklistan är sparad.")},
        {"kalender", T("Det gäller inom några sekunder.")},
        {"utkast", T("Utkastet är sparat. Ta upp det igen härifrån.")},
        {"kastat", T("Utkastet är kastat.")},
        {"fraga", T("Frågan är räknad och avslutad. Inget om vem som frågade är sparat.")},
        {"sett", T("Brevet är markerat som sett.")},
        {"forslag", T("Ditt beslut om gruppen är skickat.")},
        {"plan", T("Planen är godkänd och bokas nu. Grupper som inte höll längre står under "
                   "Föreslagna, med skälet.")},
        {"narvaro", T("Närvaron är sparad.")},
        {"styrt", T("Det gäller inom några sekunder.")},
        {"igen", T("Skickat igen. Stannar det en gång till kommer det tillbaka hit.")},
        {"lagat", T("Det lagade meddelandet är skickat.")},
        {"overlamnat", T("Överlämnat. Det ligger som en uppgift hos Samordningen.")},
        {"orolig", T("Samordningen vet nu att du är orolig och hör av sig till dig. Är det fara "
                     "just nu: ring 112.")},
        {"ringt", T("Uppskrivet att du har ringt.")},
        {"motas-nu", T("Uppskrivet. De är på samma plats samtidigt i dag: flytta en av dem nu.")},
        {"kod", T("Ingen familj har den koden. Inget sparades.")},
        {"motas", T("Uppskrivet: de får inte mötas.")},
        {"oppet", T("Tiderna går inte att läsa. Skriv till exempel 14.00–20.00. Inget sparades.")},
        {"fel", T("Något i formuläret saknades eller var fel. Inget sparades.")},
        {"andrat", T("Någon hann före dig. Titta på läget igen.")},
    };

    return said.data ? find(pairs, COUNT(pairs), said) : NULL;
}

void desk_set_tongue(struct value *object, const char *name, struct text code)
{
    const char *found = language_words(code);

    if (found)
        value_set_message(object, name, found);
    else
        value_set_text(object, name, code);
}
