/* Changes of a series: the chain of themes by lines of text and by chance; spots by a small world.
 */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "common/check.h"
#include "common/domain/chain.h"
#include "common/domain/date.h"
#include "common/domain/local_time.h"
#include "services/desk/core/free_time.h"
#include "services/scheduling/core/spot.h"

enum { ID = 15, NEW = 99, CHANGES = 200000 };

static struct uuid id_of(int number)
{
    return (struct uuid){{[ID - 1] = 1, [ID] = (uint8_t)number}};
}

/* --- the chain --- */

/* "10a,17b*": days and themes. */
static void read_chain(const char *text, struct chain *chain)
{
    *chain = (struct chain){.count = 0};
    while (*text) {
        char *rest;
        struct chain_meeting *meeting = &chain->meetings[chain->count++];
        meeting->when.day = (int32_t)strtol(text, &rest, 10);
        meeting->theme = (struct text){rest, 1};
        meeting->meeting_id = id_of((int)chain->count);
        meeting->number = (int64_t)chain->count;
        text = rest + 1;
        meeting->begun = *text == '*';
        text += meeting->begun;
        text += *text == ',';
    }
}

static void tell_chain(const struct chain *chain, char *out)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_meeting *meeting = &chain->meetings[i];
        char number[8] = "n";
        if (meeting->meeting_id.bytes[ID] != NEW)
            snprintf(number, sizeof number, "%d", meeting->meeting_id.bytes[ID]);
        assert_int_equal(meeting->number, i + 1);
        snprintf(out + strlen(out), 400 - strlen(out), "%s%s:%d%.1s%s", *out ? " " : "", number,
            (int)meeting->when.day, meeting->theme.data, meeting->changed ? "!" : "");
    }
    if (chain->shorter)
        snprintf(
            out + strlen(out), 400 - strlen(out), " gone %d", chain->gone.meeting_id.bytes[ID]);
}

static void check(const struct case_line *line)
{
    const char *const *arguments = line->arguments;
    struct chain chain;
    struct chain_change change = {
        .what = series_change_of(text_of(line->verb)), .instead_id = id_of(NEW)};
    char out[400] = "";

    read_chain(arguments[0], &chain);
    assert_int_equal(line->count, 3);
    if (change.what == SERIES_CHANGE_ADD) {
        change.meeting_id = id_of(NEW);
        change.when.day = (int32_t)strtol(arguments[1], NULL, 10);
        change.theme = text_of(arguments[2]);
    } else {
        change.meeting_id = id_of((int)strtol(arguments[1], NULL, 10));
        change.when.day = (int32_t)strtol(arguments[2], NULL, 10);
    }
    const enum act_reason reason = chain_apply(&chain, &change);
    if (reason)
        snprintf(out, sizeof out, "%s", act_reason_names[reason]);
    else
        tell_chain(&chain, out);
    case_expect(line, out);
}

static void test_lines(void **state)
{
    (void)state;
    cases_run("chain.txt", check);
}

static uint64_t seed = 20261122;

static int chance(int most)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)most);
}

/* Whatever is done, days rise, numbers follow, and no theme passes another. */
static void assert_whole(const struct chain *chain, const struct chain *before)
{
    char last = 0;

    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_meeting *meeting = &chain->meetings[i];
        assert_int_equal(meeting->number, i + 1);
        assert_true(i == 0 || meeting->when.day > chain->meetings[i - 1].when.day);
        if (meeting->theme.data[0] == 'x')
            continue;
        assert_true(meeting->theme.data[0] > last);
        last = meeting->theme.data[0];
    }
    for (size_t i = 0; i < before->count && before->meetings[i].begun; i++) {
        assert_true(uuid_equal(chain->meetings[i].meeting_id, before->meetings[i].meeting_id));
        assert_false(chain->meetings[i].changed);
    }
}

static void test_by_chance(void **state)
{
    struct chain chain = {.count = 0};
    int done = 0, refused = 0;

    (void)state;
    for (int i = 0; i < CHANGES; i++) {
        if (i % 50 == 0) {
            read_chain("10a*,17b*,24c,31d,38e,45f,52g,59h,66i,73j,80k,87l,94m,101n,108o", &chain);
            chain.shorter = false;
        }
        struct chain before = chain;
        const struct chain_change change = {
            .what = (enum series_change)(1 + chance(SERIES_CHANGE_COUNT - 1)),
            .meeting_id = id_of(1 + chance(40)),
            .instead_id = id_of(50 + i % 50),
            .when.day = 5 + chance(140),
            .theme = TEXT("x"),
        };
        struct chain_change made = change;
        if (made.what == SERIES_CHANGE_ADD)
            made.meeting_id = id_of(150 + i % 50);
        if (chain_apply(&chain, &made)) {
            assert_memory_equal(&chain, &before, sizeof chain);
            refused++;
            continue;
        }
        done++;
        assert_int_equal(chain.count, before.count + (made.what == SERIES_CHANGE_ADD));
        assert_whole(&chain, &before);
        for (size_t k = 0; k < chain.count; k++)
            chain.meetings[k].changed = false;
        chain.shorter = false;
    }
    assert_true(done > CHANGES / 10 && refused > CHANGES / 10);
}

/* --- spots: three rooms in two houses, two leaders, an ordinary autumn --- */

enum { LITTLE = 1, LARGE, ELSEWHERE, ANNA, BO, HOUSE, GARDEN };

static struct spot_room rooms[3];
static struct spot_leader leaders[2];
static struct spot_hours room_hours[3 * 5], leader_hours[2 * 5];
static struct spot_busy room_busy[4], leader_busy[4];
static struct spot_days trained[2], away[1];
static const int64_t travel[] = {10, 45, 45, 10};
static struct series_term terms[1];
static struct series_break breaks[1];
static struct series_calendar calendar = {terms, 1, breaks, 1};
static struct chain chain;
static struct spot_facts facts;
static int32_t monday;

static int make_world(void **state)
{
    (void)state;
    monday = date_from_civil(2026, 10, 5);
    terms[0] =
        (struct series_term){2026, date_from_civil(2026, 8, 17), date_from_civil(2026, 12, 18)};
    breaks[0] = (struct series_break){monday + 21, monday + 25, ACT_REASON_SCHOOL_BREAK};
    rooms[0] = (struct spot_room){id_of(LITTLE), id_of(HOUSE), 0, 8, 1, 0};
    rooms[1] = (struct spot_room){id_of(LARGE), id_of(HOUSE), 0, 20, 1, 0};
    rooms[2] = (struct spot_room){id_of(ELSEWHERE), id_of(GARDEN), 1, 20, 1, 1};
    for (int day = 0; day < 5; day++) {
        for (int room = 0; room < 3; room++)
            room_hours[room * 5 + day] = (struct spot_hours){
                id_of(LITTLE + room), day, 13 * 60, 20 * 60, DAY_ABSENT, DAY_ABSENT};
        for (int leader = 0; leader < 2; leader++)
            leader_hours[leader * 5 + day] = (struct spot_hours){
                id_of(ANNA + leader), day, 14 * 60, 18 * 60, DAY_ABSENT, DAY_ABSENT};
    }
    for (int leader = 0; leader < 2; leader++) {
        leaders[leader] = (struct spot_leader){id_of(ANNA + leader), 0, monday + 365, 3};
        trained[leader] = (struct spot_days){id_of(ANNA + leader), 0, monday + 365};
    }
    read_chain("0a,7b,14c", &chain);
    for (size_t i = 0; i < chain.count; i++)
        chain.meetings[i].when.day += monday;
    facts = (struct spot_facts){.calendar = &calendar,
        .chain = &chain,
        .meeting_id = id_of(2),
        .now_ms = local_to_utc_ms(monday - 7, 600),
        .minutes = 90,
        .capacity = 8,
        .needs = 1,
        .rooms = rooms,
        .room_count = 3,
        .leaders = leaders,
        .leader_count = 2,
        .room_hours = room_hours,
        .room_hour_count = COUNT(room_hours),
        .leader_hours = leader_hours,
        .leader_hour_count = COUNT(leader_hours),
        .room_busy = room_busy,
        .leader_busy = leader_busy,
        .trained = trained,
        .trained_count = 2,
        .away = away,
        .travel = travel,
        .district_count = 2};
    return 0;
}

static struct spot_busy busy(int of, int32_t day, int from_min, int to_min, int site)
{
    return (struct spot_busy){id_of(of), local_to_utc_ms(day, from_min),
        local_to_utc_ms(day, to_min), id_of(site), site == GARDEN};
}

static struct spot at(int32_t day, int starts_min, int room)
{
    return (struct spot){day, starts_min, id_of(room), {{0}}};
}

#define JUDGED(spot_, reason)                                                                      \
    do {                                                                                           \
        const struct spot judged = spot_;                                                          \
        assert_string_equal(act_reason_names[spot_judge(&facts, &judged)]                          \
                                ? act_reason_names[spot_judge(&facts, &judged)]                    \
                                : "fine",                                                          \
            reason);                                                                               \
    } while (0)

static void test_days(void **state)
{
    (void)state;
    JUDGED(at(monday + 8, 900, LITTLE), "fine");
    JUDGED(at(monday + 14, 900, LITTLE), "day_taken");
    JUDGED(at(monday + 22, 900, LITTLE), "school_break");
    JUDGED(at(monday + 120, 900, LITTLE), "outside_terms");
    JUDGED(at(monday + 13, 900, LITTLE), "public_holiday"); /* a Sunday */
    JUDGED(at(monday - 8, 900, LITTLE), "in_the_past");
    facts.on_free_day = true;
    JUDGED(at(monday + 22, 900, LITTLE), "fine");
    JUDGED(at(monday + 120, 900, LITTLE), "outside_terms");
}

static void test_rooms(void **state)
{
    (void)state;
    room_busy[0] = busy(LITTLE, monday + 8, 16 * 60 + 29, 17 * 60, HOUSE);
    facts.room_busy_count = 1;
    JUDGED(at(monday + 8, 900, LITTLE), "room_taken");
    JUDGED(at(monday + 8, 900, LARGE), "fine");
    JUDGED(at(monday + 8, 12 * 60, LARGE), "room_closed");
    JUDGED(at(monday + 8, 900, 77), "unknown");
    facts.capacity = 9;
    JUDGED(at(monday + 8, 900, LITTLE), "room_too_small");
    facts.discretion = 1;
    JUDGED(at(monday + 8, 900, LARGE), "room_unfit");
    facts.needs = 2;
    JUDGED(at(monday + 8, 900, ELSEWHERE), "room_unfit");
}

static void test_parents(void **state)
{
    (void)state;
    facts.parents = true;
    struct spot spot = at(monday + 8, 900, LITTLE);
    spot.parent_room_id = id_of(LARGE);
    JUDGED(spot, "fine");
    spot.parent_room_id = id_of(LITTLE);
    JUDGED(spot, "room_taken");
    spot.parent_room_id = id_of(ELSEWHERE);
    JUDGED(spot, "room_elsewhere");
}

static void test_leaders(void **state)
{
    (void)state;
    JUDGED(at(monday + 8, 17 * 60, LITTLE), "leader_hours");
    facts.leaders_agreed = true;
    JUDGED(at(monday + 8, 17 * 60, LITTLE), "fine");
    leader_busy[0] = busy(BO, monday + 8, 17 * 60 + 29, 20 * 60, HOUSE);
    facts.leader_busy_count = 1;
    JUDGED(at(monday + 8, 900, LITTLE), "leader_taken");
    leader_busy[0] = busy(BO, monday + 8, 17 * 60 + 30, 20 * 60, HOUSE);
    JUDGED(at(monday + 8, 900, LITTLE), "fine");
    JUDGED(at(monday + 8, 900, ELSEWHERE), "leader_travels");
    away[0] = (struct spot_days){id_of(ANNA), monday + 8, monday + 8};
    facts.away_count = 1;
    JUDGED(at(monday + 8, 900, LITTLE), "leader_absent");
    trained[0].last = monday + 7;
    JUDGED(at(monday + 8, 900, LITTLE), "leader_untrained");
    leaders[0].contract_until = monday + 7;
    JUDGED(at(monday + 8, 900, LITTLE), "leader_contract");
    leaders[0].contract_until = trained[0].last = monday + 365;
    leaders[1].districts = 1;
    JUDGED(at(monday + 9, 900, ELSEWHERE), "leader_unfit");
}

static void assert_way(struct spot wanted, int32_t day, int room)
{
    struct spot found;

    assert_true(spot_search(&facts, &wanted, &found));
    assert_int_equal(spot_judge(&facts, &found), ACT_REASON_NONE);
    assert_int_equal(found.day - monday, day);
    assert_int_equal(found.room_id.bytes[ID], room);
}

static void test_ways_out(void **state)
{
    (void)state;
    room_busy[0] = busy(LITTLE, monday + 8, 900, 990, HOUSE);
    facts.room_busy_count = 1;
    assert_way(at(monday + 8, 900, LITTLE), 8, LARGE);
    room_busy[1] = busy(LARGE, monday + 8, 900, 990, HOUSE);
    facts.room_busy_count = 2;
    assert_way(at(monday + 8, 900, LITTLE), 8, ELSEWHERE);
    assert_way(at(monday + 21, 900, LITTLE), 28, LITTLE); /* after the break */
    leader_busy[0] = busy(ANNA, monday + 8, 800, 900, HOUSE);
    facts.leader_busy_count = 1;
    assert_way(at(monday + 8, 900, LITTLE), 9, LITTLE);
    assert_way(at(monday + 75, 900, LITTLE), 74, LITTLE); /* the day after the term: before it */
    trained[1].last = monday - 60;
    struct spot found, wanted = at(monday + 8, 900, LITTLE);
    assert_false(spot_search(&facts, &wanted, &found));
}

/* --- what is free --- */

static void test_free_time(void **state)
{
    const struct day_span open[] = {{780, 960}, {900, 1200}}, taken[] = {{840, 900}, {1150, 1300}};
    struct day_span free[4];

    (void)state;
    assert_int_equal(free_time(open, 2, taken, 2, 60, free, 4), 2);
    assert_true(free[0].from == 780 && free[0].to == 840);
    assert_true(free[1].from == 900 && free[1].to == 1150);
    assert_int_equal(free_time(open, 2, taken, 2, 61, free, 4), 1);
    assert_int_equal(free_time(open, 0, taken, 2, 60, free, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_by_chance),
        cmocka_unit_test_setup(test_days, make_world),
        cmocka_unit_test_setup(test_rooms, make_world),
        cmocka_unit_test_setup(test_parents, make_world),
        cmocka_unit_test_setup(test_leaders, make_world),
        cmocka_unit_test_setup(test_ways_out, make_world),
        cmocka_unit_test(test_free_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
