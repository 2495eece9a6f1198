#include "services/scheduling/core/forecast.h"

#include <string.h>

#include "common/check.h"

enum { GROUPS_MOST = 16 }; /* a leader has at most: scratch's width */

struct year { /* the walk through it */
    const struct forecast_facts *facts;
    struct forecast_cell *cells;
    int *ends; /* of each leader's groups, GROUPS_MOST each: month in which it ends; 0: none */
    int64_t waiting[FORECAST_SITUATIONS * FORECAST_DISTRICTS_MOST];
};

static int *groups_of(const struct year *year, size_t leader)
{
    return year->ends + leader * GROUPS_MOST;
}

static int led_in(const struct year *year, size_t leader, int month)
{
    int led = 0;

    for (int i = 0; i < GROUPS_MOST; i++)
        led += groups_of(year, leader)[i] > month;
    return led;
}

static bool may_lead(
    const struct year *year, size_t leader, size_t situation, size_t district, int month)
{
    const struct forecast_leader *who = &year->facts->leaders[leader];

    return (who->districts >> district & 1) != 0 &&
           who->trained_for[situation] >= month + year->facts->series_months &&
           led_in(year, leader, month) < who->groups_most;
}

static size_t situations_of(const struct forecast_leader *leader)
{
    size_t count = 0;

    for (size_t s = 0; s < FORECAST_SITUATIONS; s++)
        count += leader->trained_for[s] > 0;
    return count;
}

/* Who is trained for the fewest situations goes first: the others are kept for what they alone can
 * do. Leaders are in a fixed order, so that the same facts give the same forecast. */
static size_t choose(const struct year *year, size_t situation, size_t district, int month,
    bool experienced, size_t but)
{
    const struct forecast_facts *facts = year->facts;
    size_t best = facts->leader_count;

    for (size_t i = 0; i < facts->leader_count; i++) {
        if (i == but || facts->leaders[i].experienced != experienced ||
            !may_lead(year, i, situation, district, month))
            continue;
        if (best == facts->leader_count ||
            situations_of(&facts->leaders[i]) < situations_of(&facts->leaders[best]))
            best = i;
    }
    return best;
}

static void give_group(struct year *year, size_t leader, int month)
{
    int *ends = groups_of(year, leader);

    int i = 0;

    while (i < GROUPS_MOST && ends[i] > month)
        i++;
    CHECK(i < GROUPS_MOST); /* who leads that many is not chosen */
    ends[i] = month + year->facts->series_months;
}

/* One experienced, and a beginner beside if there is one: so beginners learn. */
static bool lead_group(struct year *year, size_t situation, size_t district, int month)
{
    const size_t none = year->facts->leader_count;
    const size_t first = choose(year, situation, district, month, true, none);

    if (first == none)
        return false;
    size_t second = choose(year, situation, district, month, false, first);
    if (second == none)
        second = choose(year, situation, district, month, true, first);
    if (second == none)
        return false;
    give_group(year, first, month);
    give_group(year, second, month);
    return true;
}

/* The longest list that is enough for a group and has not been given up this month. */
static size_t longest(const struct year *year, const bool *given_up, size_t count)
{
    size_t best = count;

    for (size_t i = 0; i < count; i++)
        if (!given_up[i] && year->waiting[i] >= year->facts->group_least &&
            (best == count || year->waiting[i] > year->waiting[best]))
            best = i;
    return best;
}

static void start_groups(struct year *year, int month)
{
    const size_t districts = year->facts->district_count;
    const size_t count = FORECAST_SITUATIONS * districts;
    bool given_up[FORECAST_SITUATIONS * FORECAST_DISTRICTS_MOST] = {false};
    size_t at;

    while ((at = longest(year, given_up, count)) < count) {
        if (!lead_group(year, at / districts, at % districts, month)) {
            given_up[at] = true;
            if (year->cells[at].short_from == FORECAST_NEVER)
                year->cells[at].short_from = month;
            continue;
        }
        year->cells[at].groups_led++;
        year->waiting[at] -= year->waiting[at] < year->facts->group_size ? year->waiting[at]
                                                                         : year->facts->group_size;
    }
}

/* Those of the year, spread over its months: by the end of month m, m + 1 twelfths have come. */
static void let_come(struct year *year, int month)
{
    for (size_t i = 0; i < FORECAST_SITUATIONS * year->facts->district_count; i++) {
        const int64_t all = year->facts->needs[i].in_a_year;
        const int64_t came = all * (month + 1) / FORECAST_MONTHS - all * month / FORECAST_MONTHS;

        year->waiting[i] += came;
        year->cells[i].expected += came;
    }
}

static void count_leaders(struct year *year)
{
    const struct forecast_facts *facts = year->facts;

    for (size_t i = 0; i < facts->leader_count; i++)
        for (size_t s = 0; s < FORECAST_SITUATIONS; s++)
            for (size_t d = 0; d < facts->district_count; d++) {
                struct forecast_cell *cell = &year->cells[s * facts->district_count + d];
                const bool there = (facts->leaders[i].districts >> d & 1) != 0;

                cell->leaders_now += there && facts->leaders[i].trained_for[s] > 0;
                cell->leaders_then += there && facts->leaders[i].trained_for[s] > FORECAST_MONTHS;
            }
}

/* What is left at the end and is enough for groups was needed too. */
static void count_needed(struct year *year)
{
    const struct forecast_facts *facts = year->facts;

    for (size_t i = 0; i < FORECAST_SITUATIONS * facts->district_count; i++) {
        struct forecast_cell *cell = &year->cells[i];
        const int64_t left = year->waiting[i];

        cell->groups_needed = cell->groups_led;
        if (cell->short_from != FORECAST_NEVER && left >= facts->group_least)
            cell->groups_needed += (left - facts->group_least) / facts->group_size + 1;
    }
}

static void begin(struct year *year)
{
    const struct forecast_facts *facts = year->facts;

    memset(year->ends, 0, facts->leader_count * GROUPS_MOST * sizeof *year->ends);
    for (size_t i = 0; i < facts->leader_count; i++)
        for (size_t g = 0; g < facts->leaders[i].busy_count; g++)
            groups_of(year, i)[g] = facts->leaders[i].busy_for[g];
    for (size_t i = 0; i < FORECAST_SITUATIONS * facts->district_count; i++) {
        year->cells[i] = (struct forecast_cell){.short_from = FORECAST_NEVER};
        year->waiting[i] = facts->needs[i].waiting;
    }
}

void forecast_look_ahead(
    const struct forecast_facts *facts, struct forecast_cell *cells, int *scratch)
{
    struct year year = {.facts = facts, .cells = cells, .ends = scratch};

    CHECK(facts->district_count <= FORECAST_DISTRICTS_MOST && facts->group_size > 0 &&
          facts->group_least > 0 && facts->series_months > 0);
    for (size_t i = 0; i < facts->leader_count; i++)
        CHECK(facts->leaders[i].groups_most <= GROUPS_MOST);
    begin(&year);
    count_leaders(&year);
    for (int month = 0; month < FORECAST_MONTHS; month++) {
        let_come(&year, month);
        if (facts->starts[month])
            start_groups(&year, month);
    }
    count_needed(&year);
}
