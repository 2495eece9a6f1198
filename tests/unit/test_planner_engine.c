/* The planner's engine, its pure parts against brute force: pricing, the bound, who leads what, the
 * online answer; and a whole solve. */
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "services/planner/bound.h"
#include "services/planner/check.h"
#include "services/planner/draft.h"
#include "services/planner/insert.h"
#include "services/planner/planner.h"

enum { CHILDREN = 14, LEADERS = 5, TEXT_SIZE = 20000, ROUNDS = 40 };

static uint64_t random_state;

static int below(int limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (int)((random_state >> 33) % (uint64_t)limit);
}

static const char *const head_text =
    "{'format':'gruppstod-instance/1','name':'made','plan_date':'2009-08-31',"
    "'term_end':'2009-12-20','policy':{},'themes':['a','b'],'languages':['sv'],"
    "'slots':['mon','tue'],'districts':['A','B'],'travel':[[10,30],[30,10]],"
    "'rooms':[{'id':'r1','site':'s1','district':'A','capacity':6,'tags':['calm'],"
    "'slots':['mon','tue'],'cost':5},{'id':'r2','site':'s1','district':'A','capacity':5,"
    "'tags':[],'slots':['mon'],'cost':0}],'groups':[],'leaders':[";

/* Appends to a text, with quotes as JSON wants them. */
__attribute__((format(printf, 2, 3))) static void put(char *text, const char *format, ...)
{
    size_t at = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text + at, TEXT_SIZE - at, format, arguments);
    va_end(arguments);
    for (char *c = text + at; *c; c++)
        *c = *c == '\'' ? '"' : *c;
}

static void put_child(char *text, int index)
{
    static const char *const themes[] = {"'a'", "'b'", "'a','b'", "'b','a'"};
    static const char *const slots[] = {"'mon'", "'tue'", "'mon','tue'", "'mon','tue'"};
    static const char *const parents[] = {"none", "none", "wants", "must"};

    put(text,
        "%s{'id':'c%02d','birth':'%d-01-15','sex':'%s','themes':[%s],'languages':['sv'],"
        "'home':'%s','slots':[%s],'max_travel':%d,'needs':[%s],'since':'2009-%02d-01',"
        "'urgency':%d,'same_sex_only':%s,'parent':'%s','declined':[]}",
        index ? "," : "", index, 1999 + below(4), below(2) ? "F" : "M", themes[below(4)],
        below(3) ? "A" : "B", slots[below(4)], below(4) ? 30 : 20, below(6) ? "" : "'calm'",
        1 + below(8), below(3), below(7) ? "false" : "true", parents[below(4)]);
}

/* A small random instance: two rooms at one site, two slots, five leaders, fourteen children. */
static struct instance *make(uint64_t seed)
{
    static char text[TEXT_SIZE];
    struct error error = {ERROR_NONE, ""};
    struct instance *instance;

    random_state = seed;
    text[0] = '\0';
    put(text, "%s", head_text);
    for (int l = 0; l < LEADERS; l++)
        put(text,
            "%s{'id':'l%d','themes':[%s],'languages':['sv'],'slots':['mon'%s],'max_groups':%d,"
            "'experienced':%s,'parents':%s,'districts':['A'],'contract_until':'2010-06-30',"
            "'avoid':[%s]}",
            l ? "," : "", l,
            below(2)   ? "'a','b'"
            : below(2) ? "'a'"
                       : "'b'",
            below(2) ? ",'tue'" : "", 1 + below(2), below(2) ? "true" : "false",
            below(2) ? "true" : "false", below(3) ? "" : "'c03'");
    put(text, "],'children':[");
    for (int c = 0; c < CHILDREN; c++)
        put_child(text, c);
    put(text, "],'together':[['c00','c01']],'apart':[['c02','c03'],['c04','c05']],"
              "'must_not_meet':[['c06','c07']]}");
    if (instance_read(text, strlen(text), &instance, &error) != INSTANCE_READ)
        fail_msg("%s", error.text);
    return instance;
}

static struct prices random_prices(const struct problem *problem)
{
    struct prices prices = prices_new(problem);

    for (int32_t u = 0; u < problem->unit_count; u++)
        prices.unit[u] = below(1200) * MILLI;
    for (int32_t t = 0; t < problem->staff_count * KINDS; t++)
        prices.staff[t] = below(900) * MILLI;
    for (int32_t s = 0; s < problem->spot_count; s++)
        prices.spot[s] = below(200) * MILLI;
    return prices;
}

/* H2, H7 to H10, H16, H17 for a set of a cell's entries, without the engine's own shortcuts. */
static bool is_group(const struct problem *problem, const struct pick *pick)
{
    static const int bad[] = {MARK_NOT_MIXED, MARK_NOT_GIRLS, MARK_NOT_BOYS};
    const struct cell *cell = &problem->cells[pick->cell];
    const struct spot *spot = &problem->spots[pick->spot];

    if (pick->weight < cell->least || pick->weight > cell->most || pick->weight > spot->capacity ||
        pick->age_high - pick->age_low >= cell->width ||
        (pick->parent_spot != NONE && pick->joiners > problem->spots[pick->parent_spot].capacity))
        return false;
    for (int32_t i = 0; i < pick->unit_count; i++) {
        const struct unit *unit = &problem->units[pick->units[i]];

        if ((unit->marks & bad[pick->gender]) ||
            ((unit->marks & MARK_MUST) && pick->parent_spot == NONE) ||
            (unit->needs & ~problem->instance->rooms[spot->room].tags))
            return false;
        for (int32_t c = 0; c < unit->conflicts.count; c++)
            for (int32_t k = 0; k < pick->unit_count; k++)
                if (pick->units[k] == problem->list[unit->conflicts.first + c])
                    return false;
    }
    return true;
}

static int64_t net(
    const struct problem *problem, const struct pick *pick, const struct prices *prices)
{
    const int64_t *staff = prices->staff + problem->cells[pick->cell].staff * KINDS;
    int64_t value = pick_score(problem, pick) * MILLI - prices->spot[pick->spot] -
                    staff[KIND_LEAD] - staff[KIND_SECOND];

    for (int32_t i = 0; i < pick->unit_count; i++)
        value -= prices->unit[pick->units[i]];
    if (pick->parent_spot != NONE)
        value -= prices->spot[pick->parent_spot] + staff[KIND_PARENT];
    return value;
}

/* The best of a set of units at a spot over parent rooms and genders. */
static int64_t best_of_set(
    const struct problem *problem, struct pick *pick, const struct prices *prices)
{
    const bool parents = problem->staff[problem->cells[pick->cell].staff].parents;
    const struct span *mates = &problem->spots[pick->spot].mates;
    int64_t best = 0;

    for (int32_t m = -1; m < (parents ? mates->count : 0); m++)
        for (int g = INSTANCE_MIXED; g <= INSTANCE_BOYS; g++) {
            pick->parent_spot = m < 0 ? NONE : problem->list[mates->first + m];
            pick->gender = (enum instance_gender)g;
            if (is_group(problem, pick) && net(problem, pick, prices) > best)
                best = net(problem, pick, prices);
        }
    return best;
}

static int64_t brute_best(const struct problem *problem, int32_t spot, const struct prices *prices)
{
    const struct block *block = &problem->blocks[problem->spots[spot].block];
    int64_t best = 0;

    for (int32_t c = block->first_cell; c < block->first_cell + block->cell_count; c++) {
        const struct cell *cell = &problem->cells[c];

        for (uint32_t set = 1; set < 1u << cell->entry_count; set++) {
            struct pick pick = {.cell = c, .spot = spot};
            int64_t value;

            for (int32_t i = 0; i < cell->entry_count; i++)
                if (set >> i & 1)
                    pick.units[pick.unit_count++] = problem->entries[cell->first_entry + i].unit;
            pick_measure(problem, &pick);
            value = best_of_set(problem, &pick, prices);
            best = value > best ? value : best;
        }
    }
    return best;
}

static void the_best_group_is_the_best_of_all_sets(void **state)
{
    int paid = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct instance *instance = make(seed);
        struct problem *problem = problem_new(instance, NULL);
        struct bounder *bounder = bounder_new(problem);
        struct prices prices = random_prices(problem);

        bounder_price(bounder, &prices, 0, NULL);
        for (int32_t s = 0; s < problem->spot_count; s++) {
            int64_t best = brute_best(problem, s, &prices);

            assert_int_equal(bounder_spot_best(bounder)[s], best);
            paid += best > 0;
        }
        prices_free(&prices);
        bounder_free(bounder);
        problem_free(problem);
        instance_free(instance);
    }
    assert_true(paid > ROUNDS);
}

/* No prices make a bound below what a plan scores. */
static void every_price_gives_a_bound(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct instance *instance = make(seed);
        struct planner_options options = {.iterations = 30000, .seed = seed};
        struct problem *problem = problem_new(instance, NULL);
        struct bounder *bounder = bounder_new(problem);
        struct complaints complaints = {0};
        struct plan plan = {0};

        assert_int_equal(planner_solve(instance, &options, &plan), 0);
        check_plan(instance, &plan, &complaints);
        if (complaints.count)
            fail_msg("seed %d: %s", (int)seed, complaints.text[0]);
        if (plan.status != PLAN_OPTIMAL)
            fail_msg("seed %d: %d of %d", (int)seed, (int)plan.score, (int)plan.bound);
        for (int i = 0; i < 5; i++) {
            struct prices prices = random_prices(problem);

            assert_true(bounder_price(bounder, &prices, 0, NULL) >= plan.score * MILLI);
            prices_free(&prices);
        }
        plan_clear(&plan);
        bounder_free(bounder);
        problem_free(problem);
        instance_free(instance);
    }
}

/* The best single addition, by asking the checker about each. */
static int64_t brute_gain(const struct instance *instance, const struct plan *plan, int32_t child)
{
    int64_t best = -PRICE_NEVER;

    for (int32_t g = 0; g < plan->group_count; g++) {
        struct complaints complaints = {0};
        struct plan tried = {0};
        struct plan_group *group;
        int32_t age = instance->children[child].age;

        plan_copy(&tried, plan);
        group = &tried.groups[g];
        group->children[group->child_count++] = child;
        group->age_from = age < group->age_from ? age : group->age_from;
        group->age_to = age > group->age_to ? age : group->age_to;
        tried.score = check_score(instance, &tried);
        if (!check_plan(instance, &tried, &complaints) && tried.score - plan->score > best)
            best = tried.score - plan->score;
        plan_clear(&tried);
    }
    return best;
}

static void the_online_answer_is_the_best_single_addition(void **state)
{
    int found = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct instance *instance = make(seed);
        struct planner_options options = {.iterations = 2000, .seed = seed};
        struct plan plan = {0};
        struct insert_table *table;
        uint8_t placed[CHILDREN];

        planner_solve(instance, &options, &plan);
        for (int32_t g = 0; g < plan.group_count; g++)
            if (plan.groups[g].child_count > 4 && plan.groups[g].children[0] > 1)
                plan.groups[g].child_count--;
        plan.score = check_score(instance, &plan);
        plan.bound = PLAN_ABSENT;
        plan.status = PLAN_FEASIBLE;
        table = insert_new(instance, &plan);
        plan_mark_placed(instance, &plan, placed);
        for (int32_t c = 2; c < CHILDREN; c++) {
            const struct instance_child *child = &instance->children[c];
            struct insert_place place = insert_best(table, &child, 1, INSTANCE_NONE);
            int64_t best = brute_gain(instance, &plan, c);

            if (placed[c])
                continue;
            assert_int_equal(place.into != INSERT_NOWHERE, best > -PRICE_NEVER);
            if (place.into != INSERT_NOWHERE)
                assert_int_equal(place.gain, best);
            found += place.into != INSERT_NOWHERE;
        }
        insert_free(table);
        plan_clear(&plan);
        instance_free(instance);
    }
    assert_true(found > 5);
}

/* A group that must move its leader to make room for another does so. */
static void leaders_move_to_where_they_are_needed(void **state)
{
    int opened = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct instance *instance = make(seed);
        struct problem *problem = problem_new(instance, NULL);
        struct draft *draft = draft_new(problem);
        struct prices none = prices_new(problem);
        struct market market = {.staff = none.staff, .spot = none.spot};
        struct pricing *pricing = pricing_new(problem);

        for (int32_t c = 0; c < problem->cell_count; c++) {
            struct pick pick;

            for (int32_t u = 0; u < problem->unit_count; u++)
                none.unit[u] = draft->place_of[u] == NONE ? 0 : PRICE_NEVER;
            market.unit = none.unit;
            market.spot_user = draft->spot_user;
            if (pricing_best(pricing, &problem->cells[c], &market, &pick))
                opened += draft_open(draft, &pick);
        }
        for (int32_t l = 0; l < problem->leader_count; l++)
            assert_true(draft->led[l] <= problem->leaders[l].most);
        for (int32_t s = 0; s < problem->spot_count; s++)
            if (draft->groups[s].cell != NONE) {
                int32_t lead = draft->held[s * POSITIONS];

                assert_int_not_equal(lead, NONE);
                assert_true(problem->leaders[problem->shifts[lead].leader].experienced);
                draft_close(draft, s);
            }
        assert_int_equal(draft->score, 0);
        assert_int_equal(draft->placed, 0);
        prices_free(&none);
        pricing_free(pricing);
        draft_free(draft);
        problem_free(problem);
        instance_free(instance);
    }
    assert_true(opened > ROUNDS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_group_is_the_best_of_all_sets),
        cmocka_unit_test(every_price_gives_a_bound),
        cmocka_unit_test(the_online_answer_is_the_best_single_addition),
        cmocka_unit_test(leaders_move_to_where_they_are_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
