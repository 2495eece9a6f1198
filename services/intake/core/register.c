/* The rules of a referral's reception. Nothing here says who may see what; the store keeps apart.
 */
#include "services/intake/core/register.h"

#include <string.h>

#include "common/domain/contact.h"
#include "common/domain/date.h"
#include "common/domain/holiday.h"
#include "common/domain/protection.h"
#include "common/i18n.h"
#include "common/store.h"

static void problem(struct register_verdict *verdict, const char *field, const char *text)
{
    for (size_t i = 0; i < verdict->problem_count; i++)
        if (strcmp(verdict->problems[i].field, field) == 0)
            return;
    if (verdict->problem_count < REGISTER_PROBLEMS_MOST)
        verdict->problems[verdict->problem_count++] = (struct register_problem){field, text};
}

static bool listed(struct text word, const struct text *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(word, list[i]))
            return true;
    return false;
}

static bool blank(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != ' ')
            return false;
    return true;
}

/* Who the child is */

static void judge_number(
    const struct referral_form *form, int32_t today, struct register_verdict *v)
{
    if (blank(form->child_personal_number))
        return;
    switch (personal_number_parse(form->child_personal_number, today, &v->number)) {
    case PERSONAL_NUMBER_RIGHT:
        v->has_number = true;
        return;
    case PERSONAL_NUMBER_FORM:
        problem(v, "child_personal_number",
            T("Skriv personnumret med tio eller tolv siffror, eller lämna det tomt"));
        return;
    case PERSONAL_NUMBER_DATE:
        problem(v, "child_personal_number", T("Det datumet i personnumret finns inte"));
        return;
    case PERSONAL_NUMBER_CHECK_DIGIT:
        problem(v, "child_personal_number",
            T("Personnumret stämmer inte. Se efter att alla siffror är rätt"));
        return;
    }
}

/* The day by number, by date, or the middle of the year that an age leaves open. */
static int32_t birth_of(const struct referral_form *form, int32_t today, struct register_verdict *v)
{
    const int32_t by_number = v->has_number ? v->number.birth : DAY_ABSENT;

    if (form->birth_date != DAY_ABSENT) {
        if (by_number != DAY_ABSENT && by_number != form->birth_date)
            problem(v, "birth_date", T("Födelsedagen är en annan än i personnumret"));
        return form->birth_date;
    }
    if (by_number != DAY_ABSENT)
        return by_number;
    if (form->age != INT_ABSENT)
        return date_add_months(today, (int)(-12 * form->age - 6));
    return DAY_ABSENT;
}

static void judge_age(const struct referral_form *form, int32_t today, struct register_verdict *v)
{
    const char *field = form->age != INT_ABSENT && form->birth_date == DAY_ABSENT && !v->has_number
                            ? "age"
                        : form->birth_date == DAY_ABSENT && v->has_number ? "child_personal_number"
                                                                          : "birth_date";

    if (form->age != INT_ABSENT && (form->age < 0 || form->age > REGISTER_AGE_MOST)) {
        problem(v, "age", T("Grupperna är för barn och unga till och med 18 år"));
        return;
    }
    v->need.birth = birth_of(form, today, v);
    if (v->need.birth == DAY_ABSENT) {
        if (v->has_number)
            v->age_unknown = true;
        else if (blank(form->child_personal_number))
            problem(v, form->door == DOOR_CHILD ? "age" : "birth_date",
                form->door == DOOR_CHILD ? T("Skriv hur gammal du är")
                                         : T("Skriv barnets födelsedag"));
        return;
    }
    if (v->need.birth > today)
        problem(v, field, T("Födelsedagen har inte varit än"));
    else if (date_age(v->need.birth, today) > REGISTER_AGE_MOST)
        problem(v, field, T("Grupperna är för barn och unga till och med 18 år"));
}

static void judge_child(const struct referral_form *form, const struct register_lists *lists,
    int32_t today, struct register_verdict *v)
{
    if (blank(form->child_name) && v->family_knows)
        problem(v, "child_name",
            form->door == DOOR_CHILD ? T("Skriv vad vi ska kalla dig") : T("Skriv barnets namn"));
    judge_number(form, today, v);
    judge_age(form, today, v);
    if (form->district.data && !listed(form->district, lists->districts, lists->district_count))
        problem(v, "district", T("Välj en stadsdel i listan"));
    else if (!form->district.data && form->door != DOOR_CHILD)
        problem(v, "district", T("Välj var barnet bor mest"));
    v->need.district = form->district;
    v->need.sex = form->sex ? form->sex : SEX_UNSAID;
    if (form->message.length > REGISTER_MESSAGE_MOST)
        problem(v, "message", T("Skriv lite kortare"));
}

/* What the child needs */

static void judge_situations(const struct referral_form *form, struct register_verdict *v)
{
    struct register_need *need = &v->need;
    bool has_primary = false;

    for (size_t i = 0; i < form->situations_count && i < REGISTER_ARRAY_MOST; i++) {
        need->situations[need->situation_count++] = form->situations[i];
        has_primary = has_primary || form->situations[i] == form->primary_situation;
    }
    need->primary = form->primary_situation;
    if (need->primary && !has_primary && need->situation_count < REGISTER_ARRAY_MOST)
        need->situations[need->situation_count++] = need->primary;
    if (!need->primary && need->situation_count == 1)
        need->primary = need->situations[0];
    if (need->situation_count == 0 && form->door != DOOR_CHILD)
        problem(v, "situations", T("Välj minst ett alternativ"));
    else if (!need->primary && need->situation_count > 1 && form->door != DOOR_CHILD)
        problem(v, "primary_situation", T("Välj vad som väger tyngst för barnet just nu"));
    for (size_t i = 0; i < need->situation_count; i++)
        v->violence = v->violence || need->situations[i] == SITUATION_VIOLENCE;
}

static bool speaks(const struct register_need *need, struct text language)
{
    return listed(language, need->languages, need->language_count);
}

/*
 * `language` is what the family is spoken and written to in; a group's language is one of the
 * child's. When nobody said what the child speaks, it may come to a group in Swedish, as most
 * children here can whatever is spoken at home, and to one in the family's language. The first talk
 * puts it right.
 */
static void suppose_languages(const struct referral_form *form, const struct register_lists *lists,
    struct register_need *need)
{
    if (listed(TEXT("sv"), lists->languages, lists->language_count))
        need->languages[need->language_count++] = TEXT("sv");
    if (!speaks(need, form->language))
        need->languages[need->language_count++] = form->language;
}

static void judge_languages(const struct referral_form *form, const struct register_lists *lists,
    struct register_verdict *v)
{
    struct register_need *need = &v->need;

    if (!listed(form->language, lists->languages, lists->language_count))
        problem(v, "language", T("Välj ett språk i listan"));
    for (size_t i = 0; i < form->languages_count && i < REGISTER_ARRAY_MOST; i++) {
        if (!listed(form->languages[i], lists->languages, lists->language_count))
            problem(v, "languages", T("Välj ett språk i listan"));
        need->languages[need->language_count++] = form->languages[i];
    }
    if (need->language_count == 0)
        suppose_languages(form, lists, need);
}

static void judge_times(const struct referral_form *form, const struct register_lists *lists,
    struct register_verdict *v)
{
    struct register_need *need = &v->need;

    need->free_slots = form->free_slots == INT_ABSENT ? 0 : form->free_slots;
    for (size_t i = 0; i < form->slots_count; i++)
        need->free_slots |= (int64_t)1 << form->slots[i];
    if (need->free_slots & ~lists->slots)
        problem(v, form->slots_count ? "slots" : "free_slots", T("Välj bland de tider som finns"));
    if (need->free_slots == 0)
        need->free_slots = lists->slots; /* nothing said: any time, a person asks in the call */
    need->max_travel_min =
        form->max_travel_min == INT_ABSENT ? REGISTER_TRAVEL_MIN : form->max_travel_min;
    for (size_t i = 0; i < form->needs_count && i < REGISTER_ARRAY_MOST; i++)
        need->needs[need->need_count++] = form->needs[i];
    need->same_sex_only = form->same_sex_only;
    need->parent_wish = form->parent_wish ? form->parent_wish : PARENT_WISH_NO;
}

/* How somebody is reached safely */

static void judge_contact(struct text email, struct text phone, const char *email_field,
    const char *phone_field, struct register_verdict *v)
{
    char number[CONTACT_PHONE_MOST + 1];

    if (!blank(email) && !contact_email_ok(email))
        problem(v, email_field, T("E-postadressen ser inte rätt ut"));
    if (!blank(phone) && !contact_phone(phone, number))
        problem(v, phone_field, T("Telefonnumret ser inte rätt ut"));
}

static bool reachable(const struct referral_form_guardian *guardian)
{
    return !blank(guardian->email) || !blank(guardian->phone);
}

static void judge_guardians(const struct referral_form *form, struct register_verdict *v)
{
    static const char *const emails[] = {"guardians.0.email", "guardians.1.email"};
    static const char *const phones[] = {"guardians.0.phone", "guardians.1.phone"};
    const struct referral_form_guardian *first = form->guardians;

    for (size_t i = 0; i < form->guardians_count && i < 2; i++)
        judge_contact(form->guardians[i].email, form->guardians[i].phone, emails[i], phones[i], v);
    if (form->door == DOOR_PARENT && (form->guardians_count == 0 || blank(first->name)))
        problem(v, "guardians.0.name", T("Skriv ditt namn"));
    if (form->door == DOOR_PARENT && (form->guardians_count == 0 || !reachable(first)))
        problem(v, "guardians.0.phone", T("Skriv ett telefonnummer eller en e-postadress"));
    if (form->door == DOOR_PROFESSIONAL && v->family_knows &&
        (form->guardians_count == 0 || !reachable(first)))
        problem(v, "guardians.0.phone",
            T("Skriv hur vi når någon i familjen, eller välj att familjen inte vet"));
    if (form->door == DOOR_CHILD && (form->guardians_count == 0 || !reachable(first)))
        problem(v, "guardians.0.phone", T("Skriv hur vi kan nå dig"));
}

static void judge_referrer(const struct referral_form *form, struct register_verdict *v)
{
    const struct referral_form_referrer *referrer = form->referrer;

    if (form->door != DOOR_PROFESSIONAL)
        return;
    if (!form->family_knows)
        problem(v, "family_knows", T("Svara på om familjen vet"));
    if (!referrer || blank(referrer->name))
        problem(v, "referrer.name", T("Skriv ditt namn"));
    if (!referrer || (blank(referrer->email) && blank(referrer->phone)))
        problem(v, "referrer.phone", T("Skriv ett telefonnummer eller en e-postadress"));
    if (referrer)
        judge_contact(referrer->email, referrer->phone, "referrer.email", "referrer.phone", v);
}

/* Whether it is safe */

static void judge_safety(const struct referral_form *form, struct register_verdict *v)
{
    static const char *const fields[REGISTER_ANSWERS] = {"immediate_danger", "afraid_at_home",
        "violence_last_year", "other_guardian_dangerous", "protected_identity"};
    const enum safety_answer answers[REGISTER_ANSWERS] = {form->immediate_danger,
        form->afraid_at_home, form->violence_last_year, form->other_guardian_dangerous,
        form->protected_identity};

    for (size_t i = 0; i < REGISTER_ANSWERS; i++)
        if (!answers[i] && form->door != DOOR_CHILD)
            problem(v, fields[i], T("Svara på frågan. Du kan svara vet inte"));
    v->violence = v->violence || form->violence_last_year == SAFETY_ANSWER_YES ||
                  form->afraid_at_home == SAFETY_ANSWER_YES ||
                  form->other_guardian_dangerous == SAFETY_ANSWER_YES;
    v->protected = form->protected_identity == SAFETY_ANSWER_YES ||
                   form->protected_identity == SAFETY_ANSWER_UNKNOWN;
    v->safety =
        protection_safety(&(struct safety_answers){form->immediate_danger, form->afraid_at_home,
            form->violence_last_year, form->other_guardian_dangerous, form->protected_identity});
}

void register_judge(const struct referral_form *form, const struct register_lists *lists,
    int32_t today, struct register_verdict *verdict)
{
    struct register_verdict *v = verdict;

    memset(v, 0, sizeof *v);
    v->need.birth = DAY_ABSENT;
    v->family_knows = form->door != DOOR_PROFESSIONAL || form->family_knows != YES_NO_NO;
    v->consented = form->consent_take_part == CONSENT_ANSWER_YES;
    judge_referrer(form, v);
    judge_child(form, lists, today, v);
    judge_situations(form, v);
    judge_languages(form, lists, v);
    judge_times(form, lists, v);
    judge_guardians(form, v);
    judge_safety(form, v);
    v->complete = v->need.primary && v->need.birth != DAY_ABSENT && v->need.district.data;
}

bool register_may_clear_alone(const struct register_verdict *verdict)
{
    const struct register_need *need = &verdict->need;

    return verdict->problem_count == 0 &&
           protection_may_clear_alone(verdict->safety, need->situations, need->situation_count) &&
           !verdict->violence && !verdict->protected && verdict->consented &&
           verdict->family_knows && verdict->complete && !verdict->age_unknown;
}

struct safe_channels register_channels(
    const struct referral_form *form, const struct register_verdict *verdict, size_t guardian)
{
    const struct referral_form_guardian *who = &form->guardians[guardian];
    const bool cleared = guardian == 0 || form->other_guardian_dangerous == SAFETY_ANSWER_NO;
    const bool allowed = verdict->family_knows && cleared;
    const bool phone = allowed && !blank(who->phone);

    return (struct safe_channels){
        .email = allowed && !blank(who->email) && who->email_safe == SAFETY_ANSWER_YES,
        .phone = phone && who->phone_safe == SAFETY_ANSWER_YES,
        .sms = phone && who->sms_safe == SAFETY_ANSWER_YES,
        .message = phone && who->message_safe == SAFETY_ANSWER_YES,
    };
}

static char answer_letter(enum safety_answer answer)
{
    return "-yn?"[answer];
}

void register_answer_letters(
    const struct referral_form *form, char letters[static REGISTER_ANSWERS + 1])
{
    letters[0] = answer_letter(form->immediate_danger);
    letters[1] = answer_letter(form->afraid_at_home);
    letters[2] = answer_letter(form->violence_last_year);
    letters[3] = answer_letter(form->other_guardian_dangerous);
    letters[4] = answer_letter(form->protected_identity);
    letters[5] = '\0';
}

void register_consent_letters(
    const struct referral_form *form, char letters[static REGISTER_CONSENTS + 1])
{
    letters[0] = "-yn"[form->family_knows];
    letters[1] = "-yn?"[form->consent_take_part];
    letters[2] = "-yn?"[form->consent_share];
    letters[3] = "-yn?"[form->consent_tell_referrer];
    letters[4] = '\0';
}

/* Families' clocks stand still in quiet periods, those of safety never. */
struct receipt_steps receipt_steps(
    int32_t received, enum safety safety, const struct quiet_periods *quiet)
{
    const int32_t read_by = working_days_after(received, 1, NULL);

    return (struct receipt_steps){
        read_by, working_days_after(read_by, 3, safety == SAFETY_GREEN ? quiet : NULL)};
}

int32_t register_look_by(int32_t received, const struct register_verdict *verdict)
{
    const bool today = verdict->violence || verdict->safety == SAFETY_RED;

    return today ? received : working_days_after(received, 2, NULL);
}
