/* Plans of the planner: written and read again, checked, repaired, explained, told to people. */
#include <jansson.h>
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "services/planner/check.h"
#include "services/planner/explain.h"
#include "services/planner/plan_report.h"
#include "services/planner/whatif.h"

/* Twelve children of 8, two leaders, a third who may lead parents, two rooms at one site. */
static const char *const instance_text =
    "{'format':'gruppstod-instance/1','name':'a < b & c','plan_date':'2009-08-31',"
    "'term_end':'2009-12-20','policy':{},'themes':['substance'],'languages':['sv'],"
    "'slots':['mon1500','tue1630'],'districts':['A','B'],'travel':[[10,30],[30,10]],"
    "'rooms':[{'id':'r1','site':'s1','district':'A','capacity':8,'slots':['mon1500','tue1630'],"
    "'cost':5},{'id':'r2','site':'s1','district':'A','capacity':8,'slots':['mon1500'],"
    "'cost':7}],'leaders':[%s],'groups':[],'children':[%s],'together':[],'apart':[%s],"
    "'must_not_meet':[%s]}";

static const char *const leader_text =
    "{'id':'l%d','themes':['substance'],'languages':['sv'],'slots':['mon1500','tue1630'],"
    "'max_groups':1,'experienced':%s,'parents':%s,'districts':['A'],"
    "'contract_until':'2010-06-30'}";

struct world {
    int children, leaders;
    const char *parent, *apart, *must_not_meet;
};

/* A text with its quotes as JSON wants them. */
static struct instance *read_quoted(char *text)
{
    struct error error = {ERROR_NONE, ""};
    struct instance *instance;

    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    if (instance_read(text, strlen(text), &instance, &error) != INSTANCE_READ)
        fail_msg("%s", error.text);
    return instance;
}

static struct instance *make(struct world world)
{
    static char text[20000], leaders[2000], children[12000];
    size_t used = 0;

    leaders[0] = children[0] = '\0';
    for (int i = 0; i < world.leaders; i++) {
        used += (size_t)snprintf(leaders + used, sizeof leaders - used, "%s", i ? "," : "");
        used += (size_t)snprintf(leaders + used, sizeof leaders - used, leader_text, i, /* NOLINT */
            i ? "false" : "true", i == 2 ? "true" : "false");
    }
    used = 0;
    for (int i = 0; i < world.children; i++)
        used += (size_t)snprintf(children + used, sizeof children - used,
            "%s{'id':'c%02d','birth':'2001-01-15','sex':'F','themes':['substance'],"
            "'languages':['sv'],'home':'A','slots':['mon1500'],'max_travel':20,"
            "'since':'2009-08-31','parent':'%s'}",
            i ? "," : "", i, world.parent ? world.parent : "none");
    snprintf(text, sizeof text, instance_text, leaders, children, /* NOLINT */
        world.apart ? world.apart : "", world.must_not_meet ? world.must_not_meet : "");
    return read_quoted(text);
}

/* One group of the first `count` children on Monday in r1, with leaders l0 and l1. */
static struct plan plan_of(const struct instance *instance, int32_t count)
{
    struct plan plan = {.groups = calloc(1, sizeof *plan.groups), .group_count = 1};
    struct plan_group *group = plan.groups;

    assert_non_null(group);
    *group = (struct plan_group){.age_from = 8,
        .age_to = 8,
        .leaders = {0, 1},
        .parent_room = INSTANCE_NONE,
        .parent_leaders = {INSTANCE_NONE, INSTANCE_NONE},
        .child_count = count};
    for (int32_t i = 0; i < count; i++)
        group->children[i] = i;
    plan_sort(instance, &plan);
    plan.score = plan.bound = check_score(instance, &plan);
    plan.status = PLAN_OPTIMAL;
    return plan;
}

/* How many complaints, and whether one begins with these words. */
static int complaints_of(
    const struct instance *instance, const struct plan *plan, const char *first)
{
    static struct complaints complaints;
    bool found = !first;

    memset(&complaints, 0, sizeof complaints);
    check_plan(instance, plan, &complaints);
    for (int32_t i = 0; first && i < complaints.count; i++)
        found |= strncmp(complaints.text[i], first, strlen(first)) == 0;
    if (!found)
        fail_msg("nothing begins with %s, but %s", first, complaints.text[0]);
    return complaints.count;
}

static void a_right_plan_is_right(void **state)
{
    struct instance *instance = make((struct world){.children = 9, .leaders = 2});
    struct plan plan = plan_of(instance, 8);

    (void)state;
    assert_int_equal(plan.score, 8 * (1000 + 50 - 10) - 100 - 5);
    assert_string_equal(plan.groups[0].id, "n0001");
    assert_int_equal(complaints_of(instance, &plan, NULL), 0);
    plan_clear(&plan);
    instance_free(instance);
}

static void each_rule_has_its_complaint(void **state)
{
    struct instance *instance = make((struct world){
        .children = 9, .leaders = 3, .apart = "['c00','c01']", .must_not_meet = "['c02','c03']"});
    struct plan plan = plan_of(instance, 8);

    (void)state;
    complaints_of(instance, &plan, "H16 ");
    complaints_of(instance, &plan, "H17 ");
    plan.groups[0].age_to = 11;
    complaints_of(instance, &plan, "H7 ");
    plan.groups[0].slot = 1;
    complaints_of(instance, &plan, "H5 ");
    plan.groups[0].leaders[0] = 2;
    complaints_of(instance, &plan, "H11 ");
    plan.groups[0].children[7] = 0;
    complaints_of(instance, &plan, "H1 ");
    plan.groups[0].child_count = 3;
    complaints_of(instance, &plan, "H2 ");
    complaints_of(instance, &plan, "score");
    plan_clear(&plan);
    instance_free(instance);
}

static void a_plan_is_written_and_read_again(void **state)
{
    struct instance *instance = make((struct world){.children = 9, .leaders = 3, .parent = "must"});
    struct plan plan = plan_of(instance, 8), again;
    struct complaints *complaints = calloc(1, sizeof *complaints);
    struct error error = {ERROR_NONE, ""};
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    (void)state;
    assert_non_null(complaints);
    plan.groups[0].parent_room = 1;
    plan.groups[0].parent_leaders[0] = 2;
    plan.score = plan.bound = check_score(instance, &plan);
    assert_int_equal(plan.score, 8 * (1000 + 50 - 10 + 60) - 100 - 5 - 150 - 7);
    explain_plan(instance, &plan);
    assert_true(plan_write(instance, &plan, stream, &error));
    fclose(stream);
    assert_true(plan_read(instance, text, length, &again, complaints, &error));
    assert_int_equal(check_plan(instance, &again, complaints), 0);
    assert_memory_equal(plan.groups, again.groups, sizeof *plan.groups);
    assert_int_equal(again.score, plan.score);
    free(text);
    free(complaints);
    plan_clear(&plan);
    plan_clear(&again);
    instance_free(instance);
}

static void repair_drops_what_breaks_a_rule(void **state)
{
    struct instance *instance = make((struct world){.children = 9, .leaders = 3});
    struct plan plan = plan_of(instance, 8);

    (void)state;
    plan.groups[0].children[3] = INSTANCE_NONE; /* somebody who waits no more */
    assert_int_equal(check_repair(instance, &plan), 0);
    assert_int_equal(plan.groups[0].child_count, 7);
    assert_int_equal(complaints_of(instance, &plan, NULL), 0);
    plan.groups[0].age_from = plan.groups[0].age_to = 9;
    assert_int_equal(check_repair(instance, &plan), 1);
    assert_int_equal(plan.group_count, 0);
    assert_int_equal(plan.score, 0);
    plan_clear(&plan);
    instance_free(instance);
}

/* What an empty plan says of the first child. */
static void first_reason(struct world world, const char *sentence)
{
    struct instance *instance = make(world);
    struct plan plan = {0};

    explain_plan(instance, &plan);
    assert_int_equal(plan.unplaced_count, world.children);
    assert_string_equal(plan.unplaced[0].sentence, sentence);
    plan_clear(&plan);
    instance_free(instance);
}

static void reasons_say_what_is_missing(void **state)
{
    (void)state;
    first_reason((struct world){.children = 3, .leaders = 2},
        "1 more child aged 6-8 (substance, sv) who can Mondays 15:00 in A");
    first_reason((struct world){.children = 5, .leaders = 0},
        "two free trained leaders (one experienced) (substance, sv), Mondays 15:00, A");
    first_reason((struct world){.children = 5, .leaders = 1},
        "one more free trained leader (substance, sv), Mondays 15:00, A");
    first_reason((struct world){.children = 4, .leaders = 2}, "a longer search may find a place");
}

/* Who must not be met is never told: the group has places left, and c00 may not join it. */
static void must_not_meet_is_no_suitable_time(void **state)
{
    struct instance *instance =
        make((struct world){.children = 6, .leaders = 2, .must_not_meet = "['c00','c05']"});
    struct plan plan = plan_of(instance, 5);

    (void)state;
    for (int32_t i = 0; i < 5; i++)
        plan.groups[0].children[i] = i + 1;
    explain_plan(instance, &plan);
    assert_int_equal(plan.unplaced_count, 1);
    assert_int_equal(plan.unplaced[0].reason, PLAN_REASON_TIME);
    assert_string_equal(plan.unplaced[0].sentence, "no suitable time");
    plan_clear(&plan);
    instance_free(instance);
}

/* With two households the number would tell of the other one: it is said as if nobody were there.
 */
static void few_households_are_not_counted(void **state)
{
    (void)state;
    first_reason((struct world){.children = 1, .leaders = 2},
        "3 more children aged 7-9 (substance, sv) who can Mondays 15:00 in A");
    first_reason((struct world){.children = 2, .leaders = 2},
        "3 more children aged 7-9 (substance, sv) who can Mondays 15:00 in A");
}

static void reports_escape_and_hide_small_numbers(void **state)
{
    struct instance *instance = make((struct world){.children = 9, .leaders = 3});
    struct plan plan = plan_of(instance, 8);
    struct error error = {ERROR_NONE, ""};
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    (void)state;
    explain_plan(instance, &plan);
    assert_true(plan_report_html(instance, &plan, stream, &error));
    fputs("TEXT", stream);
    assert_true(plan_report_text(instance, &plan, stream, &error));
    fclose(stream);
    assert_non_null(strstr(text, "Plan: a &lt; b &amp; c</h1>"));
    assert_non_null(strstr(text, "8 of 8 places taken"));
    assert_non_null(strstr(text, "<td class=\"number\">few</td>"));
    assert_non_null(strstr(strstr(text, "TEXT"), "no plan is better"));
    free(text);
    plan_clear(&plan);
    instance_free(instance);
}

static json_t *changed(const char *option, const char *value, bool right)
{
    struct error error = {ERROR_NONE, ""};
    json_t *document = json_load_file("tests/cases/planner_instance.json", 0, NULL);

    assert_non_null(document);
    assert_int_equal(
        whatif_change(document, (struct whatif){whatif_kind_of(option), value}, &error), right);
    return document;
}

static void questions_change_the_instance(void **state)
{
    json_t *document = changed("--leader", "like=l2,slots=mon1500", true);
    json_t *leader = json_array_get(json_object_get(document, "leaders"), 3);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(leader, "id")), "new");
    assert_int_equal(json_array_size(json_object_get(leader, "slots")), 1);
    assert_int_equal(json_array_size(json_object_get(leader, "themes")), 2);
    json_decref(document);
    document = changed("--minimum", "6", true);
    assert_int_equal(
        json_integer_value(json_object_get(
            json_object_get(
                json_object_get(json_object_get(document, "policy"), "by_theme"), "violence"),
            "min_children")),
        6);
    json_decref(document);
    json_decref(changed("--travel", "+15", true));
    json_decref(changed("--slot", "sun0500", false));
    json_decref(changed("--leader", "like=nobody", false));
    json_decref(changed("--room", "colour=red", false));
    json_decref(changed("--band", "0", false));
    assert_int_equal(whatif_kind_of("--luck"), WHATIF_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_plan_is_right),
        cmocka_unit_test(each_rule_has_its_complaint),
        cmocka_unit_test(a_plan_is_written_and_read_again),
        cmocka_unit_test(repair_drops_what_breaks_a_rule),
        cmocka_unit_test(reasons_say_what_is_missing),
        cmocka_unit_test(must_not_meet_is_no_suitable_time),
        cmocka_unit_test(few_households_are_not_counted),
        cmocka_unit_test(reports_escape_and_hide_small_numbers),
        cmocka_unit_test(questions_change_the_instance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
