/*
 * The online answer for every unit of children that a plan leaves: planner_insert INSTANCE PLAN
 * prints one line of JSON for each, and last how long a question takes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/check.h"
#include "common/clock.h"
#include "services/planner/insert.h"
#include "tests/bench/planner_files.h"

enum { QUESTIONS = 20000 }; /* that are timed */

struct questions { /* units of which nobody has a place */
    const struct instance *instance;
    const struct plan *plan;
    const struct insert_table *table;
    int32_t *units;
    int32_t count;
};

static struct insert_place ask(const struct questions *questions, int32_t number)
{
    const struct instance *instance = questions->instance;
    const struct instance_unit *unit = &instance->units[questions->units[number]];
    const struct instance_child *children[INSTANCE_GROUP_CHILDREN];

    CHECK(unit->children.count <= INSTANCE_GROUP_CHILDREN);
    for (int32_t i = 0; i < unit->children.count; i++)
        children[i] = &instance->children[unit->children.items[i]];
    return insert_best(questions->table, children, unit->children.count, unit->only_group);
}

static void find_questions(struct questions *questions)
{
    const struct instance *instance = questions->instance;
    uint8_t *placed = calloc((size_t)instance->child_count + 1, 1);

    questions->units = calloc((size_t)instance->unit_count + 1, sizeof(int32_t));
    CHECK(placed && questions->units);
    plan_mark_placed(instance, questions->plan, placed);
    for (int32_t i = 0; i < instance->unit_count; i++)
        if (!placed[instance->units[i].children.items[0]])
            questions->units[questions->count++] = i;
    free(placed);
}

static void print_answer(const struct questions *questions, int32_t number)
{
    const struct instance *instance = questions->instance;
    const struct instance_span children = instance->units[questions->units[number]].children;
    const struct insert_place place = ask(questions, number);

    printf("{\"children\": [");
    for (int32_t i = 0; i < children.count; i++)
        printf("%s\"%s\"", i ? ", " : "", instance->children[children.items[i]].id);
    printf("], \"group\": ");
    if (place.into == INSERT_NOWHERE) {
        puts("null}");
        return;
    }
    printf("\"%s\", \"age_from\": %d, \"age_to\": %d, \"gain\": %lld}\n",
        place.into == INSERT_EXISTING ? instance->groups[place.group].id
                                      : questions->plan->groups[place.group].id,
        (int)place.age_from, (int)place.age_to, (long long)place.gain);
}

static double seconds_for(const struct questions *questions)
{
    const int64_t started_us = clock_monotonic_us();
    int64_t sum = 0;

    for (int32_t i = 0; i < QUESTIONS && questions->count > 0; i++)
        sum += ask(questions, i % questions->count).gain;
    CHECK(sum >= 0); /* and so it is not left out */
    return (double)(clock_monotonic_us() - started_us) / 1e6;
}

int main(int argc, char **argv)
{
    struct instance *instance;
    struct plan plan;

    bench_files(argc, argv, &instance, &plan);
    struct insert_table *table = insert_new(instance, &plan);
    struct questions questions = {.instance = instance, .plan = &plan, .table = table};
    find_questions(&questions);
    for (int32_t i = 0; i < questions.count; i++)
        print_answer(&questions, i);
    printf("{\"bench\": \"planner insert\", \"groups\": %d, \"us\": %.2f}\n",
        (int)(plan.group_count + instance->group_count), seconds_for(&questions) * 1e6 / QUESTIONS);
    free(questions.units);
    insert_free(table);
    plan_clear(&plan);
    instance_free(instance);
    return 0;
}
