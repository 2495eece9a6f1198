/* Families for a demo: made up from tables and a seed, always the same from the same. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/text.h"
#include "vocabulary.h"

enum { PEOPLE_NAME_MOST = 100, PEOPLE_EMAIL_MOST = 80, PEOPLE_PHONE_MOST = 20, PEOPLE_SLOTS = 20 };

struct people_name {        /* a line of people_names.csv */
    struct text background; /* the key of the language that is spoken at home */
    struct text kind;       /* girl, boy, woman, man, surname */
    struct text name;
    int64_t weight;
};

struct people_share { /* a district and its children, a referrer and its share */
    struct text key;
    int64_t weight;
};

struct people_number { /* an official test number and the day it tells */
    struct text digits;
    int32_t birth;
};

struct people_tables {
    const struct people_name *names;
    size_t name_count;
    const struct people_share *districts, *sources, *languages;
    size_t district_count, source_count, language_count;
    const struct people_number *numbers;
    size_t number_count;
    int64_t slots; /* mask of the weekly times that the city has */
    int32_t today;
};

struct people_guardian {
    char name[PEOPLE_NAME_MOST];
    char email[PEOPLE_EMAIL_MOST]; /* empty: none */
    char phone[PEOPLE_PHONE_MOST];
    bool mother;
    enum safety_answer email_safe, phone_safe, sms_safe, message_safe;
};

struct family {
    char child[PEOPLE_NAME_MOST], referrer[PEOPLE_NAME_MOST], referrer_email[PEOPLE_EMAIL_MOST];
    const struct people_number *number; /* NULL: only the birth date is told */
    struct text district, language, second_language, surname;
    struct people_guardian guardians[2];
    size_t guardian_count;
    int64_t free_slots, max_travel_min;
    int32_t birth;
    int age;
    enum source source;
    enum door door;
    enum sex sex;
    enum situation primary, also; /* also: SITUATION_NONE for most */
    enum parent_wish parent_wish;
    enum safety_answer danger, afraid, violence, other_dangerous, protected;
    bool step_free, same_sex_only, consent, family_knows, sibling;
};

/* The first `count` families of that seed. A personal number is used once; when those of an age
 * have run out, a child has none. */
struct family *people_make(
    struct arena *arena, const struct people_tables *tables, uint64_t seed, size_t count);

enum reply { REPLY_YES, REPLY_NO, REPLY_SILENCE };

struct people_reply {
    enum reply reply;
    enum decline_reason reason; /* of a no */
};

/* What family `index` of that seed says to its offer number `offer`, counted from 0. */
struct people_reply people_reply(uint64_t seed, size_t index, size_t offer);
