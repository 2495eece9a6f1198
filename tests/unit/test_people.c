/* The demo's families: the same from the same seed, no number twice, each with a free time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/gruppstod/core/people.h"

enum { FAMILIES = 400, NUMBERS = 3000 };

static struct arena *arena;
static struct people_tables tables;

static const struct people_name names[] = {{TEXT("sv"), TEXT("girl"), TEXT("Alva"), 1},
    {TEXT("sv"), TEXT("boy"), TEXT("Nils"), 1}, {TEXT("sv"), TEXT("woman"), TEXT("Anna"), 1},
    {TEXT("sv"), TEXT("man"), TEXT("Lars"), 1}, {TEXT("sv"), TEXT("surname"), TEXT("Berg"), 3},
    {TEXT("ar"), TEXT("girl"), TEXT("Nour"), 1}, {TEXT("ar"), TEXT("surname"), TEXT("Haddad"), 1}};
static const struct people_share districts[] = {{TEXT("farsta"), 10}, {TEXT("bromma"), 30}};
static const struct people_share sources[] = {
    {TEXT("social-services"), 60}, {TEXT("parent"), 30}, {TEXT("child"), 10}};
static const struct people_share languages[] = {{TEXT("sv"), 80}, {TEXT("ar"), 20}};
static struct people_number numbers[NUMBERS];

static void set_tables(void)
{
    tables = (struct people_tables){names, COUNT(names), districts, sources, languages,
        COUNT(districts), COUNT(sources), COUNT(languages), numbers, NUMBERS, (1 << 20) - 1,
        date_from_civil(2026, 11, 22)};
    for (size_t i = 0; i < NUMBERS; i++)
        numbers[i] = (struct people_number){
            TEXT("201501012382"), date_from_civil(2008, 1, 1) + (int32_t)(2 * i)};
}

static void more_families_change_none_of_the_first(void **state)
{
    const struct family *few = people_make(arena, &tables, 7, 50);
    const struct family *many = people_make(arena, &tables, 7, FAMILIES);
    const struct family *others = people_make(arena, &tables, 8, 50);
    int different = 0;

    (void)state;
    for (size_t i = 0; i < 50; i++) {
        assert_memory_equal(&few[i], &many[i], sizeof *few);
        different += memcmp(&few[i], &others[i], sizeof *few) != 0;
    }
    assert_in_range(different, 45, 50);
}

static void a_number_belongs_to_one_child(void **state)
{
    const struct family *families = people_make(arena, &tables, 1, FAMILIES);
    size_t numbered = 0;

    (void)state;
    for (size_t i = 0; i < FAMILIES; i++) {
        if (!families[i].number)
            continue;
        numbered++;
        assert_int_equal(families[i].number->birth, families[i].birth);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(families[i].number, families[j].number);
    }
    assert_in_range(numbered, FAMILIES / 3, FAMILIES);
}

static void every_family_can_be_asked(void **state)
{
    const struct family *families = people_make(arena, &tables, 3, FAMILIES);
    size_t red = 0, unsure = 0, siblings = 0, by_form = 0;

    (void)state;
    for (size_t i = 0; i < FAMILIES; i++) {
        const struct family *family = &families[i];
        assert_int_equal(date_age(family->birth, tables.today), family->age);
        assert_in_range(family->age, 5, 17);
        assert_true(family->free_slots != 0 && !(family->free_slots & ~tables.slots));
        assert_true(*family->child && family->guardian_count >= 1);
        assert_true(*family->guardians[0].phone);
        assert_true(
            !*family->guardians[0].email || strstr(family->guardians[0].email, "@example.org"));
        assert_true(family->also != family->primary && family->also != SITUATION_VIOLENCE);
        red += family->danger == SAFETY_ANSWER_YES || family->afraid == SAFETY_ANSWER_YES;
        unsure += family->violence == SAFETY_ANSWER_UNKNOWN;
        siblings += family->sibling;
        by_form += family->door != DOOR_PROFESSIONAL;
    }
    assert_in_range(red, 4, 40);
    assert_in_range(unsure, 1, 20);
    assert_in_range(siblings, 10, 60);
    assert_in_range(by_form, 80, 240);
}

static void most_say_yes_some_no_some_nothing(void **state)
{
    int said[3] = {0};

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        const struct people_reply reply = people_reply(5, i, 0);
        const struct people_reply again = people_reply(5, i, 0);
        said[reply.reply]++;
        assert_true((reply.reply == REPLY_NO) == (reply.reason != DECLINE_REASON_NONE));
        assert_in_range(reply.reason, 0, DECLINE_REASON_COUNT - 1);
        assert_true(reply.reply == again.reply && reply.reason == again.reason);
    }
    assert_in_range(said[REPLY_YES], 760, 840);
    assert_in_range(said[REPLY_NO], 70, 130);
    assert_in_range(said[REPLY_SILENCE], 70, 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(more_families_change_none_of_the_first),
        cmocka_unit_test(a_number_belongs_to_one_child),
        cmocka_unit_test(every_family_can_be_asked),
        cmocka_unit_test(most_say_yes_some_no_some_nothing)};

    set_tables();
    arena = arena_new((size_t)64 << 20);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
