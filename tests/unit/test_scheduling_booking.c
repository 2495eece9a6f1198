/* Whether a group may be booked, by lines of text; and the ways between districts. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "services/gruppstod/core/travel.h"
#include "services/scheduling/core/booking.h"

static struct uuid id(uint8_t last)
{
    return (struct uuid){.bytes = {[15] = last}};
}

static struct booking_leader good_leader(uint8_t number)
{
    return (struct booking_leader){
        .known = true,
        .leader_id = id(number),
        .trained = true,
        .speaks = true,
        .free = true,
        .works_there = true,
        .pair = {number == 1, text_of(number == 2 ? "Församlingen" : "Kommunen")},
        .has_hours = true,
        .parents = number == 3,
        .contract_from = 0,
        .contract_until = 900,
        .groups = 1,
        .groups_most = 2,
    };
}

static struct booking_facts good_booking(void)
{
    struct booking_facts facts = {
        .situation = SITUATION_SUBSTANCE,
        .first_day = 100,
        .last_day = 200,
        .least = 4,
        .most = 8,
        .programme = {.known = true,
            .situation = SITUATION_SUBSTANCE,
            .fits_ages = true,
            .parent_leaders = 1,
            .most = 8},
        .room = {true, true, id(21), id(31), 10},
        .parent_room = {true, true, id(22), id(31), 8},
        .leader_count = 2,
    };

    for (uint8_t i = 0; i < BOOKING_LEADERS_MOST; i++)
        facts.leaders[i] = good_leader((uint8_t)(i + 1));
    return facts;
}

static void change_leader(
    struct booking_leader *leader, const char *property, bool yes, long number)
{
    if (strcmp(property, "known") == 0)
        leader->known = yes;
    else if (strcmp(property, "trained") == 0)
        leader->trained = yes;
    else if (strcmp(property, "speaks") == 0)
        leader->speaks = yes;
    else if (strcmp(property, "free") == 0)
        leader->free = yes;
    else if (strcmp(property, "there") == 0)
        leader->works_there = yes;
    else if (strcmp(property, "experienced") == 0)
        leader->pair.experienced = yes;
    else if (strcmp(property, "parents") == 0)
        leader->parents = yes;
    else if (strcmp(property, "away") == 0)
        leader->away = yes;
    else if (strcmp(property, "hours") == 0)
        leader->has_hours = yes;
    else if (strcmp(property, "employed") == 0)
        leader->pair.employer = TEXT("Kommunen");
    else if (strcmp(property, "same") == 0)
        leader->leader_id = id(1);
    else if (strcmp(property, "from") == 0)
        leader->contract_from = (int32_t)number;
    else if (strcmp(property, "until") == 0)
        leader->contract_until = (int32_t)number;
    else if (strcmp(property, "level") == 0)
        leader->level = number;
    else if (strcmp(property, "groups") == 0)
        leader->groups = number;
    else
        fail_msg("%s is no property of a leader", property);
}

static void change_parents(struct booking_facts *facts, const char *word, bool yes, long number)
{
    if (strcmp(word, "parents") == 0 || strcmp(word, "parents2") == 0) {
        facts->parent_group = true;
        facts->parent_leader_count = word[7] ? 2 : 1;
    } else if (strcmp(word, "stray-parent-leader") == 0)
        facts->parent_leader_count = 1;
    else if (strcmp(word, "must-parents") == 0)
        facts->programme.parents_must = true;
    else if (strcmp(word, "parent-leaders") == 0)
        facts->programme.parent_leaders = number;
    else if (strcmp(word, "parent-room") == 0)
        facts->parent_room.known = yes;
    else if (strcmp(word, "parent-open") == 0)
        facts->parent_room.open = yes;
    else if (strcmp(word, "parent-same") == 0)
        facts->parent_room.room_id = facts->room.room_id;
    else if (strcmp(word, "parent-site") == 0)
        facts->parent_room.site_id = id(32);
    else
        fail_msg("%s is no word of a booking", word);
}

static void change(struct booking_facts *facts, char *word)
{
    char *value = strchr(word, '=');
    const bool yes = value && strcmp(value, "=yes") == 0;
    const long number = value ? strtol(value + 1, NULL, 10) : 0;

    if (value)
        *value = '\0';
    if (strncmp(word, "leader", 6) == 0)
        change_leader(&facts->leaders[word[6] - '1'], word + 8, yes, number);
    else if (strcmp(word, "programme") == 0)
        facts->programme.known = yes;
    else if (strcmp(word, "ages") == 0)
        facts->programme.fits_ages = yes;
    else if (strcmp(word, "situation") == 0)
        facts->situation = situation_of(text_of(value + 1));
    else if (strcmp(word, "board") == 0)
        facts->programme.board_missing = !yes;
    else if (strcmp(word, "level") == 0)
        facts->programme.level = number;
    else if (strcmp(word, "shared") == 0)
        facts->programme.shared_employers = true;
    else if (strcmp(word, "most") == 0)
        facts->programme.most = number;
    else if (strcmp(word, "room") == 0)
        facts->room.known = yes;
    else if (strcmp(word, "room-open") == 0)
        facts->room.open = yes;
    else if (strcmp(word, "capacity") == 0)
        facts->room.capacity = number;
    else if (strcmp(word, "none") != 0)
        change_parents(facts, word, yes, number);
}

static void check(const struct case_line *line)
{
    struct booking_facts facts = good_booking();
    char out[300], word[100];

    assert_string_equal(line->verb, "book");
    for (size_t i = 0; i < line->count; i++) {
        snprintf(word, sizeof word, "%s", line->arguments[i]);
        change(&facts, word);
    }
    const struct booking_verdict verdict = booking_decide(&facts);
    if (verdict.refusal) {
        snprintf(out, sizeof out, "%s: %s", booking_refusal_names[verdict.refusal], verdict.detail);
    } else {
        snprintf(out, sizeof out, "books %d", (int)verdict.places);
        for (size_t i = 0; i < facts.leader_count + facts.parent_leader_count; i++)
            snprintf(out + strlen(out), 20, " %d", (int)verdict.posts[i] + 1);
    }
    case_expect(line, out);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("booking.txt", check);
}

static void test_travel(void **state)
{
    static const struct travel_link links[] = {{0, 1, 20}, {1, 2, 25}, {0, 2, 50}, {1, 0, 90}};
    const struct travel_ways ways = {links, 4, 12, 10};
    int64_t minutes[16];

    (void)state;
    travel_shortest(&ways, 4, minutes);
    assert_int_equal(minutes[0 * 4 + 1], 20);
    assert_int_equal(minutes[0 * 4 + 2], 8 + 13 + 12); /* by way of 1: boarding once */
    assert_int_equal(minutes[2 * 4 + 0], 33);
    assert_int_equal(minutes[1 * 4 + 1], 10);
    assert_int_equal(minutes[0 * 4 + 3], TRAVEL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_travel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
