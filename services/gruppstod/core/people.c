/* A family's traits are drawn from tables of weights; each family has its own stream of chance, so
 * that more families change none of the first. Brothers and sisters follow each other. */
#include "services/gruppstod/core/people.h"

#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "common/domain/date.h"

struct chance {
    uint64_t state;
};

/* splitmix64 (Steele, Lea, Flood 2014): small, and the same on every machine. */
static uint64_t draw(struct chance *chance)
{
    uint64_t z = chance->state += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static struct chance chance_of(uint64_t seed, uint64_t stream, uint64_t index)
{
    struct chance chance = {seed * 0x2545f4914f6cdd1dU + stream};

    chance.state = draw(&chance) ^ index;
    draw(&chance);
    return chance;
}

static size_t below(struct chance *chance, size_t count)
{
    return (size_t)(draw(chance) % count);
}

static bool in_hundred(struct chance *chance, unsigned percent)
{
    return draw(chance) % 100 < percent;
}

static size_t weighted(struct chance *chance, const int *weights, size_t count)
{
    int sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    CHECK(sum > 0);
    int at = (int)(draw(chance) % (uint64_t)sum);
    for (size_t i = 0; i < count; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return count - 1;
}

static struct text share(struct chance *chance, const struct people_share *shares, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += shares[i].weight;
    CHECK(sum > 0);
    int64_t at = (int64_t)(draw(chance) % (uint64_t)sum);
    for (size_t i = 0; i < count; i++) {
        if (at < shares[i].weight)
            return shares[i].key;
        at -= shares[i].weight;
    }
    return shares[count - 1].key;
}

/* A name of that kind and background; the Swedish ones when the background has none. */
static struct text name_of(struct chance *chance, const struct people_tables *tables,
    struct text background, const char *kind)
{
    int64_t sum = 0;

    for (size_t i = 0; i < tables->name_count; i++)
        if (text_is(tables->names[i].kind, kind) &&
            text_equal(tables->names[i].background, background))
            sum += tables->names[i].weight;
    if (sum == 0)
        return text_is(background, "sv") ? TEXT("Lo") : name_of(chance, tables, TEXT("sv"), kind);
    int64_t at = (int64_t)(draw(chance) % (uint64_t)sum);
    for (size_t i = 0; i < tables->name_count; i++) {
        const struct people_name *name = &tables->names[i];
        if (!text_is(name->kind, kind) || !text_equal(name->background, background))
            continue;
        if (at < name->weight)
            return name->name;
        at -= name->weight;
    }
    return TEXT("Lo");
}

/* Who the child is */

static enum source told_source(struct text key)
{
    char word[40];

    snprintf(word, sizeof word, "%.*s", (int)key.length, key.data);
    for (char *c = word; *c; c++)
        if (*c == '-')
            *c = '_';
    for (int i = 1; i < SOURCE_COUNT; i++)
        if (strcmp(source_names[i], word) == 0)
            return (enum source)i;
    return SOURCE_OTHER;
}

/* Most children are of the ages that groups are made for; a few are younger or older. */
static int draw_age(struct chance *chance, enum door door)
{
    static const int weights[] = {2, 4, 11, 13, 12, 11, 10, 9, 10, 9, 6, 2, 1};
    const int age = 5 + (int)weighted(chance, weights, COUNT(weights));

    return door == DOOR_CHILD && age < 11 ? age + 6 : age;
}

static void give_birth(
    struct chance *chance, const struct people_tables *tables, bool *used, struct family *family)
{
    const size_t from = tables->number_count ? below(chance, tables->number_count) : 0;

    family->birth = date_add_months(tables->today, -12 * family->age - 6);
    for (size_t i = 0; i < tables->number_count; i++) {
        const size_t at = (from + i) % tables->number_count;
        if (used[at] || date_age(tables->numbers[at].birth, tables->today) != family->age)
            continue;
        used[at] = true;
        family->number = &tables->numbers[at];
        family->birth = family->number->birth;
        break;
    }
    if (family->door == DOOR_CHILD || in_hundred(chance, 30))
        family->number = NULL; /* not everybody tells it */
}

static void draw_child(
    struct chance *chance, const struct people_tables *tables, bool *used, struct family *family)
{
    const bool girl = in_hundred(chance, 52);
    const struct text given = name_of(chance, tables, family->language, girl ? "girl" : "boy");

    family->sex = in_hundred(chance, 3) ? SEX_UNSAID : girl ? SEX_GIRL : SEX_BOY;
    family->age = draw_age(chance, family->door);
    give_birth(chance, tables, used, family);
    if (family->door == DOOR_CHILD)
        snprintf(family->child, sizeof family->child, "%s", given.data);
    else
        snprintf(family->child, sizeof family->child, "%s %s", given.data, family->surname.data);
    family->same_sex_only = family->sex != SEX_UNSAID && family->age >= 12 && in_hundred(chance, 4);
    family->step_free = in_hundred(chance, 3);
}

/* What has happened, and whether it is safe */

static void draw_need(struct chance *chance, struct family *family)
{
    static const int situations[] = {33, 34, 12, 21}; /* in the order of the enumeration */
    static const int travels[] = {8, 22, 50, 20};
    static const int minutes[] = {30, 45, 60, 90};

    family->primary = (enum situation)(1 + weighted(chance, situations, COUNT(situations)));
    if (in_hundred(chance, 20)) {
        family->also = (enum situation)(1 + weighted(chance, situations, COUNT(situations)));
        if (family->also == family->primary || family->also == SITUATION_VIOLENCE)
            family->also = SITUATION_NONE;
    }
    family->max_travel_min = minutes[weighted(chance, travels, COUNT(travels))];
    family->parent_wish = in_hundred(chance, 20)  ? PARENT_WISH_YES
                          : in_hundred(chance, 2) ? PARENT_WISH_MUST
                                                  : PARENT_WISH_NO;
}

/* Small children can come early, teenagers late. */
static void draw_times(
    struct chance *chance, const struct people_tables *tables, struct family *family)
{
    family->free_slots = 0;
    for (int weekday = 0; weekday < 5; weekday++) {
        const bool free = in_hundred(chance, 62);
        for (int time = 0; time < 4; time++) {
            const bool fits = family->age < 10 ? time < 3 : family->age < 13 || time > 0;
            const bool can = in_hundred(chance, 80);
            if (free && fits && can)
                family->free_slots |= (int64_t)1 << (weekday * 4 + time);
        }
    }
    family->free_slots &= tables->slots;
    if (family->free_slots == 0)
        family->free_slots = tables->slots & 0xff; /* Monday and Tuesday */
}

static void draw_safety(struct chance *chance, struct family *family)
{
    enum safety_answer *const answers[] = {&family->danger, &family->afraid, &family->violence,
        &family->other_dangerous, &family->protected};
    const unsigned dice = (unsigned)(draw(chance) % 100);

    for (size_t i = 0; i < COUNT(answers); i++)
        *answers[i] = SAFETY_ANSWER_NO;
    if (family->primary == SITUATION_VIOLENCE && in_hundred(chance, 60))
        family->violence = SAFETY_ANSWER_YES;
    if (dice < 2)
        family->danger = SAFETY_ANSWER_YES;
    else if (dice < 4)
        family->afraid = SAFETY_ANSWER_YES;
    else if (dice < 9)
        *answers[1 + below(chance, COUNT(answers) - 1)] = SAFETY_ANSWER_UNKNOWN;
    else if (dice < 10)
        family->protected = SAFETY_ANSWER_YES;
}

/* Who tells, and how the family is reached */

static void draw_guardian(struct chance *chance, const struct people_tables *tables,
    struct family *family, size_t index, size_t which)
{
    struct people_guardian *guardian = &family->guardians[which];
    const bool phone_only = which == 0 && in_hundred(chance, 5);

    guardian->mother = which ? !family->guardians[0].mother : in_hundred(chance, 65);
    const struct text given =
        name_of(chance, tables, family->language, guardian->mother ? "woman" : "man");
    snprintf(guardian->name, sizeof guardian->name, "%s %s", given.data, family->surname.data);
    if (!phone_only)
        snprintf(guardian->email, sizeof guardian->email, "familj.%zu.%zu@example.org", index,
            which + 1);
    /* 070-174 06 05 to 99: numbers kept free for fiction (PTS). */
    snprintf(guardian->phone, sizeof guardian->phone, "070-174 06 %02zu", 5 + below(chance, 95));
    guardian->email_safe =
        phone_only || in_hundred(chance, 3) ? SAFETY_ANSWER_NO : SAFETY_ANSWER_YES;
    guardian->phone_safe = in_hundred(chance, 90) ? SAFETY_ANSWER_YES : SAFETY_ANSWER_UNKNOWN;
    guardian->sms_safe = in_hundred(chance, 70) ? SAFETY_ANSWER_YES : SAFETY_ANSWER_NO;
    guardian->message_safe = in_hundred(chance, 60) ? SAFETY_ANSWER_YES : SAFETY_ANSWER_NO;
}

static void draw_source(
    struct chance *chance, const struct people_tables *tables, struct family *family, size_t index)
{
    family->source = told_source(share(chance, tables->sources, tables->source_count));
    family->door = family->source == SOURCE_CHILD    ? DOOR_CHILD
                   : family->source == SOURCE_PARENT ? DOOR_PARENT
                                                     : DOOR_PROFESSIONAL;
    family->family_knows = family->door != DOOR_PROFESSIONAL || !in_hundred(chance, 3);
    family->consent = in_hundred(chance, 94);
    if (family->door != DOOR_PROFESSIONAL)
        return;
    snprintf(family->referrer, sizeof family->referrer, "%s %s",
        name_of(chance, tables, TEXT("sv"), "woman").data,
        name_of(chance, tables, TEXT("sv"), "surname").data);
    snprintf(family->referrer_email, sizeof family->referrer_email, "handlaggare.%zu@example.org",
        index);
}

static void draw_home(
    struct chance *chance, const struct people_tables *tables, struct family *family, size_t index)
{
    const struct text spoken = share(chance, tables->languages, tables->language_count);

    family->language = spoken;
    family->surname = name_of(chance, tables, spoken, "surname");
    /* Most children that speak another language at home speak Swedish as well. */
    if (!text_is(spoken, "sv") && in_hundred(chance, 85))
        family->second_language = TEXT("sv");
    family->district = share(chance, tables->districts, tables->district_count);
    draw_source(chance, tables, family, index);
    draw_need(chance, family);
    draw_safety(chance, family);
    family->guardian_count = family->door == DOOR_CHILD ? 1 : in_hundred(chance, 35) ? 2 : 1;
    for (size_t i = 0; i < family->guardian_count; i++)
        draw_guardian(chance, tables, family, index, i);
}

/* A brother or sister has the same home; only the child is another. */
static void take_home(struct family *family, const struct family *older)
{
    *family = *older;
    family->sibling = true;
    family->number = NULL;
}

struct family *people_make(
    struct arena *arena, const struct people_tables *tables, uint64_t seed, size_t count)
{
    struct family *families = ARENA_ARRAY(arena, struct family, count + 1);
    bool *used = ARENA_ARRAY(arena, bool, tables->number_count + 1);

    for (size_t i = 0; i < count; i++) {
        struct chance chance = chance_of(seed, 1, i);
        struct family *family = &families[i];
        const bool follows = in_hundred(&chance, 8);

        if (follows && i > 0 && !families[i - 1].sibling && families[i - 1].door != DOOR_CHILD)
            take_home(family, &families[i - 1]);
        else
            draw_home(&chance, tables, family, i);
        draw_child(&chance, tables, used, family);
        draw_times(&chance, tables, family);
    }
    return families;
}

struct people_reply people_reply(uint64_t seed, size_t index, size_t offer)
{
    static const int weights[] = {80, 10, 10};
    static const int reasons[] = {
        30, 20, 10, 10, 10, 5, 10, 3, 2}; /* as the enumeration has them */
    struct chance chance = chance_of(seed, 2 + offer, index);
    struct people_reply reply = {
        (enum reply)weighted(&chance, weights, COUNT(weights)), DECLINE_REASON_NONE};

    if (reply.reply == REPLY_NO)
        reply.reason = (enum decline_reason)(1 + weighted(&chance, reasons, COUNT(reasons)));
    return reply;
}
