/* Whether a referral that came in is complete and plausible, what its safety answers come to, and
 * what matching may know of the child. Pure: tests/cases/register.txt has its rules as lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/domain/personal_number.h"
#include "common/text.h"
#include "forms.h"

enum {
    REGISTER_PROBLEMS_MOST = 40,  /* a form has some 35 fields */
    REGISTER_AGE_MOST = 18,       /* groups are for children of 0-18 (PRODUCT, R2) */
    REGISTER_TRAVEL_MIN = 45,     /* minutes, when nothing was said */
    REGISTER_MESSAGE_MOST = 2000, /* bytes of own words: what common/identity.h takes */
    REGISTER_RULES = 1,           /* version of the rules that a clearance was given by */
    REGISTER_ARRAY_MOST = 4,      /* situations, languages, needs */
};

struct register_problem {
    const char *field; /* as the form and the API name it */
    const char *text;  /* Swedish, marked with T() */
};

/* What the city has: keys that a form may name. */
struct register_lists {
    const struct text *districts;
    size_t district_count;
    const struct text *languages;
    size_t language_count;
    int64_t slots; /* mask of the weekly times */
};

struct register_need { /* what matching may know; never who */
    enum situation primary;
    enum situation situations[REGISTER_ARRAY_MOST];
    size_t situation_count;
    int32_t birth; /* DAY_ABSENT: not known */
    enum sex sex;
    struct text district;
    struct text languages[REGISTER_ARRAY_MOST];
    size_t language_count;
    int64_t free_slots, max_travel_min;
    enum need needs[REGISTER_ARRAY_MOST];
    size_t need_count;
    bool same_sex_only;
    enum parent_wish parent_wish;
};

struct register_verdict {
    struct register_problem problems[REGISTER_PROBLEMS_MOST];
    size_t problem_count; /* 0: the referral is taken */
    struct personal_number number;
    bool has_number;
    struct register_need need;
    enum safety safety;
    bool violence;     /* said, or not ruled out by a situation: never cleared by a rule */
    bool protected;    /* an identity is protected, or may be */
    bool consented;    /* those who decide agree that the child takes part */
    bool family_knows; /* false: nobody in the family may be contacted */
    bool complete;     /* matching can work with it; else a person asks first */
    bool age_unknown;  /* a coordination number without a birth date and no age: a person looks */
};

/* Fills `verdict`; texts in it point into `form` and `lists`. `today` is the civil day. */
void register_judge(const struct referral_form *form, const struct register_lists *lists,
    int32_t today, struct register_verdict *verdict);

/* How a guardian may be reached: only what was said to be safe, and the second guardian only when
 * it was said that no danger comes of it (SAFETY, "Protected identity and violence" 2 and 3). */
struct safe_channels {
    bool email, phone, sms, message;
};
struct safe_channels register_channels(
    const struct referral_form *form, const struct register_verdict *verdict, size_t guardian);

/* The safety answers and the consents as letters for the row: y, n, ? (does not know), - (unsaid).
 */
enum { REGISTER_ANSWERS = 5, REGISTER_CONSENTS = 4 };
void register_answer_letters(
    const struct referral_form *form, char letters[static REGISTER_ANSWERS + 1]);
void register_consent_letters(
    const struct referral_form *form, char letters[static REGISTER_CONSENTS + 1]);

/* Whether a setting may clear it without a person (SAFETY 7, DECISIONS "Defaults"): green, no
 * violence, nothing protected, agreed to, complete, and no trap touched. */
bool register_may_clear_alone(const struct register_verdict *verdict);

/* What the receipt promises: read within a working day, heard of within three more. */
struct receipt_steps {
    int32_t read_by, heard_by; /* civil days */
};
struct quiet_periods;
struct receipt_steps receipt_steps(
    int32_t received, enum safety safety, const struct quiet_periods *quiet);

/* When a coordinator must have looked: the same day for violence or red, else two working days
 * (PRODUCT, safety_check). */
int32_t register_look_by(int32_t received, const struct register_verdict *verdict);
