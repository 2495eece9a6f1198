/* Instances of the planner: what is refused and with which words, what the structs hold, and that
 * the order of arrays never matters. */
#include <jansson.h>
#include <stdlib.h>

#include "tests/unit/case_lines.h"

#include "services/planner/instance.h"

static json_t *base_document(void)
{
    json_t *document = json_load_file("tests/cases/planner_instance.json", 0, NULL);

    assert_non_null(document);
    return document;
}

/* The value at children/0/birth, and its owner and last name. */
static json_t *owner_of(json_t *document, char *path, char **last)
{
    json_t *owner = document;
    char *rest = NULL;

    for (char *name = strtok_r(path, "/", &rest); name;) { /* tidy(banned): ours to cut */
        char *next = strtok_r(NULL, "/", &rest);           /* tidy(banned): as above */

        *last = name;
        if (!next)
            break;
        owner = json_is_array(owner) ? json_array_get(owner, strtoul(name, NULL, 10))
                                     : json_object_get(owner, name);
        assert_non_null(owner);
        name = next;
    }
    return owner;
}

static void change(json_t *document, const char *verb, const char *at, const char *value)
{
    char path[200];
    char *last = NULL;

    snprintf(path, sizeof path, "%s", at);
    json_t *owner = owner_of(document, path, &last);
    json_t *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    int failed;

    assert_true(new || !value);
    if (strcmp(verb, "drop") == 0)
        failed = json_object_del(owner, last);
    else if (strcmp(verb, "append") == 0)
        failed = json_array_append_new(json_object_get(owner, last), new);
    else if (json_is_array(owner))
        failed = json_array_set_new(owner, strtoul(last, NULL, 10), new);
    else
        failed = json_object_set_new(owner, last, new);
    assert_int_equal(failed, 0);
}

static enum instance_outcome read_document(
    json_t *document, struct instance **instance, struct error *error)
{
    char *text = json_dumps(document, 0);
    const enum instance_outcome outcome = instance_read(text, strlen(text), instance, error);

    free(text);
    json_decref(document);
    return outcome;
}

static void refused_or_not(const struct case_line *line)
{
    json_t *document = base_document();
    struct error error = {ERROR_NONE, ""};
    struct instance *instance;
    char got[300];
    const size_t step = strcmp(line->verb, "drop") == 0 ? 1 : 2;

    for (size_t i = 0; i + step <= line->count; i += step)
        change(document, line->verb, line->arguments[i], step == 2 ? line->arguments[i + 1] : NULL);
    const enum instance_outcome outcome = read_document(document, &instance, &error);
    error.text[strcspn(error.text, " ") ? strcspn(error.text, " ") - 1 : 0] = '\0';
    snprintf(got, sizeof got, "%d%s%s", (int)outcome, outcome ? " " : "", error.text);
    assert_true((outcome == INSTANCE_READ) == (instance != NULL));
    case_expect(line, got);
    instance_free(instance);
}

static void refusals_have_a_path_and_a_code(void **state)
{
    (void)state;
    cases_run("planner_read.txt", refused_or_not);
}

static struct instance *base_instance(void)
{
    struct error error = {ERROR_NONE, ""};
    struct instance *instance;

    if (read_document(base_document(), &instance, &error) != INSTANCE_READ)
        fail_msg("%s", error.text);
    return instance;
}

static void structs_hold_what_the_file_says(void **state)
{
    struct instance *in = base_instance();
    const struct instance_child *c = in->children;

    (void)state;
    assert_string_equal(in->districts[0], "A");
    assert_int_equal(instance_travel(in, 0, 0), 11);
    assert_int_equal(instance_travel(in, 1, 0), 30);
    assert_int_equal(in->policy.by_theme[1].min_children, 5);
    assert_int_equal(in->policy.by_theme[0].min_children, 4);
    assert_string_equal(c[0].id, "c1");
    assert_int_equal(c[0].age, 7); /* the birthday is the day after */
    assert_int_equal(c[2].age, 8); /* the birthday is the day itself */
    assert_int_equal(c[1].age, 5);
    assert_int_equal(c[0].weeks_waited, 3);
    assert_int_equal(c[2].weeks_waited, 0);
    assert_int_equal(c[1].weeks_waited, 52); /* capped */
    assert_int_equal(c[3].weeks_waited, 0);  /* not yet */
    assert_int_equal(c[0].worth, 1000 + 30 + 400);
    assert_int_equal(c[2].primary, 1);
    assert_int_equal(c[2].declined.count, 1);
    assert_int_equal(c[1].avoided_by.count, 1);
    assert_int_equal(c[2].closed.count, 1);
    assert_int_equal(c[2].closed.items[0], 1 * INSTANCE_BITS + 1);
    assert_int_equal(in->closed_count, 1);
    instance_free(in);
}

static void fixed_groups_take_rooms_and_leaders(void **state)
{
    struct instance *in = base_instance();

    (void)state;
    assert_int_equal(in->rooms[0].taken, 3);
    assert_int_equal(in->rooms[2].taken, 1);
    assert_int_equal(in->leaders[1].groups_left, 0);
    assert_false(in->leaders[1].contract_holds);
    assert_int_equal(in->leaders[2].taken, 1);
    assert_int_equal(in->groups[0].places_left, 5);
    assert_int_equal(in->groups[0].parent_places_left, 3);
    assert_int_equal(in->groups[1].places_left, 7);
    assert_int_equal(in->groups[1].leaders[1], INSTANCE_NONE);
    assert_string_equal(in->members[0].id, "m1");
    instance_free(in);
}

static void siblings_are_units(void **state)
{
    struct instance *in = base_instance();
    const struct instance_child *c = in->children;

    (void)state;
    assert_int_equal(in->unit_count, 3);
    assert_int_equal(c[0].unit, c[3].unit);
    assert_int_equal(in->units[c[0].unit].children.count, 2);
    assert_int_equal(in->units[c[0].unit].only_group, INSTANCE_NONE);
    assert_int_equal(in->units[c[1].unit].only_group, 0);
    assert_int_equal(c[0].must_not_meet.count, 2);
    assert_int_equal(c[0].must_not_meet.items[0], 2);
    assert_string_equal(instance_person_id(in, c[0].must_not_meet.items[1]), "m2");
    assert_string_equal(instance_person_id(in, c[2].apart.items[0]), "m3");
    instance_free(in);
}

static void reverse(json_t *list)
{
    const size_t size = json_array_size(list);

    for (size_t i = 0; i < size; i++) {
        json_t *value = json_incref(json_array_get(list, size - 1));

        json_array_remove(list, size - 1);
        json_array_insert_new(list, i, value);
    }
}

/* P3: everything but a child's situations turned round gives the same structs. */
static void order_does_not_matter(void **state)
{
    static const char *const lists[] = {"themes", "languages", "slots", "rooms", "leaders",
        "groups", "children", "together", "apart", "must_not_meet", "closed", "districts",
        "travel"};
    json_t *document = base_document();
    struct error error = {ERROR_NONE, ""};
    struct instance *a = base_instance(), *b;

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        reverse(json_object_get(document, lists[i]));
    for (size_t i = 0; i < 2; i++)
        reverse(json_array_get(json_object_get(document, "travel"), i));
    assert_int_equal(read_document(document, &b, &error), INSTANCE_READ);
    for (int32_t i = 0; i < a->child_count; i++) {
        assert_string_equal(a->children[i].id, b->children[i].id);
        assert_int_equal(a->children[i].themes, b->children[i].themes);
        assert_int_equal(a->children[i].primary, b->children[i].primary);
        assert_int_equal(a->children[i].home, b->children[i].home);
        assert_int_equal(a->children[i].unit, b->children[i].unit);
    }
    assert_memory_equal(a->travel, b->travel, 4 * sizeof *a->travel);
    assert_memory_equal(a->closed, b->closed, sizeof *a->closed);
    assert_memory_equal(a->must_not_meet, b->must_not_meet, 2 * sizeof *a->must_not_meet);
    instance_free(a);
    instance_free(b);
}

/* `count` times `piece` is refused with these words. */
static void too_much(char piece, size_t count, const char *words)
{
    char *text = malloc(count);
    struct error error = {ERROR_NONE, ""};
    struct instance *instance;

    assert_non_null(text);
    memset(text, piece, count);
    assert_int_equal(instance_read(text, count, &instance, &error), INSTANCE_MALFORMED);
    assert_non_null(strstr(error.text, words));
    assert_null(instance);
    free(text);
}

static void monsters_are_refused(void **state)
{
    (void)state;
    too_much('[', 10000, "nested deeper");
    too_much('{', 10000, "nested deeper");
    too_much(',', 10000000, "values");
    too_much(' ', 200 * 1000 * 1000, "larger");
    too_much('"', 99, "line 1");
    too_much('7', 400, "line");
}

static void many_slots_are_refused(void **state)
{
    json_t *document = base_document();
    struct error error = {ERROR_NONE, ""};
    struct instance *instance;

    (void)state;
    for (int i = 0; i < 63; i++)
        json_array_append_new(json_object_get(document, "slots"), json_sprintf("s%d", i));
    assert_int_equal(read_document(document, &instance, &error), INSTANCE_MALFORMED);
    assert_string_equal(error.text, "slots: 65 are too many; 64 is the most");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_have_a_path_and_a_code),
        cmocka_unit_test(structs_hold_what_the_file_says),
        cmocka_unit_test(fixed_groups_take_rooms_and_leaders),
        cmocka_unit_test(siblings_are_units),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(monsters_are_refused),
        cmocka_unit_test(many_slots_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
