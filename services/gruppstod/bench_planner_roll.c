/*
 * The rolling simulation: every 4 weeks what waits is planned, and the same children arrive for
 * each way of planning. What a single plan cannot show, this does: who is left again and again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/check.h"
#include "common/domain/date.h"
#include "services/gruppstod/bench_planner.h"
#include "services/gruppstod/bench_planner_round.h"
#include "services/planner/check.h"
#include "services/planner/planner.h"

enum { LONG_DAYS = 180, PLAN_SECONDS = 10 };

static bool plan_round(const struct instance *instance, const struct planner_wish *wish,
    enum rolling_way way, struct plan *plan, struct error *error)
{
    static struct complaints complaints;
    const double seconds =
        wish->seconds > 0 && wish->seconds < PLAN_SECONDS ? wish->seconds : PLAN_SECONDS;
    const struct planner_options options = {.time_s = seconds, .seed = 1};

    if (way != ROLLING_PLANNED)
        hand_plan(instance, way == ROLLING_HAND ? HAND_CENTRAL : HAND_DISTRICTS, plan);
    else
        CHECK(planner_solve(instance, &options, plan) == 0);
    complaints.count = 0;
    return check_plan(instance, plan, &complaints) == 0 ||
           error_set(error, ERROR_CONFLICT, "%s", complaints.text[0]);
}

static int by_days(const void *left, const void *right)
{
    const int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

    return (a > b) - (a < b);
}

static int32_t median(int32_t *days, int32_t count)
{
    if (count == 0)
        return 0;
    qsort(days, (size_t)count, sizeof *days, by_days);
    return days[count / 2];
}

/* Days from the referral to the plan that gave a place; of those left, to the last plan. */
static void reckon(const struct city_rounds *city, struct rolling_figures *figures)
{
    const int32_t today = rounds_day(city, city->rounds - 1);
    int32_t *days = memory_grow(NULL, 2 * (size_t)city->child_count * sizeof *days + 1);
    int32_t *urgent = days + city->child_count, urgent_count = 0;
    int64_t sum = 0;

    *figures = (struct rolling_figures){.arrived = city->child_count};
    for (int32_t i = 0; i < city->child_count; i++) {
        const int32_t waited = city->placed_on[i] - city->since[i];
        if (city->placed_on[i] == DAY_ABSENT) {
            figures->left++;
            figures->left_long += today - city->since[i] > LONG_DAYS;
            continue;
        }
        days[figures->placed++] = waited;
        sum += waited;
        if (rounds_urgency(city, i) >= 2)
            urgent[urgent_count++] = waited;
    }
    figures->mean_days = figures->placed ? (int32_t)(sum / figures->placed) : 0;
    figures->median_days = median(days, figures->placed);
    figures->urgent_median_days = median(urgent, urgent_count);
    free(days);
}

static bool live(struct city_rounds *city, const struct planner_wish *wish, enum rolling_way way,
    struct error *error)
{
    for (int32_t round = 0; round < city->rounds; round++) {
        struct plan plan = {.score = 0};
        struct instance *instance = rounds_instance(city, round, error);

        if (!instance)
            return error_while(error, "round %d", (int)round);
        const bool good = plan_round(instance, wish, way, &plan, error);
        if (good)
            rounds_apply(city, round, instance, &plan);
        plan_clear(&plan);
        instance_free(instance);
        if (!good)
            return error_while(error, "round %d", (int)round);
    }
    return true;
}

bool planner_roll(const struct shell *shell, const struct planner_wish *wish, enum rolling_way way,
    struct rolling_figures *figures, struct error *error)
{
    const int64_t count = wish->waiting + wish->rounds * wish->arrivals;
    const char *children = arena_format(shell->arena, "%lld", (long long)count);
    const char *const words[] = {children, "1", "--leaders", "90", "--rooms", "55", NULL};
    struct city_rounds city = {.rounds = (int32_t)wish->rounds, .waiting = (int32_t)wish->waiting};
    const char *path = planner_generate(shell, wish, words, error);

    if (!path)
        return false;
    const bool opened = rounds_open(&city, path, error);
    unlink(path);
    if (!opened)
        return false;
    const bool good = live(&city, wish, way, error);
    if (good)
        reckon(&city, figures);
    rounds_close(&city);
    return good;
}
